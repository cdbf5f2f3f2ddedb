"""What a report is made of, before it is a page or a PDF: sections of paragraphs, lists, tables and plots, each text in all languages.

A section without material says why in one line (`empty`); there is no blank one.
"""

from collections.abc import Callable
from typing import Any

import msgspec
from matplotlib.axes import Axes

from bongsu.reports.texts import Say, Text

Draw = Callable[[Axes, Say], None]
"""Draws one plot with the words of one language."""


class Paragraph(msgspec.Struct, frozen=True):
    """Sentences. `style`: plain, opening, note."""

    text: Text
    style: str = "plain"


class Heading(msgspec.Struct, frozen=True):
    """A heading inside a section."""

    text: Text


class Bullets(msgspec.Struct, frozen=True):
    """A list."""

    items: list[Text]


class Table(msgspec.Struct, frozen=True):
    """Rows under a head. `numeric`: columns set to the right. `blank`: cells are there to be filled in."""

    head: list[Text]
    rows: list[list[Text]]
    numeric: tuple[int, ...] = ()
    blank: bool = False


class Plot(msgspec.Struct, frozen=True, eq=False):
    """One plot; the mark is written across it by whoever draws it."""

    title: Text
    draw: Draw
    height_in: float


class Replay(msgspec.Struct, frozen=True):
    """The session as data for the page's own script."""

    data: dict[str, Any]


Block = Paragraph | Heading | Bullets | Table | Plot | Replay


class Section(msgspec.Struct, frozen=True):
    """One section; `empty` says in one line why there is nothing in it."""

    name: str
    title: Text
    blocks: list[Block]
    empty: Text | None = None


class Document(msgspec.Struct, frozen=True):
    """A whole report. `mark` stands on every page and inside every plot."""

    title: Text
    mark: Text
    opening: list[Text]
    sections: list[Section]
