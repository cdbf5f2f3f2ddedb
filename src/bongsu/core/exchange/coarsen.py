"""Coarsening of released fields, such that averaging many updates does not undo it.

A point on a grid keeps its cell, and a rounded figure its step, for the event until the estimate has clearly left it (one whole cell), so noise around a
border never shows: rounding each update anew would let an average in between the steps.
the ellipse is widened by what the grid may be off, floored, and rounded up: it stays true.
"""

import math
from typing import Any

from bongsu.base.time import format_time, parse_time
from bongsu.base.units import NANOSECONDS_PER_SECOND

_METRES_PER_DEGREE = 111_320.0
_TURN_DEG, _HALF_TURN_DEG = 360.0, 180.0
"""Directions and axes that far apart are the same."""
Cells = dict[str, tuple[float, float]]
"""What is held for one event, by recipient and place (a grid cell, or a step and nothing): keep one for each event, else averaging updates would undo it."""
_FACTOR_95 = 2.448
"""95 % half-axis of a two-dimensional normal distribution in sigmas: sqrt(5.991)."""


def on_grid(value: float, step: float) -> float:
    """The nearest multiple of `step`, without the noise of binary fractions."""
    return round(round(value / step) * step, 9)


def held_cell(
    held: tuple[float, float] | None, latitude_deg: float, longitude_deg: float, grid_deg: float
) -> tuple[float, float]:
    """The cell's centre to release: the held one while the estimate lies within one whole cell of it, else the new one."""
    if held is not None:
        turned_deg = (longitude_deg - held[1] + 180.0) % 360.0 - 180.0
        if abs(latitude_deg - held[0]) <= grid_deg and abs(turned_deg) <= grid_deg:
            return held
    north_deg = max(-90.0, min(90.0, on_grid(latitude_deg, grid_deg)))
    east_deg = on_grid(longitude_deg, grid_deg)
    # A step that does not divide the circle would overshoot a pole or the 180th meridian, and no receiver takes such a place.
    return north_deg, round((east_deg + 180.0) % 360.0 - 180.0, 9) if abs(east_deg) > 180.0 else east_deg


def held_number(held: float | None, value: float, step: float, turn: float | None = None) -> float:
    """The multiple of `step` to release: the held one while the value lies within one whole step of it, else the nearest. `turn`: values that far apart
    are the same (an angle)."""
    if held is not None:
        apart = value - held
        if turn is not None:
            apart = math.remainder(apart, turn)
        if abs(apart) <= step:
            return held
    return on_grid(value, step)


def rounded_time(text: str, step_s: float) -> str:
    """RFC 3339 text on the nearest multiple of `step_s`."""
    step_ns = round(step_s * NANOSECONDS_PER_SECOND)
    return format_time(round(parse_time(text) / step_ns) * step_ns)


def coarsened_point(
    point: dict[str, Any], parameters: dict[str, dict[str, float]], held: tuple[float, float] | None
) -> tuple[dict[str, Any], tuple[float, float] | None]:
    """A wire point coarsened by the parameters of each member's own rule (none: it leaves as it is), and the cell now held (None without a grid)."""
    result = dict(point)
    grids_deg = [
        parameters.get(name, {}).get("grid_deg") for name in ("latitude_deg", "longitude_deg") if name in point
    ]
    widening_m = 0.0
    if (grid_deg := max((grid for grid in grids_deg if grid is not None), default=None)) is not None:
        # A grid for one of the two holds for both: the pair is one point, and the other would give away where in the cell it lies.
        held = held_cell(held, point.get("latitude_deg", 0.0), point.get("longitude_deg", 0.0), grid_deg)
        result |= {name: on for name, on in zip(("latitude_deg", "longitude_deg"), held, strict=True) if name in point}
        widening_m = _FACTOR_95 * grid_deg * _METRES_PER_DEGREE / math.sqrt(3.0)
    for name in ("semi_major_m", "semi_minor_m"):
        if name in point and (widening_m or name in parameters):
            result[name] = _widened(math.hypot(point[name], widening_m), parameters.get(name, {}))
    round_s = parameters.get("time", parameters.get("time_sigma_s", {})).get("round_s")
    if round_s is not None:
        if "time" in point and "time" in parameters:
            result["time"] = rounded_time(point["time"], round_s)
        if "time_sigma_s" in point:
            result["time_sigma_s"] = round(math.hypot(point["time_sigma_s"], round_s), 1)
    if "bearing_deg" in point and "bearing_deg" in parameters:
        result["bearing_deg"] = round(point["bearing_deg"])
    return result, held


def held_members(
    coarse: dict[str, Any], exact: dict[str, Any], parameters: dict[str, dict[str, float]], cells: Cells, place: str
) -> dict[str, Any]:
    """A coarsened point whose time, bearing and half-axes keep the step that they were released on, as its place keeps its cell; `cells` is changed."""
    result = dict(coarse)

    def held_at(name: str) -> float | None:
        return cells.get(f"{place}.{name}", (None, 0.0))[0]

    round_s = parameters.get("time", {}).get("round_s")
    if round_s is not None and "time" in exact:
        step_ns = round(round_s * NANOSECONDS_PER_SECOND)
        steps = held_number(held_at("time"), parse_time(exact["time"]) / step_ns, 1.0)
        cells[f"{place}.time"] = steps, 0.0
        result["time"] = format_time(round(steps) * step_ns)
    if "bearing_deg" in exact and "bearing_deg" in parameters:
        bearing_deg = held_number(held_at("bearing_deg"), exact["bearing_deg"], 1.0, _HALF_TURN_DEG)
        cells[f"{place}.bearing_deg"] = bearing_deg, 0.0
        result["bearing_deg"] = round(bearing_deg)
    for name in ("semi_major_m", "semi_minor_m"):
        step_m = parameters.get(name, {}).get("round_m")
        if step_m is not None and name in coarse:
            held_m = held_at(name)
            if held_m is not None and held_m - step_m <= coarse[name] <= held_m:
                result[name] = held_m
            cells[f"{place}.{name}"] = result[name], 0.0
    return result


def _widened(semi_axis_m: float, parameters: dict[str, float]) -> float:
    step_m = parameters.get("round_m", 1.0)
    return math.ceil(max(semi_axis_m, parameters.get("floor_m", 0.0)) / step_m) * step_m


def coarsened_number(name: str, value: float, parameters: dict[str, float], held: float | None = None) -> float:
    """A single figure rounded to `round_m` (metres, metres a second) or `grid_deg` (degrees), on the step that is held; as it is where neither is given."""
    step = parameters.get(step_of(name))
    return value if step is None else held_number(held, value, step, _TURN_DEG if name.endswith("_deg") else None)


def step_of(name: str) -> str:
    """The parameter that rounds a figure of that name."""
    return "grid_deg" if name.endswith("_deg") else "round_m"
