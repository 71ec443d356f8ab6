"""Forms: the same words above and at the field, numbers read alike in both languages."""

import re
from datetime import date, time

import pytest
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from okoce.ui import forms

INDONESIAN = translation.override("id")


class Counter(forms.Form):
    full_name = forms.CharField(label="Nama lengkap", help_text="Sesuai KTP")
    nik = forms.NikField(label="NIK")
    phone = forms.PhoneField(label="Nomor HP", mobile_only=True)
    kelurahan = forms.ChoiceField(label="Kelurahan", choices=[("", "-"), ("1", "Grogol")])
    kind = forms.ChoiceField(
        label="Keadaan", widget=forms.RadioSelect, choices=[("0", "Baru"), ("1", "Lama")]
    )
    turnover = forms.RupiahField(label="Omzet", required=False)
    consent = forms.BooleanField(label="Setuju")

    def clean(self):
        if self.data.get("clash"):
            self.add_error(None, "Orang ini sudah terdaftar")
        return super().clean()


WRONG = {"nik": "317302150389000", "phone": "08I2 5550 0655", "turnover": "1,5 juta", "clash": "1"}


def render(source, **context):
    return Template("{% load okoce_ui %}" + source).render(
        Context({"request": RequestFactory().get("/"), **context})
    )


def words_at_fields(html):
    return re.findall(r'<span id="error_\d+_\w+"><strong>(.*?)</strong>', html)


@pytest.mark.parametrize("language", ["id", "en"])
def test_error_summary_says_the_words_of_the_fields(language):
    with translation.override(language):
        form = Counter(WRONG)
        summary = render('{% include "components/form_errors.html" with form=form only %}', form=form)
        fields = render("{% form_body form %}", form=form)

    said = re.findall(r'<a href="#\w+">(.*?)</a>', summary)
    assert said == words_at_fields(fields)
    assert len(said) == 7


def test_every_link_of_the_summary_leads_to_an_input():
    form = Counter(WRONG)
    targets = [line["href"][1:] for line in forms.error_lines(form) if line["href"]]
    html = render("{% form_body form %}", form=form)

    assert [t for t in targets if not re.search(rf'<(?:input|select|textarea)[^>]* id="{t}"', html)] == []


def test_form_wide_errors_stand_in_the_summary_only():
    form = Counter(WRONG)
    summary = render('{% include "components/form_errors.html" with form=form only %}', form=form)

    assert "<li>Orang ini sudah terdaftar</li>" in summary
    assert "Orang ini sudah terdaftar" not in render("{% form_body form %}", form=form)


def test_an_untouched_form_has_no_summary():
    assert (
        render('{% include "components/form_errors.html" with form=form only %}', form=Counter()).strip()
        == ""
    )


def test_title_of_a_wrong_form_begins_with_the_news():
    with INDONESIAN:
        assert render("{% title_prefix form %}", form=Counter(WRONG)) == "Salah: "
        assert render("{% title_prefix form %}", form=Counter()) == ""


def test_errors_and_hints_are_tied_to_the_input():
    html = render("{% form_body form %}", form=Counter({**WRONG, "full_name": ""}))
    described = re.search(r'<input type="text" name="full_name"[^>]*aria-describedby="([^"]+)"', html)[
        1
    ].split()

    assert described == ["id_full_name_helptext", "id_full_name_error"]
    assert [i for i in described if f'id="{i}"' not in html] == []


def test_form_body_writes_no_form_tag_and_no_token():
    html = render("{% form_body form %}", form=Counter())

    assert "<form" not in html
    assert "csrfmiddlewaretoken" not in html


def test_one_field_can_stand_alone():
    html = render("{% form_field form.nik %}", form=Counter())

    assert re.findall(r'id="div_id_(\w+)"', html) == ["nik"]


def test_optional_fields_say_so_and_missing_ones_are_named():
    with INDONESIAN:
        form = Counter({})
        assert form.fields["turnover"].label == "Omzet (boleh kosong)"
        assert [line["text"] for line in forms.error_lines(form)] == [
            "Isi “Nama lengkap”",
            "Isi “NIK”",
            "Isi “Nomor HP”",
            "Pilih “Kelurahan”",
            "Pilih “Keadaan”",
            "Centang “Setuju”",
        ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("317302150389000", "NIK baru 15 angka. Isi 16 angka seperti di KTP"),
        ("31730215038900011", "NIK berisi 17 angka, seharusnya 16 seperti di KTP. Hapus angka yang lebih"),
        ("3173O21503890001", "NIK berisi huruf atau tanda. Tulis 16 angka seperti di KTP"),
        ("3173023903890001", "Angka ke-7 dan ke-8 NIK bukan tanggal lahir. Cocokkan lagi dengan KTP"),
        ("3173021513890001", "Angka ke-7 sampai ke-12 NIK bukan tanggal. Cocokkan lagi dengan KTP"),
        ("3173021503890000", "NIK tidak pernah berakhir 0000. Salin empat angka terakhir dari KTP"),
    ],
)
def test_a_wrong_nik_is_explained_without_repeating_it(typed, words):
    with INDONESIAN:
        form = Counter({"nik": typed})
        assert form.errors["nik"] == [words]

    assert typed not in words


def test_nik_and_phone_are_cleaned_to_their_canonical_form():
    form = Counter({"nik": " 3173.0215-0389 9001 ", "phone": "0812 0000 4417"})
    form.is_valid()

    assert (form.cleaned_data["nik"], form.cleaned_data["phone"]) == ("3173021503899001", "+6281200004417")


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("08I2 5550 0655", "Nomor HP berisi huruf. Tulis angka saja, contoh 081234567890"),
        ("0812", "Jumlah angka nomor HP kurang atau lebih. Periksa lagi, contoh 081234567890"),
        ("021 5550 0655", "Ini bukan nomor HP. Tulis nomor yang diawali 08 supaya pesan sampai"),
        ("+1 202 555 0100", "Ini nomor luar negeri. Tulis nomor Indonesia, contoh 081234567890"),
    ],
)
def test_a_wrong_phone_is_explained(typed, words):
    with INDONESIAN:
        assert Counter({"phone": typed}).errors["phone"] == [words]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize(
    ("typed", "amount"),
    [("500.000", 500_000), ("Rp 1.500.000,-", 1_500_000), ("8400000", 8_400_000), ("", None)],
)
def test_rupiah_is_read_alike_in_both_languages(language, typed, amount):
    with translation.override(language):
        assert forms.RupiahField(required=False).clean(typed) == amount


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("typed", ["500,000", "1,5 juta", "-5", "9" * 30, "1.5"])
def test_rupiah_that_could_mean_two_amounts_is_refused(language, typed):
    with translation.override(language), pytest.raises(forms.ValidationError):
        forms.RupiahField().clean(typed)


def test_rupiah_is_shown_as_it_is_read():
    field = forms.RupiahField()

    assert field.clean(field.prepare_value(8_400_000)) == 8_400_000
    assert not field.has_changed(8_400_000, "8.400.000")


@pytest.mark.parametrize("language", ["id", "en"])
def test_rule_67_a_day_typed_in_either_language_is_the_same_day(language):
    with translation.override(language):
        assert {forms.DateField().clean(t) for t in ("2026-08-12", "12/08/2026", "12-08-2026")} == {
            date(2026, 8, 12)
        }
        assert {forms.TimeField().clean(t) for t in ("09:00", "09.00")} == {time(9)}
        html = forms.DateField().widget.render("d", date(2026, 8, 12))

    assert 'type="date"' in html
    assert 'value="2026-08-12"' in html


def test_filters_ignore_what_they_cannot_read():
    class Filter(forms.FilterForm):
        q = forms.CharField(label="Cari")
        kecamatan = forms.ChoiceField(label="Kecamatan", choices=[("", "Semua"), ("1", "Palmerah")])

    assert Filter({"q": "keripik", "kecamatan": "nonsense"}).chosen == {"q": "keripik"}
    assert Filter(None).chosen == {}
