"""The scoreboard: published times of the ledger beside machine seconds, a stated human delay, and what it cannot claim."""

from __future__ import annotations

import pytest

from bongsu.drill import scoreboard
from bongsu.ledger import packaged
from bongsu.ledger.alerts import published_at
from tests.drill.campaign_runs import figures


def test_historic_cases_are_those_named_by_a_date() -> None:
    assert {"hwasong-18-2023-07-12", "overflight-2022-10-04"} <= set(scoreboard.historic())
    assert "salvo" not in scoreboard.historic()


def test_published_alerts_are_those_of_the_launch_that_the_scenario_rebuilds() -> None:
    told = published_at(packaged.book(), scoreboard.launched_ns("overflight-2022-10-04"))
    assert [(reporter, seconds) for reporter, seconds, _ in told] == [("japan", 300.0), ("japan", 420.0)]
    assert all(source for *_, source in told)


def test_each_decision_takes_the_assumed_delay() -> None:
    import msgspec

    run = figures(1)
    (at,) = run.at
    (row,) = scoreboard.scored("x", msgspec.structs.replace(run, at=[msgspec.structs.replace(at, areas_s=100.0)]))
    assert row.alert_s == {"0": 100.0, "30": 160.0, "60": 220.0, "120": 340.0}
    (row,) = scoreboard.scored("x", run)
    assert set(row.alert_s.values()) == {None}


def test_what_it_cannot_claim_stands_beside_it() -> None:
    assert "invented" in scoreboard.CANNOT and "nothing about any real service" in scoreboard.CANNOT


def test_an_unknown_case_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    from bongsu.cli.main import exit_code_of

    assert exit_code_of(["drill", "scoreboard", "salvo"]) == 2
    assert "is no historic case" in capsys.readouterr().err
