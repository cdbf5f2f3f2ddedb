"""What one partner takes to its own machine: its server's file, certificates and access files, the description, everybody's public keys. Secret."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

from bongsu.adapters import sealing
from bongsu.adapters.federation import signing_keys
from bongsu.adapters.federation.description import read_federation
from bongsu.adapters.federation.folder import Folder
from bongsu.adapters.identity import read_public_keys
from bongsu.adapters.secret_files import read_secret, write_secret
from bongsu.base import limits
from bongsu.base.errors import BadInput

_KINDS = (".conf", ".pem", ".key", ".toml")
_PUBLIC = (signing_keys.FILE_NAME, sealing.FILE_NAME)


def write_bundle(root: Path, code: str, bundle: Path) -> list[str]:
    """Gather a partner's files into one of mode 0600; gives their names. Private signing keys stay out: from now on they are made over there."""
    folder = Folder(root)
    read_federation(folder.description).partner_of(code)
    public = [path for path in (root / name for name in _PUBLIC) if path.exists()]
    own = sorted(path for path in (root / code).iterdir() if path.suffix in _KINDS)
    files = [folder.description, *public, *own]
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for path in files:
            entry = tarfile.TarInfo(str(path.relative_to(root)))
            data = path.read_bytes() if path.name in _PUBLIC else read_secret(path)
            entry.size, entry.mode = len(data), 0o600
            archive.addfile(entry, io.BytesIO(data))
    write_secret(bundle, content.getvalue())
    folder.handed_over(code).touch()
    return [str(path.relative_to(root)) for path in files]


def unpack_bundle(bundle: Path, root: Path) -> str:
    """Unpack a partner's files into a new folder; gives the partner's code. Raises `BadInput` for anything else in it."""
    if Folder(root).description.exists():
        raise BadInput("there is a federation in this folder", "name another folder", str(root))
    found = _read(bundle)
    codes = {name.partition("/")[0] for name in found if "/" in name}
    if "federation.toml" not in found or len(codes) != 1:
        raise BadInput("not a partner's bundle", "have `bongsu federation invite` write it again", str(bundle))
    for name, data in found.items():
        write_secret(root / name, data)
    for name in _PUBLIC:
        if name in found:
            (root / name).chmod(0o644)
            read_public_keys(root / name)
    code = codes.pop()
    read_federation(Folder(root).description).partner_of(code)
    return code


def _read(bundle: Path) -> dict[str, bytes]:
    """Files by name; only plain files, one folder deep, of known kinds and bounded size."""
    found: dict[str, bytes] = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(read_secret(bundle)), mode="r:gz") as archive:
            for entry in archive:
                name = Path(entry.name)
                plain = entry.isfile() and not name.is_absolute() and ".." not in name.parts and len(name.parts) <= 2
                file = (
                    archive.extractfile(entry) if plain and (name.suffix in _KINDS or entry.name in _PUBLIC) else None
                )
                if file is None or entry.size > limits.BUNDLE_FILE_BYTES or len(found) >= limits.BUNDLE_FILES_COUNT:
                    raise BadInput(f"{entry.name!r} does not belong in a bundle", "do not trust it", str(bundle))
                found[entry.name] = file.read()
    except (tarfile.TarError, EOFError, OSError) as error:
        raise BadInput(
            f"not a bundle ({error})", "have `bongsu federation invite` write it again", str(bundle)
        ) from None
    return found
