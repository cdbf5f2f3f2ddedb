"""CAP 1.2 documents (OASIS Common Alerting Protocol 1.2): bytes to typed values and back.

Writing passes the gate of `cap12_rules` first. Reading takes UTF-8 up to `CAP_BYTES`, refuses every document type declaration and entity before the
parser sees it, loads nothing, holds the schema's order and counts, and keeps what it does not know out but reports it. Reading says nothing of the
rules of the modes: `cap12_rules.faults` tells what a document breaks. Signatures are read and verified elsewhere (`adapters/cap_seal`).
"""

import re
from typing import Any

import msgspec
from lxml import etree

from bongsu.base.limits_alerts import CAP_BYTES
from bongsu.model.mode import Mode
from bongsu.wire import cap12_rules, cap12_text
from bongsu.wire.cap12_types import (
    NAMESPACE,
    CapAlert,
    CapArea,
    CapError,
    CapInfo,
    CapTime,
    Category,
    Certainty,
    MessageType,
    Named,
    ResponseType,
    Scope,
    Severity,
    Status,
    Urgency,
)

_FAMILY = "urn:oasis:names:tc:emergency:cap:"
_DECLARATIONS = re.compile(r"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_ENCODING = re.compile(r"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']*)["']""")

_ALERT = (
    "identifier",
    "sender",
    "sent",
    "status",
    "msgType",
    "source",
    "scope",
    "restriction",
    "addresses",
    "code",
    "note",
    "references",
    "incidents",
    "info",
)
_INFO = (
    "language",
    "category",
    "event",
    "responseType",
    "urgency",
    "severity",
    "certainty",
    "audience",
    "eventCode",
    "effective",
    "onset",
    "expires",
    "senderName",
    "headline",
    "description",
    "instruction",
    "web",
    "contact",
    "parameter",
    "resource",
    "area",
)
_AREA = ("areaDesc", "polygon", "circle", "geocode", "altitude", "ceiling")
_NAMED = ("valueName", "value")
"""Elements in the order of the schema."""
_MANY = (
    "code",
    "info",
    "category",
    "responseType",
    "eventCode",
    "parameter",
    "resource",
    "area",
    "polygon",
    "circle",
    "geocode",
)
_KEPT_OUT = ("resource", "altitude", "ceiling")
_NAMESPACES: dict[str | None, str] = {None: NAMESPACE}


class CapRead(msgspec.Struct, frozen=True):
    """A document as read, and the paths of what was kept out of it, each once, in order."""

    alert: CapAlert
    unread: tuple[str, ...] = ()


def encode(alert: CapAlert, mode: Mode, exercise: str = "") -> bytes:
    """The document in UTF-8, the same bytes for the same values. Raises `CapError` for one that this mode may not write."""
    cap12_rules.check(alert, mode, exercise)
    root = etree.Element(f"{{{NAMESPACE}}}alert", nsmap=_NAMESPACES)  # type: ignore[arg-type]
    _add(root, "identifier", alert.identifier)
    _add(root, "sender", alert.sender)
    _add_time(root, "sent", alert.sent, "alert")
    _add(root, "status", alert.status)
    _add(root, "msgType", alert.message_type)
    _add(root, "source", alert.source)
    _add(root, "scope", alert.scope)
    _add(root, "restriction", alert.restriction)
    _add(root, "addresses", cap12_text.format_list(alert.addresses, "alert/addresses"))
    for code in alert.codes:
        _add(root, "code", code)
    _add(root, "note", alert.note)
    _add(root, "references", cap12_text.format_references(alert.references, "alert/references"))
    _add(root, "incidents", cap12_text.format_list(alert.incidents, "alert/incidents"))
    for number, info in enumerate(alert.infos, start=1):
        _add_info(root, info, f"alert/info[{number}]")
    document: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    if len(document) > CAP_BYTES:
        raise CapError("size", "alert", f"{len(document)} bytes are more than {CAP_BYTES}", "thin the polygons")
    return document


def decode(document: bytes) -> CapRead:
    """A document as read. Raises `CapError` for what is not well-formed CAP 1.2 within the bounds."""
    root = parse(document)
    unread: dict[str, None] = {}
    found = _children(root, _ALERT, "alert", unread)
    alert = CapAlert(
        identifier=_need(found, "identifier", "alert"),
        sender=_need(found, "sender", "alert"),
        sent=cap12_text.parse_moment(_need(found, "sent", "alert"), "alert/sent"),
        status=_one_of(Status, _need(found, "status", "alert"), "alert/status"),
        message_type=_one_of(MessageType, _need(found, "msgType", "alert"), "alert/msgType"),
        source=_text(found, "source", "alert"),
        scope=_one_of(Scope, _need(found, "scope", "alert"), "alert/scope"),
        restriction=_text(found, "restriction", "alert"),
        addresses=cap12_text.parse_list(_text(found, "addresses", "alert"), "alert/addresses"),
        codes=tuple(_texts(found, "code", "alert")),
        note=_text(found, "note", "alert"),
        references=cap12_text.parse_references(_text(found, "references", "alert"), "alert/references"),
        incidents=cap12_text.parse_list(_text(found, "incidents", "alert"), "alert/incidents"),
        infos=tuple(_info(element, unread) for element in found.get("info", ())),
    )
    return CapRead(alert, tuple(unread))


def parse(document: bytes) -> Any:
    """The root element of a CAP 1.2 document, parsed without entities, declarations, network or other encodings than UTF-8."""
    if len(document) > CAP_BYTES:
        raise CapError("size", "alert", f"{len(document)} bytes are more than {CAP_BYTES}", "ask for a smaller one")
    try:
        text = document.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise CapError("encoding", "alert", f"not UTF-8 at byte {error.start}") from None
    declared = _ENCODING.match(text)
    if declared and declared[1].lower() not in ("utf-8", "us-ascii"):
        raise CapError("encoding", "alert", f"declares {declared[1][:40]!r}, only UTF-8 is read")
    if _DECLARATIONS.search(text):
        raise CapError("declaration", "alert", "a document type or entity declaration is never read")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(document, parser)
    except etree.XMLSyntaxError as error:
        raise CapError("not_xml", "alert", f"not well-formed XML ({error.msg})") from None
    name = etree.QName(root)
    if name.localname != "alert" or not (name.namespace or "").startswith(_FAMILY):
        raise CapError("not_cap", "alert", f"the root is {root.tag[:80]!r}, not a CAP alert")
    if name.namespace != NAMESPACE:
        raise CapError("version", "alert", f"of {name.namespace[:60]!r}, only CAP 1.2 is read")
    return root


def _add(parent: Any, name: str, text: str) -> None:
    """An element with a text; none for an empty one."""
    if text:
        etree.SubElement(parent, f"{{{NAMESPACE}}}{name}").text = text


def _add_time(parent: Any, name: str, moment: CapTime | None, path: str) -> None:
    if moment is not None:
        _add(parent, name, cap12_text.format_moment(moment, f"{path}/{name}"))


def _add_named(parent: Any, name: str, named: tuple[Named, ...]) -> None:
    for one in named:
        element = etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
        for member, text in zip(_NAMED, (one.name, one.value), strict=True):
            etree.SubElement(element, f"{{{NAMESPACE}}}{member}").text = text


def _add_info(root: Any, info: CapInfo, path: str) -> None:
    element = etree.SubElement(root, f"{{{NAMESPACE}}}info")
    _add(element, "language", info.language)
    for category in info.categories:
        _add(element, "category", category)
    _add(element, "event", info.event)
    for response in info.response_types:
        _add(element, "responseType", response)
    _add(element, "urgency", info.urgency)
    _add(element, "severity", info.severity)
    _add(element, "certainty", info.certainty)
    _add(element, "audience", info.audience)
    _add_named(element, "eventCode", info.event_codes)
    for name, moment in (("effective", info.effective), ("onset", info.onset), ("expires", info.expires)):
        _add_time(element, name, moment, path)
    _add(element, "senderName", info.sender_name)
    _add(element, "headline", info.headline)
    _add(element, "description", info.description)
    _add(element, "instruction", info.instruction)
    _add(element, "web", info.web)
    _add(element, "contact", info.contact)
    _add_named(element, "parameter", info.parameters)
    for area in info.areas:
        _add_area(element, area, f"{path}/area")


def _add_area(info: Any, area: CapArea, path: str) -> None:
    element = etree.SubElement(info, f"{{{NAMESPACE}}}area")
    _add(element, "areaDesc", area.description)
    for polygon in area.polygons_deg:
        _add(element, "polygon", cap12_text.format_polygon(polygon, f"{path}/polygon"))
    for circle in area.circles:
        _add(element, "circle", cap12_text.format_circle(circle, f"{path}/circle"))
    _add_named(element, "geocode", area.geocodes)


Found = dict[str, list[Any]]


def _children(element: Any, order: tuple[str, ...], path: str, unread: dict[str, None]) -> Found:
    """The known children by name. Order and counts are the schema's; the rest is reported in `unread`."""
    for attribute in element.attrib:
        unread[f"{path}/@{attribute}"] = None
    if (element.text or "").strip():
        raise CapError("text", path, "text between elements")
    found: Found = {}
    reached = 0
    for child in element:
        if (child.tail or "").strip():
            raise CapError("text", path, "text between elements")
        name = etree.QName(child)
        if name.namespace != NAMESPACE or name.localname not in order:
            unread[f"{path}/{child.tag}"] = None
            continue
        place = order.index(name.localname)
        if place < reached:
            raise CapError("order", f"{path}/{name.localname}", "stands behind what it should precede")
        reached = place
        found.setdefault(name.localname, []).append(child)
        if len(found[name.localname]) > 1 and name.localname not in _MANY:
            raise CapError("twice", f"{path}/{name.localname}", "may stand once only")
        if name.localname in _KEPT_OUT:
            unread[f"{path}/{name.localname}"] = None
    return found


def _texts(found: Found, name: str, path: str) -> list[str]:
    texts = []
    for element in found.get(name, ()):
        if len(element):
            raise CapError("text", f"{path}/{name}", "holds elements where a text should be")
        if element.attrib:
            raise CapError("attribute", f"{path}/{name}", "has an attribute, and CAP has none")
        texts.append((element.text or "").strip())
    return texts


def _text(found: Found, name: str, path: str) -> str:
    return next(iter(_texts(found, name, path)), "")


def _need(found: Found, name: str, path: str) -> str:
    text = _text(found, name, path)
    if not text:
        raise CapError("missing", f"{path}/{name}", "is missing or empty")
    return text


def _one_of(kind: Any, text: str, path: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        raise CapError("value", path, f"{text[:40]!r} is none of {', '.join(kind)}") from None


def _moment(found: Found, name: str, path: str) -> CapTime | None:
    text = _text(found, name, path)
    return cap12_text.parse_moment(text, f"{path}/{name}") if text else None


def _named(found: Found, name: str, path: str, unread: dict[str, None]) -> tuple[Named, ...]:
    named = []
    for element in found.get(name, ()):
        members = _children(element, _NAMED, f"{path}/{name}", unread)
        if len(members) != len(_NAMED):
            raise CapError("missing", f"{path}/{name}", "has a valueName and a value")
        named.append(Named(*(_text(members, member, f"{path}/{name}") for member in _NAMED)))
    return tuple(named)


def _info(element: Any, unread: dict[str, None]) -> CapInfo:
    path = "alert/info"
    found = _children(element, _INFO, path, unread)
    return CapInfo(
        language=_text(found, "language", path) or "en-US",
        categories=tuple(_one_of(Category, text, f"{path}/category") for text in _required(found, "category", path)),
        event=_need(found, "event", path),
        response_types=tuple(
            _one_of(ResponseType, text, f"{path}/responseType") for text in _texts(found, "responseType", path)
        ),
        urgency=_one_of(Urgency, _need(found, "urgency", path), f"{path}/urgency"),
        severity=_one_of(Severity, _need(found, "severity", path), f"{path}/severity"),
        certainty=_one_of(Certainty, _need(found, "certainty", path), f"{path}/certainty"),
        audience=_text(found, "audience", path),
        event_codes=_named(found, "eventCode", path, unread),
        effective=_moment(found, "effective", path),
        onset=_moment(found, "onset", path),
        expires=_moment(found, "expires", path),
        sender_name=_text(found, "senderName", path),
        headline=_text(found, "headline", path),
        description=_text(found, "description", path),
        instruction=_text(found, "instruction", path),
        web=_text(found, "web", path),
        contact=_text(found, "contact", path),
        parameters=_named(found, "parameter", path, unread),
        areas=tuple(_area(child, unread) for child in found.get("area", ())),
    )


def _required(found: Found, name: str, path: str) -> list[str]:
    texts = _texts(found, name, path)
    if not texts:
        raise CapError("missing", f"{path}/{name}", "is missing")
    return texts


def _area(element: Any, unread: dict[str, None]) -> CapArea:
    path = "alert/info/area"
    found = _children(element, _AREA, path, unread)
    return CapArea(
        description=_need(found, "areaDesc", path),
        polygons_deg=tuple(
            cap12_text.parse_polygon(text, f"{path}/polygon") for text in _texts(found, "polygon", path) if text
        ),
        circles=tuple(
            cap12_text.parse_circle(text, f"{path}/circle") for text in _texts(found, "circle", path) if text
        ),
        geocodes=_named(found, "geocode", path, unread),
    )
