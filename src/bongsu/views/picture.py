"""The picture of one nation: a pure fold over the core's items. The same items from a record give the picture as it was then."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from bongsu.base.limits import (
    EVENTS_COUNT,
    PICTURE_REFUSALS_COUNT,
    PICTURE_VERSIONS_COUNT,
    STATEMENTS_COUNT,
    TRACKS_COUNT,
)
from bongsu.base.limits_release import PENDING_COUNT
from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.alert import Alert
from bongsu.model.alert_draft import AlertDocument, AlertDraft
from bongsu.model.carried import Carried
from bongsu.model.command import Approved
from bongsu.model.configuration import Configuration
from bongsu.model.consultation import Consultation
from bongsu.model.delivery import Delivery
from bongsu.model.event import Event
from bongsu.model.exercise import ExerciseOrder
from bongsu.model.freshness import Freshness
from bongsu.model.head import Head, Item, Now
from bongsu.model.health import Dropped, Health
from bongsu.model.hold import Hold, HoldState
from bongsu.model.message import Release, Unreadable
from bongsu.model.mode import Mode
from bongsu.model.pending import Pending, PendingState
from bongsu.model.receipt import Acknowledged, Heartbeat, Shown
from bongsu.model.refusal import Refusal
from bongsu.model.register import Register
from bongsu.model.scan import Scan
from bongsu.model.sea_notice import SeaNotice
from bongsu.model.sensor import SensorStatus
from bongsu.model.stance import Stance
from bongsu.model.statement import JointStatement
from bongsu.model.track import Track, TrackStatus
from bongsu.model.warning import Path, Warning, WarningStatus
from bongsu.views.deliveries import recipients
from bongsu.views.difference import differences
from bongsu.views.salvo import salvos
from bongsu.views.shape import EventView, PictureView, RefusalCount, Situation, StandingHold, Watch
from bongsu.views.sources import Sources, unproved
from bongsu.views.takebacks import TakeBacks, TakeBackView
from bongsu.views.timeline import Timeline
from bongsu.views.towns import towns
from bongsu.views.trails import Trails

Thing = TypeVar("Thing")

WORDS = frozenset({"announce", "message", "report"})
"""Orders of exercise control that are words to the players: no clock changes by them."""
CONTROL = "excon"
"""Whose HOLD it is when exercise control holds all by itself. No nation's code has this name in a HOLD: theirs are `CODE-Hn`."""
LIVE = frozenset({WarningStatus.INITIAL, WarningStatus.UPDATE, WarningStatus.LOST})
REFUSALS_SHOWN = 16
UNREADABLE_SHOWN = 16
TAKEN = (
    Configuration, ExerciseOrder, Event, Alarm, Approved, Alert, Consultation, Register, JointStatement, Delivery, Path, Freshness,
    Pending, Heartbeat, Track, SensorStatus, Scan, Refusal, Dropped, Health, Unreadable, Warning, Stance, Hold, AlertDraft, SeaNotice,
    Release, Shown, Acknowledged, AlertDocument, Carried,
)  # fmt: skip
"""What leaves a trace in a picture; of everything else only the time counts."""
CALLING = frozenset({AlarmState.ACTIVE_UNACKNOWLEDGED, AlarmState.ACTIVE_ACKNOWLEDGED, AlarmState.ENDED_UNACKNOWLEDGED})


class Picture:
    """What one node knows.

    Takes every item of a core, in order; `configuration` is what a node knows of itself before its first item. Gives a `PictureView` at any
    moment. Remembers the newest of each kind and bounded histories (`base/limits.py`: EVENTS_COUNT, PICTURE_*). An event's view stays the same
    object until an item touches it, so that whoever sends pictures on can tell what has changed. Needs no clock: ages are reckoned by the
    reader from `now`, the times of the newest item.
    """

    def __init__(self, configuration: Configuration | None = None) -> None:
        self._sequence = 0
        self._now = Now(0, 0)
        self._newest: Head | None = None
        self._modes: dict[Mode, None] = {}
        self._configuration: Configuration | None = None
        self._watch: Watch | None = None
        self._speed = 1.0
        self._paused = False
        self._holds: dict[str, StandingHold] = {}
        self._control_holds: StandingHold | None = None
        self._events: dict[str, Event] = {}
        self._event_heads: dict[str, tuple[Head, int]] = {}
        self._views: dict[str, EventView] = {}
        self._event_of_warning: dict[str, str] = {}
        self._event_of_track: dict[str, str] = {}
        self._tracks: dict[str, TrackStatus] = {}
        self._alarms: dict[str, Alarm] = {}
        self._alerts: dict[str, Alert] = {}
        self._consultations: dict[str, dict[str, Consultation]] = {}
        self._registers: dict[str, Register] = {}
        self._statements: dict[str, JointStatement] = {}
        self._waiting: dict[str, Pending] = {}
        self._drafts: dict[str, AlertDraft] = {}
        self._notices: dict[str, SeaNotice] = {}
        self._deliveries: dict[str, dict[str, dict[int, Delivery]]] = {}
        self._takebacks = TakeBacks()
        self._sources = Sources()
        self._refused_count = 0
        self._refusals: dict[tuple[str, str, str], int] = {}
        self._refused_last: list[Refusal] = []
        self._dropped: dict[str, int] = {}
        self._health: dict[str, Health] = {}
        self._unreadable: list[tuple[str, str, int]] = []
        self._trails = Trails()
        self._timeline = Timeline()
        self._folds = self._table()
        if configuration is not None:
            self._take(configuration)

    def fork(self) -> "Picture":
        """A picture of its own that stands where this one does. Bodies and views are shared, as they never change; tables are copied."""
        other = Picture.__new__(Picture)
        for name, value in vars(self).items():
            setattr(other, name, _copied(value))
        other._folds = other._table()
        return other

    def _table(self) -> dict[type, Callable[[Head, Any], None]]:
        return {
            Configuration: self._configure,
            ExerciseOrder: self._order,
            Hold: self._hold,
            Event: self._event,
            Alarm: self._alarm,
            Approved: self._approved,
            Alert: self._alert,
            Consultation: self._consultation,
            Register: self._register,
            JointStatement: self._statement,
            Pending: self._pending,
            AlertDraft: self._draft,
            SeaNotice: self._notice,
            Delivery: self._delivery,
            Path: self._path,
            Freshness: self._freshness,
            Heartbeat: self._heartbeat,
            Track: self._track,
            SensorStatus: self._sources.status,
            Scan: self._sources.scan,
            Refusal: self._refusal,
            Dropped: self._drop,
            Health: self._healthy,
            Unreadable: self._unread,
            **dict.fromkeys((Carried, Warning, Release, Shown, Acknowledged, AlertDocument), self._taken_back),
        }

    def apply(self, item: Item[Any]) -> None:
        """Take one item up."""
        head = item.head
        self._now = Now(max(self._now.exercise_ns, head.receipt_ns), max(self._now.link_ns, head.link_ns))
        self._newest = head
        self._modes[head.mode] = None
        self._sequence += 1
        fold = self._folds.get(type(item.body))
        if fold is not None:
            fold(head, item.body)
        self._timeline.apply(item)

    @property
    def sequence(self) -> int:
        """Number of items taken up so far."""
        return self._sequence

    @property
    def now(self) -> Now:
        """The times of the newest item."""
        return self._now

    def view(self) -> PictureView:
        """The picture as it stands."""
        configuration, newest = self._configuration, self._newest
        sources = self._sources.views(self._now)
        missing = unproved(sources) if configuration else ("configuration",)
        events = {event: self._event_view(event) for event in self._events}
        return PictureView(
            sequence=self._sequence,
            node=configuration.node if configuration else (newest.origin if newest else ""),
            country=configuration.country if configuration else "",
            mode=newest.mode if newest else None,
            modes=tuple(self._modes),
            exercise=newest.exercise if newest else "",
            now=self._now,
            speed=self._speed,
            paused=self._paused or bool(self._holds),
            holds=self._standing(),
            partners=self._partners(),
            roles=tuple(role.role for role in configuration.roles) if configuration else (),
            called={role.role: role.called for role in configuration.roles} if configuration else {},
            area_set=configuration.area_set if configuration else "",
            watch=self._watch,
            situation=_situation(events.values(), missing),
            unproved=missing,
            events=events,
            salvos=salvos(self._events[name] for name, one in events.items() if one.live or _calls(one)),
            statements=dict(self._statements),
            waiting=dict(self._waiting),
            drafts=dict(self._drafts),
            notices=dict(self._notices),
            paths=self._trails.views(),
            sources=sources,
            refused_count=self._refused_count,
            refusals=tuple(RefusalCount(*kind, count) for kind, count in self._refusals.items()),
            refused_last=tuple(self._refused_last),
            dropped=dict(self._dropped),
            health=tuple(self._health.values()),
            unreadable=tuple(self._unreadable),
            lines=self._timeline.view(),
        )

    def _standing(self) -> tuple[StandingHold, ...]:
        """The nations' HOLDs; exercise control's own where none of them is known here."""
        if self._holds or self._control_holds is None:
            return tuple(self._holds.values())
        return (self._control_holds,)

    def _partners(self) -> tuple[str, ...]:
        if self._configuration is None:
            return ()
        return tuple(partner for partner in self._configuration.partners if partner != self._configuration.node)

    def _event_view(self, event: str) -> EventView:
        known = self._views.get(event)
        if known is not None:
            return known
        body = self._events[event]
        head, first_ns = self._event_heads[event]
        view = EventView(
            event=event,
            version=body.version,
            mode=head.mode,
            time_ns=body.time_ns,
            first_ns=first_ns,
            open=body.open,
            live=any(assessment.warning.status in LIVE for assessment in body.assessments),
            reason=body.reason,
            changed_by=body.changed_by,
            assessments=body.assessments,
            fused=body.fused,
            differences=differences(body.assessments),
            own_track=self._own_track(body),
            towns=towns(body),
            alarm=self._alarms.get(event),
            alert=self._alerts.get(event),
            deliveries=tuple(
                view
                for assessment in body.assessments
                if assessment.basis == "own"
                for view in recipients(self._deliveries.get(assessment.warning.warning, {}))
            ),
            takebacks=self._taken_back_in(body),
            consultations=tuple(self._consultations.get(event, {}).values()),
            register=self._registers.get(event),
        )
        self._views[event] = view
        return view

    def _taken_back_in(self, body: Event) -> tuple[TakeBackView, ...]:
        views = (self._takebacks.view(one.warning.warning) for one in body.assessments if one.basis == "own")
        return tuple(view for view in views if view is not None)

    def _own_track(self, body: Event) -> str | None:
        """The newest status of our own track in an event, None where there is none."""
        for one in body.assessments:
            if one.basis == "own" and one.warning.track in self._tracks:
                return self._tracks[one.warning.track].value
        return None

    def _touch(self, event: str) -> None:
        self._views.pop(event, None)

    def _configure(self, head: Head, body: Configuration) -> None:
        self._take(body)

    def _take(self, body: Configuration) -> None:
        self._configuration = body
        self._takebacks.node = body.node
        self._sources.configure(self._partners(), body)

    def _hold(self, head: Head, body: Hold) -> None:
        self._holds.pop(body.hold, None)
        if body.state is HoldState.STANDING:
            self._holds[body.hold] = StandingHold(body.hold, body.version, head.origin, body.begun_ns, body.shared)

    def _order(self, head: Head, body: ExerciseOrder) -> None:
        if body.order in WORDS:
            return
        self._speed = body.speed
        self._paused = body.order in ("pause", "hold")
        standing = StandingHold(CONTROL, 0, CONTROL, body.link_ns, shared=True)
        self._control_holds = standing if body.order == "hold" else None

    def _event(self, head: Head, body: Event) -> None:
        first_ns = self._event_heads[body.event][1] if body.event in self._event_heads else head.receipt_ns
        self._events[body.event] = body
        self._event_heads[body.event] = (head, first_ns)
        for assessment in body.assessments:
            if assessment.basis == "own":
                self._event_of_warning[assessment.warning.warning] = body.event
                if assessment.warning.track is not None:
                    self._event_of_track[assessment.warning.track] = body.event
        self._takebacks.take(head, body)
        self._touch(body.event)
        if len(self._events) > EVENTS_COUNT:
            self._forget(self._least_wanted())

    def _least_wanted(self) -> str:
        """The oldest closed event that calls nobody and of which nobody shows what was taken back, else the oldest."""
        for event, body in self._events.items():
            alarm = self._alarms.get(event)
            quiet = not body.open and (alarm is None or alarm.state not in CALLING)
            if quiet and not any(view.open for view in self._taken_back_in(body)):
                return event
        return next(iter(self._events))

    def _forget(self, event: str) -> None:
        for assessment in self._events[event].assessments:
            if assessment.basis == "own":
                self._event_of_warning.pop(assessment.warning.warning, None)
                self._deliveries.pop(assessment.warning.warning, None)
        del self._events[event], self._event_heads[event]
        for table in (self._alarms, self._alerts, self._consultations, self._registers):
            table.pop(event, None)
        self._touch(event)

    def _alarm(self, head: Head, body: Alarm) -> None:
        if body.event in self._events:
            self._alarms[body.event] = body
            self._touch(body.event)

    def _approved(self, head: Head, body: Approved) -> None:
        command = body.command
        if command.kind != "take_over":
            return
        before = self._watch.person if self._watch is not None else ""
        self._watch = Watch(
            person=command.actor,
            role=command.role,
            since_ns=body.time_ns,
            before=before,
            note=command.arguments.get("note", ""),
        )

    def _alert(self, head: Head, body: Alert) -> None:
        if body.event in self._events:
            self._alerts[body.event] = body
            self._touch(body.event)

    def _consultation(self, head: Head, body: Consultation) -> None:
        if body.event in self._events:
            self._consultations.setdefault(body.event, {})[body.circle] = body
            self._touch(body.event)

    def _register(self, head: Head, body: Register) -> None:
        if body.event in self._events:
            self._registers[body.event] = body
            self._touch(body.event)

    def _statement(self, head: Head, body: JointStatement) -> None:
        # The newest change last, so that the oldest of all leaves first.
        self._statements.pop(body.statement.statement, None)
        self._statements[body.statement.statement] = body
        if len(self._statements) > STATEMENTS_COUNT:
            del self._statements[next(iter(self._statements))]

    def _pending(self, head: Head, body: Pending) -> None:
        self._waiting.pop(body.pending, None)
        self._waiting[body.pending] = body
        if len(self._waiting) > PENDING_COUNT:
            decided = (name for name, one in self._waiting.items() if one.state is not PendingState.WAITING)
            del self._waiting[next(decided, next(iter(self._waiting)))]

    def _draft(self, head: Head, body: AlertDraft) -> None:
        _newest_of(self._drafts, body.chain, body)

    def _notice(self, head: Head, body: SeaNotice) -> None:
        _newest_of(self._notices, body.notice, body)
        self._taken_back(head, body)

    def _delivery(self, head: Head, body: Delivery) -> None:
        self._takebacks.take(head, body)
        event = self._event_of_warning.get(body.warning)
        if event is None:
            return
        versions = self._deliveries.setdefault(body.warning, {}).setdefault(body.recipient, {})
        versions[body.version] = body
        if len(versions) > PICTURE_VERSIONS_COUNT:
            del versions[min(versions)]
        self._touch(event)

    def _taken_back(self, head: Head, body: Any) -> None:
        self._takebacks.take(head, body)
        event = getattr(body, "event", None) or self._event_of_warning.get(getattr(body, "warning", ""))
        if event is not None:
            self._touch(event)

    def _path(self, head: Head, body: Path) -> None:
        self._trails.add(head.origin, body)

    def _freshness(self, head: Head, body: Freshness) -> None:
        self._sources.freshness(body)

    def _heartbeat(self, head: Head, body: Heartbeat) -> None:
        self._sources.heartbeat(head.origin, body)

    def _track(self, head: Head, body: Track) -> None:
        if self._tracks.get(body.track) is body.status:
            return
        self._tracks[body.track] = body.status
        if body.track in self._event_of_track:
            self._touch(self._event_of_track[body.track])
        if len(self._tracks) > TRACKS_COUNT:
            oldest = next(iter(self._tracks))
            del self._tracks[oldest]
            self._event_of_track.pop(oldest, None)

    def _refusal(self, head: Head, body: Refusal) -> None:
        self._refused_count += 1
        kind = (body.door, body.reason, body.source)
        if kind in self._refusals or len(self._refusals) < PICTURE_REFUSALS_COUNT:
            self._refusals[kind] = self._refusals.get(kind, 0) + 1
        self._refused_last = [*self._refused_last, body][-REFUSALS_SHOWN:]

    def _drop(self, head: Head, body: Dropped) -> None:
        if body.what in self._dropped or len(self._dropped) < PICTURE_REFUSALS_COUNT:
            self._dropped[body.what] = self._dropped.get(body.what, 0) + body.count

    def _healthy(self, head: Head, body: Health) -> None:
        if body.part in self._health or len(self._health) < PICTURE_REFUSALS_COUNT:
            self._health[body.part] = body

    def _unread(self, head: Head, body: Unreadable) -> None:
        self._unreadable = [*self._unreadable, (body.issuer, body.kind, head.receipt_ns)][-UNREADABLE_SHOWN:]


def _newest_of(kept: dict[str, Thing], name: str, body: Thing) -> None:
    """Keep it as the newest; the one that has stood longest leaves first."""
    kept.pop(name, None)
    kept[name] = body
    if len(kept) > EVENTS_COUNT:
        del kept[next(iter(kept))]


def _copied(value: Any) -> Any:
    """Tables anew, to their depth; whoever keeps tables of its own forks itself; all else never changes."""
    if isinstance(value, dict):
        return {key: _copied(one) for key, one in value.items()}
    if isinstance(value, list):
        return list(value)
    return value.fork() if isinstance(value, Sources | Trails | Timeline | TakeBacks) else value


def _calls(view: EventView) -> bool:
    return view.alarm is not None and view.alarm.state in CALLING


def _situation(events: Iterable[EventView], missing: tuple[str, ...]) -> Situation:
    for event in events:
        if event.live or _calls(event):
            return Situation.WARNING
    return Situation.UNKNOWN if missing else Situation.NO_WARNING


def picture_at(items: Iterable[Item[Any]], until_ns: int) -> PictureView:
    """The picture as it stood at exercise time `until_ns`, from the items of a record in their order."""
    picture = Picture()
    for item in items:
        if item.head.receipt_ns > until_ns:
            break
        picture.apply(item)
    return picture.view()
