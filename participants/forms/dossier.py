"""Notes and papers."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.db.images import ACCEPTED, LARGEST_BYTES, MEGABYTE, clean_photo
from okoce.ui import forms
from okoce.values import text as text_values
from participants.models import DocumentKind

PDF = b"%PDF-"
# What a PDF may not carry along: code that runs, programs that start, files inside the file.
ACTIVE = (b"/JavaScript", b"/JS ", b"/JS(", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")


def photo_or_pdf(upload: Any) -> tuple[bytes, str]:
    """(content, content type): a PDF as it is, a picture as a fresh JPEG."""
    upload.seek(0)
    content = upload.read(LARGEST_BYTES + 1)
    if not content.startswith(PDF):
        return clean_photo(content), "image/jpeg"
    if len(content) > LARGEST_BYTES:
        raise ValidationError(
            _("The file is larger than %(most)d MB. Send it in smaller parts, or take a photo of it")
            % {"most": LARGEST_BYTES // MEGABYTE}
        )
    if b"%%EOF" not in content[-2048:]:
        raise ValidationError(_("The PDF is damaged or was cut off on its way. Choose it again"))
    if any(mark in content for mark in ACTIVE):
        raise ValidationError(_("This PDF carries programs or files. Print it anew, or take a photo"))
    return content, "application/pdf"


class NoteForm(forms.Form):
    text = forms.CharField(
        label=gettext_lazy("New note"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("What was said or agreed. Your name and the time stand with it"),
    )
    is_sensitive = forms.BooleanField(
        label=gettext_lazy("Sensitive: stays with our office when the person moves"), required=False
    )

    def __init__(self, *args: Any, may_be_sensitive: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_be_sensitive:
            del self.fields["is_sensitive"]

    def clean_text(self) -> str:
        lines = (text_values.clean(line) for line in self.cleaned_data["text"].splitlines())
        text = "\n".join(lines).strip()
        if not text:
            raise ValidationError(_("Write what was said or agreed"))
        return text


class DocumentForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What is it?"), choices=[("", gettext_lazy("Choose")), *DocumentKind.choices]
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=80,
        required=False,
        help_text=gettext_lazy("Write no NIK and no phone number here"),
    )
    file = forms.FileField(
        label=gettext_lazy("Photo or PDF"),
        help_text=gettext_lazy("JPEG, PNG, WebP or PDF, at most 8 MB. It is kept sealed"),
        widget=forms.FileInput(attrs={"accept": f"{ACCEPTED},application/pdf"}),
    )

    def clean_title(self) -> str:
        title = text_values.clean(self.cleaned_data["title"])
        if sum(character.isdigit() for character in title) >= 9:
            raise ValidationError(_("Leave long numbers out of the title"))
        return title

    def clean_file(self) -> tuple[bytes, str]:
        return photo_or_pdf(self.cleaned_data["file"])
