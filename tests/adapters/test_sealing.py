"""End-to-end encryption: closed for one recipient, opened by it alone, keys exchanged with an overlap."""

from __future__ import annotations

import json
import time
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bongsu.adapters.federation.access import read_access
from bongsu.adapters.federation.description import one_machine, ports_needed, read_federation, write_federation
from bongsu.adapters.federation.folder import Folder, create_folder, refresh_folder
from bongsu.adapters.federation.inspection import examine
from bongsu.adapters.federation.membership import leave
from bongsu.adapters.federation.sealing_files import open_sealing
from bongsu.adapters.federation.signing_keys import gather_keys, rotate_key, sealing_keys_of
from bongsu.adapters.sealing import Sealing
from bongsu.base.errors import BadInput
from bongsu.model.message import Lane
from bongsu.model.mode import Mode
from bongsu.model.parcel import Parcel

NOW_NS = 1_800_000_000_000_000_000
HOUR_NS = 3_600 * 10**9
MODES = (Mode.EXERCISE, Mode.REAL)
TEXT = b'{"protocol":"bongsu/1","kind":"warning","body":"kr-E1"}'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Folder:
    names = {"kr": "Korea", "us": "United States", "jp": "Japan"}
    plain = one_machine("trial", names, MODES, list(range(30_000, 30_000 + ports_needed(3))))
    made = create_folder(tmp_path_factory.mktemp("fed"), msgspec.structs.replace(plain, end_to_end=True))
    gather_keys(made.root)
    return made


def sealing(folder: Folder, code: str, mode: Mode = Mode.EXERCISE, now_ns: int = NOW_NS) -> Sealing:
    found = open_sealing(folder, read_access(folder.access(code, mode)), now_ns)
    assert found is not None
    return found


def parcel(lane: Lane = Lane.PROMPT, recipient: str = "jp", envelope: bytes = TEXT) -> Parcel:
    return Parcel(
        message="kr-jp-e1-p1", issuer="kr", recipient=recipient, lane=lane, subject="path.kr-E1", envelope=envelope
    )


def test_only_the_recipient_opens_it_and_only_from_its_issuer(folder: Folder) -> None:
    closed = sealing(folder, "kr").close(parcel())
    assert b"kr-E1" not in closed.envelope and b"warning" not in closed.envelope
    assert sealing(folder, "jp").open(closed.envelope, "kr") == TEXT
    for code, issuer, mode in (("jp", "us", MODES[0]), ("us", "kr", MODES[0]), ("jp", "kr", Mode.REAL)):
        assert sealing(folder, code, mode).open(closed.envelope, issuer) == closed.envelope, (
            "as it came: the door refuses it"
        )


def test_the_latest_lane_does_not_name_what_it_carries_and_still_replaces(folder: Folder) -> None:
    kr = sealing(folder, "kr")
    first, second = kr.close(parcel(Lane.LATEST)), sealing(folder, "kr").close(parcel(Lane.LATEST))
    assert first.subject == second.subject != "path.kr-E1" and len(first.subject) == 32
    assert first.subject != sealing(folder, "us").close(parcel(Lane.LATEST)).subject


@given(st.binary(max_size=300), st.integers(0, 200))
def test_bytes_of_any_kind_are_never_more_than_refused(folder: Folder, noise: bytes, at: int) -> None:
    jp = sealing(folder, "jp")
    assert jp.open(noise, "kr") == noise
    assert jp.open(b'{"sealed":' + noise, "kr") == b'{"sealed":' + noise
    closed = bytearray(sealing(folder, "kr").close(parcel()).envelope)
    closed[at % len(closed)] ^= 1
    assert jp.open(bytes(closed), "kr") in (bytes(closed), TEXT)


def test_keys_are_exchanged_with_the_others_and_both_open_meanwhile(folder: Folder) -> None:
    before = sealing(folder, "kr").close(parcel())
    rotate_key(folder.root, "jp", Mode.EXERCISE, NOW_NS, NOW_NS + HOUR_NS)
    keys = [one for one in sealing_keys_of(folder.root) if (one.partner, one.mode) == ("jp", Mode.EXERCISE)]
    assert [one.until_ns for one in keys] == [NOW_NS + HOUR_NS, None]
    after = sealing(folder, "kr", now_ns=NOW_NS + 1).close(parcel())
    assert json.loads(before.envelope)["key"] != json.loads(after.envelope)["key"]
    jp = sealing(folder, "jp", now_ns=NOW_NS + 1)
    assert jp.open(before.envelope, "kr") == jp.open(after.envelope, "kr") == TEXT


def test_a_missing_key_is_named_and_nothing_leaves_open_in_its_stead(folder: Folder) -> None:
    access = read_access(folder.access("kr", Mode.EXERCISE))
    with pytest.raises(BadInput, match="no sealing key of au holds"):
        open_sealing(folder, msgspec.structs.replace(access, recipients=("au",)), NOW_NS)


def test_it_is_off_unless_declared(tmp_path: Path) -> None:
    plain = one_machine("trial", {"kr": "Korea", "jp": "Japan"}, (Mode.EXERCISE,), list(range(31_000, 31_007)))
    assert "end_to_end" not in write_federation(plain)
    made = create_folder(tmp_path / "fed", plain)
    gather_keys(made.root)
    assert not sealing_keys_of(made.root)
    assert open_sealing(made, read_access(made.access("kr", Mode.EXERCISE)), NOW_NS) is None
    text = made.description.read_text(encoding="utf-8").replace("modes =", "end_to_end = true\nmodes =")
    made.description.write_text(text, encoding="utf-8")
    refresh_folder(made.root)
    assert read_federation(made.description).end_to_end
    with pytest.raises(BadInput, match="encrypts end to end"):
        open_sealing(made, read_access(made.access("kr", Mode.EXERCISE)), NOW_NS)


def test_a_missing_sealing_key_is_found_and_a_leavers_ends(tmp_path: Path) -> None:
    names = {"kr": "Korea", "jp": "Japan"}
    plain = one_machine("trial", names, (Mode.EXERCISE,), list(range(32_000, 32_007)))
    made = create_folder(tmp_path / "fed", msgspec.structs.replace(plain, end_to_end=True))

    def said() -> list[str]:
        return [finding.fault for finding in examine(made.root) if "sealing" in finding.fault]

    assert len(said()) == 2
    gather_keys(made.root)
    assert not said()
    at_ns = time.time_ns() + HOUR_NS
    lines = leave(made.root, "jp", at_ns, at_ns - HOUR_NS)
    assert any(line.startswith("sealing key") for line in lines)
    assert {one.partner: one.until_ns for one in sealing_keys_of(made.root)} == {"kr": None, "jp": at_ns}
