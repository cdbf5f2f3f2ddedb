"""Freshness of partners, sensors and consoles. What is not proved fresh is unknown, never calm."""

import msgspec
from msgspec.structs import replace

from bongsu.base.limits import FRESH_S, SENSOR_SILENT_INTERVALS
from bongsu.base.units import NANOSECONDS_PER_SECOND, seconds_to_ns
from bongsu.model.configuration import Configuration
from bongsu.model.freshness import Freshness, FreshnessState
from bongsu.model.head import Head, Now
from bongsu.model.receipt import Heartbeat
from bongsu.model.scan import Scan
from bongsu.model.sensor import SensorState, SensorStatus
from bongsu.views.shape import SourceView

FIRST_INTERVAL_NS = 60 * NANOSECONDS_PER_SECOND
"""Interval assumed of a sensor that has sent one status only: the longest usual one."""


class _Sensor(msgspec.Struct):
    """What a sensor has said of itself (exercise time), and when it was last heard at all (link time)."""

    reported: SensorState | None = None
    status_ns: int | None = None
    interval_ns: int = FIRST_INTERVAL_NS
    heard_link_ns: int | None = None

    def state(self, now: Now) -> FreshnessState:
        """Fresh while its status comes; one that never sends any is fresh from its first look on (DESIGN.md section 4)."""
        if self.heard_link_ns is None:
            return FreshnessState.UNKNOWN
        if self.status_ns is None:
            return FreshnessState.FRESH
        # A fast drill runs minutes of exercise time ahead of a feed that is a moment late: silence counts in both clocks.
        silent = now.exercise_ns - self.status_ns > SENSOR_SILENT_INTERVALS * self.interval_ns
        late = now.link_ns - self.heard_link_ns > seconds_to_ns(FRESH_S)
        return FreshnessState.UNKNOWN if silent and late else FreshnessState.FRESH


class Sources:
    """Partners as the link judges them; own sensors by their status and looks."""

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], SourceView] = {}
        self._sensors: dict[str, _Sensor] = {}

    def fork(self) -> "Sources":
        """The same, to go its own way."""
        other = Sources()
        other._told = dict(self._told)
        other._sensors = {name: replace(sensor) for name, sensor in self._sensors.items()}
        return other

    def configure(self, partners: tuple[str, ...], configuration: Configuration) -> None:
        """Whoever is configured is there from the first, unknown; whoever is not any more is gone."""
        for name in partners:
            self._told.setdefault(
                ("partner", name), SourceView(source=name, kind="partner", state=FreshnessState.UNKNOWN)
            )
        names = [sensor.id for sensor in configuration.sensors if sensor.owner == configuration.node]
        self._sensors = {name: self._sensors.get(name, _Sensor()) for name in names}

    def freshness(self, body: Freshness) -> None:
        """The core's judgement of a source."""
        before = self._told.get((body.kind, body.source))
        self._told[body.kind, body.source] = SourceView(
            source=body.source,
            kind=body.kind,
            state=body.state,
            last_ns=body.last_ns,
            clock_offset_s=body.clock_offset_s,
            missing=body.missing,
            attended=before.attended if before is not None else None,
            recorded=before.recorded if before is not None else None,
        )

    def heartbeat(self, partner: str, body: Heartbeat) -> None:
        """A partner's word that it is there: its age counts from this; the link alone judges what it proves."""
        told = self._told.get(("partner", partner))
        if told is not None:
            last_ns = max(body.issued_ns, told.last_ns or 0)
            self._told["partner", partner] = replace(
                told, last_ns=last_ns, attended=body.attended, recorded=body.recorded
            )

    def status(self, head: Head, body: SensorStatus) -> None:
        """A sensor's word of itself; a status that comes at once with a change of state does not shorten the interval."""
        sensor = self._sensors.get(body.sensor)
        if sensor is None:
            return
        if sensor.status_ns is not None and body.state == sensor.reported and body.time_ns > sensor.status_ns:
            sensor.interval_ns = body.time_ns - sensor.status_ns
        sensor.status_ns = max(body.time_ns, sensor.status_ns or 0)
        sensor.reported = body.state
        sensor.heard_link_ns = head.link_ns

    def scan(self, head: Head, body: Scan) -> None:
        """A look, also an empty one, proves that the sensor is there."""
        sensor = self._sensors.get(body.sensor)
        if sensor is not None:
            sensor.heard_link_ns = head.link_ns

    def views(self, now: Now) -> tuple[SourceView, ...]:
        """All sources: partners first, as they stand at `now`."""
        derived = [
            SourceView(
                source=name,
                kind="sensor",
                state=sensor.state(now),
                last_ns=sensor.heard_link_ns,
                reported=sensor.reported.value if sensor.reported else None,
            )
            for name, sensor in self._sensors.items()
            if ("sensor", name) not in self._told
        ]
        return (*self._told.values(), *derived)


def unproved(sources: tuple[SourceView, ...]) -> tuple[str, ...]:
    """Names of the partners and sensors without which nobody may say that all is calm."""
    return tuple(
        source.source
        for source in sources
        if source.kind != "console"
        and (source.state != FreshnessState.FRESH or source.reported in (SensorState.DEGRADED, SensorState.DOWN))
    )
