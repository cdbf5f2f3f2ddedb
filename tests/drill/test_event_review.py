"""A real event is scored by the measures of a drill: no truth, no mark of an exercise, nothing past the release gate, no section left blank."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from bongsu.adapters.identity import Signer
from bongsu.base.errors import BadInput
from bongsu.cli.record_review import review as command
from bongsu.core.exchange.policy import parse_policy
from bongsu.drill import scenario as scenarios
from bongsu.drill import virtual
from bongsu.drill.event_records import Span, gather
from bongsu.drill.twin import stands_on
from bongsu.model.mode import Mode
from bongsu.reports.document import Document, Paragraph, Plot
from bongsu.reports.review import render
from bongsu.reports.sections import document
from bongsu.words.catalogue import LANGUAGES

SALVO = scenarios.load("salvo")
ONE = replace(SALVO, launches=SALVO.launches[:1], expectations=SALVO.expectations[-1:])
OPEN = """
[[rules]]
name = "real-events-are-reviewed"
action = "allow"
recipient = "review"
mode = "real"

[[terms]]
name = "reviewed-together"
mode = "real"
onward = ["review"]
"""
EVERYTHING = Span(None, None)


def play(folder: Path, more: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The core in mode real, in virtual time: what a real event's records hold."""
    wired = virtual.configuration

    def real(*arguments: Any) -> Any:
        told = wired(*arguments)
        added = parse_policy(more, "more.toml") if more else None
        rules = told.rules if added is None else (*told.rules, *added.rules)
        terms = told.terms if added is None else (*told.terms, *added.terms)
        return replace(told, mode=Mode.REAL, exercise="", rules=rules, terms=terms)

    monkeypatch.setattr(virtual, "configuration", real)
    monkeypatch.setattr(
        virtual, "drill_signer", lambda _seed, node, _mode: Signer(node, Mode.REAL, Ed25519PrivateKey.generate())
    )
    flights = scenarios.solve(ONE)
    drill = virtual.VirtualDrill(ONE, flights, 1, virtual.recorded(folder), stands_on(ONE, flights))
    drill.run(lambda _now_ns, _end_ns: None)


@pytest.fixture(scope="module")
def event(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("event")
    with pytest.MonkeyPatch.context() as monkeypatch:
        play(folder, OPEN, monkeypatch)
    return folder


def told_of(folder: Path, *nodes: str) -> tuple[dict[str, Any], Document, str]:
    gathered = gather([folder / node for node in nodes], "The launch of 2 May", EVERYTHING)
    return json.loads(gathered.content), document(gathered.material), render(gathered.material)


def test_a_real_event_is_scored_without_a_truth_and_no_section_is_blank(event: Path) -> None:
    review, told, page = told_of(event, "kr", "us", "jp")
    assert (review["mode"], review["reference"]) == ("real", "estimate")
    (launch,) = review["launches"]
    assert set(launch["nodes"]) == {"kr", "us", "jp"}
    assert launch["truth"]["range_m"] == pytest.approx(420_000.0, abs=5_000.0)
    for at in launch["nodes"].values():
        assert at["first_own_warning_s"] is not None
        assert at["final_status"] == "impacted"
        assert len(at["partners_heard"]) == 2
    assert review["exchange"]["sent"] == review["exchange"]["delivered"] > 20
    assert review["sharing"] == {}
    assert "nodes" not in review["siap"], "nothing is measured against a truth that nobody knows"
    assert review["siap"]["partners"]
    assert len(told.sections) == 18
    for section in told.sections:
        for language in LANGUAGES:
            assert section.blocks or (section.empty is not None and section.empty[language].strip()), section.name
            for block in section.blocks:
                if isinstance(block, Paragraph):
                    assert block.text[language].strip()
    by_name = {section.name: section for section in told.sections}
    for name in ("objectives", "sharing", "reported"):
        assert by_name[name].empty is not None, f"{name} says why it is empty"
    for language, words in {"en": "No truth", "ko": "참값", "ja": "真値"}.items():
        paragraphs = [block for block in by_name["siap"].blocks if isinstance(block, Paragraph)]
        assert any(words in block.text[language] for block in paragraphs)
    assert page.count("<section") == 18


def test_its_mark_is_that_of_a_real_event_in_every_plot(event: Path) -> None:
    _, told, page = told_of(event, "kr", "jp")
    plots = [block for section in told.sections for block in section.blocks if isinstance(block, Plot)]
    assert len(plots) > 3
    assert told.mark["en"] == "REAL EVENT"
    for svg in re.findall(r"<svg.*?</svg>", page, re.DOTALL):
        assert "REAL EVENT" in svg
    for word in ("EXERCISE", "SIMULATED", "훈련", "演習", "exercise-1"):
        assert word not in re.sub(r"<(script|style).*?</\1>", "", page, flags=re.DOTALL), word


def test_one_record_alone_is_scored_too_and_blames_nobody_for_what_it_cannot_know(event: Path) -> None:
    review, told, _ = told_of(event, "jp")
    (launch,) = review["launches"]
    assert list(launch["nodes"]) == ["jp"]
    assert review["exchange"]["lost"] == 0
    assert review["siap"]["partners"] == {}
    siap = next(section for section in told.sections if section.name == "siap")
    assert any(isinstance(block, Paragraph) and "Only one nation" in block.text["en"] for block in siap.blocks)


def test_nothing_enters_that_the_policy_keeps_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play(tmp_path, "", monkeypatch)
    with pytest.raises(BadInput, match="may enter a review"):
        gather([tmp_path / "kr"], "", EVERYTHING)


def test_without_the_partners_terms_only_own_words_enter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    play(tmp_path, OPEN.partition("[[terms]]")[0], monkeypatch)
    gathered = gather([tmp_path / "jp"], "", EVERYTHING)
    (launch,) = json.loads(gathered.content)["launches"]
    assert launch["nodes"]["jp"]["partners_heard"] == []
    assert launch["nodes"]["jp"]["first_own_warning_s"] is not None
    assert any("warning of kr in the record of jp" in reason for reason in gathered.refused)


def test_the_command_writes_both_files_and_takes_no_folder_twice(event: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = [str(event / "kr"), str(event / "jp"), "--out", str(out), "--title", "May"]
    ran = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert ran.exception is None, ran.exception
    assert json.loads((out / "review.json").read_text())["scenario"] == "May"
    assert (out / "review.html").stat().st_size > 50_000
    again = CliRunner().invoke(command, arguments, standalone_mode=False)
    assert isinstance(again.exception, BadInput)
    twice = CliRunner().invoke(command, [*arguments[:1] * 2, "--out", str(tmp_path / "b")], standalone_mode=False)
    assert isinstance(twice.exception, BadInput)


def test_a_span_without_a_warning_is_told(event: Path) -> None:
    with pytest.raises(BadInput, match="nobody warned"):
        gather([event / "kr"], "", Span(None, SALVO.start_ns + 1))
