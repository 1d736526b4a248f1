"""How often links for forgotten passwords are asked for. The links are signed, not stored."""

from django.db import models


class ResetAsked(models.Model):
    """Somebody asked for a link, whether or not there is such an account; forgotten after an hour."""

    address_hmac = models.CharField(max_length=64, help_text="from where, known again and never read")
    at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [models.Index(fields=["address_hmac"], name="asked_from_an_address")]
