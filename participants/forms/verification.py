"""What the queue of self-registrations shows: whose turn it is, and from where."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from okoce.accounts.scope import scope_of
from okoce.ui import forms
from participants import areas, searching
from participants.querysets import SelfRegistrationQuerySet

WAITING, ASKED, DECIDED = "", "tanya", "selesai"
CAP = 999


class VerificationFilter(forms.FilterForm):
    keadaan = forms.CharField(widget=forms.HiddenInput)
    nama = forms.CharField(label=gettext_lazy("Name or NIK"), max_length=60)
    kelurahan = forms.ChoiceField(label=gettext_lazy("Kelurahan"))
    kecamatan = forms.ChoiceField(label=gettext_lazy("Kecamatan"))

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = scope_of(user)
        if scope.kecamatan:
            del self.fields["kecamatan"]
            inside = areas.kelurahan_within(scope.kecamatan)
            self.fields["kelurahan"].choices = [("", _("All kelurahan")), *inside]
        else:
            del self.fields["kelurahan"]
            inside = areas.kecamatan_within(scope.city or areas.JAKARTA)
            self.fields["kecamatan"].choices = [("", _("All kecamatan")), *inside]

    @property
    def state(self) -> str:
        chosen = self.chosen.get("keadaan", WAITING)
        return chosen if chosen in (ASKED, DECIDED) else WAITING

    @property
    def name(self) -> str:
        """What is looked for; never a personal number."""
        return searching.tidy(self.chosen.get("nama", ""))

    def address(self, *, name: str) -> str:
        """The queue with what is chosen, for somebody who looks for ``name``."""
        chosen = {key: value for key, value in {**self.chosen, "nama": name}.items() if value}
        return f"{reverse('participants:verifications')}?{urlencode(chosen)}"

    @property
    def order(self) -> tuple[str, str]:
        return ("-decided_at", "-pk") if self.state == DECIDED else ("submitted_at", "pk")

    def _in_place(self, rows: SelfRegistrationQuerySet) -> SelfRegistrationQuerySet:
        place = {f"{k}_id": v for k, v in self.chosen.items() if k in ("kelurahan", "kecamatan")}
        return rows.filter(**place)

    def rows_of(self, rows: SelfRegistrationQuerySet) -> SelfRegistrationQuerySet:
        inside = self._in_place(rows)
        if self.state == DECIDED:
            return inside.decided()
        return inside.asked() if self.state == ASKED else inside.waiting()

    def tabs(self, rows: SelfRegistrationQuerySet) -> list[dict[str, Any]]:
        inside = self._in_place(rows)
        kept = {k: v for k, v in self.chosen.items() if k in ("kelurahan", "kecamatan")}
        if self.name:
            kept["nama"] = self.name
        place = f"&{urlencode(kept)}" if kept else ""
        shown = (
            (WAITING, _("To be checked"), inside.waiting()),
            (ASKED, _("Waiting for an answer"), inside.asked()),
        )
        tabs = [
            {
                "url": f"?keadaan={code}{place}",
                "label": label,
                "count": found.order_by()[: CAP + 1].count(),
                "is_current": code == self.state,
            }
            for code, label, found in shown
        ]
        decided = {"label": _("Decided"), "count": None, "is_current": self.state == DECIDED}
        return [*tabs, {**decided, "url": f"?keadaan={DECIDED}{place}"}]
