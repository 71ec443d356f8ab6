import threading

import pytest
from django.db import connection, transaction

from okoce.regions.models import Region
from participants import numbering
from participants.models import NumberSeries


@pytest.mark.django_db
def test_numbers_of_a_kecamatan_follow_each_other():
    first = numbering.reserve_numbers({"31.73.07": 2})
    second = numbering.reserve_numbers({"31.73.07": 1})

    assert first == {"31.73.07": ["JB-PM-00001", "JB-PM-00002"]}
    assert second == {"31.73.07": ["JB-PM-00003"]}


@pytest.mark.django_db
def test_one_call_serves_many_kecamatan_and_people_from_outside_jakarta():
    given = numbering.reserve_numbers({"31.73.07": 1, "31.71.01": 1, None: 2})

    assert given == {
        "31.73.07": ["JB-PM-00001"],
        "31.71.01": ["JP-GB-00001"],
        None: ["DK-LR-00001", "DK-LR-00002"],
    }


@pytest.mark.django_db
def test_every_kecamatan_of_jakarta_has_its_own_letters():
    codes = set(Region.objects.kecamatan().values_list("code", flat=True))

    assert set(numbering.PREFIXES) == codes | {"31"}
    assert len(set(numbering.PREFIXES.values())) == len(numbering.PREFIXES)


@pytest.mark.django_db
def test_a_roll_back_gives_the_numbers_back():
    numbering.next_number("31.73.07")
    with transaction.atomic():
        numbering.next_number("31.73.07")
        transaction.set_rollback(True)

    assert numbering.next_number("31.73.07") == "JB-PM-00002"


@pytest.mark.django_db(transaction=True)
def test_two_at_once_never_give_the_same_number():
    given: list[str] = []

    def reserve():
        try:
            for code in ("31.73.07", "31.73.08"):
                given.extend(numbering.reserve_numbers({code: 5, "31.73.01": 5})["31.73.01"])
        finally:
            connection.close()

    threads = [threading.Thread(target=reserve) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)

    assert sorted(given) == [f"JB-CK-{n:05d}" for n in range(1, 41)]
    assert NumberSeries.objects.get(pk="31.73.01").last == 40
