"""The judge: every kind of expectation is met by good findings, and fails when what it is about does."""

from __future__ import annotations

import typing
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from bongsu.base.units import seconds_to_ns
from bongsu.drill import expect, expectations
from bongsu.drill import scenario as scenarios
from bongsu.drill.expect import Findings, judge
from bongsu.drill.scenario_schema import Zone
from bongsu.model.stance import Position, Stance
from bongsu.model.statement import JointStatement, Statement, StatementStatus
from bongsu.views.folded import Held, Said, fold
from bongsu.views.measures import Facts
from bongsu.views.review import AtNode, Exchange, Retraction, Sharing
from tests.drill.spoilers import ROWS
from tests.views.builders import Record, at_ns, estimate, event, point, warning

SCENARIO = scenarios.load("overflight-2022-10-04")
FLIGHTS = scenarios.solve(SCENARIO)
NAME = "overflight"
ONLY = "false"
NODES = ("kr", "us", "jp")


def facts() -> Facts:
    at = AtNode(
        first_detection_s=80.0,
        first_own_warning_s=82.0,
        first_partner_warning_s=30.0,
        first_alert_s=150.0,
        launch_error_km=5.0,
        launch_d2=2.0,
        impact_error_km=[(200.0, 1.0)],
        impact_d2=3.0,
        partners_heard=["kr", "us"],
        final_status="impacted",
        areas_alerted=["JP-01", "JP-02"],
        areas_at_risk=["JP-01"],
    )
    return Facts(at, {"kr": 30.0, "us": 40.0}, ["initial", "update", "impacted"], 20.0)


def findings(*asked: Any) -> Findings:
    folds = {}
    for node in NODES:
        record = Record(node)
        record.add(event(f"{node}-V1", 30.0, ("kr", warning("kr-E1")), node=node))
        stance = Stance(
            circle="c",
            about="kr",
            warning="kr-E1",
            version=1,
            partner="jp",
            position=Position.CONCUR,
            time_ns=at_ns(60.0),
        )
        record.add(stance, origin="jp")
        folds[node] = fold(node, record.items)
        folds[node].joint["kr-S1"] = [joint(50.0, "us"), joint(90.0)]
        folds[node].sources["kr"] = [(SCENARIO.time_ns(1.0), "fresh"), (SCENARIO.time_ns(30.0), "stale")]
        folds[node].holds += [Held("kr", standing, at_ns(30.0), at_ns(link_s)) for standing, link_s in HOLD]
    folds["us"].holds.append(Held("us", False, at_ns(30.0), at_ns(30.0)))
    folds["kr"].said.append(Said("kr", warning("kr-E1", told=STEERED), at_ns(30.0)))
    retraction = Retraction(
        event="kr-V1", origin="kr", retracted_s=40.0, holders=2, confirmed=2, p50_s=1.0, p95_s=2.0, p100_s=2.0
    )
    return Findings(
        scenario=replace(SCENARIO, expectations=asked, launches=(replace(SCENARIO.launches[0], zones=ZONES),)),
        flights=FLIGHTS,
        folds=folds,
        known={("kr", "kr-E1"): NAME},
        facts={NAME: {node: facts() for node in NODES}},
        exchange=Exchange(sent=9, delivered=9, lost=0, applied_twice=0, refused=0, leaked=0, latency_ms=None),
        sharing=dict.fromkeys(NODES, Sharing(seconds_gained=30.0, ellipse_shrink=1.5)),
        retractions=[(NAME, retraction)],
    )


def at(**changes: Any) -> Callable[[Findings], None]:
    """Spoil figures of jp."""

    def spoil(found: Findings) -> None:
        for name, value in changes.items():
            setattr(found.facts[NAME]["jp"].at, name, value)

    return spoil


def of_facts(**changes: Any) -> Callable[[Findings], None]:
    def spoil(found: Findings) -> None:
        for name, value in changes.items():
            setattr(found.facts[NAME]["jp"], name, value)

    return spoil


def of_exchange(**changes: Any) -> Callable[[Findings], None]:
    def spoil(found: Findings) -> None:
        for name, value in changes.items():
            setattr(found.exchange, name, value)

    return spoil


def of_retraction(**changes: Any) -> Callable[[Findings], None]:
    def spoil(found: Findings) -> None:
        for name, value in changes.items():
            setattr(found.retractions[0][1], name, value)

    return spoil


def of_sharing(found: Findings) -> None:
    found.sharing["jp"] = Sharing(seconds_gained=None, ellipse_shrink=None)


def no_retraction(found: Findings) -> None:
    found.retractions.clear()


def no_stances(found: Findings) -> None:
    for node in ("kr", "us"):
        found.folds[node].stances.clear()


def another_event(found: Findings) -> None:
    found.folds["jp"].events["jp-V2"] = [event("jp-V2", 30.0, ("us", warning("us-E1")), node="jp")]


def slower_flight(found: Findings) -> None:
    flight = found.flights[NAME]
    found.flights[NAME] = type(flight)(**{**flight.__dict__, "flight_s": flight.flight_s * 1.1})


def exact_flight(found: Findings) -> None:
    flight = found.flights[NAME]
    found.flights[NAME] = type(flight)(**{**flight.__dict__, "flight_s": 1320.0})


def an_impact(found: Findings) -> None:
    spoilt = warning("kr-E1", version=9, told=estimate(50.0, impact=point(41.0, 150.0, 900.0)))
    found.folds["kr"].said.append(Said("kr", spoilt, at_ns(50.0)))


def no_words(found: Findings) -> None:
    found.folds["kr"].said.clear()


def rezoned(found: Findings, *bounds: float) -> None:
    launch = found.scenario.launches[0]
    zones = tuple(replace(zone, **dict(zip(BOUNDS, bounds, strict=True))) for zone in launch.zones)
    object.__setattr__(found, "scenario", replace(found.scenario, launches=(replace(launch, zones=zones),)))


def the_whole_earth(found: Findings) -> None:
    rezoned(found, -90.0, 90.0, -180.0, 180.0)


def nowhere(found: Findings) -> None:
    rezoned(found, -90.0, -89.0, -180.0, -179.0)


def joint(seconds: float, *missing: str) -> tuple[int, JointStatement]:
    """How far the statement about the launch had come, so many seconds after it."""
    time_ns = FLIGHTS[NAME].launch_ns + seconds_to_ns(seconds)
    statement = Statement("kr-S1", 1, StatementStatus.OPEN, "c", time_ns, ("kr-E1",), (("en", "text"),))
    adopted_ns = None if missing else time_ns
    return time_ns, JointStatement(
        statement, "kr", "digest", "jp-V1", 1, time_ns, NODES, missing=missing, adopted_ns=adopted_ns
    )


def never_adopted(found: Findings) -> None:
    found.folds["jp"].joint["kr-S1"] = [joint(50.0, "us"), joint(80.0, "us")]


def adopted_late(found: Findings) -> None:
    found.folds["jp"].joint["kr-S1"] = [joint(50.0, "us"), joint(101.0)]


def adopted_at_once(found: Findings) -> None:
    found.folds["jp"].joint["kr-S1"] = [joint(50.0)]


def another_missing(found: Findings) -> None:
    found.folds["jp"].joint["kr-S1"] = [joint(50.0, "us", "jp")]


def no_statement(found: Findings) -> None:
    found.folds["jp"].joint.clear()


def of_another_launch(found: Findings) -> None:
    found.known.clear()


def never_stale(found: Findings) -> None:
    found.folds["jp"].sources["kr"] = [(SCENARIO.time_ns(1.0), "fresh")]


HOLD = ((True, 30.1), (False, 40.0))
STEERED = replace(estimate(30.0), ballistic=False)


def late_hold(found: Findings) -> None:
    found.folds["jp"].holds[0] = Held("kr", True, at_ns(30.0), at_ns(31.2))


def never_lifted(found: Findings) -> None:
    found.folds["us"].holds.pop(1)


def ran_on(found: Findings) -> None:
    found.folds["us"].holds[1] = Held("kr", False, at_ns(39.0), at_ns(40.0))


def no_hold(found: Findings) -> None:
    found.folds["kr"].holds.clear()


def foreign_hold(found: Findings) -> None:
    found.folds["jp"].holds.append(Held("us", True, at_ns(30.0), at_ns(30.0)))


BOUNDS = ("south_deg", "north_deg", "west_deg", "east_deg")
ZONES = (
    Zone(name="box", piece="main", south_deg=0.0, north_deg=1.0, west_deg=0.0, east_deg=1.0),
    Zone(name="whole", piece="main", south_deg=-90.0, north_deg=90.0, west_deg=-180.0, east_deg=180.0),
)


CASES: list[tuple[Any, list[Callable[[Findings], None]]]] = [
    (
        expectations.Warned(node="jp", by_s=60.0),
        [at(first_partner_warning_s=61.0), at(first_partner_warning_s=None, first_own_warning_s=None)],
    ),
    (expectations.Warned(node="jp", by_s=90.0, own=True), [at(first_own_warning_s=None), at(first_own_warning_s=91.0)]),
    (expectations.Hears(node="jp", origin="kr", by_s=35.0), [of_facts(heard_s={"kr": 36.0}), of_facts(heard_s={})]),
    (expectations.Hears(node="jp", origin="kr"), [of_facts(heard_s={"us": 1.0})]),
    (
        expectations.KnowsBeforeOwn(node="jp", min_s=20.0),
        [at(first_detection_s=49.0), at(first_partner_warning_s=None)],
    ),
    (
        expectations.FinalStatus(nodes=NODES, statuses=("passed", "impacted")),
        [at(final_status="lost"), at(final_status=None)],
    ),
    (expectations.HadStatus(node="jp", status="update"), [of_facts(statuses=["initial"])]),
    (
        expectations.Retracted(everywhere_within_s=5.0),
        [no_retraction, of_retraction(confirmed=1, p100_s=None), of_retraction(p100_s=6.0), of_retraction(holders=0)],
    ),
    (expectations.ImpactD2(nodes=NODES, most=16.0), [at(impact_d2=16.1), at(impact_d2=None)]),
    (expectations.LaunchD2(nodes=NODES, most=16.0), [at(launch_d2=16.1), at(launch_d2=None)]),
    (expectations.LaunchError(nodes=NODES, most_km=10.0), [at(launch_error_km=10.1), at(launch_error_km=None)]),
    (expectations.TruthFlightTime(reporter="Japan", within_percent=3.0), [slower_flight]),
    (
        expectations.AreasAlerted(node="jp", includes=("JP-01",), excludes=("JP-13",), least=2),
        [
            at(areas_alerted=["JP-02", "JP-03"]),
            at(areas_alerted=["JP-01"]),
            at(areas_alerted=["JP-01", "JP-02", "JP-13"]),
        ],
    ),
    (expectations.Events(node="jp", count=1), [another_event]),
    (expectations.Exchange(), [of_exchange(lost=1), of_exchange(applied_twice=1), of_exchange(leaked=1)]),
    (expectations.Exchange(lost=1), [of_exchange(lost=2)]),
    (expectations.Acknowledged(node="jp", by_s=25.0), [of_facts(acknowledged_s=26.0), of_facts(acknowledged_s=None)]),
    (expectations.StanceTaken(node="jp", origin="kr", position="concur"), [no_stances, lambda f: f.known.clear()]),
    (expectations.SecondsGained(node="jp", least=30.0), [of_sharing]),
    (expectations.NeverHears(node="jp", origin="cn"), [of_facts(heard_s={"cn": 40.0})]),
    (expectations.NeverHears(node="jp", origin="kr", until_s=20.0), [of_facts(heard_s={"kr": 19.0})]),
    (expectations.TruthFlightTime(reporter="Japan", within_percent=0.01, inside=False), [exact_flight]),
    (expectations.Irregular(nodes=("kr",)), [an_impact, no_words]),
    (expectations.NoImpact(nodes=("kr",), after_s=20.0), [an_impact, no_words]),
    (expectations.Held(origin="kr", nodes=("us", "jp"), within_s=1.0), [late_hold, never_lifted, ran_on, no_hold]),
    (expectations.NotHeld(origin="us", nodes=("jp",)), [foreign_hold]),
    (expectations.FallsInZone(zone="box", inside=False), [the_whole_earth]),
    (expectations.FallsInZone(zone="whole"), [nowhere]),
    (expectations.SourceState(node="jp", source="kr", state="stale", from_s=20.0, until_s=40.0), [never_stale]),
    (
        expectations.StatementAdopted(nodes=("jp",), by_s=100.0),
        [never_adopted, adopted_late, no_statement, of_another_launch],
    ),
    (
        expectations.SignaturesMissing(node="jp", members=("us",), at_s=60.0),
        [adopted_at_once, another_missing, no_statement, of_another_launch],
    ),
]


@pytest.mark.parametrize(("asked", "faults"), CASES, ids=lambda value: type(value).__name__)
def test_each_expectation_is_met_by_good_findings_and_fails_with_each_fault(
    asked: Any, faults: list[Callable[[Findings], None]]
) -> None:
    (verdict,) = judge(findings(asked))
    assert verdict.met, verdict.text
    for fault in faults:
        found = findings(asked)
        found = Findings(**{**found.__dict__, "flights": dict(found.flights)})
        fault(found)
        (spoilt,) = judge(found)
        assert not spoilt.met, verdict.text
        assert spoilt.text == verdict.text


def test_an_expectation_of_no_area_fails_when_one_is_alerted() -> None:
    asked = expectations.AreasAlerted(node="jp", none=True)
    found = findings(asked)
    assert not judge(found)[0].met
    at(areas_alerted=[])(found)
    assert judge(found)[0].met


def test_every_kind_has_a_judge_and_a_case() -> None:
    kinds = set(typing.get_args(expectations.Expectation))
    assert kinds == set(expect._JUDGES) == {type(asked) for asked, _ in CASES}


def test_a_scenarios_own_words_are_kept() -> None:
    (verdict,) = judge(findings(expectations.Events(node="jp", count=1, text="Japan counts one launch")))
    assert verdict.text == "Japan counts one launch"


def test_the_launch_is_named_where_there_are_several() -> None:
    asked = expectations.Warned(node="jp", by_s=60.0, launch=NAME)
    found = findings(asked)
    found.facts[ONLY] = {node: facts() for node in NODES}
    assert judge(found)[0].text == "jp has a warning of overflight within 60 s"


def test_every_kind_has_a_way_to_spoil_its_evidence() -> None:
    """Each expectation of the library is spoilt in `test_library`; without a row here, nothing would be feared for it."""
    assert set(ROWS) == set(expect._JUDGES)
