"""Conversions between the units at the edges (degrees, km) and those inside (radians, metres, integer nanoseconds)."""

import math

NANOSECONDS_PER_SECOND = 1_000_000_000
NANOSECONDS_PER_MICROSECOND = 1_000
METRES_PER_KILOMETRE = 1_000.0


def seconds_to_ns(seconds: float) -> int:
    """Seconds to integer nanoseconds, rounded to the nearest."""
    return round(seconds * NANOSECONDS_PER_SECOND)


def ns_to_seconds(nanoseconds: int) -> float:
    """Integer nanoseconds to seconds; exact to 0.1 microseconds for spans under 10 years."""
    return nanoseconds / NANOSECONDS_PER_SECOND


def degrees(radians: float) -> float:
    """Radians to degrees."""
    return math.degrees(radians)


def radians(degrees_: float) -> float:
    """Degrees to radians."""
    return math.radians(degrees_)
