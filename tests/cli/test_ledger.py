"""`bongsu ledger` as a user types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bongsu.cli.main import exit_code_of
from tests.ledger.dispatch import DISPATCH

Captured = pytest.CaptureFixture[str]


def run(capsys: Captured, *arguments: str | Path) -> str:
    assert exit_code_of(["ledger", *map(str, arguments)]) == 0
    return capsys.readouterr().out


def json_of(capsys: Captured, *arguments: str | Path) -> Any:
    return json.loads(run(capsys, *arguments, "--json"))


@pytest.fixture
def own(tmp_path: Path) -> Path:
    return tmp_path / "mine.jsonl"


def test_list(capsys: Captured) -> None:
    assert "2023-07-12-1" in run(capsys, "list")
    rows = json_of(capsys, "list", "--kind", "satellite", "--since", "2023-01-01", "--until", "2023-12-31")
    assert [row["id"] for row in rows] == ["2023-05-30-1", "2023-08-23-1", "2023-11-21-1"]
    assert rows[2]["time"] == "2023-11-21T13:43:00Z" and "kcna" in rows[2]["reporters"]
    assert run(capsys, "list", "--since", "2030-01-01") == "no such launch\n"


def test_show_for_people(capsys: Captured) -> None:
    page = run(capsys, "show", "2023-11-21-1")
    assert "77 min before the window" in page and "10 h 17 min before the window" in page
    assert "1718 1874" in page and "S/PRST" not in page
    assert "general knowledge, not checked" in page
    assert "not covered" not in page and "nothing was launched" in run(capsys, "show", "2018-01-13-hawaii")


def test_show_for_programs(capsys: Captured) -> None:
    document = json_of(capsys, "show", "2022-03-24-1")
    flights = {one["reporter"]: one["value"] for one in document["claims"] if one["field"] == "flight_s"}
    assert flights == {"kcna": 4052.0, "japan": 4260.0}
    assert "1874" in document["resolutions"]["numbers"]
    assert document["notices"] == [] and document["links"] == []


def test_a_launch_by_its_date(capsys: Captured) -> None:
    assert json_of(capsys, "show", "2023-04-12")["id"] == json_of(capsys, "show", "2023-04-13")["id"] == "2023-04-12-1"
    assert exit_code_of(["ledger", "show", "2023-06-15"]) == 2
    assert "say which: 2023-06-15-1, 2023-06-15-2" in capsys.readouterr().err


def test_findings_and_alerts_stand_beside_the_claims(capsys: Captured) -> None:
    assert [flag["check"] for flag in json_of(capsys, "show", "2022-03-24")["flags"]] == ["drag-free", "reporters"]
    page = run(capsys, "show", "2023-04-13")
    assert "Alerted by japan 33 min after the launch, lifted 21 min later" in page and "Nothing to flag." in page
    (alert,) = json_of(capsys, "show", "2018-01-13-hawaii")["alerts"]
    assert (alert["after_launch_s"], alert["lifted_after_s"]) == (None, 38 * 60)


def test_what_was_known_when(capsys: Captured) -> None:
    that_day = json_of(capsys, "show", "2022-03-24-1", "--said-until", "2022-03-24")
    assert "kcna" not in {one["reporter"] for one in that_day["claims"]}
    assert json_of(capsys, "show", "2022-03-24-1", "--recorded-until", "2026-01-01")["claims"] == []
    corrected = [one for one in json_of(capsys, "show", "2022-11-02-1", "--all")["claims"] if one["corrected_by"]]
    assert [one["told"] for one in corrected] == ["yes"]


def test_check(capsys: Captured) -> None:
    document = json_of(capsys, "check")
    assert [flag["launch"] for flag in document["flags"] if flag["check"] == "drag-free"] == ["2022-03-24-1"]
    assert document["not_checked"]
    assert "4052 s is below 4110 s" in run(capsys, "check", "2022-03-24-1")
    assert run(capsys, "check", "2018-01-13-hawaii") == "nothing to flag\n"


def test_import_reports_and_keeps_only_when_asked(tmp_path: Path, own: Path, capsys: Captured) -> None:
    file = tmp_path / "set.json"
    cells = {"date": "2017-07-04", "time": "12:40 (UTC)", "missile": "hwasong-14", "apogee": 2802, "distance": 933}
    file.write_text(json.dumps({"timeBins": [{"data": [cells]}]}))
    assert "slip-12h" in run(capsys, "import", file) and not own.exists()
    document = json_of(capsys, "import", file, "--into", own, "--recorded-at", "2026-11-24T00:00:00Z")
    assert (document["rows"], document["recognised"], document["written"]) == (1, 1, True)
    assert len(own.read_text().splitlines()) == document["entries"] == 4
    assert json_of(capsys, "import", file, "--into", own)["entries"] == 0
    assert "slip-12h" in run(capsys, "check", "2017-07-04-1", "--ledger", own)


def test_import_of_cns_and_of_our_own_csv(tmp_path: Path, own: Path, capsys: Captured) -> None:
    cns = tmp_path / "cns.csv"
    cns.write_text(
        "Date,Launch Time (UTC),Missile Name,Apogee,Distance Travelled\n2021-05-01,03:00,Test,100 km,400 km\n"
    )
    assert json_of(capsys, "import", cns, "--into", own)["rows"] == 1
    run(capsys, "export", "--out", tmp_path / "out")
    claims = tmp_path / "out" / "claims.csv"
    assert json_of(capsys, "import", claims)["entries"] == 0
    added = claims.read_text().splitlines()
    row = added[1].replace(added[1].split(",")[0], "mine-1").replace("kcna", "me").replace("japan", "me")
    claims.write_text("\n".join([added[0], row, ""]))
    assert json_of(capsys, "import", claims, "--into", own)["entries"] == 1


def test_ingest_proposes_and_a_person_confirms(tmp_path: Path, own: Path, capsys: Captured) -> None:
    file = tmp_path / "d.txt"
    file.write_text(DISPATCH)
    (dispatch,) = json_of(capsys, "ingest", file)["dispatches"]
    assert dispatch["revision"] == {
        "mark": "LEAD",
        "number": 2,
        "changes": ["UPDATES throughout with details", "ADDS photo, byline"],
    }
    assert len(dispatch["proposals"]) == 7 and not own.exists()
    told = run(capsys, "ingest", file, "--confirm", "4,7", "--by", "kim", "--into", own)
    assert "5 claims added" in told and len(own.read_text().splitlines()) == 5
    claims = json_of(capsys, "show", "2023-07-12-1", "--ledger", own)["claims"]
    assert "confirmed by kim" in [one["note"] for one in claims if one["reporter"] == "newswire"]
    file.write_text("nothing of the form")
    assert "headline   nothing of the form" in run(capsys, "ingest", file)
    assert json_of(capsys, "ingest", file)["dispatches"][0]["dateline"]["day"] == "unknown"


def test_ingest_says_how_to_tell_a_year_that_stands_nowhere(tmp_path: Path, capsys: Captured) -> None:
    file = tmp_path / "d.txt"
    file.write_text(
        "(URGENT) A launch\n\nSEOUL, July 12 (Newswire) -- The North fired a ballistic missile Wednesday.\n"
    )
    told = run(capsys, "ingest", file)
    assert "revision URGENT\n" in told and "1 open " in told and "with --issued, such as" in told
    told = run(capsys, "ingest", file, "--issued", "2023-07-12")
    assert "2023-07-12-1 (kind, name, day and count fit)" in told and "--issued" not in told


def test_link(own: Path, capsys: Captured) -> None:
    run(
        capsys,
        "link",
        "2023-07-12-1",
        "event",
        "E1",
        "--by",
        "kr",
        "--into",
        own,
        "--recorded-at",
        "2026-11-24T00:00:00Z",
    )
    (link,) = json_of(capsys, "show", "2023-07-12-1", "--ledger", own)["links"]
    assert link == {"to": "event", "reference": "E1", "by": "kr"}
    assert "Linked to event E1 by kr" in run(capsys, "show", "2023-07-12-1", "--ledger", own)


def test_notice(tmp_path: Path, own: Path, capsys: Captured) -> None:
    file = tmp_path / "notam.txt"
    file.write_text(
        "B9999/23 NOTAMN\nA) RPHI B) 2311220000 C) 2311302359\nE) WI 1500N 12800E 1500N 13000E 1100N 13000E 1100N 12800E\n"
    )
    assert "10 h 17 min before the window" in run(capsys, "notice", file, "--launch", "2023-11-21-1")
    impact = tmp_path / "impact.csv"
    head = "id,launch,reporter,field,value,unit,bound,precision,said,recorded,corrects,source,note\n"
    row = "{0},2023-11-21-1,japan,impact_{0},{1},deg,exact,0.1,,2026-01-01,,here,\n"
    impact.write_text(head + row.format("latitude", 13.0) + row.format("longitude", 129.0))
    run(capsys, "import", impact, "--into", own)
    (told,) = json_of(capsys, "notice", file, "--launch", "2023-11-21-1", "--into", own)
    assert (told["timing"], told["off_s"], told["zones"], told["impacts"]) == (
        "early",
        37020.0,
        1,
        [{"reporter": "japan", "zone": 1}],
    )
    assert "impact by japan: in zone 1" in run(capsys, "show", "2023-11-21-1", "--ledger", own)
    file.write_text(file.read_text().replace("RPHI", "RPLL"))
    assert exit_code_of(["ledger", "notice", str(file), "--launch", "2023-11-21-1", "--into", str(own)]) == 2
    assert "says something else" in capsys.readouterr().err


def test_chart_and_export(tmp_path: Path, capsys: Captured) -> None:
    files = json_of(capsys, "chart", "--out", tmp_path / "charts")["files"]
    assert len(files) == 4 and all(Path(file).stat().st_size > 10_000 for file in files)
    run(capsys, "export", "--out", tmp_path / "out")
    assert {"claims.csv", "CITATION.cff", "LICENCE.md"} < {path.name for path in (tmp_path / "out").iterdir()}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", "1999-01-01-1"], "there is no launch '1999-01-01-1'"),
        (["list", "--kind", "boat"], "--kind: there is no kind 'boat'"),
        (["list", "--since", "May"], "--since: 'May' is not an RFC 3339 time"),
        (["show", "2023-07-12-1", "--said-until", "soon"], "--said-until: 'soon'"),
        (["list", "--ledger", "{}/none"], "none"),
        (["import", "{}/note.txt"], "none of the data sets that can be read"),
        (["ingest", "{}/note.txt", "--confirm", "1"], "--confirm: proposals are taken in by a person"),
        (["ingest", "{}/note.txt", "--confirm", "1", "--by", "k", "--into", "{}/m"], "'1' does not name proposals"),
        (["list", "--ledger", "{}/note.txt"], "note.txt:1: not an entry"),
        (["link", "2023-07-12-1", "warning", "E1", "--by", "k", "--into", "{}/m"], "'warning' is not one of"),
        (["import", "{}/note.txt", "--form", "csv"], "note.txt"),
        (["ingest", "{}/note.txt", "--recorded-at", "now"], "--recorded-at: 'now'"),
    ],
)
def test_bad_input_is_one_line(arguments: list[str], words: str, tmp_path: Path, capsys: Captured) -> None:
    (tmp_path / "note.txt").write_text("a note\n")
    assert exit_code_of(["ledger", *(argument.format(tmp_path) for argument in arguments)]) == 2
    told = capsys.readouterr()
    assert words in told.err and told.err.count("\n") == 1 and told.out == ""
    assert not (tmp_path / "m").exists()
