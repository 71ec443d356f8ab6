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


def test_rule_15_jakarta_has_its_cities_kecamatan_and_kelurahan():
    jakarta = Region.objects.filter(code__startswith="31.")
    below = {
        code: (
            Region.objects.filter(level=3, parent=code).count(),
            Region.objects.filter(level=4, parent__parent=code).count(),
        )
        for code in Region.objects.filter(level=2, parent="31").values_list("code", flat=True)
    }

    assert sorted(below.values()) == sorted([(8, 44), (6, 31), (8, 56), (10, 65), (10, 65), (2, 6)])
    assert (jakarta.filter(level=3).count(), jakarta.filter(level=4).count()) == (44, 267)
    names = jakarta.values_list("name", flat=True)
    assert [name for name in names if name != " ".join(name.split())] == []
