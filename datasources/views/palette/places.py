"""The pages and actions of the account worked on, of the site, and of oneself."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from dashboard.people.models import Role, User
from datasources.models import Account
from datasources.views.palette.entries import Entry


def pages(user: User, account: Account | None, leads: bool) -> Iterator[Entry]:
    """Pages that the person may open; `leads` says whether they look after any team."""
    if account:
        yield from _of_account(account)
    yield Entry(_("Teams"), reverse("teams"), "team")
    yield Entry(_("Notices"), reverse("notice_list"), "bell")
    yield Entry(_("Your settings"), reverse("account_profile"), "person")
    yield Entry(_("Change the password"), reverse("account_change_password"), "lock")
    if leads or user.is_site_admin:
        yield Entry(_("Audit"), reverse("audit"), "audit")
        yield Entry(_("Accounts and their plans"), reverse("accounts"), "settings")
    if user.is_site_admin:
        yield Entry(_("Services"), reverse("services"), "settings")
        yield Entry(_("Base map"), reverse("base_map"), "map")
        yield Entry(_("State of the API server"), reverse("server_status"), "settings")
        yield Entry(_("Everybody on this site"), reverse("everyone"), "people")


def _of_account(account: Account) -> Iterator[Entry]:
    for view, label, icon in (
        ("catalogue", _("Data sources"), "sources"),
        ("drafts", _("Drafts"), "drafts"),
        ("jobs", _("Jobs"), "jobs"),
        ("explore", _("Query explorer"), "explore"),
        ("keys", _("Keys"), "keys"),
        ("directory", _("Public directory"), "directory"),
    ):
        yield Entry(label, reverse(view, args=[account.pk]), icon, account.name)
    people = reverse("team", args=[account.team.slug])
    yield Entry(_("People"), people, "people", account.team.name)


def actions(account: Account | None) -> Iterator[Entry]:
    """What can be done that concerns no single data source."""
    if account:
        yield from _of_role(account, account.role)
    yield Entry(_("Light colours"), "", "sun", theme="light")
    yield Entry(_("Dark colours"), "", "moon", theme="dark")
    yield Entry(_("Colours as the system has them"), "", "system", theme="system")
    yield Entry(_("Sign out"), reverse("account_logout"), "signout")


def _of_role(account: Account, role: Role) -> Iterator[Entry]:
    if role.covers(Role.EDITOR):
        yield Entry(
            _("Upload a file"), reverse("upload", args=[account.pk]), "upload", account.name
        )
    asking = reverse("explore", args=[account.pk])
    yield Entry(_("Build a query"), asking, "explore", account.name)
    failed = reverse("jobs", args=[account.pk])
    yield Entry(_("Show failed jobs"), f"{failed}?state=failed", "failed", account.name)
    yield Entry(_("Store a key"), reverse("keys", args=[account.pk]), "keys", account.name)
    if role.covers(Role.ADMIN):
        people = reverse("team", args=[account.team.slug])
        yield Entry(_("Invite somebody"), people, "mail", account.team.name)


def switches(accounts: list[Account], current: Account | None) -> Iterator[Entry]:
    """The other accounts of the person's teams."""
    for account in accounts:
        if current is None or account.pk != current.pk:
            detail = f"{account.team.name} · {account.service.name}"
            yield Entry(account.name, reverse("catalogue", args=[account.pk]), "sources", detail)
