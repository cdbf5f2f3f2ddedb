"""Two radars against a centre that has all looks; news that goes round a loop; weights that do not depend on units."""

import numpy as np

from bongsu.flight import batch, fusion
from bongsu.flight.filters import LN_BETA_MEAN
from tests.flight.test_filters import looks

RUNS = 80


def from_radar(rng, sigma_range, sigma_angle):
    """Rows of one radar, the truth at the end."""
    return looks(rng, sigma_range, sigma_angle, count=40)


def solved(rows, first):
    """Mean and covariance (6,), (6, 6) at the first look, from a diffuse prior about the place `first`."""
    prior = np.zeros(7)
    prior[:3], prior[6] = first, LN_BETA_MEAN
    guess = prior.copy()
    last = rows[-1, 3:6] + rows[-1, 1] * rows[-1, 6:9]
    guess[3:6] = (last - (rows[0, 3:6] + rows[0, 1] * rows[0, 6:9])) / (rows[-1, 0] - rows[0, 0])
    information = np.diag(
        [1e-10] * 3 + [1 / 4000.0**2] * 3 + [1 / 1e-6]
    )  # beta matters little so high, and is not the matter here
    x0, p0, x1, p1 = np.empty(7), np.empty((7, 7)), np.empty(7), np.empty((7, 7))
    assert np.isfinite(batch.batch_start(rows, 0.0, prior, information, guess, x0, p0, x1, p1, 30, 0.0))
    return (x0[:6].copy(), p0[:6, :6].copy()), (prior[:6], np.linalg.inv(information)[:6, :6])


def pairs():
    """For each run: both radars' estimates, the centre's, the prior and the truth, all at the first look."""
    rng = np.random.default_rng(5)
    for _ in range(RUNS):
        one, truth = from_radar(rng, 30.0, 1e-3)
        other, _ = from_radar(rng, 60.0, 2e-3)
        other[:, 0] += 0.0
        batch.carry_state(truth, np.zeros((7, 7)), -float(one[-1, 0]))
        first = one[0, 3:6] + one[0, 1] * one[0, 6:9]
        both = np.concatenate([one, other])
        both = np.ascontiguousarray(both[np.argsort(both[:, 0], kind="stable")])
        a, prior = solved(one, first)
        yield a, solved(other, first)[0], solved(both, first)[0], prior, truth[:6]


def rms(errors):
    """Root mean square of position and of velocity errors."""
    squares = np.square(np.array(errors))
    return np.sqrt(squares[:, :3].sum(axis=1).mean()), np.sqrt(squares[:, 3:].sum(axis=1).mean())


def test_with_increments_it_is_as_near_as_the_centre():
    joined, centre = [], []
    for a, b, c, prior, truth in pairs():
        mean, cov = fusion.with_increments(a, [fusion.increment(prior, b)])
        joined.append(mean - truth)
        centre.append(c[0] - truth)
        np.testing.assert_allclose(np.sqrt(np.diag(cov)), np.sqrt(np.diag(c[1])), rtol=0.02)
    for ours, best in zip(rms(joined), rms(centre), strict=True):
        assert ours < 1.02 * best


def test_five_rounds_of_a_loop_make_nobody_too_sure():
    scores, naive = [], []
    for a, b, _, _, truth in pairs():
        mine, theirs = a, b
        doubled, theirs_doubled = a, b
        for _ in range(5):
            mine = fusion.intersection([mine[0], theirs[0]], [mine[1], theirs[1]])
            theirs = fusion.intersection([theirs[0], mine[0]], [theirs[1], mine[1]])
            plain = fusion.Increment(
                fusion.inverse(theirs_doubled[1]), fusion.inverse(theirs_doubled[1]) @ theirs_doubled[0]
            )
            doubled = fusion.with_increments(doubled, [plain])
            plain = fusion.Increment(fusion.inverse(doubled[1]), fusion.inverse(doubled[1]) @ doubled[0])
            theirs_doubled = fusion.with_increments(theirs_doubled, [plain])
        for kept, (mean, cov) in ((scores, mine), (naive, doubled)):
            error = mean - truth
            kept.append(float(error @ np.linalg.solve(cov, error)) / 6)
    assert np.mean(scores) < 1.0
    assert np.mean(naive) > 3.0  # what a plain sum of what was heard would have claimed


def test_weights_are_the_same_in_other_units():
    rng = np.random.default_rng(1)
    parts = [rng.normal(size=(6, 6)) for _ in range(3)]
    informations = [part @ part.T + np.eye(6) for part in parts]
    weights = fusion.weights_of(informations)
    scale = np.diag([1e3, 1e3, 1e3, 1.0, 1.0, 1e-6])
    np.testing.assert_allclose(fusion.weights_of([scale @ one @ scale for one in informations]), weights, rtol=1e-6)
    assert abs(weights.sum() - 1.0) < 1e-12
    assert (weights >= 0.0).all()


def test_what_knows_nothing_new_hardly_counts_and_twins_count_alike():
    sure, vague = np.eye(2), 1e6 * np.eye(2)
    mean, cov = fusion.intersection([np.zeros(2), np.full(2, 500.0)], [sure, vague])
    assert np.abs(mean).max() < 0.01
    assert np.trace(cov) < 1.01 * np.trace(sure)
    np.testing.assert_allclose(fusion.weights_of([sure, sure, sure]), 1 / 3)
    mean, cov = fusion.intersection([np.ones(2)] * 3, [sure] * 3)
    np.testing.assert_allclose(cov, sure)


def test_how_far_apart_two_words_are():
    assert fusion.apart([np.zeros(2), np.array([2.0, 0.0])], [np.eye(2)] * 2) == 1.0
    assert fusion.apart([np.zeros(2)], [np.eye(2)]) == 0.0
