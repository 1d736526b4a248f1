"""Disks that can be filled without harm: small tmpfs volumes for root, limits on file sizes for others."""

import contextlib
import os
import resource
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

BLOCK = bytes(1024 * 1024)


class Volume:
    """A tmpfs of its own at a folder; full means what it means on any disk: ENOSPC for everybody."""

    def __init__(self, folder: Path, *, mib: int) -> None:
        self.folder, self._filler = folder, folder / "filler"
        folder.mkdir(parents=True, exist_ok=True)
        if not folder.is_mount():
            command = ["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=0711", "tmpfs", str(folder)]
            subprocess.run(command, check=True, capture_output=True)

    def fill(self) -> None:
        """Leave not a byte."""
        with contextlib.suppress(OSError), self._filler.open("ab", buffering=0) as file:
            while file.write(BLOCK):
                pass

    def free(self) -> None:
        """Give the space back."""
        self._filler.unlink(missing_ok=True)

    def close(self) -> None:
        """Unmount; what lay on it is gone."""
        subprocess.run(["umount", "--lazy", str(self.folder)], check=False, capture_output=True)


class Limit:
    """No process may write a file beyond a size, log files included: EFBIG where a full disk gives ENOSPC.

    What a process had open and what it starts later is under the limit as well.
    """

    def __init__(self, find: Callable[[], Iterator[psutil.Process]], *, file_bytes: int = 64 * 1024) -> None:
        self._find, self._bytes = find, file_bytes

    def fill(self) -> None:
        """Set the limit on all processes found now."""
        self._set((self._bytes, resource.RLIM_INFINITY))

    def free(self) -> None:
        """Lift it."""
        self._set((resource.RLIM_INFINITY, resource.RLIM_INFINITY))

    def close(self) -> None:
        """Leave nothing behind: limits end with their processes."""

    def _set(self, limits: tuple[int, int]) -> None:
        for process in self._find():
            with contextlib.suppress(psutil.Error):
                process.rlimit(psutil.RLIMIT_FSIZE, limits)


def may_mount() -> bool:
    """Tell whether this process may mount a tmpfs; containers often forbid it to root."""
    if os.geteuid() != 0:
        return False
    trial: Any = subprocess.run(["unshare", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], check=False)
    return bool(trial.returncode == 0)
