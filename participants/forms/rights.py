"""Writing down and answering requests about own data."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.notifications import safety
from okoce.ui import forms
from okoce.values import names
from okoce.values import text as text_values
from participants.enums import Channel, LegalRefusal, RequestKind, Sex
from participants.forms.registration import clean_name
from participants.models import DataRequest, Participant
from participants.services.rights import CORRECTABLE

BY_STAFF = [(channel.value, channel.label) for channel in (Channel.COUNTER, Channel.PHONE, Channel.LETTER)]
LONGEST_NOTE = 1000
OLDEST = timedelta(days=30)


def without_numbers(text: str) -> str:
    """Answers are read by others too: no NIK, phone number or amount stands in them."""
    if safety.problem_in(text):
        raise ValidationError(
            _("Leave out NIK, phone numbers, amounts and full addresses. The person knows them")
        )
    return text


class ChannelForm(forms.Form):
    """By which way the person said so, for a consent written down by an officer."""

    channel = forms.ChoiceField(label=gettext_lazy("How did the person say it?"), choices=BY_STAFF)


class EntryForm(forms.Form):
    """A request that came at the counter, by phone or by letter. The clock begins when it arrived."""

    kind = forms.ChoiceField(
        label=gettext_lazy("What does the person ask for?"),
        choices=RequestKind.choices,
        widget=forms.RadioSelect,
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("How did it arrive?"), choices=BY_STAFF, widget=forms.RadioSelect
    )
    received_on = forms.DateField(label=gettext_lazy("Arrived on"))
    received_time = forms.TimeField(label=gettext_lazy("At what time"))
    note = forms.CharField(
        label=gettext_lazy("In the person's words"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_NOTE,
        required=False,
    )

    def __init__(self, *args: Any, now: datetime, **kwargs: Any) -> None:
        self.now = timezone.localtime(now)
        kwargs.setdefault(
            "initial",
            {
                "channel": Channel.COUNTER,
                "received_on": self.now.date(),
                "received_time": self.now.strftime("%H:%M"),
            },
        )
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        day, time = data.get("received_on"), data.get("received_time")
        if day and time:
            came = timezone.make_aware(datetime.combine(day, time))
            if came > self.now + timedelta(minutes=1):
                self.add_error("received_on", _("This lies in the future. Write when the request arrived"))
            elif came < self.now - OLDEST:
                self.add_error("received_on", _("This is more than 30 days ago. Compare the date"))
            data["received_at"] = came
        return data


class WishForm(forms.Form):
    """What a person wants to add to a request."""

    note = forms.CharField(
        label=gettext_lazy("What should the office know?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LONGEST_NOTE,
        required=False,
    )


class CorrectionForm(forms.Form):
    """The person's own data as it is, to be written over where it is wrong."""

    full_name = forms.CharField(label=gettext_lazy("Full name"), max_length=names.MAX_LENGTH)
    birth_date = forms.DateField(label=gettext_lazy("Birth date"))
    birth_place = forms.CharField(label=gettext_lazy("Birth place"), required=False, max_length=60)
    sex = forms.ChoiceField(label=gettext_lazy("Sex"), choices=Sex.choices, widget=forms.RadioSelect)
    phone = forms.PhoneField(label=gettext_lazy("New phone number"), mobile_only=True, required=False)
    email = forms.EmailField(label=gettext_lazy("E-mail"), required=False)
    address = forms.CharField(label=gettext_lazy("Address"), required=False, max_length=200)
    rt = forms.CharField(label=gettext_lazy("RT"), required=False, max_length=3)
    rw = forms.CharField(label=gettext_lazy("RW"), required=False, max_length=3)
    note = forms.CharField(
        label=gettext_lazy("What should the office know?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_NOTE,
        required=False,
    )

    def __init__(self, *args: Any, participant: Participant, today: date, **kwargs: Any) -> None:
        self.participant, self.today = participant, today
        kwargs.setdefault(
            "initial", {name: getattr(participant, name) for name in CORRECTABLE if name != "phone"}
        )
        super().__init__(*args, **kwargs)
        if participant.phone_lookup:
            self.fields["phone"].help_text = _("Now %(phone)s. Leave empty to keep it") % {
                "phone": participant.masked_phone.replace("*", "•")
            }

    def clean_full_name(self) -> str:
        return clean_name(self.cleaned_data["full_name"])

    def clean_address(self) -> str:
        return text_values.clean(self.cleaned_data["address"])

    def clean_birth_date(self) -> date:
        born: date = self.cleaned_data["birth_date"]
        if born > self.today:
            raise ValidationError(_("The birth date lies in the future. Compare it with the identity card"))
        return born

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not self.errors and not self.proposed() and not data.get("note"):
            raise ValidationError(_("Nothing is different yet. Write over what is wrong, or describe it"))
        return data

    def proposed(self) -> dict[str, str]:
        """Only what differs from today's data, as text."""
        found = {}
        for name in CORRECTABLE:
            value = self.cleaned_data.get(name)
            if name == "phone" and not value:
                continue
            if value is not None and value != getattr(self.participant, name):
                found[name] = value.isoformat() if isinstance(value, date) else str(value)
        return found


class GrantForm(forms.Form):
    """``accepted`` is there for a correction, ``told`` for an erasure: nobody can be written to after it."""

    accepted = forms.MultipleChoiceField(
        label=gettext_lazy("What is taken over"), widget=forms.CheckboxSelectMultiple, required=False
    )
    told = forms.ChoiceField(
        label=gettext_lazy("How have you told the person that the data will be erased?"),
        choices=BY_STAFF,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Afterwards there is no number or address any more"),
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to the person"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
    )
    is_sure = forms.BooleanField(
        label=gettext_lazy("The person has shown the identity card, and this cannot be undone")
    )

    def __init__(
        self, *args: Any, request_row: DataRequest, proposals: list[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        is_erasure = request_row.kind == RequestKind.ERASURE
        if proposals:
            self.fields["accepted"].choices = proposals
            self.fields["accepted"].initial = [name for name, _label in proposals]
        else:
            del self.fields["accepted"]
        if is_erasure:
            del self.fields["answer"]
        else:
            del self.fields["told"], self.fields["is_sure"]

    def clean_answer(self) -> str:
        return without_numbers(text_values.clean(self.cleaned_data["answer"]))


class RefuseForm(forms.Form):
    refusal = forms.ChoiceField(
        label=gettext_lazy("Reason by law"), choices=LegalRefusal.choices, widget=forms.RadioSelect
    )
    answer = forms.CharField(
        label=gettext_lazy("Answer to the person"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=500,
        help_text=gettext_lazy("Say what the person can do: bring papers, ask again, complain to the DPO"),
    )

    def clean_answer(self) -> str:
        return without_numbers(text_values.clean(self.cleaned_data["answer"]))


class QueueFilter(forms.FilterForm):
    keadaan = forms.ChoiceField(label=gettext_lazy("State"))
    jenis = forms.ChoiceField(label=gettext_lazy("What is asked for"))

    OPEN, LATE, ANSWERED = "menunggu", "terlambat", "dijawab"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keadaan"].choices = [
            ("", _("Waiting for an answer")),
            (self.LATE, _("Overdue")),
            (self.ANSWERED, _("Answered")),
        ]
        self.fields["jenis"].choices = [("", _("Everything")), *RequestKind.choices]
