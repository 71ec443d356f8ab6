import factory
from factory.django import DjangoModelFactory

from okoce.accounts.models import Membership, User
from okoce.accounts.roles import Role

PALMERAH, KEMBANGAN = "31.73.07", "31.73.08"  # kecamatan of Jakarta Barat
JAKARTA_BARAT, JAKARTA_PUSAT = "31.73", "31.71"
UNIT_OF = {
    Role.SUDIN: lambda area: f"ppkukm-{area.replace('.', '-')}",
    Role.KECAMATAN: lambda area: f"kecamatan-{area.replace('.', '-')}",
    Role.PROVINCE: lambda area: "dinas-ppkukm",
}


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"petugas{n}")
    full_name = factory.Sequence(lambda n: f"Petugas {n}")
    email = factory.LazyAttribute(lambda u: f"{u.username}@example.org")
    password = factory.django.Password("sandi-untuk-tes")


def member(role, area=None, organisation=None, **user_fields) -> User:
    """A person with one membership, already working for it (`user.active_membership`)."""
    role = Role(role)
    user = UserFactory(**user_fields)
    if organisation is None and role in UNIT_OF:
        organisation = UNIT_OF[role](area)
    membership = Membership.objects.create(user=user, role=role, area_id=area, organisation_id=organisation)
    return user.acting_as(membership)
