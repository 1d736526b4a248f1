"""Mounts the API of both apps, the OpenAPI schema, and the built front end's page."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularJSONAPIView

from config import metrics, pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/health", pages.health),
    path("api/ready", pages.ready),
    path("api/metrics", metrics.metrics),
    path("api/schema.json", SpectacularJSONAPIView.as_view(permission_classes=[]), name="schema"),
    path("api/", include("annotation.api.urls")),
    path("api/", include("learner.urls")),
    re_path(r"^(?!api/|static/|assets/).*$", pages.application),
]

handler404 = pages.not_found
handler500 = pages.server_error
