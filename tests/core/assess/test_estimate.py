"""What an estimate says of an impact that nobody knows well enough."""

from types import SimpleNamespace

import numpy as np
import pytest

from bongsu.core.assess.estimate import Estimator
from bongsu.flight.filters import LN_BETA_MEAN, LN_BETA_SIGMA
from bongsu.model.track import Phase, Track, TrackStatus
from tests.flight.test_dynamics import state


@pytest.mark.parametrize(("sigma_m_s", "told"), [(50.0, True), (900.0, False)])
def test_an_impact_is_told_once_its_ellipse_is_no_continent(sigma_m_s, told):
    x = state(200e3, 5000, 40)
    drag = np.array([LN_BETA_MEAN, *[0.0] * 6, LN_BETA_SIGMA**2])
    cov = np.diag([1e6] * 3 + [sigma_m_s**2] * 3)
    track = Track("T1", 10**9, Phase.COAST, TrackStatus.CONFIRMED, x[:3].copy(), x[3:6].copy(), cov, drag=drag)
    (given,) = Estimator().handle(SimpleNamespace(body=track), None)
    estimate = given.body
    assert estimate.ballistic is True
    assert (estimate.impact is not None) is told
    assert estimate.apogee_m > 200e3
