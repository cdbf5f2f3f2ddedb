"""The largest towns near a predicted impact: an indication for the reader, never a count of people."""

from bongsu.base.limits import TOWNS_COUNT, TOWNS_M
from bongsu.geo.areas import Place, load_places
from bongsu.model.event import Event
from bongsu.model.warning import WarningStatus

_OUT = frozenset({WarningStatus.SUPERSEDED, WarningStatus.RETRACTED})
_LARGEST_M = 300_000.0
"""An ellipse longer than this says nothing of towns."""


def towns(event: Event) -> tuple[Place, ...]:
    """Towns within TOWNS_M of the 95 % ellipse's longer half-axis around the impact, by our own word or else the first partner's that has one."""
    for one in event.assessments:
        impact = one.warning.estimate.impact if one.warning.estimate is not None else None
        if impact is None or one.warning.status in _OUT:
            continue
        reach_m = impact.semi_major_m or 0.0
        if reach_m > _LARGEST_M:
            return ()
        return load_places().largest_within(impact.latitude_rad, impact.longitude_rad, reach_m + TOWNS_M, TOWNS_COUNT)
    return ()
