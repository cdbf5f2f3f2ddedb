"""What sharing bought, how retractions arrived, and how long news took."""

from __future__ import annotations

import math

import numpy as np
import pytest
from msgspec.structs import replace

from bongsu.model.delivery import Delivery
from bongsu.model.head import Item
from bongsu.model.message import Lane, Outgoing, Received, Release
from bongsu.model.mode import Mode
from bongsu.model.scan import RawScan, Scan
from bongsu.model.tick import Tick
from bongsu.model.warning import Path, WarningStatus
from bongsu.views.folded import fold
from bongsu.views.measures_latency import latencies_ms, latency, news
from bongsu.views.measures_sharing import Holding, holdings, retractions, sharing
from bongsu.wire.envelope_v1 import seal
from tests.views.builders import Record, at_ns, estimate, event, point, truth, warning

AREA_M2 = 1.0e8


def held(seconds: float, source: str, area_m2: float | None = None, subject: str = "one") -> Holding:
    return Holding(at_ns(seconds), subject, source, area_m2)


def test_seconds_gained_are_from_the_first_word_of_anybody_to_the_own_one_alone() -> None:
    found = sharing([held(30.0, "us"), held(80.0, "own")], [held(85.5, "own")])
    assert found.seconds_gained == 55.5
    assert found.ellipse_shrink is None


@pytest.mark.parametrize(("linked", "cut"), [([], [held(85.0, "own")]), ([held(30.0, "us")], [])])
def test_seconds_gained_are_null_where_either_is_missing(linked: list[Holding], cut: list[Holding]) -> None:
    assert sharing(linked, cut).seconds_gained is None


def test_the_ellipse_is_the_best_held_a_minute_after_the_first_warning() -> None:
    linked = [held(30.0, "us"), held(50.0, "own", AREA_M2), held(70.0, "us", AREA_M2 / 4), held(95.0, "us", 1.0)]
    cut = [held(50.0, "own"), held(60.0, "own", AREA_M2), held(95.0, "own", 1.0)]
    assert sharing(linked, cut).ellipse_shrink == 2.0


def test_a_word_that_was_taken_back_counts_no_more() -> None:
    linked = [held(30.0, "own", AREA_M2), held(40.0, "us", 1.0), held(50.0, "us", None)]
    assert sharing(linked, [held(30.0, "own", AREA_M2)]).ellipse_shrink == 1.0


def test_without_an_impact_by_then_the_minute_runs_from_the_first_prediction() -> None:
    linked = [held(30.0, "us"), held(200.0, "us", AREA_M2), held(250.0, "fused", AREA_M2 / 9)]
    assert sharing(linked, [held(210.0, "own", AREA_M2)]).ellipse_shrink == 3.0
    assert sharing(linked, [held(300.0, "own", AREA_M2)]).ellipse_shrink is None


def test_holdings_are_of_known_launches_with_own_partners_and_fused_areas() -> None:
    record = Record("kr")
    told = estimate(60.0, impact=point(42.0, 137.0, 600.0, 10_000.0))
    record.add(warning("kr-E1", told=told), 60.0)
    record.add(warning("us-E1", told=told), 61.0, origin="us")
    record.add(warning("us-E2", told=told), 61.0, origin="us")
    record.add(warning("us-E1", 2, WarningStatus.RETRACTED, told), 62.0, origin="us")
    joined = event("kr-V1", 63.0, ("kr", warning("kr-E1", told=told)), ("us", warning("us-E1", told=told)))
    record.add(type(joined)(**{n: getattr(joined, n) for n in joined.__struct_fields__} | {"fused": told}), 63.0)
    found = holdings(fold("kr", record.items), {("kr", "kr-E1"): "one", ("us", "us-E1"): "one"})
    area = pytest.approx(math.pi * 10_000.0 * 5_000.0)
    assert [(one.source, one.area_m2) for one in found] == [("own", area), ("us", area), ("us", None), ("fused", area)]


def test_a_retraction_is_confirmed_by_a_screen_or_a_person_at_each_holder() -> None:
    record = Record("kr")
    record.add(warning("kr-E1"), 10.0)
    record.add(event("kr-V1", 10.0, ("kr", warning("kr-E1"))), 10.0)
    record.add(warning("kr-E1", 2, WarningStatus.RETRACTED), 50.0)
    for recipient, shown_s, acknowledged_s in (("jp", 51.5, 60.0), ("us", None, 53.0), ("au", None, None)):
        delivery = Delivery(
            warning="kr-E1",
            version=2,
            status="retracted",
            recipient=recipient,
            sequence=2,
            sent_ns=at_ns(50.0),
            sent_link_ns=at_ns(50.0),
            shown_ns=None if shown_s is None else at_ns(shown_s),
            acknowledged_ns=None if acknowledged_s is None else at_ns(acknowledged_s),
        )
        record.add(delivery, 60.0)
    ((subject, found),) = retractions([fold("kr", record.items)], [truth("one")], {("kr", "kr-E1"): "one"})
    assert subject == "one"
    assert (found.event, found.origin, found.retracted_s) == ("kr-V1", "kr", 50.0)
    assert (found.holders, found.confirmed) == (3, 2)
    assert (found.p50_s, found.p95_s, found.p100_s) == (3.0, None, None)


def test_news_is_timed_from_the_plot_to_the_partner() -> None:
    kr, jp = Record("kr"), Record("jp")
    columns = {"range_m": np.array([1.0]), "azimuth_rad": np.array([1.0]), "elevation_rad": np.array([1.0])}
    columns |= {"range_rate_m_s": np.array([math.nan])}
    time_ns = np.array([at_ns(9.9)])
    kr.add(RawScan(sensor="s", number=1, time_ns=time_ns, lines=np.array([0]), **columns), 10.0)
    scan = Scan(sensor="s", number=1, start_ns=at_ns(9.9), end_ns=at_ns(9.9), time_ns=time_ns, **columns)
    look = kr.add(scan, 10.05)
    told = kr.add(estimate(10.0), 10.05, causes=(look,))
    said = kr.add(warning("kr-E1"), 10.05, causes=(told,))
    path = kr.add(Path(warning="kr-E1", time_ns=at_ns(9.9), latitude_rad=0.0, longitude_rad=0.0, altitude_m=1.0), 10.06)
    for kind, item, body, message in (("warning", said, b"{}", "m1"), ("path", path, b"[]", "m2")):
        kr.add(Release(recipient="jp", lane=Lane.PROMPT, kind=kind, subject=kind, body=body, item=item), 10.05)
        outgoing = Outgoing(
            message=message,
            recipient="jp",
            lane=Lane.PROMPT,
            epoch=1,
            sequence=1,
            kind=kind,
            subject=kind,
            body=body,
            issued_ns=at_ns(10.05),
        )
        kr.add(outgoing, 10.05)
        sealed = seal(
            outgoing, federation="t", mode=Mode.EXERCISE, exercise="T", issuer="kr", key="k", sign=lambda _: b"s"
        )
        for seconds in (10.125, 11.0):
            jp.add(Received(claimed="kr", lane=Lane.PROMPT, envelope=sealed), seconds)
    took = latencies_ms([news(kr.items), news(jp.items)])
    assert took == [125.0], "the path has no plot behind it, and a repetition is no news"
    assert latencies_ms([news(kr.items), news(jp.items)], waited=True) == []
    for place, item in enumerate(kr.items):
        if isinstance(item.body, Release):
            kr.items[place] = Item(replace(item.head, causes=("tick",)), item.body)
    kr.items.insert(0, Item(replace(kr.items[0].head, id="tick"), Tick()))
    nodes = [news(kr.items), news(jp.items)]
    assert (latencies_ms(nodes), latencies_ms(nodes, waited=True)) == ([], [125.0]), "it left by the clock"


def test_quantiles_are_of_values_that_occurred() -> None:
    assert latency([]) is None
    found = latency([float(value) for value in range(1, 101)])
    assert found is not None
    assert (found.p50, found.p99, found.max) == (50.0, 99.0, 100.0)
