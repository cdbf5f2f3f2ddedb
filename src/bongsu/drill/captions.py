"""Captions in plain words, made from what the nodes tell: each is a fact of the run, none is written beforehand.

Takes each node's events, alarms and alerts; gives a sentence where something happens for the first time. No clock, no I/O.
"""

from bongsu.base.units import degrees, ns_to_seconds
from bongsu.drill.scenario import Scenario
from bongsu.geo import areas
from bongsu.model.alarm import Alarm
from bongsu.model.alert import Alert, Rung
from bongsu.model.estimate import PointEstimate
from bongsu.model.event import Assessment, Event
from bongsu.model.head import Item
from bongsu.model.warning import WarningStatus
from bongsu.node.control import Seen

_AREAS_NAMED_COUNT = 4

_OWN = {
    WarningStatus.LOST: "{name} no longer sees {it}: its track coasts, and is shown as coasting.",
    WarningStatus.PASSED: "{name}: {it} has passed over.",
    WarningStatus.IMPACTED: "{name}: {it} has come down{place}.",
    WarningStatus.RETRACTED: "{name} takes its warning back: {reason}.",
}
_PARTNER = {
    WarningStatus.RETRACTED: "The retraction has reached {name}, {after_s:.1f} s later.",
}


def short_name(name: str) -> str:
    """A nation's name as one says it."""
    short = name.removeprefix("Republic of ")
    return f"the {short}" if short.startswith("United") else short


def _of(name: str) -> str:
    return f"{name}'" if name.endswith("s") else f"{name}'s"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def place_text(point: PointEstimate) -> str:
    """A place in tenths of a degree."""
    latitude, longitude = degrees(point.latitude_rad), degrees(point.longitude_rad)
    return f"{abs(latitude):.1f}°{'N' if latitude >= 0 else 'S'} {abs(longitude):.1f}°{'E' if longitude >= 0 else 'W'}"


class Captions:
    """See the head of this file. Remembers what has been said."""

    def __init__(self, scenario: Scenario) -> None:
        self._names = {partner.code: short_name(partner.name) for partner in scenario.partners}
        self._said: dict[tuple[str, ...], int] = {}
        self._warnings: dict[tuple[str, str], int] = {}
        self._areas: dict[tuple[str, str], tuple[str, ...]] = {}

    def of(self, code: str, item: Item[Seen]) -> list[str]:
        """The sentences that follow from one item of node `code`."""
        body = item.body
        if isinstance(body, Event):
            now_ns = item.head.receipt_ns
            return [text for one in body.assessments for text in self._assessment(code, body, one, now_ns)]
        if isinstance(body, Alarm):
            return self._alarm(code, body, item.head.receipt_ns)
        if isinstance(body, Alert):
            return self._alert(code, body)
        return []

    def _first(self, now_ns: int, *what: str) -> bool:
        """Whether this is said for the first time; the moment is remembered."""
        if what in self._said:
            return False
        self._said[what] = now_ns
        return True

    def _assessment(self, code: str, event: Event, one: Assessment, now_ns: int) -> list[str]:
        if one.basis == "fused":
            return []
        warning, status = one.warning.warning, one.warning.status
        self._warnings.setdefault((one.origin, warning), len(self._warnings))
        if one.basis == "own":
            return self._own(code, event, one, now_ns)
        told = []
        if self._first(one.first_ns, code, one.origin, warning, "heard"):
            told += self._heard(code, event, one)
        issued_ns = self._said.get((one.origin, one.origin, warning, status.value))
        if status in _PARTNER and self._first(now_ns, code, one.origin, warning, status.value):
            after_s = 0.0 if issued_ns is None else max(ns_to_seconds(now_ns - issued_ns), 0.0)
            told.append(_PARTNER[status].format(name=self._name(code), after_s=after_s))
        return told

    def _heard(self, code: str, event: Event, one: Assessment) -> list[str]:
        """The first word of a partner on something: only the first partner's is said of an event."""
        others = [other for other in event.assessments if other is not one and other.basis == "partner"]
        if any(other.first_ns <= one.first_ns for other in others):
            return []
        own = next((other for other in event.assessments if other.basis == "own"), None)
        name, origin = self._name(code), self._name(one.origin)
        if own is not None and own.first_ns <= one.first_ns:
            return [f"The hub passes {_of(origin)} word on; {name} had seen {self._it(one)} itself."]
        return [
            f"The hub passes it: {name} knows from {origin}, and no sensor of its own has seen {self._it(one)} yet."
        ]

    def _own(self, code: str, event: Event, one: Assessment, now_ns: int) -> list[str]:
        warning, status, estimate = one.warning.warning, one.warning.status, one.warning.estimate
        name, it, told = _capital(self._name(code)), self._it(one), []
        if self._first(one.first_ns, code, code, warning, "sees"):
            launch = estimate.launch if estimate is not None else None
            where = f": a launch near {place_text(launch)}" if launch is not None else ""
            heard = [other.first_ns for other in event.assessments if other.basis == "partner"]
            before_s = ns_to_seconds(one.first_ns - min(heard)) if heard else 0.0
            knew = f"; it knew {before_s:.0f} s before, from its partners" if before_s >= 1.0 else ""
            told.append(f"{name} sees {it}{where}{knew}.")
        if estimate is not None and estimate.impact is not None and self._first(now_ns, code, warning, "impact"):
            told.append(f"{name} expects {it} to come down near {place_text(estimate.impact)}.")
        if self._first(now_ns, code, code, warning, status.value) and status in _OWN:
            impact = estimate.impact if estimate is not None else None
            place = f" near {place_text(impact)}" if impact is not None else ""
            reason = one.warning.reason or "no reason is given"
            told.append(_OWN[status].format(name=name, it=it, place=place, reason=reason))
        return told

    def _alarm(self, code: str, alarm: Alarm, now_ns: int) -> list[str]:
        if not alarm.acknowledged_by or not self._first(now_ns, code, alarm.event, "acknowledged"):
            return []
        after_s = ns_to_seconds(now_ns - alarm.raised_ns)
        return [f"The watch of {self._name(code)} acknowledges the alarm after {after_s:.0f} s."]

    def _alert(self, code: str, alert: Alert) -> list[str]:
        found = tuple(risk.area for risk in alert.on_rung(Rung.ALERT)) if alert.status == "alert" else ()
        before = self._areas.get((code, alert.event), ())
        self._areas[code, alert.event] = found
        new = [area for area in found if area not in before]
        if alert.status != "alert":
            return (
                [f"{_capital(self._name(code))} lifts its alert ({alert.status.replace('_', ' ')})."] if before else []
            )
        if not new:
            return []
        known = areas.load()
        named = [known.label(area, "en").partition(",")[0] for area in new[:_AREAS_NAMED_COUNT]]
        more = f" and {len(new) - len(named)} more" if len(new) > len(named) else ""
        return [f"{_capital(self._name(code))} alerts {', '.join(named)}{more}."]

    def _name(self, code: str) -> str:
        return self._names.get(code, code)

    def _it(self, one: Assessment) -> str:
        """What is spoken of: by its warning where there is more than one of this originator."""
        count = sum(origin == one.origin for origin, _ in self._warnings)
        return "it" if count < 2 else one.warning.warning
