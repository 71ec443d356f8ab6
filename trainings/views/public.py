"""The schedule for everybody."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from okoce.accounts.access import public
from okoce.ui.pagination import keyset_page
from okoce.ui.responses import render_page
from trainings import public_schedule


@public
def schedule(request: HttpRequest) -> HttpResponse:
    """Coming sessions with seats left, of all kecamatan or one."""
    areas = list(public_schedule.kecamatan_with_sessions())
    chosen = request.GET.get("kecamatan", "")
    area = next((a for a in areas if a.code == chosen), None)
    page = keyset_page(
        public_schedule.coming(kecamatan=area.code if area else None),
        request,
        order=("starts_at", "pk"),
        size=30,
    )
    context = {
        "areas": areas,
        "area": area,
        "page": page,
        "sessions": [public_schedule.row_of(session) for session in page.rows],
    }
    return render_page(request, "trainings/schedule.html", context)
