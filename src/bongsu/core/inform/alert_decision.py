"""The decision table of public alerts: probability that an area is hit or overflown, and time left, to hold, pre-alert or alert.

All figures stand in `TABLE`. A missed alert costs lives and a needless one trust, so the nearer the moment, the less is asked; while there is time, a
better estimate is waited for. **Hysteresis**: an area climbs after it has met a rung for ALERT_HOLD_S and sinks after it has stayed under `SINK` of
the rung's probability for ALERT_RELEASE_S. An area whose moment has come neither climbs nor sinks:
nobody is alerted after the passage. One that was overflown has **passed** ALERT_CLEAR_S after its moment, whatever the flight does further on; if a better
estimate puts its moment off, it is weighed anew.
"""

import math

import msgspec

from bongsu.base.limits_alerts import ALERT_CLEAR_S, ALERT_HOLD_S, ALERT_RELEASE_S
from bongsu.base.units import seconds_to_ns
from bongsu.model.alert import AreaRisk, Rung

HOLD_NS = seconds_to_ns(ALERT_HOLD_S)
RELEASE_NS = seconds_to_ns(ALERT_RELEASE_S)
CLEAR_NS = seconds_to_ns(ALERT_CLEAR_S)
SINK = 0.5
"""Part of a rung's probability under which an area must fall before it sinks: estimates swing by less from one to the next."""


class Row(msgspec.Struct, frozen=True):
    """With at most `most_left_s` left, the least probabilities of the two rungs for a kind of risk."""

    kind: str
    most_left_s: float
    pre_alert: float
    alert: float


TABLE: tuple[Row, ...] = (
    Row("impact", 300.0, 0.02, 0.05),
    Row("impact", 900.0, 0.05, 0.20),
    Row("impact", math.inf, 0.20, 0.50),
    Row("overflight", 600.0, 0.10, 0.50),
    Row("overflight", math.inf, 0.20, 0.70),
)
"""Rows of one kind by rising time left; the first whose time is not exceeded holds. A time that is not known counts as none left."""

_HEIGHT = {Rung.HOLD: 0, Rung.PRE_ALERT: 1, Rung.ALERT: 2}


class Chance(msgspec.Struct, frozen=True):
    """Probability that an area is hit or overflown, and when."""

    area: str
    kind: str
    probability: float
    time_ns: int | None


class Standing(msgspec.Struct):
    """Where an area stands: its newest chance, its rung, since when each higher rung is asked for, and since when less than its own.

    `passed`: the object has certainly passed it.
    """

    chance: Chance
    rung: Rung = Rung.HOLD
    pre_alert_ns: int | None = None
    alert_ns: int | None = None
    below_ns: int | None = None
    wanted: Rung = Rung.HOLD
    passed: bool = False

    def risk(self) -> AreaRisk:
        """The area as an alert names it."""
        chance = self.chance
        return AreaRisk(
            area=chance.area,
            kind=chance.kind,
            time_ns=chance.time_ns,
            probability=round(chance.probability, 3),
            rung=self.rung,
        )


def row_of(kind: str, left_s: float) -> Row:
    """The row that holds."""
    return next(row for row in TABLE if row.kind == kind and left_s <= row.most_left_s)


def decide(kind: str, probability: float, left_s: float, held: Rung = Rung.HOLD) -> Rung:
    """The rung that a probability asks for; a rung that is held is kept down to `SINK` of its probability."""
    row = row_of(kind, left_s)
    for rung, least in ((Rung.ALERT, row.alert), (Rung.PRE_ALERT, row.pre_alert)):
        kept = _HEIGHT[held] >= _HEIGHT[rung]
        if probability >= (least * SINK if kept else least):
            return rung
    return Rung.HOLD


def higher(one: Rung, other: Rung) -> bool:
    """Whether the first rung is above the other."""
    return _HEIGHT[one] > _HEIGHT[other]


def follow(standing: Standing, chance: Chance, now_ns: int) -> None:
    """Take up a new chance (or the same, as time runs); `settle` then moves the area."""
    left_s = 0.0 if chance.time_ns is None else (chance.time_ns - now_ns) / 1e9
    standing.chance = chance
    if standing.passed and (chance.time_ns is None or chance.time_ns + CLEAR_NS > now_ns):
        standing.passed = False
    wanted = standing.rung if left_s < 0.0 else decide(chance.kind, chance.probability, left_s, standing.rung)
    standing.wanted = wanted
    standing.pre_alert_ns = _since(standing.pre_alert_ns, not higher(Rung.PRE_ALERT, wanted), now_ns)
    standing.alert_ns = _since(standing.alert_ns, wanted is Rung.ALERT, now_ns)
    standing.below_ns = _since(standing.below_ns, higher(standing.rung, wanted), now_ns)


def passes_ns(standing: Standing) -> int | None:
    """When an area on a rung will have been passed over; None: it is not, or no object only passes it."""
    if standing.rung is Rung.HOLD or standing.chance.kind != "overflight" or standing.chance.time_ns is None:
        return None
    return standing.chance.time_ns + CLEAR_NS


def settle(standing: Standing, now_ns: int) -> bool:
    """Move the area to the rung that it has asked for long enough, or off it when it was passed; whether it moved."""
    before = standing.rung
    over_ns = passes_ns(standing)
    if over_ns is not None and now_ns >= over_ns:
        standing.rung, standing.wanted, standing.passed = Rung.HOLD, Rung.HOLD, True
        standing.pre_alert_ns = standing.alert_ns = standing.below_ns = None
        return True
    for rung, due_ns in _moves(standing):
        if now_ns >= due_ns:
            standing.rung = rung
            break
    standing.below_ns = None if not higher(standing.rung, standing.wanted) else standing.below_ns
    return standing.rung is not before


def moves_ns(standing: Standing) -> int | None:
    """When the area will move if nothing changes; None: it stays."""
    over_ns = passes_ns(standing)
    times = [due_ns for _, due_ns in _moves(standing)]
    return min(times if over_ns is None else [*times, over_ns], default=None)


def _moves(standing: Standing) -> list[tuple[Rung, int]]:
    """The moves that are on their way and when each is due, the highest rung first."""
    found = []
    for rung, since_ns in ((Rung.ALERT, standing.alert_ns), (Rung.PRE_ALERT, standing.pre_alert_ns)):
        if since_ns is not None and higher(rung, standing.rung):
            found.append((rung, since_ns + HOLD_NS))
    if standing.below_ns is not None:
        found.append((standing.wanted, standing.below_ns + RELEASE_NS))
    return found


def _since(known_ns: int | None, holds: bool, now_ns: int) -> int | None:
    """Since when something holds without a break."""
    if not holds:
        return None
    return now_ns if known_ns is None else known_ns


def next_look_ns(standing: Standing, now_ns: int) -> int | None:
    """When time alone may ask for another rung: the area's moment comes into the next row, or is there."""
    moment_ns = standing.chance.time_ns
    if moment_ns is None:
        return None
    rows = [row.most_left_s for row in TABLE if row.kind == standing.chance.kind and math.isfinite(row.most_left_s)]
    looks = [moment_ns - seconds_to_ns(left_s) for left_s in rows]
    return min((look for look in (*looks, moment_ns + 1) if look > now_ns), default=None)
