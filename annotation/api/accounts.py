"""A person's own account: password, e-mail address, and the way back for who has forgotten the password."""

from axes.utils import reset as forget_failures
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from annotation import audit, people, resets
from annotation.api import inputs, outputs
from annotation.api.addresses import client_address
from annotation.api.permissions import PersonView, request_id_of
from annotation.api.session import check_credentials, recording
from annotation.errors import NotFound


class PasswordView(PersonView):
    """The caller's own password."""

    http_method_names = ("post",)

    @extend_schema(request=inputs.NewPassword, responses={204: None})
    def post(self, request: Request) -> Response:
        """Change the password. This session goes on; the others end, and so do all tokens."""
        values = inputs.parse(inputs.NewPassword, request)
        check_credentials(request, {"username": self.user.get_username(), "password": values["old"]})
        with recording("account.password_changed", self.user, request):
            people.set_password(self.user, values["new"])
        update_session_auth_hash(request._request, self.user)
        return Response(status=204)


class EmailView(PersonView):
    """The caller's own e-mail address."""

    http_method_names = ("post",)

    @extend_schema(request=inputs.NewEmail, responses={204: None})
    def post(self, request: Request) -> Response:
        """Set where a link goes when the password is forgotten; empty: nowhere. Links on their way end."""
        values = inputs.parse(inputs.NewEmail, request)
        check_credentials(request, {"username": self.user.get_username(), "password": values["password"]})
        with recording("account.email_changed", self.user, request):
            people.set_email(self.user, values["email"])
        return Response(status=204)


class ForgottenView(APIView):
    """A password that somebody has forgotten."""

    permission_classes = (AllowAny,)
    http_method_names = ("post",)

    @extend_schema(request=inputs.Forgotten, responses={204: None})
    def post(self, request: Request) -> Response:
        """Mail a link to whom the name or address belongs. The answer is the same where that is nobody.

        404 where no mail can be sent.
        """
        SessionAuthentication().enforce_csrf(request)
        account = inputs.parse(inputs.Forgotten, request)["account"]
        if not settings.EMAIL_URL:
            raise NotFound("reset_none")
        resets.ask(account, address=client_address(request._request) or "", now=timezone.now())
        return Response(status=204)


class ResetLinkView(APIView):
    """A link that came by e-mail."""

    permission_classes = (AllowAny,)
    http_method_names = ("post",)

    @extend_schema(request=inputs.ResetLink, responses=outputs.LinkHolder)
    def post(self, request: Request) -> Response:
        """Say whose link it is; 404 for one that was used or is too old. Asking does not use it."""
        SessionAuthentication().enforce_csrf(request)
        secret = inputs.parse(inputs.ResetLink, request)["link"]
        return Response({"username": resets.find_holder(secret).username})


class ResetView(APIView):
    """A new password by a link that came by e-mail."""

    permission_classes = (AllowAny,)
    http_method_names = ("post",)

    @extend_schema(request=inputs.NewPasswordByLink, responses={204: None})
    def post(self, request: Request) -> Response:
        """Set the password. All sessions end, and so do all tokens and the link; 404 for one that is over."""
        SessionAuthentication().enforce_csrf(request)
        values = inputs.parse(inputs.NewPasswordByLink, request)
        with audit.recording("account.password_reset", actor=None, request_id=request_id_of(request)):
            user = resets.set_password(values["link"], values["password"])
        # Wrong passwords have closed the log-in, perhaps; this person has just shown who they are.
        forget_failures(username=user.username)
        return Response(status=204)
