"""A small disk of its own for one folder, that can be filled and emptied: a tmpfs, which needs the right to mount."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


class NoSmallDisk(Exception):
    """No disk can be mounted here: why."""


class SmallDisk:
    """Mounted over an empty folder. `fill` leaves no byte free, `free` gives it all back."""

    def __init__(self, folder: Path, size_mb: int = 48) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        command = ["mount", "-t", "tmpfs", "-o", f"size={size_mb}m", "tmpfs", str(folder)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        except OSError as error:
            raise NoSmallDisk(f"no small disk can be had here ({error})") from None
        if done.returncode != 0:
            raise NoSmallDisk(f"no small disk can be had here ({done.stderr.strip()})")
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Take every byte that is left."""
        with self._ballast.open("ab", buffering=0) as ballast:
            for size in (1 << 20, 4096, 1):
                block = bytes(size)
                try:
                    while ballast.write(block):
                        pass
                except OSError:
                    continue
        left = os.statvfs(self.folder)
        assert left.f_bavail == 0

    def free(self) -> None:
        """Give it back."""
        self._ballast.unlink(missing_ok=True)

    def close(self) -> None:
        """Unmount; a process that still holds a file keeps it alive until it ends."""
        subprocess.run(["umount", "-l", str(self.folder)], check=True, timeout=10)
