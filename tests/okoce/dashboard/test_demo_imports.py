"""The two lists of the demonstration's import desk."""

from datetime import date

import pytest

from okoce.dashboard.demo.accounts import create_accounts
from okoce.dashboard.demo.imports import tell_imports
from participants.models import ImportBatch

pytestmark = pytest.mark.django_db


def test_one_list_is_to_be_mended_and_one_waits_and_telling_twice_is_once():
    users = create_accounts("sandi-untuk-tes")

    tell_imports(users, date(2026, 11, 22))
    tell_imports(users, date(2026, 11, 22))

    told = ImportBatch.objects.order_by("pk").values_list("file_name", "state", "new_count")
    assert list(told) == [("pkk-kebon-jeruk.xlsx", "checked", 5), ("kpkp-kembangan.xlsx", "waiting", 12)]
    messy = ImportBatch.objects.get(file_name="pkk-kebon-jeruk.xlsx")
    assert messy.totals["by_code"]["E_KEC_TIDAK_DIKENAL"] == 4
