"""An alarm calls a person to an event: active or ended, unacknowledged or acknowledged (after ISA-18.2)."""

from enum import StrEnum

from bongsu.model.noun import Noun


class AlarmState(StrEnum):
    """The four states that ask for different behaviour of a console."""

    ACTIVE_UNACKNOWLEDGED = "active_unacknowledged"
    ACTIVE_ACKNOWLEDGED = "active_acknowledged"
    ENDED_UNACKNOWLEDGED = "ended_unacknowledged"
    NORMAL = "normal"


class Alarm(Noun, frozen=True):
    """State of the alarm of one event, for which event version, raised when, and by whom it was acknowledged."""

    event: str
    event_version: int
    state: AlarmState
    time_ns: int
    raised_ns: int
    reason: str
    acknowledged_by: str = ""
    scripted: bool = False
