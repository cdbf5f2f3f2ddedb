"""The review as one self-contained HTML file in three languages: nothing is fetched, the mark stands in every plot and on every printed page."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path

import msgspec
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from matplotlib.axes import Axes

from bongsu.base.errors import BadInput
from bongsu.reports import document as blocks
from bongsu.reports.document import Document
from bongsu.reports.material import Material
from bongsu.reports.sections import document
from bongsu.reports.style import svg
from bongsu.reports.texts import Say, Text, say
from bongsu.words.catalogue import LANGUAGES

FILE_NAME = "review.html"
MATERIAL_NAME = "material.json"


def write(folder: Path, material: Material) -> Path:
    """Write `review.html` into the folder of a run, and beside it what it is made of; gives the page's path."""
    (folder / MATERIAL_NAME).write_bytes(msgspec.json.encode(material))
    path = folder / FILE_NAME
    path.write_text(render(material), encoding="utf-8")
    return path


def read(folder: Path) -> Material:
    """What the review of a run was made of. Raises `BadInput`."""
    path = folder / MATERIAL_NAME
    if not path.is_file():
        raise BadInput("no review was written here", "give the folder that `bongsu drill run` wrote", str(folder))
    try:
        return msgspec.json.decode(path.read_bytes(), type=Material)
    except msgspec.MsgspecError as error:
        raise BadInput(f"cannot be read: {error}", "play the scenario again", str(path)) from None


def render(material: Material) -> str:
    """The whole page as text."""
    return page(document(material), material.mark)


def page(told: Document, mark: str) -> str:
    """A report as a page that shows one language at a time; `mark` stands in its title."""
    environment = Environment(
        loader=PackageLoader("bongsu.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["words"] = spans
    environment.tests["of"] = lambda block, name: type(block).__name__ == name
    return environment.get_template("review.html.j2").render(
        told=told,
        mark=mark,
        say=say,
        languages=LANGUAGES,
        plot=lambda block: Markup(_plot(block, told.mark)),
        data=lambda block: Markup(_json(block.data)),
        script=Markup(_file("replay.js")),
        style=Markup(_file("review.css")),
    )


def spans(text: Text, tag: str = "span") -> Markup:
    """A text in all its languages, of which the page's style shows one."""
    if text.one:
        return escape(text[LANGUAGES[0]])
    return Markup("").join(
        Markup('<{tag} lang="{language}">{words}</{tag}>').format(tag=tag, language=language, words=text[language])
        for language in LANGUAGES
    )


def _plot(block: blocks.Plot, mark: Text) -> str:
    """One drawing that speaks all languages: each label keeps its English place and carries its other words."""
    known: dict[str, Text] = {mark[LANGUAGES[0]]: mark}

    def saying(key: str, **parameters: object) -> str:
        text = say(key, **parameters)
        known[text[LANGUAGES[0]]] = text
        return text[LANGUAGES[0]]

    def words(label: str) -> str | None:
        text = known.get(label)
        return None if text is None or text.one else str(spans(text, "tspan"))

    return svg(_with(block.draw, saying), mark[LANGUAGES[0]], height_in=block.height_in, words=words)


def _with(draw: blocks.Draw, saying: Say) -> Callable[[Axes], None]:
    return lambda axes: draw(axes, saying)


def _json(data: object) -> str:
    """JSON that cannot end its script."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")


def _file(name: str) -> str:
    return (files("bongsu.reports") / "templates" / name).read_text(encoding="utf-8")
