"""What the workers have mailed: files of mails in a folder of the run (tests/settings.py)."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from django.conf import settings

from tests.waiting import wait_for

# Django ends each mail with a line of dashes.
END = b"\n" + 79 * b"-" + b"\n"


class Mailbox:
    """Mails that have come since it was opened."""

    def __init__(self) -> None:
        self._folder = Path(settings.EMAIL_FILE_PATH)
        self._before = set(self._files())

    def wait(self, count: int = 1) -> list[EmailMessage]:
        """Return the mails when there are so many."""
        wait_for(lambda: len(self.read()) >= count, says=lambda: f"{len(self.read())} mails of {count} came.")
        return self.read()

    def read(self) -> list[EmailMessage]:
        """Return the mails there are now, in no order."""
        contents = [path.read_bytes() for path in self._files() if path not in self._before]
        # A file is named by the second and an object's number, which the next mail may have as well: it is
        # added to the same file then. What follows the last line of dashes is being written.
        wholes = [whole for content in contents for whole in content.split(END)[:-1]]
        return [message_from_bytes(whole, policy=policy.default) for whole in wholes]

    def _files(self) -> list[Path]:
        return sorted(self._folder.glob("*"))


def link_in(text: str) -> str:
    """Return the page and the secret of the one link in a mail, without the host."""
    (link,) = re.findall(r"^https://tatkham\.example\.org(/reset#\S+)$", text, re.MULTILINE)
    return link
