"""One row for every address of the portal: whose object it opens, and who sees which.

A new address fails tests/architecture/test_access.py until it has a row here:

    "app:name": Row(),                                           a page without an object
    "app:name": Row(PERSON, lambda p: {"number": p.participant.number}),
    "app:name": Row(SESSION, lambda p: {"pk": p.session.pk}, method="post"),

Who may open the page at all is not written here: the mark on the view says it (okoce.accounts.access). The
first word says in which of the three places (tests/architecture/world.py) each role sees the object;
elsewhere it must answer 404. A role that holds the page's permission and is not named sees the object
nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bazaars.links import SALES
from tests.architecture.world import ELSEWHERE, NEIGHBOUR, OWN, Place
from trainings.links import token_of

Reach = Mapping[str, frozenset[str]]

EVERYWHERE = frozenset({OWN, NEIGHBOUR, ELSEWHERE})
CITY, HERE = frozenset({OWN, NEIGHBOUR}), frozenset({OWN})

AREA: Reach = {"province": EVERYWHERE, "auditor": EVERYWHERE, "sudin": CITY, "kecamatan": HERE}
PERSON: Reach = {**AREA, "mentor": HERE, "pengampu": HERE, "participant": HERE}
SESSION: Reach = {**AREA, "trainer": HERE, "participant": HERE}
HOLIDAY: Reach = {"province": EVERYWHERE, "sudin": CITY}
ROOM: Reach = {"province": EVERYWHERE, "auditor": EVERYWHERE, "sudin": CITY, "kecamatan": CITY}
TRAINER: Reach = {**ROOM, "trainer": HERE}
TRAINER_AWAY: Reach = {"sudin": CITY, "kecamatan": CITY, "trainer": HERE}
SITE: Reach = {**AREA, "pengampu": HERE, "participant": HERE}
VENDOR: Reach = {"sudin": CITY, "kecamatan": HERE, "mentor": HERE}
PARTNER: Reach = {"sudin": CITY, "kecamatan": HERE}
CURATED: Reach = {"sudin": CITY, "pengampu": HERE}
NOBODY: Reach = {}
ANYWHERE: Reach = dict.fromkeys(
    ["province", "auditor", "sudin", "kecamatan", "mentor", "trainer", "pengampu", "participant"], EVERYWHERE
)


@dataclass(frozen=True)
class Row:
    """``missing``: a page without an object that still answers 404 to those who may open it.

    ``refuses``: a public address that answers 403 to whoever cannot prove who they are.
    """

    reach: Reach | None = None
    kwargs: Callable[[Place], dict[str, Any]] | None = None
    method: str = "get"
    data: Callable[[Place], dict[str, Any]] = field(default=lambda place: {})
    missing: bool = False
    refuses: bool = False


def number(place: Place) -> dict[str, Any]:
    return {"number": place.participant.number}


def business(place: Place) -> dict[str, Any]:
    return {**number(place), "pk": place.product.business_id}


def product(place: Place) -> dict[str, Any]:
    return {**business(place), "uid": place.product.uid}


def document(place: Place) -> dict[str, Any]:
    return {**number(place), "uid": place.document.uid}


def paper(place: Place) -> dict[str, Any]:
    return {"uid": place.paper.uid}


def step(place: Place) -> dict[str, Any]:
    return {**number(place), "step": 3}


def request_to_move(place: Place) -> dict[str, Any]:
    return {"uid": place.transfer.uid}


def request_of(place: Place) -> dict[str, Any]:
    return {"uid": place.request.uid}


def curated(place: Place) -> dict[str, Any]:
    return {"public_id": place.site.applications.get().public_id}


def session(place: Place) -> dict[str, Any]:
    return {"pk": place.session.pk}


def phase(place: Place) -> dict[str, Any]:
    return {"pk": place.phase.pk}


def run(place: Place) -> dict[str, Any]:
    return {"uid": place.run.uid}


def group(place: Place) -> dict[str, Any]:
    return {**phase(place), "kecamatan": place.kecamatan, "number": 1}


def room(place: Place) -> dict[str, Any]:
    return {"pk": place.session.venue_id}


def closed_room(place: Place) -> dict[str, Any]:
    return {**room(place), "closure": place.closure.pk}


def trainer(place: Place) -> dict[str, Any]:
    return {"pk": place.session.trainer_id}


def away(place: Place) -> dict[str, Any]:
    return {**trainer(place), "absence": place.absence.pk}


def seat(place: Place) -> dict[str, Any]:
    return {"participant": place.participant.pk}


def allocation(place: Place) -> dict[str, Any]:
    return {"pk": place.allocation.pk}


def application(place: Place) -> dict[str, Any]:
    return {"pk": place.allocation.application_id}


def incident(place: Place) -> dict[str, Any]:
    return {"pk": place.incident.pk}


def site(place: Place) -> dict[str, Any]:
    return {"pk": place.site.pk}


def batch(place: Place) -> dict[str, Any]:
    return {"uid": place.batch.uid}


def certificate(place: Place) -> dict[str, Any]:
    return {"uid": place.certificate.uid}


def batch_row(place: Place) -> dict[str, Any]:
    return {"uid": place.batch.uid, "position": 1}


def campaign(place: Place) -> dict[str, Any]:
    return {"uid": place.campaign.uid}


def message(place: Place) -> dict[str, Any]:
    return {"uid": place.message.uid}


def message_text(place: Place) -> dict[str, Any]:
    return {"kind": "session_reminder", "channel": "whatsapp", "language": "id"}


def inbound(place: Place) -> dict[str, Any]:
    return {"uid": place.inbound.uid}


def applicant(place: Place) -> dict[str, Any]:
    return {"uid": place.applicant.uid}


def cause(place: Place) -> dict[str, Any]:
    return {"cause_type": "trainings.trainingsession", "cause_id": place.session.pk}


def token(place: Place) -> dict[str, Any]:
    """Only of the own session."""
    return {"token": "0" * 32}


def unknown(place: Place) -> dict[str, Any]:
    """Only of the own unit or the own; tests/participants tries those of others."""
    return {"uid": "00000000-0000-4000-8000-000000000000"}


ROWS: dict[str, Row] = {
    "home": Row(),
    "healthz": Row(),
    "readyz": Row(),
    "statusz": Row(),
    "ui:set_language": Row(method="post"),
    "ui:set_theme": Row(method="post"),
    "ui:help": Row(),
    "ui:privacy": Row(),
    "ui:accessibility": Row(),
    "ui:gallery": Row(),
    # sign-in
    "accounts:choose": Row(),
    "accounts:choose_unit": Row(),
    "accounts:sessions": Row(),
    "accounts:end_other_sessions": Row(method="post"),
    "accounts:resume": Row(),
    "accounts:discard": Row(method="post"),
    "account_login": Row(),
    "account_inactive": Row(),
    "account_logout": Row(method="post"),
    "account_reset_password": Row(),
    "account_reset_password_done": Row(),
    "account_reset_password_from_key": Row(ANYWHERE, lambda p: {"uidb36": "1", "key": "a-b"}),
    "account_reset_password_from_key_done": Row(),
    "account_change_password": Row(),
    # dashboard
    "dashboard:home": Row(),
    "dashboard:status": Row(),
    "dashboard:make_card": Row(method="post"),
    "dashboard:card_image": Row(),
    "dashboard:phone_worker": Row(),
    "dashboard:manifest": Row(),
    # participants
    "participants:list": Row(),
    "participants:search": Row(method="post"),
    "participants:found": Row(ANYWHERE, lambda p: {"token": "0" * 32}),  # only of the own session
    "participants:columns": Row(),
    "participants:views": Row(),
    "participants:view_save": Row(),
    "participants:view_change": Row({}, unknown),
    "participants:view_open": Row({}, unknown, method="post"),
    "participants:view_delete": Row({}, unknown),
    "participants:select": Row(method="post"),
    "participants:bulk_agency": Row({}, token),
    "participants:bulk_agency_ends": Row({}, token),
    "participants:bulk_mentor": Row({}, token),
    "participants:bulk_cards": Row({}, token),
    "participants:bulk_cards_print": Row({}, token),
    "participants:export": Row({}, token),
    "participants:deed": Row({}, unknown),
    "participants:deed_undo": Row({}, unknown),
    "participants:exports": Row(),
    "participants:export_job": Row({}, unknown),
    "participants:export_download": Row({}, unknown, method="post"),
    "participants:register": Row(),
    "participants:registered": Row(PERSON, number),
    "participants:register_form": Row(ANYWHERE, lambda p: {"token": "0" * 32}),  # only of the own session
    "participants:register_keep": Row(ANYWHERE, lambda p: {"token": "0" * 32}, method="post"),
    "participants:register_discard": Row(ANYWHERE, lambda p: {"token": "0" * 32}, method="post"),
    "participants:verification_search": Row(method="post"),
    "participants:verifications": Row(),
    "participants:verification": Row(AREA, applicant),
    "participants:verification_accept": Row(AREA, applicant, method="post"),
    "participants:verification_ask": Row(AREA, applicant),
    "participants:verification_refuse": Row(AREA, applicant),
    "participants:self_start": Row(),
    "participants:self_begin": Row(method="post"),
    "participants:self_open": Row(),
    "participants:self_close": Row(method="post"),
    "participants:self_status": Row(ANYWHERE, applicant),  # asks for the code, and shows nothing before
    "participants:self_check": Row(ANYWHERE, applicant),
    "participants:self_withdraw": Row(ANYWHERE, applicant),
    "participants:self_step": Row(ANYWHERE, lambda p: {**applicant(p), "step": "identitas"}),
    "participants:identity_photo": Row(PERSON, number, method="post"),
    "participants:identity_photo_open": Row({}, number, method="post"),  # nobody's photo was taken
    "participants:identity_photo_compared": Row(PERSON, number, method="post"),
    "participants:sign_in": Row(),
    "participants:sign_in_code": Row(),
    "participants:sign_in_who": Row(),
    "participants:detail": Row(PERSON, number),
    "participants:duplicates": Row(),
    "participants:duplicate": Row(AREA, lambda p: {"uid": p.pair.uid}),
    "participants:duplicate_different": Row(AREA, lambda p: {"uid": p.pair.uid}),
    "participants:duplicate_ask": Row(AREA, lambda p: {"uid": p.pair.uid}, method="post"),
    "participants:merge_undo": Row(AREA, lambda p: {"uid": p.merge.uid}),
    "participants:join_with": Row(PERSON, number),
    "participants:messages": Row(AREA, number),
    "participants:pause": Row(AREA, number),
    "participants:pause_end": Row(AREA, number, method="post"),
    "participants:card": Row(PERSON, number),
    "participants:card_withdraw": Row(PERSON, number),
    "participants:unmask": Row(PERSON, number),
    "participants:edit": Row(PERSON, number),
    "participants:status": Row(PERSON, number),
    "participants:status_take_back": Row(PERSON, number),
    "participants:agency": Row(PERSON, number),
    "participants:steps": Row(PERSON, number),
    "participants:step_record": Row(PERSON, step),
    "participants:step_take_back": Row(PERSON, step),
    "participants:transfer": Row(PERSON, number),
    "participants:transfers": Row(),
    "participants:transfer_ask": Row(ANYWHERE, lambda p: {"token": "0" * 16}),  # only of the own session
    "participants:transfer_request": Row(AREA, request_to_move),
    "participants:transfer_withdraw": Row({}, request_to_move, method="post"),  # the asking office alone
    "participants:timeline": Row(PERSON, number),
    "participants:changes": Row(PERSON, number),
    "participants:notes": Row(PERSON, number),
    "participants:note_take_back": Row(  # the author alone
        {}, lambda p: {**number(p), "uid": p.note.uid}, method="post"
    ),
    "participants:document_add": Row(PERSON, number),
    "participants:document_open": Row(PERSON, document, method="post"),
    "participants:document_remove": Row(PERSON, document),
    "participants:business_add": Row(PERSON, number),
    "participants:business": Row(PERSON, business),
    "participants:business_edit": Row(PERSON, business),
    "participants:business_close": Row(PERSON, business),
    "participants:business_figures": Row(PERSON, business),
    "participants:outlet_add": Row(PERSON, business),
    "participants:outlet_remove": Row(
        PERSON, lambda p: {**business(p), "outlet": p.outlet.pk}, method="post"
    ),
    "participants:product_add": Row(PERSON, business),
    "participants:product_edit": Row(PERSON, product),
    "participants:product_remove": Row(PERSON, product),
    "participants:product_move": Row(PERSON, product, method="post"),
    "participants:product_photo": Row(PERSON, product),
    "participants:card_status": Row(ANYWHERE, lambda p: {"token": p.card}),
    "participants:imports": Row(),
    "participants:import_upload": Row(method="post"),
    "participants:import_template": Row(),
    "participants:import": Row(AREA, batch),
    "participants:import_save": Row(AREA, batch, method="post"),
    "participants:import_discard": Row(AREA, batch, method="post"),
    "participants:import_mend": Row(AREA, batch, method="post"),
    "participants:import_row": Row(AREA, batch_row),
    "participants:import_paste": Row(method="post"),
    "participants:import_columns": Row(AREA, batch),
    "participants:import_comparison": Row(AREA, batch),
    "participants:import_approve": Row(AREA, batch),
    "participants:import_withdraw": Row(AREA, batch, method="post"),
    "participants:import_undo": Row(AREA, batch),
    "participants:import_cause": Row(AREA, batch, method="post"),
    "participants:import_leave_out": Row(AREA, batch, method="post"),
    "participants:import_take_in": Row(AREA, batch, method="post"),
    "participants:import_pass": Row(AREA, batch, method="post"),
    "participants:import_rest": Row(AREA, batch, method="post"),
    "participants:import_undo_mending": Row(AREA, batch, method="post"),
    "participants:import_take_all": Row(AREA, batch, method="post"),
    "participants:import_choose": Row(AREA, batch_row, method="post"),
    "participants:import_row_open": Row(AREA, batch_row, method="post"),
    "participants:import_registered": Row(AREA, batch_row),
    # rights of the person
    "rights:requests": Row(),
    "rights:breach": Row(),
    "rights:breach_list": Row(method="post"),
    "rights:request": Row(AREA, request_of),
    "rights:grant": Row(AREA, request_of),
    "rights:refuse": Row(AREA, request_of),
    "rights:person": Row(AREA, number),
    "rights:enter": Row(AREA, number),
    "rights:consent": Row(
        AREA,
        lambda p: {**number(p), "purpose": "photos"},
        method="post",
        data=lambda p: {"channel": "counter", "answer": "yes"},
    ),
    "rights:copy": Row(AREA, number, method="post"),
    "rights:trail": Row(AREA, number),
    "rights:lift": Row(AREA, number, method="post"),
    "own_data:own_data": Row(),
    "own_data:consent": Row(kwargs=lambda p: {"purpose": "photos"}, method="post"),
    "own_data:messages": Row(),
    "own_data:add_phone": Row(method="post"),
    "own_data:remove_phone": Row(
        kwargs=lambda p: {"uid": "00000000-0000-4000-8000-000000000000"}, method="post", missing=True
    ),
    "own_data:wish": Row(kwargs=lambda p: {"code": "sms"}, method="post"),
    "own_data:copy": Row(method="post"),
    "own_data:trail": Row(),
    "own_data:correction": Row(),
    "own_data:ask": Row(kwargs=lambda p: {"kind": "erasure"}),
    "own_data:take_back": Row({"participant": HERE}, request_of, method="post"),
    # trainings
    "trainings:schedule": Row(),
    "trainings:sessions": Row(),
    "trainings:holidays": Row(),
    "trainings:holiday_create": Row(),
    "trainings:holiday_edit": Row(HOLIDAY, lambda p: {"pk": p.holiday.pk}),
    "trainings:holiday_strike": Row(HOLIDAY, lambda p: {"pk": p.holiday.pk}),
    "trainings:ramadan_create": Row(),
    "trainings:ramadan_edit": Row({"province": EVERYWHERE}, lambda p: {"pk": p.ramadan.pk}),
    "trainings:phases": Row(),
    "trainings:phase_create": Row(),
    "trainings:phase": Row(AREA, phase),
    "trainings:phase_edit": Row(AREA, phase),
    "trainings:phase_quotas": Row(AREA, phase),
    "trainings:phase_delete": Row(AREA, phase),
    "trainings:plan": Row(AREA, phase, method="post"),
    "trainings:replan": Row(AREA, phase),
    "trainings:groups": Row(AREA, phase),
    "trainings:group": Row(AREA, group),
    "trainings:group_move": Row(
        AREA, lambda p: {**group(p), "member": p.run.phase.members.get(participant=p.participant).pk}
    ),
    "trainings:plan_run": Row(AREA, run),
    "trainings:plan_keep": Row(AREA, run),
    "trainings:plan_stop": Row(AREA, run, method="post"),
    "trainings:plan_publish": Row(AREA, run),
    "trainings:session_create": Row(),
    "trainings:session": Row(SESSION, session),
    "trainings:session_copy": Row(SESSION, session),
    "trainings:repeat": Row(SESSION, session),
    "trainings:session_quotas": Row(SESSION, session),
    "trainings:equipment": Row(SESSION, session),
    "trainings:session_move": Row(SESSION, session),
    "trainings:postpone": Row(SESSION, session),
    "trainings:release_pending": Row(),
    "trainings:releases": Row(),
    "trainings:release_log": Row({**AREA, "trainer": HERE}, lambda p: {"pk": p.release.pk}),
    "trainings:activities": Row(),
    "trainings:activity_create": Row(),
    "trainings:activity_edit": Row(ANYWHERE, lambda p: {"pk": "dasar"}),
    "trainings:venues": Row(),
    "trainings:venue_create": Row(),
    "trainings:venue": Row(ROOM, room),
    "trainings:venue_edit": Row(AREA, room),
    "trainings:venue_close": Row(AREA, room),
    "trainings:closure": Row(AREA, closed_room),
    "trainings:venue_reopen": Row(AREA, closed_room, method="post"),
    "trainings:venue_retire": Row(AREA, room),
    "trainings:trainers": Row(),
    "trainings:trainer_create": Row(),
    "trainings:own_trainer": Row({"trainer": EVERYWHERE}, lambda p: {}),
    "trainings:trainer": Row(TRAINER, trainer),
    "trainings:trainer_edit": Row(ROOM, trainer),
    "trainings:trainer_absent": Row(TRAINER_AWAY, trainer),
    "trainings:absence": Row(TRAINER_AWAY, away),
    "trainings:trainer_present": Row(TRAINER_AWAY, away, method="post"),
    "trainings:trainer_retire": Row(ROOM, trainer),
    "trainings:session_edit": Row(SESSION, session),
    "trainings:publish": Row(SESSION, session),
    "trainings:cancel": Row(SESSION, session),
    "trainings:ready_texts": Row(SESSION, session),
    "trainings:invite_chosen": Row({}, token),
    "trainings:invite": Row(SESSION, session),
    "trainings:add": Row(SESSION, session),
    "trainings:release": Row(SESSION, lambda p: {"pk": p.session.pk, "booking": p.booking.pk}),
    "trainings:exchange": Row(SESSION, lambda p: {"pk": p.session.pk, "booking": p.booking.pk}),
    "trainings:day_add": Row(SESSION, session),
    "trainings:day_remove": Row(SESSION, session),
    "trainings:attendance": Row(SESSION, session),
    "trainings:mark": Row(SESSION, session, method="post", data=seat),
    "trainings:take_back": Row(SESSION, session, method="post", data=seat),
    "trainings:admit": Row(SESSION, session, method="post", data=number),
    "trainings:all_but": Row(SESSION, session, method="post"),
    "trainings:close": Row(SESSION, session, method="post"),
    "trainings:attendance_sheet": Row(SESSION, session),
    "trainings:door": Row(),
    "trainings:door_worker": Row(),
    "trainings:door_list": Row(SESSION, session),
    "trainings:door_send": Row(SESSION, session, method="post"),
    "trainings:scan_log": Row(SESSION, session),
    "trainings:sheet_entry": Row(SESSION, session),
    "trainings:hours": Row(SESSION, session),
    "trainings:hours_mend": Row(SESSION, lambda p: {"pk": p.session.pk, "booking": p.booking.pk}),
    "trainings:wall": Row(SESSION, session),
    "trainings:wall_seen": Row(),
    "trainings:check_in": Row(),
    "trainings:check_in_by_card": Row(ANYWHERE, lambda p: {"token": p.card}),
    "trainings:feedback_trend": Row(),
    "trainings:feedback_about": Row(SESSION, session),
    "trainings:feedback": Row(SESSION, session),
    "trainings:feedback_link": Row(ANYWHERE, lambda p: {"token": "a-" + "b" * 24}, missing=True),
    "trainings:answer": Row(SESSION, session),
    # the address is the right to answer; a wrong one opens nothing (tests/trainings/test_answers.py)
    "trainings:answer_link": Row(ANYWHERE, lambda p: {"token": "a-" + "b" * 24}, missing=True),
    "trainings:move_link": Row(ANYWHERE, lambda p: {"token": "a-" + "b" * 24}, missing=True),
    "trainings:again_link": Row(ANYWHERE, lambda p: {"token": "a-" + "b" * 24}, missing=True),
    "trainings:move": Row(SESSION, session),
    "trainings:extra_seats": Row(SESSION, session),
    "trainings:need_invite": Row(SESSION, session),
    "trainings:need": Row(),
    "trainings:line": Row(),
    "trainings:take_off": Row(AREA, lambda p: {"pk": p.wait.pk}),
    "trainings:radar": Row(),
    "trainings:at_risk": Row(),  # tests/trainings/test_radar.py tries areas of others
    "trainings:own_waits": Row(),
    "trainings:join": Row(kwargs=lambda p: {"code": "dasar"}, method="post"),
    "trainings:leave": Row({"participant": HERE}, lambda p: {"pk": p.wait.pk}, method="post"),
    "trainings:availability": Row(method="post"),
    "trainings:times_of": Row(AREA, number),
    "trainings:feeds": Row(),
    "trainings:feed_withdraw": Row(NOBODY, lambda p: {"uid": p.feed.uid}, method="post"),
    "trainings:own_feed": Row(),
    "trainings:own_feed_withdraw": Row({"participant": HERE}, lambda p: {"uid": p.feed.uid}, method="post"),
    "trainings:feed": Row(ANYWHERE, lambda p: {"token": "0" * 32}, missing=True),
    "trainings:session_certificates": Row(SESSION, session),
    "trainings:session_certificates_file": Row(SESSION, session),
    "trainings:own_certificates": Row(),
    "trainings:make_own_certificate": Row(method="post"),
    "trainings:own_certificate_file": Row(PERSON, lambda p: {"year": p.certificate.year}),
    "trainings:certificate_check": Row(),
    "trainings:certificate": Row(ANYWHERE, lambda p: {"code": "0" * 16}, missing=True),
    "trainings:certificate_detail": Row(AREA, certificate),
    "trainings:certificate_file": Row(AREA, certificate),
    "trainings:certificate_name": Row(AREA, certificate, method="post"),
    "trainings:certificate_reissue": Row(AREA, certificate),
    "trainings:certificate_revoke": Row(AREA, certificate),
    # bazaars
    "bazaars:sales_link": Row(None, lambda p: {"token": token_of(p.allocation.pk, 0, column=SALES)}),
    "bazaars:own_sales": Row(SITE, site),
    "bazaars:fairness_answer": Row(),
    "bazaars:fairness": Row(),
    "bazaars:fairness_file": Row(None, lambda p: {"form": "csv"}, method="post"),
    "bazaars:late_sales": Row(),
    "bazaars:places": Row(),
    "bazaars:takings": Row({**AREA, "pengampu": HERE}, lambda p: {"slug": p.bazaar.slug}),
    "bazaars:takings_file": Row(
        {**AREA, "pengampu": HERE}, lambda p: {"slug": p.bazaar.slug, "form": "csv"}, method="post"
    ),
    "bazaars:door": Row(),
    "bazaars:door_worker": Row(),
    "bazaars:door_list": Row(PARTNER, site),
    "bazaars:door_send": Row(PARTNER, site, method="post"),
    "bazaars:day": Row(PARTNER, site),
    "bazaars:count_visitors": Row(PARTNER, site, method="post"),
    "bazaars:incidents": Row(PARTNER, site),
    "bazaars:food": Row(PARTNER, site),
    "bazaars:give_empty_stall": Row(
        PARTNER, lambda p: {**site(p), "number": "A01", "share": 1}, method="post"
    ),
    "bazaars:arrive": Row(PARTNER, application, method="post"),
    "bazaars:take_back_arrival": Row(PARTNER, application, method="post"),
    "bazaars:close_incident": Row(PARTNER, incident),
    "bazaars:incident_photo": Row(PARTNER, incident, method="post"),
    "bazaars:enter_sales": Row(VENDOR, allocation),
    "bazaars:renew_sales_address": Row(VENDOR, allocation, method="post"),
    "bazaars:partner_sales": Row(PARTNER, lambda p: {**site(p), "number": "P01"}),
    "bazaars:public": Row(),
    "bazaars:bazaar": Row(ANYWHERE, lambda p: {"slug": p.bazaar.slug}),
    "bazaars:script": Row(),
    "bazaars:public_draw": Row(ANYWHERE, lambda p: {"pk": p.draw.site_id}),
    "bazaars:record": Row({}, lambda p: {"pk": p.draw.site_id}),
    "bazaars:frozen_list": Row(ANYWHERE, lambda p: {"pk": p.draw.site_id}),
    "bazaars:apply": Row(ANYWHERE, site),
    "bazaars:withdraw": Row(SITE, site),
    "bazaars:result": Row(SITE, site),
    "bazaars:bazaars": Row(),
    "bazaars:create": Row(),
    "bazaars:add_site": Row(SITE, lambda p: {"slug": p.bazaar.slug}),
    "bazaars:facts": Row(SITE, lambda p: {"slug": p.bazaar.slug}),
    "bazaars:copy": Row(SITE, lambda p: {"slug": p.bazaar.slug}),
    "bazaars:conditions": Row(SITE, lambda p: {"slug": p.bazaar.slug}),
    "bazaars:papers": Row(PERSON, number),
    "bazaars:papers_waiting": Row(),
    "bazaars:decide_paper": Row(PERSON, paper),
    "bazaars:open_paper": Row(PERSON, paper, method="post"),
    "bazaars:nominate": Row(SITE, site),
    "bazaars:curation": Row(SITE, site),
    "bazaars:score": Row(CURATED, curated),
    "bazaars:curated_photo": Row({"sudin": CITY}, lambda p: {**curated(p), "uid": p.product.uid}),
    "bazaars:conflict": Row(CURATED, curated),
    "bazaars:decide": Row(CURATED, curated),
    "bazaars:answer_curation": Row(SITE, site, method="post"),
    "bazaars:site": Row(SITE, site),
    "bazaars:place": Row(SITE, site),
    "bazaars:give_plan": Row(SITE, site, method="post"),
    "bazaars:stalls": Row(SITE, site),
    "bazaars:change_stalls": Row(SITE, site, method="post"),
    "bazaars:place_stalls": Row(SITE, site, method="post"),
    "bazaars:ground": Row(SITE, site),
    "bazaars:plan_versions": Row(SITE, site),
    "bazaars:plan_version": Row(SITE, lambda p: {**site(p), "number": 2}),
    "bazaars:restore_plan": Row(SITE, lambda p: {**site(p), "number": 2}, method="post"),
    "bazaars:plan": Row(ANYWHERE, site),
    "bazaars:plan_board": Row(ANYWHERE, site),
    "bazaars:plan_photo": Row(ANYWHERE, lambda p: {**site(p), "uid": p.site.plan_photos.get().uid}),
    "bazaars:remove_stalls": Row(SITE, lambda p: {"pk": p.site.pk, "letter": "A"}, method="post"),
    "bazaars:quotas": Row(SITE, site),
    "bazaars:open": Row(SITE, site),
    "bazaars:commit": Row(SITE, site),
    "bazaars:freeze": Row(SITE, site),
    "bazaars:reveal": Row(SITE, site),
    "bazaars:give_up": Row(SITE, site),
    "bazaars:screen": Row(SITE, site),
    "bazaars:move": Row(SITE, site),
    "bazaars:draw": Row(SITE, site),
    "bazaars:answer": Row(SITE, site, method="post"),
    "bazaars:answer_link": Row(ANYWHERE, lambda p: {"token": "a-" + "b" * 24}, missing=True),
    "bazaars:desk": Row(AREA, site),
    "bazaars:site_call_list": Row(SITE, site),
    "bazaars:call_sheet": Row({"sudin": CITY}, site, method="post"),
    "bazaars:note_call": Row(SITE, lambda p: {"pk": p.allocation.pk}, method="post"),
    "bazaars:desk_file": Row(AREA, site, method="post"),
    "bazaars:deadline": Row(SITE, site),
    "bazaars:confirmations": Row(SITE, site),
    "bazaars:absence": Row(SITE, lambda p: {"pk": p.allocation.pk}),
    "bazaars:own_turns": Row(),
    "bazaars:ask_exchange": Row(SITE, site, method="post"),
    "bazaars:answer_exchange": Row(SITE, lambda p: {"pk": 1}, method="post", missing=True),
    "bazaars:take_back": Row(SITE, lambda p: {"pk": p.allocation.pk}),
    "bazaars:cancel_site": Row(SITE, site),
    "bazaars:cancel_bazaar": Row(SITE, lambda p: {"slug": p.bazaar.slug}),
    # messages
    "trainings:desk": Row(AREA, lambda p: {"pk": p.session.pk}),
    "trainings:session_call_list": Row(AREA, lambda p: {"pk": p.session.pk}),
    "trainings:call_sheet": Row(AREA, lambda p: {"pk": p.session.pk}, method="post"),
    "trainings:note_call": Row(
        AREA, lambda p: {"pk": p.session.pk, "booking": p.session.bookings.first().pk}, method="post"
    ),
    "trainings:desk_file": Row(AREA, lambda p: {"pk": p.session.pk}, method="post"),
    "notifications:messages": Row(),
    "notifications:hours": Row(),
    "notifications:ready_texts": Row(AREA, cause),
    "notifications:whatsapp": Row(refuses=True),
    "notifications:own_phone": Row(),
    "notifications:own_phone_remove": Row(method="post"),
    "notifications:chains": Row(),
    "notifications:chain": Row(ANYWHERE, lambda p: {"kind": "session_reminder"}),
    "notifications:chain_edit": Row(ANYWHERE, lambda p: {"kind": "session_reminder"}),
    "notifications:end": Row(ANYWHERE, lambda p: {"token": "bukan-ini"}, missing=True),
    "notifications:shown": Row(NOBODY, lambda p: {"token": "bukan-ini"}, method="post", refuses=True),
    "notifications:sms": Row(NOBODY, lambda p: {"secret": "bukan-ini"}, method="post", refuses=True),
    "notifications:tick_group": Row(AREA, lambda p: {**cause(p), "kind": "session_reminder"}, method="post"),
    "notifications:sending": Row(),
    "notifications:campaigns": Row(),
    "notifications:campaign_write": Row(),
    "notifications:prices": Row(),
    "notifications:campaign": Row(AREA, campaign),
    "notifications:campaign_edit": Row(AREA, campaign),
    "notifications:campaign_test": Row(AREA, campaign, method="post"),
    "notifications:campaign_send": Row(AREA, campaign),
    "notifications:campaign_approve": Row(AREA, campaign),
    "notifications:campaign_return": Row(AREA, campaign, method="post"),
    "notifications:campaign_stop": Row(AREA, campaign, method="post"),
    "notifications:campaign_go_on": Row(AREA, campaign, method="post"),
    "notifications:campaign_discard": Row(AREA, campaign),
    "notifications:message": Row(AREA, message),
    "notifications:retry": Row(AREA, message, method="post"),
    "notifications:open_ready_text": Row(AREA, message, method="post"),
    "notifications:tick": Row(AREA, message, method="post"),
    "notifications:untick": Row(AREA, message, method="post"),
    "notifications:texts": Row(),
    "notifications:text_kind": Row(ANYWHERE, lambda p: {"kind": "session_reminder"}),
    "notifications:text_times": Row(ANYWHERE, lambda p: {"kind": "session_reminder"}),
    "notifications:text_edit": Row(ANYWHERE, message_text),
    "notifications:text_look": Row(ANYWHERE, message_text, method="post"),
    "notifications:text_version": Row(ANYWHERE, lambda p: {**message_text(p), "version": 0}),
    "notifications:text_template": Row(
        ANYWHERE, lambda p: {"kind": "session_reminder", "language": "id", "version": 0}
    ),
    "notifications:tray": Row(),
    "notifications:inbound": Row(AREA, inbound),
    "notifications:inbound_done": Row(AREA, inbound, method="post"),
    "notifications:inbound_reply": Row(AREA, inbound, method="post"),
    "notifications:inbound_answer": Row(AREA, inbound, method="post"),
    "notifications:inbound_hand_over": Row(AREA, inbound, method="post"),
    "demo:messages": Row(missing=True),  # there in demonstration mode only
    "demo:phones": Row(missing=True),
    "demo:phone": Row(kwargs=message, missing=True),
    # audit
    "audit:events": Row(),
    "audit:event": Row(AREA, lambda p: {"pk": p.event.pk}),
}
