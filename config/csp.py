"""The Content-Security-Policy that every answer carries."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

# No inline script, no inline style, nothing from another host. Styles that a script sets through the
# element's style object (as uPlot does) are allowed by this policy; style attributes in HTML are not.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)


def content_security_policy(
    answer: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Wrap Django's handler so that each response carries the policy."""

    def respond(request: HttpRequest) -> HttpResponseBase:
        response = answer(request)
        response.headers["Content-Security-Policy"] = POLICY
        return response

    return respond
