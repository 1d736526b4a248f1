"""How mail leaves the service: what EMAIL_URL says, for Django's mail framework."""

import re
from dataclasses import dataclass
from email.utils import parseaddr
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from config.environment import SettingError

# An address may hold a password, so no error shows it.
FORMS = "smtp://user:password@host:port, smtps://user:password@host:port or file:///folder"
BACKENDS = "django.core.mail.backends"


@dataclass(frozen=True)
class Transport:
    """Django's settings of a way to send mail, each by its name there without `EMAIL_`."""

    backend: str
    host: str = ""
    port: int = 0
    host_user: str = ""
    host_password: str = ""
    use_tls: bool = False
    use_ssl: bool = False
    file_path: str | None = None


def transport(url: str) -> Transport:
    """Read an EMAIL_URL; without one no mail is sent. Raises SettingError."""
    if not url:
        return Transport(f"{BACKENDS}.dummy.EmailBackend")
    try:
        parts = urlsplit(url)
        if parts.scheme == "file" and parts.path.startswith("/") and not parts.netloc:
            return Transport(f"{BACKENDS}.filebased.EmailBackend", file_path=unquote(parts.path))
        if parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.path in {"", "/"}:
            return _smtp(parts)
    except ValueError as error:
        raise SettingError(f"EMAIL_URL cannot be understood: {error}; expected {FORMS}.") from None
    raise SettingError(f"EMAIL_URL cannot be understood: expected {FORMS}.")


def _smtp(parts: SplitResult) -> Transport:
    """Read smtp:// and smtps://. A password never goes in the clear unless `?tls=no` says so."""
    options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    is_implicit = parts.scheme == "smtps"
    tls = options.pop("tls", "yes" if parts.password and not is_implicit else "no")
    if options or tls not in {"yes", "no"}:
        raise ValueError("the one option is tls=yes or tls=no")
    if is_implicit and tls == "yes":
        raise ValueError("smtps:// begins with TLS, and needs no option")
    return Transport(
        f"{BACKENDS}.smtp.EmailBackend",
        host=str(parts.hostname),
        port=parts.port or (465 if is_implicit else 587 if tls == "yes" else 25),
        host_user=unquote(parts.username or ""),
        host_password=unquote(parts.password or ""),
        use_tls=tls == "yes",
        use_ssl=is_implicit,
    )


def check(*, url: str, sender: str, public_url: str) -> None:
    """Raise SettingError where mail is to be sent and it is not said from whom, or where its links lead."""
    missing = [name for name, value in {"EMAIL_FROM": sender, "PUBLIC_URL": public_url}.items() if not value]
    if url and missing:
        raise SettingError(f"Mail needs {' and '.join(missing)} as well.")
    if sender and ("@" not in parseaddr(sender)[1] or not sender.isprintable()):
        raise SettingError(f"EMAIL_FROM={sender!r} is not an e-mail address.")
    if public_url and not re.fullmatch(r"https?://[^\s/?#@]+", public_url):
        raise SettingError(f"PUBLIC_URL={public_url!r} is not an address like https://tatkham.example.org.")
