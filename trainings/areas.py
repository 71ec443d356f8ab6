"""Among which kecamatan, kelurahan and cities somebody chooses on the pages of trainings."""

from __future__ import annotations

from typing import Any

from django.db.models import Count

from okoce.accounts.roles import has_permission
from okoce.accounts.scope import scope_of
from okoce.regions.models import Region
from trainings.models import TrainingSession


def kecamatan_for(user: Any) -> Any:
    """Kecamatan the person may plan sessions for."""
    scope = scope_of(user)
    if not has_permission(user, "trainings.manage"):
        return Region.objects.none()
    if scope.kecamatan:
        return Region.objects.filter(code=scope.kecamatan)
    return Region.objects.kecamatan(city=scope.city) if scope.city else Region.objects.none()


def kecamatan_to_filter(user: Any) -> Any:
    """Kecamatan among whose sessions the person may choose; none where there is only one."""
    scope = scope_of(user)
    if scope.everything:
        return Region.objects.kecamatan()
    return Region.objects.kecamatan(city=scope.city) if scope.city else Region.objects.none()


def kecamatan_of_jakarta() -> Any:
    return Region.objects.kecamatan().order_by("name")


def kecamatan_of_the_city(user: Any) -> Any:
    """Those whose rooms the person sees: of the own city, the province of all."""
    membership = user.active_membership
    area = membership.area_id if membership is not None else None
    if area and len(area) >= len("31.73"):
        return Region.objects.kecamatan(city=area[:5]).order_by("name")
    return kecamatan_of_jakarta()


def cities_of_jakarta() -> Any:
    return Region.objects.cities().order_by("name")


def kecamatan_of_radar(user: Any, *, city: str | None) -> Any:
    """Kecamatan whose radar the person sees; of one city when it is given."""
    scope = scope_of(user)
    if not has_permission(user, "trainings.radar"):
        return Region.objects.none()
    if scope.kecamatan:
        return Region.objects.filter(code=scope.kecamatan)
    if scope.city:
        return Region.objects.kecamatan(city=scope.city)
    return Region.objects.kecamatan(city=city) if scope.everything else Region.objects.none()


def cities_of_radar(user: Any) -> list[Region] | None:
    """Cities among which the person chooses; None for whoever has one."""
    scope = scope_of(user)
    return list(Region.objects.cities().order_by("name")) if scope.everything else None


def busiest_city(cities: list[Region]) -> Region:
    """The city with the most sessions: where the province looks first."""
    counts = TrainingSession.objects.active().order_by().values_list("city").annotate(n=Count("pk"))
    sessions = dict(counts)
    return max(cities, key=lambda city: sessions.get(city.code, 0))


def of_holidays(user: Any) -> tuple[Any, bool]:
    """Cities whose days off the person keeps, and whether also those of all Jakarta."""
    scope = scope_of(user)
    if not has_permission(user, "trainings.calendar"):
        return Region.objects.none(), False
    if scope.everything:
        return Region.objects.cities().order_by("name"), True
    return Region.objects.filter(code=scope.city), False


def kelurahan_of(kecamatan: str) -> list[tuple[str, str]]:
    return list(Region.objects.kelurahan(kecamatan=kecamatan).order_by("name").values_list("code", "name"))
