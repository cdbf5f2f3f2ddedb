"""Small truths, statements and items for the tests of views."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from bongsu.base.units import seconds_to_ns
from bongsu.geo.frames import geodetic_to_ecef
from bongsu.geo.path import great_circle_points
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.event import Assessment, Event
from bongsu.model.head import Head, Item
from bongsu.model.label import Label
from bongsu.model.mode import Mode
from bongsu.model.warning import Warning, WarningStatus
from bongsu.views.truth import Truth

START_NS = 1_700_000_000_000_000_000


def at_ns(seconds: float) -> int:
    return START_NS + seconds_to_ns(seconds)


def truth(
    name: str = "one",
    launch_deg: tuple[float, float] = (39.0, 126.0),
    impact_deg: tuple[float, float] = (42.0, 137.0),
    launch_s: float = 0.0,
    flight_s: float = 600.0,
    real: bool = True,
) -> Truth:
    launch = math.radians(launch_deg[0]), math.radians(launch_deg[1])
    impact = math.radians(impact_deg[0]), math.radians(impact_deg[1])
    rows = great_circle_points(*launch, *impact, 61)
    share = np.linspace(0.0, 1.0, 61)
    heights = 4.0 * 300_000.0 * share * (1.0 - share)
    path = np.array([geodetic_to_ecef(*row, height) for row, height in zip(rows, heights, strict=True)])
    return Truth(
        id=name,
        from_ns=at_ns(launch_s),
        launch_ns=at_ns(launch_s),
        launch_rad=launch,
        impact_ns=at_ns(launch_s + flight_s),
        impact_rad=impact,
        path_s=share * flight_s,
        path_ecef_m=path,
        seen_from_ns=at_ns(launch_s),
        seen_until_ns=at_ns(launch_s + flight_s),
        figures={"flight_s": flight_s} if real else None,
    )


def point(latitude_deg: float, longitude_deg: float, seconds: float, semi_m: float | None = 5_000.0) -> PointEstimate:
    return PointEstimate(
        latitude_rad=math.radians(latitude_deg),
        longitude_rad=math.radians(longitude_deg),
        time_ns=at_ns(seconds),
        sigma_time_s=2.0,
        semi_major_m=semi_m,
        semi_minor_m=None if semi_m is None else semi_m / 2,
        bearing_rad=0.0,
    )


def estimate(
    seconds: float, launch: PointEstimate | None = None, impact: PointEstimate | None = None, track: str = "T1"
) -> Estimate:
    return Estimate(
        track=track,
        time_ns=at_ns(seconds),
        launch=launch or point(39.01, 126.0, 1.0),
        impact=impact,
        ballistic=True if impact else None,
    )


def warning(
    name: str,
    version: int = 1,
    status: WarningStatus = WarningStatus.INITIAL,
    told: Estimate | None = None,
    track: str | None = "T1",
) -> Warning:
    estimated = told or estimate(30.0)
    return Warning(
        warning=name, version=version, status=status, time_ns=estimated.time_ns, track=track, estimate=estimated
    )


def event(name: str, seconds: float, *words: tuple[str, Warning], node: str = "kr", version: int = 1) -> Event:
    return Event(
        event=name,
        version=version,
        time_ns=at_ns(seconds),
        assessments=tuple(
            Assessment(
                origin=origin,
                basis="own" if origin == node else "partner",
                warning=said,
                item="x-1",
                first_ns=at_ns(seconds),
                first_link_ns=at_ns(seconds),
            )
            for origin, said in words
        ),
    )


class Record:
    """Items of one node, as its record would hold them."""

    def __init__(self, node: str) -> None:
        self.node = node
        self.items: list[Item[Any]] = []

    def add(self, body: Any, seconds: float = 0.0, origin: str | None = None, causes: tuple[str, ...] = ()) -> str:
        """Add an item; gives its id."""
        name = f"{self.node}-{len(self.items) + 1}"
        head = Head(
            id=name,
            event_ns=at_ns(seconds),
            receipt_ns=at_ns(seconds),
            link_ns=at_ns(seconds),
            origin=origin or self.node,
            mode=Mode.EXERCISE,
            exercise="TEST",
            causes=causes,
            label=Label(),
        )
        self.items.append(Item(head, body))
        return name
