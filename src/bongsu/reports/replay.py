"""The session as data for the page's own script: who held what at each moment. Degrees, kilometres and seconds since the session's start."""

from collections.abc import Callable
from typing import Any

import numpy as np

from bongsu.base.units import METRES_PER_KILOMETRE, degrees, ns_to_seconds
from bongsu.geo.areas import load
from bongsu.model.estimate import PointEstimate
from bongsu.reports.charts import nations_of
from bongsu.reports.material import Material, TrueFlight
from bongsu.reports.style import colour_of
from bongsu.reports.texts import Text, saying
from bongsu.views.flown import Flown, Told
from bongsu.views.moments import Moment
from bongsu.words.catalogue import LANGUAGES, catalogue

_MARGIN_DEG = 4.0
_OUTLINE_DEG = 0.05
"""Thinning of the outlines: a page is 900 points wide."""
_WORDS = ("replay.play", "replay.pause", "replay.control", "replay.node", "replay.nothing")


def data(material: Material, sentence: Callable[[Moment], Text]) -> dict[str, Any] | None:
    """All that the script needs; None where nothing can be shown."""
    box = _box(material)
    if box is None:
        return None
    nations = nations_of(material) or sorted({one.node for one in material.flown})
    ends = [time_ns for one in _flying(material) for time_ns in one.time_ns[-1:]]
    ends += [moment.time_ns for moment in material.moments]
    return {
        "end_s": round(max(_seconds(material, time_ns) for time_ns in ends) + 1.0, 1),
        "opens_s": _opens_s(material),
        "box_deg": box,
        "land": _land(box),
        "nations": [{"code": node, "colour": colour_of(node, nations)} for node in nations],
        "truth": [{"id": one.launch, **_path(material, one)} for one in material.flights],
        "held": [_held(material, one) for one in material.flown],
        "moments": [
            [round(_seconds(material, one.time_ns), 1), one.node, one.kind, sentence(one).by]
            for one in material.moments
        ],
        "start_ms": material.start_ns // 1_000_000,
        "words": {language: _words(language, material.real) for language in LANGUAGES},
    }


def _opens_s(material: Material) -> float:
    """When the last of the nations' own warnings was first said: then the most is on the map."""
    own = [one.history[0].time_ns for one in material.flown if one.origin == one.node and one.history]
    return round(_seconds(material, max(own, default=material.start_ns)), 1)


def _flying(material: Material) -> list[TrueFlight | Flown]:
    return [*material.flights, *material.flown]


def _words(language: str, real: bool) -> dict[str, str]:
    say = saying(language)
    told = {key: say(key, node="{node}") for key in _WORDS}
    if real:
        told["replay.control"] = say("replay.control_real")
    return told | {key: text for key, text in catalogue("console", language).items() if key.startswith("status.")}


def _seconds(material: Material, time_ns: int) -> float:
    return ns_to_seconds(time_ns - material.start_ns)


def _path(material: Material, one: Any) -> dict[str, list[float]]:
    return {
        "t": [round(_seconds(material, time_ns), 1) for time_ns in one.time_ns],
        "lat": [round(degrees(value), 3) for value in one.latitude_rad],
        "lon": [round(degrees(value), 3) for value in one.longitude_rad],
        "alt": [round(value / METRES_PER_KILOMETRE, 1) for value in one.altitude_m],
    }


def _held(material: Material, one: Flown) -> dict[str, Any]:
    words = [[round(_seconds(material, told.time_ns), 1), told.status, *_points(told)] for told in one.history]
    return {
        "node": one.node,
        "origin": one.origin,
        "warning": one.warning,
        "words": words,
        **_path(material, one),
    }


def _points(told: Told) -> list[list[float | None] | None]:
    return [_point(told.launch), _point(told.impact)]


def _point(point: PointEstimate | None) -> list[float | None] | None:
    """Latitude, longitude, half-axes in km and bearing of the major one."""
    if point is None:
        return None
    axes = (point.semi_major_m, point.semi_minor_m)
    return [
        round(degrees(point.latitude_rad), 3),
        round(degrees(point.longitude_rad), 3),
        *(None if axis is None else round(axis / METRES_PER_KILOMETRE, 1) for axis in axes),
        None if point.bearing_rad is None else round(degrees(point.bearing_rad), 1),
    ]


def _box(material: Material) -> list[float] | None:
    """West, south, east, north around all that flew."""
    places = [
        (value, other)
        for one in _flying(material)
        for value, other in zip(one.latitude_rad, one.longitude_rad, strict=True)
    ]
    if not places:
        return None
    latitudes, longitudes = np.degrees(np.array(places)).T
    return [
        round(float(longitudes.min()) - _MARGIN_DEG, 2),
        round(float(latitudes.min()) - _MARGIN_DEG, 2),
        round(float(longitudes.max()) + _MARGIN_DEG, 2),
        round(float(latitudes.max()) + _MARGIN_DEG, 2),
    ]


def _land(box: list[float]) -> list[list[float]]:
    """Outlines in the box, each as longitude and latitude in turn."""
    west, south, east, north = box
    return [
        [round(float(value), 2) for value in line.ravel()]
        for line in load().outlines_deg(tolerance_deg=_OUTLINE_DEG)
        if line[:, 0].max() >= west
        and line[:, 0].min() <= east
        and line[:, 1].max() >= south
        and line[:, 1].min() <= north
    ]
