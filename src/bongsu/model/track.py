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
