"""What a node knew of each flight: the path it held and its newest word on launch and impact, by originator."""

from collections.abc import Iterable
from typing import Any

import msgspec

from bongsu.model.estimate import PointEstimate
from bongsu.model.head import Item
from bongsu.model.warning import Path, Warning

POINTS_COUNT = 600
"""Points kept of one path: a line across a page; a longer one is thinned by halves."""


HISTORY_COUNT = 400
"""Words kept of one warning for a replay; of more, every second one goes."""


class Told(msgspec.Struct):
    """What a warning said from `time_ns` (receipt, exercise time) on."""

    time_ns: int
    status: str
    launch: PointEstimate | None
    impact: PointEstimate | None


class Flown(msgspec.Struct):
    """One warning as one node held it. The four lists run in step: event time, degrees of latitude and longitude in radians, metres."""

    node: str
    origin: str
    warning: str
    status: str = ""
    launch: PointEstimate | None = None
    impact: PointEstimate | None = None
    time_ns: list[int] = []
    latitude_rad: list[float] = []
    longitude_rad: list[float] = []
    altitude_m: list[float] = []
    history: list[Told] = []


def flown(items: Iterable[Item[Any]], node: str) -> list[Flown]:
    """All warnings in a node's record, in order of first word."""
    found: dict[tuple[str, str], Flown] = {}
    for item in items:
        body = item.body
        if not isinstance(body, Path | Warning):
            continue
        place = (item.head.origin, body.warning)
        one = found.setdefault(place, Flown(node=node, origin=item.head.origin, warning=body.warning))
        if isinstance(body, Warning):
            one.status = body.status.value
            if body.estimate is not None:
                one.launch = body.estimate.launch or one.launch
                one.impact = body.estimate.impact or one.impact
            _tell(one, item.head.receipt_ns)
        else:
            _add(one, body)
    return list(found.values())


def _add(one: Flown, path: Path) -> None:
    one.time_ns.append(path.time_ns)
    one.latitude_rad.append(path.latitude_rad)
    one.longitude_rad.append(path.longitude_rad)
    one.altitude_m.append(path.altitude_m)
    if len(one.time_ns) > POINTS_COUNT:
        for values in (one.time_ns, one.latitude_rad, one.longitude_rad, one.altitude_m):
            del values[1::2]


def _tell(one: Flown, time_ns: int) -> None:
    """A word is kept when the status changes, and of figures alone every one until there are too many."""
    one.history.append(Told(time_ns, one.status, one.launch, one.impact))
    if len(one.history) > HISTORY_COUNT:
        kept = one.history
        changed = {number for number in range(1, len(kept)) if kept[number].status != kept[number - 1].status}
        one.history = [told for number, told in enumerate(kept) if number % 2 == 0 or number in changed]
