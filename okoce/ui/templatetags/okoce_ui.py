"""Tags and filters of the look: icons, figures, dates, and forms in the theme's markup."""

import datetime
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.forms import BaseForm
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from okoce.ui import forms
from okoce.ui.icons import ICONS, MARK
from okoce.values import nik, phone
from okoce.values.rupiah import format_rupiah, short_rupiah

register = template.Library()
KNOWN_ICONS = frozenset((*ICONS, MARK))


@register.simple_tag
def icon(name: str) -> SafeString | str:
    """A decorative icon of the sprite. Words beside it say what it means."""
    if not name:
        return ""
    if name not in KNOWN_ICONS:
        if settings.DEBUG or getattr(settings, "TESTING", False):
            raise ValueError(f"icon {name!r} is not in okoce/ui/icons.py")
        return ""
    return _icon(name)


@lru_cache(maxsize=128)
def _icon(name: str) -> SafeString:
    """A page has dozens of icons and the sprite one address."""
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>', static("img/icons.svg"), name
    )


@register.simple_tag
def brand_mark() -> SafeString:
    return _mark()


@lru_cache(maxsize=1)
def _mark() -> SafeString:
    return format_html('<svg aria-hidden="true"><use href="{}#{}"/></svg>', static("img/icons.svg"), MARK)


# ---------------------------------------------------------------- figures


@register.filter
def number(value: Any) -> str:
    """6.160 in Indonesian, 6,160 in English; empty for None."""
    if value is None or value == "":
        return ""
    return str(formats.number_format(value, force_grouping=True))


@register.simple_tag(name="number")
def number_tag(value: Any) -> str:
    return number(value)


@register.filter
def rupiah(value: Any) -> str:
    """Rp8.400.000, written the same in both languages."""
    return "" if value is None or value == "" else format_rupiah(int(value))


@register.filter
def rupiah_short(value: Any) -> str:
    """Rp8,4 juta, for tiles and charts."""
    return "" if value is None or value == "" else short_rupiah(int(value))


@register.simple_tag(name="rupiah")
def rupiah_tag(value: Any) -> str:
    return rupiah(value)


@register.filter
def percent_of(part: Any, whole: Any) -> int:
    """Whole percent, cut not rounded: 999 of 1000 is 99, only all of it is 100. 0 when there is no whole."""
    return int(part) * 100 // int(whole) if whole else 0


@register.filter
def v_class(value: Any) -> str:
    """The class that sets --v for a bar: v-0 to v-100. CSP forbids style attributes."""
    return f"v-{min(100, max(0, int(value or 0)))}"


# ---------------------------------------------------------------- dates


def _local(value: Any) -> Any:
    if isinstance(value, datetime.datetime) and timezone.is_aware(value):
        return timezone.localtime(value)
    return value


@register.filter
def long_date(value: Any) -> str:
    """Rabu 12 Agustus 2026."""
    return formats.date_format(_local(value), "LONG_DATE_FORMAT") if value else ""


@register.filter
def full_date(value: Any) -> str:
    """12 Agustus 2026."""
    return formats.date_format(_local(value), "DATE_FORMAT") if value else ""


@register.filter
def short_date(value: Any) -> str:
    """12 Agu 2026."""
    return formats.date_format(_local(value), "SHORT_DATE_FORMAT") if value else ""


@register.filter
def day_month(value: Any) -> str:
    """12 Agu."""
    return formats.date_format(_local(value), "DAY_MONTH_FORMAT") if value else ""


@register.filter
def month_short(value: Any) -> str:
    """Agu, for the date block of a list."""
    return formats.date_format(_local(value), "M") if value else ""


@register.filter
def clock(value: Any) -> str:
    """09.00 (09:00 in English), in Jakarta time."""
    return formats.time_format(_local(value), "TIME_FORMAT") if value else ""


@register.filter
def moment(value: Any) -> str:
    """12 Agu 2026, 09.00."""
    return formats.date_format(_local(value), "SHORT_DATETIME_FORMAT") if value else ""


# ---------------------------------------------------------------- personal numbers


@register.filter
def phone_number(value: Any) -> str:
    """0812-0000-4417 for +6281200004417: to be read and dialled."""
    return phone.display(str(value)) if value else ""


@register.filter
def masked_phone(value: Any) -> str:
    """0812-••••-•417 for +6281200004417."""
    return phone.mask(str(value)).replace("*", "•") if value else ""


@register.filter
def masked_nik(value: Any) -> str:
    """3173••••••••0007. Anything that is no NIK is hidden whole."""
    return nik.mask(str(value)).replace("*", "•") if value else ""


# ---------------------------------------------------------------- forms


@register.simple_tag(takes_context=True)
def form_body(context, form: BaseForm) -> SafeString:
    """All fields of a form: label, hint, error, input. Non-field errors stand in the error summary."""
    return forms.render_fields(form, context)


@register.simple_tag(takes_context=True)
def form_field(context, bound_field) -> SafeString:
    """One field in the same markup, for pages that place fields themselves."""
    return forms.render_field(bound_field, context)


@register.simple_tag
def form_errors_of(form: BaseForm) -> list[dict[str, str]]:
    """The error summary's lines: the words of the field, and the id of its input."""
    return forms.error_lines(form)


@register.simple_tag
def title_prefix(form: BaseForm | None) -> str:
    """ "Error: " before the page title when the form came back wrong, so that it is heard first."""
    return _("Error: ") if form is not None and form.is_bound and form.errors else ""


@register.simple_tag(takes_context=True)
def url_with(context, **changes: Any) -> str:
    """The present address with some parameters changed; None removes one. A new choice starts at page one."""
    query = context["request"].GET.copy()
    query.pop("halaman", None)
    for name, value in changes.items():
        if value in (None, ""):
            query.pop(name, None)
        else:
            query[name] = value
    return f"?{query.urlencode()}"


@register.simple_tag
def filter_widget(bound_field) -> SafeString:
    """The bare input of a filter bar in the theme's class."""
    kind = "form-select" if isinstance(bound_field.field, forms.CHOICES) else "form-control"
    own = bound_field.field.widget.attrs.get("class", "")
    return bound_field.as_widget(attrs={"class": f"{kind} {own}".strip()})
