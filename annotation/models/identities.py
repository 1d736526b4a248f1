"""Identities: who a person is to an OpenID provider."""

from django.conf import settings
from django.db import models


class Identity(models.Model):
    """An account's holder, as the provider `issuer` names them. The two together name one person for good."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="identities")
    issuer = models.CharField(max_length=500)
    subject = models.CharField(max_length=255)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["issuer", "subject"], name="an_identity_has_one_account"),
        ]
