"""Writing a message to many, and the prices of channels."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from okoce.notifications import announcements, audiences, prices
from okoce.notifications.audiences import Audience
from okoce.notifications.enums import Category, Channel
from okoce.notifications.models import Campaign
from okoce.ui import forms


class CampaignForm(forms.Form):
    """The questions of the audience stand first, under their own names."""

    title = forms.CharField(
        label=_("Your name for this message"), max_length=100, help_text=_("Only offices read it.")
    )
    announcement = forms.CharField(
        label=_("Announcement"),
        max_length=announcements.LONGEST,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_(
            "One or two sentences, at most 280 characters. {name} becomes the name of whoever reads it. No "
            "NIK, phone number, amount or address."
        ),
    )
    page = forms.ChoiceField(label=_("The link leads to"))

    def __init__(self, *args: Any, audience: Audience, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.audience = audience
        self.fields["page"].choices = audiences.pages()  # type: ignore[attr-defined]
        asked = {}
        for name, question in audience.questions.items():
            options = list(question.options(user))
            if not options and question.is_open:
                continue
            empty = _("All") if question.is_open else _("Choose")
            asked[name] = forms.ChoiceField(
                label=question.label, choices=[("", empty), *options], required=not question.is_open
            )
        self.fields = {**asked, **self.fields}
        for field in asked.values():
            if field.required:
                self._say_what_is_missing(field, field.label)

    def clean_announcement(self) -> str:
        line = " ".join(self.cleaned_data["announcement"].split())
        if found := announcements.problems_of(line):
            raise ValidationError(found)
        return line

    def fill(self, campaign: Campaign) -> Campaign:
        said = self.cleaned_data
        campaign.title, campaign.announcement = said["title"], said["announcement"]
        campaign.page, campaign.audience = said["page"], self.audience.code
        campaign.choices = {name: said[name] for name in self.audience.questions if said.get(name)}
        return campaign


class PriceForm(forms.Form):
    what = forms.ChoiceField(label=_("What"))
    rupiah = forms.RupiahField(label=_("Price of one message"), help_text=_("For SMS: of one part."))
    valid_from = forms.DateField(label=_("From"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (f"{channel}:{category}", label_of(channel, category)) for channel, category in prices.PRICED
        ]

    @property
    def priced(self) -> tuple[Channel, str]:
        channel, _colon, category = self.cleaned_data["what"].partition(":")
        return Channel(channel), category


def label_of(channel: str, category: str) -> str:
    label = str(Channel(channel).label)
    return f"{label}, {Category(category).label}" if category else label
