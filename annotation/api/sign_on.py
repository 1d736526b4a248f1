"""Signing in by an OpenID provider: the way there, the way back, and whether there is one.

Authlib does the protocol: discovery, state, nonce, PKCE, and the checks of the ID token.
"""

import logging
from functools import lru_cache
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.models import User
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from joserfc.errors import JoseError
from requests import RequestException
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation import invitations, sign_on
from annotation.api import inputs, outputs
from annotation.errors import DomainError, NotFound

log = logging.getLogger(__name__)

# Where in the session it stands why somebody went to the provider.
BEGUN = "sign_on"
TIMEOUT_SECONDS = 10


class WaysView(APIView):
    """How one may log in here."""

    permission_classes = (AllowAny,)
    http_method_names = ("get", "head")

    @extend_schema(responses=outputs.LogInWays, auth=[])
    def get(self, request: Request) -> Response:
        """Say whether passwords are for everybody, and what the provider is called, if there is one."""
        provider = settings.OIDC_NAME if settings.OIDC_ISSUER else None
        ways = {
            "passwords": settings.PASSWORD_LOGIN,
            "provider": provider,
            "reset_links": bool(settings.EMAIL_URL),
            "takes_emails": not settings.OIDC_MATCH_EMAIL,
        }
        return Response(ways)


@method_decorator(never_cache, name="dispatch")
class StartView(APIView):
    """The way to the provider."""

    permission_classes = (AllowAny,)
    # A token, even one to read, would bind the account for good to somebody at the provider.
    authentication_classes = (SessionAuthentication,)
    http_method_names = ("get",)

    @extend_schema(parameters=[inputs.SignOn], responses={302: None}, auth=[])
    def get(self, request: Request) -> Any:
        """Go to the provider; 404 where there is none."""
        provider = _provider()
        asked = inputs.parse_query(inputs.SignOn, request)
        if asked["invitation"]:
            invitations.find(asked["invitation"])
        request.session[BEGUN] = asked | {"user": request.user.pk if _is_of_this_site(request) else None}
        try:
            return provider.authorize_redirect(
                request._request, request.build_absolute_uri("/api/sign-on/callback")
            )
        except (AuthlibBaseError, RequestException, ValueError):
            log.exception("the OpenID provider %s cannot be reached", settings.OIDC_ISSUER)
            return _back(refused="provider")


@method_decorator(never_cache, name="dispatch")
class CallbackView(APIView):
    """The way back."""

    permission_classes = (AllowAny,)
    authentication_classes = (SessionAuthentication,)
    http_method_names = ("get",)

    @extend_schema(responses={302: None}, auth=[])
    def get(self, request: Request) -> Any:
        """Log the person in whom the provider vouches for, and go on to where they wanted to be.

        Where that fails the page is told why: `/?refused=CODE`.
        """
        provider = _provider()
        begun = request.session.pop(BEGUN, {})
        try:
            claims = _claims(provider, request)
            user = sign_on.find_or_join(
                claims,
                held=_holder(request, begun),
                invitation=begun.get("invitation", ""),
                match_email=settings.OIDC_MATCH_EMAIL,
                now=timezone.now(),
            )
        except DomainError as error:
            return _back(refused=error.code)
        except (AuthlibBaseError, JoseError, RequestException, ValueError) as error:
            log.warning("a sign-on was refused: %s: %s", type(error).__name__, error)
            return _back(refused="provider")
        login(request._request, user, backend="django.contrib.auth.backends.ModelBackend")
        return _back(begun.get("next", "/"))


def _provider() -> Any:
    if not settings.OIDC_ISSUER:
        raise NotFound("sign_on_none")
    return _registered(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)


@lru_cache(maxsize=8)
def _registered(issuer: str, client_id: str, client_secret: str) -> Any:
    """Return Authlib's client, which keeps what the provider says of itself."""
    return OAuth().register(
        "oidc",
        client_id=client_id,
        client_secret=client_secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": TIMEOUT_SECONDS,
        },
    )


def _claims(provider: Any, request: Request) -> dict[str, Any]:
    """Return the claims of an ID token that is the provider's, for us, and of this very attempt."""
    wanted = {
        "iss": {"essential": True, "values": [settings.OIDC_ISSUER]},
        "aud": {"essential": True, "values": [settings.OIDC_CLIENT_ID]},
        "sub": {"essential": True},
    }
    token = provider.authorize_access_token(request._request, claims_options=wanted)
    if "userinfo" not in token:
        raise ValueError("the provider sent no ID token")
    return dict(token["userinfo"])


def _is_of_this_site(request: Request) -> bool:
    """Tell whether a page of ours sent the browser here.

    Otherwise another site could bind an account here to an identity that it has logged the browser in as at
    the provider. Every browser of today says it (https://www.w3.org/TR/fetch-metadata/).
    """
    return bool(request.headers.get("Sec-Fetch-Site") == "same-origin")


def _holder(request: Request, begun: dict[str, Any]) -> User | None:
    """Return who is logged in, if they are who began this: nobody else may be given the identity."""
    user = request.user
    return user if user.is_authenticated and user.pk == begun.get("user") else None


def _back(path: str = "/", **query: str) -> HttpResponseRedirect:
    """Go to a page of this site."""
    if not url_has_allowed_host_and_scheme(path, allowed_hosts=None):
        path = "/"
    return HttpResponseRedirect(f"{path}?{urlencode(query)}" if query else path)
