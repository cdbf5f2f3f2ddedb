"""`bongsu reconstruct`: a whole flight from reported figures, and whether a reported flight time can be right."""

from __future__ import annotations

import math
from typing import Any

import click
import msgspec

from bongsu.base.errors import BadInput
from bongsu.base.units import METRES_PER_KILOMETRE, degrees, radians
from bongsu.flight import reconstruct as flight
from bongsu.flight.reconstruct import Interval, Reconstruction


@click.command(
    epilog="\b\nExample:\n  bongsu reconstruct --site 39.2,125.7 --bearing 72 --apogee-km 6248.5 --range-km 1090 --reported-flight-s 4052"
)
@click.option("--site", required=True, metavar="LAT,LON", help="Launch site in degrees.")
@click.option(
    "--bearing", "bearing_deg", required=True, type=float, help="From launch to impact, degrees clockwise from north."
)
@click.option("--apogee-km", required=True, metavar="A", help="Highest altitude; A..B for about, A.. for at least.")
@click.option("--range-km", required=True, metavar="R", help="Ground distance; A..B for about, A.. for at least.")
@click.option("--reported-flight-s", type=float, default=None, help="A reported flight time to judge.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def reconstruct(
    site: str, bearing_deg: float, apogee_km: str, range_km: str, reported_flight_s: float | None, as_json: bool
) -> None:
    """Work out a whole flight from its reported figures."""
    latitude_deg, longitude_deg = _site(site)
    if not math.isfinite(bearing_deg) or not -360.0 <= bearing_deg <= 360.0:
        raise BadInput(f"a bearing of {bearing_deg:g}", "give degrees clockwise from north", "--bearing")
    if reported_flight_s is not None and not (math.isfinite(reported_flight_s) and reported_flight_s > 0.0):
        raise BadInput(f"a flight time of {reported_flight_s:g}", "give seconds above 0", "--reported-flight-s")
    result = flight.reconstruct(
        radians(latitude_deg),
        radians(longitude_deg),
        radians(bearing_deg % 360.0),
        _interval(apogee_km, "--apogee-km"),
        _interval(range_km, "--range-km"),
        reported_flight_s,
    )
    row = row_of(result)
    click.echo(msgspec.json.encode(row).decode() if as_json else _sentence(row))


def _site(text: str) -> tuple[float, float]:
    try:
        latitude, longitude = (float(part) for part in text.split(","))
    except ValueError:
        raise BadInput(f"{text!r} is not a place", "write it like 39.2,125.7", "--site") from None
    if not (abs(latitude) <= 89.0 and abs(longitude) <= 360.0):
        raise BadInput(f"{text!r} is not a place on Earth", "give latitude within 89 and longitude", "--site")
    return latitude, longitude


def _interval(text: str, place: str) -> Interval:
    """`A`, `A..B` or `A..` in km, as metres."""
    low_text, dots, high_text = text.partition("..")
    try:
        low = float(low_text) * METRES_PER_KILOMETRE
        high = low if not dots else (float(high_text) * METRES_PER_KILOMETRE if high_text else None)
    except ValueError:
        raise BadInput(f"{text!r} is not a figure", "write A, A..B or A.. in km", place) from None
    if not math.isfinite(low) or (high is not None and not low <= high < math.inf):
        raise BadInput(f"{text!r} is not an interval", "write the lower figure first", place)
    return Interval(low, high)


def row_of(result: Reconstruction) -> dict[str, Any]:
    """The contract's object: plain numbers when all input was exact, else `[low, high]` with high null when open."""
    exact = result.apogee_m.exact and result.range_m.exact

    def told(interval: Interval, scale: float = 1.0) -> Any:
        low = interval.low * scale
        if exact:
            return low
        return [low, None if interval.high is None else interval.high * scale]

    one_degree = degrees(1.0)
    bearing_deg = degrees(result.bearing_rad)
    return {
        "flight_s": told(result.flight_s),
        "apogee_m": told(result.apogee_m),
        "range_m": told(result.range_m),
        "bearing_deg": bearing_deg if exact else [bearing_deg, bearing_deg],
        "impact": {
            "latitude_deg": told(result.latitude_rad, one_degree),
            "longitude_deg": told(result.longitude_rad, one_degree),
        },
        "drag_free_s": told(result.drag_free_s),
        "reported_possible": result.reported_possible,
    }


def _sentence(row: dict[str, Any]) -> str:
    def said(value: Any, digits: int = 0) -> str:
        if isinstance(value, list):
            return (
                f"{value[0]:.{digits}f} to {value[1]:.{digits}f}"
                if value[1] is not None
                else f"at least {value[0]:.{digits}f}"
            )
        return f"{value:.{digits}f}"

    lines = [
        f"flight time     {said(row['flight_s'])} s (no path is quicker than {said(row['drag_free_s'])} s)",
        f"highest point   {said(row['apogee_m'])} m",
        f"range           {said(row['range_m'])} m on bearing {said(row['bearing_deg'], 1)} degrees",
        f"impact          {said(row['impact']['latitude_deg'], 2)} N, {said(row['impact']['longitude_deg'], 2)} E",
    ]
    if row["reported_possible"] is not None:
        lines.append(
            "reported time   "
            + ("possible" if row["reported_possible"] else "cannot be right: below the quickest path")
        )
    return "\n".join(lines)
