"""The plots of a review: ground track, altitude, impact error, time line of messages, latency."""

import math
from collections.abc import Callable

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from bongsu.base.units import METRES_PER_KILOMETRE, ns_to_seconds
from bongsu.geo.areas import load
from bongsu.model.estimate import PointEstimate
from bongsu.reports.material import Material
from bongsu.reports.style import LAND, TRUTH, colour_of
from bongsu.views.flown import Flown
from bongsu.views.moments import KINDS

Draw = Callable[[Axes], None]
_KM_PER_DEGREE = 111.32
_MARKERS = ("o", "s", "X", "^", "P", "D", "v", ".")


def nations_of(material: Material) -> list[str]:
    """The nodes of the review, sorted."""
    nodes = {node for launch in material.review["launches"] for node in launch["nodes"]}
    return sorted(nodes)


def _own(material: Material) -> list[Flown]:
    return [one for one in material.flown if one.origin == one.node]


def ground_track(material: Material) -> Draw:
    """True track, each nation's own path, launch points and last ellipses of impact."""

    def draw(axes: Axes) -> None:
        axes.add_collection(LineCollection(load().outlines_deg(), colors=LAND, linewidths=0.6, zorder=0))
        longitudes: list[float] = []
        latitudes: list[float] = []
        for flight in material.flights:
            x, y = np.degrees(flight.longitude_rad), np.degrees(flight.latitude_rad)
            axes.plot(x, y, color=TRUTH, linewidth=1.2, label=f"{flight.launch}: truth")
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
                label=f"{nation}: own path, launch, impact with 95 % ellipse",
            )
        if latitudes:
            middle = sum(latitudes) / len(latitudes)
            axes.set_aspect(1.0 / max(math.cos(math.radians(middle)), 0.1))
            axes.set_xlim(min(longitudes) - 4, max(longitudes) + 4)
            axes.set_ylim(min(latitudes) - 3, max(latitudes) + 3)
        axes.set_xlabel("longitude, degrees east")
        axes.set_ylabel("latitude, degrees north")
        axes.legend(fontsize=7, loc="lower right")

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

    def draw(axes: Axes) -> None:
        for flight in material.flights:
            axes.plot(
                _seconds(material, flight.time_ns),
                np.array(flight.altitude_m) / 1e3,
                color=TRUTH,
                linewidth=1.0,
                label=f"{flight.launch}: truth",
            )
        nations = nations_of(material)
        labelled: list[str] = []
        for one in _own(material):
            label = None if one.node in labelled else f"{one.node}: own path"
            labelled.append(one.node)
            x = _seconds(material, one.time_ns)
            axes.plot(
                x, np.array(one.altitude_m) / 1e3, ".", markersize=3, color=colour_of(one.node, nations), label=label
            )
        axes.set_xlabel("seconds of the exercise")
        axes.set_ylabel("altitude, km")
        _legend(axes)

    return draw


def impact_error(material: Material) -> Draw:
    """Distance from each nation's predicted impact to the true one, over time since launch."""

    def draw(axes: Axes) -> None:
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
                        label=f"{nation}, {launch['id']}",
                    )
        if drawn:
            axes.set_yscale("log")
        else:
            _nothing(axes, "no impact was predicted")
        axes.set_xlabel("seconds after launch")
        axes.set_ylabel("error of the predicted impact, km")
        _legend(axes)

    return draw


def time_line(material: Material) -> Draw:
    """Warnings, alarms, acknowledgements, alerts, stances and links at each node, in exercise time."""

    def draw(axes: Axes) -> None:
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
                label=kind,
            )
        axes.set_yticks(range(len(nations)), nations)
        axes.set_ylim(-0.6, len(nations) - 0.4)
        axes.set_xlabel("seconds of the exercise")
        _legend(axes, outside=True)

    return draw


def latency(material: Material) -> Draw:
    """From a plot's receipt at one nation to the partner's receipt of what followed, wall clock."""

    def draw(axes: Axes) -> None:
        values = np.sort(np.array(material.latencies_ms))
        if len(values) == 0:
            _nothing(axes, "virtual time: latency is not measured")
            return
        axes.plot(values, np.arange(1, len(values) + 1) / len(values) * 100.0)
        for share in (50, 99):
            value_ms = float(np.percentile(values, share))
            axes.axhline(share, color="#888888", linewidth=0.7)
            axes.annotate(f"p{share} {value_ms:.1f} ms", (value_ms, share), textcoords="offset points", xytext=(6, -12))
        axes.set_xscale("log")
        axes.set_xlabel("milliseconds from a plot's receipt to the partner's receipt")
        axes.set_ylabel("per cent of warnings and paths")

    return draw


def _seconds(material: Material, times_ns: list[int]) -> list[float]:
    return [_second(material, time_ns) for time_ns in times_ns]


def _second(material: Material, time_ns: int) -> float:
    return ns_to_seconds(time_ns - material.start_ns)


def _legend(axes: Axes, outside: bool = False) -> None:
    if not axes.get_legend_handles_labels()[0]:
        return
    if outside:
        axes.legend(fontsize=7, loc="upper center", bbox_to_anchor=(0.5, 1.16), ncol=len(KINDS))
    else:
        axes.legend(fontsize=7)


def _nothing(axes: Axes, text: str) -> None:
    axes.text(0.5, 0.8, text, transform=axes.transAxes, ha="center")
    axes.set_xticks([])
    axes.set_yticks([])
