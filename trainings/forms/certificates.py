"""Why a certificate is changed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from okoce.ui import forms


class CertificateReasonForm(forms.Form):
    """Why a certificate is issued anew or withdrawn; kept, and shown to the offices only."""

    reason = forms.CharField(
        label=_("Reason"), max_length=200, help_text=_("Kept with the certificate; only the offices see it")
    )

    def clean_reason(self) -> str:
        return " ".join(self.cleaned_data["reason"].split())
