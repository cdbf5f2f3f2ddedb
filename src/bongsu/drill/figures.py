"""Measured figures of the truth, as the review and `truth.json` tell them: degrees, metres, RFC 3339."""

import math
from typing import Any

import numpy as np

from bongsu.base.time import format_time
from bongsu.drill.truth import Flight

PATH_STEP_S = 10.0
"""Spacing of the rows of a told path."""


def truth_figures(flight: Flight) -> dict[str, Any]:
    """`truth` of a launch in `review.json` (DESIGN.md section 4). What stays in orbit has no impact; `pieces` fall by themselves."""
    figures: dict[str, Any] = {
        "time": format_time(flight.launch_ns),
        "latitude_deg": round(math.degrees(flight.latitude_rad), 6),
        "longitude_deg": round(math.degrees(flight.longitude_rad), 6),
        "apogee_m": round(flight.apogee_m, 1),
        "range_m": round(flight.range_m, 1),
        "bearing_deg": round(math.degrees(flight.bearing_rad), 4),
        "burn_s": round(flight.burnout_s, 3),
        "flight_s": round(flight.flight_s, 3),
        "impact": None if flight.in_orbit else _landing(flight),
    }
    if flight.in_orbit:
        figures["in_orbit"] = True
    if flight.pieces:
        figures["pieces"] = [
            {"name": piece.name, "from_s": round(piece.from_s, 3), "impact": _landing(piece.flight)}
            for piece in flight.pieces
        ]
    return figures


def _landing(flight: Flight) -> dict[str, Any]:
    return {
        "time": format_time(flight.impact_ns),
        "latitude_deg": round(math.degrees(flight.impact_latitude_rad), 6),
        "longitude_deg": round(math.degrees(math.remainder(flight.impact_longitude_rad, 2.0 * math.pi)), 6),
    }


def truth_path(flight: Flight, step_s: float = PATH_STEP_S) -> list[dict[str, Any]]:
    """Rows of the true path: seconds from launch, earth-fixed position and velocity, the moment of impact last."""
    times = np.append(np.arange(0.0, flight.flight_s, step_s), flight.flight_s)
    positions, velocities = flight.at(times)
    return [
        {"t_s": time_s, "position_m": position, "velocity_m_s": velocity}
        for time_s, position, velocity in zip(times.tolist(), positions.tolist(), velocities.tolist(), strict=True)
    ]


def truth_document(flights: dict[str, Flight]) -> dict[str, Any]:
    """All flights with their figures and paths: what stands beside an exported detections file."""
    told = []
    for name, flight in flights.items():
        figures = truth_figures(flight)
        launch = {key: figures.pop(key) for key in ("time", "latitude_deg", "longitude_deg")}
        told.append({"name": name, "launch": launch, **figures, "path": truth_path(flight)})
    return {"flights": told}
