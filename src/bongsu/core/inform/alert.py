"""Areas at risk: which of the nation's areas the impact ellipse or the overflight touches.

Takes: `Event`; `Carried` from the epoch before.
Gives: `Alert` when areas join it, when the danger has passed, or when the warning is withdrawn.
Remembers: for each event since when each area has been touched, and the alert.
Bounds: EVENTS_COUNT events. An area must stay touched for ALERT_HOLD_S, by an impact whose ellipse is under ALERT_ELLIPSE_M.
Sources: DOMAIN.md section 3 (wrong areas, alerts after the passage). Our own assessment counts where it has an impact; else the partners' do.
"""

from typing import Any

import msgspec
import numpy as np
from msgspec.structs import replace

from bongsu.base.limits import ALERT_ELLIPSE_M, ALERT_HOLD_S, EVENTS_COUNT, OVERFLIGHT_HALF_WIDTH_M
from bongsu.base.units import seconds_to_ns
from bongsu.core.room import Due, Given
from bongsu.geo.areas import load
from bongsu.geo.frames import great_circle
from bongsu.geo.path import great_circle_points
from bongsu.model.alert import Alert, AreaRisk
from bongsu.model.carried import Carried
from bongsu.model.configuration import Configuration
from bongsu.model.event import Assessment, Event
from bongsu.model.head import Item, Now
from bongsu.model.warning import WarningStatus

_HOLD_NS = seconds_to_ns(ALERT_HOLD_S)
_STEP_M = 50_000.0
"""Spacing of the points of an overflown path."""
_LEVELS = ("province", "islands")
"""Areas are alerted at these levels until districts can be subscribed to."""


class _Held(msgspec.Struct):
    event: str
    touched_ns: dict[str, int] = {}
    risks: dict[str, AreaRisk] = {}
    alerted: list[str] = []
    alert: Alert | None = None
    basis: list[str] = []
    over: bool = False


class AlertRoom:
    """See the head of this file."""

    name = "alert"
    takes = (Event, Carried)

    def __init__(self, configuration: Configuration) -> None:
        self._country = configuration.country
        self._areas = load(configuration.area_set)
        self._held: dict[str, _Held] = {}
        self._found: dict[tuple[str, str], tuple[int, list[AreaRisk]]] = {}

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """A new version of an event, or what stood in the epoch before."""
        if isinstance(item.body, Carried):
            self._held |= {alert.event: _held_of(alert) for alert in item.body.alerts}
            return []
        event: Event = item.body
        held = self._held.get(event.event)
        if held is None:
            held = self._held[event.event] = _Held(event.event)
            if len(self._held) > EVENTS_COUNT:
                del self._held[next(iter(self._held))]
        standing = [one for one in event.assessments if one.warning.status is not WarningStatus.RETRACTED]
        if not standing:
            return self._close(held, "withdrawn", event.reason, now)
        if not event.open:
            return self._close(held, "passed", event.reason, now)
        held.over = False
        self._touch(held, standing, now)
        return self._advance(held, now)

    def due(self) -> Due:
        """When the next area has been touched for long enough."""
        times = [
            since_ns + _HOLD_NS
            for held in self._held.values()
            if not held.over
            for area, since_ns in held.touched_ns.items()
            if area not in held.alerted
        ]
        return Due(exercise_ns=min(times, default=None))

    def tick(self, now: Now) -> list[Given]:
        """Alert what has stayed touched."""
        return [given for held in self._held.values() for given in self._advance(held, now)]

    def state(self) -> bytes:
        """The alerts."""
        return msgspec.msgpack.encode(list(self._held.values()))

    def restore(self, state: bytes) -> None:
        """The alerts."""
        self._held = {held.event: held for held in msgspec.msgpack.decode(state, type=list[_Held])}

    def _touch(self, held: _Held, standing: list[Assessment], now: Now) -> None:
        """Which areas are touched now; one that is no longer touched begins anew."""
        known = [one for one in standing if _impact(one) is not None]
        own = [one for one in known if one.basis == "own"]
        used = own or known
        risks: dict[str, AreaRisk] = {}
        for assessment in used:
            for risk in self._risks(assessment):
                risks.setdefault(risk.area, risk)
        held.basis = [one.origin for one in used]
        held.risks = {area: risks[area] for area in sorted(risks)}
        held.touched_ns = {area: held.touched_ns.get(area, now.exercise_ns) for area in held.risks}

    def _risks(self, assessment: Assessment) -> list[AreaRisk]:
        """The areas that one originator's word touches; worked out once for each version."""
        place, version = (assessment.origin, assessment.warning.warning), assessment.warning.version
        found = self._found.get(place)
        if found is None or found[0] != version:
            self._found.pop(place, None)
            found = self._found[place] = version, self._touched(assessment)
            if len(self._found) > EVENTS_COUNT:
                del self._found[next(iter(self._found))]
        return found[1]

    def _touched(self, assessment: Assessment) -> list[AreaRisk]:
        impact = _impact(assessment)
        assert impact is not None
        if (impact.semi_major_m or 0.0) > ALERT_ELLIPSE_M:
            return []
        ids = self._areas.touching_ellipse(
            impact.latitude_rad,
            impact.longitude_rad,
            impact.semi_major_m or 0.0,
            impact.semi_minor_m or 0.0,
            impact.bearing_rad or 0.0,
            levels=_LEVELS,
        )
        risks = [AreaRisk(area=area, kind="impact", time_ns=impact.time_ns) for area in ids if self._ours(area)]
        return risks + self._overflown(assessment)

    def _overflown(self, assessment: Assessment) -> list[AreaRisk]:
        estimate = assessment.warning.estimate
        launch, impact = (None, None) if estimate is None else (estimate.launch, estimate.impact)
        if launch is None or impact is None or launch.time_ns is None or impact.time_ns is None:
            return []
        ends = (launch.latitude_rad, launch.longitude_rad, impact.latitude_rad, impact.longitude_rad)
        distance_m, _ = great_circle(*ends)
        points = great_circle_points(*ends, max(2, round(distance_m / _STEP_M)))
        touches = self._areas.near_path(np.asarray(points), OVERFLIGHT_HALF_WIDTH_M, levels=_LEVELS)
        span_ns = impact.time_ns - launch.time_ns
        return [
            AreaRisk(
                area=touch.area,
                kind="overflight",
                time_ns=launch.time_ns + span_ns * touch.nearest_index // (len(points) - 1),
            )
            for touch in touches
            if self._ours(touch.area)
        ]

    def _ours(self, area: str) -> bool:
        known = self._areas.get(area)
        return known is not None and known.country == self._country

    def _advance(self, held: _Held, now: Now) -> list[Given]:
        joined = [
            area
            for area, since_ns in held.touched_ns.items()
            if area not in held.alerted and now.exercise_ns >= since_ns + _HOLD_NS
        ]
        if held.over or not joined:
            return []
        held.alerted = sorted([*held.alerted, *joined])
        return [self._alert(held, "alert", f"{len(joined)} areas joined", now)]

    def _close(self, held: _Held, status: str, reason: str, now: Now) -> list[Given]:
        if held.over:
            return []
        held.over = True
        return [] if held.alert is None else [self._alert(held, status, reason, now)]

    def _alert(self, held: _Held, status: str, reason: str, now: Now) -> Alert:
        before = held.alert
        known = {} if before is None else {risk.area: risk for risk in before.areas}
        areas = tuple(held.risks.get(area) or known[area] for area in held.alerted)
        if before is None:
            before = Alert(
                alert=f"{held.event}-A",
                event=held.event,
                version=0,
                status=status,
                time_ns=now.exercise_ns,
                area_set=self._areas.version,
                areas=areas,
            )
        held.alert = replace(
            before,
            version=before.version + 1,
            status=status,
            time_ns=now.exercise_ns,
            areas=areas,
            basis=tuple(held.basis),
            reason=reason,
        )
        return held.alert


def _held_of(alert: Alert) -> _Held:
    """An alert that was given in the epoch before: it is corrected and ended under its old name."""
    return _Held(
        event=alert.event,
        risks={risk.area: risk for risk in alert.areas},
        alerted=[risk.area for risk in alert.areas],
        alert=alert,
        basis=list(alert.basis),
        over=alert.status != "alert",
    )


def _impact(assessment: Assessment) -> Any:
    estimate = assessment.warning.estimate
    return None if estimate is None else estimate.impact
