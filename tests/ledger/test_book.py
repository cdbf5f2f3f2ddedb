"""Nothing is overwritten; what was known when can be asked; files of one's own only grow."""

from __future__ import annotations

import pytest

from bongsu.base.errors import BadInput, BadValue
from bongsu.base.time import parse_time
from bongsu.ledger import entries
from bongsu.ledger.book import Book
from bongsu.ledger.launches import Kind, Launch, Link
from bongsu.model.claim import Bound, Claim


def at(day: str) -> int:
    return parse_time(f"{day}T00:00:00Z")


def claim(name: str, value: float, said: str | None, recorded: str, **more: object) -> Claim:
    made = {"reporter": "korea", "field": "apogee_m", "bound": Bound.ABOUT, "source": "here", "launch": "L", **more}
    said_ns = None if said is None else at(said)
    return Claim(id=name, value=value, said_ns=said_ns, recorded_ns=at(recorded), **made)  # type: ignore[arg-type]


LAUNCH = Launch("L", Kind.BALLISTIC, "a launch")
FIRST = claim("a", 100.0, "2024-01-01", "2024-01-05")
SECOND = claim("b", 120.0, "2024-01-03", "2024-02-01", corrects="a")
OTHER = claim("c", 90.0, None, "2024-01-06", reporter="japan")


def test_it_can_be_asked_what_was_known_when() -> None:
    book = Book([LAUNCH, FIRST, OTHER, SECOND])
    assert book.standing("L") == [OTHER, SECOND]
    assert book.standing("L", recorded_until_ns=at("2024-01-10")) == [FIRST, OTHER]
    assert book.standing("L", recorded_until_ns=at("2024-01-05")) == [FIRST]
    assert book.standing("L", said_until_ns=at("2024-01-02")) == [FIRST]
    assert book.standing("L", said_until_ns=at("2024-01-03"), recorded_until_ns=at("2024-01-10")) == [FIRST]
    assert book.claims("L") == [FIRST, OTHER, SECOND]


def test_an_entry_is_never_overwritten() -> None:
    book = Book([LAUNCH, FIRST])
    assert book.add(FIRST) is False
    with pytest.raises(BadValue, match="nothing is overwritten"):
        book.add(claim("a", 101.0, "2024-01-01", "2024-01-05"))
    with pytest.raises(BadValue, match="nothing is overwritten"):
        book.add(Launch("L", Kind.CRUISE, "a launch"))
    assert book.claims("L") == [FIRST]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (claim("d", 1.0, None, "2024-01-01", launch="M"), "unknown launch 'M'"),
        (claim("d", 1.0, None, "2024-01-01", field="height_m"), "unknown field 'height_m'"),
        (claim("d", 1.0, None, "2024-01-01", corrects="z"), "no earlier claim"),
        (claim("d", 1.0, None, "2024-01-01", corrects="a", reporter="japan"), "no earlier claim of japan"),
        (claim("d", 1.0, None, "2024-01-01", corrects="a", field="range_m"), "no earlier claim"),
        (Link("k", "L", "warning", "E1", "kim", 0), "links 'L' to a warning"),
    ],
)
def test_what_hangs_in_the_air_is_refused(bad: Claim | Link, words: str) -> None:
    with pytest.raises(BadValue, match=words):
        Book([LAUNCH, FIRST]).add(bad)


def test_a_launch_is_linked_to_our_own_events_and_statements() -> None:
    link = Link("k", "L", "event", "E1", "kr", at("2024-01-01"))
    book = Book([LAUNCH, link])
    assert book.links_of("L") == [link]


def test_a_file_of_ones_own_comes_back_as_it_was() -> None:
    written = [LAUNCH, FIRST, OTHER, SECOND, Link("k", "L", "statement", "S1", "kim", 5)]
    book = entries.read(entries.encode(written), "own.jsonl")
    assert book.claims("L") == [FIRST, OTHER, SECOND]
    assert [entry for entry in book.entries() if entry in written] == written
    assert "2023-07-12-1" in book.launches


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"{", "own.jsonl:1: not an entry"),
        (b'{"type":"warning"}', "own.jsonl:1: not an entry"),
        (b'{"type":"claim","id":"x"}', "own.jsonl:1: not an entry"),
        (entries.encode([FIRST]), "own.jsonl:1: a speaks of the unknown launch 'L'"),
    ],
)
def test_a_broken_line_is_named(line: bytes, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        entries.read(line, "own.jsonl")
    assert words in str(refused.value)
