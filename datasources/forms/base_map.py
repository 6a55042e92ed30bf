"""The base map of the site: which kind, its address, what has to be said of its source."""

from __future__ import annotations

import re
from typing import Any, cast
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from datasources.models import BaseMap, BaseMapKind

_HOLES = re.compile(r"\{[^{}]*\}")
_TILE_HOLES = ({"{z}", "{x}", "{y}"}, {"{quadkey}"})
_OTHER_HOLES = {"{ratio}"}
_HOST = re.compile(r"[A-Za-z0-9.-]+(:\d+)?|\[[0-9A-Fa-f:]+\](:\d+)?")
MOST_HOSTS = 6


class BaseMapForm(forms.ModelForm[BaseMap]):
    """Chosen by a site admin."""

    class Meta:
        model = BaseMap
        fields = ["kind", "url", "attribution", "max_zoom", "hosts"]
        labels = {
            "kind": gettext_lazy("Base map"),
            "url": gettext_lazy("URL"),
            "attribution": gettext_lazy("Attribution"),
            "max_zoom": gettext_lazy("Last zoom of its tiles"),
            "hosts": gettext_lazy("Other hosts"),
        }
        help_texts = {
            "url": gettext_lazy(
                "Of tiles with {z}, {x} and {y}, as in https://tiles.example.org/{z}/{x}/{y}.png; of a "
                "style as it is. Browsers ask it, so a key in it is no secret."
            ),
            "attribution": gettext_lazy(
                "Shown in the corner of every map, as the source's terms ask for."
            ),
            "hosts": gettext_lazy(
                "Where a style takes tiles, fonts or pictures from hosts beside its own, one a line, as "
                "in https://fonts.example.org. Browsers ask these and no others."
            ),
        }
        widgets = {"kind": forms.RadioSelect, "hosts": forms.Textarea(attrs={"rows": 3})}

    max_zoom = forms.IntegerField(
        label=gettext_lazy("Last zoom of its tiles"),
        min_value=1,
        max_value=24,
        initial=19,
        required=False,
    )

    def clean_url(self) -> str:
        return cast(str, self.cleaned_data["url"]).strip()

    def clean_max_zoom(self) -> int:
        return self.cleaned_data["max_zoom"] or 19

    def clean_hosts(self) -> str:
        hosts = cast(str, self.cleaned_data["hosts"]).split()
        if len(hosts) > MOST_HOSTS:
            raise forms.ValidationError(
                _("At most %(most)s hosts can be named.") % {"most": MOST_HOSTS}
            )
        for host in hosts:
            parts = _parts(host)
            if parts.path.strip("/") or parts.query or parts.fragment:
                raise forms.ValidationError(
                    _(
                        "“%(host)s” has a path. Write the host alone, as in https://fonts.example.org."
                    )
                    % {"host": host}
                )
        return " ".join(f"{urlsplit(host).scheme}://{urlsplit(host).netloc}" for host in hosts)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        kind, url = given.get("kind"), given.get("url", "")
        if kind == BaseMapKind.EMBEDDED or "url" not in given:
            return given | {"url": "", "hosts": "", "attribution": ""}
        try:
            _check_url(str(kind), url)
        except forms.ValidationError as error:
            self.add_error("url", error)
        return given


def _check_url(kind: str, url: str) -> None:
    if not url:
        raise forms.ValidationError(_("Give the address of the tiles or of the style."))
    _parts(url)
    holes = set(_HOLES.findall(url))
    if kind == BaseMapKind.STYLE:
        if holes:
            raise forms.ValidationError(
                _(
                    "This is an address of tiles. Choose raster or vector tiles, or give that of a style."
                )
            )
        return
    if not any(needed <= holes for needed in _TILE_HOLES):
        raise forms.ValidationError(
            _("The address needs {z}, {x} and {y} where zoom, column and row of a tile go.")
        )
    odd = holes.difference(*_TILE_HOLES, _OTHER_HOLES)
    if odd:
        raise forms.ValidationError(
            _("%(hole)s in the address is not known. Write what stands for it in its place.")
            % {"hole": min(odd)}
        )


def _parts(url: str) -> Any:
    """The parts of an address that browsers can be let ask; raises ValidationError."""
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  raises where the port is none
    except ValueError:
        raise forms.ValidationError(_("This is no address.")) from None
    if parts.scheme not in ("http", "https") or not _HOST.fullmatch(
        parts.netloc.rpartition("@")[2]
    ):
        raise forms.ValidationError(
            _("The address starts with https:// and a host, as in https://tiles.example.org.")
        )
    if "@" in parts.netloc:
        raise forms.ValidationError(_("The address holds a user name or password. Leave them out."))
    if parts.scheme == "http" and settings.HTTPS:
        raise forms.ValidationError(
            _(
                "This site is reached by https, so browsers ask nothing by http. Give an https address."
            )
        )
    if any(sign in url for sign in " ;,'\"\\"):
        raise forms.ValidationError(
            _("The address holds a space, a quote, a comma or a semicolon. Write it encoded.")
        )
    return parts
