"""People who sign in, and what each may do where."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from okoce.accounts.querysets import MembershipQuerySet, SignInQuerySet
from okoce.accounts.roles import Role
from okoce.db.models import Period
from okoce.organisations.models import Organisation
from okoce.regions.models import Region


class UserManager(BaseUserManager):
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> User:
        fields["email"] = fields.get("email", "").lower()  # sign-in by e-mail looks for it in small letters
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, PermissionsMixin):
    """Staff sign in with user name and password; participants with a code sent to their phone."""

    username = models.CharField(_("user name"), max_length=60, unique=True)
    full_name = models.CharField(_("full name"), max_length=100)
    email = models.EmailField(blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    language = models.CharField(max_length=2, default="id")
    session_epoch = models.PositiveIntegerField(
        default=0, help_text="raised by one, it ends every session that began before"
    )

    objects = UserManager()

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    # Set for a request by MembershipMiddleware, or by `acting_as`: which unit the person works for now.
    active_membership: Membership | None = None

    class Meta:
        ordering = ["username"]
        constraints = [
            models.UniqueConstraint(
                name="accounts_user_email_once", fields=["email"], condition=~models.Q(email="")
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        return self.full_name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bound to the password, as Django's own, and to the epoch: raising it ends all other sessions."""
        parts = f"{self.password}|{self.session_epoch}"
        return salted_hmac("okoce.accounts.session", parts, secret=secret, algorithm="sha256").hexdigest()

    def acting_as(self, membership: Membership | None) -> User:
        """The same person with ``membership`` as the unit they work for."""
        self.active_membership = membership
        return self


class Membership(Period):
    """Role × organisation × area, from a day until a day."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    organisation = models.ForeignKey(Organisation, null=True, blank=True, on_delete=models.PROTECT)
    area = models.ForeignKey(Region, null=True, blank=True, on_delete=models.PROTECT)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["user", "role"]
        constraints = [
            models.CheckConstraint(
                name="accounts_membership_area_where_role_needs_it",
                condition=~models.Q(role__in=["sudin", "kecamatan"]) | models.Q(area__isnull=False),
            ),
            models.CheckConstraint(
                name="accounts_membership_organisation_of_pengampu",
                condition=~models.Q(role="pengampu") | models.Q(organisation__isnull=False),
            ),
            models.UniqueConstraint(
                name="accounts_membership_once",
                fields=["user", "role", "organisation", "area"],
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.unit_name}"

    @property
    def unit_name(self) -> str:
        """What stands under the mark, so that a person with two roles knows where they are."""
        if self.organisation is not None:
            return self.organisation.short_name
        return self.area.short_name if self.area is not None else str(self.get_role_display())

    def is_valid_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


class SignIn(models.Model):
    """A place where somebody is signed in, so that they can look for one that is not theirs."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="sign_ins")
    kind = models.CharField(max_length=12, help_text="okoce.accounts.sessions: decides how long it lives")
    browser = models.CharField(
        max_length=60, blank=True, help_text="e.g. Chrome, Windows; never the whole agent"
    )
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SignInQuerySet.as_manager()

    class Meta:
        ordering = ["-seen_at", "-pk"]
        indexes = [models.Index(name="accounts_signin_newest", fields=["user", "-seen_at"])]
        constraints = [
            models.CheckConstraint(
                name="accounts_signin_seen_after_start",
                condition=models.Q(seen_at__gte=models.F("started_at")),
            ),
            models.CheckConstraint(
                name="accounts_signin_ended_after_start",
                condition=models.Q(ended_at__isnull=True) | models.Q(ended_at__gte=models.F("started_at")),
            ),
        ]

    def __str__(self) -> str:
        return self.browser


class TryCount(models.Model):
    """Tries counted while the cache is away (okoce.accounts.limits). ``key`` is a keyed digest."""

    key = models.CharField(max_length=64, primary_key=True)
    count = models.PositiveIntegerField()
    last_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.count}"
