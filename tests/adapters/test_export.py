"""Exports of a record: only what its policy lets out to `file`, and the mode in every row, feature, placemark and packet."""

from __future__ import annotations

import csv
import json
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree

from bongsu.adapters import export as exporting
from bongsu.adapters.store import Durability, Store
from bongsu.base.errors import BadInput, RecordError
from bongsu.model.mode import Mode
from bongsu.model.warning import Path as WarningPath
from bongsu.record.chain import Chain
from tests.core.harness import Node, at, estimate, outgoing_of, point

SHIPPED = files("bongsu.core.exchange").joinpath("default_policy.toml").read_text(encoding="utf-8")


def record(folder: Path, node: Node) -> Path:
    """The items of a node under test as its record."""
    chain, store = Chain(), Store(folder, Durability.MEMORY_SPEED)
    for item in (node.pipeline.step(at(0), node.configuration)[0], *node.items):
        store.append(chain.step([item]), chain.end, [], False)
    store.close()
    return folder


def path(seconds: float, longitude_rad: float) -> WarningPath:
    return WarningPath(
        warning="kr-E1",
        time_ns=at(seconds).exercise_ns,
        latitude_rad=0.7,
        longitude_rad=longitude_rad,
        altitude_m=100_000.0,
        phase="coast",
    )


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    kr, jp = Node("kr", policy=SHIPPED), Node("jp", policy=SHIPPED)
    for one in outgoing_of(kr.say(at(10), estimate(10, impact=point(44, 137, 900))), "jp"):
        jp.hear(at(10.1), kr, one)
    for number, longitude_rad in enumerate((3.13, 3.14, -3.14, -3.13)):
        kr.say(at(20 + number), path(20 + number, longitude_rad))
    folder = tmp_path_factory.mktemp("records")
    return {one.code: record(folder / one.code, one) for one in (kr, jp)}


def exported(folder: Path, form: str, tmp_path: Path) -> Path:
    out = tmp_path / f"out.{form}"
    assert exporting.export(folder, form, out).rows > 0
    return out


def test_every_row_of_a_table_says_its_mode(nodes: dict[str, Path], tmp_path: Path) -> None:
    rows = list(csv.DictReader(exported(nodes["kr"], "csv", tmp_path).read_text(encoding="utf-8").splitlines()))
    assert {row["mode"] for row in rows} == {"exercise"}
    assert {row["type"] for row in rows} >= {"warning", "path"}
    assert all(json.loads(row["members"]) for row in rows)


def test_parquet_has_the_mode_in_a_column_that_cannot_be_null(nodes: dict[str, Path], tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(exported(nodes["kr"], "parquet", tmp_path))
    assert not table.schema.field("mode").nullable
    assert set(table.column("mode").to_pylist()) == {"exercise"}


def test_a_path_over_the_antimeridian_is_cut_there(nodes: dict[str, Path], tmp_path: Path) -> None:
    told = json.loads(exported(nodes["kr"], "geojson", tmp_path).read_text(encoding="utf-8"))
    assert {feature["properties"]["mode"] for feature in told["features"]} == {"exercise"}
    (line,) = [one for one in told["features"] if one["properties"]["what"] == "path"]
    assert [len(part) for part in line["geometry"]["coordinates"]] == [2, 2]
    assert [len(part) for part in line["properties"]["times"]] == [2, 2]


def test_every_name_on_a_map_begins_with_the_mode(nodes: dict[str, Path], tmp_path: Path) -> None:
    kml = etree.fromstring(exported(nodes["kr"], "kml", tmp_path).read_bytes())
    names = [name.text for name in kml.iter("{*}name")]
    assert len(names) > 3 and all(name.startswith("EXERCISE") for name in names)
    czml = json.loads(exported(nodes["kr"], "czml", tmp_path).read_text(encoding="utf-8"))
    assert czml[0]["id"] == "document" and czml[0]["version"] == "1.0"
    assert all(packet["name"].startswith("EXERCISE") for packet in czml)
    (moving,) = [packet for packet in czml if "availability" in packet]
    assert len(moving["position"]["cartographicDegrees"]) == 4 * 4


ALL = ("warning", "event", "register", "consultation", "received", "alarm", "path")


def test_a_partners_word_leaves_by_its_terms_alone(nodes: dict[str, Path], tmp_path: Path) -> None:
    refused: Counter[str] = Counter()
    rows = list(exporting.released(nodes["jp"], ALL, refused, at(60).link_ns))
    assert {row.type for row in rows if row.origin == "kr"} == {"warning"}, "an exercise's terms name files"
    assert {row.type for row in rows} >= {"event", "register"}, "and with them what was made of it"
    assert [reason for reason in refused if reason.startswith("received")], "bytes as they came are nobody's to give"

    kr, jp = Node("kr", policy=SHIPPED, terms=()), Node("jp", policy=SHIPPED)
    for one in outgoing_of(kr.say(at(10), estimate(10, impact=point(44, 137, 900))), "jp"):
        jp.hear(at(10.1), kr, one)
    silent: Counter[str] = Counter()
    assert list(exporting.released(record(tmp_path / "jp", jp), ALL, silent, at(60).link_ns)) == []
    for kind in ("warning of kr", "event of jp", "register of jp", "alarm of jp", "consultation of jp"):
        assert any(reason.startswith(kind) and "consent of" in reason for reason in silent), kind


def test_a_consent_that_has_ended_lets_nothing_out(tmp_path: Path) -> None:
    ending = SHIPPED.replace('onward = ["file", "review"]', 'onward = ["file"]\nfor_s = 100')
    kr, jp = Node("kr", policy=ending), Node("jp", policy=SHIPPED)
    for one in outgoing_of(kr.say(at(10), estimate(10)), "jp"):
        jp.hear(at(10.1), kr, one)
    folder = record(tmp_path / "jp", jp)
    in_time, late = Counter[str](), Counter[str]()
    assert len(list(exporting.released(folder, ("warning",), in_time, at(109).link_ns))) == 1
    assert list(exporting.released(folder, ("warning",), late, at(110).link_ns)) == []
    assert "ended at" in next(iter(late))


def test_a_real_record_gives_nothing_that_no_rule_opens(tmp_path: Path) -> None:
    kr = Node("kr", policy=SHIPPED, mode=Mode.REAL)
    kr.say(at(10), estimate(10, impact=point(44, 137, 900)))
    done = exporting.export(record(tmp_path / "kr", kr), "csv", tmp_path / "out.csv")
    assert done.rows == 0 and done.refused


def test_an_export_that_fails_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises((BadInput, RecordError)):
        exporting.export(tmp_path, "csv", tmp_path / "out.csv")
    assert list(tmp_path.iterdir()) == []
