"""Access tokens: a person's own on the page, and one for a name and a password."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from drf_spectacular.utils import extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation import access_tokens, audit
from annotation.api import inputs, outputs
from annotation.api.authentication import grant_of
from annotation.api.permissions import PersonView, request_id_of
from annotation.api.session import check_credentials, recording
from annotation.errors import BadInput, NotAllowed, NotLoggedIn

# A program that logs in every minute would fill the trail, of which nothing is ever deleted.
LOG_IN_IS_NOTED = timedelta(days=1)


@method_decorator(never_cache, name="dispatch")
class TokenView(APIView):
    """A token by which a program speaks for a person, for their name and password."""

    permission_classes = (AllowAny,)
    http_method_names = ("post", "delete")
    # Giving up what one may is open to everybody.
    open_to_every_token = frozenset({"DELETE"})

    @extend_schema(request=inputs.LogInForToken, responses=outputs.Token, auth=[])
    def post(self, request: Request) -> Response:
        """Return a new token and until when it holds.

        Of 50 made this way the one not heard of for longest ends.
        """
        asked = inputs.parse(inputs.LogInForToken, request)
        names = {name: asked.pop(name) for name in ("username", "password")}
        user = check_credentials(request, names)
        with audit.recording_once(
            "account.program_log_in",
            actor=user,
            person=user,
            request_id=request_id_of(request),
            within=LOG_IN_IS_NOTED,
        ):
            token, key = access_tokens.make(user, **asked, by_password=True, now=timezone.now())
        return Response({"expires_at": access_tokens.ends_at(token), "token": key})

    @extend_schema(responses={204: None})
    def delete(self, request: Request) -> Response:
        """Revoke the token that is sent with the request."""
        if not request.user.is_authenticated:
            raise NotLoggedIn("not_logged_in")
        grant = grant_of(request)
        if grant is None:
            raise BadInput("token_not_sent")
        with recording("account.token_revoked", request.user, request):
            access_tokens.revoke(request.user, grant.token)
        return Response(status=204)


class _OwnTokensView(PersonView):
    """What is for the person on the page only: a token could make itself others that hold longer."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse whoever comes with a token."""
        super().initial(request, *args, **kwargs)
        if grant_of(request) is not None:
            raise NotAllowed("token_for_tokens")


class TokensView(_OwnTokensView):
    """The caller's access tokens."""

    http_method_names = ("get", "post", "head")

    @extend_schema(responses=outputs.AccessTokens)
    def get(self, request: Request) -> Response:
        """List those that hold, newest first, and for how many days one may be made. Never a key."""
        held = access_tokens.live(self.user, now=timezone.now())
        found = {"tokens": held, "longest_days": access_tokens.longest().days}
        return Response(outputs.AccessTokens(found).data)

    @extend_schema(request=inputs.NewToken, responses={201: outputs.MadeAccessToken})
    def post(self, request: Request) -> Response:
        """Make one. The answer has its key, which nobody is ever told again. 409 for more than 50."""
        asked = inputs.parse(inputs.NewToken, request)
        with recording("account.token_made", self.user, request):
            token, key = access_tokens.make(self.user, **asked, now=timezone.now())
        return Response(outputs.AccessTokenRow(token).data | {"token": key}, status=201)


class TokenDetailView(_OwnTokensView):
    """One of the caller's access tokens."""

    http_method_names = ("delete",)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, token_id: int) -> Response:
        """Revoke it: from now on nobody gets in by it."""
        with recording("account.token_revoked", self.user, request):
            access_tokens.revoke(self.user, token_id)
        return Response(status=204)
