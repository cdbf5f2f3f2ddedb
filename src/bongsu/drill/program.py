"""The program of a drill while it is played: what is still to come by exercise time, and how control may change it.

Injects, captions and scripted control are occasions; launches and false alarms stand behind the sensors' plots. Postponing
moves all that is still to come by the same time, so that its spacing is kept. What a run was judged by is the program as it
was played, not as it was written.
"""

from dataclasses import replace as replace_flight

import msgspec
from msgspec.structs import replace

from bongsu.base.errors import BadInput
from bongsu.base.limits import INJECTS_COUNT
from bongsu.base.units import ns_to_seconds, seconds_to_ns
from bongsu.drill.expectations import SourceState
from bongsu.drill.scenario import Scenario
from bongsu.drill.scenario_schema import Caption, Control, Inject
from bongsu.drill.truth_flight import Flight


class Occasion(msgspec.Struct, frozen=True):
    """Something that happens at a moment of exercise time; `begins` false: the end of an inject that lasts."""

    time_ns: int
    what: Inject | Caption | Control
    begins: bool = True


class Program:
    """See the head of this file. `changes` counts how often the sensors' plots that are still to come have changed."""

    def __init__(self, scenario: Scenario, flights: dict[str, Flight]) -> None:
        self.scenario = scenario
        self.flights = flights
        self.changes = 0

    @property
    def end_ns(self) -> int:
        """Exercise time at which it ends."""
        return self.scenario.end_ns(self.flights)

    def occasions(self, after_ns: int | None = None) -> list[Occasion]:
        """All that are later than `after_ns`, in order."""
        time_ns = self.scenario.time_ns
        found = [Occasion(time_ns(one.at_s), one) for one in (*self.scenario.captions, *self.scenario.control)]
        for inject in self.scenario.injects:
            found.append(Occasion(time_ns(inject.at_s), inject))
            until_s = getattr(inject, "until_s", None)
            if until_s is not None:
                found.append(Occasion(time_ns(until_s), inject, begins=False))
        kept = [one for one in found if after_ns is None or one.time_ns > after_ns]
        return sorted(kept, key=lambda one: one.time_ns)

    def postpone(self, now_ns: int, by_s: float) -> None:
        """Move all that is later than now by the same time. Raises `BadInput` while something is in the air or lasts."""
        now_s = ns_to_seconds(now_ns - self.scenario.start_ns)
        if busy := self._lasting(now_ns, now_s):
            raise BadInput(f"{busy} cannot be postponed any more", "wait until it is over, or pause", "postpone")

        def moved(at_s: float) -> float:
            return at_s + by_s if at_s > now_s else at_s

        old = self.scenario
        self.flights = {
            launch.id: _moved(self.flights[launch.id], by_s if launch.at_s > now_s else 0.0) for launch in old.launches
        }
        self.scenario = replace(
            old,
            duration_s=None if old.duration_s is None else old.duration_s + by_s,
            launches=tuple(replace(one, at_s=moved(one.at_s)) for one in old.launches),
            false_alarms=tuple(
                replace(one, at_s=one.at_s + by_s, from_s=one.from_s + by_s, until_s=one.until_s + by_s)
                if one.from_s > now_s
                else one
                for one in old.false_alarms
            ),
            injects=tuple(_later(one, now_s, by_s) for one in old.injects),
            captions=tuple(replace(one, at_s=moved(one.at_s)) for one in old.captions),
            control=tuple(replace(one, at_s=moved(one.at_s)) for one in old.control),
            msel=tuple(replace(one, at_s=moved(one.at_s)) for one in old.msel),
            partners=tuple(
                replace(
                    one,
                    joins_s=None if one.joins_s is None else moved(one.joins_s),
                    leaves_s=None if one.leaves_s is None else moved(one.leaves_s),
                )
                for one in old.partners
            )
            if any(one.joins_s is not None or one.leaves_s is not None for one in old.partners)
            else old.partners,
            expectations=tuple(
                replace(one, from_s=moved(one.from_s), until_s=moved(one.until_s))
                if isinstance(one, SourceState)
                else one
                for one in old.expectations
            ),
        )
        self.changes += 1

    def add(self, inject: Inject) -> None:
        """An inject by hand. Raises `BadInput` beyond the bound."""
        if len(self.scenario.injects) >= INJECTS_COUNT:
            raise BadInput(f"a drill has at most {INJECTS_COUNT} injects", "end this one", "inject")
        self.scenario = replace(self.scenario, injects=(*self.scenario.injects, inject))
        self.changes += 1

    def _lasting(self, now_ns: int, now_s: float) -> str:
        """What has begun and is not over: a flight, a false alarm, an inject; empty when nothing is."""
        for name, flight in self.flights.items():
            if flight.launch_ns <= now_ns < flight.impact_ns:
                return f"{name} is in the air and"
        for alarm in self.scenario.false_alarms:
            if alarm.from_s <= now_s < alarm.until_s:
                return f"{alarm.id} is being shown and"
        for inject in self.scenario.injects:
            until_s = getattr(inject, "until_s", None)
            if until_s is not None and inject.at_s <= now_s < until_s:
                return f"the {type(inject).__struct_config__.tag} that has begun"
        return ""


def _moved(flight: Flight, by_s: float) -> Flight:
    if not by_s:
        return flight
    by_ns = seconds_to_ns(by_s)
    pieces = tuple(replace_flight(piece, flight=_moved(piece.flight, by_s)) for piece in flight.pieces)
    return replace_flight(flight, launch_ns=flight.launch_ns + by_ns, pieces=pieces)


def _later(inject: Inject, now_s: float, by_s: float) -> Inject:
    if inject.at_s <= now_s:
        return inject
    until_s = getattr(inject, "until_s", None)
    times = {"at_s": inject.at_s + by_s} | ({} if until_s is None else {"until_s": until_s + by_s})
    return replace(inject, **times)
