"""Consultation: in each circle that this nation is in, who concurs and who differs about an event; silence is unknown.

Takes: `Event`; partners' `Stance`; `Approved` commands (stance).
Gives: our own `Stance`; `Consultation` at each change; the `Register` of an event when somebody's figures change.
Remembers: the consultations and the register of each event, and the stances that came before the event was known here.
Bounds: EVENTS_COUNT events; one stance a member and warning, the newest; one claim a nation and figure.
Sources: DOMAIN.md section 1 (circles differ; each state analyses alone). Members are those of the day of the event.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from bongsu.base.limits import EVENTS_COUNT
from bongsu.core.inform.desk import refused
from bongsu.core.inform.register import updated
from bongsu.core.room import Caused, Given, Memoryless
from bongsu.model.command import Approved, Command
from bongsu.model.configuration import Configuration
from bongsu.model.consultation import Consultation
from bongsu.model.event import Event
from bongsu.model.head import Head, Item, Now
from bongsu.model.register import Register
from bongsu.model.stance import Position, Stance


class _Held(msgspec.Struct):
    """`heads` are those of the partners' words in each consultation, by circle, member and warning: it carries all of their labels."""

    event: Event
    head: Head
    consultations: dict[str, Consultation] = {}
    heads: dict[str, dict[str, Head]] = {}
    register: Register | None = None

    def given(self, circle: str) -> Caused:
        """The consultation of a circle as it leaves the room."""
        words = self.heads.get(circle, {}).values()
        return Caused(self.consultations[circle], causes=(self.head, *words))


class _Early(msgspec.Struct):
    """A stance that came before what it is about."""

    stance: Stance
    head: Head


class Consult(Memoryless):
    """See the head of this file."""

    name = "consult"
    takes = (Event, Stance, Approved)

    def __init__(self, configuration: Configuration) -> None:
        self._node = configuration.node
        self._circles = configuration.circles
        self._held: dict[str, _Held] = {}
        self._early: list[_Early] = []

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """An event's new version, a partner's stance, or our own."""
        body = item.body
        if isinstance(body, Event):
            return self._event(body, item.head, now)
        if isinstance(body, Stance):
            return self._stance(body, item.head, now)
        command = body.command
        return self._command(command, now) if command.kind == "stance" else []

    def state(self) -> bytes:
        """The consultations."""
        return msgspec.msgpack.encode((list(self._held.values()), self._early))

    def restore(self, state: bytes) -> None:
        """The consultations."""
        held, self._early = msgspec.msgpack.decode(state, type=tuple[list[_Held], list[_Early]])
        self._held = {one.event.event: one for one in held}

    def _event(self, event: Event, head: Head, now: Now) -> list[Given]:
        held = self._held.get(event.event)
        if held is None:
            held = self._held[event.event] = _Held(event, head)
            if len(self._held) > EVENTS_COUNT:
                del self._held[next(iter(self._held))]
        fresh = {one.warning.warning for one in event.assessments} - {
            one.warning.warning for one in held.event.assessments
        }
        held.event, held.head = event, head
        given: list[Given] = []
        register = updated(held.register, event, now.exercise_ns)
        if register is not None:
            held.register = register
            given.append(register)
        for circle in self._circles:
            members = circle.members_at(event.time_ns)
            if circle.consults and self._node in members and (circle.circle not in held.consultations or fresh):
                given.append(self._renew(held, circle.circle, members, now))
        warnings = [one.warning.warning for one in event.assessments]
        for early in [one for one in self._early if one.stance.warning in warnings]:
            self._early.remove(early)
            given += self._stance(early.stance, early.head, now)
        return given

    def _renew(self, held: _Held, circle: str, members: tuple[str, ...], now: Now) -> Caused:
        """The consultation with a line for each member and warning; silence stands as unknown."""
        before = held.consultations.get(circle)
        said = {} if before is None else {(one.partner, one.warning): one for one in before.stances}
        stances = tuple(
            said.get((member, assessment.warning.warning))
            or Stance(
                circle=circle,
                about=assessment.origin,
                warning=assessment.warning.warning,
                version=0,
                partner=member,
                position=Position.UNKNOWN,
                time_ns=now.exercise_ns,
            )
            for assessment in held.event.assessments
            for member in members
            if member != assessment.origin
        )
        held.consultations[circle] = Consultation(
            circle=circle,
            event=held.event.event,
            version=1 if before is None else before.version + 1,
            time_ns=now.exercise_ns,
            opened_ns=now.exercise_ns if before is None else before.opened_ns,
            members=members,
            stances=stances,
        )
        return held.given(circle)

    def _stance(self, stance: Stance, head: Head | None, now: Now) -> list[Given]:
        """A member's position; ours (without `head`) binds nobody's terms."""
        for held in self._held.values():
            consultation = held.consultations.get(stance.circle)
            if consultation is None or all(one.warning != stance.warning for one in consultation.stances):
                continue
            place = (stance.partner, stance.warning)
            stances = tuple(stance if (one.partner, one.warning) == place else one for one in consultation.stances)
            if stances == consultation.stances:
                return []
            held.consultations[stance.circle] = replace(
                consultation, version=consultation.version + 1, time_ns=now.exercise_ns, stances=stances
            )
            if head is not None:
                held.heads.setdefault(stance.circle, {})[" ".join(place)] = head
            return [held.given(stance.circle)]
        if head is not None:
            self._early = [*self._early, _Early(stance, head)][-EVENTS_COUNT:]
        return []

    def _command(self, command: Command, now: Now) -> list[Given]:
        held = self._held.get(command.about)
        origin = command.arguments.get("origin", "")
        position = command.arguments.get("position", "")
        if held is None:
            return [refused(command, "unknown_event", f"no event {command.about!r} here")]
        assessment = next((one for one in held.event.assessments if one.origin == origin), None)
        if assessment is None or origin == self._node:
            return [refused(command, "incomplete", f"a stance is about another's warning; {origin!r} has none here")]
        if position not in (Position.CONCUR, Position.DIFFER):
            return [refused(command, "incomplete", f"a stance is concur or differ, not {position!r}")]
        given: list[Given] = []
        for circle in held.consultations:
            stance = Stance(
                circle=circle,
                about=origin,
                warning=assessment.warning.warning,
                version=assessment.warning.version,
                partner=self._node,
                position=Position(position),
                time_ns=now.exercise_ns,
                fields=tuple(field for field in command.arguments.get("fields", "").split(",") if field),
                reason=command.arguments.get("reason", ""),
            )
            # A stance carries the label of what it is about.
            given += [Caused(stance, causes=(held.head,)), *self._stance(stance, None, now)]
        return given
