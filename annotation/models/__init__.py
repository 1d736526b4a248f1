"""Tables of the annotation app, a file per subject; Django finds them here."""

from annotation.models.access_tokens import AccessToken
from annotation.models.annotations import Adjudication, Annotation, Flag, Suggestion
from annotation.models.audit import AuditEntry
from annotation.models.corpus import Corpus, Document, GoldSegmentation, Sentence
from annotation.models.exports import Export
from annotation.models.failing import Failing
from annotation.models.identities import Identity
from annotation.models.imports import Repeat
from annotation.models.invitations import Invitation
from annotation.models.outbox import OutboxEntry
from annotation.models.project import Guideline, Membership, Project
from annotation.models.queues import Assignment, Draw, Generation, Offer, OrderChunk, Queue
from annotation.models.resets import ResetAsked
from annotation.models.webhooks import Delivery, Webhook

__all__ = [
    "AccessToken",
    "Adjudication",
    "Annotation",
    "Assignment",
    "AuditEntry",
    "Corpus",
    "Delivery",
    "Document",
    "Draw",
    "Export",
    "Failing",
    "Flag",
    "Generation",
    "GoldSegmentation",
    "Guideline",
    "Identity",
    "Invitation",
    "Membership",
    "Offer",
    "OrderChunk",
    "OutboxEntry",
    "Project",
    "Queue",
    "Repeat",
    "ResetAsked",
    "Sentence",
    "Suggestion",
    "Webhook",
]
