"""Signing keys of a federation over time: made, exchanged for new ones with an overlap, revoked with a date.

Private keys lie with each partner (`CODE/keys/MODE.key`); everybody's public keys, with the times from and until which they hold, in
`public-keys.jsonl`, which each node reads when it starts. A message is judged by its signed time and by the receiver's clock, whichever is stricter.
"""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from bongsu.adapters import sealing
from bongsu.adapters.federation.description import read_federation
from bongsu.adapters.federation.folder import Folder
from bongsu.adapters.identity import open_signer, read_public_keys, write_public_keys
from bongsu.adapters.sealing import make_key
from bongsu.base.errors import BadInput
from bongsu.model.configuration import PublicKey
from bongsu.model.mode import Mode

FILE_NAME = "public-keys.jsonl"


def keys_of(root: Path) -> tuple[PublicKey, ...]:
    """All public signing keys that are known."""
    return _read(root / FILE_NAME)


def gather_keys(root: Path) -> tuple[PublicKey, ...]:
    """Make the signing keys that are missing of partners who are here (not: handed over), and enter their public keys."""
    folder, federation = Folder(root), read_federation(root / "federation.toml")
    keys = list(keys_of(root))
    for code in federation.codes:
        for mode in federation.modes:
            if folder.access(code, mode).exists() and not folder.handed_over(code).exists():
                own = open_signer(folder.signing_key(code, mode), code, mode).public_key()
                if own.key not in [key.key for key in keys]:
                    keys.append(own)
                if federation.end_to_end:
                    _enter_sealing(root, make_key(folder.sealing_key(code, mode), code, mode))
    return _written(root / FILE_NAME, keys)


def accept_keys(root: Path, handed: Path) -> tuple[PublicKey, ...]:
    """Enter what a partner handed on: its file of signing keys, or of sealing keys if it has that name. Gives the keys that are new or end earlier.

    Raises `BadInput`, with nothing entered, for a key of a stranger or of a partner whose own keys are made here.
    """
    folder, federation = Folder(root), read_federation(root / "federation.toml")
    path = root / (sealing.FILE_NAME if handed.name == sealing.FILE_NAME else FILE_NAME)
    known = {key.key: key for key in _read(path)}
    changed = []
    for key in read_public_keys(handed):
        before = known.get(key.key)
        after = key if before is None else before if key.until_ns is None else _ended(before, key.until_ns)
        if after == before:
            continue
        if key.partner not in federation.codes or key.mode not in federation.modes:
            raise BadInput(
                f"key {key.key} is of {key.partner} in mode {key.mode.value}, who is not in this federation",
                "add the partner to federation.toml first, or ask who wrote the file",
                str(handed),
            )
        if folder.signing_key(key.partner, key.mode).exists() and not folder.handed_over(key.partner).exists():
            raise BadInput(
                f"key {key.key} claims to be of {key.partner}, whose keys are made here",
                "ask who wrote the file; `bongsu federation keys` enters own keys",
                str(handed),
            )
        changed.append(after)
    _written(path, list((known | {key.key: key for key in changed}).values()))
    return tuple(changed)


def sealing_keys_of(root: Path) -> tuple[PublicKey, ...]:
    """All public sealing keys that are known."""
    return _read(root / sealing.FILE_NAME)


def end_sealing(root: Path, code: str, at_ns: int) -> list[PublicKey]:
    """Nobody seals for a partner from then on. Gives the keys that end."""
    known = sealing_keys_of(root)
    ending = {one.key: _ended(one, at_ns) for one in known if one.partner == code}
    ended = [ending[one.key] for one in known if ending.get(one.key, one) != one]
    if ended:
        _written(root / sealing.FILE_NAME, [ending.get(one.key, one) for one in known])
    return ended


def _enter_sealing(root: Path, key: PublicKey, ended: PublicKey | None = None) -> None:
    """Enter a sealing key, and the end of the one before."""
    known = [ended if ended is not None and one.key == ended.key else one for one in sealing_keys_of(root)]
    if key.key not in [one.key for one in known]:
        known.append(key)
    _written(root / sealing.FILE_NAME, known)


def _rotate_sealing(root: Path, code: str, mode: Mode, now_ns: int, until_ns: int) -> None:
    """A new sealing key with the signing key: others seal for the newest; with the one before, which is kept, what is on its way can still be opened."""
    path = Folder(root).sealing_key(code, mode)
    old = make_key(path, code, mode)
    _enter_sealing(root, old)
    path.rename(path.with_suffix(".key.before"))
    known = next(one for one in sealing_keys_of(root) if one.key == old.key)
    _enter_sealing(root, make_key(path, code, mode, now_ns), _ended(known, until_ns))


def rotate_key(root: Path, code: str, mode: Mode, now_ns: int, until_ns: int) -> tuple[PublicKey, PublicKey]:
    """A new signing key; the one before holds until then. Gives (old, new). Raises `BadInput` where its file is not here."""
    path = _place(root, code, mode)
    gather_keys(root)
    old = open_signer(path, code, mode).public_key()
    path.rename(path.with_suffix(".key.before"))
    new = open_signer(path, code, mode).public_key(from_ns=now_ns)
    if read_federation(root / "federation.toml").end_to_end:
        _rotate_sealing(root, code, mode, now_ns, until_ns)
    ended = [_ended(key, until_ns) if key.key == old.key else key for key in keys_of(root)]
    _written(root / FILE_NAME, [*ended, new])
    return next(key for key in ended if key.key == old.key), new


def revoke_key(root: Path, key: str, at_ns: int) -> PublicKey:
    """A key is worth nothing from then on, whatever its signature says of its time. Raises `BadInput` for one that is not known."""
    keys = keys_of(root)
    if key not in [known.key for known in keys]:
        raise BadInput(f"no key {key}", f"`bongsu federation keys {root}` lists them", str(root / FILE_NAME))
    ended = [_ended(known, at_ns) if known.key == key else known for known in keys]
    _written(root / FILE_NAME, ended)
    return next(known for known in ended if known.key == key)


def holds(key: PublicKey, now_ns: int) -> bool:
    """Whether a message signed and received now would be let in."""
    return (key.from_ns is None or key.from_ns <= now_ns) and (key.until_ns is None or now_ns < key.until_ns)


def _place(root: Path, code: str, mode: Mode) -> Path:
    federation = read_federation(root / "federation.toml")
    federation.partner_of(code)
    path = Folder(root).signing_key(code, mode)
    if mode not in federation.modes or not Folder(root).access(code, mode).exists():
        raise BadInput(
            f"{code} has no key in mode {mode.value} here", "run it where that partner's folder lies", str(path)
        )
    return path


def _ended(key: PublicKey, until_ns: int) -> PublicKey:
    """An end is only ever brought forward."""
    return replace(key, until_ns=until_ns if key.until_ns is None else min(key.until_ns, until_ns))


def _read(path: Path) -> tuple[PublicKey, ...]:
    """None where the file is not there yet."""
    return read_public_keys(path) if path.exists() else ()


def _written(path: Path, keys: list[PublicKey]) -> tuple[PublicKey, ...]:
    ordered = tuple(sorted(keys, key=lambda key: (key.partner, key.mode.value, key.from_ns or 0, key.key)))
    write_public_keys(path, ordered)
    return ordered
