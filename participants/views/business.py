"""The business profile: facts, products with photos, places, figures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from okoce.accounts.access import requires
from okoce.accounts.roles import has_permission
from okoce.db import sealed_files
from okoce.ui.responses import render_page
from participants import profile
from participants.forms.business import BusinessForm, CloseForm, FiguresForm, OutletForm, ProductForm
from participants.models import Business, BusinessFigures, Product
from participants.services import businesses
from participants.services.businesses import ChangedMeanwhile, NoRules, TooManyProducts
from participants.views.finding import business_of, crumbs_of, person_of

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def _crumbs(business: Business, here: str = "") -> list[dict[str, str]]:
    name = business.name or _("Business")
    page = (name, _page(business)) if here else name
    return crumbs_of(business.participant, page, *([here] if here else []))


def _page(business: Business) -> str:
    return reverse("participants:business", args=[business.participant.number, business.pk])


@requires("participants.view")
@require_safe
def business(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    found, user = business_of(request, number, pk), request.user
    figures = BusinessFigures.objects.visible_to(user).filter(business=found)
    may_change = has_permission(user, "participants.business")
    context = {
        "participant": found.participant,
        "business": found,
        "state": profile.running_state(found),
        "facts": profile.facts_of(found),
        "products": profile.products_of([found], number)[found.pk],
        "outlets": profile.outlets_of(found),
        "figures": profile.figures_of(figures.select_related("rules", "recorded_by")[:12]),
        "packaging": found.packaging_seen.select_related("recorded_by")[:12],
        "changes": profile.changes_of(found),
        "may_see_money": has_permission(user, "participants.money"),
        "may_change": may_change,
        "may_edit": may_change and found.closed_on is None,
        "crumbs": _crumbs(found),
    }
    return render_page(request, "participants/business.html", context)


@requires("participants.business")
@get_or_post
def add(request: HttpRequest, number: str) -> HttpResponse:
    participant, today = person_of(request, number), timezone.localdate()
    form = BusinessForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        made, _changed = businesses.save_business(
            participant=participant,
            business_id=None,
            version="",
            fields=form.fields_changed(),
            by=request.user,
            today=today,
        )
        messages.success(request, _("The business is kept. Add its products next."))
        return redirect("participants:business", number=number, pk=made.pk)
    context = {
        "participant": participant,
        "form": form,
        "business": None,
        "back": participant.get_absolute_url(),
        "crumbs": crumbs_of(participant, _("Add a business")),
    }
    return render_page(request, "participants/business_form.html", context)


@requires("participants.business")
@get_or_post
def edit(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    found, today = business_of(request, number, pk), timezone.localdate()
    form = BusinessForm(request.POST or None, today=today, initial=profile.form_values(found))
    version = request.POST.get("version") or businesses.version_of(found)
    if request.method == "POST" and form.is_valid():
        try:
            _business, changed = businesses.save_business(
                participant=found.participant,
                business_id=found.pk,
                version=version,
                fields=form.fields_changed(),
                by=request.user,
                today=today,
            )
        except ChangedMeanwhile:
            form.add_error(None, _("Somebody changed this business meanwhile. Compare, then save again."))
            version = businesses.version_of(found)
        else:
            _say_saved(request, changed)
            return redirect(_page(found))
    context = {
        "participant": found.participant,
        "form": form,
        "business": found,
        "version": version,
        "back": _page(found),
        "crumbs": _crumbs(found, _("Change data")),
    }
    return render_page(request, "participants/business_form.html", context)


def _say_saved(request: HttpRequest, changed: bool) -> None:
    if changed:
        messages.success(request, _("The changes are saved."))
    else:
        messages.info(request, _("Nothing was different, so nothing was changed."))


@requires("participants.business")
@get_or_post
def close(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The end of a business: it stays on the page with its history."""
    found, today = business_of(request, number, pk), timezone.localdate()
    form = CloseForm(request.POST or None, today=today, started_on=found.started_on)
    if request.method == "POST" and form.is_valid():
        businesses.close_business(business_id=found.pk, by=request.user, **form.cleaned_data)
        messages.success(request, _("The end of the business is recorded."))
        return redirect(_page(found))
    context = {
        "question": _("Record the end of “%(name)s”?") % {"name": found.name or _("the business")},
        "consequences": [
            _("Its products and figures stay readable, and can no longer be changed."),
            _("The person stays in the programme and can have another business."),
        ],
        "form": form,
        "action_label": _("Record the end"),
        "cancel_url": _page(found),
        "cancel_label": _("The business goes on"),
        "crumbs": _crumbs(found, _("End of the business")),
    }
    return render_page(request, "participants/confirm.html", context)


@requires("participants.money")
@get_or_post
def figures(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Capital and yearly sales of a day; the class by law follows."""
    found, today = business_of(request, number, pk), timezone.localdate()
    form = FiguresForm(request.POST or None, today=today)
    if request.method == "POST" and form.is_valid():
        try:
            row = businesses.record_figures(business=found, by=request.user, **form.cleaned_data)
        except NoRules:
            form.add_error("as_of", _("No size classes of the law are known for this day. Write a later one"))
        else:
            if row is None:
                messages.info(request, _("Nothing was different, so nothing was changed."))
            else:
                words = {"size": row.get_size_display().lower()}
                messages.success(request, _("Recorded: by law this is a %(size)s business.") % words)
            return redirect(_page(found))
    context = {
        "participant": found.participant,
        "business": found,
        "form": form,
        "back": _page(found),
        "crumbs": _crumbs(found, _("Capital and sales")),
    }
    return render_page(request, "participants/business_figures.html", context)


# ---------------------------------------------------------------- places


@requires("participants.business")
@get_or_post
def outlet_add(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    found = business_of(request, number, pk)
    form = OutletForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        businesses.add_outlet(business=found, fields=form.cleaned_data, by=request.user)
        messages.success(request, _("The place is kept."))
        return redirect(_page(found))
    context = {
        "participant": found.participant,
        "business": found,
        "form": form,
        "back": _page(found),
        "crumbs": _crumbs(found, _("Add a place")),
    }
    return render_page(request, "participants/outlet_form.html", context)


@requires("participants.business")
@require_POST
def outlet_remove(request: HttpRequest, number: str, pk: int, outlet: int) -> HttpResponse:
    found = business_of(request, number, pk)
    businesses.remove_outlet(business=found, outlet_id=outlet, by=request.user)
    messages.success(request, _("The place is removed."))
    return redirect(_page(found))


# ---------------------------------------------------------------- products


def _product(request: HttpRequest, found: Business, uid: str) -> Product:
    return get_object_or_404(Product.objects.visible_to(request.user), business=found, uid=uid)


@requires("participants.business")
@get_or_post
def product_add(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    return _product_form(request, business_of(request, number, pk), None)


@requires("participants.business")
@get_or_post
def product_edit(request: HttpRequest, number: str, pk: int, uid: str) -> HttpResponse:
    found = business_of(request, number, pk)
    return _product_form(request, found, _product(request, found, uid))


def _product_form(request: HttpRequest, found: Business, product: Product | None) -> HttpResponse:
    names = ("name", "price", "unit", "description")
    form = ProductForm(
        request.POST or None,
        request.FILES or None,
        has_photo=bool(product and product.photo),
        initial={name: getattr(product, name) for name in names} if product else None,
    )
    if request.method == "POST" and form.is_valid():
        try:
            businesses.save_product(
                business_id=found.pk, product=product, by=request.user, **form.for_service()
            )
        except TooManyProducts:
            form.add_error(None, _("A business shows at most 50 products. Remove one that is not sold"))
        else:
            messages.success(request, _("The product is kept."))
            return redirect(_page(found))
    here = _("Change the product") if product else _("Add a product")
    context: dict[str, Any] = {
        "participant": found.participant,
        "business": found,
        "product": product,
        "photo_url": profile.photo_url(product, found.participant.number) if product else "",
        "form": form,
        "back": _page(found),
        "crumbs": _crumbs(found, here),
    }
    return render_page(request, "participants/product_form.html", context)


@requires("participants.business")
@get_or_post
def product_remove(request: HttpRequest, number: str, pk: int, uid: str) -> HttpResponse:
    found = business_of(request, number, pk)
    product = _product(request, found, uid)
    if request.method == "POST":
        businesses.remove_product(product=product, by=request.user)
        messages.success(request, _("The product is removed."))
        return redirect(_page(found))
    context = {
        "question": _("Remove the product “%(name)s”?") % {"name": product.name},
        "consequences": [_("It leaves the profile together with its photo.")],
        "form": None,
        "action_label": _("Remove the product"),
        "cancel_url": _page(found),
        "cancel_label": _("Keep the product"),
        "crumbs": _crumbs(found, _("Remove a product")),
    }
    return render_page(request, "participants/confirm.html", context)


@requires("participants.business")
@require_POST
def product_move(request: HttpRequest, number: str, pk: int, uid: str) -> HttpResponse:
    """One place up or down in the list."""
    found = business_of(request, number, pk)
    step = {"naik": -1, "turun": 1}.get(request.POST.get("ke", ""), 0)
    if step:
        businesses.move_product(product=_product(request, found, uid), step=step)
    return redirect(f"{_page(found)}#produk")


@requires("participants.view")
@require_safe
def product_photo(request: HttpRequest, number: str, pk: int, uid: str) -> HttpResponse:
    product = _product(request, business_of(request, number, pk), uid)
    if not product.photo:
        raise Http404
    try:
        content = businesses.photo_of(product)
    except FileNotFoundError:
        raise Http404 from None
    return sealed_files.private_response(content, content_type="image/jpeg")
