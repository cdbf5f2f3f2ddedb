"""Signing keys over time: made once, exchanged with an overlap, revoked with a date."""

from __future__ import annotations

from pathlib import Path

import pytest

from bongsu.adapters.federation import inspection, signing_keys
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
