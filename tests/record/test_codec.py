import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from bongsu.model.scan import RawScan
from bongsu.model.track import Phase, Track, TrackStatus
from bongsu.record.codec import decode_body, encode

FLOATS = st.floats(allow_nan=True, allow_infinity=False)


@given(
    values=hnp.arrays(np.float64, st.integers(0, 5), elements=FLOATS), times=st.lists(st.integers(-(2**63), 2**63 - 1))
)
def test_arrays_come_back_bit_by_bit(values: np.ndarray, times: list[int]) -> None:
    scan = RawScan(
        sensor="a",
        number=None,
        time_ns=np.array(times, dtype=np.int64),
        range_m=values,
        azimuth_rad=values,
        elevation_rad=values,
        range_rate_m_s=values,
        lines=np.array([], dtype=np.int64),
    )
    again = decode_body(encode(scan))
    assert isinstance(again, RawScan)
    assert again.range_m.dtype == np.float64
    assert again.time_ns.dtype == np.int64
    assert np.array_equal(again.range_m, values, equal_nan=True)
    assert [math.copysign(1, value) for value in again.range_m if not math.isnan(value)] == [
        math.copysign(1, value) for value in values if not math.isnan(value)
    ]
    assert again.time_ns.tolist() == times
    assert encode(again) == encode(scan)


def test_matrices_keep_their_shape() -> None:
    covariance = np.arange(36, dtype=np.float64).reshape(6, 6) / 7
    track = Track(
        track="T1",
        time_ns=1,
        phase=Phase.BOOST,
        status=TrackStatus.CONFIRMED,
        position_ecef_m=np.array([1.0, 2.0, 3.0]),
        velocity_ecef_m_s=np.zeros(3),
        covariance=covariance,
    )
    again = decode_body(encode(track))
    assert isinstance(again, Track)
    assert np.array_equal(again.covariance, covariance)
