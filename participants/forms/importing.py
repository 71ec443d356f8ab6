"""What an office gives when it uploads and saves a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BooleanField, FileField
from django.forms.widgets import ClearableFileInput
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.organisations.models import Organisation
from okoce.ui import forms
from participants import import_fields, import_groups, import_words
from participants.import_words import refusal
from participants.importing import guard
from participants.importing.codes import ImportRefused

EARLIEST = date(2017, 1, 1)  # the programme's first year


class _ListForm(forms.Form):
    """Whose list it is, and the day its ages are counted on."""

    organisation = forms.ChoiceField(
        label=gettext_lazy("Whose list is it"),
        help_text=gettext_lazy(
            "The agency that collected these people. A list of another agency is saved after a second "
            "person has agreed"
        ),
    )
    as_of = forms.DateField(
        label=gettext_lazy("Date of the list"),
        help_text=gettext_lazy("Ages are counted on this day: participants are at least 17"),
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        membership = user.active_membership
        self.organisations = _senders(membership.area_id, membership.organisation)
        self.fields["organisation"].choices = [(one.pk, one.name) for one in self.organisations]
        self.fields["organisation"].initial = membership.organisation_id
        self.fields["organisation"].required = False  # left out, it is the officer's own
        self.fields["as_of"].initial = timezone.localdate()
        self._own = membership.organisation

    def clean_organisation(self) -> Organisation | None:
        chosen = self.cleaned_data["organisation"]
        return next((one for one in self.organisations if one.pk == chosen), self._own)

    def clean_as_of(self) -> date:
        day: date = self.cleaned_data["as_of"]
        if day > timezone.localdate():
            raise ValidationError(
                _("This day is in the future. Write the day the list was made"), code="future"
            )
        if day < EARLIEST:
            raise ValidationError(
                _("The programme began in 2017. Write the day the list was made"), code="early"
            )
        return day


def _senders(city: str, own: Organisation | None) -> list[Organisation]:
    """The officer's own unit first, then every unit of the city that could send a list."""
    units = Organisation.objects.of_city(city).valid_on(timezone.localdate()).order_by("name")
    first = [own] if own is not None else []
    return [*first, *(one for one in units if own is None or one.pk != own.pk)]


class UploadForm(_ListForm):
    """A file, and the day its ages are counted on. The file's content is read once, into ``content``."""

    file = FileField(
        label=gettext_lazy("Registration list"),
        help_text=gettext_lazy(
            "Excel (.xlsx, .xls), OpenDocument (.ods) or CSV, at most 48 MB and 300,000 people. One row must "
            "say “Nama” and “NIK”; its place and the other columns do not matter."
        ),
        widget=ClearableFileInput(
            attrs={"accept": ".xlsx,.xlsm,.xls,.ods,.csv,.txt", "class": "form-control"}
        ),
        error_messages={
            "required": gettext_lazy("No file was chosen. Choose the registration list on your computer"),
            "empty": gettext_lazy("The file is empty. Open the list, save it again, and upload it anew"),
            "missing": gettext_lazy("No file was chosen. Choose the registration list on your computer"),
        },
    )
    field_order = ("file", "organisation", "as_of")
    marks_optional = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content = b""

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        try:
            if upload.size > guard.MAX_BYTES:
                raise ImportRefused("too_big", size=upload.size, limit=guard.MAX_BYTES)
            self.content = upload.read()
            guard.inspect(self.content)
        except ImportRefused as refused:
            raise ValidationError(str(refusal(refused.code, refused.params)), code=refused.code) from refused
        return upload


class PasteForm(_ListForm):
    """Rows copied from a chat or a sheet. The text is read like a file, into ``content``."""

    text = forms.CharField(
        label=gettext_lazy("Rows"),
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": "12", "spellcheck": "false", "autocomplete": "off"}),
        help_text=gettext_lazy(
            "One person a line, for example: 1. Siti Rahmawati 3173… 0812…. Rows copied from Excel or "
            "WhatsApp are read as they are"
        ),
        error_messages={
            "required": gettext_lazy("There is nothing here yet. Paste the rows, then check them")
        },
    )
    field_order = ("text", "organisation", "as_of")
    marks_optional = False

    @property
    def content(self) -> bytes:
        return str(self.cleaned_data["text"]).encode()


class SaveForm(forms.Form):
    """The last question before people become participants."""

    messages_consented = BooleanField(
        required=False,
        label=gettext_lazy("The people on this list agreed on their registration forms to receive messages"),
        help_text=gettext_lazy(
            "Without it nobody on the list gets invitations or reminders until they agree themselves"
        ),
    )


class RowForm(forms.Form):
    """The cells of one row as they stand in the file. NIK, phone and birth date are typed anew."""

    nama = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=200)
    nik = forms.CharField(
        label=gettext_lazy("NIK"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Left empty, the NIK of the file stays"),
    )
    tempat_lahir = forms.CharField(label=gettext_lazy("Place of birth"), required=False, max_length=60)
    tgl_lahir = forms.CharField(
        label=gettext_lazy("Birth date"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Left empty, the birth date of the file stays"),
    )
    jenis_kelamin = forms.CharField(
        label=gettext_lazy("Sex"), required=False, max_length=20, help_text=gettext_lazy("L or P")
    )
    alamat = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=200)
    rtrw = forms.CharField(label=gettext_lazy("RT/RW"), required=False, max_length=30)
    kelurahan = forms.CharField(label=gettext_lazy("Kelurahan"), required=False, max_length=60)
    kecamatan = forms.CharField(label=gettext_lazy("Kecamatan"), required=False, max_length=60)
    hp = forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Left empty, the number of the file stays"),
    )
    email = forms.CharField(label=gettext_lazy("E-mail"), required=False, max_length=254)
    jenis_usaha = forms.CharField(label=gettext_lazy("Kind of business"), required=False, max_length=60)
    nama_usaha = forms.CharField(label=gettext_lazy("Name of the business"), required=False, max_length=100)
    status_usaha = forms.CharField(
        label=gettext_lazy("Business running already"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("“sudah” or “belum”"),
    )
    marks_optional = False

    def changes(self) -> dict[str, str]:
        """What was sent; an empty NIK, phone or birth date keeps that of the file, an absent cell too."""
        return {
            name: text
            for name, text in self.cleaned_data.items()
            if name in self.data and (text or name not in import_fields.HIDDEN)
        }


class CauseForm(forms.Form):
    """One replacement for all rows with the same words: "Kebun Jeruk" becomes "Kebon Jeruk"."""

    sebab = forms.CharField(max_length=24)
    ganti = forms.CharField(
        max_length=20,
        error_messages={"required": gettext_lazy("Choose what the words are to be replaced by")},
    )

    def __init__(self, *args: Any, city: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._city = city

    def clean_sebab(self) -> str:
        cause: str = self.cleaned_data["sebab"]
        if cause not in import_fields.GROUPED:
            raise ValidationError(_("This cause is mended row by row"), code="cause")
        return cause

    def clean_ganti(self) -> str:
        choice: str = self.cleaned_data["ganti"]
        if import_groups.replacement(choice, self._city) is None:
            raise ValidationError(_("Choose what the words are to be replaced by"), code="choice")
        return choice

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        # Without words it means all rows of the cause: only where their words are not kept.
        cause = data.get("sebab", "")
        if cause and not cause.startswith("W_") and len(self.written) < len(import_fields.GROUPED[cause]):
            raise ValidationError(_("This cause is mended row by row"), code="cause")
        return data

    @property
    def written(self) -> dict[str, str]:
        """The words of the group, as the report sent them; none for all rows of a warning."""
        fields = import_fields.GROUPED[self.cleaned_data["sebab"]]
        sent = {name: self.data.get(f"tulisan_{name}") for name in fields}
        return {name: str(text)[:60] for name, text in sent.items() if text is not None}

    @property
    def changes(self) -> dict[str, str]:
        return import_groups.replacement(self.cleaned_data["ganti"], self._city) or {}


class TakeForm(forms.Form):
    """What of registered people is taken over from the list; nothing chosen: all stays as it is."""

    ambil = forms.MultipleChoiceField(
        label=gettext_lazy("Take over from the list"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=list(import_words.TAKE_LABELS.items()),
    )
    marks_optional = False

    def __init__(self, *args: Any, only: Sequence[str] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if only is not None:
            self.fields["ambil"].choices = [(name, import_words.TAKE_LABELS[name]) for name in only]


class PassForm(forms.Form):
    """Warnings that an officer has looked at: the rows are right all the same, and why."""

    alasan = forms.ChoiceField(
        label=gettext_lazy("Why they are right"),
        choices=[("", gettext_lazy("Choose")), *import_words.PASS_REASONS.items()],
        error_messages={
            "required": gettext_lazy("Choose why the rows are right although they are warned of")
        },
    )
    marks_optional = False


class SendBackForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("What has to be mended first"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": "3"}),
        help_text=gettext_lazy("Your colleague reads this. Do not write a NIK or a phone number"),
    )

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"]
        if sum(char.isdigit() for char in reason) >= 9:
            raise ValidationError(
                _("There seems to be a NIK or a phone number in it. Name the row instead"), code="number"
            )
        return reason
