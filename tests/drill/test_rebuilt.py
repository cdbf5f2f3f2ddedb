"""A session's records become a scenario that is accepted, and that plays to a like outcome."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from bongsu.base.errors import BadInput
from bongsu.drill import scenario as scenarios
from bongsu.drill.rebuilt_launch import Known, launch
from bongsu.drill.rebuilt_read import read, written
from bongsu.drill.scenario_schema import LinkCut, Pause, SensorOutage
from bongsu.drill.scenario_text import text_of
from bongsu.model.estimate import Estimate, PointEstimate
from bongsu.model.warning import Path as Place
from bongsu.model.warning import Warning, WarningStatus
from tests.drill.quiet import items
from tests.drill.test_virtual import FALSE_ALARM, play

Bongsu = Callable[..., subprocess.CompletedProcess[str]]
SECOND_NS = 1_000_000_000


def rebuilt(folder: Path, *codes: str, name: str = "again") -> scenarios.Scenario:
    refused: Counter[str] = Counter()
    text, _ = written([read(folder / code, refused) for code in codes], name)
    assert not refused
    return scenarios.parse(text.encode(), f"{name}.toml")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("session")
    injects = (
        LinkCut(node="jp", at_s=20.0, until_s=40.0),
        SensorOutage(sensor="us-ship-1", at_s=30.0, until_s=60.0),
    )
    play(folder, replace(FALSE_ALARM, injects=injects, control=(Pause(at_s=70.0, for_s=12.0),)))
    return folder


def test_what_happened_stands_in_the_file(session: Path) -> None:
    again = rebuilt(session, "kr", "us", "jp")
    assert again.codes == ("kr", "us", "jp")
    assert again.start == FALSE_ALARM.start
    assert {
        replace(sensor, detection_probability=0.95, false_plots=0.0, cloud_top_km=None) for sensor in again.sensors
    } == {
        replace(sensor, detection_probability=0.95, false_plots=0.0, cloud_top_km=None)
        for sensor in FALSE_ALARM.sensors
    }
    (alarm,) = again.false_alarms
    assert alarm.sensor.startswith("kr-ship-")
    assert not again.launches
    actions = {operator.node: operator.actions for operator in again.operators}
    assert [action.after_s for action in actions["kr"]] == [
        action.after_s for action in FALSE_ALARM.operators[0].actions
    ]
    (cut,) = (inject for inject in again.injects if isinstance(inject, LinkCut))
    assert cut.node == "jp"
    assert (cut.at_s, cut.until_s) == (pytest.approx(20.0, abs=2.0), pytest.approx(40.0, abs=3.0))
    (outage,) = (inject for inject in again.injects if isinstance(inject, SensorOutage))
    assert outage.sensor == "us-ship-1"
    assert (outage.at_s, outage.until_s) == (pytest.approx(30.0, abs=6.0), pytest.approx(60.0, abs=6.0))
    (pause,) = again.control
    assert isinstance(pause, Pause)
    assert (pause.at_s, pause.for_s) == (pytest.approx(70.0, abs=0.1), pytest.approx(12.0, abs=0.1))


def test_it_plays_to_a_like_outcome(session: Path, tmp_path: Path) -> None:
    again = rebuilt(session, "kr", "us", "jp")
    play(tmp_path, again)
    statuses = {
        code: [item.body.status for item in items(tmp_path, code, "warning") if item.head.origin == "kr"]
        for code in again.codes
    }
    assert all(status[-1] is WarningStatus.RETRACTED for status in statuses.values())
    third = rebuilt(tmp_path, "kr", "us", "jp")
    assert len(third.false_alarms) == 1
    assert third.expectations == again.expectations


def test_one_record_alone_is_enough_and_says_what_it_lacks(session: Path) -> None:
    refused: Counter[str] = Counter()
    text, told = written([read(session / "kr", refused)], "alone")
    assert [line for line in told.left_out if "sensors of jp" in line]
    assert "# Left out: sensors of jp" in text


def test_records_that_do_not_belong_together_are_refused(session: Path, tmp_path: Path) -> None:
    kr = read(session / "kr", Counter())
    with pytest.raises(BadInput, match="two records of kr"):
        written([kr, kr], "twice")
    other = replace(read(session / "jp", Counter()).configuration, exercise="ANOTHER")
    jp = read(session / "jp", Counter())
    jp.configuration = other
    with pytest.raises(BadInput, match="not of one session"):
        written([kr, jp], "two")


def known(ballistic: bool | None, status: WarningStatus, altitude_m: float) -> Known:
    point = PointEstimate(latitude_rad=0.69, longitude_rad=2.2, time_ns=100 * SECOND_NS, semi_major_m=1_000.0)
    impact = PointEstimate(latitude_rad=0.70, longitude_rad=2.3, semi_major_m=900.0) if ballistic else None
    estimate = Estimate("T1", 200 * SECOND_NS, point, impact, apogee_m=90_000.0, ballistic=ballistic)
    one = Known("object-1")
    place = Place("kr-E1", 400 * SECOND_NS, 0.7, 2.3, altitude_m)
    one.take("kr", Warning("kr-E1", 3, status, 200 * SECOND_NS, "T1", estimate), 200 * SECOND_NS, [place])
    return one


def test_each_kind_of_flight_is_taken_for_what_it_was() -> None:
    def at_s(time_ns: int) -> float:
        return time_ns / SECOND_NS

    plain, _ = launch(known(True, WarningStatus.IMPACTED, 0.0), at_s)
    irregular, _ = launch(known(False, WarningStatus.LOST, 20_000.0), at_s)
    orbit, _ = launch(known(None, WarningStatus.PASSED, 500_000.0), at_s)
    assert plain is not None and irregular is not None and orbit is not None
    assert "kind" not in plain
    assert plain["at_s"] == 100.0
    assert (irregular["kind"], orbit["kind"]) == ("manoeuvring", "satellite")
    assert "pull_up" in irregular["assumed"], "what no record holds is said to be assumed"
    nothing, why = launch(Known("object-2"), at_s)
    assert nothing is None
    assert "nobody knows" in why


def test_text_comes_back_as_it_was() -> None:
    text = text_of(
        {"title": 'A "title"\nof 봉수', "count": 3, "rows": [{"a": 1.5, "b": None, "c": [{"d": True}]}]}, ["x"]
    )
    import tomllib

    assert tomllib.loads(text) == {"title": 'A "title"\nof 봉수', "count": 3, "rows": [{"a": 1.5, "c": [{"d": True}]}]}


def test_a_file_that_is_there_is_not_written_over(session: Path, bongsu: Bongsu, tmp_path: Path) -> None:
    (tmp_path / "rebuilt.toml").write_text("mine")
    ran = bongsu("record", "to-scenario", str(session / "kr"))
    assert ran.returncode == 2
    assert "is there already" in ran.stderr
    assert (tmp_path / "rebuilt.toml").read_text() == "mine"


@pytest.mark.long
@pytest.mark.parametrize(
    "name",
    [
        "salvo",
        pytest.param(
            "manoeuvring-2023-06-15",
            marks=pytest.mark.xfail(
                strict=True, reason="known fault: kr ends the rebuilt pull-up as passed, not as here"
            ),
        ),
        "partition-before-release",
    ],
)
def test_a_session_comes_back_from_its_records(bongsu: Bongsu, tmp_path: Path, name: str) -> None:
    first = bongsu("drill", "run", name, "--speed", "max", "--json", "--out", "first", timeout=600)
    assert first.returncode in (0, 1), first.stderr  # whether it met its own expectations is not asked here
    made = bongsu("record", "to-scenario", *(str(path) for path in sorted((tmp_path / "first/record").iterdir())))
    assert made.returncode == 0, made.stderr
    checked = bongsu("scenario", "check", "./rebuilt.toml")
    assert checked.returncode == 0, checked.stderr
    again = bongsu("drill", "run", "./rebuilt.toml", "--speed", "max", "--json", "--out", "again", timeout=600)
    told, retold = json.loads(first.stdout), json.loads(again.stdout)
    assert again.returncode == 0, [one["text"] for one in retold["expectations"] if not one["met"]]
    assert len(retold["launches"]) == len(told["launches"])
    for one, other in zip(told["launches"], retold["launches"], strict=True):
        for node, facts in one["nodes"].items():
            assert other["nodes"][node]["final_status"] == facts["final_status"]
