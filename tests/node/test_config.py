import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bongsu.base.errors import BadInput
from bongsu.model.mode import Mode
from bongsu.node.build import WIRING, build_clock
from bongsu.node.config import commit, read_settings

GOOD = 'node = "kr"\nmode = "test"\nexercise = "t-1"\nrecord = "record/kr"\n'


def write(folder: Path, text: str) -> Path:
    path = folder / "kr.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_shipped_defaults_fill_what_is_not_named(tmp_path: Path) -> None:
    settings = read_settings(write(tmp_path, GOOD))
    assert settings.configuration.mode is Mode.TEST
    assert settings.configuration.country == "KR"
    assert {role.role for role in settings.configuration.roles} >= {"duty", "watch", "alert-approve", "admin"}
    assert settings.configuration.circles[0].members_at(1) == ("kr",)
    assert settings.configuration.rules
    assert settings.configuration.commit == commit()
    assert settings.record == tmp_path / "record" / "kr"


def test_a_record_may_lie_on_a_server(tmp_path: Path) -> None:
    settings = read_settings(write(tmp_path, GOOD + 'record_url = "postgresql://kr@127.0.0.1/records?schema=kr"\n'))
    assert settings.place.shown == "postgresql://kr@127.0.0.1/records?schema=kr"
    assert settings.record == tmp_path / "record" / "kr", "marks stay beside the node"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("node = ", "not TOML"),
        (GOOD + "colour = 1\n", "colour"),
        (GOOD.replace('"kr"', "3", 1), "$.node"),
        (GOOD.replace("test", "war"), "war"),
        (GOOD.replace('"t-1"', '""'), "exercise"),
        (GOOD.replace('"test"', '"real"'), "exercise"),
        (GOOD.replace('"test"', '"exercise"'), "federation"),
        (GOOD.replace('"kr"', '"K R"', 1), "K R"),
        (GOOD + "console_port = 70000\n", "console_port"),
        (GOOD + 'start = "yesterday"\n', "yesterday"),
        (GOOD + 'startex = "2026-05-01T00:00:00Z"\n', "startex"),
        (GOOD + 'start = "2026-05-01T00:00:00Z"\nstartex = "at noon"\n', "at noon"),
        (GOOD + 'sensors = "none.jsonl"\n', "none.jsonl"),
        (GOOD + 'record_url = "mysql://kr@host/records"\n', "record_url"),
        (GOOD + 'record_url = "postgresql://kr:secret@host/records?a=1"\n', "kr@host/records"),
        (GOOD + 'policy = "none.toml"\n', "none.toml"),
        (GOOD + 'roles = "none.toml"\n', "none.toml"),
        (GOOD + 'federation = "nowhere"\n', "access-test.toml"),
        (GOOD + '[feed]\nkind = "tcp"\n', "tcp"),
        (GOOD + '[feed]\nkind = "file"\n', "feed.path"),
        (GOOD + 'control = "stdin"\n[feed]\nkind = "stdin"\n', "feed.kind"),
    ],
)
def test_each_fault_is_one_line_that_names_it(tmp_path: Path, text: str, told: str) -> None:
    path = write(tmp_path, text)
    with pytest.raises(BadInput) as error:
        read_settings(path)
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_a_sensor_fault_names_its_line(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text('\n{"type":"sensor","id":"a"}\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"s\.jsonl:2"):
        read_settings(write(tmp_path, GOOD + 'sensors = "s.jsonl"\n'))


def test_a_mode_with_scaled_time_needs_a_start(tmp_path: Path) -> None:
    settings = read_settings(write(tmp_path, GOOD.replace('"test"', '"replay"')))
    with pytest.raises(BadInput, match="start"):
        build_clock(settings)


def test_only_real_reaches_the_public_and_only_real_takes_no_orders() -> None:
    assert set(WIRING) == set(Mode)
    assert [mode for mode, wiring in WIRING.items() if wiring.live_outlets] == [Mode.REAL]
    assert [mode for mode, wiring in WIRING.items() if not wiring.orders] == [Mode.REAL]


def test_the_program_says_it_in_one_line(
    bongsu: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    write(tmp_path, GOOD + "colour = 1\n")
    for arguments, told in (("kr.toml", "colour"), ("none.toml", "none.toml")):
        ended = bongsu("node", "run", "--config", arguments)
        assert ended.returncode == 2
        assert ended.stdout == ""
        assert told in ended.stderr
        assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(("text", "told"), [("days = 0.5", "retention.days"), ("size_mb = inf", "retention.size_mb")])
def test_a_record_is_not_bounded_to_nothing(tmp_path: Path, text: str, told: str) -> None:
    settings = read_settings(write(tmp_path, GOOD + "[retention]\ndays = 30\nsize_mb = 1000\n"))
    assert (settings.retention.days, settings.retention.size_mb) == (30.0, 1000.0)
    with pytest.raises(BadInput, match=told):
        read_settings(write(tmp_path, f"{GOOD}[retention]\n{text}\n"))
