"""The shapes of a picture: plain, frozen Structs in SI units that JSON can carry. Nothing here depends on the time of looking."""

from enum import StrEnum

import msgspec

from bongsu.geo.areas.places import Place
from bongsu.model.alarm import Alarm
from bongsu.model.alert import Alert
from bongsu.model.alert_draft import AlertDraft
from bongsu.model.consultation import Consultation
from bongsu.model.estimate import Estimate
from bongsu.model.event import Assessment
from bongsu.model.head import Now
from bongsu.model.health import Health
from bongsu.model.mode import Mode
from bongsu.model.pending import Pending
from bongsu.model.refusal import Refusal
from bongsu.model.register import Register
from bongsu.model.sea_notice import SeaNotice
from bongsu.model.statement import JointStatement
from bongsu.views.takebacks import TakeBackView


class Situation(StrEnum):
    """What may be said in one word. `no_warning` only while every source is proved fresh: what is not fresh is unknown, never calm."""

    WARNING = "warning"
    NO_WARNING = "no_warning"
    UNKNOWN = "unknown"


class Difference(msgspec.Struct, frozen=True):
    """One field in which the assessments of an event differ, the value of each reporter (SI, or ns for times) and the spread between the outermost.

    For `launch_point` and `impact_point` there are no single values: `spread` is the greatest distance in metres.
    """

    field: str
    values: tuple[tuple[str, float | int | str], ...]
    spread: float | None = None


class RecipientView(msgspec.Struct, frozen=True, kw_only=True):
    """How far our warning has come at one recipient: the newest version sent, and the newest that is shown and acknowledged there."""

    recipient: str
    warning: str
    version: int
    status: str
    sent_ns: int
    received_ns: int | None = None
    received_version: int | None = None
    shown_ns: int | None = None
    shown_version: int | None = None
    acknowledged_ns: int | None = None
    acknowledged_version: int | None = None


class Salvo(msgspec.Struct, frozen=True):
    """Launches that belong together by time and place, in order of launch: one call with a count. Named after its first event."""

    salvo: str
    events: tuple[str, ...]


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """One event with everything said of it, side by side. `own_track` is the status of our own track; `towns` lie near the impact, largest first."""

    event: str
    version: int
    mode: Mode
    time_ns: int
    first_ns: int
    open: bool
    live: bool
    reason: str
    changed_by: str
    assessments: tuple[Assessment, ...]
    fused: Estimate | None
    differences: tuple[Difference, ...]
    own_track: str | None
    towns: tuple[Place, ...]
    alarm: Alarm | None
    alert: Alert | None
    deliveries: tuple[RecipientView, ...]
    takebacks: tuple[TakeBackView, ...]
    consultations: tuple[Consultation, ...]
    register: Register | None


class PathPoint(msgspec.Struct, frozen=True):
    """A place of an object: geodetic, WGS-84."""

    time_ns: int
    latitude_rad: float
    longitude_rad: float
    altitude_m: float


class PathView(msgspec.Struct, frozen=True, kw_only=True):
    """Where one originator has said the object of a warning was, oldest first, thinned; `phase` is of the newest."""

    origin: str
    warning: str
    phase: str | None
    points: tuple[PathPoint, ...]


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """A partner, sensor or console: its freshness, when it last spoke (link time), what it reports of itself, whether a person is there, and whether it
    still writes its record."""

    source: str
    kind: str
    state: str
    last_ns: int | None = None
    clock_offset_s: float | None = None
    missing: int = 0
    reported: str | None = None
    attended: bool | None = None
    recorded: bool | None = None


class RefusalCount(msgspec.Struct, frozen=True):
    """How often one door refused one source for one reason."""

    door: str
    reason: str
    source: str
    count: int


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """Who has the watch, in which role, since when (exercise time), from whom, and what was said at the hand-over."""

    person: str
    role: str
    since_ns: int
    before: str = ""
    note: str = ""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the watch log: a key into the catalogues and what it speaks of. Times of receipt here, in both clocks."""

    time_ns: int
    link_ns: int
    key: str
    about: str = ""
    origin: str = ""
    version: int | None = None
    state: str = ""
    reason: str = ""
    text: str = ""


class StandingHold(msgspec.Struct, frozen=True):
    """A HOLD that stands: whose it is, since when (link time), and whether the partners have been told."""

    hold: str
    version: int
    origin: str
    begun_ns: int
    shared: bool


class PictureView(msgspec.Struct, frozen=True, kw_only=True):
    """All that one node knows, as of the newest item. `modes` holds every mode seen: more than one is a fault that the page shows."""

    sequence: int
    node: str
    country: str
    mode: Mode | None
    modes: tuple[Mode, ...]
    exercise: str
    now: Now
    speed: float
    paused: bool
    called: dict[str, int]
    """From which level of escalation on an alarm calls each role."""
    holds: tuple[StandingHold, ...]
    partners: tuple[str, ...]
    roles: tuple[str, ...]
    area_set: str
    watch: Watch | None
    situation: Situation
    unproved: tuple[str, ...]
    events: dict[str, EventView]
    salvos: tuple[Salvo, ...]
    statements: dict[str, JointStatement]
    waiting: dict[str, Pending]
    drafts: dict[str, AlertDraft]
    notices: dict[str, SeaNotice]
    paths: dict[str, PathView]
    sources: tuple[SourceView, ...]
    refused_count: int
    refusals: tuple[RefusalCount, ...]
    refused_last: tuple[Refusal, ...]
    dropped: dict[str, int]
    health: tuple[Health, ...]
    unreadable: tuple[tuple[str, str, int], ...]
    lines: tuple[Line, ...]
