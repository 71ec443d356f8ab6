"""Figures, dates and numbers as the programme writes them, in both languages."""

from datetime import UTC, date, datetime, time

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from okoce.ui.templatetags import okoce_ui as tags

DAY = date(2026, 8, 12)
EVENING_UTC = datetime(2026, 8, 11, 18, 30, tzinfo=UTC)  # already the 12th in Jakarta


@pytest.mark.parametrize(
    ("function", "value", "indonesian", "english"),
    [
        (tags.number, 6160, "6.160", "6,160"),
        (tags.number, None, "", ""),
        (tags.rupiah, 8_400_000, "Rp8.400.000", "Rp8.400.000"),
        (tags.rupiah_short, 8_400_000, "Rp8,4 juta", "Rp8,4 juta"),
        (tags.long_date, DAY, "Rabu 12 Agustus 2026", "Wednesday 12 August 2026"),
        (tags.full_date, DAY, "12 Agustus 2026", "12 August 2026"),
        (tags.short_date, DAY, "12 Agu 2026", "12 Aug 2026"),
        (tags.day_month, DAY, "12 Agu", "12 Aug"),
        (tags.month_short, DAY, "Agu", "Aug"),
        (tags.clock, time(9), "09.00", "09:00"),
        (tags.clock, EVENING_UTC, "01.30", "01:30"),
        (tags.long_date, EVENING_UTC, "Rabu 12 Agustus 2026", "Wednesday 12 August 2026"),
        (tags.moment, EVENING_UTC, "12 Agu 2026, 01.30", "12 Aug 2026, 01:30"),
        (tags.long_date, None, "", ""),
    ],
)
def test_rule_67_figures_and_dates_follow_the_language(function, value, indonesian, english):
    shown = []
    for language in ("id", "en"):
        with translation.override(language):
            shown.append(function(value))

    assert shown == [indonesian, english]


@pytest.mark.parametrize(
    ("value", "name"), [(0, "v-0"), (77, "v-77"), (118, "v-100"), (-3, "v-0"), (None, "v-0")]
)
def test_bars_are_never_longer_than_their_track(value, name):
    assert tags.v_class(value) == name


@pytest.mark.parametrize(
    ("part", "whole", "percent"), [(999, 1000, 99), (1000, 1000, 100), (118, 100, 118), (5, 0, 0)]
)
def test_only_all_of_it_is_a_hundred_percent(part, whole, percent):
    assert tags.percent_of(part, whole) == percent


def test_a_phone_number_is_written_as_it_is_dialled_and_nothing_stays_nothing():
    assert [tags.phone_number(value) for value in ("+6281200004417", "", None)] == ["0812-0000-4417", "", ""]


@pytest.mark.parametrize(
    ("function", "value"), [(tags.masked_phone, "+6281200004417"), (tags.masked_nik, "3173021503899001")]
)
def test_masked_numbers_hide_most_digits(function, value):
    shown = function(value)

    assert shown.count("•") >= 4
    assert value not in shown
    assert function("") == ""


def test_an_icon_is_decorative_and_an_unknown_one_is_refused():
    html = str(tags.icon("list"))

    assert 'aria-hidden="true"' in html
    assert html.endswith('icons.svg#list"/></svg>')
    with pytest.raises(ValueError, match="no-such-icon"):
        tags.icon("no-such-icon")


def test_a_new_choice_starts_at_the_first_page():
    request = RequestFactory().get("/peserta/?kota=31.73&halaman=abc&urut=nama")
    template = Template("{% load okoce_ui %}{% url_with urut='hadir' kota=None %}")

    assert template.render(Context({"request": request})) == "?urut=hadir"
