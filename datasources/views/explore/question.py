"""A question as it stands in a request: of what, with which key, and the form that says what."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from dashboard.people.access import AuthedRequest
from datasources.api import ServiceError
from datasources.api.exchange import with_query
from datasources.api.query import QueryOptions, url_and_params
from datasources.api.scrub import Secret
from datasources.forms.actions import preferred_key
from datasources.forms.explore import ExploreForm
from datasources.models import Account, Key
from datasources.phrases.told import told
from datasources.query import QueryFault, parse_query
from datasources.query.snippets import Snippet, snippets
from datasources.query.spatial import parse_spatial
from datasources.views.explore.target import STAGED, Side, Target, find_target

CHOSEN_KEYS = "explore_keys"  # in the session: account -> key, as people chose them


@dataclass(slots=True)
class Question:
    """`fault` says why there is no target although one was named."""

    account: Account
    target: Target | None
    form: ExploreForm
    keys: list[Key]
    key: Key | None
    fault: str = ""
    lost: tuple[tuple[str, str], ...] = ()  # what named a target that is not there

    @property
    def is_ready(self) -> bool:
        """Whether it can be asked."""
        return self.target is not None and self.form.is_valid()

    def options_for(self, side: Side) -> QueryOptions:
        """The query of one version; of a question that is ready."""
        return replace(self.form.options, staged=side.name == STAGED)

    def request_for(self, side: Side) -> tuple[str, dict[str, str]]:
        """The URL and parameters, without the key, of a question that is ready."""
        url = self.target.query_url if self.target else ""
        return url_and_params(url, self.options_for(side))

    @property
    def request(self) -> tuple[str, dict[str, str]]:
        """Those of the version that is asked first."""
        return self.request_for(self.target.side if self.target else Side())

    @property
    def address(self) -> str:
        """The query string of the explorer's own address, which holds the whole query."""
        if self.target is None:
            return self.form.address([(name, value) for name, value in self.lost if value])
        return self.form.address(self.target.params)

    def warnings(self) -> list[str]:
        """What the rules of the reference say against it, before it is sent."""
        if self.target is None or not self.form.is_valid():
            return []
        params = {name.lower(): value for name, value in self.request[1].items()}
        try:
            if self.target.schema is not None:
                parse_query(params, self.target.schema, self.form.options.entity_id)
            elif params.get("spatialfilter"):
                parse_spatial(params["spatialfilter"])
        except QueryFault as fault:
            return [told(fault.words)]
        return []


def question_of(request: AuthedRequest, account: Account, data: QueryDict) -> Question:
    """What a request asks. Nothing is sent, and nothing that was typed is lost."""
    target, fault = None, ""
    try:
        target = find_target(account, data)
    except ServiceError as error:
        fault = error.message
    if target is None and not fault and (data.get("source") or data.get("at")):
        fault = _("This data source is not one of the account's any more. Choose another.")
    form = ExploreForm(
        data,
        schema=target.schema if target else None,
        tree=data.get("tree", "") if data.get("edit") == "builder" else "",
        from_archive=bool(target and any(side.archived for side in target.sides)),
    )
    keys = list(account.keys.usable_by(request.user).defer("secret").order_by("name", "pk"))
    key = _key(request, account, target, keys, data)
    lost = tuple((name, data.get(name, "")) for name in ("source", "version", "at"))
    return Question(account, target, form, keys, key, fault, lost)


def remember_key(request: AuthedRequest, account: Account, key: Key) -> None:
    """Keeps the chosen key for the next questions of this session; links do not name keys."""
    chosen = request.session.get(CHOSEN_KEYS, {})
    if chosen.get(str(account.pk)) != key.pk:
        request.session[CHOSEN_KEYS] = {**chosen, str(account.pk): key.pk}


def _key(
    request: AuthedRequest,
    account: Account,
    target: Target | None,
    keys: list[Key],
    data: Mapping[str, Any],
) -> Key | None:
    """The key named, the one chosen before, the data source's own, or one that works."""
    by_id = {str(key.pk): key for key in keys}
    if data.get("key"):
        return by_id.get(str(data["key"]))
    chosen = request.session.get(CHOSEN_KEYS, {}).get(str(account.pk))
    if str(chosen) in by_id:
        return by_id[str(chosen)]
    source = target.source if target else None
    own = preferred_key(source, request.user) if source else None
    if str(own) in by_id:
        return by_id[str(own)]
    return min(keys, key=lambda key: (key.check_passed is False, not key.is_shared), default=None)


def sent_url(url: str, params: Mapping[str, str]) -> str:
    """The URL as it will be sent, with a placeholder for the key."""
    return with_query(url, {**params, "key": Secret("")}, reveal=False)


def code_of(question: Question, side: Side) -> list[Snippet]:
    """The query of a version as code, of a question that is ready."""
    return snippets(*question.request_for(side))
