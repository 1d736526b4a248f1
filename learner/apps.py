"""The app of rounds, curves and events."""

from django.apps import AppConfig


class LearnerConfig(AppConfig):
    """Names the app for Django."""

    name = "learner"

    def ready(self) -> None:
        """Make the learner's sentences known, whichever module says the first."""
        from learner import reasons  # noqa: F401
