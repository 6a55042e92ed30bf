"""Which events to show: by person, action, data source, team and time."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from django import forms
from django.utils import dateformat, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from dashboard.audit.access import readable_by
from dashboard.audit.models import EventQuerySet
from dashboard.audit.record import ACTIONS
from dashboard.people.models import Team, User

# Kinds of action, asked for by `kind:` and the last part of their names.
KINDS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "kind:deletions": (_("Everything deleted"), ("delete", "remove", "discard")),
    "kind:publishing": (_("Everything published"), ("publish", "rollback", "public", "private")),
    "kind:sign_ins": ("Sign-ins", ("sign_in", "sign_in_failed", "locked_out", "sign_out")),
}
GROUPS = {
    "data_source": _("Data sources"),
    "query": _("Queries"),
    "upload": _("Uploads"),
    "draft": _("Drafts"),
    "job": _("Jobs"),
    "key": _("Keys"),
    "account": _("Accounts"),
    "service": _("Services"),
    "base_map": _("Base map"),
    "team": _("Teams"),
    "member": _("People"),
    "invitation": _("People"),
    "person": _("Sign-in and profile"),
    "audit": _("Audit"),
}
MONTHS_BACK = 12
NAMES_OFFERED = 500


def action_choices() -> list[tuple[str | Promise, Any]]:
    """The kinds first, then every action in words, under the thing it is done to."""
    kinds = [(value, words) for value, (words, _) in KINDS.items()]
    choices: list[tuple[str | Promise, Any]] = [
        ("", gettext("Anything")),
        (gettext("Kinds"), kinds),
    ]
    for group, actions in groupby(ACTIONS.items(), lambda one: GROUPS[one[0].split(".")[0]]):
        choices.append((group, list(actions)))
    return choices


def period_choices(today: date) -> list[tuple[str, Any]]:
    """Usual spans, then the last months by name: `2026-03` is March 2026."""
    month, months = today.replace(day=1), []
    for _back in range(MONTHS_BACK):
        months.append((f"{month:%Y-%m}", dateformat.format(month, "F Y")))
        month = (month - timedelta(days=1)).replace(day=1)
    spans = [("1", gettext("Today")), *((str(days), _last_days(days)) for days in (7, 30))]
    return [
        ("", gettext("Any time")),
        (gettext("Days"), spans),
        (gettext("Months"), months),
        ("dates", gettext("From and to …")),
    ]


def _last_days(days: int) -> str:
    return gettext("Last {days} days").format(days=days)


def period_dates(period: str, today: date) -> tuple[date | None, date | None]:
    """The first and last day of a period, in the site's time zone."""
    if "-" in period:
        first = date.fromisoformat(f"{period}-01")
        return first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    if period.isdigit():
        return today - timedelta(days=int(period) - 1), today
    return None, None


class IsoDate(forms.DateInput):
    """What a browser's own date field takes, in whatever language the page is."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class EventFilter(forms.Form):
    """Bound to the query string; what cannot be read is said under its field and not applied."""

    person = forms.ModelChoiceField(
        User.objects.none(), label=_("Person"), required=False, empty_label=_("Everybody")
    )
    action = forms.ChoiceField(label=_("Action"), required=False)
    data_source = forms.CharField(
        label=_("Data source"),
        required=False,
        max_length=50,
        widget=forms.TextInput(
            attrs={"placeholder": _("Any"), "list": "source-names", "autocomplete": "off"}
        ),
    )
    team = forms.ModelChoiceField(
        Team.objects.none(), label=_("Team"), required=False, empty_label=_("All teams")
    )
    when = forms.ChoiceField(label=_("When"), required=False)
    since = forms.DateField(label=_("From"), required=False, widget=IsoDate())
    until = forms.DateField(label=_("To"), required=False, widget=IsoDate())

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.events = readable_by(user)
        self.reads_all = user.is_site_admin
        self.today = timezone.localdate()
        self._choice("person").queryset = _people_in(self.events)
        self._choice("person").label_from_instance = _name_of
        self._choice("team").queryset = Team.objects.led_by(user)
        self.fields["action"].choices = action_choices()  # type: ignore[attr-defined]  # of a ChoiceField
        self.fields["when"].choices = period_choices(self.today)  # type: ignore[attr-defined]  # likewise

    def _choice(self, name: str) -> Any:
        return self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if self.asks_dates and since and until and since > until:
            self.add_error(
                "until", gettext("This day lies before the first one. Swap the two dates.")
            )
        return cleaned

    def found(self) -> EventQuerySet:
        """The events that are asked for, newest first."""
        self.is_valid()
        asked: dict[str, Any] = getattr(self, "cleaned_data", {})
        events = self.events
        if person := asked.get("person"):
            events = events.filter(actor=person)
        if team := asked.get("team"):
            events = events.filter(team=team)
        if action := asked.get("action"):
            events = events.filter(action__in=_actions_of(action))
        if name := asked.get("data_source"):
            events = events.filter(data_source__icontains=name)
        return self._in_time(events, asked)

    def _in_time(self, events: EventQuerySet, asked: dict[str, Any]) -> EventQuerySet:
        since, until = period_dates(asked.get("when") or "", self.today)
        if self.asks_dates:
            since, until = asked.get("since"), asked.get("until")
        if since:
            events = events.filter(at__gte=_at(since, time.min))
        if until:
            events = events.filter(at__lte=_at(until, time.max))
        return events

    @property
    def asks_dates(self) -> bool:
        """Whether the two dates count: they do where no period is chosen from the list."""
        return str(self.data.get("when", "dates")) == "dates"

    @property
    def offers_teams(self) -> bool:
        """Whether there is more than one team to choose from, or events of none."""
        return len(self._choice("team").queryset) > 1 or self.reads_all

    @property
    def is_narrowed(self) -> bool:
        return any(self[name].value() for name in self.fields)

    def source_names(self) -> list[str]:
        """Names to offer while one is typed."""
        named = self.events.exclude(data_source="").order_by("data_source")
        return list(named.values_list("data_source", flat=True).distinct()[:NAMES_OFFERED])


def _actions_of(asked: str) -> list[str]:
    if asked not in KINDS:
        return [asked]
    endings = KINDS[asked][1]
    return [action for action in ACTIONS if action.rpartition(".")[2] in endings]


def _people_in(events: EventQuerySet) -> Any:
    acting = events.exclude(actor=None).order_by().values("actor")
    return User.objects.filter(pk__in=acting).order_by("username")


def _name_of(user: User) -> str:
    name = user.display_name
    return name if name == user.username else f"{name} ({user.username})"


def _at(day: date, clock: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, clock))
