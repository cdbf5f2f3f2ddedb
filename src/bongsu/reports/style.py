"""The look of all plots: colours that colour-blind readers can tell apart (Okabe and Ito), and the mark that no plot is without."""

import io
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


def svg(draw: Callable[[Axes], None], mark: str, width_in: float = 9.0, height_in: float = 3.6) -> str:
    """One plot as SVG text without a prologue, the mark written across it."""
    import logging

    # A machine without the CJK font falls back to DejaVu; matplotlib would say so at every glyph.
    logging.getLogger("matplotlib.font_manager").setLevel(logging.ERROR)
    with rc_context(_SETTINGS):
        figure = Figure(figsize=(width_in, height_in), layout="constrained")
        axes = figure.add_subplot()
        draw(axes)
        axes.text(
            0.5,
            0.5,
            mark,
            transform=axes.transAxes,
            ha="center",
            va="center",
            fontsize=17,
            color="#b00020",
            alpha=0.18,
            zorder=10,
        )
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Title": mark})
    text = out.getvalue()
    return text[text.index("<svg") :]
