from datetime import date

import factory
from factory.django import DjangoModelFactory

from okoce.values import names
from participants.enums import Sex, Source
from participants.models import Participant


class ParticipantFactory(DjangoModelFactory):
    """A resident of Palmerah; pass ``kelurahan_id`` for another place (kecamatan and city follow)."""

    class Meta:
        model = Participant
        skip_postgeneration_save = True

    # Tests write low numbers themselves: no sequence arrives at one of theirs, whatever ran before.
    number = factory.Sequence(lambda n: f"JB-PM-{20_000 + n:05d}")
    full_name = factory.Sequence(lambda n: f"Siti Rahmawati {'ABCDEFGHIJ'[n % 10]}")
    name_key = factory.LazyAttribute(lambda p: names.key(p.full_name))
    birth_date = date(1990, 8, 17)
    sex = Sex.FEMALE
    kelurahan_id = "31.73.07.1001"
    kecamatan_id = factory.LazyAttribute(lambda p: p.kelurahan_id[:8])
    city_id = factory.LazyAttribute(lambda p: p.kelurahan_id[:5])
    source = Source.COUNTER
    registered_on = date(2026, 3, 12)
    nik = factory.Sequence(lambda n: f"31730757{(n // 900 + 7) % 12 + 1:02d}90{9100 + n % 900}")
    phone = factory.Sequence(lambda n: f"+62812{1000 + n % 9000}0000")

    @classmethod
    def _create(cls, model, *args, **fields):
        # uid first: the seals of nik and phone are bound to it
        nik, phone = fields.pop("nik"), fields.pop("phone")
        row = model(*args, **fields)
        row.nik, row.phone = nik, phone
        row.save()
        return row
