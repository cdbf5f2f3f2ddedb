"""The kernels against their plain NumPy twin (tests/oracles/kernels.py), over drawn states from the ground to 2,000 km and speeds to 7.5 km/s.

Tolerances: accelerations 1e-9 of gravity, or of drag where that is larger (altitude is worked out in two ways); steps 1e-6 m and m/s and 1e-9 of the speed;
likelihoods 1e-6; updates 1e-5 of a sigma; predicted covariances 2e-3 of their sigmas (the kernels leave J2 out of the gradient of gravity).
"""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from bongsu.flight import dynamics, filters, fusion, looks, tables
from bongsu.geo.frames import enu_axes, geodetic_to_ecef
from tests.oracles import kernels as twin

MANY = settings(max_examples=60, deadline=None)
FEW = settings(max_examples=15, deadline=None)


def drawn(low_m=500.0, high_m=2.0e6):
    """Position, velocity and ln beta."""

    def put(latitude, longitude, altitude, speed, climb, heading, ln_beta):
        r, axes = geodetic_to_ecef(latitude, longitude, altitude), enu_axes(latitude, longitude)
        level = math.sin(heading) * axes[0] + math.cos(heading) * axes[1]
        return r, speed * (math.cos(climb) * level + math.sin(climb) * axes[2]), ln_beta

    return st.builds(
        put, st.floats(-1.5, 1.5), st.floats(-3.1, 3.1), st.floats(low_m, high_m), st.floats(100.0, 7500.0), st.floats(-1.5, 1.5),
        st.floats(-3.1, 3.1), st.floats(6.5, 9.7),
    )  # fmt: skip


@MANY
@given(drawn())
def test_acceleration(state):
    r, v, ln_beta = state
    for drag in (False, True):
        hold = 0.5 * math.exp(-ln_beta) if drag else 0.0
        found = np.array(dynamics.rates(*r, *v, hold, drag))
        want = twin.acceleration(r, v, ln_beta if drag else None)
        assert np.linalg.norm(found - want) < 1e-9 * max(10.0, np.linalg.norm(want))


@MANY
@given(drawn(high_m=4.0e5), st.floats(0.02, 2.0), st.booleans())
def test_a_step_with_drag_or_thrust(state, dt, thrust):
    r, v, ln_beta = state
    if not thrust:  # no longer than drag takes to stop the body, as `step_length` has it
        dt = min(dt, 2.0 * math.exp(ln_beta) / max(twin.density(twin.altitude(r)) * np.linalg.norm(v), 1e-9))
    force = np.array([20.0, -5.0, 9.0]) if thrust else np.zeros(3)
    own_r, own_v = r.copy(), v.copy()
    dynamics.step(own_r, own_v, ln_beta, force, not thrust, dt)
    want_r, want_v = twin.step(r, v, dt, None if thrust else ln_beta, force)
    assert np.linalg.norm(own_r - want_r) < 1e-6 + 1e-9 * np.linalg.norm(v) * dt
    assert np.linalg.norm(own_v - want_v) < 1e-6 + 1e-9 * np.linalg.norm(v)


def store_of(r, v, ln_beta, force, sigmas):
    """The arrays of one track with both models."""
    x, p = np.zeros((1, 2, 9)), np.zeros((1, 2, 9, 9))
    x[0, :, :3], x[0, :, 3:6] = r, v
    x[0, 0, 6], x[0, 1, 6:] = ln_beta, force
    p[0, :, range(6), range(6)] = (np.array([sigmas[0]] * 3 + [sigmas[1]] * 3) ** 2)[:, None]
    p[0, 0, 6, 6] = 0.25
    p[0, 1, [6, 7, 8], [6, 7, 8]] = 4.0
    return x, p


@FEW
@given(drawn(low_m=1.0e5), st.floats(0.1, 2.0), st.floats(5.0, 2000.0), st.floats(0.5, 300.0))
def test_prediction_of_both_models(state, dt, sigma_m, sigma_m_s):
    r, v, ln_beta = state
    force = np.array([20.0, -5.0, 9.0])
    x, p = store_of(r, v, ln_beta, force, (sigma_m, sigma_m_s))
    before = p.copy()
    slope = twin.transition(r, v, ln_beta, dt)
    for mode, model in ((tables.FREE, 0), (tables.POWERED, 1)):
        tables.advance(x, p, np.array([0.5]), np.zeros(1), np.array([mode]), np.array([0]), dt)
        want_r, want_v = r, v
        for _ in range(20):
            want_r, want_v = twin.step(want_r, want_v, dt / 20, None if model else ln_beta, force if model else None)
        assert np.linalg.norm(x[0, model, :3] - want_r) < 1e-3
        assert np.linalg.norm(x[0, model, 3:6] - want_v) < 1e-3
        n = 9 if model else 7
        phi = np.eye(n)
        phi[:7, :7] = slope
        if model:
            phi[:6, 6:9] = np.vstack([0.5 * dt * dt * np.eye(3), dt * np.eye(3)])
            phi[6:9, :6] = 0.0
        noise = np.zeros((n, n))
        q = filters.FORCE_NOISE_M2_S5 if model else filters.FREE_NOISE_M2_S3
        powers = {
            (0, 0): dt**5 / 20,
            (0, 1): dt**4 / 8,
            (0, 2): dt**3 / 6,
            (1, 1): dt**3 / 3,
            (1, 2): dt**2 / 2,
            (2, 2): dt,
        }
        if not model:
            powers = {(0, 0): dt**3 / 3, (0, 1): dt**2 / 2, (1, 1): dt}
        for (a, b), size in powers.items():
            noise[3 * a : 3 * a + 3, 3 * b : 3 * b + 3] = q * size * np.eye(3)
            noise[3 * b : 3 * b + 3, 3 * a : 3 * a + 3] = q * size * np.eye(3)
        want = phi @ before[0, model, :n, :n] @ phi.T + noise
        scale = np.sqrt(np.diag(want))
        assert np.abs((p[0, model, :n, :n] - want) / np.outer(scale, scale)).max() < 2e-3


def plot(r, v, away_m, bearing, climb, offsets, kind):
    """A row of a sensor at some distance, its measurement a few sigmas off the truth."""
    latitude, longitude = 0.4, 1.1
    axes = enu_axes(latitude, longitude)
    u = np.array([math.sin(bearing) * math.cos(climb), math.cos(bearing) * math.cos(climb), math.sin(climb)]) @ axes
    site = r - away_m * u
    sigmas = (30.0, 1e-3, 1e-3, 2.0 if kind == "rate" else 0.0)
    range_m = away_m + 30.0 * offsets[0] if kind != "infrared" else math.nan
    rate = float(u @ v) + 2.0 * offsets[3] if kind == "rate" else math.nan
    azimuth, elevation = bearing + 1e-3 * offsets[1] / math.cos(climb), climb + 1e-3 * offsets[2]
    own = looks.rows_of(
        np.array([0.0]), np.array([range_m]), np.array([azimuth]), np.array([elevation]), np.array([rate]), site, axes,
        np.array(sigmas), 0.0,
    )  # fmt: skip
    return own, twin.row_of(0.0, site, axes, range_m, azimuth, elevation, sigmas, rate)


PLOTS = st.tuples(
    st.floats(5e4, 3e6), st.floats(-3.1, 3.1), st.floats(-1.3, 1.3), st.tuples(*[st.floats(-2.5, 2.5)] * 4),
    st.sampled_from(["radar", "rate", "infrared"]),
)  # fmt: skip


@MANY
@given(drawn(low_m=1e5), PLOTS, st.floats(10.0, 1000.0), st.floats(1.0, 200.0))
def test_a_plot_and_its_update(state, drawn_plot, sigma_m, sigma_m_s):
    r, v, ln_beta = state
    rows, row = plot(r, v, *drawn_plot)
    np.testing.assert_allclose(rows[0], row, rtol=1e-12, atol=1e-9)
    x, p = store_of(r, v, ln_beta, np.zeros(3), (sigma_m, sigma_m_s))
    want_x, want_p, likelihood, d2 = twin.updated(x[0, 0, :7].copy(), p[0, 0, :7, :7].copy(), row)
    scored = np.empty((1, 1))
    zero, one, mode = np.zeros(1), np.ones(1), np.array([tables.FREE])
    tables.gate(x, p, one, zero, mode, np.array([0]), rows, 1e9, scored)
    told = np.empty((1, 3))
    tables.take(x, p, one, zero, mode, np.array([0]), rows, told)
    assert abs(told[0, 0] - likelihood) < 1e-6 * max(1.0, abs(likelihood))
    assert abs(told[0, 1] - d2) < 1e-6 * max(1.0, d2)
    assert told[0, 2] == len(twin.measured(row)[0])
    if math.isfinite(scored[0, 0]):  # within the cheap first gate
        assert abs(scored[0, 0] - likelihood) < 1e-6 * max(1.0, abs(likelihood))
    scale = np.sqrt(np.diag(want_p))
    assert np.abs((x[0, 0, :7] - want_x) / scale).max() < 1e-5
    assert np.abs((p[0, 0, :7, :7] - want_p) / np.outer(scale, scale)).max() < 1e-5


@MANY
@given(st.integers(0, 10_000), st.integers(2, 4))
def test_a_step_of_fusion(seed, count):
    rng = np.random.default_rng(seed)
    scale = np.array([1e4, 1e4, 1e4, 30.0, 30.0, 30.0])
    means, covariances = [], []
    for _ in range(count):
        root = rng.normal(size=(6, 6)) * rng.uniform(0.2, 2.0)
        covariances.append((root @ root.T + 0.1 * np.eye(6)) * np.outer(scale, scale))
        means.append(rng.normal(size=6) * scale)
    weights = fusion.weights_of([fusion.inverse(cov) for cov in covariances])
    mean, cov = fusion.intersection(means, covariances)
    want_mean, want_cov = twin.intersected(means, covariances, weights)
    sigmas = np.sqrt(np.diag(want_cov))
    assert np.abs((mean - want_mean) / sigmas).max() < 1e-7
    assert np.abs((cov - want_cov) / np.outer(sigmas, sigmas)).max() < 1e-7
    added = fusion.with_increments(
        (means[0], covariances[0]), [fusion.increment((means[0], covariances[0]), (want_mean, want_cov))]
    )
    assert np.abs((added[0] - want_mean) / sigmas).max() < 1e-6
