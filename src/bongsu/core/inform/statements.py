"""Joint statements: a circle's text, drafted from agreed figures only, which is adopted when every member of its day has signed exactly that text.

Takes: `Event`, `Register`; partners' `Statement` and `Signature`; `Approved` commands (draft, sign, refuse, withdraw).
Gives: our own `Statement` and `Signature`; `JointStatement` at each change.
Remembers: each statement with the votes on its newest version, the newest register of each event, votes that came before their statement.
Bounds: STATEMENTS_COUNT statements, EARLY_WORDS_COUNT early votes, EVENTS_COUNT events.
Sources: DESIGN.md section 2 (a signature enters with the operator's command, made by the shell). A new version voids every signature under the older;
    an adopted version stands until a newer one is adopted. A bad signature is refused and recorded: its member stays missing.
"""

from typing import Any

import msgspec
from msgspec.structs import replace

from bongsu.base.ids import epoch_name
from bongsu.base.limits import EARLY_WORDS_COUNT, EVENTS_COUNT, NOTE_CHARACTERS, STATEMENTS_COUNT
from bongsu.core.inform.desk import refused
from bongsu.core.inform.register import figures
from bongsu.core.room import Caused, Given, Memoryless
from bongsu.model.command import Approved, Command
from bongsu.model.configuration import Configuration
from bongsu.model.event import Event
from bongsu.model.head import Head, Item, Now
from bongsu.model.refusal import Refusal
from bongsu.model.register import Register
from bongsu.model.statement import JointStatement, Signature, Statement, StatementStatus, Vote
from bongsu.model.warning import WarningStatus
from bongsu.wire import statement_v1
from bongsu.words import statement_text


class _Known(msgspec.Struct):
    """What is needed of an event to draft a statement about it."""

    event: Event
    head: Head
    register: Register | None = None


class _Early(msgspec.Struct):
    """A vote that came before its statement."""

    vote: Signature
    head: Head


class _Held(msgspec.Struct):
    """A statement, and the heads of the words that are in it, by who said them: what is made of these carries all of their labels."""

    joint: JointStatement
    heads: dict[str, Head]


class _State(msgspec.Struct):
    known: list[_Known]
    held: list[_Held]
    early: list[_Early]
    drafted: int


class Statements(Memoryless):
    """See the head of this file."""

    name = "statements"
    takes = (Event, Register, Statement, Signature, Approved)

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._node = configuration.node
        self._prefix = f"{epoch_name(configuration.node, configuration.epoch)}-S"
        self._circles = {circle.circle: circle for circle in configuration.circles}
        self._known: dict[str, _Known] = {}
        self._held: dict[str, _Held] = {}
        self._early: list[_Early] = []
        self._drafted = 0

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """An event's new figures, a partner's draft or vote, or our own officer's."""
        body = item.body
        if isinstance(body, Event):
            self._event(body, item.head)
            return []
        if isinstance(body, Register):
            if body.event in self._known:
                self._known[body.event].register = body
            return []
        if isinstance(body, Statement):
            return self._statement(body, item.head.origin, item.head, now)
        if isinstance(body, Signature):
            return self._vote(body, item.head, now)
        return self._command(body.command, now)

    def state(self) -> bytes:
        """The statements."""
        known, held = list(self._known.values()), list(self._held.values())
        return msgspec.msgpack.encode(_State(known, held, self._early, self._drafted))

    def restore(self, state: bytes) -> None:
        """The statements."""
        kept = msgspec.msgpack.decode(state, type=_State)
        self._known = {one.event.event: one for one in kept.known}
        self._held = {one.joint.statement.statement: one for one in kept.held}
        self._early, self._drafted = kept.early, kept.drafted

    def _event(self, event: Event, head: Head) -> None:
        known = self._known.get(event.event)
        if known is None:
            self._known[event.event] = _Known(event, head)
            if len(self._known) > EVENTS_COUNT:
                del self._known[next(iter(self._known))]
        else:
            known.event, known.head = event, head

    def _newest(self, statement: str) -> JointStatement | None:
        held = self._held.get(statement)
        return None if held is None else held.joint

    def _statement(self, statement: Statement, drafter: str, head: Head, now: Now) -> list[Given]:
        """A draft, ours or a partner's: a newer version of it begins without votes. `head` is of what it was made of."""
        before = self._newest(statement.statement)
        circle = self._circles.get(statement.circle)
        members = () if circle is None else circle.members_at(statement.time_ns)
        if fault := self._fault(statement, drafter, members, before):
            return [Refusal(door="statements", reason="statement", source=drafter, text=fault)]
        if before is not None and statement.version <= before.statement.version:
            return []
        joint = JointStatement(
            statement=statement,
            drafter=drafter,
            digest=statement_v1.digest(statement.texts),
            event=self._event_of(statement),
            revision=1 if before is None else before.revision + 1,
            time_ns=now.exercise_ns,
            members=members,
            missing=members,
            adopted_before=_adopted(before),
        )
        given: list[Given] = [self._keep(joint, {drafter: head})]
        if len(self._held) > STATEMENTS_COUNT:
            del self._held[next(iter(self._held))]
        early = [one for one in self._early if one.vote.statement == statement.statement]
        self._early = [one for one in self._early if one.vote.statement != statement.statement]
        for one in early:
            given += self._vote(one.vote, one.head, now)
        return given

    def _keep(self, joint: JointStatement, heads: dict[str, Head]) -> Caused:
        self._held[joint.statement.statement] = _Held(joint, heads)
        return Caused(joint, causes=tuple(heads.values()))

    def _fault(
        self, statement: Statement, drafter: str, members: tuple[str, ...], before: JointStatement | None
    ) -> str:
        if drafter not in members or self._node not in members:
            return f"{drafter} and this node are not both members of {statement.circle!r} at its time"
        if not statement.statement.startswith((f"{drafter}-", f"{drafter}.")):
            return f"{statement.statement!r} is no id of {drafter}"
        if before is not None and before.statement.circle != statement.circle:
            return "a statement keeps its circle"
        return ""

    def _event_of(self, statement: Statement) -> str:
        """Our event that holds one of the warnings of which it speaks."""
        for known in self._known.values():
            if any(one.warning.warning in statement.about for one in known.event.assessments):
                return known.event.event
        return ""

    def _vote(self, vote: Signature, head: Head | None, now: Now) -> list[Given]:
        """A member's word; ours (without `head`) binds nobody's terms."""
        joint = self._newest(vote.statement)
        if joint is None or vote.version > joint.statement.version:
            if head is not None:
                self._early = [*self._early, _Early(vote, head)][-EARLY_WORDS_COUNT:]
            return []
        if vote.version < joint.statement.version:
            return []
        if fault := self._bad(vote, joint):
            return [Refusal(door="statements", reason="signature", source=vote.partner, text=fault)]
        before = next((one for one in joint.votes if one.partner == vote.partner), None)
        if before is not None and (before.vote is Vote.SIGN or before.vote is vote.vote):
            return []
        votes = (*(one for one in joint.votes if one.partner != vote.partner), vote)
        signed = [one.partner for one in votes if one.vote is Vote.SIGN]
        missing = tuple(member for member in joint.members if member not in signed)
        adopted_ns = joint.adopted_ns
        if not missing and adopted_ns is None and joint.statement.status is StatementStatus.OPEN:
            adopted_ns = now.exercise_ns
        renewed = replace(
            joint,
            revision=joint.revision + 1,
            time_ns=now.exercise_ns,
            votes=votes,
            missing=missing,
            adopted_ns=adopted_ns,
        )
        heads = self._held[vote.statement].heads
        # A drafter's own vote stands beside its draft.
        said = {} if head is None else {f"{vote.partner} {vote.vote}": head}
        return [self._keep(renewed, {**heads, **said})]

    def _bad(self, vote: Signature, joint: JointStatement) -> str:
        """Why a vote does not count; empty when it does."""
        if vote.partner not in joint.members or vote.circle != joint.statement.circle:
            return f"{vote.partner} is no member of {joint.statement.circle} of that day"
        if joint.statement.status is StatementStatus.WITHDRAWN:
            return "the statement is withdrawn"
        if vote.digest != joint.digest:
            return "signed another text than the one that is here"
        if vote.vote is Vote.REFUSE:
            return ""
        content = statement_v1.signed_bytes(
            federation=self._configuration.federation,
            mode=self._configuration.mode,
            exercise=self._configuration.exercise,
            circle=vote.circle,
            statement=vote.statement,
            version=vote.version,
            text_digest=vote.digest,
        )
        for known in self._configuration.public_keys:
            if (known.partner, known.mode, known.key) == (vote.partner, self._configuration.mode, vote.key):
                valid = statement_v1.is_signed(content, vote.signature, known.public)
                return "" if valid else "the signature is not under these bytes"
        return f"no key {vote.key!r} of {vote.partner}"

    def _command(self, command: Command, now: Now) -> list[Given]:
        match command.kind:
            case "draft":
                return self._draft(command, now)
            case "sign" | "refuse":
                return self._own_vote(command, now)
            case "withdraw":
                return self._withdraw(command, now)
        return []

    def _draft(self, command: Command, now: Now) -> list[Given]:
        """A new statement about an event, or a new version of one of ours (argument `revises`), from the figures agreed by now."""
        known = self._known.get(command.about)
        if known is None:
            return [refused(command, "unknown_event", f"no event {command.about!r} here")]
        circle = self._circles.get(command.arguments.get("circle", ""))
        if circle is None or self._node not in circle.members_at(now.exercise_ns):
            names = ", ".join(self._circles)
            return [refused(command, "incomplete", f"name a circle that this nation is in: {names}")]
        note = command.arguments.get("note", "").strip()
        if len(note) > NOTE_CHARACTERS:
            return [refused(command, "incomplete", f"a note has at most {NOTE_CHARACTERS} characters")]
        before = None
        if revises := command.arguments.get("revises", ""):
            before = self._newest(revises)
            if before is None or before.drafter != self._node or before.statement.circle != circle.circle:
                return [refused(command, "not_ours", f"{revises!r} is no statement of ours in this circle")]
        else:
            self._drafted += 1
        members = circle.members_at(now.exercise_ns)
        # What a nation outside of the circle says is not the circle's to pass on.
        spoken = [one for one in known.event.assessments if one.origin in members and one.basis != "fused"]
        claims = () if known.register is None else known.register.claims
        agreed = figures([claim for claim in claims if claim.reporter in members])
        facts = statement_text.Facts(
            circle=circle.title,
            members=members,
            figures={one.field: (one.low, one.high) for one in agreed if one.agreed},
            retracted=tuple(one.origin for one in spoken if one.warning.status is WarningStatus.RETRACTED),
            time_ns=now.exercise_ns,
            mode=self._configuration.mode,
            exercise=self._configuration.exercise,
            note=note,
        )
        statement = Statement(
            statement=before.statement.statement if before else f"{self._prefix}{self._drafted}",
            version=1 if before is None else before.statement.version + 1,
            status=StatementStatus.OPEN,
            circle=circle.circle,
            time_ns=now.exercise_ns,
            about=tuple(one.warning.warning for one in spoken),
            texts=statement_text.texts(facts),
        )
        # The label of the event's: a statement may go to whom all that it speaks of may go.
        return [Caused(statement, causes=(known.head,)), *self._statement(statement, self._node, known.head, now)]

    def _own_vote(self, command: Command, now: Now) -> list[Given]:
        joint = self._newest(command.about)
        if joint is None:
            return [refused(command, "unknown_statement", f"no statement {command.about!r} here")]
        if command.version != joint.statement.version or command.arguments.get("digest") != joint.digest:
            return [
                refused(command, "stale_version", f"the text is now version {joint.statement.version}; read it again")
            ]
        vote = Signature(
            statement=joint.statement.statement,
            version=joint.statement.version,
            digest=joint.digest,
            circle=joint.statement.circle,
            partner=self._node,
            vote=Vote(command.kind),
            time_ns=now.exercise_ns,
            key=command.arguments.get("key", ""),
            signature=command.arguments.get("signature", ""),
            reason=command.arguments.get("reason", ""),
        )
        if vote.vote is Vote.REFUSE and not vote.reason:
            return [refused(command, "incomplete", "a refusal to sign has a reason")]
        if fault := self._bad(vote, joint):
            return [refused(command, "signature", fault)]
        counted = self._vote(vote, None, now)
        return [vote, *counted] if counted else [refused(command, "too_late", "this nation has already said so")]

    def _withdraw(self, command: Command, now: Now) -> list[Given]:
        joint = self._newest(command.about)
        if joint is None or joint.drafter != self._node:
            return [refused(command, "not_ours", f"{command.about!r} is no statement of ours")]
        if joint.adopted_ns is not None or joint.statement.status is StatementStatus.WITHDRAWN:
            return [refused(command, "too_late", "it is adopted or withdrawn already; an adopted one is revised")]
        withdrawn = replace(
            joint.statement,
            version=joint.statement.version + 1,
            status=StatementStatus.WITHDRAWN,
            time_ns=now.exercise_ns,
        )
        head = self._held[joint.statement.statement].heads[self._node]
        return [Caused(withdrawn, causes=(head,)), *self._statement(withdrawn, self._node, head, now)]


def _adopted(before: JointStatement | None) -> int:
    """The newest adopted version of a statement so far."""
    if before is None:
        return 0
    return before.adopted_before if before.adopted_ns is None else before.statement.version
