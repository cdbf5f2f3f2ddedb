"""A report as PDF, one file a language, drawn natively from the same sections and plots as the page; the mark stands on every page and in every plot."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from bongsu.reports import fonts
from bongsu.reports.document import Block, Bullets, Document, Heading, Paragraph, Plot, Table
from bongsu.reports.style import mark_plot, settings
from bongsu.reports.texts import say, saying

_WIDTH_IN, _HEIGHT_IN = 8.27, 11.69  # A4
_MARGIN_IN = 0.7
_INNER_IN = _WIDTH_IN - 2 * _MARGIN_IN
_POINTS = 72.0
_LINE = 1.45
"""Distance of lines over their size."""
_SIZES = {"title": 19.0, "section": 13.0, "heading": 10.0, "opening": 10.5, "plain": 9.0, "note": 7.5, "cell": 7.5}
_GREY, _RED, _RULE = "#555555", "#b00020", "#d9d9d9"
_WIDE, _NARROW = 1.0, 0.56
"""Width of a letter over its size: of CJK, and of the usual Latin one, capitals and digits included."""
_NARROWEST = 0.05
_CELL_GAP_IN = 0.08


def write(path: Path, told: Document, language: str) -> Path:
    """Write a report in one language. Raises `BadInput` where no font of this machine has its letters."""
    families = fonts.families(language)
    metadata = {"Title": f"{told.mark[language]}: {told.title[language]}", "CreationDate": None}
    with settings(**{"font.family": families}), _Pages(path, told.mark[language], language, metadata) as pages:
        pages.text(say("page.report")[language], "plain", _GREY)
        pages.text(told.title[language], "title")
        for sentence in told.opening:
            pages.text(sentence[language], "opening")
        for section in told.sections:
            pages.section(section.title[language])
            if not section.blocks and section.empty is not None:
                pages.text(section.empty[language], "plain", _GREY)
            for block in section.blocks:
                pages.block(block)
    return path


class _Pages:
    """A flow of lines, tables and plots over pages."""

    def __init__(self, path: Path, mark: str, language: str, metadata: dict[str, Any]) -> None:
        self._pdf = PdfPages(path, metadata=metadata)
        self._mark = mark
        self._language = language
        self._number = 0
        self._page: Figure | None = None
        self._left_in = 0.0

    def __enter__(self) -> "_Pages":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._end_page()
        self._pdf.close()  # type: ignore[no-untyped-call]

    def block(self, block: Block) -> None:
        """One block, as it stands on the page too."""
        language = self._language
        match block:
            case Paragraph():
                self.text(block.text[language], block.style, _GREY if block.style == "note" else "black")
            case Heading():
                self.text(block.text[language], "heading", weight="bold")
            case Bullets():
                for item in block.items:
                    self.text(item[language], "plain", bullet=True)
            case Table():
                self._table(block)
            case Plot():
                self._plot(block)
            case _:
                self.text(say("replay.pdf")[language], "plain", _GREY)

    def section(self, title: str) -> None:
        """A heading with a rule under it, never alone at the foot of a page."""
        self._need(1.2)
        self._down(0.18)
        self.text(title, "section", weight="bold")
        self._rule(self._left_in + 0.06, _RULE, 1.0)

    def text(self, text: str, size: str, colour: str = "black", weight: str = "normal", bullet: bool = False) -> None:
        """Wrapped lines."""
        points = _SIZES[size]
        indent_in = 0.18 if bullet else 0.0
        for number, line in enumerate(_wrapped(text, _INNER_IN - indent_in, points)):
            self._need(points * _LINE / _POINTS)
            if bullet and number == 0:
                self._put("•", _MARGIN_IN, points, colour)
            self._put(line, _MARGIN_IN + indent_in, points, colour, weight)
            self._down(points * _LINE / _POINTS)
        self._down(0.04)

    def _plot(self, plot: Plot) -> None:
        """A plot in a frame of its own on the page."""
        height_in = plot.height_in * _INNER_IN / 9.0 + 0.35
        self._need(height_in + 0.5)
        self.text(plot.title[self._language], "heading", weight="bold")
        assert self._page is not None
        legend_in, foot_in, side_in = 0.28, 0.42, 0.55
        box = (
            (_MARGIN_IN + side_in) / _WIDTH_IN,
            (self._left_in - height_in + foot_in) / _HEIGHT_IN,
            (_INNER_IN - side_in) / _WIDTH_IN,
            (height_in - foot_in - legend_in) / _HEIGHT_IN,
        )
        with settings(**{"font.size": 7.0, "font.family": fonts.families(self._language)}):
            axes = self._page.add_axes(box)
            plot.draw(axes, saying(self._language))
            mark_plot(axes, self._mark, 11.0)
        self._down(height_in + 0.1)

    def _table(self, table: Table) -> None:
        language, points = self._language, _SIZES["cell"]
        head = [cell[language] for cell in table.head]
        rows = [[cell[language] for cell in row] for row in table.rows]
        widths_in = _widths(head, rows, points)
        self._row(head, widths_in, table.numeric, points, bold=True)
        for row in rows:
            if self._row_in(row, widths_in, points) > self._left_in - _MARGIN_IN:
                self._end_page()
                self._row(head, widths_in, table.numeric, points, bold=True)
            self._row(row, widths_in, table.numeric, points, least_in=0.3 if table.blank else 0.0)
        self._down(0.1)

    def _row_in(self, cells: list[str], widths_in: list[float], points: float) -> float:
        lines = [
            len(_wrapped(cell, width - _CELL_GAP_IN, points)) for cell, width in zip(cells, widths_in, strict=True)
        ]
        return max(lines) * points * _LINE / _POINTS + 0.04

    def _row(
        self,
        cells: list[str],
        widths_in: list[float],
        numeric: tuple[int, ...],
        points: float,
        bold: bool = False,
        least_in: float = 0.0,
    ) -> None:
        height_in = max(self._row_in(cells, widths_in, points), least_in)
        self._need(height_in)
        across_in = _MARGIN_IN
        for number, (cell, width_in) in enumerate(zip(cells, widths_in, strict=True)):
            down_in = 0.0
            for line in _wrapped(cell, width_in - _CELL_GAP_IN, points):
                place_in = across_in + (width_in - _CELL_GAP_IN if number in numeric else 0.0)
                weight = "bold" if bold else "normal"
                self._put(line, place_in, points, "black", weight, down_in, "right" if number in numeric else "left")
                down_in += points * _LINE / _POINTS
            across_in += width_in
        self._down(height_in)
        self._rule(self._left_in + 0.03, _RULE, 0.5)

    def _put(
        self,
        text: str,
        across_in: float,
        points: float,
        colour: str,
        weight: str = "normal",
        down_in: float = 0.0,
        side: str = "left",
    ) -> None:
        assert self._page is not None
        height = (self._left_in - down_in - points / _POINTS) / _HEIGHT_IN
        # `$` begins mathematics for the library that draws; a text has none.
        self._page.text(
            across_in / _WIDTH_IN,
            height,
            text,
            fontsize=points,
            color=colour,
            fontweight=weight,
            ha=side,
            va="baseline",
            parse_math=False,
        )

    def _rule(self, height_in: float, colour: str, width: float) -> None:
        from matplotlib.lines import Line2D

        assert self._page is not None
        ends = (_MARGIN_IN / _WIDTH_IN, 1.0 - _MARGIN_IN / _WIDTH_IN)
        self._page.add_artist(Line2D(ends, [height_in / _HEIGHT_IN] * 2, color=colour, linewidth=width))

    def _down(self, height_in: float) -> None:
        self._left_in -= height_in

    def _need(self, height_in: float) -> None:
        """Room for so much, on this page or the next."""
        if self._page is None or self._left_in - height_in < _MARGIN_IN:
            self._end_page()

    def _end_page(self) -> None:
        """Close a page and open the next."""
        if self._page is not None:
            self._pdf.savefig(self._page)  # type: ignore[no-untyped-call]
        self._number += 1
        self._page = Figure(figsize=(_WIDTH_IN, _HEIGHT_IN))
        for height_in in (_HEIGHT_IN - 0.4, 0.3):
            self._page.text(
                0.5, height_in / _HEIGHT_IN, self._mark, fontsize=8.5, color=_RED, ha="center", weight="bold"
            )
        self._page.text(
            1.0 - _MARGIN_IN / _WIDTH_IN,
            0.3 / _HEIGHT_IN,
            say("page.number", n=self._number)[self._language],
            fontsize=7.0,
            color=_GREY,
            ha="right",
        )
        self._left_in = _HEIGHT_IN - _MARGIN_IN


def _widths(head: list[str], rows: list[list[str]], points: float) -> list[float]:
    """Columns as wide as their widest cell, squeezed to the page where that is too much: long texts give way, figures do not."""
    wanted = [
        max(_width_in(cell, points) for cell in column) + _CELL_GAP_IN
        for column in zip(*([_longest_word(cell) for cell in head], *rows), strict=True)
    ]
    total = sum(wanted)
    if total <= _INNER_IN:
        spare = (_INNER_IN - total) / len(wanted)
        return [width + spare for width in wanted]
    fair = _INNER_IN / len(wanted)
    narrow = sum(width for width in wanted if width <= fair)
    wide = sum(width for width in wanted if width > fair)
    share = (_INNER_IN - narrow) / wide
    return [max(width if width <= fair else width * share, _NARROWEST * _INNER_IN) for width in wanted]


def _longest_word(text: str) -> str:
    return max(text.split() or [""], key=len)


def _wrapped(text: str, width_in: float, points: float) -> list[str]:
    """Lines of a text, broken at blanks; a word of its own that is too wide, and CJK, anywhere."""
    lines, line, line_in = [], "", 0.0
    for part in _parts(text):
        part_in = _width_in(part, points)
        if line and line_in + _width_in(part.rstrip(), points) > width_in:
            lines.append(line.rstrip())
            line, line_in = "", 0.0
            part, part_in = part.lstrip(), _width_in(part.lstrip(), points)
        while part_in > width_in and len(part) > 1:
            fits = max(1, int(len(part) * width_in / part_in))
            lines.append(part[:fits])
            part = part[fits:]
            part_in = _width_in(part, points)
        line, line_in = line + part, line_in + part_in
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def _parts(text: str) -> Iterator[str]:
    """Pieces between which a line may break, each with the blank that follows it: words, Japanese letters one by one."""
    word = ""
    for letter in text:
        word += letter
        if letter == " " or (_is_wide(letter) and not "가" <= letter <= "힣"):
            yield word
            word = ""
    if word:
        yield word


def _is_wide(letter: str) -> bool:
    return unicodedata.east_asian_width(letter) in "WF"


def _width_in(text: str, points: float) -> float:
    return sum(_WIDE if _is_wide(letter) else _NARROW for letter in text) * points / _POINTS
