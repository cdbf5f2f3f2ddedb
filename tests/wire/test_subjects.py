"""Names on the wire between servers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bongsu.base.errors import BadValue
from bongsu.model.message import Lane
from bongsu.model.mode import Mode
from bongsu.wire import subjects


def test_names_of_one_pair() -> None:
    assert subjects.account("kr", Mode.REAL) == "KR_R"
    assert subjects.link_account("kr", Mode.EXERCISE) == "KR_EL"
    assert subjects.outbox("jp", Lane.LATEST) == "LATEST_JP"
    assert subjects.consumer("kr", "jp", Mode.REAL) == "KR_R-JP_R"
    assert subjects.pull("kr", "jp", Mode.REAL, "*") == "PULL.KR_R.JP_R.*"
    assert (
        subjects.parcel_subject("kr", "jp", Mode.EXERCISE, Lane.LATEST, "path/kr-1") == "exr.JP.KR.latest.path=2Fkr-1"
    )
    assert subjects.parcel_subject("kr", "jp", Mode.REAL, Lane.PROMPT, "path/kr-1") == "rel.JP.KR.prompt.m"


@pytest.mark.parametrize("mode", [Mode.REPLAY, Mode.SIMULATION, Mode.TEST])
def test_other_modes_have_no_names(mode: Mode) -> None:
    with pytest.raises(BadValue, match="never crosses a link"):
        subjects.account("kr", mode)


@given(st.text(), st.text())
def test_any_text_is_one_token_of_its_own(one: str, other: str) -> None:
    token = subjects.token(one)
    assert token
    assert token.isascii()
    assert not set(token) & set(".*> \r\n\t")
    assert (token == subjects.token(other)) == (one == other)
