"""The pages when a secret never comes: only a day later, with a public reason, and for everybody to read."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from bazaars.models import GivenUpSecrets, Site
from okoce.dashboard.work.bazaars import seals
from tests.bazaars.test_services import give_up, seal, two_sealed
from tests.factories.accounts import JAKARTA_PUSAT, member
from tests.factories.bazaars import KPKP, PKK, PPKUKM, after_deadline, open_site

pytestmark = pytest.mark.django_db
REASON = {"reason": "Kantor kebanjiran"}


def address(name: str, site: Site) -> str:
    return reverse(f"bazaars:{name}", args=[site.pk])


def step(page, label: str):
    return {str(one.label): one for one in page.context["view"].steps}[label]


def test_the_officer_gives_up_once_a_day_has_passed_and_everybody_reads_it(
    client, client_as, sudin, time_machine
):
    site = two_sealed(sudin)
    time_machine.move_to(after_deadline(site) + timedelta(hours=2), tick=False)
    officer = client_as(sudin)
    early = officer.get(address("give_up", site)).content.decode()
    assert "Belum waktunya." in early
    assert "Gugurkan rahasia ini</button>" not in early
    refused = officer.post(address("give_up", site), REASON)
    assert "ditunggu sampai" in str(refused.context["form"].non_field_errors())

    time_machine.move_to(after_deadline(site) + timedelta(days=1, hours=2), tick=False)
    officer = client_as(sudin)
    officer.post(address("give_up", site), REASON)
    officer.post(address("give_up", site), REASON)

    assert GivenUpSecrets.objects.count() == 1
    public = client.get(address("public_draw", site)).content.decode()
    assert "Kantor kebanjiran" in public
    assert "Tidak pernah datang" in public


def test_the_steps_lead_each_unit_to_what_it_can_do(client_as, sudin, time_machine):
    site = two_sealed(sudin)
    late, other = member("pengampu", None, KPKP), member("pengampu", None, PKK)
    page = client_as(sudin).get(address("site", site))
    assert step(page, "Buka rahasia").url == address("give_up", site)
    assert "Sudin KPKP" in step(page, "Buka rahasia").text
    assert step(client_as(late).get(address("site", site)), "Buka rahasia").url == address("reveal", site)

    time_machine.move_to(after_deadline(site) + timedelta(days=2), tick=False)
    client_as(sudin).post(address("give_up", site), REASON)

    assert step(client_as(late).get(address("site", site)), "Janji rahasia").url == ""
    assert step(client_as(sudin).get(address("site", site)), "Janji rahasia").url == address("commit", site)
    text = client_as(sudin).get(address("commit", site)).content.decode()
    assert "sementara daftar tetap dibekukan" in text
    assert client_as(other).get(address("site", site)).status_code == 404  # PKK takes no part here


def test_only_the_sudin_of_the_city_gives_up(client_as, sudin):
    site = two_sealed(sudin)

    assert client_as(member("pengampu", None, KPKP)).post(address("give_up", site), REASON).status_code == 403
    assert client_as(member("sudin", JAKARTA_PUSAT)).post(address("give_up", site), REASON).status_code == 404
    assert not GivenUpSecrets.objects.exists()


def test_without_a_missing_secret_the_page_leads_back(client_as, sudin):
    site = two_sealed(sudin)
    site.seed_parts.filter(secret="").delete()

    answer = client_as(sudin).get(address("give_up", site))

    assert answer.url == address("site", site)


def test_the_work_list_asks_each_unit_for_the_secret_it_can_still_seal(sudin, time_machine):
    def asked(code: str) -> list[str]:
        user = member("pengampu", None, code)
        return [work.url for work in seals(user, timezone.now())]

    opened = open_site()
    assert asked(KPKP) == [address("commit", opened)]
    assert asked(PKK) == []  # takes no part
    seal(opened, KPKP, "rahasia yang disegel")
    assert asked(KPKP) == []

    held_up = two_sealed(sudin)
    assert asked(KPKP) == []
    time_machine.move_to(after_deadline(held_up) + timedelta(days=2), tick=False)
    give_up(held_up, sudin)
    assert (asked(PPKUKM), asked(KPKP)) == ([address("commit", opened), address("commit", held_up)], [])
