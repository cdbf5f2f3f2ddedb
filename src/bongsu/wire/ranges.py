"""Ranges of the members of v1 bodies, by name: what lies outside is refused (R10) before it can reach a picture, a record or a kernel.

They are physical or of the form, never of plausibility: an estimate that is merely poor must arrive. Counts end at 2^53, which every JSON reader
holds exactly; times lie between 1970 and 2262, which 64-bit nanoseconds hold.
"""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import msgspec

from bongsu.base.errors import BadValue
from bongsu.base.limits import STATEMENT_CHARACTERS, WIRE_LIST_COUNT, WIRE_NAME_CHARACTERS, WIRE_TEXT_CHARACTERS
from bongsu.base.time import parse_time

COUNT_MOST = 2**53
_TIME_END_NS = 2**63
_GROUND_M = (0.0, 4.1e7)
_SPEED_M_S = (-1e5, 1e5)
_UNCERTAINTY_M = (0.0, 1e9)
_FROM_ONE = (1, COUNT_MOST)
_FROM_ZERO = (0, COUNT_MOST)

RANGES: dict[str, tuple[float, float]] = {
    "latitude_deg": (-90.0, 90.0),
    "longitude_deg": (-180.0, 180.0),
    "altitude_m": (-1_000.0, 1e8),
    "apogee_m": (0.0, 1e8),
    "range_m": _GROUND_M,
    "bearing_deg": (-360.0, 360.0),
    "semi_major_m": _UNCERTAINTY_M,
    "semi_minor_m": _UNCERTAINTY_M,
    "time_sigma_s": (0.0, 1e7),
    "velocity_east_m_s": _SPEED_M_S,
    "velocity_north_m_s": _SPEED_M_S,
    "velocity_up_m_s": _SPEED_M_S,
    "version": _FROM_ONE,
    "epoch": _FROM_ONE,
    "first": _FROM_ONE,
    "last": _FROM_ONE,
    "up_to": _FROM_ZERO,
    "prompt_sequence": _FROM_ZERO,
    "received_epoch": _FROM_ZERO,
    "received_up_to": _FROM_ZERO,
}
"""Least and most of every number that a body of v1 can hold, both inclusive; a new number gets its row here (a test holds it)."""

_LONG_TEXTS = {
    "reason": WIRE_TEXT_CHARACTERS,
    "en": STATEMENT_CHARACTERS,
    "ja": STATEMENT_CHARACTERS,
    "ko": STATEMENT_CHARACTERS,
}
"""Members in which people write, and their longest; every other text is a name."""


def moment(text: str) -> int:
    """RFC 3339 text to nanoseconds UTC. Raises `BadValue` for what is no time, or one that 64 bits do not hold."""
    time_ns = parse_time(text)
    if not 0 <= time_ns < _TIME_END_NS:
        raise BadValue(f"the time {text!r}", "times lie between 1970 and 2262")
    return time_ns


def check(payload: msgspec.Struct) -> None:
    """Every number, text and list of a body, also of the places in it. Raises `BadValue` that names the member."""
    for name in payload.__struct_fields__:
        _check(name, getattr(payload, name))


def _check(name: str, value: Any) -> None:
    if value is None or isinstance(value, bool | Enum):
        return
    if isinstance(value, msgspec.Struct):
        check(value)
    elif isinstance(value, int | float):
        least, most = RANGES[name]
        if not least <= value <= most:
            raise BadValue(f"{name} {value:.6g}" if abs(value) < 1e300 else name, f"within {least:g} and {most:g}")
    elif isinstance(value, str):
        _check_text(name, value)
    else:
        _check_list(name, value)


def _check_text(name: str, value: str) -> None:
    most = _LONG_TEXTS.get(name, WIRE_NAME_CHARACTERS)
    if len(value) > most:
        raise BadValue(f"{name} of {len(value)} characters", f"at most {most}")


def _check_list(name: str, values: Sequence[Any]) -> None:
    if len(values) > WIRE_LIST_COUNT:
        raise BadValue(f"{name} with {len(values)} entries", f"at most {WIRE_LIST_COUNT}")
    for value in values:
        _check(name, value)
