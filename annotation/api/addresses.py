"""From which address of the network a request comes, behind however many proxies there are."""

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle


def client_address(request: HttpRequest) -> str | None:
    """Return the caller's address: what the outermost of our proxies (PROXY_COUNT) has seen, else the peer's.

    None where the peer has none. django-axes asks here too (AXES_CLIENT_IP_CALLABLE): it would take the proxy
    for everybody.
    """
    address: str | None = BaseThrottle().get_ident(Request(request))
    return address
