"""The truth of a drill: flights solved so that the asked figures come out, from our own dynamics (`dynamics.py`).

What players see is the path as sensors plot it, never this. Here stands the ballistic one; the table of all kinds is in
`truth_kinds.py`.
"""

import math

from bongsu.base.errors import BadInput
from bongsu.base.units import METRES_PER_KILOMETRE
from bongsu.drill.truth_flight import Asked, BreakUp, Flight, Floats, Piece, PullUp, measure
from bongsu.drill.truth_solver import Attempt

__all__ = ["Asked", "BreakUp", "Flight", "Piece", "PullUp", "attempt", "fly", "refuse_wrong"]

BEARING_TOLERANCE_RAD = math.radians(3.0)
"""A truth whose bearing from launch to impact is further than this from the asked one is refused (it has landed on
the wrong side before).
"""

FIGURE_TOLERANCE = 0.01
"""Share by which apogee and range may differ from the asked figures."""


def attempt(asked: Asked, place: str) -> tuple[Attempt, Floats]:
    """The search that found a ballistic flight of the asked figures, and its unknowns.

    Raises `BadInput` naming `place` when no such flight exists.
    """
    search = Attempt(asked)
    unknowns = search.solve()
    if unknowns is None:
        raise BadInput(
            f"no flight from there reaches an apogee of {asked.apogee_m / METRES_PER_KILOMETRE:g} km and a range of "
            f"{asked.range_m / METRES_PER_KILOMETRE:g} km at bearing {math.degrees(asked.bearing_rad):g}",
            "ask for a higher apogee, a shorter range, or another burn_s",
            place,
        )
    return search, unknowns


def fly(asked: Asked, launch_ns: int, place: str) -> Flight:
    """Solves a ballistic flight of the asked figures and measures it. Raises `BadInput` naming `place`."""
    search, unknowns = attempt(asked, place)
    rows = search.rows(unknowns, True)
    assert rows is not None, "what was solved comes down"
    flight = measure(rows, asked, launch_ns, search.burnout_s)
    refuse_wrong(flight, asked, place)
    return flight


def refuse_wrong(flight: Flight, asked: Asked, place: str) -> None:
    """Raises `BadInput` when the measured figures are not the asked ones: the check is independent of the solver."""
    turn = math.remainder(flight.bearing_rad - asked.bearing_rad, 2.0 * math.pi)
    if abs(turn) > BEARING_TOLERANCE_RAD:
        raise BadInput(
            f"the truth lands {math.degrees(turn):+.1f} degrees off the asked bearing", "change its figures", place
        )
    for name, got, wanted in (("apogee", flight.apogee_m, asked.apogee_m), ("range", flight.range_m, asked.range_m)):
        if abs(got - wanted) > FIGURE_TOLERANCE * wanted:
            raise BadInput(
                f"the truth's {name} is {got / METRES_PER_KILOMETRE:.1f} km, not {wanted / METRES_PER_KILOMETRE:g}",
                "change its figures",
                place,
            )
