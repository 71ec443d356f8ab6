import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from okoce.audit.models import AuditEvent
from participants.models import Participant
from tests.participants.importing.lists import HEADER, person, save
from tests.participants.importing.test_truth import WORKBOOKS, comparable, truth_of


def run(path, *options):
    out = StringIO()
    call_command("import_participants", str(path), *options, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("name", WORKBOOKS)
def test_the_command_writes_the_truth(name, tmp_path):
    truth, target = truth_of(name), tmp_path / "report.json"
    meta = truth["meta"]

    run(WORKBOOKS[name], "--kota", meta["kota"], "--as-of", meta["as_of"], "--json", str(target))

    report = json.loads(target.read_text("utf-8"))
    assert set(report) == {"totals", "rows"}
    assert set(report["rows"][0]) == {"sheet", "row", "status", "codes", "values", "duplicate_of"}
    assert report["totals"] == truth["totals"]
    assert comparable(report["rows"]) == comparable(truth["rows"])


def test_the_report_is_for_its_owner_only(tmp_path):
    path = save(tmp_path / "a.xlsx", [HEADER, person(1)])

    run(path, "--kota", "31.73", "--json", str(tmp_path / "r.json"))

    assert (tmp_path / "r.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.django_db
def test_saving_twice_makes_participants_once(tmp_path):
    path = save(tmp_path / "a.xlsx", [HEADER, person(1), person(2)])

    first = run(path, "--kota", "31.73", "--as-of", "2018-03-14", "--save")
    second = run(path, "--kota", "31.73", "--as-of", "2018-03-14", "--save")

    assert first.splitlines()[1] == "new 2, existing 0, changed 0"
    assert second.splitlines()[1] == "new 0, existing 2, changed 0"
    assert Participant.objects.count() == 2


@pytest.mark.django_db
def test_without_save_nothing_is_stored(tmp_path):
    run(save(tmp_path / "a.xlsx", [HEADER, person(1)]), "--kota", "31.73")

    assert (Participant.objects.count(), AuditEvent.objects.count()) == (0, 0)


def test_a_file_that_cannot_be_read_is_explained(tmp_path):
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"")

    with pytest.raises(CommandError) as error:
        run(path, "--kota", "31.73")

    assert str(error.value).startswith(("The file is empty.", "Berkasnya kosong."))


@pytest.mark.parametrize("kota", ["35.09", "31.73.07", "barat"])
def test_a_code_that_is_no_city_of_jakarta_is_refused(tmp_path, kota):
    with pytest.raises(CommandError, match="no city of Jakarta"):
        run(save(tmp_path / "a.xlsx", [HEADER, person(1)]), "--kota", kota)
