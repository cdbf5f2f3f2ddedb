"""Where the object of one of our warnings is at a moment, seen or not: carried on in free flight from its newest state.

What leaves must not tell when a sensor saw the object. So points are told at moments that depend on the warning alone (its number, its age, its
computed end), never on looks, and go on the same way while nobody sees it, until it has come down.
"""

import msgspec
import numpy as np

from bongsu.base.limits import PATH_S
from bongsu.base.limits_release import PATH_END_S, PATH_SPARSE_S, PATH_YOUNG_S
from bongsu.base.units import ns_to_seconds, seconds_to_ns
from bongsu.flight.batch import carry_state
from bongsu.geo.frames import altitude_of
from bongsu.model.track import Track

_LN_BETA = 8.3
"""Logarithm of the ballistic coefficient (kg/m2) where the track has none yet: as the impact's (`core/assess/estimate.py`)."""
_OFFSETS_COUNT = 50
_OFFSET_STEP = 31
"""Points of warnings that follow each other are told at moments well apart (31 and 50 have no common divisor), so that they never come in one burst."""


class Course(msgspec.Struct):
    """Newest state: ECEF metres and metres a second at `time_ns`."""

    time_ns: int
    position_ecef_m: list[float]
    velocity_ecef_m_s: list[float]
    ln_beta: float
    phase: str
    altitude_m: float


def course_of(track: Track) -> Course:
    """The state that a track says."""
    position = track.position_ecef_m
    return Course(
        time_ns=track.time_ns,
        position_ecef_m=position.tolist(),
        velocity_ecef_m_s=track.velocity_ecef_m_s.tolist(),
        ln_beta=_LN_BETA if track.drag is None else float(track.drag[0]),
        phase=track.phase.value,
        altitude_m=float(altitude_of(position[0], position[1], position[2])),
    )


def carried_on(course: Course, time_ns: int) -> Course:
    """The state at a later moment, in free flight with drag; not beyond the ground."""
    rest_s = ns_to_seconds(time_ns - course.time_ns)
    if rest_s <= 0.0 or course.altitude_m <= 0.0:
        return course
    state = np.array([*course.position_ecef_m, *course.velocity_ecef_m_s, course.ln_beta])
    carry_state(state, np.zeros((7, 7)), rest_s)
    return msgspec.structs.replace(
        course,
        time_ns=time_ns,
        position_ecef_m=state[:3].tolist(),
        velocity_ecef_m_s=state[3:6].tolist(),
        altitude_m=float(altitude_of(state[0], state[1], state[2])),
    )


def next_point_ns(after_ns: int, number: int, opened_ns: int, ends_ns: int | None) -> int:
    """The next moment after `after_ns` at which a point is told: by the warning's number, its age, and the time left to its computed end."""
    young = after_ns < opened_ns + seconds_to_ns(PATH_YOUNG_S)
    ending = ends_ns is not None and after_ns >= ends_ns - seconds_to_ns(PATH_END_S)
    period_ns = seconds_to_ns(PATH_S if young or ending else PATH_SPARSE_S)
    return next_moment_ns(after_ns, period_ns, number)


def next_moment_ns(after_ns: int, period_ns: int, number: int) -> int:
    """The next of the moments, a period apart, that belong to a number: they follow from the clock alone."""
    offset_ns = seconds_to_ns(PATH_S) * (number * _OFFSET_STEP % _OFFSETS_COUNT) // _OFFSETS_COUNT
    return (after_ns - offset_ns) // period_ns * period_ns + period_ns + offset_ns
