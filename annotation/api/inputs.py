"""What requests may say, a serializer each. Shapes of answers are in outputs.py."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from annotation.api.fields import BoundariesField, HeldField, MomentField, NameField, WholeNumberField
from annotation.api.input_reasons import first_wrong
from annotation.errors import BadInput
from annotation.lookups import LONGEST_STRING
from annotation.models import AccessToken, Export, Membership, Project
from annotation.projects import STRATEGIES
from annotation.splitters import SPLITTERS

DAY_MS = 24 * 3600 * 1000


def parse(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the body as `kind` reads it; a body that breaks its rules is a 400."""
    return _checked(kind(data=request.data))


def parse_query(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return the query string as `kind` reads it."""
    return _checked(kind(data=request.query_params))


def parse_part(kind: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    """Return what a PATCH names; nothing that it leaves out."""
    return _checked(kind(data=request.data, partial=True))


def _checked(serializer: serializers.Serializer[Any]) -> dict[str, Any]:
    if not serializer.is_valid():
        raise BadInput(first_wrong(serializer), details=serializer.errors)
    return serializer.validated_data


class LogIn(serializers.Serializer[Any]):
    """A name and a password."""

    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class NewToken(serializers.Serializer[Any]):
    """An access token to make."""

    name = NameField(max_length=100, default="", allow_blank=True, help_text="what it is for")
    scope = serializers.ChoiceField(
        choices=AccessToken.Scope.choices,
        default=AccessToken.Scope.WRITE,
        help_text="read: nothing is changed by it; write: whatever the person may",
    )
    project = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        default=None,
        allow_null=True,
        help_text="the one project it is good for; null: all of the person's, and the account",
    )
    days = serializers.IntegerField(
        min_value=1, max_value=3650, default=None, allow_null=True, help_text="null: as long as it may hold"
    )


class LogInForToken(LogIn, NewToken):
    """A name and a password, and what the token shall be good for."""


class SignOn(serializers.Serializer[Any]):
    """Where somebody wants to be after signing in, and the token of the invitation they came by."""

    next = serializers.CharField(max_length=500, default="/")
    invitation = serializers.CharField(max_length=100, default="", allow_blank=True)


class Next(serializers.Serializer[Any]):
    """What the page holds already, so that it is not handed the same again."""

    held = HeldField(default=list)


class Submit(serializers.Serializer[Any]):
    """A segmentation, what it took, and whether the next sentence is wanted with the answer."""

    boundaries = BoundariesField()
    client_key = serializers.UUIDField(help_text="chosen by the client; the same key stores once")
    active_ms = WholeNumberField(min_value=0, max_value=DAY_MS)
    key_actions = WholeNumberField(min_value=0, max_value=1_000_000)
    revision = WholeNumberField(
        min_value=0,
        max_value=32_000,
        default=None,
        allow_null=True,
        help_text="which revision it is meant as, 0 the first; 409 `revised_elsewhere` where it is not that",
    )
    held = HeldField(default=list)
    next = serializers.BooleanField(default=False)


class Skip(serializers.Serializer[Any]):
    """Why a person declines a sentence."""

    reason = serializers.CharField(max_length=200)
    active_ms = WholeNumberField(min_value=0, max_value=DAY_MS)
    held = HeldField(default=list)
    next = serializers.BooleanField(default=False)


class NewFlag(serializers.Serializer[Any]):
    """A remark on a sentence."""

    comment = serializers.CharField(max_length=1000)


class Release(serializers.Serializer[Any]):
    """Assignments to give back."""

    assignments = HeldField()


class HistoryPage(serializers.Serializer[Any]):
    """Which part of one's own work."""

    before = serializers.UUIDField(required=False, help_text="what the last page gave as `before`")
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)
    search = serializers.CharField(
        default="", allow_blank=True, max_length=200, trim_whitespace=False, help_text="text the sentence has"
    )


class LookupString(serializers.Serializer[Any]):
    """The string under the cursor."""

    string = serializers.CharField(max_length=LONGEST_STRING, trim_whitespace=False)


class NewPassword(serializers.Serializer[Any]):
    """The password one has, and the one to have."""

    old = serializers.CharField(max_length=1000, trim_whitespace=False)
    new = serializers.CharField(max_length=1000, trim_whitespace=False)


class ResetPassword(serializers.Serializer[Any]):
    """A password for somebody who has forgotten theirs."""

    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class NewEmail(serializers.Serializer[Any]):
    """The password one has, and the e-mail address to have; empty: none."""

    password = serializers.CharField(max_length=1000, trim_whitespace=False)
    email = serializers.EmailField(max_length=254, allow_blank=True)


class Forgotten(serializers.Serializer[Any]):
    """Whose password is forgotten."""

    account = serializers.CharField(max_length=254, help_text="the user name or the e-mail address")


class ResetLink(serializers.Serializer[Any]):
    """A link that came by e-mail."""

    link = serializers.CharField(max_length=200, allow_blank=True, help_text="what stands behind its #")


class NewPasswordByLink(ResetLink):
    """A link that came by e-mail, and the password to have."""

    password = serializers.CharField(max_length=1000, trim_whitespace=False)


class Rehearsal(serializers.Serializer[Any]):
    """What makes a project a rehearsal: a clock that only moves when told, and a seed that is known."""

    now = MomentField(help_text="what the project's clock shows at first")
    seed = serializers.RegexField(
        r"[0-9a-f]{64}", help_text="the same seed and the same acts give the same experiment"
    )


class Settings(serializers.ModelSerializer[Project]):
    """Settings of a project; what is left out takes its usual value."""

    name = NameField(max_length=200)
    strategy = serializers.ChoiceField(choices=STRATEGIES, required=False)

    class Meta:
        model = Project
        fields: tuple[str, ...] = (
            "name",
            "holdout_share",
            "holdout_limit",
            "holdout_per_document",
            "holdout_readers",
            "holdout_serve_share",
            "seed_size",
            "active_share",
            "ratio_unit",
            "catch_up_share",
            "overlap_share",
            "control_share",
            "suggestion_policy",
            "show_doubt",
            "lease_seconds",
            "idle_cut_seconds",
            "strategy",
            "round_size",
            "round_hours",
            "model_seeds",
            "model_preset",
        )
        extra_kwargs: Mapping[str, Mapping[str, Any]] = {
            "holdout_per_document": {"min_value": 1, "max_value": 1000},
            "holdout_readers": {"min_value": 1, "max_value": 10},
            "seed_size": {"min_value": 1, "max_value": 10_000},
            "lease_seconds": {"min_value": 60, "max_value": 24 * 3600},
            "idle_cut_seconds": {"min_value": 5, "max_value": 3600},
            "round_size": {"min_value": 1, "max_value": 1_000_000},
            "round_hours": {"min_value": 0.1, "max_value": 24 * 365.0},
            "model_seeds": {"min_value": 1, "max_value": 20},
        }


class NewProject(Settings):
    """Settings of a new project; with `rehearsal` it runs on a simulated clock for good."""

    rehearsal = Rehearsal(required=False)

    class Meta(Settings.Meta):
        fields = (*Settings.Meta.fields, "rehearsal")


class Clone(serializers.Serializer[Any]):
    """A project made after another."""

    name = NameField(max_length=200)
    people = serializers.BooleanField(default=False, help_text="its people join too, with their roles")


class ProjectSettings(Settings):
    """Settings of a project that may be changed; which are fixed by then is for the act to say."""

    paused = serializers.BooleanField(help_text="true: nobody is handed anything")
    training_paused = serializers.BooleanField(help_text="true: rounds wait with their labels frozen")

    class Meta(Settings.Meta):
        fields = (*Settings.Meta.fields, "paused", "training_paused")


class NewMember(serializers.Serializer[Any]):
    """A person to add. Password, name and e-mail address are for a new account only."""

    username = NameField(max_length=150)
    password = serializers.CharField(max_length=1000, default="", allow_blank=True, trim_whitespace=False)
    name = NameField(max_length=150, default="", allow_blank=True)
    email = serializers.EmailField(max_length=254, default="", allow_blank=True)
    role = serializers.ChoiceField(choices=Membership.Role.choices)


class MemberChange(serializers.Serializer[Any]):
    """What changes about a member."""

    role = serializers.ChoiceField(choices=Membership.Role.choices)
    active = serializers.BooleanField()


class NewInvitation(serializers.Serializer[Any]):
    """A link to make."""

    role = serializers.ChoiceField(choices=Membership.Role.choices, help_text="annotator or adjudicator")
    places = serializers.IntegerField(min_value=1, max_value=500, default=1, help_text="people who may join")
    days = serializers.IntegerField(min_value=1, max_value=90, default=7, help_text="until it is over")


class Acceptance(serializers.Serializer[Any]):
    """The new account of somebody who joins by a link; empty for somebody who is logged in."""

    username = NameField(max_length=150, default="", allow_blank=True)
    password = serializers.CharField(max_length=1000, default="", allow_blank=True, trim_whitespace=False)
    name = NameField(max_length=150, default="", allow_blank=True)
    email = serializers.EmailField(max_length=254, default="", allow_blank=True)


class Period(serializers.Serializer[Any]):
    """A stretch of time; by default the last 31 days."""

    since = MomentField(required=False)
    until = MomentField(required=False, help_text="this moment is not included")


class NewGuideline(serializers.Serializer[Any]):
    """The next version of the written rules, in Markdown."""

    text = serializers.CharField(max_length=500_000, trim_whitespace=False)


class Upload(serializers.Serializer[Any]):
    """A file to import, and what is known of it."""

    file = serializers.FileField()
    name = NameField(max_length=200, default="", allow_blank=True)
    source = NameField(max_length=400, default="", allow_blank=True)  # type: ignore[assignment]
    licence = NameField(max_length=200, default="", allow_blank=True)
    domain = NameField(max_length=80, default="", allow_blank=True)
    splitter = serializers.ChoiceField(choices=list(SPLITTERS), default="line")


class ExportFilter(serializers.Serializer[Any]):
    """Which annotations to export. What is left out or null does not filter."""

    which = serializers.ChoiceField(choices=Export.Which.choices, default=Export.Which.ALL)
    arm = serializers.ChoiceField(choices=["random", "active"], default=None, allow_null=True)
    split = serializers.ChoiceField(choices=["pool", "seed", "holdout"], default=None, allow_null=True)
    since = MomentField(default=None, allow_null=True)
    until = MomentField(default=None, allow_null=True, help_text="this moment is not included")
    guideline_version = WholeNumberField(min_value=1, max_value=2**31 - 1, default=None, allow_null=True)


class NewExport(ExportFilter):
    """Which annotations to export, and how."""

    format = serializers.ChoiceField(choices=Export.Format.choices)
    name = NameField(
        max_length=100, default="", allow_blank=True, help_text="makes it an edition, to be cited by"
    )


class DisagreementPage(serializers.Serializer[Any]):
    """Which part of the disagreements."""

    after = serializers.IntegerField(min_value=0, max_value=2**63 - 1, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)
    settled = serializers.BooleanField(default=None, allow_null=True)


class AuditPage(serializers.Serializer[Any]):
    """Which part of the audit trail."""

    before = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, default=None, allow_null=True, help_text="as the last page said"
    )
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)
    person = serializers.IntegerField(
        min_value=1,
        max_value=2**31 - 1,
        default=None,
        allow_null=True,
        help_text="who acted, or was acted on",
    )
    act = serializers.RegexField(
        r"[a-z_.]{0,40}", default="", allow_blank=True, help_text="a name, or its first part: `member`"
    )


class Settle(serializers.Serializer[Any]):
    """The reference of a sentence, and why."""

    boundaries = BoundariesField()
    note = serializers.CharField(max_length=1000, default="", allow_blank=True)
