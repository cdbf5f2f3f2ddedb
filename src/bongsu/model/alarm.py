"""An alarm calls a person to an event: active or ended, unacknowledged or acknowledged, latched, shelved (after ISA-18.2)."""

from enum import StrEnum

from bongsu.model.noun import Noun


class AlarmState(StrEnum):
    """The states that ask for different behaviour of a console.

    `latched`: over and acknowledged, but an area was at risk: it stays until a person resets it. `shelved`: a person has set it aside until a
    stated time.
    """

    ACTIVE_UNACKNOWLEDGED = "active_unacknowledged"
    ACTIVE_ACKNOWLEDGED = "active_acknowledged"
    ENDED_UNACKNOWLEDGED = "ended_unacknowledged"
    LATCHED = "latched"
    SHELVED = "shelved"
    NORMAL = "normal"


class AlarmReason(StrEnum):
    """Why an alarm has changed: a key into the catalogues, never a sentence."""

    LAUNCH_REPORTED = "launch_reported"
    IMPACT_PREDICTED = "impact_predicted"
    IMPACT_EARLIER = "impact_earlier"
    AREA_ADDED = "area_added"
    AREA_EARLIER = "area_earlier"
    RETRACTED = "retracted"
    OVER = "over"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    UNSHELVED = "unshelved"
    SHELF_EXPIRED = "shelf_expired"
    ESCALATED = "escalated"
    RESET = "reset"
    NONE = ""


class Alarm(Noun, frozen=True):
    """State of the alarm of one event, for which event version, raised when, and by whom it was acknowledged.

    `reason` is an `AlarmReason`, `changed_by` the originator whose word brought it, `by` the person whose command did. `level` counts how often
    it went unanswered and was passed on: 0 the watch, 1 the duty officer too, 2 everybody, and the partners are told. A shelved one comes back at
    `until_ns`.
    """

    event: str
    event_version: int
    state: AlarmState
    time_ns: int
    raised_ns: int
    reason: str
    acknowledged_by: str = ""
    scripted: bool = False
    changed_by: str = ""
    by: str = ""
    level: int = 0
    until_ns: int | None = None
