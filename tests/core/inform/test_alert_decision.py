"""The decision table: probability and time left to a rung, hysteresis, and the probabilities themselves against plain sampling."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bongsu.base.limits_alerts import ALERT_CLEAR_S, ALERT_HOLD_S, ALERT_REACH_M, ALERT_RELEASE_S
from bongsu.base.units import seconds_to_ns
from bongsu.core.inform.alert_chances import chances
from bongsu.core.inform.alert_decision import (
    SINK,
    TABLE,
    Chance,
    Standing,
    decide,
    follow,
    higher,
    moves_ns,
    next_look_ns,
    row_of,
    settle,
)
from bongsu.geo import areas
from bongsu.model.alert import Rung
from tests.core.harness import START_NS, at, estimate, point

KINDS = ("impact", "overflight")
SECOND = 1_000_000_000


@pytest.mark.parametrize("kind", KINDS)
def test_the_table_is_whole_and_asks_for_more_the_more_time_there_is(kind: str) -> None:
    rows = [row for row in TABLE if row.kind == kind]
    assert rows[-1].most_left_s == math.inf
    for row in rows:
        assert 0.0 < row.pre_alert < row.alert <= 1.0
        assert row.pre_alert >= row.alert * 0.1
    for nearer, farther in itertools.pairwise(rows):
        assert nearer.most_left_s < farther.most_left_s
        assert nearer.alert <= farther.alert and nearer.pre_alert <= farther.pre_alert


@given(
    kind=st.sampled_from(KINDS),
    probability=st.floats(0.0, 1.0),
    more=st.floats(0.0, 1.0),
    left_s=st.floats(0.0, 6000.0),
    earlier_s=st.floats(0.0, 6000.0),
    held=st.sampled_from(Rung),
)
def test_more_probability_or_less_time_never_gives_a_lower_rung(
    kind: str, probability: float, more: float, left_s: float, earlier_s: float, held: Rung
) -> None:
    rung = decide(kind, probability, left_s, held)
    assert not higher(rung, decide(kind, max(probability, more), left_s, held))
    assert not higher(rung, decide(kind, probability, min(left_s, earlier_s), held))
    assert not higher(decide(kind, probability, left_s), rung), "what is held is never easier to lose than to win"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("left_s", [60.0, 299.0, 301.0, 899.0, 901.0, 3000.0])
def test_each_edge_of_the_table(kind: str, left_s: float) -> None:
    row = row_of(kind, left_s)
    for rung, least in ((Rung.PRE_ALERT, row.pre_alert), (Rung.ALERT, row.alert)):
        assert decide(kind, least, left_s) is rung
        assert higher(rung, decide(kind, least - 1e-9, left_s))
        assert decide(kind, least * SINK, left_s, rung) is rung
        assert higher(rung, decide(kind, least * SINK - 1e-9, left_s, rung))


def standing(probability: float, seconds: float = 200.0, kind: str = "impact") -> Standing:
    return Standing(Chance("JP-01", kind, probability, START_NS + seconds_to_ns(seconds)))


def see(one: Standing, probability: float, seconds: float) -> Rung:
    now_ns = START_NS + seconds_to_ns(seconds)
    follow(one, Chance("JP-01", one.chance.kind, probability, one.chance.time_ns), now_ns)
    settle(one, now_ns)
    return one.rung


def test_an_area_climbs_after_the_hold_and_sinks_after_the_release() -> None:
    one = standing(0.5)
    assert see(one, 0.5, 0.0) is Rung.HOLD
    assert moves_ns(one) == START_NS + seconds_to_ns(ALERT_HOLD_S)
    assert see(one, 0.5, ALERT_HOLD_S) is Rung.ALERT
    assert see(one, 0.03, 10.0) is Rung.ALERT, "over half of what the rung asks for"
    assert see(one, 0.0, 20.0) is Rung.ALERT
    assert see(one, 0.0, 20.0 + ALERT_RELEASE_S - 0.1) is Rung.ALERT
    assert see(one, 0.0, 20.0 + ALERT_RELEASE_S) is Rung.HOLD


def test_one_stray_estimate_moves_nobody() -> None:
    one = standing(0.5)
    see(one, 0.5, 0.0)
    see(one, 0.0, 2.0)
    assert see(one, 0.5, 6.0) is Rung.HOLD
    assert see(one, 0.5, 6.0 + ALERT_HOLD_S) is Rung.ALERT
    see(one, 0.0, 20.0)
    see(one, 0.5, 30.0)
    assert see(one, 0.0, 45.0) is Rung.ALERT, "the release begins anew"


def test_what_swings_between_two_rungs_holds_the_lower() -> None:
    one = standing(0.5)
    for tenth in range(120):
        rung = see(one, 0.5 if tenth % 2 else 0.03, tenth / 10.0)
    assert rung is Rung.PRE_ALERT


def test_nobody_is_alerted_after_the_passage_and_nobody_alerted_sinks_by_it() -> None:
    late = standing(0.5, seconds=3.0)
    see(late, 0.5, 0.0)
    assert see(late, 0.5, 6.0) is Rung.HOLD
    never = standing(0.0, seconds=3.0)
    see(never, 0.0, 0.0)
    assert see(never, 0.9, 4.0) is Rung.HOLD and see(never, 0.9, 40.0) is Rung.HOLD
    alerted = standing(0.5, seconds=10.0)
    see(alerted, 0.5, 0.0)
    see(alerted, 0.5, 5.0)
    assert see(alerted, 0.0, 11.0) is Rung.ALERT and see(alerted, 0.0, 99.0) is Rung.ALERT


def test_time_alone_is_looked_at_when_a_row_begins() -> None:
    one = standing(0.3, seconds=2000.0)
    now_ns = START_NS
    follow(one, one.chance, now_ns)
    looks = []
    while (look_ns := next_look_ns(one, now_ns)) is not None:
        looks.append((look_ns - START_NS) / SECOND)
        now_ns = look_ns
    assert looks == pytest.approx([1100.0, 1700.0, 2000.0], abs=1e-6)
    assert see(one, 0.3, 1000.0) is Rung.PRE_ALERT and see(one, 0.3, 1099.0) is Rung.PRE_ALERT
    see(one, 0.3, 1100.0)
    assert see(one, 0.3, 1106.0) is Rung.ALERT


# -- probabilities


def test_a_hit_is_as_likely_as_plain_sampling_says() -> None:
    known = areas.load()
    impact = point(41.0, 140.6, 900.0, 90_000.0)
    found = {one.area: one for one in chances(estimate(100, impact=impact), known, "JP") if one.kind == "impact"}
    rng = np.random.default_rng(7)
    major_m, minor_m = 90_000.0 / 2.448, 45_000.0 / 2.448
    along, across = rng.normal(0.0, major_m, 600), rng.normal(0.0, minor_m, 600)
    east_m = along * math.sin(0.5) + across * math.cos(0.5)
    north_m = along * math.cos(0.5) - across * math.sin(0.5)
    latitude = impact.latitude_rad + north_m / 6_371_000.0
    longitude = impact.longitude_rad + east_m / (6_371_000.0 * math.cos(impact.latitude_rad))
    hits: dict[str, int] = {}
    for place in zip(latitude, longitude, strict=True):
        for area in known.touching_ellipse(*place, 0.0, 0.0, 0.0, ALERT_REACH_M, ("province", "islands")):
            hits[area] = hits.get(area, 0) + 1
    for area, count in hits.items():
        if count >= 30:
            assert found[area].probability == pytest.approx(count / 600, abs=0.06), area
    assert max(hits, key=lambda area: hits[area]) == max(found, key=lambda area: found[area].probability)


def test_an_islet_in_the_middle_of_an_ellipse_is_not_overlooked() -> None:
    known = areas.load()
    found = chances(estimate(0, impact=point(27.09, 142.19, 600.0)), known, "JP")
    islands = {one.area: one.probability for one in found if one.kind == "impact"}
    assert islands == {"JP-13-ogasawara": pytest.approx(1.0, abs=0.02)}, "an area of its own: Tokyo is not alerted"


def test_a_short_flight_does_not_overfly_what_lies_beyond() -> None:
    known = areas.load()
    short = chances(
        estimate(0, launch=point(39.1, 126.0, 0.0), impact=point(40.0, 134.5, 600.0, 30_000.0)), known, "JP"
    )
    assert short == ()
    far = chances(estimate(0, launch=point(40.6, 126.4, 0.0), impact=point(38.0, 175.0, 1300.0, 30_000.0)), known, "JP")
    over = {one.area: one for one in far}
    assert over["JP-01"].probability > 0.95 and over["JP-01"].kind == "overflight"
    assert at(250).exercise_ns < (over["JP-01"].time_ns or 0) < at(600).exercise_ns


def test_no_impact_concerns_nobody() -> None:
    assert chances(None, areas.load(), "JP") == () == chances(estimate(0), areas.load(), "JP")


def test_what_was_passed_over_stays_passed_unless_its_moment_is_put_off() -> None:
    chance = Chance("JP-02", "overflight", 1.0, 300 * 10**9)
    standing = Standing(chance, Rung.ALERT, wanted=Rung.ALERT)
    over_ns = 300 * 10**9 + seconds_to_ns(ALERT_CLEAR_S)
    assert moves_ns(standing) == over_ns and not settle(standing, over_ns - 1)
    assert settle(standing, over_ns) and standing.passed and standing.rung is Rung.HOLD
    follow(standing, chance, over_ns + 1)
    assert moves_ns(standing) is None and not settle(standing, over_ns + 10**12)
    later = Chance("JP-02", "overflight", 1.0, 900 * 10**9)
    follow(standing, later, over_ns + 2)
    assert not standing.passed and settle(standing, over_ns + 2 + seconds_to_ns(ALERT_HOLD_S))
    assert standing.rung is Rung.ALERT
    impact = Standing(Chance("JP-02", "impact", 1.0, 300 * 10**9), Rung.ALERT, wanted=Rung.ALERT)
    assert moves_ns(impact) is None, "an impact is over when the event is, or the chain's time"
