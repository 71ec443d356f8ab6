"""The database has the last word on organisations and their areas."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from okoce.organisations.models import Organisation

pytestmark = pytest.mark.django_db


def test_an_organisation_does_not_end_before_it_begins():
    with (
        pytest.raises(IntegrityError, match="organisations_organisation_period_in_order"),
        transaction.atomic(),
    ):
        Organisation.objects.filter(pk="kpkp-31-73").update(
            valid_from=date(2026, 1, 2), valid_until=date(2026, 1, 1)
        )


def test_an_organisation_may_be_valid_for_one_day():
    day = date(2026, 1, 1)
    Organisation.objects.filter(pk="kpkp-31-73").update(valid_from=day, valid_until=day)

    assert list(Organisation.objects.valid_on(day).filter(pk="kpkp-31-73").values_list("pk", flat=True)) == [
        "kpkp-31-73"
    ]
