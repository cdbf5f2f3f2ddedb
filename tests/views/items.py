"""Hand-made items: what a core would give, written down by a test."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians
from typing import Any

from bongsu.base.units import seconds_to_ns
from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.alert import Alert, AreaRisk
from bongsu.model.configuration import Configuration, Role
from bongsu.model.consultation import Consultation
from bongsu.model.delivery import Delivery
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.event import Assessment, Event
from bongsu.model.freshness import Freshness, FreshnessState
from bongsu.model.head import Head, Item, Now
from bongsu.model.label import Label
from bongsu.model.mode import Mode
from bongsu.model.sensor import Sensor, SensorKind, SensorState, SensorStatus
from bongsu.model.stance import Position, Stance
from bongsu.model.warning import Path, Warning, WarningStatus

ZERO_NS = 1_689_091_140_000_000_000
"""2023-07-11T15:59:00Z."""
SENSOR = Sensor(
    id="kr-ship-1",
    owner="kr",
    kind=SensorKind.RADAR,
    latitude_rad=radians(37.0),
    longitude_rad=radians(130.0),
    altitude_m=20.0,
    sigma_azimuth_rad=0.001,
    sigma_elevation_rad=0.001,
    rate_hz=1.0,
    sigma_range_m=50.0,
)
CONFIGURATION = Configuration(
    node="kr",
    federation="example",
    mode=Mode.EXERCISE,
    exercise="hand-made",
    epoch=1,
    partners=("kr", "us", "jp"),
    sensors=(SENSOR,),
    public_keys=(),
    circles=(),
    rules=(),
    roles=(Role(role="watch", kinds=("acknowledge", "shown", "retract", "stance")), Role(role="observe", kinds=())),
    label=Label(),
    area_set="2026.11",
    country="KR",
)


def at(seconds: float) -> int:
    """Nanoseconds of a moment of the story."""
    return ZERO_NS + seconds_to_ns(seconds)


@dataclass
class Teller:
    """Mints items of one node in order."""

    node: str = "kr"
    mode: Mode = Mode.EXERCISE
    count: int = 0

    def item(self, seconds: float, body: Any, origin: str | None = None) -> Item[Any]:
        self.count += 1
        head = Head(
            id=f"{self.node}-{self.count}",
            event_ns=at(seconds),
            receipt_ns=at(seconds),
            link_ns=at(seconds),
            origin=origin or self.node,
            mode=self.mode,
            exercise="hand-made",
            causes=(),
            label=Label(),
        )
        return Item(head, body)


def now(seconds: float) -> Now:
    return Now(at(seconds), at(seconds))


def estimate(
    range_km: float = 1000.0, impact_s: float = 4491.0, apogee_km: float = 6600.0, east_deg: float = 0.0
) -> Estimate:
    return Estimate(
        track="T1",
        time_ns=at(60),
        launch=PointEstimate(
            latitude_rad=radians(39.1),
            longitude_rad=radians(126.0),
            time_ns=at(0),
            sigma_time_s=2.0,
            semi_major_m=9_000.0,
            semi_minor_m=4_000.0,
            bearing_rad=radians(30),
        ),
        impact=PointEstimate(
            latitude_rad=radians(43.1),
            longitude_rad=radians(136.6 + east_deg),
            time_ns=at(impact_s),
            sigma_time_s=8.0,
            semi_major_m=80_000.0,
            semi_minor_m=28_000.0,
            bearing_rad=radians(62),
        ),
        apogee_m=apogee_km * 1000,
        range_m=range_km * 1000,
        bearing_rad=radians(62),
        ballistic=True,
    )


def assessment(
    origin: str = "kr",
    version: int = 1,
    status: WarningStatus = WarningStatus.INITIAL,
    seconds: float = 60.0,
    conclusion: Estimate | None = None,
    reason: str = "",
) -> Assessment:
    return Assessment(
        origin=origin,
        basis="own" if origin == "kr" else "partner",
        warning=Warning(
            warning=f"{origin}-E1",
            version=version,
            status=status,
            time_ns=at(seconds),
            estimate=conclusion or estimate(),
            reason=reason,
        ),
        item=f"{origin}-100",
        first_ns=at(50),
        first_link_ns=at(50),
    )


def event(*assessments: Assessment, version: int = 1, open_: bool = True, name: str = "E1", **more: Any) -> Event:
    return Event(event=name, version=version, time_ns=at(60), assessments=assessments, open=open_, **more)


def alarm(state: AlarmState, version: int = 1, by: str = "", reason: str = "", name: str = "E1") -> Alarm:
    return Alarm(
        event=name,
        event_version=version,
        state=state,
        time_ns=at(61),
        raised_ns=at(61),
        reason=reason,
        acknowledged_by=by,
    )


def freshness(source: str, state: FreshnessState = FreshnessState.FRESH, seconds: float = 1.0) -> Freshness:
    return Freshness(source=source, kind="partner", state=state, last_ns=at(seconds))


def up(seconds: float) -> SensorStatus:
    return SensorStatus(sensor="kr-ship-1", time_ns=at(seconds), state=SensorState.UP)


def path(seconds: float, origin: str = "kr") -> Path:
    share = seconds / 4491.0
    return Path(
        warning=f"{origin}-E1",
        time_ns=at(seconds),
        latitude_rad=radians(39.1 + 4.0 * share),
        longitude_rad=radians(126.0 + 10.6 * share),
        altitude_m=4.0 * 6_600_000.0 * share * (1.0 - share),
        phase="coast",
    )


def delivery(recipient: str, version: int, **reached: float) -> Delivery:
    times = {f"{name}_ns": at(value) for name, value in reached.items()}
    return Delivery(
        warning="kr-E1",
        version=version,
        status="update",
        recipient=recipient,
        sequence=version,
        sent_ns=at(60 + version),
        sent_link_ns=at(60 + version),
        **times,
    )


def alert(*areas: tuple[str, str], status: str = "alert", name: str = "E1") -> Alert:
    return Alert(
        alert=f"A-{name}",
        event=name,
        version=1,
        status=status,
        time_ns=at(62),
        area_set="2026.11",
        areas=tuple(AreaRisk(area=area, kind=kind, time_ns=at(600)) for area, kind in areas),
    )


def stance(partner: str, about: str, position: Position, *fields: str) -> Stance:
    return Stance(
        circle="trilateral",
        about=about,
        warning=f"{about}-E1",
        version=1,
        partner=partner,
        position=position,
        time_ns=at(70),
        fields=fields,
    )


def consultation(*stances: Stance) -> Consultation:
    return Consultation(
        circle="trilateral",
        event="E1",
        version=1,
        time_ns=at(70),
        opened_ns=at(65),
        members=("jp", "kr", "us"),
        stances=stances,
    )


def calm(teller: Teller, seconds: float = 1.0) -> list[Item[Any]]:
    """All that must be known before anybody may say that there is no warning."""
    bodies = [CONFIGURATION, freshness("us", seconds=seconds), freshness("jp", seconds=seconds), up(seconds)]
    return [teller.item(seconds, body) for body in bodies]
