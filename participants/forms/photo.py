"""A photo of an identity card."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from okoce.db import images
from okoce.ui import forms


class PhotoInput(forms.FileInput):
    """Opens the camera or the gallery; a telephone then converts its own formats to what is accepted."""

    def __init__(self) -> None:
        super().__init__(attrs={"accept": images.ACCEPTED})


class PhotoField(forms.FileField):
    """Cleaned to a small JPEG without anything but the picture (okoce.db.images)."""

    widget = PhotoInput

    def clean(self, value: Any, initial: Any = None) -> bytes | None:
        upload = super().clean(value, initial)
        return images.clean_photo(upload) if upload else None

    def to_python(self, data: Any) -> Any:
        if data is not None and data is not False and getattr(data, "size", 1) == 0:
            return data  # clean_photo says that it is empty, in its own words
        return super().to_python(data)


class PhotoForm(forms.Form):
    photo = PhotoField(label=_("Photo of the identity card"), max_length=255)
