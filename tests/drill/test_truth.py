"""True flights: against an independent integrator in another frame, conservation, the asked figures, and what is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from pyproj import Geod, Transformer
from scipy.integrate import solve_ivp

from bongsu.base.errors import BadInput
from bongsu.drill import dynamics, truth, truth_solver
from bongsu.geo.frames import enu_axes, geodetic_to_ecef

GM, RATE, RADIUS, J2 = 3.986004418e14, 7.292115e-5, 6_378_137.0, 1.082629821e-3
TO_GEODETIC = Transformer.from_crs("EPSG:4978", "EPSG:4979", always_xy=True)

LAUNCH_NS = 1_689_123_540_000_000_000

# latitude, longitude, bearing, apogee km, range km, reported seconds (lofted flights of the public record, with the reporter's rounding)
LOFTED = [
    (40.1, 125.2, 71, 2111.5, 787, 1800),
    (40.6, 126.4, 70, 3724.9, 998, 2700),
    (39.3, 125.9, 76, 4475.0, 950, 3180),
    (39.2, 125.7, 72, 6248.5, 1090, 4260),
    (39.2, 125.7, 70, 6040.9, 999.2, 4135),
    (39.2, 125.7, 72, 5768.5, 989, 3960),
    (39.1, 126.0, 62, 6648.4, 1001.2, 4491),
    (39.1, 126.0, 61, 6518.2, 1002.3, 4415),
]


def ask(latitude: float, longitude: float, bearing: float, apogee_km: float, range_km: float) -> truth.Asked:
    return truth.Asked(
        math.radians(latitude), math.radians(longitude), math.radians(bearing), apogee_km * 1e3, range_km * 1e3
    )


@pytest.fixture(scope="module")
def lofted() -> truth.Flight:
    return truth.fly(ask(39.1, 126.0, 62, 6648.4, 1001.2), LAUNCH_NS, "here")


def earth_fixed_slope(_: float, state: np.ndarray, mass_per_area: float, push: np.ndarray | None = None) -> np.ndarray:
    """The same physics written anew in the turning frame: Coriolis and centrifugal terms instead of an inertial frame."""
    position, velocity = state[:3], state[3:]
    r = np.linalg.norm(position)
    sine2 = (position[2] / r) ** 2
    bulge = 1.5 * J2 * (RADIUS / r) ** 2
    gravity = -GM / r**3 * position * (1.0 + bulge * (np.array([1.0, 1.0, 3.0]) - 5.0 * sine2))
    spin = np.array([0.0, 0.0, RATE])
    turning = -2.0 * np.cross(spin, velocity) - np.cross(spin, np.cross(spin, position))
    height = TO_GEODETIC.transform(*position)[2]
    places = np.arange(16) * 10_000.0
    density = 0.0 if height >= 150_000.0 else math.exp(np.interp(height, places, dynamics.AIR_LOG_DENSITY))
    drag = -0.5 * density / mass_per_area * np.linalg.norm(velocity) * velocity
    return np.concatenate([velocity, gravity + turning + drag + (0.0 if push is None else push)])


def test_coasting_agrees_with_dop853_in_the_turning_frame(lofted: truth.Flight) -> None:
    start_s = lofted.burnout_s + 60.0
    position, velocity = lofted.at(np.array([start_s]))
    ground = lambda t, y, *_: float(TO_GEODETIC.transform(*y[:3])[2])  # noqa: E731
    ground.terminal = True  # type: ignore[attr-defined]
    solved = solve_ivp(
        earth_fixed_slope,
        (start_s, 6000.0),
        np.concatenate([position[0], velocity[0]]),
        method="DOP853",
        rtol=1e-11,
        atol=1e-5,
        args=(truth_solver.FALLING_KG_M2,),
        events=ground,
        dense_output=True,
    )
    assert solved.t_events[0][0] == pytest.approx(lofted.flight_s, abs=1e-3)
    assert np.linalg.norm(solved.y_events[0][0][:3] - lofted.position_ecef_m[-1]) < 1.0
    times = np.linspace(start_s, lofted.flight_s, 777)
    assert np.abs(solved.sol(times)[:3].T - lofted.at(times)[0]).max() < 1.0


def test_boost_agrees_with_dop853_in_the_turning_frame() -> None:
    latitude, longitude = math.radians(39.1), math.radians(126.0)
    site = geodetic_to_ecef(latitude, longitude, 0.0)
    east, north, up = enu_axes(latitude, longitude)
    kick = 0.2 * east + 0.1 * north
    burn_s, pitch_end_s, force, fraction = 60.0, 15.0, 27.0, 0.65
    plan = np.concatenate([up, kick, [5.0, pitch_end_s, truth_solver.RISING_KG_M2, truth_solver.FALLING_KG_M2]])
    push = [0.0, burn_s, force, fraction]
    segments = np.array([[0, *push, 5.0], [1, *push, pitch_end_s], [2, *push, burn_s]])
    rows = np.empty((1000, 7))
    count, end = dynamics.fly(site, plan, segments, False, rows)
    assert end == dynamics.FLEW_TO_GROUND
    assert rows[count - 1, 0] == burn_s

    def slope(time_s: float, state: np.ndarray) -> np.ndarray:
        if time_s < pitch_end_s:
            part = min(max((time_s - 5.0) / 10.0, 0.0), 1.0)
            direction = up + part**2 * (3.0 - 2.0 * part) * kick
        else:
            direction = state[3:]
        strength = force / (1.0 - fraction * time_s / burn_s)
        return earth_fixed_slope(
            time_s, state, truth_solver.RISING_KG_M2, strength * direction / np.linalg.norm(direction)
        )

    state, begin_s = np.concatenate([site, np.zeros(3)]), 0.0
    for end_s in (5.0, pitch_end_s, burn_s):
        state = solve_ivp(slope, (begin_s, end_s), state, method="DOP853", rtol=1e-11, atol=1e-6).y[:, -1]
        begin_s = end_s
    assert np.linalg.norm(rows[count - 1, 1:4] - state[:3]) < 0.5
    assert np.linalg.norm(rows[count - 1, 4:7] - state[3:]) < 0.02


def test_energy_in_the_turning_frame_is_kept_above_the_air(lofted: truth.Flight) -> None:
    aloft = (lofted.time_s > lofted.burnout_s) & (lofted.time_s < lofted.flight_s - 40.0)
    position, velocity = lofted.position_ecef_m[aloft], lofted.velocity_ecef_m_s[aloft]
    r = np.linalg.norm(position, axis=1)
    sine2 = (position[:, 2] / r) ** 2
    potential = -GM / r * (1.0 - J2 * (RADIUS / r) ** 2 * (1.5 * sine2 - 0.5))
    spin = 0.5 * RATE**2 * (position[:, 0] ** 2 + position[:, 1] ** 2)
    energy = 0.5 * (velocity**2).sum(axis=1) + potential - spin
    assert np.ptp(energy) / np.abs(energy).max() < 1e-9
    without_bulge = 0.5 * (velocity**2).sum(axis=1) - GM / r - spin
    assert np.ptp(without_bulge) / np.abs(without_bulge).max() > 1e-5, "the oblate term is felt"


def test_interpolation_is_consistent(lofted: truth.Flight) -> None:
    at_nodes, speed_at_nodes = lofted.at(lofted.time_s)
    assert np.abs(at_nodes - lofted.position_ecef_m).max() < 1e-6
    assert np.abs(speed_at_nodes - lofted.velocity_ecef_m_s).max() < 1e-6
    times = np.linspace(300.0, lofted.flight_s - 60.0, 999)
    step = 0.01
    slope = (lofted.at(times + step)[0] - lofted.at(times - step)[0]) / (2.0 * step)
    assert np.abs(slope - lofted.at(times)[1]).max() < 1e-3


@pytest.mark.parametrize("bearing", [0, 62, 135, 200, 280, 359])
@pytest.mark.parametrize(
    ("apogee_km", "range_km"),
    [(50, 300), (190, 780), (300, 100), (970, 4600), (1500, 10_000), (2111, 787), (6648, 1001), (12_000, 5000)],
)
def test_asked_figures_come_out(bearing: float, apogee_km: float, range_km: float) -> None:
    flight = truth.fly(ask(39.1, 126.0, bearing, apogee_km, range_km), LAUNCH_NS, "here")
    longitude, latitude, height = TO_GEODETIC.transform(*flight.at(np.linspace(0.0, flight.flight_s, 20_001))[0].T)
    azimuth, _, distance_m = Geod(ellps="WGS84").inv(126.0, 39.1, longitude[-1], latitude[-1])
    assert abs(math.remainder(azimuth - bearing, 360.0)) < 0.05
    assert distance_m == pytest.approx(range_km * 1e3, rel=1e-3)
    assert height.max() == pytest.approx(apogee_km * 1e3, rel=1e-3)
    assert height.max() <= flight.apogee_m + 1.0
    assert abs(height[-1]) < 0.01
    assert height[1:-1].min() > 0.0


@pytest.mark.parametrize(("latitude", "longitude", "bearing", "apogee", "range_", "reported_s"), LOFTED)
def test_lofted_flights_take_the_reported_time(
    latitude: float, longitude: float, bearing: float, apogee: float, range_: float, reported_s: float
) -> None:
    flight = truth.fly(ask(latitude, longitude, bearing, apogee, range_), LAUNCH_NS, "here")
    assert flight.flight_s == pytest.approx(reported_s, rel=0.03)


def test_the_same_question_gives_the_same_bits(lofted: truth.Flight) -> None:
    again = truth.fly(ask(39.1, 126.0, 62, 6648.4, 1001.2), LAUNCH_NS, "here")
    assert again.position_ecef_m.tobytes() == lofted.position_ecef_m.tobytes()
    assert again.flight_s == lofted.flight_s


def test_a_given_burn_is_kept() -> None:
    asked = replace(ask(39.1, 126.0, 62, 6648.4, 1001.2), burn_s=240.0)
    flight = truth.fly(asked, LAUNCH_NS, "here")
    assert flight.burnout_s == pytest.approx(240.0)
    assert flight.apogee_m == pytest.approx(6_648_400, rel=1e-3)


def test_it_starts_at_rest_on_the_site(lofted: truth.Flight) -> None:
    position, velocity = lofted.at(np.array([0.0]))
    assert np.linalg.norm(velocity) < 1e-9
    assert np.linalg.norm(position[0] - geodetic_to_ecef(math.radians(39.1), math.radians(126.0), 0.0)) < 1e-6


@pytest.mark.parametrize(("apogee_km", "range_km"), [(20, 300), (20, 5000)])
def test_what_no_flight_has_is_refused(apogee_km: float, range_km: float) -> None:
    with pytest.raises(BadInput, match=r"x\.toml: launches\[0\]: no flight from there"):
        truth.fly(ask(39.1, 126.0, 62, apogee_km, range_km), LAUNCH_NS, "x.toml: launches[0]")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"bearing_rad": math.radians(242.0)}, "degrees off the asked bearing"),
        ({"bearing_rad": math.radians(65.1)}, r"-3\.1 degrees off"),
        ({"apogee_m": 6_800_000.0}, "apogee is 6648.4 km, not 6800"),
        ({"range_m": 980_000.0}, "range is 1001.2 km, not 980"),
    ],
)
def test_a_truth_that_is_not_the_asked_one_is_refused(
    lofted: truth.Flight, change: dict[str, float], fault: str
) -> None:
    asked = ask(39.1, 126.0, 62, 6648.4, 1001.2)
    truth.refuse_wrong(lofted, asked, "here")
    with pytest.raises(BadInput, match=fault):
        truth.refuse_wrong(lofted, replace(asked, **change), "here")
