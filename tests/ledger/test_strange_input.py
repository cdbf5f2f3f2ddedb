"""Files of strangers: whatever they hold, the answer is entries or one `BadInput`, soon."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bongsu.base.errors import BadInput
from bongsu.ledger import dispatches, entries, notams, packaged
from bongsu.ledger.dispatches.article import Dispatch
from bongsu.ledger.dispatches.matching import propose
from bongsu.ledger.importers import cns_csv, nk_missile_tests
from bongsu.ledger.importers.intake import take
from bongsu.ledger.importers.rows import Row
from tests.ledger.dispatch import DISPATCH
from tests.ledger.test_importers import HEAD

BOOK = packaged.book()


def refused(read: Callable[[], object]) -> str:
    """What a reader says against its input; empty when it took it. Any other error is a fault of ours."""
    try:
        read()
    except BadInput as error:
        return str(error)
    return ""


WIRE = """SEOUL, Nov. 12 2023 (Newswire) -- By and ( ) . , - / (END) (LEAD) (2nd LD) (ATTN: UPDATES) Copyright a@b.c
Sunday Monday next last will in May July 31 12nd <> this year month two launches launched satellite Hwasong-18
missile ICBM SCM trilateral session Camp David flew 1,001.2 kilometers for 74 minutes at 6:29 a.m. \u5317 \U0001f680"""
WORDS = st.sampled_from([*WIRE.split(), "\n", "\n\n"])


@settings(max_examples=150, deadline=2000)
@given(st.lists(WORDS, max_size=60))
def test_texts_of_wire_words(words: list[str]) -> None:
    (dispatch,) = dispatches.read(" ".join(words).encode(), "d", "text")
    for proposal in propose(BOOK, dispatch, 0):
        assert proposal.sure or not proposal.claims
        assert proposal.reason and (proposal.when.day is not None or not proposal.sure)


@settings(max_examples=60, deadline=2000)
@given(st.integers(0, len(DISPATCH)), st.integers(0, 40), st.text(max_size=8))
def test_a_damaged_dispatch(at: int, cut: int, put: str) -> None:
    damaged = DISPATCH[:at] + put + DISPATCH[at + cut :]
    for dispatch in dispatches.read(damaged.encode("utf-8", "replace"), "d", "text"):
        propose(BOOK, dispatch, 0)


@settings(max_examples=100, deadline=2000)
@given(
    st.binary(max_size=120),
    st.sampled_from(["", "<rss>", "{", "<feed xmlns='http://www.w3.org/2005/Atom'>", "B0001/23 NOTAMN "]),
)
def test_bytes_of_any_kind(content: bytes, head: str) -> None:
    content = head.encode() + content
    for read in (
        lambda: dispatches.read(content, "f"),
        lambda: nk_missile_tests.read(content, "f"),
        lambda: cns_csv.read(HEAD.encode() + content, "f"),
        lambda: entries.read(content, "f"),
        lambda: notams.read(content.decode("utf-8", "replace"), "2023-11-21-1", "s", "f"),
        lambda: packaged.claims_from(content.decode("utf-8", "replace"), "f"),
    ):
        refused(read)


CELL = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**6), 10**6), st.floats(), st.text(max_size=12), st.just("unknown")
)
ROW = st.fixed_dictionaries(
    {"date": st.sampled_from(["2021-05-01", "2017-05-14", "1984", "1984-09", "x"])},
    optional=dict.fromkeys(
        ("time", "series", "missile", "facility", "apogee", "distance", "bearing", "description"), CELL
    ),
)


@settings(max_examples=100, deadline=2000)
@given(st.lists(ROW, max_size=4))
def test_rows_of_any_kind(rows: list[dict[str, object]]) -> None:
    content = json.dumps({"timeBins": [{"data": rows}]}).encode()
    read: list[Row] = []
    fault = refused(lambda: read.extend(nk_missile_tests.read(content, "f")))
    assert fault == "" or "row" in fault or "not the JSON" in fault
    assert take(BOOK, read, "set", "here", 0).rows == len(read)


@pytest.mark.parametrize(
    "content",
    [
        b'{"uri":' + b"[" * 200_000,
        b"<rss>" * 200_000,
        b"SEOUL, Nov. 12 (N) -- " + b"Sunday will " * 200_000,
        b"SEOUL " * 200_000,
        b"A-" * 500_000,
        b"<a><!DOCTYPE a>",
    ],
    ids=["deep JSON", "deep XML", "long sentence", "long place", "long slug", "document type"],
)
def test_great_and_deep_files_end_soon(content: bytes) -> None:
    found: list[Dispatch] = []
    fault = refused(lambda: found.extend(dispatches.read(content, "f")))
    assert bool(fault) is not bool(found)
    for dispatch in found:
        propose(BOOK, dispatch, 0)
