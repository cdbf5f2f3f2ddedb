"""Signing keys over time: made once, exchanged with an overlap, revoked with a date."""

from __future__ import annotations

from pathlib import Path

import pytest

from bongsu.adapters.federation import inspection, signing_keys
from bongsu.adapters.federation.bundle import unpack_bundle, write_bundle
from bongsu.adapters.federation.description import one_machine, ports_needed
from bongsu.adapters.federation.folder import create_folder
from bongsu.base.errors import BadInput
from bongsu.model.mode import Mode

NOW_NS = 1_800_000_000_000_000_000
DAY_NS = 86_400_000_000_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    partners = {"kr": "Korea", "jp": "Japan"}
    federation = one_machine("trial", partners, (Mode.EXERCISE,), list(range(20_000, 20_000 + ports_needed(2))))
    return create_folder(tmp_path / "fed", federation).root


def test_keys_are_made_once(root: Path) -> None:
    keys = signing_keys.gather_keys(root)
    assert [key.partner for key in keys] == ["jp", "kr"]
    assert signing_keys.gather_keys(root) == keys == signing_keys.keys_of(root)


def test_an_old_key_holds_until_the_overlap_ends_and_the_new_one_from_now(root: Path) -> None:
    old, new = signing_keys.rotate_key(root, "kr", Mode.EXERCISE, NOW_NS, NOW_NS + DAY_NS)
    assert old.key != new.key
    held = {at: [signing_keys.holds(key, at) for key in (old, new)] for at in (NOW_NS - 1, NOW_NS, NOW_NS + DAY_NS)}
    assert list(held.values()) == [[True, False], [True, True], [False, True]]
    assert signing_keys.gather_keys(root) == signing_keys.keys_of(root), "the node's own key is the new one"
    assert {key.key for key in signing_keys.keys_of(root)} > {old.key, new.key}


def test_a_revoked_key_ends_and_its_end_is_never_put_off(root: Path) -> None:
    (key, _) = signing_keys.gather_keys(root)
    assert signing_keys.revoke_key(root, key.key, NOW_NS).until_ns == NOW_NS
    assert signing_keys.revoke_key(root, key.key, NOW_NS + DAY_NS).until_ns == NOW_NS
    with pytest.raises(BadInput, match="no key ffff"):
        signing_keys.revoke_key(root, "ffff", NOW_NS)
    with pytest.raises(BadInput, match="has no key in mode real"):
        signing_keys.rotate_key(root, "kr", Mode.REAL, NOW_NS, NOW_NS)


def test_the_doctor_names_a_partner_without_a_key_that_holds(root: Path) -> None:
    (jp, kr) = signing_keys.gather_keys(root)
    signing_keys.revoke_key(root, jp.key, 1)
    signing_keys.revoke_key(root, kr.key, NOW_NS * 2)
    told = {finding.fault: finding.remedy for finding in inspection.examine(root)}
    assert "rotate-key" in told["no key of jp holds in mode exercise"]
    assert "rotate-key" in told["the last key of kr in mode exercise ends"]


def test_a_partner_on_its_own_machine_makes_its_keys_there_and_hands_them_back(root: Path, tmp_path: Path) -> None:
    (tmp_path / "over-there").mkdir()
    write_bundle(root, "jp", tmp_path / "early.bundle")
    (kr,) = signing_keys.gather_keys(root)
    assert kr.partner == "kr", "no key is made here for whoever was invited away"
    write_bundle(root, "jp", tmp_path / "jp.bundle")
    there = tmp_path / "over-there" / "fed"
    unpack_bundle(tmp_path / "jp.bundle", there)
    assert signing_keys.keys_of(there) == (kr,), "the bundle brings everybody's public keys"
    (jp, _) = signing_keys.gather_keys(there)
    assert signing_keys.accept_keys(root, there / signing_keys.FILE_NAME) == (jp,)
    assert signing_keys.accept_keys(root, there / signing_keys.FILE_NAME) == ()
    assert signing_keys.keys_of(root) == signing_keys.keys_of(there) == (jp, kr)
    ended = signing_keys.revoke_key(there, jp.key, NOW_NS)
    assert signing_keys.accept_keys(root, there / signing_keys.FILE_NAME) == (ended,)
    signing_keys.revoke_key(root, jp.key, NOW_NS - DAY_NS)
    assert signing_keys.accept_keys(root, there / signing_keys.FILE_NAME) == (), "an end is never put off"


def test_keys_of_strangers_and_own_keys_from_elsewhere_are_not_accepted(root: Path, tmp_path: Path) -> None:
    before = signing_keys.gather_keys(root)
    partners = {"kr": "Korea", "au": "Australia"}
    other = one_machine("trial", partners, (Mode.EXERCISE,), list(range(21_000, 21_000 + ports_needed(2))))
    elsewhere = create_folder(tmp_path / "other", other).root
    signing_keys.gather_keys(elsewhere)
    with pytest.raises(BadInput, match="is of au in mode exercise, who is not in this federation"):
        signing_keys.accept_keys(root, elsewhere / signing_keys.FILE_NAME)
    lines = (elsewhere / signing_keys.FILE_NAME).read_text().splitlines(keepends=True)
    (tmp_path / "forged.jsonl").write_text("".join(line for line in lines if '"kr"' in line))
    with pytest.raises(BadInput, match="claims to be of kr, whose keys are made here"):
        signing_keys.accept_keys(root, tmp_path / "forged.jsonl")
    assert signing_keys.keys_of(root) == before
