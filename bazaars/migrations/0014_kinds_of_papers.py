from django.db import migrations

KINDS = [
    (
        "nib", "NIB", "Business number (NIB)", False,
        "Gratis di oss.go.id; kantor kecamatan membantu mengisinya",
        "Free at oss.go.id; the kecamatan office helps to fill it in",
    ),
    (
        "pirt", "SPP-IRT", "Home food permit (SPP-IRT)", False,
        "Ikuti penyuluhan keamanan pangan, lalu daftar di sppirt.pom.go.id; pendamping membantu",
        "Attend a food safety course, then apply at sppirt.pom.go.id; your mentor helps",
    ),
    (
        "halal", "Sertifikat halal", "Halal certificate", False,
        "Daftar gratis (SEHATI) di ptsp.halal.go.id; pendamping membantu",
        "Apply free of charge (SEHATI) at ptsp.halal.go.id; your mentor helps",
    ),
    (
        "slhs", "Sertifikat laik higiene (SLHS)", "Hygiene certificate (SLHS)", False,
        "Minta pemeriksaan ke Sudin Kesehatan lewat puskesmas terdekat",
        "Ask the health office for an inspection through the nearest puskesmas",
    ),
    (
        "bpom", "Izin edar BPOM", "BPOM distribution permit", False,
        "Daftar di registrasipangan.pom.go.id atau notifkos.pom.go.id",
        "Apply at registrasipangan.pom.go.id or notifkos.pom.go.id",
    ),
    (
        "uji-pangan", "Uji bahan berbahaya", "Test for dangerous substances", True,
        "Bawa contoh makanan ke pemeriksaan Sudin KPKP; jadwalnya ada di kantor kecamatan",
        "Bring a sample to the test of Sudin KPKP; the kecamatan office knows when",
    ),
]


def add(apps, schema_editor):
    kinds = apps.get_model("bazaars", "PaperKind")
    for position, (code, name_id, name_en, is_check, how_id, how_en) in enumerate(KINDS, 1):
        kinds.objects.update_or_create(
            code=code,
            defaults={
                "name_id": name_id,
                "name_en": name_en,
                "is_check": is_check,
                "how_id": how_id,
                "how_en": how_en,
                "position": position,
            },
        )


class Migration(migrations.Migration):
    dependencies = [("bazaars", "0013_conditions_of_the_call")]
    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
