"""A message to many from the draft to the outbox: whom it reaches, what it costs, who agrees, who stops."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from okoce.accounts.roles import Role
from okoce.embedded.push_service import PushServiceServer
from okoce.embedded.sms_gateway import TOKEN, SmsGatewayServer
from okoce.notifications import (
    announcements,
    audiences,
    budget,
    campaigning,
    campaigns,
    chain_setting,
    decency,
    fallback,
    numbers,
    outbox,
    phones,
    prices,
    reach,
)
from okoce.notifications.audiences import Audience
from okoce.notifications.campaigning import NotPossible
from okoce.notifications.chain_setting import Step
from okoce.notifications.enums import Category, Channel
from okoce.notifications.models import (
    Campaign,
    ChannelPrice,
    DeadNumber,
    DeliveryEvent,
    Message,
    MessagePause,
    OptOut,
)
from okoce.notifications.services import queue
from participants.models import Consent, Participant
from tests.factories import BookingFactory, ParticipantFactory, SessionFactory, UserFactory, member
from tests.factories.accounts import JAKARTA_BARAT, JAKARTA_PUSAT, PALMERAH
from tests.factories.trainings import day_at
from tests.okoce.notifications.conftest import connect

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _audience():
    def people(user, choices):
        return Participant.objects.visible_to(user).taking_part()

    audiences.register(Audience("tried", "Everybody", people))
    yield
    audiences._known.pop("tried")


@pytest.fixture
def province():
    return member(Role.PROVINCE)


def agreed(**fields):
    """Somebody who agreed to messages."""
    person = ParticipantFactory(**fields)
    answer(person, is_given=True)
    return person


def answer(person, *, is_given):
    Consent.objects.create(
        participant=person, purpose="messages", is_given=is_given, text_version="1", channel="counter",
        at=timezone.now(),
    )  # fmt: skip


def written(by, **fields):
    values = {
        "title": "Tahap 2", "announcement": "Pendaftaran tahap 2 dibuka.", "page": "home",
        "audience": "tried",
    }  # fmt: skip
    return campaigning.save_draft(campaign=Campaign(**{**values, **fields}), by=by)


def sent(by, **fields):
    """A campaign of up to the limit, put into the outbox."""
    campaign = campaigning.ask(campaign=written(by, **fields), by=by, now=timezone.now())
    campaigning.work()
    campaign.refresh_from_db()
    return campaign


def counted(campaign, by):
    return campaigning.reach_of(campaign, by, now=timezone.now())


# ---------------------------------------------------------------- before


def test_a_draft_carries_the_area_of_its_writer():
    of_kecamatan = written(member(Role.KECAMATAN, PALMERAH))
    of_city = written(member(Role.SUDIN, JAKARTA_BARAT))

    assert (of_kecamatan.city, of_kecamatan.kecamatan) == ("31.73", PALMERAH)
    assert (of_city.city, of_city.kecamatan) == ("31.73", "")


def test_an_office_does_not_see_what_others_wrote(province):
    own = written(member(Role.KECAMATAN, PALMERAH))
    written(member(Role.SUDIN, JAKARTA_PUSAT))
    written(province)

    assert list(Campaign.objects.visible_to(member(Role.KECAMATAN, PALMERAH))) == [own]
    assert Campaign.objects.visible_to(province).count() == 3
    assert not Campaign.objects.visible_to(member(Role.AUDITOR)).exists()


def test_reach_says_by_which_channel_and_why_not(mail, province):
    agreed(email="a@example.org")
    agreed(email="b@example.org", phone="")
    agreed(phone="", email="")
    ParticipantFactory()  # nobody asked
    answer(ParticipantFactory(), is_given=False)
    paused = agreed()
    MessagePause.objects.create(participant_id=paused.pk, reason="Berduka", made_by=province)
    agreed(kelurahan_id="31.71.01.1001")

    found = counted(written(province), province)

    assert {line.channel: line.count for line in found.lines} == {Channel.EMAIL: 2, Channel.READY_TEXT: 1}
    assert found.refused == {reach.NO_CONSENT: 2, reach.PAUSED: 1, reach.NOBODY: 1}
    assert found.audience == 7


def test_reach_says_how_many_numbers_are_dead_and_who_gets_it_otherwise(
    province, settings, whatsapp_here, mail, client_as
):
    settings.SMS_GATEWAY = ""
    numbers_of = {"+6281200000001": "a@example.org", "+6281200000002": "", "+6281200000003": "c@example.org"}
    for phone, email in numbers_of.items():
        agreed(phone=phone, email=email)
    numbers.is_dead(list(numbers_of)[:2])
    ways = [Step(Channel.WHATSAPP, 60), Step(Channel.EMAIL)]
    chain_setting.set_chain(
        kind="announcement", steps=ways, reason="x", based_on=0, by=province, now=timezone.now()
    )
    campaign = written(province)

    found = counted(campaign, province)

    assert (found.dead, found.dead_reached) == (2, 1)
    assert {line.channel: line.count for line in found.lines} == {Channel.WHATSAPP: 1, Channel.EMAIL: 1}
    assert found.refused == {reach.NOBODY: 1}
    page = client_as(province).get(campaign.get_absolute_url()).content.decode()
    assert "2 nomor mati" in page


def test_a_campaign_goes_along_the_chain_that_the_province_set(mail, province):
    agreed(email="a@example.org")
    ways = [Step(Channel.READY_TEXT)]
    chain_setting.set_chain(
        kind="announcement", steps=ways, reason="x", based_on=0, by=province, now=timezone.now()
    )

    campaign = sent(province)

    message = Message.objects.get(campaign=campaign)
    assert (message.channel, message.state) == ("ready_text", "ready")


def test_reach_is_counted_in_one_statement(province, django_assert_num_queries):
    for _n in range(3):
        agreed()
    campaign = written(province)

    with django_assert_num_queries(3):  # the chain, the people, and the prices
        counted(campaign, province)


def test_an_office_reaches_only_its_own_people():
    agreed()
    agreed(kelurahan_id="31.71.01.1001")
    camat = member(Role.KECAMATAN, PALMERAH)

    assert counted(written(camat), camat).total == 1


def test_the_cost_is_known_only_with_a_price_of_that_day(province, settings, whatsapp_here):
    agreed()
    agreed()
    campaign, today = written(province), timezone.localdate()

    assert counted(campaign, province).rupiah is None
    prices.set_price(
        channel=Channel.WHATSAPP, category=Category.MARKETING, rupiah=900,
        valid_from=today + timedelta(days=1), by=province,
    )  # fmt: skip
    assert counted(campaign, province).rupiah is None
    prices.set_price(
        channel=Channel.WHATSAPP, category=Category.MARKETING, valid_from=today, rupiah=650, by=province
    )
    assert counted(campaign, province).rupiah == 1300


def test_the_same_price_twice_is_one_row(province):
    values = {"channel": Channel.SMS, "category": "", "valid_from": timezone.localdate(), "rupiah": 450}

    assert prices.set_price(**values, by=province) is True
    assert prices.set_price(**values, by=province) is False
    assert ChannelPrice.objects.count() == 1


def test_whatsapps_new_number_takes_days(province, settings, whatsapp_here):
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = 2
    for _n in range(5):
        agreed()

    found = counted(written(province), province)

    assert (found.waits, found.days) == (3, 3)
    assert found.until > timezone.now() + timedelta(days=2)


def test_the_last_one_goes_at_a_decent_hour(mail, province, settings):
    settings.MESSAGES_AT_ANY_HOUR = False
    agreed(email="a@example.org")

    found = campaigning.reach_of(written(province), province, now=day_at(1, 23))

    assert found.until >= day_at(2, 8)


@pytest.mark.parametrize(
    "line",
    [
        "NIK Anda 3173071708900001 sudah tercatat",
        "Hubungi 0812-3456-7890",
        "Dapatkan Rp 500.000",
        "Datang ke RT 01/RW 02",
        "Halo {nama}",
        "Buka { sekarang",
        "x" * 281,
    ],
)
def test_a_line_that_may_not_be_sent_is_refused(line):
    assert announcements.problems_of(line)


def test_a_line_with_the_readers_name_is_fine():
    assert announcements.problems_of("{name}, pendaftaran tahap 2 dibuka sampai Jumat.") == []


# ---------------------------------------------------------------- trying, asking, agreeing


def test_a_try_goes_to_the_officer_in_earnest(mail, province):
    campaign = written(province, announcement="Kabar untuk {name}.")

    campaigning.test(campaign=campaign, by=province, now=timezone.now(), channel=Channel.EMAIL)
    outbox.drain()

    assert mail.box.recipients == [province.email]
    assert f"Kabar untuk {province.full_name}." in mail.box.letters[0].get_content()
    assert campaigning.figures_of(campaign).total == 0


def test_few_people_need_no_second_person(province):
    agreed()

    campaign = campaigning.ask(campaign=written(province), by=province, now=timezone.now())

    assert campaign.started_at is not None
    assert campaign.needs_second is False


def test_many_people_need_another_who_agrees(province, settings):
    settings.CAMPAIGN_APPROVAL_ABOVE = 1
    agreed()
    agreed()
    campaign = campaigning.ask(campaign=written(province), by=province, now=timezone.now())
    assert campaign.is_waiting

    with pytest.raises(NotPossible, match="own"):
        campaigning.approve(campaign=campaign, by=province, now=timezone.now())
    campaign = campaigning.approve(
        campaign=campaign, by=member(Role.SUDIN, JAKARTA_BARAT), now=timezone.now()
    )

    assert campaign.started_at is not None


def test_the_table_refuses_a_second_person_who_is_the_first(province):
    campaign = written(province)

    with pytest.raises(IntegrityError, match="second_is_another"), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(approved_by=province, approved_at=timezone.now())


def test_the_table_refuses_to_start_what_nobody_agreed_to(province):
    campaign = written(province)

    with pytest.raises(IntegrityError, match="starts_when_agreed"), transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(
            asked_at=timezone.now(), needs_second=True, started_at=timezone.now()
        )


def test_what_was_sent_back_is_a_draft_again(province, settings):
    settings.CAMPAIGN_APPROVAL_ABOVE = 0
    agreed()
    campaign = campaigning.ask(campaign=written(province), by=province, now=timezone.now())

    campaign = campaigning.send_back(campaign=campaign, by=member(Role.SUDIN, JAKARTA_BARAT))

    assert campaign.is_draft
    with pytest.raises(NotPossible, match="sent_back"):
        campaigning.approve(campaign=campaign, by=UserFactory(), now=timezone.now())


def test_nobody_to_tell_is_no_sending(province):
    with pytest.raises(NotPossible, match="nobody"):
        campaigning.ask(campaign=written(province), by=province, now=timezone.now())


def test_what_was_asked_for_is_not_changed_any_more(province):
    agreed()
    campaign = campaigning.ask(campaign=written(province), by=province, now=timezone.now())
    campaign.announcement = "Lain"

    with pytest.raises(NotPossible, match="asked"):
        campaigning.save_draft(campaign=campaign, by=province)


# ---------------------------------------------------------------- into the outbox


def test_everybody_who_was_counted_gets_one_message(province):
    people = [agreed() for _n in range(3)]
    ParticipantFactory()

    campaign = sent(province)
    campaigning.work()

    assert sorted(Message.objects.values_list("participant_id", flat=True)) == sorted(p.pk for p in people)
    assert (campaign.queued_count, campaign.queued_at is not None) == (3, True)
    assert set(Message.objects.values_list("priority", flat=True)) == {8}


def test_it_is_put_in_piece_by_piece(province, monkeypatch):
    monkeypatch.setattr(campaigning, "AT_ONCE", 2)
    for _n in range(5):
        agreed()
    campaign = campaigning.ask(campaign=written(province), by=province, now=timezone.now())

    pieces = [campaigning.queue_next(campaign.pk, now=timezone.now()) for _n in range(4)]

    assert pieces == [2, 2, 1, None]
    assert Message.objects.filter(campaign=campaign).count() == 5


def test_a_stop_while_it_is_being_put_in_leaves_the_rest_out(province, monkeypatch):
    monkeypatch.setattr(campaigning, "AT_ONCE", 2)
    for _n in range(5):
        agreed()
    campaign = campaigning.ask(campaign=written(province), by=province, now=timezone.now())
    campaigning.queue_next(campaign.pk, now=timezone.now())
    campaigns.stop(campaign=campaign, by=province)

    assert campaigning.queue_next(campaign.pk, now=timezone.now()) is None
    assert Message.objects.filter(campaign=campaign).count() == 2

    campaigns.go_on(campaign=campaign, by=province)
    campaigning.work()
    assert Message.objects.filter(campaign=campaign, state="ready").count() == 5


def test_nobody_gets_two_announcements_in_a_week(province):
    agreed()
    sent(province)

    second = written(province)

    assert counted(second, province).refused == {reach.TOLD: 1}


def test_who_left_the_office_sends_nothing_more(province):
    agreed()
    campaign = campaigning.ask(campaign=written(province), by=province, now=timezone.now())
    province.memberships.update(valid_until=timezone.localdate() - timedelta(days=1))

    campaigning.work()

    assert not Message.objects.filter(campaign=campaign).exists()


def test_who_takes_the_consent_back_meanwhile_gets_nothing(mail, province):
    person = agreed(email="siti@example.org")
    campaign = sent(province)
    Message.objects.update(channel="email", state="pending")
    answer(person, is_given=False)

    outbox.drain()

    assert mail.box.recipients == []
    assert Message.objects.get(campaign=campaign).reason == "consent_refused"


@pytest.fixture
def push(settings):
    server = PushServiceServer().start()
    settings.PUSH_STAND_IN = server.place
    yield server.service
    server.stop()


@pytest.fixture
def _sms(settings):
    server = SmsGatewayServer().start()
    settings.SMS_GATEWAY, settings.SMS_TOKEN = server.json_shape(), TOKEN
    yield
    server.stop()


def has_phone(person, push):
    said = push.subscribe()
    phones.take_in(
        participant_id=person.pk, endpoint=said["endpoint"], **said["keys"], user_agent="Chrome Android"
    )


def is_off_whatsapp(person):
    DeadNumber.objects.create(
        phone_lookup=person.phone_lookup, since=timezone.now(), reason="whatsapp:131026"
    )


@pytest.mark.usefixtures("_sms")
def test_what_the_page_promises_is_what_is_queued(province, whatsapp_here, push, mail):
    """Everybody of a mixed audience: each channel, and each reason why not."""
    for n in range(4):
        agreed(email=f"w{n}@example.org")  # by WhatsApp
    for _n in range(3):
        has_phone(agreed(), push)  # a notice on the phone before anything else
    for _n in range(2):
        is_off_whatsapp(agreed())  # by SMS
    no_whatsapp, only_by_hand = agreed(), agreed(email="")
    OptOut.objects.create(participant_id=no_whatsapp.pk, channel="whatsapp")
    is_off_whatsapp(only_by_hand)
    OptOut.objects.create(participant_id=only_by_hand.pk, channel="sms")
    agreed(phone="", email="a@example.org")
    agreed(phone="", email="")
    ended = agreed()
    OptOut.objects.create(participant_id=ended.pk, topic="programme")
    ParticipantFactory()
    paused = agreed()
    MessagePause.objects.create(participant_id=paused.pk, reason="Berduka", made_by=province)
    told = agreed(kelurahan_id="31.71.01.1001")
    queue(kind="announcement", key="x", participant_id=told.pk, campaign_id=written(province).pk)

    campaign = written(province)
    promised = counted(campaign, province)
    campaign = campaigning.ask(campaign=campaign, by=province, now=timezone.now())
    campaigning.work()

    queued = (
        Message.objects.filter(campaign=campaign).order_by().values_list("channel").annotate(n=Count("pk"))
    )
    assert dict(queued) == {line.channel.value: line.count for line in promised.lines} == campaign.reach["by"]
    assert dict(queued) == {"push": 3, "whatsapp": 4, "sms": 3, "email": 1, "ready_text": 1}
    assert promised.refused == {
        reach.NO_CONSENT: 1, reach.ENDED: 1, reach.PAUSED: 1, reach.TOLD: 1, reach.NOBODY: 1,
    }  # fmt: skip


def test_a_piece_is_one_insert_for_any_number_of_people(province):
    costs = []
    for count in (1, 5):
        for _n in range(count):
            agreed()
        campaign = campaigning.ask(campaign=written(province), by=province, now=timezone.now())
        with CaptureQueriesContext(connection) as asked:
            campaigning.queue_next(campaign.pk, now=timezone.now())
        costs.append(len(asked))
        Message.objects.filter(campaign=campaign).update(state="cancelled", finished_at=timezone.now())
        assert sum("INSERT INTO notifications_message (" in one["sql"] for one in asked) == 1

    assert costs[0] == costs[1]


def test_a_piece_during_which_somebody_stops_is_undone_and_comes_when_it_goes_on(province, monkeypatch):
    agreed()
    agreed()
    campaign = campaigning.ask(campaign=written(province), by=province, now=timezone.now())
    put_in = campaigning.queue_from

    def stopped_meanwhile(*given, **values):
        new = put_in(*given, **values)
        campaigns.stop(campaign=campaign, by=province)
        return new

    monkeypatch.setattr(campaigning, "queue_from", stopped_meanwhile)
    assert campaigning.queue_next(campaign.pk, now=timezone.now()) is None
    # Here the stop is undone with the piece, being in one transaction; test_campaign_stop has two.
    assert not Message.objects.filter(campaign=campaign).exists()


def test_at_night_everything_is_queued_for_the_morning(mail, province, settings):
    settings.MESSAGES_AT_ANY_HOUR = False
    agreed(email="a@example.org")
    campaign = campaigning.ask(campaign=written(province), by=province, now=day_at(1, 22))

    campaigning.queue_next(campaign.pk, now=day_at(1, 22))

    assert Message.objects.get(campaign=campaign).due_at >= day_at(2, 8)


# ---------------------------------------------------------------- WhatsApp's day


def reminded(person, *, kind="session_changed", due=None):
    """Something nearer waits for this person."""
    return queue(
        kind=kind, key=f"near:{person.pk}", participant_id=person.pk, channel=Channel.WHATSAPP,
        due_at=due or timezone.now(), expires_at=timezone.now() + timedelta(days=2),
    )  # fmt: skip


def test_rule_55_a_campaign_leaves_the_room_that_nearer_messages_need(province, settings, whatsapp_here):
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = 4
    audience = [agreed() for _n in range(6)]
    others = [ParticipantFactory() for _n in range(3)]
    for person in (*others, audience[0]):
        reminded(person, due=timezone.now() + timedelta(hours=20))
    promised = counted(written(province), province)
    assert (promised.kept, promised.waits) == (4, 5)

    campaign = sent(province)
    outbox.drain()

    gone = Message.objects.filter(campaign=campaign, state="sent")
    assert list(gone.values_list("participant_id", flat=True)) == [audience[0].pk]  # is begun with anyway
    waiting = Message.objects.filter(campaign=campaign, state="pending")
    assert set(waiting.values_list("reason", flat=True)) == {budget.SPENT}
    assert min(waiting.values_list("due_at", flat=True)) > timezone.now() + timedelta(minutes=55)


def test_rule_55_what_is_nearer_finds_its_room_when_it_is_due(province, settings, whatsapp_here):
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = 4
    for _n in range(6):
        agreed()
    others = [ParticipantFactory() for _n in range(3)]
    rows = [reminded(person, due=timezone.now() + timedelta(hours=20)) for person in others]
    sent(province)
    outbox.drain()
    assert len(whatsapp_here.accepted) == 1

    day = budget.of(Channel.WHATSAPP, now=timezone.now() + timedelta(hours=20))

    assert day.beyond(rows) == set()


def test_rule_55_room_is_kept_for_reminders_that_the_clock_has_not_queued_yet(
    province, settings, whatsapp_here, time_machine
):
    time_machine.move_to(datetime(2026, 8, 10, 14, tzinfo=decency.JAKARTA), tick=False)
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = 3
    for days, seats in ((1, 1), (2, 2), (3, 1)):  # of tomorrow: they were reminded this morning
        session = SessionFactory(starts_at=day_at(days, 9))
        for _n in range(seats):
            BookingFactory(session=session)
    for _n in range(2):
        agreed()

    promised = counted(written(province), province)

    # Two tomorrow morning of the day after, and one of tomorrow two hours before.
    assert (promised.kept, promised.waits) == (3, 2)


def test_what_waits_for_room_is_laid_by_in_one_statement_and_not_taken_up_one_by_one(
    province, settings, whatsapp_here
):
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = 1
    for _n in range(6):
        agreed()
    campaign = sent(province)

    outbox.drain(batch=2)

    waiting = Message.objects.filter(campaign=campaign, state="pending")
    assert waiting.filter(due_at__gt=timezone.now() + timedelta(hours=23)).count() == 4
    assert DeliveryEvent.objects.filter(event="waits", reason=budget.SPENT).count() == 4
    assert outbox.drain().not_sent == {}
    assert DeliveryEvent.objects.filter(event="waits", reason=budget.SPENT).count() == 4


def test_the_page_of_a_running_one_says_how_many_wait_for_room(client_as, province, settings, whatsapp_here):
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = 1
    for _n in range(3):
        agreed()
    campaign = sent(province)
    outbox.drain()

    page = client_as(province).get(campaign.get_absolute_url()).content.decode()

    assert "1 dari 3 terkirim. 2 orang menunggu tempat dalam jatah harian WhatsApp" in page


def test_who_never_fits_in_is_not_in_the_cost_of_whatsapp(province, settings, whatsapp_here):
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = 1
    for _n in range(9):
        agreed()
    prices.set_price(
        channel=Channel.WHATSAPP, category=Category.MARKETING, valid_from=timezone.localdate(), rupiah=650,
        by=province,
    )  # fmt: skip

    found = counted(written(province), province)

    assert (found.lines[0].count, found.waits, found.moved) == (9, 8, 2)
    assert found.rupiah == 7 * 650


def test_on_its_last_day_what_never_fitted_in_goes_by_the_next_channel(
    province, settings, whatsapp_here, mail
):
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = 1
    for n in range(3):
        agreed(email=f"p{n}@example.org")
    campaign = sent(province)
    last_day = campaign.ends_at - timedelta(hours=20)
    Message.objects.filter(campaign=campaign).update(due_at=timezone.now())

    outbox.drain(now=last_day)
    fallback.pass_on(now=last_day + timedelta(seconds=30))
    outbox.drain(now=last_day + timedelta(seconds=45))

    sent_by = Message.objects.filter(campaign=campaign, state="sent").order_by().values_list("channel")
    assert dict(sent_by.annotate(n=Count("pk"))) == {"whatsapp": 1, "email": 2}


def test_the_page_says_how_many_go_today_and_what_becomes_of_the_rest(
    client_as, province, settings, whatsapp_here
):
    settings.WHATSAPP_NEW_PEOPLE_A_DAY = 1
    for _n in range(9):
        agreed()
    reminded(ParticipantFactory(), due=timezone.now() + timedelta(hours=20))
    campaign = written(province)

    said = client_as(province).get(campaign.get_absolute_url()).content.decode()
    asked = (
        client_as(province).get(reverse("notifications:campaign_send", args=[campaign.uid])).content.decode()
    )

    for page in (said, asked):
        assert "9 orang lewat WhatsApp: 0 hari ini" in page
        assert "tempat untuk 1 orang disisihkan bagi pengingat, perubahan, dan tawaran" in page
        assert "6 orang menyusul pada hari-hari berikutnya" in page
        assert "3 orang tidak muat dalam seminggu" in page


# ---------------------------------------------------------------- the pages


@pytest.fixture
def whatsapp_here(settings):
    from okoce.embedded.cloud_api import CloudApiServer

    server = CloudApiServer().start()
    connect(settings, server)
    yield server.api
    server.stop()


def test_the_province_writes_sees_the_reach_tries_and_sends(client_as, province, mail):
    agreed(full_name="Siti Rahmawati")
    client = client_as(province)
    form = {
        "untuk": "everybody", "title": "Tahap 2", "announcement": "Pendaftaran dibuka sampai Jumat.",
        "page": "home",
    }  # fmt: skip

    page = client.post(reverse("notifications:campaign_write"), form, follow=True)
    campaign = Campaign.objects.get()
    assert "Pendaftaran dibuka sampai Jumat." in page.content.decode()
    client.post(reverse("notifications:campaign_test", args=[campaign.uid]))
    assert Message.objects.filter(campaign=campaign, user=province).count() == 1
    client.post(reverse("notifications:campaign_send", args=[campaign.uid]))
    client.post(reverse("notifications:campaign_send", args=[campaign.uid]))
    campaigning.work()

    page = client.get(campaign.get_absolute_url()).content.decode()
    assert "Siti Rahmawati" in page
    assert Message.objects.filter(campaign=campaign, participant_id__isnull=False).count() == 1
    client.post(reverse("notifications:campaign_stop", args=[campaign.uid]))
    campaign.refresh_from_db()
    assert campaign.stopped_by == province


def test_what_was_typed_is_kept_on_error(client_as, province):
    page = client_as(province).post(
        reverse("notifications:campaign_write"),
        {
            "untuk": "everybody",
            "title": "Tahap 2",
            "announcement": "Telepon 0812-3456-7890",
            "page": "home",
        },
    )

    assert "Tahap 2" in page.content.decode()
    assert not Campaign.objects.exists()


def test_choosing_other_people_keeps_what_was_typed_and_saves_nothing(client_as, province):
    other = audiences.registered()[1]
    typed = {"untuk": "everybody", "ganti": other.code, "title": "Tahap 2", "announcement": "Pendaftaran"}

    answer = client_as(province).post(reverse("notifications:campaign_write"), typed)

    page = answer.content.decode()
    assert answer.context["audience"] == other
    assert ('value="Tahap 2"' in page, "Pendaftaran</textarea>" in page) == (True, True)
    assert "perlu diperbaiki" not in page
    assert not Campaign.objects.exists()


def test_enter_in_a_field_chooses_nobody_else(client_as, province):
    page = client_as(province).get(reverse("notifications:campaign_write")).content.decode()
    first = page.partition("novalidate>")[2].partition("<button")[2].partition(">")[0]

    assert "name=" not in first


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_asks_equally_often(client_as, province, count, django_assert_num_queries):
    for _n in range(count):
        written(province)
    client = client_as(province)
    client.get(reverse("notifications:campaigns"))

    with django_assert_num_queries(QUERIES_OF_THE_LIST):
        client.get(reverse("notifications:campaigns"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_sent_one_asks_equally_often(client_as, province, count, django_assert_num_queries):
    for _n in range(count):
        agreed()
    campaign = sent(province)
    client = client_as(province)
    client.get(campaign.get_absolute_url())

    with django_assert_num_queries(QUERIES_OF_A_SENT_ONE):
        client.get(campaign.get_absolute_url())


QUERIES_OF_THE_LIST, QUERIES_OF_A_SENT_ONE = 5, 9


def test_prices_are_kept_by_the_province_alone(client_as, province):
    data = {"what": "sms:", "rupiah": "450", "valid_from": timezone.localdate().isoformat()}

    assert (
        client_as(member(Role.SUDIN, JAKARTA_BARAT)).post(reverse("notifications:prices"), data).status_code
        == 403
    )
    client_as(province).post(reverse("notifications:prices"), data)

    assert ChannelPrice.objects.get().rupiah == 450
