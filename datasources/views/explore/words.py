"""What the explorer's scripts say, by the names that static/js/explore knows it by."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def builder_words() -> dict[str, str | dict[str, str]]:
    """The words of the filter builder; `op` and `opDate` name its operators."""
    return {
        "all": _("All of these (And)"),
        "any": _("Any of these (Or)"),
        "not": _("Not"),
        "join": _("How the conditions are joined"),
        "property": _("Property"),
        "chooseProperty": _("Choose a property"),
        "operator": _("Has to be"),
        "value": _("Value"),
        "values": _("Values, one a line"),
        "utc": _("UTC"),
        "addCondition": _("Add a condition"),
        "addGroup": _("Add a group"),
        "removeCondition": _("Remove this condition"),
        "removeGroup": _("Remove this group"),
        "empty": _("No condition: every entity fits."),
        "true": _("true"),
        "false": _("false"),
        "group": _("Group of conditions"),
        "op": {
            "eq": _("is"),
            "ne": _("is not"),
            "gt": pgettext("comparison", "more than"),
            "ge": pgettext("comparison", "at least"),
            "lt": pgettext("comparison", "less than"),
            "le": pgettext("comparison", "at most"),
            "in": _("is one of"),
            "startswith": _("starts with"),
            "endswith": _("ends with"),
            "null": _("is empty"),
            "notnull": _("is not empty"),
        },
        "opText": {
            "gt": _("comes after, letter for letter"),
            "ge": _("is or comes after"),
            "lt": _("comes before, letter for letter"),
            "le": _("is or comes before"),
        },
        "opDate": {
            "gt": pgettext("time", "after"),
            "ge": pgettext("time", "at or after"),
            "lt": pgettext("time", "before"),
            "le": pgettext("time", "at or before"),
        },
    }


def page_words() -> dict[str, str]:
    """The words of the rest of the page."""
    return {
        "incomplete": _("Not complete yet: see the fields that are marked."),
        "noSource": _("Choose a data source."),
        "offline": _("The site did not answer. What you typed stands; it is tried again."),
        "asking": _("Asking …"),
        "cancelled": _("Cancelled."),
        "failed": _("The site did not answer. What you typed stands: ask again."),
        "signedOut": _("You were signed out. Sign in in another tab, then ask again here."),
        "idsPart": _("Asks {from} to {to} of {count} IDs: a query takes at most {most}."),
        "idsCount": _("{count} IDs"),
        "oneId": _("1 ID"),
        "drawPoint": _("Click the place on the map."),
        "drawCircle": _("Click the middle, then how far."),
        "drawBox": _("Click two opposite corners."),
        "drawLine": _("Click the points of the line; click the last one again to end."),
        "drawPolygon": _("Click the corners; click the first one again to close."),
        "drawRoute": _("Click where the route starts, then its end; click the end again."),
        "adjust": _("Drag the handles, then press Adjust again or Escape."),
        "fromArchive": _("Answered from the archive here: no URL is sent."),
        "codeKey": _("It takes the key from the environment variable SDS_KEY."),
        "noMap": _("The map could not be drawn. The table lists the same entities."),
        "noShape": _("This shape cannot be drawn: {why}."),
        "tooLarge": _("A shape of so many points can be asked with, but not changed on the map."),
        "exporting": _("Exporting …"),
        "exported": _("Saved."),
        "itsJob": _("Its page"),
        "entity": _("Entity"),
        "copied": _("Copied"),
    }
