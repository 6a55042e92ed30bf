"""Small words of the templates: icons, times, numbers, states."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django import template
from django.template.context import RequestContext
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from dashboard.people import reading
from datasources.phrases import counts
from datasources.phrases.told import told

register = template.Library()

#: Up to which span a time is told in which unit, and the words for it, past and to come.
STEPS = (
    (
        timedelta(minutes=1),
        timedelta(seconds=1),
        ngettext_lazy("%(n)d second ago", "%(n)d seconds ago", "n"),
        ngettext_lazy("in %(n)d second", "in %(n)d seconds", "n"),
    ),
    (
        timedelta(hours=1),
        timedelta(minutes=1),
        ngettext_lazy("%(n)d minute ago", "%(n)d minutes ago", "n"),
        ngettext_lazy("in %(n)d minute", "in %(n)d minutes", "n"),
    ),
    (
        timedelta(days=1),
        timedelta(hours=1),
        ngettext_lazy("%(n)d hour ago", "%(n)d hours ago", "n"),
        ngettext_lazy("in %(n)d hour", "in %(n)d hours", "n"),
    ),
    (
        timedelta(days=14),
        timedelta(days=1),
        ngettext_lazy("%(n)d day ago", "%(n)d days ago", "n"),
        ngettext_lazy("in %(n)d day", "in %(n)d days", "n"),
    ),
    (
        timedelta(days=60),
        timedelta(days=7),
        ngettext_lazy("%(n)d week ago", "%(n)d weeks ago", "n"),
        ngettext_lazy("in %(n)d week", "in %(n)d weeks", "n"),
    ),
    (
        timedelta(days=730),
        timedelta(days=30),
        ngettext_lazy("%(n)d month ago", "%(n)d months ago", "n"),
        ngettext_lazy("in %(n)d month", "in %(n)d months", "n"),
    ),
    (
        timedelta.max,
        timedelta(days=365),
        ngettext_lazy("%(n)d year ago", "%(n)d years ago", "n"),
        ngettext_lazy("in %(n)d year", "in %(n)d years", "n"),
    ),
)
#: A shape for each state, beside its word: paths in a square of 12.
SHAPES = {
    "full": '<circle cx="6" cy="6" r="4.5" fill="currentColor"/>',
    "dashed": '<circle cx="6" cy="6" r="4.5" fill="none" stroke="currentColor" '
    'stroke-width="1.6" stroke-dasharray="2.4 2.3"/>',
    "ring": '<circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.6"/>',
    "half": '<circle cx="6" cy="6" r="4.2" fill="none" stroke="currentColor" stroke-width="1.6"/>'
    '<path d="M6 1.8a4.2 4.2 0 0 1 0 8.4Z" fill="currentColor"/>',
    "triangle": '<path d="M6 1.2 11.3 10.6H.7Z" fill="currentColor"/>',
    "cross": '<path d="m2 2 8 8M10 2l-8 8" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round"/>',
    "tick": '<path d="m1.5 6.5 3 3 6-7" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-linecap="round" stroke-linejoin="round"/>',
}
STATE_SHAPES = {
    "published": "full",
    "staged": "dashed",
    "earlier": "ring",
    "retired": "ring",
    "done": "tick",
    "good": "tick",
    "failed": "cross",
    "bad": "cross",
    "warning": "triangle",
    "unsure": "triangle",
    "waiting": "dashed",
    "sending": "half",
    "running": "half",
    "fetching": "half",
    "checking": "half",
}


#: What the state of a version is called where the page does not say it otherwise.
STATE_WORDS = {
    "published": _("Published"),
    "staged": _("Staged"),
    "earlier": _("Earlier"),
    "retired": _("Retired"),
}


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An icon of static/img/icons.svg; `size` may be "small". It never carries meaning alone."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"></use></svg>',
        f" icon-{size}" if size else "",
        static("img/icons.svg"),
        name,
    )


@register.filter
def thin(value: float | None) -> str:
    """A number as the reader writes it, in a table: a dash where there is none."""
    return "–" if value is None else reading.number(value)


@register.filter
def commas(value: float | None) -> str:
    """A number as the reader writes it, in a sentence."""
    return "" if value is None else reading.number(value)


@register.filter
def file_size(value: int | None) -> str:
    """Bytes in words: 4.1 MB."""
    return "–" if value is None else reading.size(value)


register.filter("told", told)
register.filter("day", reading.day)
register.filter("day_and_time", reading.exact)


register.filter("entities", counts.entities)
register.filter("rows", counts.rows)


@register.filter
def seconds(value: float) -> str:
    """A time that something took: "1.25 s", "4 ms"."""
    if value < 1:
        return f"{max(1, round(value * 1000))} ms"
    return f"{reading.number(value, 2)} s"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """A time in relation to now: "3 days ago", "in 27 days"; static/js/times.js says the same."""
    seconds = ((now or timezone.now()) - moment).total_seconds()
    span = timedelta(seconds=abs(seconds))
    if span < timedelta(seconds=10):
        return gettext("just now")
    unit, past, coming = next(step[1:] for step in STEPS if span < step[0])
    words = past if seconds > 0 else coming
    return str(words % {"n": max(1, int(span / unit))})


@register.simple_tag
def when(moment: datetime | None, nothing: str = "–") -> SafeString:
    """A `<time>`: relative in the page, exact on hover; static/js/times.js keeps it fresh."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', nothing)
    return format_html(
        '<time datetime="{}" title="{}" data-ago>{}</time>',
        moment.astimezone(UTC).isoformat(timespec="seconds"),
        reading.exact(moment, seconds=True),
        ago(moment),
    )


@register.simple_tag
def exact(moment: datetime | None, nothing: str = "–") -> SafeString:
    """A `<time>` with date and time in the reader's zone, how long ago on hover."""
    if moment is None:
        return format_html('<span class="muted">{}</span>', nothing)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.astimezone(UTC).isoformat(timespec="seconds"),
        ago(moment),
        reading.exact(moment),
    )


@register.simple_tag
def stamp(moment: datetime) -> SafeString:
    """A `<time>` in figures, in the reader's zone: date and clock, which may stand in two lines."""
    day, clock = reading.in_figures(moment)
    return format_html(
        '<time datetime="{}" title="{}"><span class="nowrap">{}</span> '
        '<span class="nowrap">{}</span></time>',
        moment.astimezone(UTC).isoformat(timespec="seconds"),
        reading.exact(moment, seconds=True),
        day,
        clock,
    )


@register.filter
def days_left(moment: datetime | None) -> int | None:
    """Whole days until then, at least 0; what lacks less than an hour of a day counts as one."""
    if moment is None:
        return None
    return max(0, (moment - timezone.now() + timedelta(hours=1)).days)


@register.filter
def left(moment: datetime) -> str:
    """How long until then: "27 days left"."""
    days = days_left(moment) or 0
    return ngettext("{days} day left", "{days} days left", days).format(days=days)


@register.simple_tag
def state(name: str, words: str = "") -> SafeString:
    """A state as a shape and a word in its colour. `name` is that of a version, job or check."""
    shape = SHAPES[STATE_SHAPES.get(name, "ring")]
    return format_html(
        '<span class="state state-{}"><svg viewBox="0 0 12 12" aria-hidden="true">{}</svg>{}</span>',
        name,
        mark_safe(shape),  # noqa: S308  one of the constants above
        told(words) or STATE_WORDS.get(name, name.capitalize()),
    )


@register.simple_tag
def shape(name: str) -> SafeString:
    """The shape of a state alone, where the word stands elsewhere."""
    drawn = SHAPES[STATE_SHAPES.get(name, "ring")]
    return format_html(
        '<svg viewBox="0 0 12 12" aria-hidden="true">{}</svg>',
        mark_safe(drawn),  # noqa: S308  one of the constants above
    )


@register.simple_tag(takes_context=True)
def sort_head(context: RequestContext, key: str, label: str, kind: str = "") -> SafeString:
    """A `<th>` that sorts by `key`: a link that keeps the rest of the address.

    The view puts `sort` (the key in use, with "-" before it for descending) and `sort_target` (the
    selector htmx swaps, with innerHTML) into the context. `kind="number"` aligns to the right.
    """
    used = str(context.get("sort", ""))
    is_used, is_down = used.lstrip("-") == key, used.startswith("-")
    query = context["request"].GET.copy()
    query.pop("page", None)
    query["sort"] = f"-{key}" if is_used and not is_down else key
    order = ("descending" if is_down else "ascending") if is_used else ""
    return format_html(
        '<th scope="col" class="{}"{}><a class="sort" href="?{}" hx-get="?{}" hx-target="{}" '
        'hx-push-url="true">{}<svg viewBox="0 0 8 12" aria-hidden="true">'
        '<path class="sort-up" d="M4 1 7 5H1Z"/><path class="sort-down" d="M4 11 1 7h6Z"/>'
        "</svg></a></th>",
        kind,
        format_html(' aria-sort="{}"', order) if order else "",
        query.urlencode(),
        query.urlencode(),
        context.get("sort_target", "#table"),
        label,
    )


@register.simple_tag(takes_context=True)
def page_query(context: RequestContext, number: int) -> str:
    """The address's query with another page number."""
    query = context["request"].GET.copy()
    query["page"] = str(number)
    return "?" + str(query.urlencode())


@register.simple_tag
def bar(share: float | None, kind: str = "progress") -> SafeString:
    """A bar filled by `share` (0 to 1), drawn in SVG as the page's policy forbids inline styles."""
    filled = 100 * min(1.0, max(0.0, share or 0.0))
    return format_html(
        '<svg class="{kind}" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="{kind}-track" width="100" height="4"/>'
        '<rect class="{kind}-fill" width="{width}" height="4"/></svg>',
        kind=kind,
        width=f"{filled:.1f}",
    )


@register.filter
def attributes(field: Any, extra: str = "") -> Any:
    """A form field's widget, tied to its help and errors for screen readers (parts/field.html)."""
    given = dict(field.field.widget.attrs)
    described = [f"{field.auto_id}-help"] if field.help_text else []
    if field.errors:
        given["aria-invalid"] = "true"
        described.append(f"{field.auto_id}-errors")
    if described:
        given["aria-describedby"] = " ".join(described)
    if extra:
        given["class"] = extra
    return field.as_widget(attrs=given)
