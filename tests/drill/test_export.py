"""A detections file of a scenario: the contract's keys and forms, the same at each run, with the truth beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bongsu.cli.main import exit_code_of
from bongsu.drill import export, scenario

RADAR_KEYS = [
    "type", "id", "owner", "kind", "latitude_deg", "longitude_deg", "altitude_m", "sigma_range_m", "sigma_azimuth_deg",
    "sigma_elevation_deg", "rate_hz", "min_elevation_deg", "max_range_m",
]  # fmt: skip
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def test_the_file_is_of_the_contract() -> None:
    lines = [json.loads(line) for line in export.detection_lines(scenario.load("salvo"), 1)]
    kinds = [line["type"] for line in lines]
    count = kinds.count("sensor")
    assert kinds[:count] == ["sensor"] * count
    assert set(kinds[count:]) == {"detection", "status"}
    infrared = {line["id"] for line in lines[:count] if line["kind"] == "infrared"}
    for line in lines[:count]:
        ranged = line["kind"] == "radar"
        assert list(line) == [key for key in RADAR_KEYS if ranged or key not in ("sigma_range_m", "max_range_m")]
    for line in lines[count:]:
        assert TIME.fullmatch(line["time"])
        if line["type"] == "detection":
            keys = ["type", "time", "sensor", "scan", "range_m", "azimuth_deg", "elevation_deg"]
            assert list(line) == [key for key in keys if key != "range_m" or line["sensor"] not in infrared]
            assert 0.0 <= line["azimuth_deg"] < 360.0
            assert -90.0 <= line["elevation_deg"] <= 90.0
            assert type(line["scan"]) is int
        else:
            assert list(line) == ["type", "time", "sensor", "state"]
    times = [line["time"] for line in lines[count:]]
    assert times == sorted(times)


def test_it_has_the_form_of_the_independent_flights(data: Path) -> None:
    def forms(lines: list[bytes]) -> set[tuple[str, ...]]:
        read = [json.loads(line) for line in lines]
        return {tuple(sorted(line)) for line in read if line["type"] != "status"}

    theirs = forms((data / "flights" / "salvo.detections.jsonl").read_bytes().splitlines())
    assert forms(list(export.detection_lines(scenario.load("salvo"), 1))) == theirs


def test_no_line_says_which_object_it_is_of() -> None:
    text = b"\n".join(export.detection_lines(scenario.load("salvo"), 1))
    assert b"salvo" not in text
    assert b"source" not in text


def test_one_nation_alone() -> None:
    lines = [json.loads(line) for line in export.detection_lines(scenario.load("salvo"), 1, "jp")]
    assert {line.get("sensor", line.get("id")) for line in lines} == {"jp-ship-1"}


def test_export_writes_plots_and_truth(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    beside = tmp_path / "truth.json"
    assert exit_code_of(["scenario", "export", "salvo", "--seed", "7", "--truth", str(beside)]) == 0
    first = capfdbinary.readouterr().out
    assert exit_code_of(["scenario", "export", "salvo", "--seed", "7"]) == 0
    assert capfdbinary.readouterr().out == first
    assert exit_code_of(["scenario", "export", "salvo", "--seed", "8"]) == 0
    assert capfdbinary.readouterr().out != first
    flights = json.loads(beside.read_text(encoding="utf-8"))["flights"]
    assert [flight["name"] for flight in flights] == ["salvo-1", "salvo-2", "salvo-3"]
    for flight in flights:
        assert set(flight) == {
            "name",
            "launch",
            "bearing_deg",
            "burn_s",
            "flight_s",
            "apogee_m",
            "range_m",
            "impact",
            "path",
        }
        assert flight["path"][0]["t_s"] == 0.0
        assert flight["path"][-1]["t_s"] == pytest.approx(flight["flight_s"], abs=1e-3)
        assert len(flight["path"][-1]["position_m"]) == 3


def test_the_tracker_reads_it_without_a_refusal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "false-alarm.detections.jsonl"
    file.write_bytes(b"\n".join(export.detection_lines(scenario.load("false-alarm"), 1)) + b"\n")
    assert exit_code_of(["track", str(file)]) == 0
    out, err = capsys.readouterr()
    kinds = [json.loads(line)["type"] for line in out.splitlines()]
    assert "track" in kinds
    assert "warning" in kinds
    assert "refusal" not in kinds
    assert "refus" not in err


def test_export_refuses_who_takes_no_part(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(["scenario", "export", "salvo", "--owner", "xx"]) == 2
    assert "'xx' takes no part in salvo" in capsys.readouterr().err
