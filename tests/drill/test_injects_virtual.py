"""What each kind of inject does to the nodes, in virtual time, seen from their records."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bongsu.base.units import seconds_to_ns
from bongsu.drill import records, sensors
from bongsu.drill import scenario as scenarios
from bongsu.drill.operators import Operators
from bongsu.drill.scenario_schema import Inject
from bongsu.views.measures_exchange import TAKES, exchange, traffic
from tests.drill.quiet import items, play, scenario

SHIP = scenarios.load("salvo").sensors[0]


def inject(kind: str, **figures: object) -> str:
    lines = [f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}" for key, value in figures.items()]
    return "\n".join(["", "[[injects]]", f'inject = "{kind}"', *lines, ""])


def states(folder: Path, node: str, source: str) -> list[tuple[float, str]]:
    """Seconds from the start, and state, of each word of a node on a source."""
    start_ns = scenario().start_ns
    return [
        ((item.head.receipt_ns - start_ns) / 1e9, item.body.state.value)
        for item in items(folder, node, "freshness")
        if item.body.source == source
    ]


def nothing_lost(folder: Path) -> bool:
    found = exchange([traffic(code, records.items(folder, code, TAKES)) for code in ("kr", "us")], None)
    return (found.lost, found.applied_twice, found.leaked) == (0, 0, 0)


@pytest.mark.parametrize("server", ["hub", "kr", "us"])
def test_a_dead_server_is_noticed_and_forgotten_when_it_is_back(tmp_path: Path, server: str) -> None:
    play(tmp_path, inject("broker_crash", server=server, at_s=20.0, down_s=20.0))
    told = states(tmp_path, "us", "kr")
    assert [state for _, state in told] == ["fresh", "stale", "unknown", "catching_up", "fresh"]
    assert told[1][0] == pytest.approx(22.0, abs=1.1)
    assert 40.0 < told[3][0] <= told[4][0] < 42.0
    parts = [(item.body.part, item.body.state) for item in items(tmp_path, "us", "health")]
    expected = {"hub": [("hub", "down"), ("hub", "up")], "us": [("broker", "down"), ("broker", "up")], "kr": []}
    assert parts == expected[server]
    assert nothing_lost(tmp_path)


def test_a_slow_line_delays_each_way_and_is_quick_again(tmp_path: Path) -> None:
    play(tmp_path, inject("slow_link", node="kr", at_s=20.0, until_s=60.0, delay_s=1.5))
    lags = [
        (item.head.receipt_ns - scenario().start_ns, item.head.link_ns - item.body.issued_ns)
        for item in items(tmp_path, "us", "heartbeat")
        if item.head.origin == "kr"
    ]
    slow = [lag for at_ns, lag in lags if seconds_to_ns(22.0) < at_ns < seconds_to_ns(60.0)]
    quick = [lag for at_ns, lag in lags if at_ns < seconds_to_ns(20.0) or at_ns > seconds_to_ns(63.0)]
    assert min(slow) > seconds_to_ns(1.5)
    assert max(quick) < seconds_to_ns(0.1)


@pytest.mark.parametrize(("offset_s", "at_s"), [(-4.0, 0.0), (4.0, 0.0), (4.0, 30.0)])
def test_a_wrong_clock_shows_at_the_partner(tmp_path: Path, offset_s: float, at_s: float) -> None:
    play(tmp_path, inject("clock_offset", node="kr", offset_s=offset_s, at_s=at_s))
    beats = [item for item in items(tmp_path, "us", "heartbeat") if item.head.origin == "kr"]
    ahead_s = [(beat.body.issued_ns - beat.head.link_ns) / 1e9 for beat in beats]
    assert ahead_s[-1] == pytest.approx(offset_s, abs=0.1)
    assert (abs(ahead_s[0]) < 0.1) is (at_s > 0.0)
    if offset_s < 0.0:
        assert "stale" in [state for _, state in states(tmp_path, "us", "kr")], "its signed time is too old"


def test_a_revoked_key_is_refused_from_then_on(tmp_path: Path) -> None:
    play(tmp_path, inject("key_revoked", node="kr", at_s=30.0))
    refused = [item for item in items(tmp_path, "us", "refusal") if item.body.source == "kr"]
    assert {item.body.reason for item in refused} == {"key_expired"}
    assert min(item.head.receipt_ns for item in refused) >= scenario().time_ns(30.0)
    assert states(tmp_path, "us", "kr")[-1][1] == "unknown"
    assert states(tmp_path, "kr", "us")[-1][1] == "fresh", "the other way nothing changes"


def test_a_public_report_reaches_the_players_as_said_by_its_reporter_and_makes_no_event(tmp_path: Path) -> None:
    text = inject("public_report", reporter="A news agency", text="Two objects fell.", at_s=30.0, node="kr")
    play(tmp_path, text)
    (told,) = items(tmp_path, "kr", "exercise_order")
    assert (told.body.order, told.body.text) == ("report", "A news agency: Two objects fell.")
    assert items(tmp_path, "us", "exercise_order") == [], "it was for one nation"
    assert items(tmp_path, "kr", "event") == []


def test_clutter_adds_false_plots_between_its_moments_alone() -> None:
    drill = scenarios.load("salvo")
    noisy = scenarios.Scenario(
        **{**{name: getattr(drill, name) for name in drill.__struct_fields__}, "injects": (clutter(),)}
    )
    times = sensors.look_times(SHIP, 1, drill.start_ns, drill.time_ns(200.0))
    mean = sensors.clutter_of(noisy, SHIP, times)
    assert mean is not None
    during = (times >= drill.time_ns(50.0)) & (times < drill.time_ns(150.0))
    assert set(mean[during]) == {6.0}
    assert set(mean[~during]) == {SHIP.false_plots}
    plots = sensors.observe(SHIP, (), 1, times, np.ones(times.size), mean)
    inside = during[plots.scan].sum()
    assert 450 < inside < 750
    assert plots.scan.size - inside < 60


def clutter() -> Inject:
    from bongsu.drill.scenario_schema import Clutter

    return Clutter(sensor=SHIP.id, at_s=50.0, until_s=150.0, false_plots=6.0)


def test_an_absent_person_does_on_return_what_fell_due() -> None:
    drill = scenarios.load("a-bad-night")
    operators = Operators(drill, "jp", lambda _estimate: None)
    assert operators._present_ns("jp-watch-1", drill.time_ns(50.0)) == drill.time_ns(100.0)
    assert operators._present_ns("jp-watch-1", drill.time_ns(5.0)) == drill.time_ns(5.0)
    assert operators._present_ns("jp-watch-2", drill.time_ns(50.0)) == drill.time_ns(50.0)


FAULTS = [
    (inject("broker_crash", server="cn", at_s=1.0), "injects[0].server: 'cn' is not hub"),
    (inject("slow_link", node="kr", at_s=5.0, until_s=4.0, delay_s=1.0), "injects[0].until_s: it ends before"),
    (inject("slow_link", node="kr", at_s=5.0, until_s=9.0, delay_s=0.0), "injects[0].delay_s"),
    (inject("clock_offset", node="kr", at_s=5.0, offset_s=-1.0), "injects[0].offset_s: a clock never runs backwards"),
    (inject("clutter", sensor="kr-ship-9", at_s=1.0, until_s=2.0, false_plots=1.0), "injects[0].sensor"),
    (inject("operator_absent", node="kr", name="nobody", at_s=1.0, until_s=2.0), "injects[0].name: 'nobody' is not"),
    (inject("key_revoked", node="cn", at_s=1.0), "injects[0].node"),
    (inject("public_report", reporter="X", at_s=1.0), "injects[0].text: a key is missing"),
    (inject("real_event", node="kr"), "injects[0].at_s: a key is missing"),
    ('\n[[control]]\ndo = "jump"\nat_s = 9.0\nto_s = 8.0\n', "control[0].to_s: a jump goes forward"),
    ('\n[[control]]\ndo = "halt"\nat_s = 9.0\n', "control[0]"),
]


@pytest.mark.parametrize(("more", "says"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_explained_with_its_path(more: str, says: str) -> None:
    from bongsu.base.errors import BadInput

    with pytest.raises(BadInput) as caught:
        scenario(more)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
