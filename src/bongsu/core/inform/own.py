"""Our own warnings: when a first one is due, when an update tells something new, and when one is over. Rules only; `warn.py` is the room."""

import msgspec

from bongsu.base.limits import WARNING_UPDATE_S
from bongsu.base.limits_release import PATH_PASSED_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.inform.course import Course
from bongsu.core.inform.lifecycle import OPEN
from bongsu.geo.frames import great_circle
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.track import Track, TrackStatus
from bongsu.model.warning import Warning, WarningStatus

_UPDATE_NS = seconds_to_ns(WARNING_UPDATE_S)
_SHRUNK = 0.7
"""A half-axis at this part of what was last said is news."""
_MOVED = 0.5
"""A point moved by this part of the last said major half-axis is news."""
_TOLD_S = 3.0
"""A time of impact that differs by less than two of these is no news to a partner, however sure we are."""
_IMPACT_MARGIN_S = 5.0
"""After the computed time of impact and three sigmas, this much more before the warning says `impacted`."""
_PATH_ALTITUDE_M = 30_000.0
"""A track that ends below this, coming down, has been seen to its impact."""


class Own(msgspec.Struct):
    """One of our warnings: the newest version, the event time of its first one, and the newest estimate, said or not."""

    warning: Warning
    opened_ns: int
    estimate: Estimate
    number: int = 0
    course: Course | None = None
    point_ns: int | None = None
    down_ns: int | None = None
    until_ns: int | None = None

    @property
    def tells(self) -> bool:
        """Whether points of its path are still told: while it is open, and after it went out of sight until `until_ns`."""
        status = self.warning.status
        return status in OPEN or (status is WarningStatus.PASSED and self.until_ns is not None)


def path_until_ns(own: Own, after_ns: int) -> int:
    """When the path of an object that went out of sight ends: by the age of its warning alone, so that it does not tell when."""
    period_ns = seconds_to_ns(PATH_PASSED_S)
    return own.opened_ns + (after_ns - own.opened_ns) // period_ns * period_ns + period_ns


def tells_something_new(said: Warning, estimate: Estimate) -> bool:
    """Whether an estimate differs from what was last said by more than an officer would pass over."""
    last = said.estimate
    if last is None:
        return True
    if said.status is WarningStatus.LOST:
        return estimate.time_ns > said.time_ns  # of the same look: from before it was lost
    if (last.impact is None) != (estimate.impact is None) or last.ballistic != estimate.ballistic:
        return True
    if estimate.time_ns < said.time_ns + _UPDATE_NS:
        return False
    return _moved(last.impact, estimate.impact) or (estimate.impact is None and _moved(last.launch, estimate.launch))


def tells_a_partner(last: Estimate, newest: Estimate, floor_m: float) -> bool:
    """Whether better figures of an impact are news to one who is told half-axes of `floor_m` at the least: what it cannot see would tell only that we look."""
    before, after = last.impact, newest.impact
    if before is None or after is None or before.semi_major_m is None or after.semi_major_m is None:
        return True
    if before.time_ns is not None and after.time_ns is not None:
        late_s = abs(after.time_ns - before.time_ns) / seconds_to_ns(1.0)
        if late_s > 2.0 * max(before.sigma_time_s or 0.0, _TOLD_S):
            return True
    return _differ(before, after, max(before.semi_major_m, floor_m), max(after.semi_major_m, floor_m))


def _moved(last: PointEstimate | None, newest: PointEstimate | None) -> bool:
    if last is None or newest is None:
        return newest is not None
    last_m, newest_m = last.semi_major_m, newest.semi_major_m
    if last_m is None or newest_m is None:
        return False
    return _differ(last, newest, last_m, newest_m)


def _differ(last: PointEstimate, newest: PointEstimate, last_m: float, newest_m: float) -> bool:
    """Whether the longer half-axis, `last_m` and then `newest_m`, shrank or grew, or the place moved, by more than one would pass over."""
    if newest_m < _SHRUNK * last_m or newest_m * _SHRUNK > last_m:
        return True
    distance_m, _ = great_circle(last.latitude_rad, last.longitude_rad, newest.latitude_rad, newest.longitude_rad)
    return bool(distance_m > _MOVED * last_m)


def over_ns(own: Own) -> int | None:
    """When the object must have come down: by its track's end near the ground, else by our own estimate; None while no impact is known."""
    if own.down_ns is not None:
        return own.down_ns + seconds_to_ns(_IMPACT_MARGIN_S)
    impact = own.estimate.impact
    if impact is None or impact.time_ns is None:
        return None
    return impact.time_ns + seconds_to_ns(3.0 * (impact.sigma_time_s or 0.0) + _IMPACT_MARGIN_S)


def after_end(own: Own, track: Track) -> tuple[WarningStatus, str] | None:
    """What to say when a track has ended; None: nothing yet.

    An object that was seen to its impact is told as over some seconds later, as one that nobody saw come down: else its end would tell how low
    somebody sees there.
    """
    assert track.status is TrackStatus.ENDED
    impact = own.estimate.impact
    if impact is not None and own.course is not None and own.course.altitude_m < _PATH_ALTITUDE_M:
        own.down_ns = max(track.time_ns, impact.time_ns or 0)
        return None
    if impact is None and own.estimate.ballistic is False:
        return WarningStatus.PASSED, "out of sight, not ballistic"
    return WarningStatus.LOST, "the track was lost before its predicted end"
