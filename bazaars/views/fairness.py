"""The fairness report of a year for the council: shares, turns, who was passed over and why."""

from __future__ import annotations

import io
from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from bazaars import crumbs
from bazaars import fairness as rules
from bazaars.fairness_report import Report, columns, sheet_rows
from bazaars.views.takings import CSV, XLSX
from okoce.accounts.access import requires
from okoce.audit.services import record as record_audit
from okoce.db.sealed_files import private_response
from okoce.ui.responses import render_page
from okoce.values import sheets

FIRST_YEAR = 2017
MOST_PASSED_OVER = 100  # on the page; the file holds all


def _year(request: HttpRequest, today: date) -> int:
    text = request.GET.get("tahun", "")
    year = int(text) if text.isascii() and text.isdecimal() and len(text) == 4 else today.year
    return year if FIRST_YEAR <= year <= today.year + 1 else today.year


@requires("bazaars.fairness")
@require_safe
def fairness(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    report = Report(request.user, _year(request, today))
    passed = report.passed_over()
    largest = max(report.turns.values(), default=0)
    for group in (groups := report.groups()):
        group["rows"] = (
            []
            if group["is_too_small"]
            else [{"share": row, "name": report.names.get(row.code, row.code)} for row in group["rows"]]
        )
    context = {
        "report": report,
        "gini": report.gini_turns,
        "top": rules.share_of_top_tenth(report.held),
        "first": rules.share_of_first_timers(report.held),
        "stall_days": sum(row.stall_days for row in report.held),
        "turns": [
            {"turns": n, "count": count, "percent": rules.percent(count, largest)}
            for n, count in sorted(report.turns.items())
        ],
        "groups": groups,
        "reasons": rules.reasons_of((draw.record for draw in report.draws), _reason_label),
        "passed": passed[:MOST_PASSED_OVER],
        "left_out": max(len(passed) - MOST_PASSED_OVER, 0),
        "years": [
            {"year": year, "is_current": year == report.year}
            for year in sorted({today.year - 1, today.year, report.year})
        ],
        "crumbs": crumbs.of_offices(_("Fairness of stalls")),
    }
    return render_page(request, "bazaars/fairness.html", context)


def _reason_label(reason: str) -> str:
    return {
        "PLACES_FULL": _("All places were taken by applicants further up in the order"),
        "PENGAMPU_FULL": _("The quota of the pengampu was full"),
        "CATEGORY_FULL": _("The quota of the kind of goods was full"),
        "KEPT_FOR_MINIMUM": _("The places left were kept for a guaranteed minimum"),
    }.get(reason, _("A stall given here would have left another one empty"))


@requires("bazaars.fairness")
@require_POST
def fairness_file(request: HttpRequest, form: str) -> HttpResponse:
    """The figures of the report as a table, without names. Recorded."""
    if form not in ("xlsx", "csv"):
        raise Http404(_("There is no such file"))
    report = Report(request.user, _year(request, timezone.localdate()))
    rows, heads, content = list(sheet_rows(report)), columns(), io.BytesIO()
    if form == "xlsx":
        sheets.write_xlsx(content, rows, heads, title=_("Fairness of stalls"))
    else:
        sheets.write_csv(content, rows, heads)
    record_audit(
        request.user, "bazaars.fairness.exported", count=len(report.applicants), year=report.year, form=form
    )
    return private_response(
        content.getvalue(),
        content_type=XLSX if form == "xlsx" else CSV,
        file_name=f"keadilan-stan-{report.year}.{form}",
    )
