"""A warning: one nation's versioned statement about one launch. This, and the path, is what crosses a border."""

from enum import StrEnum

from bongsu.model.estimate import Estimate
from bongsu.model.noun import Noun


class WarningStatus(StrEnum):
    """Life cycle of a warning; the allowed moves are the table in `core/inform/warn.py`."""

    INITIAL = "initial"
    UPDATE = "update"
    LOST = "lost"
    PASSED = "passed"
    IMPACTED = "impacted"
    SUPERSEDED = "superseded"
    RETRACTED = "retracted"


class Warning(Noun, frozen=True):  # noqa: A001 - the field's word for it
    """Version `version` of the originator's warning `warning` (its own id, such as `kr-E1`). `estimate` is None where nothing is released but the fact."""

    warning: str
    version: int
    status: WarningStatus
    time_ns: int
    track: str | None = None
    estimate: Estimate | None = None
    reason: str = ""
    superseded_by: str | None = None


class Path(Noun, frozen=True):
    """Where the object of a warning is at `time_ns`: geodetic position, earth-fixed east, north, up velocity; no covariance. `coasting` is unseen."""

    warning: str
    time_ns: int
    latitude_rad: float
    longitude_rad: float
    altitude_m: float
    velocity_east_m_s: float | None = None
    velocity_north_m_s: float | None = None
    velocity_up_m_s: float | None = None
    phase: str | None = None
