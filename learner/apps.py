"""The app of rounds, curves and events."""

from django.apps import AppConfig


class LearnerConfig(AppConfig):
    """Names the app for Django."""

    name = "learner"
