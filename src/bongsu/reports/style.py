"""The look of all plots: colours that colour-blind readers can tell apart (Okabe and Ito), and the mark that no plot is without."""

import html
import io
import logging
import re
from collections.abc import Callable
from typing import Any

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

COLOURS = {"kr": "#0072B2", "us": "#009E73", "jp": "#D55E00"}
"""By nation."""
SPARE_COLOURS = ("#CC79A7", "#E69F00", "#56B4E9", "#F0E442")
TRUTH = "#222222"
LAND = "#d9d4c7"

_MARK: dict[str, Any] = {
    "ha": "center",
    "va": "center",
    "color": "#b00020",
    "alpha": 0.26,
    "zorder": 10,
}
_TEXT = re.compile(r"(<text\b[^>]*>)([^<]*)</text>")

_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "bongsu",
    "font.family": ["Noto Sans CJK JP", "DejaVu Sans"],
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
}


def colour_of(nation: str, nations: list[str]) -> str:
    """A nation's colour; others take the spare ones in order."""
    if nation in COLOURS:
        return COLOURS[nation]
    others = [one for one in nations if one not in COLOURS]
    return SPARE_COLOURS[others.index(nation) % len(SPARE_COLOURS)] if nation in others else "#888888"


def figure_of(draw: Callable[[Axes], None], mark: str, width_in: float = 9.0, height_in: float = 3.6) -> Figure:
    """One plot with the mark written across it; call it inside `settings`."""
    # A machine without the CJK font falls back to DejaVu; matplotlib would say so at every glyph.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    figure = Figure(figsize=(width_in, height_in), layout="constrained")
    axes = figure.add_subplot()
    draw(axes)
    mark_plot(axes, mark)
    return figure


def mark_plot(axes: Axes, mark: str, size: float = 17.0) -> None:
    """The mark across a plot."""
    axes.text(0.5, 0.5, mark, transform=axes.transAxes, fontsize=size, **_MARK)


def settings(**more: Any) -> Any:
    """The look of a plot, as a context."""
    return rc_context(_SETTINGS | more)


def svg(
    draw: Callable[[Axes], None],
    mark: str,
    width_in: float = 9.0,
    height_in: float = 3.6,
    words: Callable[[str], str | None] | None = None,
) -> str:
    """One plot as SVG text without a prologue, the mark written across it.

    With `words` its texts stay texts, and each for which `words` gives markup is replaced by that: one drawing speaks several languages.
    """
    with settings(**({} if words is None else {"svg.fonttype": "none"})):
        out = io.StringIO()
        figure_of(draw, mark, width_in, height_in).savefig(out, format="svg", metadata={"Date": None, "Title": mark})
    text = out.getvalue()
    text = text[text.index("<svg") :]
    if words is None:
        return text
    return _TEXT.sub(lambda found: found[1] + (words(html.unescape(found[2])) or found[2]) + "</text>", text)
