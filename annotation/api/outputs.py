"""Shapes of answers. Those of models read the model; those of figures describe what progress.py returns."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from annotation import access_tokens
from annotation.adjudication import clusters_of
from annotation.models import (
    AccessToken,
    Adjudication,
    Annotation,
    AuditEntry,
    Corpus,
    Export,
    Flag,
    Guideline,
    Invitation,
    Membership,
    Project,
    Queue,
)


def integers() -> serializers.ListField:
    """Return a field of cluster indices or ids."""
    return serializers.ListField(child=serializers.IntegerField())


def strings() -> serializers.ListField:
    """Return a field of grapheme clusters."""
    return serializers.ListField(child=serializers.CharField(trim_whitespace=False))


class Problem(serializers.Serializer[Any]):
    """Everything that goes wrong is answered in this shape."""

    code = serializers.CharField()
    message = serializers.CharField()
    details = serializers.DictField()


class Why(serializers.Serializer[Any]):
    """A sentence: its code, for a catalogue, the values in it, and how it is said in English."""

    code = serializers.CharField()
    values = serializers.DictField(help_text="figures, words, and sentences of their own")
    text = serializers.CharField()


class Person(serializers.ModelSerializer[User]):
    """Somebody with an account."""

    name = serializers.CharField(source="get_full_name")

    class Meta:
        model = User
        fields = ("id", "username", "name")


class ProjectName(serializers.ModelSerializer[Project]):
    """A project as a member sees it."""

    paused = serializers.SerializerMethodField()

    class Meta:
        model = Project
        fields = ("id", "name", "paused")

    def get_paused(self, project: Project) -> bool:
        """Say whether nobody is handed anything now."""
        return project.paused_at is not None


class OwnMembership(serializers.ModelSerializer[Membership]):
    """What the caller is in a project."""

    project = ProjectName()

    class Meta:
        model = Membership
        fields = ("project", "role")


class Session(serializers.Serializer[Any]):
    """Who is logged in, and where they belong."""

    user = Person()
    email = serializers.CharField(help_text="where a link for a forgotten password goes; empty: nowhere")
    has_password = serializers.BooleanField(help_text="the caller may log in by a password")
    language = serializers.ChoiceField(choices=["th", "en"])
    may_create_projects = serializers.BooleanField()
    memberships = OwnMembership(many=True)


class LogInWays(serializers.Serializer[Any]):
    """How one may log in; `provider` is the name of the OpenID provider, null without one."""

    passwords = serializers.BooleanField()
    provider = serializers.CharField(allow_null=True)
    reset_links = serializers.BooleanField(help_text="a link for a forgotten password can be mailed")
    takes_emails = serializers.BooleanField(
        help_text="e-mail addresses are given here, not by an administrator alone"
    )


class LinkHolder(serializers.Serializer[Any]):
    """Whose link it is."""

    username = serializers.CharField()


class Token(serializers.Serializer[Any]):
    """What a program sends as `Authorization: Token …`."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()


class AccessTokenRow(serializers.ModelSerializer[AccessToken]):
    """An access token. Its key is shown when it is made, and never again."""

    project = ProjectName(allow_null=True)
    expires_at = serializers.SerializerMethodField()

    class Meta:
        model = AccessToken
        fields: tuple[str, ...] = (
            "id",
            "name",
            "scope",
            "project",
            "by_password",
            "created_at",
            "last_used_at",
            "expires_at",
        )

    def get_expires_at(self, token: AccessToken) -> datetime:
        """Return until when it holds."""
        return access_tokens.ends_at(token)


class AccessTokens(serializers.Serializer[Any]):
    """A person's access tokens, and for how many days one may be made."""

    tokens = AccessTokenRow(many=True)
    longest_days = serializers.IntegerField()


class MadeAccessToken(AccessTokenRow):
    """An access token just made; `token` is its key."""

    token = serializers.CharField()

    class Meta(AccessTokenRow.Meta):
        fields = (*AccessTokenRow.Meta.fields, "token")


class Work(serializers.Serializer[Any]):
    """A sentence to annotate. Nothing in it tells why it was chosen."""

    assignment = serializers.UUIDField()
    clusters = strings()
    suggestion = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    doubtful = serializers.ListField(
        child=serializers.IntegerField(), help_text="gaps at which the suggestion is in doubt"
    )
    alternatives = serializers.ListField(
        child=integers(), help_text="other likely readings: the gaps where each differs from the suggestion"
    )
    guideline_version = serializers.IntegerField(allow_null=True)
    lease_until = serializers.DateTimeField()
    lease_seconds = serializers.IntegerField()
    idle_cut_seconds = serializers.IntegerField()


class Summary(serializers.Serializer[Any]):
    """Sentences the caller has submitted."""

    today = serializers.IntegerField()
    total = serializers.IntegerField()


class NextWork(serializers.Serializer[Any]):
    """The next sentence, or why there is none; neither: the page holds as many as one may."""

    work = Work(allow_null=True)
    reason = serializers.ChoiceField(choices=["nothing_left", "paused"], allow_null=True)
    until = serializers.DateTimeField(
        allow_null=True, help_text="when a sentence that somebody else holds may come back, at the earliest"
    )
    summary = Summary()


class StoredAnnotation(serializers.Serializer[Any]):
    """What a submit left behind."""

    id = serializers.IntegerField()
    assignment = serializers.UUIDField()
    revision = serializers.IntegerField()
    created_at = serializers.DateTimeField()


class Submitted(serializers.Serializer[Any]):
    """The stored annotation, and the next sentence where it was asked for."""

    annotation = StoredAnnotation()
    next = NextWork(allow_null=True)


class Skipped(serializers.Serializer[Any]):
    """The next sentence where it was asked for."""

    next = NextWork(allow_null=True)


class Renewed(serializers.Serializer[Any]):
    """Until when the sentence is the caller's."""

    lease_until = serializers.DateTimeField()


class Released(serializers.Serializer[Any]):
    """How many sentences went back."""

    released = serializers.IntegerField()


class Flagged(serializers.Serializer[Any]):
    """The remark as stored."""

    id = serializers.IntegerField()


class HistoryEntry(serializers.Serializer[Any]):
    """A sentence the caller has annotated, as last submitted."""

    assignment = serializers.UUIDField()
    annotation = serializers.IntegerField()
    clusters = strings()
    boundaries = integers()
    revision = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    adjudicated = serializers.BooleanField()


class History(serializers.Serializer[Any]):
    """A part of the caller's work, newest first; `before` asks for the next part."""

    results = HistoryEntry(many=True)
    before = serializers.UUIDField(allow_null=True)


class AuditRow(serializers.ModelSerializer[AuditEntry]):
    """An act: who, about whom, what, and what changed. Without an actor nobody was logged in."""

    actor = Person(allow_null=True)
    person = Person(allow_null=True)
    before = serializers.DictField()
    after = serializers.DictField()

    class Meta:
        model = AuditEntry
        fields = ("id", "at", "act", "thing", "actor", "person", "before", "after", "request_id")


class AuditTrail(serializers.Serializer[Any]):
    """A part of the audit trail, newest first; `before` asks for the next part."""

    results = AuditRow(many=True)
    before = serializers.IntegerField(allow_null=True)


class CutExample(serializers.Serializer[Any]):
    """Words around a place where a string was cut so."""

    before = strings()
    after = strings()


class CutBefore(serializers.Serializer[Any]):
    """One way in which a string was cut: the words that cover it."""

    tokens = strings()
    count = serializers.IntegerField()
    settled = serializers.IntegerField(help_text="of the count, in settled references")
    examples = CutExample(many=True)


class Lookup(serializers.Serializer[Any]):
    """What helps to cut a string as it was cut before; nothing of it for a sentence served blind."""

    blind = serializers.BooleanField()
    cuts = CutBefore(many=True)
    words = strings()


class BothLanguages(serializers.Serializer[Any]):
    """A text in Thai and in English."""

    th = serializers.CharField()
    en = serializers.CharField()


class PracticeSentence(serializers.Serializer[Any]):
    """A sentence to practise on: a reading to start from, the reference, and why it is so."""

    clusters = strings()
    start = integers()
    reference = integers()
    note = BothLanguages()


class Comment(serializers.Serializer[Any]):
    """A sentence of the caller that was settled otherwise, or with a note."""

    id = serializers.IntegerField()
    clusters = strings()
    boundaries = integers()
    reference = integers()
    note = serializers.CharField()
    created_at = serializers.DateTimeField()


class Day(serializers.Serializer[Any]):
    """What the caller did on one day, by Thai time."""

    day = serializers.DateField()
    sentences = serializers.IntegerField()
    revisions = serializers.IntegerField()
    skips = serializers.IntegerField()
    active_seconds = serializers.FloatField()


class CurrentGuideline(serializers.ModelSerializer[Guideline]):
    """The rules in force."""

    class Meta:
        model = Guideline
        fields = ("version", "text", "published_at")


class GuidelineVersion(serializers.ModelSerializer[Guideline]):
    """One version of the rules."""

    author = Person(allow_null=True)

    class Meta:
        model = Guideline
        fields = ("version", "text", "author", "published_at")


class ProjectRow(serializers.ModelSerializer[Membership]):
    """One of the caller's projects."""

    id = serializers.IntegerField(source="project.id")
    name = serializers.CharField(source="project.name")
    paused_at = serializers.DateTimeField(source="project.paused_at", allow_null=True)

    class Meta:
        model = Membership
        fields = ("id", "name", "role", "paused_at")


class ProjectDetail(serializers.ModelSerializer[Project]):
    """All settings of a project."""

    class Meta:
        model = Project
        exclude = ("seed",)


class ServedOrder(serializers.Serializer[Any]):
    """The published order a queue serves."""

    number = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]
    published_at = serializers.DateTimeField()


class QueueFigures(serializers.Serializer[Any]):
    """Where a queue stands."""

    kind = serializers.ChoiceField(choices=Queue.Kind.choices)
    drawn = serializers.IntegerField(help_text="sentences in the arm's sample so far")
    open = serializers.IntegerField(help_text="readings that nobody holds")
    leased = serializers.IntegerField(help_text="readings in somebody's hands")
    generation = ServedOrder(allow_null=True)


class SplitFigures(serializers.Serializer[Any]):
    """Sentences of the ready corpora by split."""

    pool = serializers.IntegerField()
    seed = serializers.IntegerField()
    holdout = serializers.IntegerField()
    withheld = serializers.IntegerField()


class ArmFigures(serializers.Serializer[Any]):
    """What an arm has got and what it cost."""

    arm = serializers.ChoiceField(choices=["random", "active"])
    sentences = serializers.IntegerField(help_text="of the sample, that have a label")
    clusters = serializers.IntegerField(help_text="of these sentences")
    seconds = serializers.FloatField(help_text="active seconds of labels and skips, charged to the arm")
    charged = serializers.IntegerField(help_text="by which the ratio is held, in the project's `ratio_unit`")


class Overview(serializers.Serializer[Any]):
    """Where a project stands; `revision` changes with it."""

    revision = serializers.CharField()
    queues = QueueFigures(many=True)
    splits = SplitFigures()
    annotations = serializers.IntegerField()
    people = serializers.IntegerField()
    people_active = serializers.IntegerField(help_text="at work within the last 15 minutes")
    arms = ArmFigures(many=True)


class OwnAgreement(serializers.Serializer[Any]):
    """How one person agrees with all others."""

    value = serializers.FloatField(allow_null=True, help_text="boundary F1 against the others")
    n = serializers.IntegerField(help_text="sentences somebody else has read too")


class MemberRow(serializers.ModelSerializer[Membership]):
    """A person in the project."""

    user = Person()

    class Meta:
        model = Membership
        fields: tuple[str, ...] = ("id", "user", "role", "active", "joined_at")


class Member(MemberRow):
    """A person in the project, with figures of their work."""

    annotations = serializers.IntegerField()
    pace_seconds = serializers.FloatField(allow_null=True, help_text="mean active seconds of an annotation")
    agreement = OwnAgreement(allow_null=True)

    class Meta(MemberRow.Meta):
        fields = (*MemberRow.Meta.fields, "annotations", "pace_seconds", "agreement")


class Erased(serializers.Serializer[Any]):
    """What of a person is gone."""

    account = serializers.BooleanField(
        help_text="false: they belong to other projects and keep their account"
    )


class InvitationRow(serializers.ModelSerializer[Invitation]):
    """A link by which people join. Its token is shown when it is made, and never again."""

    created_by = Person()

    class Meta:
        model = Invitation
        fields: tuple[str, ...] = (
            "id",
            "role",
            "places",
            "taken",
            "created_by",
            "created_at",
            "expires_at",
            "revoked_at",
        )


class MadeInvitation(InvitationRow):
    """A link just made."""

    token = serializers.CharField()

    class Meta(InvitationRow.Meta):
        fields = (*InvitationRow.Meta.fields, "token")


class OpenInvitation(serializers.Serializer[Any]):
    """What somebody who opens the link is invited to."""

    project = serializers.CharField()
    role = serializers.ChoiceField(choices=Membership.Role.choices)
    by = serializers.CharField()


class WorkDay(Day):
    """What a person did on a day, in Thai time."""

    user = Person()
    last_at = serializers.DateTimeField()


class Accuracy(serializers.Serializer[Any]):
    """How often a person is right, on sentences that several read by lot; no interval where too few are."""

    user = serializers.IntegerField()
    value = serializers.FloatField(allow_null=True, help_text="boundary F1 against the reference")
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    sentences = serializers.IntegerField()
    documents = serializers.IntegerField()
    open = serializers.IntegerField(help_text="differences that nobody has settled, left out")


class ShownSentence(serializers.Serializer[Any]):
    """A sentence of a file or a corpus; `boundaries` where the file brings a segmentation."""

    clusters = strings()
    boundaries = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    document = serializers.CharField()
    domain = serializers.CharField()


class DomainSize(serializers.Serializer[Any]):
    """Sentences of a domain."""

    domain = serializers.CharField()
    sentences = serializers.IntegerField()


class FilePreview(serializers.Serializer[Any]):
    """What an import of the file would bring, from its front; nothing has been stored."""

    format = serializers.CharField()
    whole = serializers.BooleanField(help_text="false: the file goes on, counts are of its front")
    error = serializers.CharField(allow_null=True, help_text="what the import would stop at, in English")
    why = Why(allow_null=True)
    imported_as = serializers.CharField(allow_null=True, help_text="the corpus that holds the same file")
    records = serializers.IntegerField()
    sentences = serializers.IntegerField()
    clusters = serializers.IntegerField()
    documents = serializers.IntegerField(help_text="named ones; 0: stretches of the file stand in")
    gold = serializers.IntegerField(help_text="sentences that bring a segmentation")
    moved_boundaries = serializers.IntegerField(help_text="that lay inside a cluster")
    repeated = serializers.IntegerField(help_text="sentences that come again in the file")
    known = serializers.IntegerField(help_text="sentences that the project has already")
    domains = DomainSize(many=True)
    shown = ShownSentence(many=True)


class DomainOfCorpus(DomainSize):
    """A domain of a corpus."""

    documents = serializers.IntegerField()


class CorpusSample(serializers.Serializer[Any]):
    """A look at a corpus: its domains, and sentences by lot."""

    domains = DomainOfCorpus(many=True)
    shown = ShownSentence(many=True)


class ExportPreview(serializers.Serializer[Any]):
    """What an export would hold."""

    rows = serializers.IntegerField()
    sentences = serializers.IntegerField()
    shown = serializers.ListField(child=serializers.DictField(), help_text="the first rows")


class Transfer(serializers.Serializer[Any]):
    """How much of a file has been read, in bytes."""

    bytes = serializers.IntegerField()
    of = serializers.IntegerField()


class CorpusRow(serializers.ModelSerializer[Corpus]):
    """One import: what it is, how far it has come, what it brought."""

    format = serializers.CharField(source="file_format")
    progress = serializers.SerializerMethodField()
    report = serializers.DictField(help_text="counts; of a failed import what was wrong")

    class Meta:
        model = Corpus
        fields = (
            "id",
            "name",
            "source",
            "licence",
            "domain",
            "splitter",
            "file_name",
            "format",
            "state",
            "imported_at",
            "progress",
            "report",
        )

    @extend_schema_field(Transfer)
    def get_progress(self, corpus: Corpus) -> dict[str, int]:
        """Return how much of the file has been read."""
        return {"bytes": corpus.progress.get("bytes", 0), "of": corpus.progress.get("of", 0)}


class ExportRow(serializers.ModelSerializer[Export]):
    """One export: what was asked for, and what came of it."""

    filters = serializers.DictField()
    manifest = serializers.DictField()

    why = Why(allow_null=True)

    class Meta:
        model = Export
        fields = (
            "id",
            "name",
            "format",
            "which",
            "filters",
            "state",
            "created_at",
            "finished_at",
            "size",
            "manifest",
            "error",
            "why",
        )


class PairAgreement(serializers.Serializer[Any]):
    """How two annotators agree on the sentences both have read."""

    annotators = serializers.ListField(child=serializers.IntegerField(), min_length=2, max_length=2)
    sentences = serializers.IntegerField()
    boundary_f1 = serializers.FloatField(allow_null=True)
    kappa = serializers.FloatField(allow_null=True)


class OverallAgreement(serializers.Serializer[Any]):
    """How annotators agree, over all pairs."""

    sentences = serializers.IntegerField(help_text="pairs of readings of one sentence")
    boundary_f1 = serializers.FloatField(allow_null=True)
    kappa = serializers.FloatField(allow_null=True)
    exact = serializers.FloatField(help_text="share of these pairs that are the same throughout")


class AgreementFigures(serializers.Serializer[Any]):
    """Agreement over the sentences last read by several people; edges at white space are not scored."""

    pairs = PairAgreement(many=True)
    overall = OverallAgreement(allow_null=True)


class Reading(serializers.ModelSerializer[Annotation]):
    """What one annotator made of a sentence, as last submitted."""

    annotation = serializers.IntegerField(source="id")
    annotator = Person()
    boundaries = integers()
    guideline_version = serializers.IntegerField(source="guideline.version", allow_null=True, default=None)

    class Meta:
        model = Annotation
        fields = ("annotation", "annotator", "boundaries", "guideline_version")


class AdjudicationRow(serializers.ModelSerializer[Adjudication]):
    """The reference decided for a sentence."""

    adjudicator = Person()
    boundaries = integers()

    class Meta:
        model = Adjudication
        fields = ("id", "revision", "boundaries", "adjudicator", "note", "created_at")


class Disagreement(serializers.Serializer[Any]):
    """A sentence that annotators read differently."""

    sentence = serializers.IntegerField()
    clusters = strings()
    readings = Reading(many=True)
    adjudication = AdjudicationRow(allow_null=True)


class FlagRow(serializers.ModelSerializer[Flag]):
    """A remark on a sentence."""

    sentence = serializers.IntegerField(source="sentence_id")
    clusters = serializers.SerializerMethodField()
    annotator = Person()

    class Meta:
        model = Flag
        fields = ("id", "sentence", "clusters", "annotator", "comment", "created_at", "resolved_at")

    @extend_schema_field(strings())
    def get_clusters(self, flag: Flag) -> list[str]:
        """Return the clusters of the flagged sentence."""
        return clusters_of(flag.sentence)
