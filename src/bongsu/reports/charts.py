"""The plots of a review: ground track, altitude, impact error, time line of messages, latency."""

import math
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from bongsu.base.units import METRES_PER_KILOMETRE, ns_to_seconds
from bongsu.geo.areas import load
from bongsu.model.estimate import PointEstimate
from bongsu.reports.document import Draw
from bongsu.reports.material import Material
from bongsu.reports.style import LAND, TRUTH, colour_of
from bongsu.reports.texts import Say
from bongsu.views.flown import Flown
from bongsu.views.moments import KINDS

_KM_PER_DEGREE = 111.32
_MARKERS = ("o", "s", "X", "^", "P", "D", "v", ".")


def nations_of(material: Material) -> list[str]:
    """The nodes of the review, sorted."""
    nodes = {node for launch in material.review["launches"] for node in launch["nodes"]}
    return sorted(nodes)


def _truth_key(material: Material) -> str:
    """What the dark line is called: the truth of an exercise, the last estimate of a real event."""
    return "legend.reference" if material.real else "legend.truth"


def _land_in_sight(axes: Axes) -> list[Any]:
    """Outlines that reach into the plot: those of the other side of the world would only make the page heavy."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    return [
        line
        for line in load().outlines_deg()
        if line[:, 0].max() >= left
        and line[:, 0].min() <= right
        and line[:, 1].max() >= bottom
        and line[:, 1].min() <= top
    ]


def _own(material: Material) -> list[Flown]:
    return [one for one in material.flown if one.origin == one.node]


def ground_track(material: Material) -> Draw:
    """True track, each nation's own path, launch points and last ellipses of impact."""

    truth = _truth_key(material)

    def draw(axes: Axes, say: Say) -> None:
        longitudes: list[float] = []
        latitudes: list[float] = []
        for flight in material.flights:
            x, y = np.degrees(flight.longitude_rad), np.degrees(flight.latitude_rad)
            axes.plot(x, y, color=TRUTH, linewidth=1.2, label=say(truth, launch=flight.launch))
            axes.plot(x[-1:], y[-1:], "x", color=TRUTH)
            longitudes += [float(x.min()), float(x.max())]
            latitudes += [float(y.min()), float(y.max())]
        nations = nations_of(material)
        for one in _own(material):
            colour = colour_of(one.node, nations)
            axes.plot(np.degrees(one.longitude_rad), np.degrees(one.latitude_rad), ".", markersize=2.5, color=colour)
            for point, marker in ((one.launch, "^"), (one.impact, "o")):
                if point is not None:
                    _point(axes, point, marker, colour)
                    longitudes.append(math.degrees(point.longitude_rad))
                    latitudes.append(math.degrees(point.latitude_rad))
        for nation in nations:
            axes.plot(
                [],
                [],
                ".",
                color=colour_of(nation, nations),
                label=say("legend.own_points", node=nation),
            )
        if latitudes:
            middle = sum(latitudes) / len(latitudes)
            axes.set_aspect(1.0 / max(math.cos(math.radians(middle)), 0.1))
            axes.set_xlim(min(longitudes) - 4, max(longitudes) + 4)
            axes.set_ylim(min(latitudes) - 3, max(latitudes) + 3)
        axes.add_collection(LineCollection(_land_in_sight(axes), colors=LAND, linewidths=0.6, zorder=0))
        axes.set_xlabel(say("axis.longitude"))
        axes.set_ylabel(say("axis.latitude"))
        axes.legend(fontsize=7, loc="lower right", frameon=False)

    return draw


def _point(axes: Axes, point: PointEstimate, marker: str, colour: str) -> None:
    longitude, latitude = math.degrees(point.longitude_rad), math.degrees(point.latitude_rad)
    axes.plot([longitude], [latitude], marker, color=colour, markersize=5, markerfacecolor="none")
    if point.semi_major_m is None or point.semi_minor_m is None or point.bearing_rad is None:
        return
    stretch = 1.0 / max(math.cos(point.latitude_rad), 0.1)
    turn = np.linspace(0.0, 2.0 * math.pi, 73)
    along, across = point.semi_major_m * np.cos(turn), point.semi_minor_m * np.sin(turn)
    north_m = along * math.cos(point.bearing_rad) - across * math.sin(point.bearing_rad)
    east_m = along * math.sin(point.bearing_rad) + across * math.cos(point.bearing_rad)
    scale = METRES_PER_KILOMETRE * _KM_PER_DEGREE
    axes.plot(longitude + east_m / scale * stretch, latitude + north_m / scale, color=colour, linewidth=0.9)


def altitude(material: Material) -> Draw:
    """Altitude over exercise time: truth and what each nation's own path said."""
    truth = _truth_key(material)

    def draw(axes: Axes, say: Say) -> None:
        for flight in material.flights:
            axes.plot(
                _seconds(material, flight.time_ns),
                np.array(flight.altitude_m) / 1e3,
                color=TRUTH,
                linewidth=1.0,
                label=say(truth, launch=flight.launch),
            )
        nations = nations_of(material)
        labelled: list[str] = []
        for one in _own(material):
            label = None if one.node in labelled else say("legend.own_path", node=one.node)
            labelled.append(one.node)
            x = _seconds(material, one.time_ns)
            axes.plot(
                x, np.array(one.altitude_m) / 1e3, ".", markersize=3, color=colour_of(one.node, nations), label=label
            )
        axes.set_xlabel(say("axis.event_s" if material.real else "axis.exercise_s"))
        axes.set_ylabel(say("axis.altitude_km"))
        _legend(axes)

    return draw


def impact_error(material: Material) -> Draw:
    """Distance from each nation's predicted impact to the true one, over time since launch."""

    def draw(axes: Axes, say: Say) -> None:
        nations = nations_of(material)
        styles = ("-", "--", ":", "-.")
        drawn = False
        for number, launch in enumerate(material.review["launches"]):
            for nation, measures in sorted(launch["nodes"].items()):
                rows = [(t_s, km) for t_s, km in measures["impact_error_km"] if km > 0.0]
                if rows:
                    drawn = True
                    x, y = zip(*rows, strict=True)
                    style = styles[number % len(styles)]
                    axes.plot(
                        x,
                        y,
                        style,
                        color=colour_of(nation, nations),
                        marker=".",
                        markersize=3,
                        label=say("legend.node_launch", node=nation, launch=launch["id"]),
                    )
        if drawn:
            axes.set_yscale("log")
        else:
            _nothing(axes, say("plot.no_impact"))
        axes.set_xlabel(say("axis.since_launch_s"))
        axes.set_ylabel(say("axis.impact_error_km"))
        _legend(axes)

    return draw


def time_line(material: Material) -> Draw:
    """Warnings, alarms, acknowledgements, alerts, stances and links at each node, in exercise time."""

    def draw(axes: Axes, say: Say) -> None:
        nations = nations_of(material)
        for number, kind in enumerate(KINDS):
            chosen = [one for one in material.moments if one.kind == kind and one.node in nations]
            if not chosen:
                continue
            offset = (number - len(KINDS) / 2) * 0.09
            axes.plot(
                [_second(material, one.time_ns) for one in chosen],
                [nations.index(one.node) + offset for one in chosen],
                _MARKERS[number],
                markersize=5,
                linestyle="none",
                label=say(f"kind.{kind}"),
            )
        axes.set_yticks(range(len(nations)), nations)
        axes.set_ylim(-0.6, len(nations) - 0.4)
        axes.set_xlabel(say("axis.event_s" if material.real else "axis.exercise_s"))
        _legend(axes, outside=True)

    return draw


def latency(material: Material) -> Draw:
    """From a plot's receipt at one nation to the partner's receipt of what followed, wall clock."""

    def draw(axes: Axes, say: Say) -> None:
        values = np.sort(np.array(material.latencies_ms))
        axes.plot(values, np.arange(1, len(values) + 1) / len(values) * 100.0)
        for share in (50, 99):
            value_ms = float(np.percentile(values, share))
            axes.axhline(share, color="#888888", linewidth=0.7)
            axes.annotate(f"p{share} {value_ms:.1f} ms", (value_ms, share), textcoords="offset points", xytext=(6, -12))
        axes.set_xscale("log")
        axes.set_xlabel(say("axis.latency_ms"))
        axes.set_ylabel(say("axis.percent"))

    return draw


def _seconds(material: Material, times_ns: list[int]) -> list[float]:
    return [_second(material, time_ns) for time_ns in times_ns]


def _second(material: Material, time_ns: int) -> float:
    return ns_to_seconds(time_ns - material.start_ns)


def _legend(axes: Axes, outside: bool = False) -> None:
    if not axes.get_legend_handles_labels()[0]:
        return
    if outside:
        axes.legend(fontsize=7, loc="upper center", bbox_to_anchor=(0.5, 1.2), ncol=len(KINDS), frameon=False)
    else:
        axes.legend(fontsize=7, frameon=False)


def _nothing(axes: Axes, text: str) -> None:
    axes.text(0.5, 0.8, text, transform=axes.transAxes, ha="center")
    axes.set_xticks([])
    axes.set_yticks([])
