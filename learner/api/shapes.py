"""Shapes of the learner's requests and answers, kept apart."""

import re
from typing import Any

from django.contrib.auth.models import User
from rest_framework import serializers

from annotation.api import outputs
from annotation.api.fields import MomentField, StatesField
from learner.models import Arm, CurvePoint, Event, Round, RoundArm

KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")


class NewTime(serializers.Serializer[Any]):
    """What the clock of a rehearsal is to show."""

    now = MomentField(help_text="not before what it shows")


class LatestRound(serializers.ModelSerializer[Round]):
    """The latest round and where it stands."""

    why = outputs.Why(allow_null=True)

    class Meta:
        model = Round
        fields = ["id", "number", "state", "error", "why"]


class ClockState(serializers.Serializer[Any]):
    """What the clock shows, and the latest round; null before the first."""

    now = serializers.DateTimeField()
    round = LatestRound(allow_null=True)


class NewEvent(serializers.Serializer[Any]):
    """Something that a person reports."""

    kind = serializers.CharField(max_length=60, help_text="dotted, e.g. vendor.changed")
    at = MomentField()
    until = MomentField(allow_null=True, default=None, help_text="null: a moment")
    before = StatesField(default=dict, help_text="what was so until then")
    after = StatesField(default=dict, help_text="and what is so since")
    note = serializers.CharField(max_length=10_000, allow_blank=True, default="")

    def validate_kind(self, value: str) -> str:
        """Refuse names that cannot be told apart by a machine later on."""
        if not KIND.fullmatch(value):
            raise serializers.ValidationError(
                f"{value!r} is not a dotted name of small letters, such as holiday.started.",
                code="field_event_kind",
            )
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        if attrs["until"] is not None and attrs["until"] < attrs["at"]:
            raise serializers.ValidationError(
                {"until": f"{attrs['until'].isoformat()} is before {attrs['at'].isoformat()}."},
                code="field_event_until",
            )
        return attrs


class Remark(serializers.Serializer[Any]):
    """A note to append to an event."""

    note = serializers.CharField(max_length=10_000)


class EventFilter(serializers.Serializer[Any]):
    """Which events to list."""

    kind = serializers.CharField(
        required=False, help_text="this kind, or all below it: round finds round.closed"
    )
    after = MomentField(required=False, help_text="later than this")


class ArmOfRound(serializers.ModelSerializer[RoundArm]):
    """What a round froze of an arm. `drawn` counts declined sentences too, which have no annotation."""

    arm = serializers.ChoiceField(choices=Arm.choices)
    drawn = serializers.IntegerField()

    class Meta:
        model = RoundArm
        fields = ["arm", "annotations", "clusters", "seconds", "drawn"]


class RoundProgress(serializers.Serializer[Any]):
    """What a round is at: `done` of `total` parts of `step`."""

    step = serializers.CharField()
    done = serializers.IntegerField()
    total = serializers.IntegerField()


class RoundState(serializers.ModelSerializer[Round]):
    """A round as it stands."""

    arms = ArmOfRound(many=True)
    progress = RoundProgress()
    why = outputs.Why(allow_null=True)
    config = serializers.DictField()

    class Meta:
        model = Round
        fields = [
            "id",
            "number",
            "state",
            "opened_at",
            "closed_at",
            "trigger",
            "progress",
            "error",
            "why",
            "attempt",
            "catching_up",
            "arms",
            "config",
        ]


class Staleness(serializers.Serializer[Any]):
    """How far the served order lags: arm labels and whole minutes since the freeze it was made from."""

    labels = serializers.IntegerField()
    minutes = serializers.IntegerField()


class Loop(serializers.Serializer[Any]):
    """The latest round, and how far the served order lags; null before the first."""

    round = RoundState(allow_null=True)
    stale = Staleness(allow_null=True)


class Overview(outputs.Overview, Loop):
    """Where a project and its loop stand; `revision` changes with it."""


class EventActor(serializers.ModelSerializer[User]):
    """Who did it."""

    class Meta:
        model = User
        fields = ["id", "username"]


class EventRow(serializers.ModelSerializer[Event]):
    """An event. `note` has the remarks at its end, a paragraph each."""

    actor = EventActor(allow_null=True)
    before = serializers.DictField()
    after = serializers.DictField()
    note = serializers.SerializerMethodField()

    class Meta:
        model = Event
        fields = ["id", "kind", "at", "until", "actor", "recorded_by", "before", "after", "note"]

    def get_note(self, event: Event) -> str:
        """Return the note and its remarks."""
        return "\n\n".join(note for note in [event.note, *(r.note for r in event.remarks.all())] if note)


class Figure(serializers.Serializer[Any]):
    """A figure with its interval; null where there is nothing to say it from."""

    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)


class Figures(serializers.Serializer[Any]):
    """The figures of a point, each between 0 and 1."""

    word_f1 = Figure()
    boundary_f1 = Figure()
    exact = Figure(help_text="share of sentences without an error")


class Point(serializers.ModelSerializer[CurvePoint]):
    """An arm's figures after a round, at what its sample had cost by then."""

    round = serializers.IntegerField(source="round.number")
    arm = serializers.ChoiceField(choices=Arm.choices)
    annotations = serializers.IntegerField()
    clusters = serializers.IntegerField()
    seconds = serializers.FloatField()
    metrics = Figures()
    interval = serializers.DictField(source="intervals", help_text="what the intervals contain")

    class Meta:
        model = CurvePoint
        fields = [
            "round",
            "arm",
            "annotations",
            "clusters",
            "seconds",
            "metrics",
            "interval",
            "provisional",
            "at",
        ]


class HoldoutCounts(serializers.Serializer[Any]):
    """How far the holdout of the curves is annotated."""

    sentences = serializers.IntegerField()
    documents = serializers.IntegerField()
    done = serializers.IntegerField()


class Curves(serializers.Serializer[Any]):
    """The learning curves, and what happened meanwhile."""

    points = Point(many=True)
    events = EventRow(many=True)
    holdout = HoldoutCounts()


class StrategyRow(serializers.Serializer[Any]):
    """A query strategy."""

    name = serializers.CharField()
    description = serializers.CharField()
