"""Where one installation keeps its files: the folder TATKHAM_HOME and what lies in it.

Only paths and pure rules, so that settings can name the sockets of servers which are not running yet.
"""

import contextlib
import hashlib
import os
import secrets
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

# sockaddr_un holds 108 bytes on Linux and 104 on macOS, the closing NUL included.
LONGEST_SOCKET_PATH = 103 if sys.platform == "darwin" else 107

POSTGRES_PORT = 5432
POSTGRES_SOCKET = f".s.PGSQL.{POSTGRES_PORT}"
# PostgreSQL opens this beside its socket, so it is the longest name that has to fit.
_LONGEST_SOCKET_NAME = f"{POSTGRES_SOCKET}.lock"


@dataclass(frozen=True)
class Home:
    """The folders of one installation. `root` is an absolute path."""

    root: Path

    @property
    def logs(self) -> Path:
        """Return the folder of the log files, one a process."""
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Return the folder of lock files and notes of the running servers."""
        return self.root / "run"

    @property
    def postgres(self) -> Path:
        """Return the data folder of the embedded PostgreSQL (a link where it had to be put elsewhere)."""
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        """Return the data folder of the embedded Valkey."""
        return self.root / "valkey"

    @property
    def sockets(self) -> Path:
        """Return the folder of the embedded servers' sockets; the same for everyone who asks.

        Below the home where its path is short enough for a socket and open to whoever runs PostgreSQL;
        else a folder under /tmp named after the user and the home.
        """
        inside = self.root / "sockets"
        short_enough = len(os.fsencode(inside / _LONGEST_SOCKET_NAME)) <= LONGEST_SOCKET_PATH
        if short_enough and (os.geteuid() != 0 or open_to_all(self.root)):
            return inside
        mark = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path("/tmp") / f"tatkham-{os.geteuid()}-{mark}"

    @property
    def database_url(self) -> str:
        """Return the address of the embedded PostgreSQL."""
        return f"postgresql://tatkham@/tatkham?host={self.sockets}"

    @property
    def redis_url(self) -> str:
        """Return the address of the embedded Valkey."""
        return f"unix://{self.sockets}/valkey.sock"

    def make(self) -> None:
        """Create the folder, closed to others; root's may be passed, as its PostgreSQL is another user."""
        if not self.root.exists():
            self.root.mkdir(parents=True, exist_ok=True)
            self.root.chmod(0o711 if os.geteuid() == 0 else 0o700)

    def keep_secret_key(self) -> str:
        """Return the installation's own secret key, made on the first call; two at once get the same."""
        kept = self.root / "secret-key"
        if not kept.exists():
            self.make()
            handle, draft = tempfile.mkstemp(dir=self.root)
            with open(handle, "w") as file:
                file.write(secrets.token_urlsafe(48))
            # A link, unlike a rename, leaves a key that another process has put there meanwhile.
            with contextlib.suppress(FileExistsError):
                os.link(draft, kept)
            os.unlink(draft)
        return kept.read_text()


def open_to_all(folder: Path) -> bool:
    """Tell whether every user may pass through the folder and all its parents that exist."""
    parts = [folder, *folder.parents]
    return all(os.stat(part).st_mode & stat.S_IXOTH for part in parts if part.exists())
