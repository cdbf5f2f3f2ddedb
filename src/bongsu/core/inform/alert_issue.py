"""Public alerts on their way out: drafts in exact words, approvals by persons, and the documents that follow.

Takes: `Alert`; `Event` and `Track` (for the times of each step); `Approved` alert commands; `OutletReport`; `Carried` from the epoch before.
Gives: `AlertDraft` at each change, `AlertDocument` when one goes out, `Refusal` for a command that cannot be done.
Remembers: for each alert and kind its chains (`alert_chain.py`), revoked accounts, accepted commands.
Bounds: EVENTS_COUNT chains, TRACKS_COUNT tracks, ALERT_COMMANDS_COUNT commands.
Sources: DOMAIN.md section 3; `alert_ladder.py` and `two_persons.py` hold the rules. A correction needs one person, whoever may command it; a chain that
    was told ends by a message; at a draft's deadline the authorities are told, unconfirmed, and the public only where the policy says `automatic`.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from bongsu.base.errors import BadValue
from bongsu.base.limits import EVENTS_COUNT, TRACKS_COUNT
from bongsu.base.limits_alerts import ALERT_COMMANDS_COUNT
from bongsu.base.units import seconds_to_ns
from bongsu.core.inform import alert_chain, two_persons
from bongsu.core.inform.alert_carried import taken_over
from bongsu.core.inform.alert_chain import Chain, Told
from bongsu.core.inform.alert_documents import BEGINNINGS, Desk, digest_of, ordered
from bongsu.core.inform.alert_ladder import DRAFT
from bongsu.core.inform.desk import refused
from bongsu.core.room import Due, Given
from bongsu.geo.areas import load
from bongsu.model.alert import Alert, AreaRisk
from bongsu.model.alert_draft import AlertDocument, AlertDraft, AlertTimes, DraftState, OutletReport
from bongsu.model.carried import Carried
from bongsu.model.command import Approved, Command
from bongsu.model.configuration import Configuration
from bongsu.model.event import Event
from bongsu.model.head import Item, Now
from bongsu.model.refusal import Refusal
from bongsu.model.track import Track
from bongsu.model.wording import LADDER, AlertStage
from bongsu.words.alert_text import KINDS

COMMANDS = (
    "alert_shown",
    "alert_opened",
    "alert_approve",
    "alert_edit",
    "alert_reject",
    "alert_withdraw",
    "approver_revoke",
)
"""Commands of this room. All but the last are about a chain, in the version of its draft."""


class _State(msgspec.Struct):
    chains: list[Chain] = []
    event_times: dict[str, AlertTimes] = {}
    looks_ns: dict[str, int] = {}
    revoked: list[str] = []
    commands: list[str] = []


class AlertIssue:
    """See the head of this file."""

    name = "issue"
    takes = (Alert, Event, Track, Approved, OutletReport, Carried)

    def __init__(self, configuration: Configuration) -> None:
        self._country = configuration.country
        self._areas = load(configuration.area_set)
        self._desk = Desk(configuration, self._areas)
        self._policy = configuration.alerting
        self._state = _State()
        self._due: Due | None = None  # asked before each step: worked out anew after what may have changed a chain

    def handle(self, item: Item[Any], now: Now) -> list[Given]:
        """A new version of an alert, a person's word, or what follows from them."""
        body = item.body
        if not isinstance(body, Track | Event):
            self._due = None
        if isinstance(body, Approved):
            return self._command(body.command, now) if body.command.kind in COMMANDS else []
        if not self._desk.has_documents:
            return []
        if isinstance(body, Track):
            self._look(body)
        elif isinstance(body, Event):
            self._event(body)
        elif isinstance(body, OutletReport):
            return self._reported(body, now)
        elif isinstance(body, Carried):
            return self._take_over(body)
        else:
            return self._alert(body, now)
        return []

    def due(self) -> Due:
        """The next deadline, passage or end of a danger."""
        if self._due is None:
            times = [
                time_ns
                for chain in self._state.chains
                for time_ns in (alert_chain.deadline_ns(chain), alert_chain.late_ns(chain), self._over_ns(chain))
                if time_ns is not None
            ]
            self._due = Due(exercise_ns=min(times, default=None))
        return self._due

    def tick(self, now: Now) -> list[Given]:
        """Deadlines, passages and ends that have come."""
        self._due = None
        given: list[Given] = []
        for chain in tuple(self._state.chains):
            if alert_chain.too_late(chain, now.exercise_ns):
                given += self._end_draft(chain, "superseded", "the moment has come", now)
            deadline_ns = alert_chain.deadline_ns(chain)
            if deadline_ns is not None and now.exercise_ns >= deadline_ns:
                given += self._unconfirmed(chain, now)
            given += self._propose(chain, now)
        return given

    def state(self) -> bytes:
        """The chains."""
        return msgspec.msgpack.encode(self._state)

    def restore(self, state: bytes) -> None:
        """The chains."""
        self._state = msgspec.msgpack.decode(state, type=_State)
        self._due = None

    # -- what is known

    def _take_over(self, carried: Carried) -> list[Given]:
        """What was told in the epoch before goes on; the newest draft of each chain is said once more, for the consoles of the new record."""
        assert self._policy is not None
        chains, lost = taken_over(carried, self._policy.sender)
        self._state.chains += chains
        said: list[Given] = [chain.draft for chain in chains if chain.draft is not None]
        text = "was told by another sender: end it from there"
        return said + [Refusal(door="desk", reason="not_possible", source=name, text=f"{name} {text}") for name in lost]

    def _look(self, track: Track) -> None:
        if track.looks is None or track.track in self._state.looks_ns or not len(track.looks):
            return
        self._state.looks_ns[track.track] = track.looks_zero_ns + int(float(track.looks[0][0]) * 1e9)
        if len(self._state.looks_ns) > TRACKS_COUNT:
            del self._state.looks_ns[next(iter(self._state.looks_ns))]

    def _event(self, event: Event) -> None:
        own = [one for one in event.assessments if one.basis == "own"]
        partners = [one.first_ns for one in event.assessments if one.basis == "partner"]
        looks = [look for one in own if (look := self._state.looks_ns.get(one.warning.track or "")) is not None]
        self._state.event_times[event.event] = AlertTimes(
            first_look_ns=min(looks, default=None),
            own_estimate_ns=min((one.first_ns for one in own), default=None),
            partner_warning_ns=min(partners, default=None),
        )
        if len(self._state.event_times) > EVENTS_COUNT:
            del self._state.event_times[next(iter(self._state.event_times))]

    def _alert(self, alert: Alert, now: Now) -> list[Given]:
        given: list[Given] = []
        for kind in KINDS:
            chain = self._chain(alert, kind)
            if chain is None:
                continue
            chain.alert = alert
            given += self._propose(chain, now)
        for chain in tuple(self._state.chains):  # what one launch does may end, or keep up, what another was told for
            if chain.alert.alert != alert.alert and alert_chain.is_live(chain):
                given += self._propose(chain, now)
        return given

    def _over_ns(self, chain: Chain) -> int | None:
        own_ns = alert_chain.passed_ns(chain)
        if own_ns is None:
            return None
        return alert_chain.over_ns(chain, alert_chain.covered(chain, self._state.chains, own_ns))

    def _chain(self, alert: Alert, kind: str, anew: bool = False) -> Chain | None:
        """The newest chain of an alert and kind; a first one where it names an area of that kind."""
        known = [one for one in self._state.chains if one.alert.alert == alert.alert and one.kind == kind]
        if known and not anew:
            return known[-1]
        if not known and not any(risk.kind == kind for risk in alert.areas):
            return None
        again = f"-{len(known) + 1}" if known else ""
        times = self._state.event_times.get(alert.event, AlertTimes())
        chain = Chain(
            chain=f"{alert.alert}-{kind}{again}", alert=alert, kind=kind, times=replace(times, decided_ns=alert.time_ns)
        )
        self._state.chains.append(chain)
        if len(self._state.chains) > EVENTS_COUNT:
            done = next((one for one in self._state.chains if not alert_chain.is_live(one)), self._state.chains[0])
            self._state.chains.remove(done)
        return chain

    # -- drafts

    def _propose(self, chain: Chain, now: Now) -> list[Given]:
        """Draft what is due, or void what is no longer."""
        chains = self._state.chains
        if [one for one in chains if (one.alert.alert, one.kind) == (chain.alert.alert, chain.kind)][-1] is not chain:
            return []
        risks = alert_chain.risks_of(chain, chains)
        still = alert_chain.covered(chain, chains, now.exercise_ns)
        step, named = alert_chain.due_step(chain, risks, still, now.exercise_ns)
        if step.stage is None:
            draft = chain.open_draft()
            if draft is None or draft.edited_by or not alert_chain.is_moot(chain, risks, still, now.exercise_ns):
                return []
            return self._end_draft(chain, "superseded", "no longer at risk", now)
        if step.anew:
            if chain.rejected == alert_chain.named_as(step.stage, named):
                return []
            fresh = self._chain(chain.alert, chain.kind, anew=True)
            assert fresh is not None
            return self._propose(fresh, now)
        if not alert_chain.replaces(chain, step.stage, named):
            return []
        if step.stage in BEGINNINGS and all((risk.time_ns or now.exercise_ns) < now.exercise_ns for risk in named):
            return []
        given: list[Given] = []
        if chain.open_draft() is not None:
            given += self._end_draft(chain, "superseded", "a newer draft takes its place", now, keep_authorities=True)
        return given + self._draft(chain, step.stage, named, chain.alert.reason, now)

    def _draft(
        self, chain: Chain, stage: AlertStage, risks: Sequence[AreaRisk], reason: str, now: Now, edited_by: str = ""
    ) -> list[Given]:
        """Put exact words before the officer, with both endings ready. What cannot be said is refused here, before anything goes out."""
        assert self._policy is not None
        sent_ns = chain.sent_ns if chain.sent_ns is not None and stage not in BEGINNINGS else now.exercise_ns
        wordings = self._desk.wordings(stage, chain.kind, risks, sent_ns)
        begins = stage in BEGINNINGS
        told = ordered(tuple({**chain.ever, **{risk.area: risk for risk in risks}}.values()))
        endings = [
            self._desk.wordings(ending, chain.kind, told, chain.sent_ns or now.exercise_ns) if begins else ()
            for ending in (AlertStage.PASSED, AlertStage.CORRECTED)
        ]
        chain.drafts_count += 1
        chain.times = replace(alert_chain.machine_times(chain.times), drafted_ns=now.exercise_ns)
        chain.draft = AlertDraft(
            chain=chain.chain,
            event=chain.alert.event,
            number=chain.drafts_count,
            stage=stage,
            kind=chain.kind,
            area_set=chain.alert.area_set,
            areas=tuple(risks),
            wordings=wordings,
            digest="",
            state=DraftState.PROPOSED,
            time_ns=now.exercise_ns,
            needed=alert_chain.persons_needed(self._policy, stage),
            deadline_ns=now.exercise_ns + seconds_to_ns(self._policy.deadline_s) if begins else None,
            reason=reason,
            edited_by=edited_by,
            told=chain.public.stage,
            passed=endings[0],
            corrected=endings[1],
            times=chain.times,
        )
        chain.draft = replace(chain.draft, digest=digest_of(chain.draft))
        return [chain.draft]

    def _move(self, chain: Chain, event: str, now: Now, **changes: Any) -> AlertDraft | None:
        """Move the draft by the table; None where the table refuses."""
        draft = chain.draft
        following = None if draft is None else DRAFT[draft.state, event]
        if draft is None or following is None:
            return None
        chain.draft = replace(
            draft, state=following, time_ns=now.exercise_ns, times=chain.times, told=chain.public.stage, **changes
        )
        return chain.draft

    def _end_draft(
        self, chain: Chain, event: str, reason: str, now: Now, keep_authorities: bool = False
    ) -> list[Given]:
        """A draft that will not be issued. Whoever was told of it unconfirmed is told that it is void."""
        moved = self._move(chain, event, now, reason=reason)
        given: list[Given] = [] if moved is None else [moved]
        if moved is not None and not keep_authorities and chain.authorities.is_open() and not chain.public.is_open():
            given += self._send(chain, AlertStage.CORRECTED, moved.areas, chain.authorities, now)
        return given

    # -- persons

    def _command(self, command: Command, now: Now) -> list[Given]:
        if command.command in self._state.commands:
            return [refused(command, "replayed", "this command was carried out already")]
        if command.kind == "approver_revoke":
            return self._revoke(command, now)
        chain = next((one for one in self._state.chains if one.chain == command.about), None)
        if chain is None:
            return [refused(command, "unknown_alert", f"no alert {command.about!r} here")]
        draft = chain.draft
        if command.kind == "alert_withdraw":
            given = self._withdraw(chain, command, now)
        elif draft is None or command.version != draft.number:
            number = 0 if draft is None else draft.number
            return [refused(command, "stale_draft", f"the draft of {chain.chain} is now number {number}")]
        else:
            given = self._about_draft(chain, draft, command, now)
        if not any(isinstance(one, Refusal) for one in given):
            self._state.commands.append(command.command)
            del self._state.commands[:-ALERT_COMMANDS_COUNT]
        return given

    def _about_draft(self, chain: Chain, draft: AlertDraft, command: Command, now: Now) -> list[Given]:
        if command.kind in ("alert_shown", "alert_opened"):
            return self._noticed(chain, draft, command, now)
        if draft.state not in alert_chain.OPEN:
            return [refused(command, "closed_draft", f"draft {draft.number} of {chain.chain} is {draft.state.value}")]
        if command.kind == "alert_approve":
            return self._approve(chain, draft, command, now)
        if command.kind == "alert_edit":
            return self._edit(chain, draft, command, now)
        chain.rejected = alert_chain.named_as(draft.stage, draft.areas)
        reason = f"rejected by {command.actor}: {command.arguments.get('reason', '')}".rstrip(": ")
        return self._end_draft(chain, "rejected", reason, now)

    def _noticed(self, chain: Chain, draft: AlertDraft, command: Command, now: Now) -> list[Given]:
        """A console shows the draft, or a person has opened it: only the first time is kept."""
        name = "shown_ns" if command.kind == "alert_shown" else "opened_ns"
        if getattr(chain.times, name) is not None:
            return []
        chain.times = replace(chain.times, **{name: now.exercise_ns})
        chain.draft = replace(draft, times=chain.times)
        return [chain.draft]

    def _approve(self, chain: Chain, draft: AlertDraft, command: Command, now: Now) -> list[Given]:
        assert self._policy is not None
        if command.arguments.get("digest") != draft.digest:
            return [refused(command, "stale_draft", "an approval names the digest of the very words and areas")]
        approvers, revoked = self._policy.approvers, self._state.revoked
        try:
            approvals = two_persons.count(approvers, draft.approvals, command, revoked, now.exercise_ns)
        except two_persons.NotCounted as fault:
            return [refused(command, fault.reason, fault.text)]
        name = "first_approval_ns" if len(approvals) == 1 else "second_approval_ns"
        chain.times = replace(chain.times, **{name: now.exercise_ns})
        if len(approvals) < draft.needed:
            moved = self._move(chain, "approved_in_part", now, approvals=approvals)
            return [] if moved is None else [moved]
        return self._issue(chain, draft, now, approvals=approvals)

    def _edit(self, chain: Chain, draft: AlertDraft, command: Command, now: Now) -> list[Given]:
        """Other areas, by a person: a new draft that nobody has approved."""
        if draft.stage not in BEGINNINGS:
            return [refused(command, "not_editable", "an ending is told to all who were alerted")]
        wanted = [area for area in command.arguments.get("areas", "").replace(",", " ").split() if area]
        unknown = [
            area for area in wanted if (known := self._areas.get(area)) is None or known.country != self._country
        ]
        if not wanted or unknown:
            return [refused(command, "unknown_area", f"no area of ours: {', '.join(unknown) or 'none is named'}")]
        known_risks = {risk.area: risk for risk in (*chain.alert.areas, *draft.areas)}
        soonest = min((risk.time_ns for risk in draft.areas if risk.time_ns is not None), default=None)
        risks = ordered(
            [
                known_risks.get(area, AreaRisk(area=area, kind=chain.kind, time_ns=soonest))
                for area in dict.fromkeys(wanted)
            ]
        )
        given = self._end_draft(chain, "edited", f"edited by {command.actor}", now, keep_authorities=True)
        try:
            return given + self._draft(chain, draft.stage, risks, f"edited by {command.actor}", now, command.actor)
        except BadValue as fault:
            chain.draft = draft
            return [refused(command, "cannot_be_said", fault.fault)]

    def _withdraw(self, chain: Chain, command: Command, now: Now) -> list[Given]:
        """One person may always withdraw: at once, in the words that were prepared."""
        why = f"withdrawn by {command.actor}: {command.arguments.get('reason', '')}".rstrip(": ")
        given: list[Given] = []
        if chain.open_draft() is not None:
            given += self._end_draft(chain, "withdrawn", why, now, keep_authorities=chain.public.stage is not None)
        if chain.public.stage is None or AlertStage.CORRECTED not in LADDER[chain.public.stage]:
            return given or [refused(command, "nothing_told", f"{chain.chain} has told nobody anything that stands")]
        chain.rejected = alert_chain.named_as(chain.public.stage, chain.standing)
        drafted = self._draft(chain, AlertStage.CORRECTED, ordered(tuple(chain.ever.values())), why, now)
        assert chain.draft is not None
        return given + drafted + self._issue(chain, chain.draft, now, persons=(command.actor,))

    def _revoke(self, command: Command, now: Now) -> list[Given]:
        """From now on neither this account nor its person's others approve, and what they have approved in open drafts does not count."""
        approvers = self._policy.approvers if self._policy is not None else ()
        person = two_persons.identity(approvers, command.about)
        self._state.revoked = sorted({*self._state.revoked, command.about, person})
        self._state.commands.append(command.command)
        given: list[Given] = []
        for chain in self._state.chains:
            draft = chain.open_draft()
            if draft is None or not draft.approvals:
                continue
            standing = two_persons.still(approvers, draft.approvals, self._state.revoked, now.exercise_ns)
            if standing != draft.approvals:
                state = DraftState.PROPOSED if not standing and draft.state is DraftState.PARTLY else draft.state
                chain.draft = replace(draft, approvals=standing, state=state, time_ns=now.exercise_ns)
                given.append(chain.draft)
        return given

    # -- documents

    def _issue(
        self,
        chain: Chain,
        draft: AlertDraft,
        now: Now,
        approvals: tuple[Any, ...] = (),
        persons: tuple[str, ...] = (),
    ) -> list[Given]:
        """The public is told, and the authorities where they hold something unconfirmed."""
        chain.times = replace(chain.times, issued_ns=now.exercise_ns)
        names = persons or tuple(one.person for one in approvals)
        documents = self._send(chain, draft.stage, draft.areas, chain.public, now, draft.wordings, names)
        if chain.authorities.is_open():
            documents += self._send(chain, draft.stage, draft.areas, chain.authorities, now, draft.wordings, names)
        moved = self._move(chain, "approved", now, approvals=approvals)
        assert moved is not None
        return [moved, *documents, *self._propose(chain, now)]

    def _unconfirmed(self, chain: Chain, now: Now) -> list[Given]:
        """The deadline has come and nobody has confirmed: say so aloud to the authorities, to the public only where the policy says so."""
        assert self._policy is not None
        moved = self._move(chain, "deadline", now)
        assert moved is not None
        given: list[Given] = [moved]
        if self._policy.authorities:
            given += self._send(chain, moved.stage, moved.areas, chain.authorities, now, confirmed=False)
        if self._policy.automatic:
            chain.times = replace(chain.times, issued_ns=now.exercise_ns)
            given += self._send(chain, moved.stage, moved.areas, chain.public, now, confirmed=False)
        return given

    def _send(
        self,
        chain: Chain,
        stage: AlertStage,
        risks: tuple[AreaRisk, ...],
        told: Told,
        now: Now,
        wordings: tuple[Any, ...] | None = None,
        persons: tuple[str, ...] = (),
        confirmed: bool = True,
    ) -> list[Given]:
        """One document to one audience."""
        assert self._policy is not None
        public = told is chain.public
        if public and chain.sent_ns is None:
            chain.sent_ns = now.exercise_ns
        if wordings is None:
            sent_ns = chain.sent_ns or now.exercise_ns
            wordings = self._desk.wordings(stage, chain.kind, risks, sent_ns, unconfirmed=not confirmed)
        chain.documents_count += 1
        made = self._desk.document(
            chain.chain,
            chain.documents_count,
            stage,
            chain.kind,
            risks,
            wordings,
            now.exercise_ns,
            told.documents,
            () if public else self._policy.authorities,
            unconfirmed=not confirmed,
        )
        told.stage = stage
        told.documents.append(made.known)
        if public:
            chain.standing = list(risks) if stage in BEGINNINGS else []
            chain.ever |= {risk.area: risk for risk in risks}
        return [
            AlertDocument(
                document=made.identifier,
                chain=chain.chain,
                event=chain.alert.event,
                number=chain.drafts_count,
                stage=stage,
                kind=chain.kind,
                audience="public" if public else "authorities",
                confirmed=confirmed,
                time_ns=now.exercise_ns,
                areas=tuple(risk.area for risk in risks),
                content=made.content,
                persons=persons,
            )
        ]

    def _reported(self, report: OutletReport, now: Now) -> list[Given]:
        """An outlet has taken a document: the first one is when it was delivered."""
        for chain in self._state.chains:
            newest = chain.public.documents[-1].identifier if chain.public.documents else ""
            waits = chain.draft is not None and chain.times.delivered_ns is None
            if report.document == newest and report.state == "accepted" and waits and chain.draft is not None:
                chain.times = replace(chain.times, delivered_ns=now.exercise_ns)
                chain.draft = replace(chain.draft, times=chain.times)
                return [chain.draft]
        return []
