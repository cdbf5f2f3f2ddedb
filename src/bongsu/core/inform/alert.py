"""Areas at risk: on which rung each of the nation's areas stands for an event.

Takes: `Event`; `Carried` from the epoch before.
Gives: `Alert` when an area changes its rung, when the danger has passed (an area, or all), or when the warning is withdrawn.
Remembers: for each event where each area stands, the alert, and the newest words, which are weighed at the next tick: to weigh twenty areas takes tens of
    milliseconds, for which no warning to a partner waits. An ending is told at once.
Bounds: EVENTS_COUNT events; the nation's own areas of one packaged set.
Sources: `alert_decision.py` (the table), `alert_chances.py` (probabilities); DOMAIN.md section 3 (wrong areas, alerts after the passage). Our own
    assessment counts where it has an impact; else the partners' do, the most likely of them for each area.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from bongsu.base.limits import EVENTS_COUNT
from bongsu.core.inform import alert_decision as decision
from bongsu.core.inform.alert_chances import chances
from bongsu.core.inform.alert_decision import Chance, Standing
from bongsu.core.room import Due, Given
from bongsu.geo.areas import load
from bongsu.model.alert import Alert, AreaRisk, Rung
from bongsu.model.carried import Carried
from bongsu.model.configuration import Configuration
from bongsu.model.event import Assessment, Event
from bongsu.model.head import Item, Now
from bongsu.model.warning import WarningStatus


class _Held(msgspec.Struct):
    event: str
    standings: dict[str, Standing] = {}
    alert: Alert | None = None
    basis: list[str] = []
    over: bool = False
    waiting: list[Assessment] = []


class AlertRoom:
    """See the head of this file."""

    name = "alert"
    takes = (Event, Carried)

    def __init__(self, configuration: Configuration) -> None:
        self._country = configuration.country
        self._areas = load(configuration.area_set)
        self._held: dict[str, _Held] = {}
        self._newest_ns = 0
        self._found: dict[tuple[str, str], tuple[int, tuple[Chance, ...]]] = {}

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
        if held.standings or any(one.warning.estimate and one.warning.estimate.impact for one in standing):
            held.waiting = standing
        return []

    def due(self) -> Due:
        """When the next area moves, or time alone may ask for another rung."""
        now_ns = self._newest_ns
        if any(held.waiting for held in self._held.values()):
            return Due(exercise_ns=now_ns)
        times = [
            due_ns
            for held in self._held.values()
            if not held.over
            for standing in held.standings.values()
            for due_ns in (decision.moves_ns(standing), decision.next_look_ns(standing, now_ns))
            if due_ns is not None
        ]
        return Due(exercise_ns=min(times, default=None))

    def tick(self, now: Now) -> list[Given]:
        """Weigh what is new, and look again at what time has changed."""
        self._newest_ns = now.exercise_ns
        given: list[Given] = []
        for held in self._held.values():
            if held.over:
                continue
            if held.waiting:
                self._weigh(held, held.waiting, now)
                held.waiting = []
            for standing in held.standings.values():
                decision.follow(standing, standing.chance, now.exercise_ns)
            given += self._advance(held, now)
        return given

    def state(self) -> bytes:
        """The alerts."""
        return msgspec.msgpack.encode((self._newest_ns, list(self._held.values())))

    def restore(self, state: bytes) -> None:
        """The alerts."""
        self._newest_ns, held = msgspec.msgpack.decode(state, type=tuple[int, list[_Held]])
        self._held = {one.event: one for one in held}

    def _weigh(self, held: _Held, assessments: list[Assessment], now: Now) -> None:
        """Where each area stands by the newest words; one that is spoken of no more has no chance."""
        known = [one for one in assessments if one.warning.estimate is not None and one.warning.estimate.impact]
        used = [one for one in known if one.basis == "own"] or known
        best: dict[str, Chance] = {}
        for assessment in used:
            for chance in self._chances(assessment):
                if chance.area not in best or _outweighs(chance, best[chance.area], now.exercise_ns):
                    best[chance.area] = chance
        if used:
            held.basis = [one.origin for one in used]
        for area, standing in held.standings.items():
            if area not in best:
                best[area] = replace(standing.chance, probability=0.0)
        for area, chance in best.items():
            decision.follow(held.standings.setdefault(area, Standing(chance)), chance, now.exercise_ns)
        held.standings = {area: held.standings[area] for area in sorted(held.standings)}

    def _chances(self, assessment: Assessment) -> tuple[Chance, ...]:
        """What one originator's word means for our areas; worked out once for each version."""
        place, version = (assessment.origin, assessment.warning.warning), assessment.warning.version
        found = self._found.get(place)
        if found is None or found[0] != version:
            self._found.pop(place, None)
            found = self._found[place] = version, chances(assessment.warning.estimate, self._areas, self._country)
            if len(self._found) > EVENTS_COUNT:
                del self._found[next(iter(self._found))]
        return found[1]

    def _advance(self, held: _Held, now: Now) -> list[Given]:
        before = {area: standing.rung for area, standing in held.standings.items()}
        moved = [area for area, standing in held.standings.items() if decision.settle(standing, now.exercise_ns)]
        if held.over or not moved:
            return []
        risks = tuple(standing.risk() for standing in held.standings.values() if standing.rung is not Rung.HOLD)
        climbed = [area for area in moved if decision.higher(held.standings[area].rung, before[area])]
        passed = [area for area in moved if held.standings[area].passed]
        reason = f"{len(climbed)} areas climbed, {len(moved) - len(climbed) - len(passed)} sank, {len(passed)} passed"
        status = "passed" if passed and not risks else _status(risks)
        return [self._alert(held, status, risks, reason, now)]

    def _close(self, held: _Held, status: str, reason: str, now: Now) -> list[Given]:
        if held.over:
            return []
        held.over = True
        held.standings, held.waiting = {}, []
        before = held.alert
        if before is None or before.status == "stood_down" or (before.status == status == "passed"):
            return []
        return [self._alert(held, status, before.areas, reason, now)]

    def _alert(self, held: _Held, status: str, risks: tuple[AreaRisk, ...], reason: str, now: Now) -> Alert:
        held.alert = Alert(
            alert=f"{held.event}-A",
            event=held.event,
            version=1 if held.alert is None else held.alert.version + 1,
            status=status,
            time_ns=now.exercise_ns,
            area_set=self._areas.version,
            areas=risks,
            basis=tuple(held.basis),
            reason=reason,
        )
        return held.alert


def _held_of(alert: Alert) -> _Held:
    """An alert that was given in the epoch before: it is corrected and ended under its old name."""
    standings = {
        risk.area: Standing(
            Chance(risk.area, risk.kind, risk.probability or 1.0, risk.time_ns), risk.rung, wanted=risk.rung
        )
        for risk in alert.areas
    }
    over = alert.status not in ("alert", "pre_alert")
    return _Held(alert.event, {} if over else standings, alert, list(alert.basis), over)


def _status(risks: tuple[AreaRisk, ...]) -> str:
    if not risks:
        return "stood_down"
    return "alert" if any(risk.rung is Rung.ALERT for risk in risks) else "pre_alert"


def _outweighs(one: Chance, other: Chance, now_ns: int) -> bool:
    """Whether a chance asks for more than another of the same area."""
    ones, others = _asks(one, now_ns), _asks(other, now_ns)
    return decision.higher(ones, others) or (ones is others and one.probability > other.probability)


def _asks(chance: Chance, now_ns: int) -> Rung:
    left_s = 0.0 if chance.time_ns is None else (chance.time_ns - now_ns) / 1e9
    return decision.decide(chance.kind, chance.probability, left_s)
