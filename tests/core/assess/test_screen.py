import numpy as np
import pytest

from bongsu.core.assess.screen import Screen
from bongsu.core.room import Caused
from bongsu.model.head import Item, Now
from bongsu.model.refusal import Refusal
from bongsu.model.scan import RawScan, Scan
from bongsu.model.sensor import Sensor, SensorKind

SECOND = 1_000_000_000
START = 1_777_593_600 * SECOND


def sensor(name="dish", rate_hz=1.0, kind=SensorKind.RADAR):
    return Sensor(
        id=name, owner="kr", kind=kind, latitude_rad=0.6, longitude_rad=2.2, altitude_m=20.0, sigma_azimuth_rad=1e-3,
        sigma_elevation_rad=1e-3, rate_hz=rate_hz, sigma_range_m=50.0, max_range_m=3e6,
    )  # fmt: skip


def raw(time_s, number=None, name="dish", range_m=8e5, azimuth=1.0, elevation=0.3):
    times = np.atleast_1d(time_s)
    full = np.ones(len(times))
    return RawScan(
        sensor=name, number=number, time_ns=(START + times * SECOND).astype(np.int64), range_m=range_m * full,
        azimuth_rad=azimuth * full + np.arange(len(times)) * 1e-3, elevation_rad=elevation * full,
        range_rate_m_s=np.nan * full, lines=np.arange(1, len(times) + 1),
    )  # fmt: skip


class Door:
    """The screen with a clock, its output sorted by kind."""

    def __init__(self, *sensors):
        self.screen = Screen(sensors or (sensor(),))
        self.scans = []
        self.refusals = []

    def feed(self, body, at_s):
        now_ns = START + int(at_s * SECOND)
        self.sort(self.screen.handle(Item(None, body), Now(now_ns, now_ns)))
        return self

    def wait(self, at_s):
        now_ns = START + int(at_s * SECOND)
        self.sort(self.screen.tick(Now(now_ns, now_ns)))
        return self

    def sort(self, given):
        for one in given:
            body = one.body if isinstance(one, Caused) else one
            (self.scans if isinstance(body, Scan) else self.refusals).append(body)

    @property
    def reasons(self):
        return [one.reason for one in self.refusals if isinstance(one, Refusal)]


def test_a_look_closes_50_ms_after_its_last_plot():
    door = Door().feed(raw(1.0, 0), 1.0)
    assert not door.scans
    assert door.screen.due().exercise_ns == START + SECOND + 50_000_000
    door.wait(1.05)
    assert [(scan.number, len(scan.time_ns)) for scan in door.scans] == [(0, 1)]
    assert door.screen.due().exercise_ns is None


def test_a_look_closes_with_the_next_number_and_keeps_its_plots_together():
    door = Door().feed(raw([1.0, 1.02], 4), 1.0).feed(raw(1.03, 4), 1.03).feed(raw(2.0, 5), 1.04)
    full = [scan for scan in door.scans if len(scan.time_ns)]
    assert [(scan.number, len(scan.time_ns)) for scan in full] == [(4, 3)]


def test_skipped_numbers_are_empty_looks_also_before_the_first_plot():
    door = Door().feed(raw(12.3, 12), 12.3).wait(12.4).feed(raw(16.3, 16), 12.41).wait(16.4)
    assert [(scan.looks, len(scan.time_ns)) for scan in door.scans] == [(12, 0), (1, 1), (3, 0), (1, 1)]
    first = door.scans[0]
    assert first.start_ns == START + int(0.3 * SECOND)
    assert first.end_ns == START + int(11.3 * SECOND)


def test_without_numbers_time_groups_plots_and_tells_empty_looks():
    door = Door().feed(raw([1.0, 1.03, 5.0]), 5.0).wait(6.0)
    assert [(scan.looks, len(scan.time_ns)) for scan in door.scans] == [(1, 2), (3, 0), (1, 1)]


def test_a_silent_sensor_is_told_of_when_others_speak():
    door = Door(sensor("dish"), sensor("other")).feed(raw(1.0, 0), 1.0).wait(1.1)
    door.feed(raw(4.0, 0, "other"), 4.0)
    empty = [scan for scan in door.scans if not len(scan.time_ns)]
    assert [(scan.sensor, scan.looks) for scan in empty] == [("dish", 2)]
    door.wait(4.1).feed(raw(5.0, 4), 5.0).wait(5.1)
    assert sum(scan.looks for scan in door.scans if scan.sensor == "dish" and not len(scan.time_ns)) == 3


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (raw(1.0, name="nobody"), "unknown_sensor"),
        (raw(1.0, range_m=-5.0), "impossible_value"),
        (raw(1.0, range_m=9e7), "impossible_value"),
        (raw(1.0, elevation=2.0), "impossible_value"),
        (raw(1.0, azimuth=7.0), "impossible_value"),
        (raw(30.0), "impossible_value"),
    ],
)
def test_what_cannot_be_is_refused(body, reason):
    door = Door().feed(body, 1.0)
    assert door.reasons == [reason]
    assert door.refusals[0].door == "screen"
    assert not door.wait(60.0).scans


def test_duplicates_and_late_plots_are_refused():
    door = Door().feed(raw(1.0, 0), 1.0).wait(1.1).feed(raw(1.0, 0), 1.1)
    assert door.reasons == ["duplicate"]
    door.feed(raw(100.0, 99), 100.0).feed(raw(39.0, 38), 100.0)
    assert door.reasons == ["duplicate", "out_of_order"]


def test_a_snapshot_goes_on_where_it_was():
    door = Door().feed(raw(1.0, 0), 1.0)
    other = Door()
    other.screen.restore(door.screen.state())
    assert other.screen.due() == door.screen.due()
    other.feed(raw(1.0, 0), 1.01)
    assert other.reasons == ["duplicate"]
    assert len(other.wait(1.06).scans) == 1
