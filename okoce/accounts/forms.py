"""Forms of the sign-in pages. allauth's views call them; they carry our fields and words."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.forms import LoginForm
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from okoce.accounts import services
from okoce.accounts.models import Membership, User
from okoce.ui import forms

LENGTH_HINT = _("At least 12 characters. Four words that you remember are easy to type and hard to guess")


def _password(label: Any, *, is_new: bool, hint: Any = "") -> forms.CharField:
    autocomplete = "new-password" if is_new else "current-password"
    return forms.CharField(
        label=label,
        help_text=hint,
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete, "class": forms.LONG}),
    )


class _SignInFields(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"] = forms.CharField(
            label=_("User name or e-mail"),
            max_length=254,
            widget=forms.TextInput(
                attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
            ),
        )
        self.fields["password"] = _password(_("Password"), is_new=False)
        self.order_fields(["login", "password"])


class StaffSignInForm(forms.Form, _SignInFields):
    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """As allauth's, which then sets the session's end; ours is the absolute limit of staff."""
        response = super().login(request, redirect_url)
        request.session.set_expiry(settings.STAFF_SESSION_HOURS * 3600)
        return response


class ResetPasswordForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"),
        help_text=_("The address your office registered for you"),
        widget=forms.TextInput(attrs={"type": "email", "autocomplete": "email"}),
    )

    def save(self, request: HttpRequest) -> None:
        services.request_password_letter(email=self.cleaned_data["email"])


class _NewPassword(forms.Form):
    """Two fields for a new password of ``self.user``."""

    password1 = _password(_("New password"), is_new=True, hint=LENGTH_HINT)
    password2 = _password(_("The new password once more"), is_new=True)

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_password1(self) -> str:
        return get_adapter().clean_password(self.cleaned_data["password1"], user=self.user)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        one, two = cleaned.get("password1"), cleaned.get("password2")
        if one and two and one != two:
            self.add_error(
                "password2", ValidationError(_("The two passwords differ. Type the same one twice"))
            )
        return cleaned

    def save(self) -> None:
        get_adapter().set_password(self.user, self.cleaned_data["password1"])


class ResetPasswordKeyForm(_NewPassword):
    def __init__(self, *args: Any, temp_key: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)


class ChangePasswordForm(_NewPassword):
    oldpassword = _password(_("Present password"), is_new=False)
    field_order = ["oldpassword", "password1", "password2"]

    def clean_oldpassword(self) -> str:
        if not self.user.check_password(self.cleaned_data["oldpassword"]):
            raise get_adapter().validation_error("enter_current_password")
        return self.cleaned_data["oldpassword"]


class UnitForm(forms.Form):
    """The units a person works for; nobody is offered anybody else's."""

    unit = forms.ChoiceField(label=_("Unit"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, memberships: list[Membership], **kwargs: Any) -> None:
        self.memberships = {str(m.pk): m for m in memberships}
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = [
            (pk, f"{m.unit_name} ({m.get_role_display()})") for pk, m in self.memberships.items()
        ]

    @property
    def membership(self) -> Membership:
        return self.memberships[self.cleaned_data["unit"]]
