"""Webhooks over HTTP, for managers."""

from typing import Any

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from annotation import webhooks
from annotation.api.inputs import parse
from annotation.api.permissions import MANAGERS, ProjectView
from annotation.models import Delivery, Webhook


class NewWebhook(serializers.Serializer[Any]):
    """An address to tell, and of what."""

    url = serializers.CharField(max_length=500)
    kinds = serializers.MultipleChoiceField(choices=Webhook.Kind.choices, allow_empty=False)


class DeliveryRow(serializers.ModelSerializer[Delivery]):
    """A message: how often it was sent, and what the last answer was."""

    class Meta:
        model = Delivery
        fields = ("id", "kind", "state", "attempts", "created_at", "due_at", "status", "answer")


class WebhookRow(serializers.ModelSerializer[Webhook]):
    """An address with its last messages."""

    deliveries = serializers.SerializerMethodField()

    class Meta:
        model = Webhook
        fields: tuple[str, ...] = ("id", "url", "kinds", "created_at", "deliveries")

    @extend_schema_field(DeliveryRow(many=True))
    def get_deliveries(self, webhook: Webhook) -> Any:
        """Return the last messages, the newest first."""
        return DeliveryRow(webhooks.latest(webhook), many=True).data


class MadeWebhook(WebhookRow):
    """A new webhook with the secret that signs its messages, which is shown this once."""

    class Meta(WebhookRow.Meta):
        fields = (*WebhookRow.Meta.fields, "secret")


class Webhooks(ProjectView):
    """Who is told what happens in the project."""

    roles = {"GET": MANAGERS, "POST": MANAGERS}
    acts = {"POST": "webhook.made"}

    @extend_schema(responses=WebhookRow(many=True))
    def get(self, request: Request, project_id: int) -> Response:
        """List the addresses, each with its last messages."""
        return Response(WebhookRow(self.project.webhooks.order_by("pk"), many=True).data)

    @extend_schema(request=NewWebhook, responses={201: MadeWebhook})
    def post(self, request: Request, project_id: int) -> Response:
        """Register an address. The answer has the secret, this once."""
        asked = parse(NewWebhook, request)
        made = webhooks.create(self.project, url=asked["url"], kinds=list(asked["kinds"]), actor=self.user)
        return Response(MadeWebhook(made).data, status=201)


class WebhookDetail(ProjectView):
    """One address."""

    roles = {"DELETE": MANAGERS}
    acts = {"DELETE": "webhook.removed"}

    @extend_schema(responses={204: None})
    def delete(self, request: Request, project_id: int, webhook_id: int) -> Response:
        """Tell it nothing any more; what is on its way is dropped."""
        webhooks.remove(webhooks.find(self.project, webhook_id))
        return Response(status=204)


class WebhookTest(ProjectView):
    """A trial of an address."""

    roles = {"POST": MANAGERS}
    acts = {"POST": "webhook.tested"}

    @extend_schema(request=None, responses={202: DeliveryRow})
    def post(self, request: Request, project_id: int, webhook_id: int) -> Response:
        """Send a message that tells of nothing; the list says what came of it."""
        delivery = webhooks.test(webhooks.find(self.project, webhook_id))
        return Response(DeliveryRow(delivery).data, status=202)
