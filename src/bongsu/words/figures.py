"""Figures of a register as text: the ledger's fields in the units that people use, for the command line."""

import math

from bongsu.base.time import format_time


def in_words(field: str, value: float | int | str) -> str:
    """A claim's value: kilometres, degrees, UTC."""
    if isinstance(value, str):
        return value
    if field.endswith("_time_ns"):
        return format_time(int(value), 0)
    if field.endswith("_rad"):
        return f"{math.degrees(value):.2f} deg"
    return f"{value / 1000.0:,.0f} km"


def spread_in_words(field: str, spread: float) -> str:
    """How far apart claims of a field lie: seconds, degrees, kilometres."""
    if field.endswith("_time_ns"):
        return f"{spread / 1e9:.0f} s"
    if field.endswith("_rad"):
        return f"{math.degrees(spread):.2f} deg"
    return f"{spread / 1000.0:,.0f} km"
