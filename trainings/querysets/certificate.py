"""Certificates, and the names on them."""

from __future__ import annotations

from trainings.querysets.base import OfPersonQuerySet


class CertificateQuerySet(OfPersonQuerySet):
    def with_sheet(self) -> CertificateQuerySet:
        """With what is printed, but the edition."""
        return self.select_related("participant", "issuer")


class NameConfirmationQuerySet(OfPersonQuerySet):
    pass
