"""Requests to addresses that people name: https only, public addresses only, no redirect, little read.

The host is looked up once and the connection goes to the very address that was checked: a name that answers
otherwise the second time (DNS rebinding) gets nowhere.
"""

import ipaddress
import socket
from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

import urllib3
from django.conf import settings

from annotation.errors import BadInput
from annotation.reasons import Reason, Value

TIMEOUT = urllib3.Timeout(connect=5, read=10)
KEPT_CHARACTERS = 200
PORTS = {"https": 443, "http": 80}


class RefusedError(Exception):
    """The address is none that requests may go to, for a reason."""

    def __init__(self, why: str, **values: Value) -> None:
        self.why = Reason(why, values)
        super().__init__(str(self.why))


def check_url(url: str) -> None:
    """Raise BadInput for an address that no request may go to, as far as it can be told without a look-up."""
    try:
        parts = _parts(url)
        if _is_number(str(parts.hostname)):
            _refuse_private(str(parts.hostname))
    except (RefusedError, ValueError) as error:
        problem = (
            error.why
            if isinstance(error, RefusedError)
            else Reason("address_malformed", {"error": str(error)})
        )
        raise BadInput("address_refused", url=url[:200], problem=problem) from error


def post(url: str, body: bytes, headers: Mapping[str, str]) -> tuple[int | None, str]:
    """Send, and return the status with how the answer begins; without an answer None and why."""
    try:
        parts = _parts(url)
        response = _pool(parts).urlopen(
            "POST",
            parts._replace(scheme="", netloc="").geturl() or "/",
            body=body,
            headers={"Host": parts.netloc, "User-Agent": "Tatkham", **headers},
            redirect=False,
            retries=False,
            preload_content=False,
        )
        try:
            start = response.read1(4 * KEPT_CHARACTERS)
        finally:
            response.close()
    except (RefusedError, ValueError, OSError, urllib3.exceptions.HTTPError) as error:
        return None, f"{type(error).__name__}: {error}"[:KEPT_CHARACTERS]
    # PostgreSQL stores no NUL.
    return response.status, start.decode(errors="replace").replace("\0", "")[:KEPT_CHARACTERS]


def _parts(url: str) -> SplitResult:
    parts = urlsplit(url)
    schemes = {"https", "http"} if settings.WEBHOOK_PRIVATE_ADDRESSES else {"https"}
    if parts.scheme not in schemes:
        raise RefusedError("address_scheme", schemes=", ".join(f"{scheme}://" for scheme in sorted(schemes)))
    if not parts.hostname or parts.username is not None or parts.fragment:
        raise RefusedError("address_parts")
    # Raises ValueError for a port that is none.
    _ = parts.port
    return parts


def _pool(parts: SplitResult) -> urllib3.HTTPConnectionPool:
    host = str(parts.hostname)
    port = parts.port or PORTS[parts.scheme]
    address = str(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][4][0])
    _refuse_private(address)
    if parts.scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, timeout=TIMEOUT)
    return urllib3.HTTPSConnectionPool(
        address, port, timeout=TIMEOUT, server_hostname=host, assert_hostname=host
    )


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _refuse_private(address: str) -> None:
    number = ipaddress.ip_address(address)
    mapped = getattr(number, "ipv4_mapped", None) or number
    if not settings.WEBHOOK_PRIVATE_ADDRESSES and (not mapped.is_global or mapped.is_multicast):
        raise RefusedError("address_private", address=address)
