"""The base map under every map of the site."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.db import models
from django.utils.translation import gettext_lazy as _


class BaseMapKind(models.TextChoices):
    EMBEDDED = "embedded", _("Natural Earth, embedded: land, borders, names of countries")
    RASTER = "raster", _("Raster tiles")
    VECTOR = "vector", _("Vector tiles in the OpenMapTiles schema")
    STYLE = "style", _("A MapLibre style")


class BaseMap(models.Model):
    """What a site admin chose; there is one row at most, and without it the embedded one is used."""

    kind = models.CharField(max_length=10, choices=BaseMapKind, default=BaseMapKind.EMBEDDED)
    url = models.CharField(max_length=500, blank=True)
    attribution = models.CharField(max_length=200, blank=True)
    max_zoom = models.PositiveSmallIntegerField(default=19)  # of the tiles
    # Hosts beside the URL's own that a style takes its tiles, fonts and pictures from: origins, a
    # space between.
    hosts = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="one_base_map"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @classmethod
    def chosen(cls) -> BaseMap:
        """The site's base map; the embedded one where none was chosen."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @property
    def origins(self) -> list[str]:
        """The other sites that a browser has to be let ask: `https://host[:port]` each."""
        if self.kind == BaseMapKind.EMBEDDED or not self.url:
            return []
        parts = urlsplit(self.url)
        own = f"{parts.scheme}://{parts.netloc}"
        return list(dict.fromkeys([own, *self.hosts.split()]))
