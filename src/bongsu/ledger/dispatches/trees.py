"""XML of strangers, read without entities, document types or depth: a feed needs none of them."""

from __future__ import annotations

from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from bongsu.base.errors import BadValue
from bongsu.base.limits import FEED_BYTES, FEED_DEPTH


def parse(content: bytes) -> Element:
    """The root element; names in namespaces are `{namespace}name`. Raises `BadValue`."""
    if len(content) > FEED_BYTES:
        raise BadValue(f"{len(content)} bytes", f"give at most {FEED_BYTES}")
    builder = TreeBuilder()
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > FEED_DEPTH:
            raise BadValue(f"elements more than {FEED_DEPTH} deep", "give a plain feed")
        builder.start(_named(name), {_named(key): value for key, value in attributes.items()})

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(_named(name))

    def refuse(*_: object) -> int:
        raise BadValue("a document type or an entity of its own", "give a plain feed without them")

    parser = expat.ParserCreate(namespace_separator="}")
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.ExternalEntityRefHandler = refuse
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise BadValue(f"not XML ({error})", "give a feed as it was published") from None
    root: Element = builder.close()
    return root


def _named(name: str) -> str:
    return "{" + name if "}" in name else name
