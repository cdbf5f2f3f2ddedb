"""Time inside is an integer count of nanoseconds since 1970-01-01 UTC; text is RFC 3339.

`datetime` silently drops digits beyond microseconds and refuses second 60, so the fraction is handled here as integers.
A leap second is refused: no source of ours may rely on one.
"""

import functools
import re
from datetime import UTC, datetime, timedelta, timezone

from bongsu.base.errors import BadValue
from bongsu.base.units import NANOSECONDS_PER_SECOND

_RFC3339 = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:([Zz])|([+-])(\d\d):(\d\d))", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@functools.lru_cache(maxsize=64)
def parse_time(text: str) -> int:
    """RFC 3339 text (any offset, up to nanoseconds) to nanoseconds UTC. Raises `BadValue`."""
    match = _RFC3339.fullmatch(text)
    if match is None:
        raise BadValue(f"{text!r} is not an RFC 3339 time", "write it like 2026-05-01T00:00:12.300000Z")
    year, month, day, hour, minute, second = (int(group) for group in match.groups()[:6])
    fraction, zulu, sign, offset_hours, offset_minutes = match.groups()[6:]
    zone: timezone = UTC
    try:
        if zulu is None:
            offset = timedelta(hours=int(offset_hours), minutes=int(offset_minutes))
            zone = timezone(-offset if sign == "-" else offset)
        moment = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError as error:
        raise BadValue(f"{text!r} is not a time that exists ({error})", "correct its date, hour or offset") from None
    span = moment - _EPOCH
    whole_s = span.days * 86_400 + span.seconds
    return whole_s * NANOSECONDS_PER_SECOND + int((fraction or "0").ljust(9, "0"))


def format_time(time_ns: int, digits: int = 6) -> str:
    """Nanoseconds UTC to RFC 3339 with `digits` (0 to 9) digits of the second, rounded down, and `Z`."""
    whole_s, rest_ns = divmod(time_ns, NANOSECONDS_PER_SECOND)
    text = _second(whole_s)
    return f"{text}.{rest_ns:09d}"[: len(text) + 1 + digits] + "Z" if digits else f"{text}Z"


@functools.lru_cache(maxsize=64)
def _second(whole_s: int) -> str:
    """The text of a whole second: messages of one moment name the same few."""
    return (_EPOCH + timedelta(seconds=whole_s)).strftime("%Y-%m-%dT%H:%M:%S")
