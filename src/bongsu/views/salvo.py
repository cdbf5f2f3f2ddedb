"""Which events are one salvo: a person is called once, with a count, not twenty times."""

from collections.abc import Iterable

from bongsu.base.limits import SALVO_M, SALVO_S
from bongsu.base.units import seconds_to_ns
from bongsu.geo.frames import great_circle
from bongsu.model.estimate import PointEstimate
from bongsu.model.event import Event
from bongsu.model.warning import WarningStatus
from bongsu.views.shape import Salvo

_SALVO_NS = seconds_to_ns(SALVO_S)
_OUT = frozenset({WarningStatus.SUPERSEDED, WarningStatus.RETRACTED})


def salvos(events: Iterable[Event]) -> tuple[Salvo, ...]:
    """Groups of two and more, in order of launch. An event joins the group whose last launch is near enough in time and whose first is in place.

    What has been retracted is of no salvo: it calls for itself.
    """
    launches = sorted(found for event in events if (found := _launch(event)) is not None)
    groups: list[list[tuple[int, str, float, float]]] = []
    for launch in launches:
        near = [group for group in groups if _belongs(launch, group)]
        if near:
            near[-1].append(launch)
        else:
            groups.append([launch])
    return tuple(Salvo(group[0][1], tuple(row[1] for row in group)) for group in groups if len(group) > 1)


def _belongs(launch: tuple[int, str, float, float], group: list[tuple[int, str, float, float]]) -> bool:
    if launch[0] - group[-1][0] > _SALVO_NS:
        return False
    distance_m, _ = great_circle(group[0][2], group[0][3], launch[2], launch[3])
    return distance_m <= SALVO_M


def _launch(event: Event) -> tuple[int, str, float, float] | None:
    """Time, event and place (radians) of the launch by the first that says it; None where nobody does."""
    for one in event.assessments:
        launch: PointEstimate | None = one.warning.estimate.launch if one.warning.estimate is not None else None
        if one.warning.status in _OUT or launch is None or launch.time_ns is None:
            continue
        return launch.time_ns, event.event, launch.latitude_rad, launch.longitude_rad
    return None
