"""Kinds of truth beyond the plain ballistic flight: one that pulls up, a satellite launch, one that fails and breaks up.

Each is solved from the same dynamics and measured from its own path. A spent stage, or a piece, is a flight of its own
from the moment at which it parts: sensors see it, and a tracker must not take it for the object.
"""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bongsu.base.errors import BadInput
from bongsu.base.limits import FLIGHT_ROWS_COUNT, TRUTH_ROUNDS_COUNT
from bongsu.drill import dynamics
from bongsu.drill.truth import attempt, fly, refuse_wrong
from bongsu.drill.truth_flight import Asked, Flight, Floats, Piece, measure
from bongsu.drill.truth_solver import FALLING_KG_M2, FRACTION, RISING_KG_M2, Attempt

ORBIT_S = 3_600.0
"""A satellite is followed for this long after its launch: long after it has left every sensor's sight."""

STAGE_KG_M2 = 2_000.0
"""Mass per area over drag coefficient of a spent stage: a hollow body that tumbles. Assumed, a round figure."""

PIECES_KG_M2 = (3_000.0, 1_500.0, 800.0, 400.0)
"""The same of the pieces of a break-up, the heaviest first, taken in turn. Assumed."""

Solve = Callable[[Asked, int, str], Flight]


def ballistic(asked: Asked, launch_ns: int, place: str) -> Flight:
    """A ballistic flight, with its spent stages where they are asked for."""
    if not asked.spent_stages:
        return fly(asked, launch_ns, place)
    search, unknowns = attempt(asked, place)
    rows = search.rows(unknowns, True)
    assert rows is not None, "what was solved comes down"
    flight = measure(rows, asked, launch_ns, search.burnout_s)
    refuse_wrong(flight, asked, place)
    return replace(flight, pieces=_spent(search, rows, launch_ns, search.burnout_s))


def manoeuvring(asked: Asked, launch_ns: int, place: str) -> Flight:
    """A flight that pulls up on its way down and glides to the asked range: the range of the ballistic part is sought.

    Raises `BadInput` where lift cannot carry it so far, or only that far.
    """
    assert asked.pull_up is not None, "checked before"
    lift = (asked.pull_up.lift_to_drag, asked.pull_up.height_m)
    low_m, high_m = 0.2 * asked.range_m, asked.range_m
    flight = None
    for _ in range(TRUTH_ROUNDS_COUNT):
        middle_m = 0.5 * (low_m + high_m)
        part = replace(asked, range_m=middle_m)
        search, unknowns = attempt(part, place)
        rows = search.rows(unknowns, True, lift)
        if rows is None:
            break
        flight = measure(rows, asked, launch_ns, search.burnout_s)
        if abs(flight.range_m - asked.range_m) < _NEAR_M:
            break
        low_m, high_m = (middle_m, high_m) if flight.range_m < asked.range_m else (low_m, middle_m)
    if flight is None:
        raise BadInput("the body never comes down", "ask for less lift_to_drag", place)
    refuse_wrong(flight, asked, place)
    return flight


def failed(asked: Asked, launch_ns: int, place: str) -> Flight:
    """A flight that was meant to have the asked figures: its push ends at `break_up.at_s`, and it falls in pieces."""
    assert asked.break_up is not None, "checked before"
    end_s = asked.break_up.at_s
    search, unknowns = attempt(asked, place)
    segments = _until(search.segments(float(unknowns[2])), end_s)
    rows = search.fly(unknowns, segments, False)
    if rows is None or rows[-1, 0] < end_s - 1e-6:
        raise BadInput("it has come down before it breaks up", "make at_s earlier", f"{place}.break_up.at_s")
    burn_s = min(end_s, search.burnout_s)
    pieces = [
        Piece(f"piece-{number + 1}", end_s, _falling(rows, parted, mass, launch_ns, burn_s, asked))
        for number, (parted, mass) in enumerate(_parts(asked, rows[-1]))
    ]
    main, *others = pieces
    spent = _spent(search, rows, launch_ns, end_s) if asked.spent_stages else ()
    return replace(main.flight, pieces=(*spent, *others))


def satellite(asked: Asked, launch_ns: int, place: str) -> Flight:
    """A launch into a circular orbit at the asked apogee.

    Two stages fly a ballistic way to that height and the asked range, where the second falls; a third burns at the top
    of it, `orbit_burn_s` long, until the speed is that of the orbit.
    """
    assert asked.orbit_burn_s is not None, "checked before"
    search, unknowns = attempt(asked, place)
    below = search.rows(unknowns, True)
    assert below is not None, "what was solved comes down"
    lower = measure(below, asked, launch_ns, search.burnout_s)
    refuse_wrong(lower, asked, place)
    begin_s = lower.apogee_s - 0.5 * asked.orbit_burn_s
    if begin_s <= search.burnout_s:
        raise BadInput("the third stage would burn before the second has ended", "shorten orbit_burn_s", place)
    rows = _into_orbit(search, unknowns, begin_s, asked.orbit_burn_s, place)
    ascent = measure(rows[rows[:, 0] <= begin_s + asked.orbit_burn_s + 1e-6], asked, launch_ns, search.burnout_s)
    whole = measure(rows, asked, launch_ns, search.burnout_s)
    second = replace(lower, pieces=())
    return replace(
        whole,
        apogee_m=float(dynamics.height_m(*ascent.position_ecef_m[-1])),
        apogee_s=ascent.flight_s,
        range_m=ascent.range_m,
        bearing_rad=ascent.bearing_rad,
        in_orbit=True,
        burns_s=((0.0, search.burnout_s), (begin_s, begin_s + asked.orbit_burn_s)),
        pieces=(*_spent(search, below, launch_ns, begin_s), Piece(f"stage-{len(search.stages)}", begin_s, second)),
    )


KINDS: dict[str, Solve] = {
    "ballistic": ballistic,
    "manoeuvring": manoeuvring,
    "satellite": satellite,
    "failed": failed,
}
"""Kinds of truth by the word that a scenario uses."""

_NEAR_M = 500.0


def _until(segments: Floats, end_s: float) -> Floats:
    """The powered phase cut at a moment, or followed by coasting until then."""
    kept = segments[segments[:, 5] <= end_s]
    cut = segments[segments[:, 5] > end_s][:1].copy()
    if cut.size:
        cut[0, 5] = end_s
        return np.vstack([kept, cut])
    coast = np.array([[float(dynamics.PUSH_NONE), 0.0, 1.0, 0.0, 0.0, end_s]])
    return kept if kept[-1, 5] == end_s else np.vstack([kept, coast])


def _fall(row: Floats, mass_kg_m2: float) -> Floats:
    plan = np.zeros(12)
    plan[8], plan[9] = RISING_KG_M2, mass_kg_m2
    buffer = np.empty((FLIGHT_ROWS_COUNT, 7))
    count, end = dynamics.fall(np.ascontiguousarray(row), plan, buffer)
    assert end == dynamics.FLEW_TO_GROUND, "a spent stage comes down"
    return buffer[:count].copy()


def _falling(rows: Floats, row: Floats, mass_kg_m2: float, launch_ns: int, burn_s: float, asked: Asked) -> Flight:
    """The flight along `rows` up to the time of `row`, and from there falling by itself."""
    along = rows[rows[:, 0] < row[0] - 1e-6]
    return measure(np.vstack([along, _fall(row, mass_kg_m2)]), asked, launch_ns, burn_s)


def _spent(search: Attempt, rows: Floats, launch_ns: int, until_s: float) -> tuple[Piece, ...]:
    """The stages that have burnt out before the last one, and by `until_s`."""
    found = []
    for number in range(1, len(search.stages)):
        part_s = number * search.stage_s
        if part_s > until_s - 1e-6:
            continue
        row = rows[int(np.argmin(np.abs(rows[:, 0] - part_s)))]
        flight = _falling(rows, row, STAGE_KG_M2, launch_ns, part_s, search.asked)
        found.append(Piece(f"stage-{number}", part_s, flight))
    return tuple(found)


def _parts(asked: Asked, row: Floats) -> list[tuple[Floats, float]]:
    """Rows and masses of the pieces: the first goes on, the others part evenly all round, across the motion."""
    assert asked.break_up is not None, "checked before"
    count = asked.break_up.pieces
    ahead = row[4:7] / np.linalg.norm(row[4:7])
    side = np.cross(row[1:4], ahead)
    side /= np.linalg.norm(side)
    upward = np.cross(ahead, side)
    parts = [(row.copy(), FALLING_KG_M2 / 2.0)]
    for number in range(count - 1):
        turn = 2.0 * math.pi * number / max(count - 1, 1)
        parted = row.copy()
        parted[4:7] += asked.break_up.spread_m_s * (math.cos(turn) * side + math.sin(turn) * upward)
        parts.append((parted, PIECES_KG_M2[number % len(PIECES_KG_M2)]))
    return parts


def _into_orbit(search: Attempt, unknowns: Floats, begin_s: float, burn_s: float, place: str) -> Floats:
    """Rows of the whole way: the third stage's push is sought by halving until it leaves at the speed of a circle."""
    first = _until(search.segments(float(unknowns[2])), begin_s)
    low, high = 0.0, 200.0
    for _ in range(TRUTH_ROUNDS_COUNT):
        force = 0.5 * (low + high)
        third = np.array([[float(dynamics.PUSH_ALONG), begin_s, burn_s, force, FRACTION, begin_s + burn_s]])
        rows = search.fly(unknowns, np.vstack([first, third]), False)
        assert rows is not None, "it is far over the ground"
        low, high = (force, high) if _too_slow(rows[-1]) else (low, force)
    end_s = begin_s + burn_s
    coast = np.array([[float(dynamics.PUSH_NONE), 0.0, 1.0, 0.0, 0.0, ORBIT_S]])
    steps = search.fly(unknowns, np.vstack([first, third, coast]), False)
    if steps is None or steps[-1, 0] < ORBIT_S - 1e-6:
        raise BadInput("it does not stay in orbit", "ask for a higher apogee_km", place)
    # A step of 0.25 s is for the powered phase; an orbit needs no more than two seconds.
    late = steps[steps[:, 0] > end_s][7::8]
    return np.vstack([steps[steps[:, 0] <= end_s], late])


def _too_slow(row: Floats) -> bool:
    """Whether an earth-fixed row is slower, in inertial space, than a circle at its height."""
    spin = np.array([-dynamics.EARTH_RATE_RAD_S * row[2], dynamics.EARTH_RATE_RAD_S * row[1], 0.0])
    speed = float(np.linalg.norm(row[4:7] + spin))
    return speed < math.sqrt(dynamics.GRAVITATION_M3_S2 / float(np.linalg.norm(row[1:4])))
