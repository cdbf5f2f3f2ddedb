"""Coarsening of released fields, such that averaging many updates does not undo it.

A point on a grid keeps its cell for the event until the estimate has clearly left it (one whole cell), so noise around a border never shows;
the ellipse is widened by what the grid may be off, floored, and rounded up: it stays true.
"""

import math
from typing import Any

from bongsu.base.time import format_time, parse_time
from bongsu.base.units import NANOSECONDS_PER_SECOND

_METRES_PER_DEGREE = 111_320.0
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
    return on_grid(latitude_deg, grid_deg), on_grid(longitude_deg, grid_deg)


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


def _widened(semi_axis_m: float, parameters: dict[str, float]) -> float:
    step_m = parameters.get("round_m", 1.0)
    return math.ceil(max(semi_axis_m, parameters.get("floor_m", 0.0)) / step_m) * step_m


def coarsened_number(name: str, value: float, parameters: dict[str, float]) -> float:
    """A single figure rounded to `round_m` (metres, metres a second) or `grid_deg` (degrees); as it is where neither is given."""
    step = parameters.get(step_of(name))
    return value if step is None else on_grid(value, step)


def step_of(name: str) -> str:
    """The parameter that rounds a figure of that name."""
    return "grid_deg" if name.endswith("_deg") else "round_m"
