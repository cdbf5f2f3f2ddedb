"""Where compiled kernels are kept: one cache folder for each exact set of kernel sources, versions and processor.

numba's own cache looks only at the file of the function that it compiles, so an edited callee in another file would be served stale.
Here the folder's name is a hash of every file that may hold a kernel, of numba, llvmlite and numpy, and of the processor: any edit
leads to a fresh folder. Import this module before any `@njit` is met; modules with kernels take `njit` from here.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite.binding as llvm  # type: ignore[import-untyped]
import numba

_PACKAGE = Path(__file__).resolve().parent.parent
_KERNEL_FOLDERS = ("geo", "flight")

Function = TypeVar("Function", bound=Callable[..., Any])


def _user_cache_folder() -> Path:
    """The folder for this user's caches: `$BONGSU_CACHE_DIR`, else the platform's usual place."""
    chosen = os.environ.get("BONGSU_CACHE_DIR")
    if chosen:
        return Path(chosen)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "bongsu"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "bongsu"


def sources_digest(package: Path = _PACKAGE) -> str:
    """Hash of all kernel sources under `package`, of the compiler's versions and of the processor's name."""
    digest = hashlib.sha256()
    for folder in _KERNEL_FOLDERS:
        for path in sorted((package / folder).glob("*.py")):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    for name in ("numba", "llvmlite", "numpy"):
        digest.update(f"{name}={version(name)}".encode())
    digest.update(f"{llvm.get_host_cpu_name()} {sys.version_info[:2]}".encode())
    return digest.hexdigest()


CACHE_FOLDER = _user_cache_folder() / "kernels" / sources_digest()[:20]
os.environ["NUMBA_CACHE_DIR"] = str(CACHE_FOLDER)
# numba may have been imported before us, and it reads the variable only once.
numba.config.__dict__["CACHE_DIR"] = str(CACHE_FOLDER)


def njit(signature: str | None = None) -> Callable[[Function], Function]:
    """`numba.njit` with this project's settings: with a signature an entry point (cached), without one a callee (compiled into it).

    No fast maths and no threads: recorded runs must give the same bits again.
    """
    settings: dict[str, Any] = {"fastmath": False, "parallel": False, "error_model": "numpy"}
    wrapper = numba.njit(**settings) if signature is None else numba.njit(signature, cache=True, nogil=True, **settings)
    return cast("Callable[[Function], Function]", wrapper)
