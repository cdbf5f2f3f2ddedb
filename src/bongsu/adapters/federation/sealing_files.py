"""The keys with which a node encrypts end to end, from a federation's folder."""

from __future__ import annotations

from bongsu.adapters.federation.access import Access
from bongsu.adapters.federation.folder import Folder
from bongsu.adapters.identity import read_public_keys
from bongsu.adapters.sealing import FILE_NAME, Sealing
from bongsu.base.errors import BadInput


def open_sealing(folder: Folder, access: Access, now_ns: int) -> Sealing | None:
    """What a node needs, where the federation declares encryption; None where it does not. Raises `BadInput` where a key is missing."""
    if not access.end_to_end:
        return None
    own, known = folder.sealing_key(access.node, access.mode), folder.root / FILE_NAME
    for needed in (own, known):
        if not needed.exists():
            raise BadInput(
                "missing, and the federation encrypts end to end", "run `bongsu federation keys`", str(needed)
            )
    before = own.with_suffix(".key.before")
    files = (own, before) if before.exists() else (own,)
    sealing = Sealing(access.federation, access.node, access.mode, files, read_public_keys(known), now_ns)
    sealing.check(access.recipients, known)
    return sealing
