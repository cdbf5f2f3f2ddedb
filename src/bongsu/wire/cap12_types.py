"""The members of a CAP 1.2 document (OASIS Common Alerting Protocol 1.2, clause 3.2) as typed values.

Times are integer nanoseconds with the offset that is written; places are degrees (latitude first, WGS-84) and kilometres, as the standard has them.
Left out: `resource`, `altitude` and `ceiling`; a reader reports them as unread.
"""

from enum import StrEnum

import msgspec

from bongsu.base.errors import BongsuError

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
NANOSECONDS_PER_SECOND = 1_000_000_000


class CapError(BongsuError):
    """A public alert document that may not be written or cannot be read; `code` is the reason, `place` the element."""

    def __init__(self, code: str, element: str, fault: str, remedy: str = "correct it at its source") -> None:
        super().__init__(fault, remedy, element)
        self.code = code


class Status(StrEnum):
    """What world the document belongs to (3.2.1)."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    SYSTEM = "System"
    TEST = "Test"
    DRAFT = "Draft"


class MessageType(StrEnum):
    """What the document does to earlier ones."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


class Scope(StrEnum):
    """Whom it may reach; `Restricted` needs a restriction, `Private` needs addresses."""

    PUBLIC = "Public"
    RESTRICTED = "Restricted"
    PRIVATE = "Private"


class Category(StrEnum):
    """The kind of event (3.2.2)."""

    GEO = "Geo"
    MET = "Met"
    SAFETY = "Safety"
    SECURITY = "Security"
    RESCUE = "Rescue"
    FIRE = "Fire"
    HEALTH = "Health"
    ENV = "Env"
    TRANSPORT = "Transport"
    INFRA = "Infra"
    CBRNE = "CBRNE"
    OTHER = "Other"


class ResponseType(StrEnum):
    """What people should do."""

    SHELTER = "Shelter"
    EVACUATE = "Evacuate"
    PREPARE = "Prepare"
    EXECUTE = "Execute"
    AVOID = "Avoid"
    MONITOR = "Monitor"
    ASSESS = "Assess"
    ALL_CLEAR = "AllClear"
    NONE = "None"


class Urgency(StrEnum):
    """How soon to act."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Severity(StrEnum):
    """How bad it may be."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """How sure it is."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


class CapTime(msgspec.Struct, frozen=True):
    """A moment in whole seconds, and the offset from UTC in minutes with which it is written."""

    time_ns: int
    offset_minutes: int = 0


class Reference(msgspec.Struct, frozen=True):
    """An earlier document: its sender, identifier and sent time, exactly as that one says them."""

    sender: str
    identifier: str
    sent: CapTime


class Named(msgspec.Struct, frozen=True):
    """A `valueName` and its `value`: an event code, a parameter or a geocode."""

    name: str
    value: str


class CapCircle(msgspec.Struct, frozen=True):
    """A circle on the ground."""

    latitude_deg: float
    longitude_deg: float
    radius_km: float


Polygon = tuple[tuple[float, float], ...]
"""Corners as (latitude, longitude) in degrees; the last is the first again."""


class CapArea(msgspec.Struct, frozen=True, kw_only=True):
    """A described area (3.2.4); without polygon, circle or geocode only people can read where it is."""

    description: str
    polygons_deg: tuple[Polygon, ...] = ()
    circles: tuple[CapCircle, ...] = ()
    geocodes: tuple[Named, ...] = ()


class CapInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is said in one language (3.2.2)."""

    language: str = "en-US"
    categories: tuple[Category, ...]
    event: str
    response_types: tuple[ResponseType, ...] = ()
    urgency: Urgency
    severity: Severity
    certainty: Certainty
    audience: str = ""
    event_codes: tuple[Named, ...] = ()
    effective: CapTime | None = None
    onset: CapTime | None = None
    expires: CapTime | None = None
    sender_name: str = ""
    headline: str = ""
    description: str = ""
    instruction: str = ""
    web: str = ""
    contact: str = ""
    parameters: tuple[Named, ...] = ()
    areas: tuple[CapArea, ...] = ()


class CapAlert(msgspec.Struct, frozen=True, kw_only=True):
    """One document (3.2.1). An empty text stands for an element that is absent."""

    identifier: str
    sender: str
    sent: CapTime
    status: Status
    message_type: MessageType
    source: str = ""
    scope: Scope
    restriction: str = ""
    addresses: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    note: str = ""
    references: tuple[Reference, ...] = ()
    incidents: tuple[str, ...] = ()
    infos: tuple[CapInfo, ...] = ()

    def reference(self) -> Reference:
        """How a later document names this one."""
        return Reference(self.sender, self.identifier, self.sent)
