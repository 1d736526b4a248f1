"""Answers that belong to no app: the page that loads the front end, health and readiness."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from annotation.reasons import Reason
from config import readiness


@require_safe
@never_cache
@ensure_csrf_cookie
def application(request: HttpRequest) -> HttpResponse:
    """Serve the front end's page for every address that is its own to route."""
    page = settings.FRONTEND_DIST / "index.html"
    if not page.is_file():
        return HttpResponse("The front end has not been built: run python3 manage.py demo.", status=503)
    return HttpResponse(page.read_bytes())


@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """Say that the process answers; asks nothing of the database, so that its loss restarts nobody."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Say whether a request could be served now, and how each part is: 200 when it could, 503 when not."""
    found = readiness.parts()
    is_ready = readiness.is_ready(found)
    return JsonResponse(
        {"status": "ok" if is_ready else "not ready", **found}, status=200 if is_ready else 503
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer for addresses that nobody serves; below /api/ in the API's error shape."""
    return _say(request, 404, "not_found", Reason("nothing_here"))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer for errors that nobody foresaw; what happened stands in the log."""
    return _say(request, 500, "server_error", Reason("server_error"))


def _say(request: HttpRequest, status: int, code: str, why: Reason) -> HttpResponse:
    if request.path.startswith("/api/"):
        problem = {"code": code, "message": str(why), "details": {"why": why.as_json()}}
        return JsonResponse(problem, status=status)
    return HttpResponse(str(why), status=status, content_type="text/plain; charset=utf-8")
