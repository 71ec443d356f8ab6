"""Papers from a vendor's phone, and what an office says about one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from bazaars.models import PaperKind
from okoce.db.images import ACCEPTED, LARGEST_BYTES, MEGABYTE
from okoce.ui import forms
from okoce.values import text as text_values
from participants.forms.dossier import photo_or_pdf


class PaperField(forms.FileField):
    """Cleaned to (content, content type), or None where nothing was chosen."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        upload = super().clean(data, initial)
        return photo_or_pdf(upload) if upload else None


class SendPapersForm(forms.Form):
    """One file for each paper that is ``wanted``. ``must``: the button for papers was pressed."""

    def __init__(self, *args: Any, wanted: Sequence[PaperKind], must: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted, self.must = wanted, must
        for kind in wanted:
            self.fields[f"file-{kind.pk}"] = PaperField(
                label=_("Photo or PDF: %(paper)s") % {"paper": kind.name},
                required=False,
                allow_empty_file=True,
                help_text=_("JPEG, PNG, WebP or PDF, at most 8 MB. It is kept sealed"),
                widget=forms.FileInput(
                    attrs={
                        "accept": f"{ACCEPTED},application/pdf",
                        "data-most": LARGEST_BYTES,
                        "data-too-large": _("This file is larger than %(most)d MB. Choose a smaller one")
                        % {"most": LARGEST_BYTES // MEGABYTE},
                    }
                ),
            )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if self.must and self.wanted and not self.errors and not any(data.values()):
            self.add_error(f"file-{self.wanted[0].pk}", _("Choose the photo or PDF first"))
        return data

    @property
    def files_sent(self) -> list[tuple[PaperKind, bytes, str]]:
        """(kind, content, content type) of each that was chosen."""
        chosen = [(kind, self.cleaned_data.get(f"file-{kind.pk}")) for kind in self.wanted]
        return [(kind, *file) for kind, file in chosen if file]


class DecidePaperForm(forms.Form):
    """What an office says after it has looked."""

    decision = forms.ChoiceField(
        label=_lazy("Your decision"),
        widget=forms.RadioSelect,
        choices=[("accept", _lazy("Accept: legible and in order")), ("refuse", _lazy("Refuse"))],
    )
    valid_until = forms.DateField(
        label=_lazy("Valid until"), required=False, help_text=_lazy("Empty when it has no end")
    )
    reason = forms.CharField(
        label=_lazy("Why not?"),
        required=False,
        max_length=200,
        help_text=_lazy("Only when you refuse. The vendor reads it and can send another"),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        until, decision = data.get("valid_until"), data.get("decision")
        data["reason"] = text_values.clean(data.get("reason") or "")
        if decision == "accept" and until and until < self.today:
            self.add_error("valid_until", _("This day is over: a paper that has run out is refused"))
        if decision == "refuse" and not data["reason"] and "reason" not in self.errors:
            self.add_error("reason", ValidationError(_("Say why, so that the vendor can mend it")))
        return data
