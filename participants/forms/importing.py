"""What an office gives when it uploads and saves a list."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import BooleanField, FileField
from django.forms.widgets import ClearableFileInput
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.ui import forms
from participants.import_words import refusal
from participants.importing import guard
from participants.importing.codes import ImportRefused

EARLIEST = date(2017, 1, 1)  # the programme's first year


class UploadForm(forms.Form):
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
    as_of = forms.DateField(
        label=gettext_lazy("Date of the list"),
        help_text=gettext_lazy("Ages are counted on this day: participants are at least 17"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.content = b""
        self.fields["as_of"].initial = timezone.localdate()

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
    """The cells of one row that was not accepted, as they stand in the file. The NIK is typed anew."""

    nama = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=200)
    nik = forms.CharField(
        label=gettext_lazy("NIK"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("Left empty, the NIK of the file stays"),
    )
    tgl_lahir = forms.CharField(label=gettext_lazy("Birth date"), required=False, max_length=40)
    kecamatan = forms.CharField(label=gettext_lazy("Kecamatan"), required=False, max_length=60)
    kelurahan = forms.CharField(label=gettext_lazy("Kelurahan"), required=False, max_length=60)
    hp = forms.CharField(
        label=gettext_lazy("Phone"),
        required=False,
        max_length=60,
        help_text=gettext_lazy("Left empty, the number of the file stays"),
    )
    marks_optional = False
