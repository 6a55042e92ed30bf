"""A request of the API: its parameters whatever their case, its key, the form of its answer."""

from __future__ import annotations

from typing import TypeVar
from urllib.parse import quote

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpRequest

from sds_server import accounts, lookup
from sds_server.faults import EXPIRED, NO_KEY, Fault, bad_parameter, not_authorized, refused
from sds_server.lookup import AskedSource, AskingKey
from sds_server.models import ApiKey, DataSource, SdsAccount
from sds_server.observing.context import observed
from sds_server.wire.text import segment

#: Read of any request, since any may be refused in the form it asks for.
_FORM_NAMES = frozenset(("output", "o", "$format", "format", "jsonp", "jsonso"))
TRUE = ("1", "true")
FALSE = ("0", "false")

AnyKey = TypeVar("AnyKey", ApiKey, AskingKey)


class ApiRequest:
    """Parameter names are folded to lower case, the first of a name counts.

    The keys are taken out of `params` at once, so that nothing that prints parameters can show
    them. A request that is not readable has more parameters than are looked at, and none here.
    """

    def __init__(self, http: HttpRequest) -> None:
        self.http = http
        self.observed = observed(http)
        self.trace_id = self.observed.request_id
        self.params: dict[str, str] = {}
        self.is_readable = True
        try:
            for name, values in http.GET.lists():
                self.params.setdefault(name.strip().casefold(), values[0])
        except TooManyFieldsSent:
            self.is_readable = False
        self._key = self.params.pop("key", "")
        self._query_key = self.params.pop("querykey", None)
        self._take_bare_box()

    def _take_bare_box(self) -> None:
        """`?bbox(…)&`, without the parameter's name, is a template of "Query by Property"."""
        if "spatialfilter" not in self.params:
            for name in self.params:
                if name.startswith("bbox("):
                    self.params["spatialfilter"] = name
                    return

    def keep(self, names: frozenset[str]) -> None:
        """Leaves aside all parameters but these: what an operation does not describe it never sees."""
        self.params = {
            name: value
            for name, value in self.params.items()
            if name in names or name in _FORM_NAMES
        }

    # --- the form of the answer ---

    @property
    def wants_xml(self) -> bool:
        """XML by `output` (`o`); JSON is the default."""
        return self._output() == "xml"

    @property
    def wants_odata_json(self) -> bool:
        """JSON by `$format`, or a callback's name; Atom is the default."""
        return self._format() == "json" or bool(self.params.get("jsonp", "").strip())

    def _format(self) -> str:
        """The reference's examples spell the parameter `format` too."""
        word = self.params.get("$format", "").strip() or self.params.get("format", "").strip()
        return word.casefold()

    def _output(self) -> str:
        return self.params.get("output", self.params.get("o", "")).strip().casefold()

    def check_output(self) -> None:
        """Refuses (400) an output format that is not offered."""
        if self._output() not in ("", "json", "xml"):
            raise bad_parameter("output", "the output formats are json and xml")

    def check_format(self) -> None:
        if self._format() not in ("", "json", "atom"):
            raise bad_parameter("$format", "the formats are atom and json")

    # --- parameters ---

    def required(self, name: str) -> str:
        value = self.params.get(name.casefold(), "").strip()
        if not value:
            raise bad_parameter(name, "this parameter is missing")
        return value

    def flag(self, *names: str) -> bool | None:
        """`1`/`true` or `0`/`false` under any of the names; None if it is not given."""
        for name in names:
            word = self.params.get(name.casefold())
            if word is None or not word.strip():
                continue
            if word.strip().casefold() in TRUE:
                return True
            if word.strip().casefold() in FALSE:
                return False
            raise bad_parameter(name, "the values are 1 or true, and 0 or false")
        return None

    # --- keys ---

    @property
    def has_key(self) -> bool:
        return bool(self._key)

    def key(self) -> ApiKey:
        """The caller's key; 401 if it is missing, unknown or expired."""
        found = _valid(accounts.find_key(self._given_key()))
        self.observed.account = found.account.name
        return found

    def asking(self, access_id: str, name: str) -> tuple[AskingKey, AskedSource]:
        """The caller's key, and the data source of a query; refused as by `key` and `find_source`.

        One statement to the database, where those take several.
        """
        found, source = lookup.asked(self._given_key(), access_id, name)
        key = _valid(found)
        self.observed.account = key.account_name
        if source is None:
            raise _no_source(name)
        return key, source

    def _given_key(self) -> str:
        if not self._key:
            raise refused("key: this parameter is missing; every request needs a key.", NO_KEY)
        return self._key

    def master_key(self, source: DataSource) -> ApiKey:
        """The caller's key; 401 unless it is the data source's master key."""
        key = self.key()
        if key.pk != source.master_key_id:
            raise not_authorized("key: this is not the master key of the data source.")
        return key

    def query_key(self, account: SdsAccount, master: ApiKey) -> ApiKey | None:
        """The key named by `queryKey`, of the same account and another than the master key."""
        if not self._query_key:
            return None
        found = accounts.find_key(self._query_key)
        if found is None or found.expired or found.account_id != account.pk:
            raise bad_parameter("queryKey", "this is not a valid key of the same account")
        if found.pk == master.pk:
            raise bad_parameter("queryKey", "the query key must differ from the master key")
        return found

    # --- links ---

    def url(self, *parts: str) -> str:
        """An absolute URL of this service, with the scheme and host that the caller used."""
        host = f"{self.http.scheme}://{self.http.get_host()}"
        root = quote(self.http.META.get("SCRIPT_NAME", "").rstrip("/"))
        return "/".join([f"{host}{root}/REST/v1", *map(segment, parts)])


def find_source(access_id: str, name: str) -> DataSource:
    """By access ID and name, whatever their case; 404 if there is none."""
    source = (
        DataSource.objects.select_related("account", "published", "staged")
        .filter(access_id=access_id.lower(), folded_name=name.casefold())
        .first()
    )
    if source is None:
        raise _no_source(name)
    return source


def _no_source(name: str) -> Fault:
    return Fault(404, f'There is no data source "{name}" with this access ID.')


def _valid(key: AnyKey | None) -> AnyKey:
    """A key that is known and not expired; else 401."""
    if key is None:
        raise refused("key: this is not a key of this service.")
    if key.expired:
        raise refused("key: this key has expired.", EXPIRED)
    return key
