"""What `review.html` is made of: the review, the truth, and what each node's record tells."""

import itertools
import math
from functools import partial

import msgspec
import numpy as np

from bongsu.drill import records
from bongsu.drill.figures import PATH_STEP_S
from bongsu.drill.reviewing import through_the_gate
from bongsu.drill.run_plan import RunPlan, RunResult
from bongsu.drill.truth import Flight
from bongsu.geo.frames import ecef_to_geodetic
from bongsu.reports.material import Material, TrueFlight
from bongsu.views.flown import Flown, flown
from bongsu.views.moments import Moment, moments
from bongsu.views.review import Review

MARK = "EXERCISE - SIMULATED SENSORS"
"""Stands inside every plot and page of a drill."""

TOLD = ("warning", "path", "alarm", "alert", "stance", "freshness")
"""Bodies of which the time line, the maps and the replay are made."""


def material(plan: RunPlan, result: RunResult, review: Review, latencies_ms: list[float]) -> Material:
    """Gather it from the records."""
    paths: list[Flown] = []
    told: list[Moment] = []
    admitted = through_the_gate(partial(records.items, result.record))
    for code in plan.scenario.codes:
        first, second = itertools.tee(admitted(code, TOLD))
        paths += flown(first, code)
        told += moments(second, code)
    return Material(
        title=plan.scenario.title,
        teaches=plan.scenario.teaches,
        mark=MARK,
        start_ns=plan.scenario.start_ns,
        review=msgspec.to_builtins(review),
        flights=[
            _true_flight(launch.id, launch.title or launch.id, plan.flights[launch.id])
            for launch in plan.scenario.launches
        ],
        flown=paths,
        moments=sorted(told, key=lambda moment: moment.time_ns),
        latencies_ms=latencies_ms,
        reported=[
            (said.reporter, f"{said.field} {said.bound} {said.value}".replace("  ", " "), said.source or "")
            for launch in plan.scenario.launches
            for said in launch.reported
        ],
        msel=[
            [
                f"{one.at_s:g}",
                one.event,
                one.expected_action,
                one.objective or "",
                one.controller,
                one.inject or "",
                one.player,
            ]
            for one in plan.scenario.msel
        ],
        names={partner.code: partner.name for partner in plan.scenario.partners},
    )


def _true_flight(name: str, title: str, flight: Flight) -> TrueFlight:
    times = np.append(np.arange(0.0, flight.flight_s, PATH_STEP_S), flight.flight_s)
    positions, _ = flight.at(times)
    places = [ecef_to_geodetic(np.ascontiguousarray(position)) for position in positions]
    return TrueFlight(
        launch=name,
        title=title,
        time_ns=[flight.launch_ns + round(time_s * 1e9) for time_s in times.tolist()],
        latitude_rad=[latitude for latitude, _, _ in places],
        longitude_rad=[math.remainder(longitude, 2.0 * math.pi) for _, longitude, _ in places],
        altitude_m=[altitude_m for _, _, altitude_m in places],
    )
