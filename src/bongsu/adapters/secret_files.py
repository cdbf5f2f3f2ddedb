"""Files that only their owner may read: written whole or not at all, refused when others could have read them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from bongsu.base.errors import BadInput

OWNER_ONLY = 0o600
OTHERS = 0o077


def write_secret(path: Path, content: bytes) -> None:
    """Write with mode 0600, atomically: a reader sees the old file or the new one, and a crash leaves no half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, OWNER_ONLY)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), OWNER_ONLY)
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read_secret(path: Path) -> bytes:
    """Read a file that only its owner may read. Raises `BadInput` when others may read it, or it is not there."""
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & OTHERS:
                remedy = f"treat its secret as known to others, replace it, and run chmod 600 {path}"
                raise BadInput(f"others may read this secret (mode {mode:04o})", remedy, str(path))
            return file.read()
    except FileNotFoundError:
        raise BadInput("no such file", "name an existing one, or make it with `bongsu federation`", str(path)) from None
