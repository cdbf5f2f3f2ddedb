"""Plots of the ledger: launches a month by kind, apogee against range, reported against computed flight time, and what reporters differ by.

Every point is a claim, drawn as its reporter gave it; the mark CLAIMS AS REPORTED stands inside each plot.
"""

from __future__ import annotations

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from bongsu.base.units import METRES_PER_KILOMETRE
from bongsu.ledger import packaged
from bongsu.ledger.book import Book
from bongsu.ledger.launches import Kind
from bongsu.ledger.plausibility import Findings, number_of
from bongsu.ledger.series import Apart, Timed, computed, months, pairs, told_apart
from bongsu.model.claim import Bound
from bongsu.reports.style import SPARE_COLOURS, TRUTH, svg

MARK = "CLAIMS AS REPORTED"
_KIND_COLOURS = {
    Kind.BALLISTIC: "#0072B2",
    Kind.MANOEUVRING: "#009E73",
    Kind.SATELLITE: "#D55E00",
    Kind.CRUISE: "#CC79A7",
    Kind.ARTILLERY: "#E69F00",
    Kind.UNKNOWN: "#888888",
}
_REPORTER_COLOURS = {"kcna": "#D55E00", "japan": "#0072B2", "korea": "#009E73"}
_MARKERS = {Bound.EXACT: "o", Bound.ABOUT: "s", Bound.AT_LEAST: "^", Bound.AT_MOST: "v"}
_LABELS_COUNT = 40
"""Months or launches that an axis names; of more, only some are."""
_GAP = 0.7
"""So much wider, in bars, is the step over months without a launch."""
_EXPLAINED = "#b8b8b8"
_LONG_LABEL = 40
_ROW_IN = 0.28


def charts(book: Book, findings: Findings) -> dict[str, str]:
    """The four plots as SVG, by name; those with a row for each launch or pair are as high as their rows need."""
    timed, apart = computed(book), told_apart(book, findings)
    timed_in = max(5.0, _ROW_IN * len({row.launch for row in timed}))
    return {
        "launches-per-month": svg(lambda axes: per_month(axes, book), MARK),
        "apogee-against-range": svg(lambda axes: apogee_against_range(axes, book), MARK, height_in=5.0),
        "flight-times": svg(lambda axes: flight_times(axes, timed), MARK, height_in=timed_in),
        "reporters-differences": svg(
            lambda axes: differences(axes, apart), MARK, height_in=max(3.6, _ROW_IN * len(apart))
        ),
    }


def _legend(axes: Axes) -> None:
    """A legend above the plot, where anything was drawn: inside it would hide points."""
    labels = axes.get_legend_handles_labels()[1]
    if labels:
        columns = 3 if max(map(len, labels)) < _LONG_LABEL else 1
        axes.legend(fontsize=7, loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=columns, frameon=False)


def per_month(axes: Axes, book: Book) -> None:
    """Stacked bars; over months without a launch there is a gap, however many they are."""
    counted = months(book)
    names = list(counted)
    places = _places(names)
    bottom = [0] * len(names)
    for kind, colour in _KIND_COLOURS.items():
        heights = [counted[month].get(kind, 0) for month in names]
        if any(heights):
            axes.bar(places, heights, bottom=bottom, color=colour, label=kind.value)
            bottom = [low + height for low, height in zip(bottom, heights, strict=True)]
    step = -(-len(names) // _LABELS_COUNT) or 1
    axes.set_axisbelow(True)
    axes.grid(visible=False, axis="x")
    axes.set_xticks(places[::step], names[::step], rotation=90, fontsize=7)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_ylabel("launches in the ledger")
    axes.set_xlabel("months with a launch, UTC (a gap: months without)")
    _legend(axes)


def _places(names: list[str]) -> list[float]:
    """Where each month stands: one behind the other, wider where some are left out between."""
    places: list[float] = []
    for i, name in enumerate(names):
        before = _counted(names[i - 1]) if i else None
        wide = before is not None and _counted(name) - before > 1
        places.append((places[-1] + 1.0 if places else 0.0) + (_GAP if wide else 0.0))
    return places


def _counted(month: str) -> int:
    year, _, number = month.partition("-")
    return 12 * int(year) + int(number)


def apogee_against_range(axes: Axes, book: Book) -> None:
    """A point for each reporter who gave both figures; the marker shows how the apogee was bounded."""
    drawn: list[str] = []
    for _, apogee, range_ in pairs(book):
        label = None if apogee.reporter in drawn else packaged.reporters().get(apogee.reporter, apogee.reporter)
        drawn.append(apogee.reporter)
        axes.plot(
            [number_of(range_) / METRES_PER_KILOMETRE],
            [number_of(apogee) / METRES_PER_KILOMETRE],
            _MARKERS[apogee.bound],
            color=_colour(apogee.reporter),
            markerfacecolor="none",
            label=label,
        )
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.margins(0.06)
    for axis in (axes.xaxis, axes.yaxis):
        _in_plain_figures(axis)
    axes.set_xlabel("range, km (circle: exact, square: about, triangle up: at least, down: at most)")
    axes.set_ylabel("apogee, km")
    _legend(axes)


def _in_plain_figures(axis: Axis) -> None:
    """1, 2 and 5 of each power of ten, written out."""
    axis.set_major_locator(LogLocator(base=10.0, subs=(1.0, 2.0, 5.0)))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axis.set_minor_formatter(NullFormatter())


def _colour(reporter: str) -> str:
    return _REPORTER_COLOURS.get(reporter, SPARE_COLOURS[0])


def flight_times(axes: Axes, rows: list[Timed]) -> None:
    """Reported minus drag-free time of each launch; nothing real lies below zero."""
    names = list(dict.fromkeys(row.launch for row in rows))
    drawn: list[str] = []
    for row in rows:
        label = None if row.reporter in drawn else f"reported by {row.reporter}"
        drawn.append(row.reporter)
        axes.plot(
            [row.reported_s - row.drag_free_s],
            [names.index(row.launch)],
            "o",
            color=_colour(row.reporter),
            markerfacecolor="none",
            label=label,
        )
    free = {row.launch: row.flight_s - row.drag_free_s for row in rows}
    axes.plot(
        list(free.values()),
        range(len(names)),
        "|",
        color=TRUTH,
        markersize=14,
        label="computed with powered phase and drag",
    )
    axes.axvline(0.0, color=TRUTH, linewidth=1.0)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set_xlabel("seconds above the drag-free path with the reported apogee and range: below 0 cannot be")
    _legend(axes)


def differences(axes: Axes, rows: list[Apart]) -> None:
    """A bar for each two flight times; grey where rounding explains it."""
    for name, flagged, colour in (
        ("more than rounding explains", True, SPARE_COLOURS[1]),
        ("explained by rounding", False, _EXPLAINED),
    ):
        places = [i for i, row in enumerate(rows) if row.flagged is flagged]
        if places:
            axes.barh(places, [rows[i].difference_s for i in places], color=colour, label=name)
    for i, row in enumerate(rows):
        axes.plot([row.allowed_s] * 2, [i - 0.4, i + 0.4], color=TRUTH, label="" if i else "what rounding explains")
        axes.annotate(
            row.said,
            (max(row.difference_s, row.allowed_s), i),
            xytext=(5, 0),
            textcoords="offset points",
            va="center",
            fontsize=7,
        )
    axes.set_axisbelow(True)
    axes.set_xlim(0.0, 1.35 * max((max(row.difference_s, row.allowed_s) for row in rows), default=1.0))
    axes.set_yticks(range(len(rows)), [row.launch for row in rows], fontsize=8)
    axes.set_xlabel("seconds between two reporters' flight times")
    _legend(axes)
