"""Invented sensors: what they see, how they err, and that chance depends on nothing but seed, sensor, object and look."""

from __future__ import annotations

import math
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from bongsu.drill import detections, scenario, sensors, truth
from bongsu.drill.scenario_schema import SensorOutage, SensorPlan
from bongsu.geo.frames import ecef_to_range_azimuth_elevation, enu_axes, geodetic_to_ecef
from bongsu.model.sensor import SensorKind

START_NS = 1_777_604_400_000_000_000

RADAR = SensorPlan(
    id="kr-ship-1",
    owner="kr",
    kind="radar",
    latitude_deg=38.0,
    longitude_deg=130.0,
    altitude_m=20.0,
    sigma_range_m=50.0,
    sigma_azimuth_deg=0.03,
    sigma_elevation_deg=0.02,
    rate_hz=5.0,
    min_elevation_deg=2.0,
    max_range_km=3000.0,
    detection_probability=0.9,
    false_plots=0.5,
)
INFRARED = SensorPlan(
    id="us-sat-1",
    owner="us",
    kind="infrared",
    latitude_deg=0.0,
    longitude_deg=140.0,
    altitude_m=36_000_000.0,
    sigma_azimuth_deg=0.001,
    sigma_elevation_deg=0.001,
    rate_hz=2.0,
    cloud_top_km=4.0,
    afterglow_s=3.0,
    detection_probability=1.0,
)


def fly(bearing: float = 85.0, apogee_km: float = 190.0, range_km: float = 780.0, at_s: float = 10.0) -> truth.Flight:
    asked = truth.Asked(math.radians(39.2), math.radians(127.6), math.radians(bearing), apogee_km * 1e3, range_km * 1e3)
    return truth.fly(asked, START_NS + round(at_s * 1e9), "here")


FLIGHT = fly()
THING = sensors.Thing("one", FLIGHT)


def observe(
    plan: SensorPlan,
    seen: tuple[sensors.Thing, ...] = (THING,),
    seed: int = 1,
    until_s: float = 600.0,
    ability: float = 1.0,
) -> sensors.Plots:
    times = sensors.look_times(plan, seed, START_NS, START_NS + round(until_s * 1e9))
    return sensors.observe(plan, seen, seed, times, np.full(times.size, ability))


def seen_exactly(plan: SensorPlan, plots: sensors.Plots, flight: truth.Flight) -> np.ndarray:
    """Range, azimuth, elevation (N, 3) without error, through the frames of `geo`."""
    latitude, longitude = math.radians(plan.latitude_deg), math.radians(plan.longitude_deg)
    place, axes = geodetic_to_ecef(latitude, longitude, plan.altitude_m), enu_axes(latitude, longitude)
    position, _ = flight.at_ns(plots.time_ns)
    return np.array([ecef_to_range_azimuth_elevation(place, axes, np.ascontiguousarray(row)) for row in position])


def same(left: sensors.Plots, right: sensors.Plots) -> bool:
    names = ("scan", "time_ns", "range_m", "azimuth_rad", "elevation_rad", "source")
    return all(np.array_equal(getattr(left, name), getattr(right, name), equal_nan=True) for name in names)


def test_errors_are_as_stated() -> None:
    plan = msgspec.structs.replace(RADAR, false_plots=0.0, rate_hz=20.0)
    plots = observe(plan)
    error = np.column_stack([plots.range_m, plots.azimuth_rad, plots.elevation_rad]) - seen_exactly(plan, plots, FLIGHT)
    error[:, 1] = (error[:, 1] + math.pi) % (2.0 * math.pi) - math.pi
    sigma = np.array([50.0, math.radians(0.03), math.radians(0.02)])
    normal = error / sigma
    count = normal.shape[0]
    assert count > 5000
    assert np.abs(normal.mean(axis=0)).max() < 5.0 / math.sqrt(count)
    assert np.abs(normal.std(axis=0) - 1.0).max() < 5.0 / math.sqrt(2 * count)
    assert np.abs(np.corrcoef(normal.T) - np.eye(3)).max() < 5.0 / math.sqrt(count)
    assert np.abs(normal).max() < 6.0


def test_it_sees_with_its_probability_between_horizon_and_reach() -> None:
    plots = observe(RADAR)
    true = plots.source == 0
    exact = seen_exactly(RADAR, plots, FLIGHT)[true]
    assert exact[:, 2].min() >= math.radians(2.0)
    assert exact[:, 0].max() <= 3_000_000.0
    looks = sensors.look_times(RADAR, 1, START_NS, START_NS + 600_000_000_000)
    between = (looks >= plots.time_ns[true].min()) & (looks <= plots.time_ns[true].max())
    share = true.sum() / between.sum()
    assert share == pytest.approx(0.9, abs=5.0 * math.sqrt(0.09 / between.sum()))


def test_reach_ends_what_is_seen() -> None:
    high = fly(62.0, 6648.4, 1001.2)
    plots = observe(msgspec.structs.replace(RADAR, false_plots=0.0), (sensors.Thing("high", high),), until_s=4600.0)
    since_s = (plots.time_ns - high.launch_ns) / 1e9
    gap = np.diff(since_s).max()
    assert 45 * 60 < gap < 65 * 60, "a lofted flight leaves the reach of a radar for most of an hour"


def test_false_plots_come_at_their_rate_and_everywhere() -> None:
    plots = observe(RADAR, (), until_s=2000.0)
    assert (plots.source == sensors.FALSE_PLOT).all()
    assert plots.scan.size == pytest.approx(5000, abs=5 * math.sqrt(5000))
    assert plots.elevation_rad.min() >= math.radians(2.0)
    assert plots.range_m.max() <= 3_000_000.0
    quarters = np.histogram(plots.azimuth_rad, bins=4, range=(0.0, 2.0 * math.pi))[0]
    assert np.abs(quarters - plots.scan.size / 4).max() < 5 * math.sqrt(plots.scan.size / 4)


def test_looks_are_numbered_from_the_start_at_the_stated_rate() -> None:
    looks = sensors.look_times(RADAR, 1, START_NS, START_NS + 60_000_000_000)
    assert looks.size == 300
    assert 0 <= looks[0] - START_NS < 200_000_000
    assert (np.abs(np.diff(looks) - 200_000_000) <= 1000).all()
    assert (looks % 1000 == 0).all()
    plots = observe(RADAR, until_s=60.0)
    assert np.array_equal(plots.time_ns, looks[plots.scan])
    assert (np.diff(plots.scan) >= 0).all()


def test_sensors_have_phases_of_their_own() -> None:
    other = msgspec.structs.replace(RADAR, id="kr-ship-2")
    first = [sensors.look_times(plan, 1, START_NS, START_NS + 10**10)[0] for plan in (RADAR, other)]
    assert first[0] != first[1]


def test_plots_of_a_look_do_not_stand_in_the_order_of_objects() -> None:
    things = (THING, sensors.Thing("two", fly(95.0)), sensors.Thing("three", fly(75.0)))
    plots = observe(msgspec.structs.replace(RADAR, false_plots=3.0), things)
    same_look = np.diff(plots.scan) == 0
    assert (np.diff(plots.azimuth_rad)[same_look] >= 0.0).all()
    assert len({tuple(plots.source[plots.scan == scan]) for scan in range(400, 420)}) > 5


def test_the_same_seed_gives_the_same_plots_and_another_others() -> None:
    assert same(observe(RADAR), observe(RADAR))
    assert not same(observe(RADAR), observe(RADAR, seed=2))


def test_another_object_changes_nothing_of_the_first() -> None:
    alone = observe(RADAR)
    both = observe(RADAR, (THING, sensors.Thing("two", fly(95.0))))
    kept = both.source != 1
    assert both.scan[~kept].size > 100
    for name in ("scan", "range_m", "azimuth_rad", "elevation_rad"):
        assert np.array_equal(getattr(both, name)[kept], getattr(alone, name))


def test_a_longer_drill_begins_alike() -> None:
    short, long = observe(RADAR, until_s=200.0), observe(RADAR, until_s=600.0)
    early = long.scan < 1000
    assert np.array_equal(long.range_m[early], short.range_m)
    assert np.array_equal(long.azimuth_rad[early], short.azimuth_rad)


def test_infrared_sees_the_plume_above_the_clouds_and_no_range() -> None:
    plots = observe(INFRARED)
    assert np.isnan(plots.range_m).all()
    since_s = (plots.time_ns - FLIGHT.launch_ns) / 1e9
    assert FLIGHT.geodetic(float(since_s.min()))[2] >= 4000.0
    assert FLIGHT.geodetic(float(since_s.min()) - 0.5)[2] < 4000.0
    assert FLIGHT.burnout_s + 2.0 < since_s.max() <= FLIGHT.burnout_s + 3.0
    assert plots.elevation_rad.max() < math.radians(-80.0)


@pytest.mark.parametrize(("longitude_deg", "sees"), [(140.0, True), (50.0, True), (20.0, False), (-50.0, False)])
def test_the_earth_stands_between(longitude_deg: float, sees: bool) -> None:
    plots = observe(msgspec.structs.replace(INFRARED, longitude_deg=longitude_deg))
    assert (plots.scan.size > 0) == sees


def test_false_plots_of_infrared_lie_on_the_earth() -> None:
    plots = observe(msgspec.structs.replace(INFRARED, false_plots=1.0), ())
    assert plots.scan.size > 1000
    edge = math.acos(6_356_752.3 / (6_356_752.3 + 36_000_000.0))
    assert plots.elevation_rad.max() <= -edge + 1e-9


def test_a_false_alarm_is_seen_by_one_sensor_in_its_window() -> None:
    window = START_NS + 60_000_000_000, START_NS + 90_000_000_000
    ghost = replace(THING, only="kr-ship-1", from_ns=window[0], until_ns=window[1])
    plots = observe(msgspec.structs.replace(RADAR, false_plots=0.0), (ghost,))
    assert plots.scan.size > 100
    assert plots.time_ns.min() >= window[0]
    assert plots.time_ns.max() < window[1]
    assert observe(msgspec.structs.replace(RADAR, id="kr-ship-2", false_plots=0.0), (ghost,)).scan.size == 0


def test_down_sees_nothing_and_degraded_half() -> None:
    assert observe(RADAR, ability=0.0).scan.size == 0
    plan = msgspec.structs.replace(RADAR, false_plots=0.0, detection_probability=1.0, rate_hz=20.0)
    well, badly = observe(plan), observe(plan, ability=sensors.DEGRADED_PROBABILITY)
    assert badly.scan.size / well.scan.size == pytest.approx(0.5, abs=0.03)
    assert np.isin(badly.range_m, well.range_m).all(), "an outage changes which plots there are, not what they say"


def test_an_outage_silences_the_plots_and_is_told() -> None:
    drill = scenario.load("salvo")
    outage = SensorOutage(sensor="kr-ship-1", at_s=60.0, until_s=90.0)
    changed = msgspec.structs.replace(drill, injects=(outage,))
    flights = scenario.solve(drill)
    sent = [one for one in detections.stream(changed, flights, 1) if one.line.sensor == "kr-ship-1"]
    during = [one for one in sent if changed.time_ns(60.0) <= one.time_ns < changed.time_ns(90.0)]
    assert during
    assert all(isinstance(one.line, detections.StatusLine) and one.line.state == "down" for one in during)
    assert during[0].time_ns == changed.time_ns(60.0)
    back = next(one for one in sent if one.time_ns >= changed.time_ns(90.0))
    assert isinstance(back.line, detections.StatusLine)
    assert (back.time_ns, back.line.state) == (changed.time_ns(90.0), "up")
    calm = [one for one in detections.stream(drill, flights, 1) if one.line.sensor != "kr-ship-1"]
    assert [one for one in detections.stream(changed, flights, 1) if one.line.sensor != "kr-ship-1"] == calm


def test_the_stream_is_in_time_order_and_told_to_the_owner() -> None:
    drill = scenario.load("salvo")
    flights = scenario.solve(drill)
    sent = list(detections.stream(drill, flights, 3))
    assert len(sent) > 4000
    times = [one.time_ns for one in sent]
    assert times == sorted(times)
    assert times[0] == drill.start_ns
    assert times[-1] < drill.end_ns(flights)
    assert all(one.owner == one.line.sensor[:2] for one in sent)
    assert {one.owner for one in sent} == {"kr", "us", "jp"}


def test_the_order_of_sensors_changes_no_line() -> None:
    drill = scenario.load("salvo")
    turned = msgspec.structs.replace(drill, sensors=tuple(reversed(drill.sensors)))
    flights = scenario.solve(drill)

    def lines(one: scenario.Scenario) -> list[bytes]:
        return sorted(msgspec.json.encode(sent.line) for sent in detections.stream(one, flights, 1))

    assert lines(drill) == lines(turned)


def test_a_sensor_says_regularly_that_it_is_up() -> None:
    drill = scenario.load("false-alarm")
    sent = [
        one.time_ns
        for one in detections.stream(drill, {}, 1)
        if isinstance(one.line, detections.StatusLine) and one.line.sensor == "jp-ship-1"
    ]
    assert sent[0] == drill.start_ns
    assert max(np.diff(sent)) == 5_000_000_000
    assert len(sent) in (24, 25)


def test_a_sensor_is_described_to_its_nation() -> None:
    radar, infrared = sensors.describe(RADAR), sensors.describe(INFRARED)
    assert radar.kind is SensorKind.RADAR
    assert radar.max_range_m == 3_000_000.0
    assert radar.sigma_elevation_rad == pytest.approx(math.radians(0.02))
    assert infrared.kind is SensorKind.INFRARED
    assert infrared.sigma_range_m is None
    assert infrared.max_range_m is None
    assert infrared.min_elevation_rad == pytest.approx(-math.pi / 2)
