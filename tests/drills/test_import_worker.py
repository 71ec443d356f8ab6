"""A list goes through the real broker and a real worker, which is killed on the way."""

from pathlib import Path

import pytest

from okoce.embedded.processes import wait_until
from tests.drills.portal import PROJECT, portal

pytestmark = pytest.mark.drill

LIST = PROJECT / "participants" / "demo" / "jakbar_tahap1.xlsx"
RECEIVE = f"""
from datetime import date
from pathlib import Path
from okoce.accounts.models import User
from participants.services import importing
import okoce.celery
user, _new = User.objects.get_or_create(username="petugas", defaults={{"full_name": "Petugas"}})
importing.receive(content=Path({str(LIST)!r}).read_bytes(), file_name="a.xlsx", city="31.73",
    organisation=None, by=user, as_of=date(2018, 3, 14))
"""
PICK_UP = "import okoce.celery\nfrom participants.services import importing\nimporting.queue_unfinished()\n"
REQUEST = """
import okoce.celery
from okoce.accounts.models import User
from participants.models import ImportBatch
from participants.services import importing
importing.request_save(batch=ImportBatch.objects.get(), by=User.objects.get(), messages_consented=False,
    is_approved=True)
"""
BATCH = "SELECT state, phase FROM participants_importbatch"
PEOPLE = "SELECT count(*) FROM participants_participant"


def test_a_killed_worker_loses_no_list(tmp_path: Path):
    with portal(tmp_path) as one:
        one.python(
            "from django.core.management import call_command\ncall_command('load_regions', verbosity=0)"
        )

        def is_at(*wanted: str) -> bool:
            ((state, phase),) = one.query(BATCH)
            return state in wanted or phase in wanted

        worker = one.worker(1)
        one.python(RECEIVE)
        assert wait_until(lambda: is_at("checking", "storing", "checked"), seconds=60)
        one.kill(worker)
        worker = one.worker(1)
        one.python(PICK_UP)
        assert wait_until(lambda: is_at("checked"), seconds=90), one.log_of("worker")

        one.python(REQUEST)
        assert wait_until(lambda: is_at("preparing", "writing", "saved"), seconds=60)
        one.kill(worker)
        assert one.query(PEOPLE) in ([(0,)], [(7767,)])
        one.worker(1)
        one.python(PICK_UP)
        assert wait_until(lambda: is_at("saved"), seconds=90), one.log_of("worker")

        assert one.query(PEOPLE) == [(7767,)]
