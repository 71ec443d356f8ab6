"""The database has the last word on regions."""

import pytest
from django.db import IntegrityError, transaction

from okoce.regions.models import Region

pytestmark = pytest.mark.django_db


def update(code, **fields):
    with transaction.atomic():
        Region.objects.filter(pk=code).update(**fields)


@pytest.mark.parametrize("level", [0, 5])
def test_there_are_four_levels(level):
    with pytest.raises(IntegrityError, match="regions_region_code_fits_level"):
        update("31.73", level=level)


def test_a_city_lies_somewhere():
    with pytest.raises(IntegrityError, match="regions_region_only_province_has_no_parent"):
        update("31.73", parent=None)


def test_a_province_lies_in_nothing():
    with pytest.raises(IntegrityError, match="regions_region_only_province_has_no_parent"):
        update("31", parent_id="31.73")
