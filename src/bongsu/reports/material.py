"""What a review is made of, gathered by the drill or from a real event's records: the measures, the truth, and what each node's record tells."""

from typing import Any

import msgspec

from bongsu.views.flown import Flown
from bongsu.views.moments import Moment


class TrueFlight(msgspec.Struct):
    """One true flight of the exercise: exercise time, degrees as radians, metres. The lists run in step."""

    launch: str
    title: str
    time_ns: list[int]
    latitude_rad: list[float]
    longitude_rad: list[float]
    altitude_m: list[float]


class Material(msgspec.Struct):
    """`review` is the content of review.json. `mark` stands in the page's title. `reported` are (reporter, what it said, source) of the real day.

    `names`: nations by code. `msel`: rows of the master scenario events list (second, event, expected action, objective, controller, inject, player).
    """

    title: str
    teaches: str
    mark: str
    start_ns: int
    review: dict[str, Any]
    flights: list[TrueFlight]
    flown: list[Flown]
    moments: list[Moment]
    latencies_ms: list[float]
    reported: list[tuple[str, str, str]] = []
    names: dict[str, str] = {}
    msel: list[list[str]] = []

    @property
    def real(self) -> bool:
        """Whether the session was no exercise: nothing was expected of it, and no truth of it is known."""
        return str(self.review.get("reference", "truth")) != "truth"
