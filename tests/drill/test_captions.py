"""Captions say what the nodes' own items say, once, and the table shows it."""

from __future__ import annotations

import math
from typing import Any

from rich.console import Console

from bongsu.drill import scenario
from bongsu.drill.captions import Captions, short_name
from bongsu.drill.pacing import Pace
from bongsu.drill.table import render
from bongsu.drill.watch import Watch
from bongsu.model.alarm import Alarm, AlarmState
from bongsu.model.alert import Alert, AreaRisk
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.event import Assessment, Event
from bongsu.model.freshness import Freshness, FreshnessState
from bongsu.model.head import Head, Item
from bongsu.model.label import Label
from bongsu.model.mode import Mode
from bongsu.model.warning import Warning, WarningStatus

S = 1_000_000_000
PLAYED = scenario.load("false-alarm")
START = PLAYED.start_ns


def point(latitude_deg: float, longitude_deg: float) -> PointEstimate:
    return PointEstimate(
        latitude_rad=math.radians(latitude_deg), longitude_rad=math.radians(longitude_deg), semi_major_m=12_000.0
    )


def assessment(
    origin: str, basis: str, first_s: int, status: WarningStatus = WarningStatus.INITIAL, impact: bool = False
) -> Assessment:
    estimate = Estimate(
        track="T1", time_ns=START, launch=point(39.1, 126.0), impact=point(42.8, 136.8) if impact else None
    )
    warning = Warning(
        warning=f"{origin}-E1", version=1, status=status, time_ns=START, estimate=estimate, reason="a test signal"
    )
    first_ns = START + first_s * S
    return Assessment(origin=origin, basis=basis, warning=warning, item="i", first_ns=first_ns, first_link_ns=first_ns)


def item(node: str, at_s: float, body: Any) -> Item[Any]:
    time_ns = START + round(at_s * S)
    head = Head(
        id=f"{node}-1", event_ns=time_ns, receipt_ns=time_ns, link_ns=time_ns, origin=node, mode=Mode.EXERCISE,
        exercise="BEACON-3", causes=(), label=Label(),
    )  # fmt: skip
    return Item(head, body)


def event(node: str, at_s: float, *assessments: Assessment) -> Item[Any]:
    return item(node, at_s, Event(event=f"{node}-V1", version=1, time_ns=START, assessments=assessments))


def test_korea_sees_the_hub_passes_and_japan_knew_before_its_own_radar() -> None:
    captions = Captions(PLAYED)
    seen = captions.of("kr", event("kr", 20, assessment("kr", "own", 20)))
    assert seen == ["Korea sees it: a launch near 39.1°N 126.0°E."]
    passed = captions.of("jp", event("jp", 21, assessment("kr", "partner", 21)))
    assert passed == ["The hub passes it: Japan knows from Korea, and no sensor of its own has seen it yet."]
    own = assessment("jp", "own", 62)
    later = captions.of("jp", event("jp", 62, own, assessment("kr", "partner", 21)))
    assert later == ["Japan sees it: a launch near 39.1°N 126.0°E; it knew 41 s before, from its partners."]
    assert captions.of("jp", event("jp", 63, own, assessment("kr", "partner", 21))) == []


def test_a_retraction_is_told_where_it_begins_and_where_it_arrives() -> None:
    captions = Captions(PLAYED)
    captions.of("kr", event("kr", 20, assessment("kr", "own", 20)))
    captions.of("us", event("us", 20, assessment("kr", "partner", 20)))
    taken = captions.of("kr", event("kr", 50, assessment("kr", "own", 20, WarningStatus.RETRACTED)))
    assert taken == ["Korea takes its warning back: a test signal."]
    there = captions.of("us", event("us", 50.25, assessment("kr", "partner", 20, WarningStatus.RETRACTED)))
    assert there == ["The retraction has reached the United States, 0.2 s later."]


def test_impacts_alarms_and_alerts_are_told_once() -> None:
    captions = Captions(PLAYED)
    first = captions.of("jp", event("jp", 30, assessment("jp", "own", 30, impact=True)))
    assert first[-1] == "Japan expects it to come down near 42.8°N 136.8°E."
    alarm = Alarm(
        event="jp-V1", event_version=1, state=AlarmState.ACTIVE_ACKNOWLEDGED, time_ns=START + 39 * S,
        raised_ns=START + 30 * S, reason="", acknowledged_by="jp-watch-1",
    )  # fmt: skip
    assert captions.of("jp", item("jp", 39, alarm)) == ["The watch of Japan acknowledges the alarm after 9 s."]
    assert captions.of("jp", item("jp", 40, alarm)) == []
    told = [captions.of("jp", item("jp", at_s, _alert(status, *found))) for at_s, status, *found in (
        (41, "alert", "JP-01"), (42, "alert", "JP-01"), (43, "alert", "JP-01", "JP-02"), (90, "passed"), (91, "passed"),
    )]  # fmt: skip
    assert told == [
        ["Japan alerts Hokkaido."],
        [],
        ["Japan alerts Aomori Prefecture."],
        ["Japan lifts its alert (passed)."],
        [],
    ]


def _alert(status: str, *found: str) -> Alert:
    risks = tuple(AreaRisk(area=area, kind="overflight") for area in found)
    return Alert(alert="A1", event="jp-V1", version=1, status=status, time_ns=START, area_set="x", areas=risks)


def test_names_are_said_as_one_says_them() -> None:
    assert [short_name(name) for name in ("Republic of Korea", "United States", "Japan")] == [
        "Korea",
        "the United States",
        "Japan",
    ]


def test_the_table_shows_every_nations_word_and_the_mark() -> None:
    watch = Watch(PLAYED)
    for node in watch.nodes.values():
        node.up = node.code != "us"
    watch.hear("kr", event("kr", 20, assessment("kr", "own", 20, impact=True), assessment("us", "partner", 22)))
    watch.hear("jp", item("jp", 1, Freshness(source="kr", kind="partner", state=FreshnessState.STALE, last_ns=None)))
    pace = Pace(((START, 6.0),), 0, lambda: 10 * S)
    console = Console(width=180, record=True, file=None, force_terminal=False)
    with console.capture() as shown:
        console.print(render(watch, pace, "up"))
    text = shown.get()
    for word in ("EXERCISE", "BEACON-3", "60 s after the start", "6 x", "hub up", "own", "us says", "42.8°N 136.8°E ±12 km",
                 "kr stale", "United States (down)", "no warning", "Korea sees it"):  # fmt: skip
        assert word in text, word
