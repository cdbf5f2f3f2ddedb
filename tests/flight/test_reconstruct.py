import math

import pytest

from bongsu.base.errors import BadValue
from bongsu.flight.reconstruct import Interval, reconstruct

# Site, bearing, apogee km, range km, reported times s, drag-free time s: public figures of DOMAIN.md, section 2.
LOFTED = [
    (40.1, 125.2, 71, 2111.5, 787, (1800,), 1686),
    (40.6, 126.4, 70, 3724.9, 998, (2832, 2700), 2605),
    (39.3, 125.9, 76, 4475, 950, (3180,), 3040),
    (39.2, 125.7, 72, 6248.5, 1090, (4052, 4260), 4111),
    (39.2, 125.7, 70, 6040.9, 999.2, (4135, 4140), 3979),
    (39.2, 125.7, 72, 5768.5, 989, (4015, 3960), 3813),
    (39.1, 126.0, 62, 6648.4, 1001.2, (4491, 4440), 4355),
    (39.1, 126.0, 61, 6518.2, 1002.3, (4415, 4380), 4273),
]
OVER = [(39.2, 125.7, 73, 550, 2700, 825), (40.6, 126.4, 80, 1000, 4600, 1253)]


def _solve(latitude, longitude, bearing, apogee_km, range_km, reported=None):
    return reconstruct(
        math.radians(latitude),
        math.radians(longitude),
        math.radians(bearing),
        Interval(apogee_km * 1e3, apogee_km * 1e3),
        Interval(range_km * 1e3, range_km * 1e3),
        reported,
    )


@pytest.mark.parametrize("row", LOFTED, ids=lambda row: str(row[3]))
def test_lofted_flights_meet_a_reporter(row):
    *figures, reported, drag_free = row
    result = _solve(*figures)
    assert min(abs(result.flight_s.low / time - 1) for time in reported) < 0.03
    assert abs(result.drag_free_s.low - drag_free) < 3.0


@pytest.mark.parametrize("row", OVER, ids=lambda row: str(row[3]))
def test_overflights_meet_the_drag_free_time(row):
    *figures, drag_free = row
    assert abs(_solve(*figures).drag_free_s.low - drag_free) < 3.0


def test_a_time_below_the_quickest_path_is_impossible():
    assert _solve(39.2, 125.7, 72, 6248.5, 1090, 4052).reported_possible is False
    assert _solve(39.2, 125.7, 72, 6248.5, 1090, 4260).reported_possible is True
    assert _solve(39.2, 125.7, 72, 6248.5, 1090).reported_possible is None


def test_intervals():
    about = reconstruct(0.7, 2.2, 1.3, Interval(9.7e5, 1.0e6), Interval(4.5e6, 4.6e6))
    assert about.flight_s.high is not None
    assert about.flight_s.low < about.flight_s.high
    least = reconstruct(0.7, 2.2, 1.3, Interval(9.7e5, 1.0e6), Interval(4.5e6, None))
    assert least.flight_s.high is None
    assert least.longitude_rad.high is None
    assert math.isclose(least.flight_s.low, about.flight_s.low, rel_tol=1e-9)


def test_figures_that_no_flight_has():
    with pytest.raises(BadValue, match="apogee"):
        reconstruct(0.7, 2.2, 1.3, Interval(1e3, 1e3), Interval(1e6, 1e6))
