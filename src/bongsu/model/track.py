"""A track: what one nation's own sensors say of one object. Never released as such; a `Path` is."""

from enum import StrEnum

from bongsu.model.noun import Floats, Noun


class Phase(StrEnum):
    """Part of the flight."""

    BOOST = "boost"
    COAST = "coast"
    REENTRY = "reentry"


class TrackStatus(StrEnum):
    """Tentative tracks are never shown. A coasting one is out of every sensor's sight and kept, not forgotten."""

    TENTATIVE = "tentative"
    CONFIRMED = "confirmed"
    COASTING = "coasting"
    ENDED = "ended"


class Track(Noun, frozen=True, eq=False):
    """State of one track at `time_ns`: ECEF WGS-84 position and earth-fixed velocity (3,), 1-sigma covariance (6, 6) in m and m/s.

    `kind` tells the main object from what separated from it (`stage`, `debris`).
    """

    track: str
    time_ns: int
    phase: Phase
    status: TrackStatus
    position_ecef_m: Floats
    velocity_ecef_m_s: Floats
    covariance: Floats
    existence: float = 1.0
    kind: str = "object"
    updated_ns: int = 0
    looks: Floats | None = None
    """Rows (N, 20) of `flight.looks` that went into this update; all so far when a track is first confirmed."""
    looks_zero_ns: int = 0
    """The moment from which the times in `looks` and `anchor_s` count."""
    drag: Floats | None = None
    """(8,): ln of the ballistic coefficient and the seventh row of the 7x7 covariance; None while free flight is not believed."""
    anchor_s: float | None = None
    """When free flight began to be seen; `anchor_state` (6,) and `anchor_covariance` (6, 6) are the state then, from all looks since."""
    anchor_state: Floats | None = None
    anchor_covariance: Floats | None = None
    steered: bool = False
    """The flight does not follow gravity and drag though it burns no more."""
