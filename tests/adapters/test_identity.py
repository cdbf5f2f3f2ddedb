"""Signing keys of nodes."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from bongsu.adapters.identity import drill_signer, key_id, open_signer, read_public_keys, write_public_keys
from bongsu.base.errors import BadInput
from bongsu.model.mode import Mode


def test_a_key_is_made_once_and_then_read(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "real.key"
    first, again = (open_signer(path, "kr", Mode.REAL) for _ in range(2))
    assert first.public == again.public
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == ["real.key"]
    public = Ed25519PublicKey.from_public_bytes(first.public)
    public.verify(again.sign(b"content"), b"content")
    with pytest.raises(InvalidSignature):
        public.verify(again.sign(b"content"), b"contents")


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "real.key"
    open_signer(path, "kr", Mode.REAL)
    path.chmod(0o640)
    with pytest.raises(BadInput, match=r"others may read this secret \(mode 0640\).*chmod 600"):
        open_signer(path, "kr", Mode.REAL)


@pytest.mark.parametrize("content", [b"", b"zz", b"00" * 31, "é".encode()])
def test_a_file_that_is_no_key_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "real.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(BadInput, match="not a signing key"):
        open_signer(path, "kr", Mode.REAL)


def test_a_drill_key_depends_on_seed_node_and_mode_alone() -> None:
    variants = [(1, "kr", Mode.EXERCISE), (2, "kr", Mode.EXERCISE), (1, "jp", Mode.EXERCISE), (1, "kr", Mode.TEST)]
    publics = [drill_signer(*variant).public for variant in variants]
    assert len(set(publics)) == len(variants)
    assert publics == [drill_signer(*variant).public for variant in variants]
    assert drill_signer(1, "kr", Mode.EXERCISE).key == "cc6a46cef2d57ce3"


def test_public_keys_survive_their_file_and_a_changed_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "public-keys.jsonl"
    keys = tuple(drill_signer(7, node, Mode.EXERCISE).public_key(from_ns=5) for node in ("kr", "us"))
    write_public_keys(path, keys)
    assert read_public_keys(path) == keys
    assert all(key.key == key_id(key.public) for key in keys)
    path.write_text(path.read_text().replace(keys[1].public.hex(), keys[0].public.hex()))
    with pytest.raises(BadInput, match=f"key {keys[1].key} is not the id") as caught:
        read_public_keys(path)
    assert caught.value.place == f"{path}:2"
