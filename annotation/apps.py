"""The app of people, texts, queues and human decisions."""

from django.apps import AppConfig


class AnnotationConfig(AppConfig):
    """Names the app for Django."""

    name = "annotation"
