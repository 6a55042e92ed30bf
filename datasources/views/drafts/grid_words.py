"""What the grid says in the browser, in the language of the page, by the names that its modules
(`static/js/draft`) know it by."""

from __future__ import annotations

from django.utils.translation import gettext as _


def grid_words() -> dict[str, str]:
    """Texts with %(name)s where the modules put values in."""
    return {
        **_states(),
        **type_words(),
        **_grid(),
        **_editing(),
        **_panels(),
        **_place(),
        **_locating(),
        **_operators(),
    }


def _states() -> dict[str, str]:
    return {
        "added": _("Added"),
        "changed": _("Changed"),
        "deleted": _("Deleted"),
        "saving": _("Saving …"),
        "saved": _("All changes kept"),
        "offline": _("Not connected: %(n)s changes wait here and are sent once it works again"),
        "offline_one": _("Not connected: 1 change waits here and is sent once it works again"),
        "readOnly": _("You can look at this draft, not change it"),
        "busy": _("A step of many rows is under way …"),
        "signIn": _("You are signed out. Sign in in another tab: what waits here is sent then."),
    }


def type_words() -> dict[str, str]:
    """The types in words, by the reference's names."""
    return {
        "Edm.String": _("Text"),
        "Edm.Int64": _("Whole number"),
        "Edm.Double": _("Number"),
        "Edm.Boolean": _("Yes or no"),
        "Edm.DateTime": _("Date and time"),
        "Edm.Geography": _("Geography"),
        "entityId": _("Entity ID"),
    }


def _grid() -> dict[str, str]:
    return {
        "grid": _("Entities"),
        "state": _("State"),
        "rowOf": _("Row %(row)s of %(total)s"),
        "noRows": _("No row is like that."),
        "noRowsAtAll": _("There is no entity yet."),
        "empty": _("empty"),
        "yes": _("Yes"),
        "no": _("No"),
        "sortUp": _("Sort by %(name)s, smallest first"),
        "sortDown": _("Sort by %(name)s, largest first"),
        "sortUpText": _("Sort by %(name)s, A to Z"),
        "sortDownText": _("Sort by %(name)s, Z to A"),
        "sortUpDate": _("Sort by %(name)s, earliest first"),
        "sortDownDate": _("Sort by %(name)s, latest first"),
        "sortUpYes": _("Sort by %(name)s, No first"),
        "sortDownYes": _("Sort by %(name)s, Yes first"),
        "sortNot": _("Do not sort by %(name)s"),
        "filterBy": _("Filter by %(name)s"),
        "wider": _("Make %(name)s wider"),
        "narrower": _("Make %(name)s narrower"),
        "fit": _("Fit %(name)s to what is in sight"),
        "openForm": _("Open as a form"),
        "addBelow": _("Add a row below"),
        "hasProblems": _("Problems"),
        "menuOf": _("Sort, filter: %(name)s"),
        "sortedBy": _("Sorted by %(names)s"),
        "selected": _("%(rows)s × %(columns)s cells"),
        "loading": _("…"),
        "was": _("Was: %(text)s"),
        "newRow": _("New row"),
        "more": _("… and %(n)s characters more"),
    }


def _editing() -> dict[str, str]:
    return {
        "edit": _("%(name)s of %(id)s"),
        "utc": _("In UTC, as in 2026-11-24 08:30"),
        "readAs": _("Is read as %(text)s UTC"),
        "now": _("Now"),
        "noValue": _("No value"),
        "longText": _("Alt + Enter: a new line"),
        "copied": _("%(rows)s × %(columns)s cells copied"),
        "tooFar": _("At most %(n)s cells can be copied at once"),
        "pasteHere": _("Choose a cell to paste into"),
        "noText": _("The clipboard holds no text"),
        "clashTitle": _("Changed in another tab meanwhile"),
        "clashNow": _("There now"),
        "clashMine": _("What you typed"),
        "clashKeep": _("Keep what is there"),
        "clashPut": _("Put in what I typed"),
        "failed": _("The site answered %(status)s. Nothing is lost: try again."),
        "leave": _("Changes are still being kept."),
        "deletedRow": _("This row is deleted: restore it to change it."),
    }


def _panels() -> dict[str, str]:
    return {
        "close": _("Close"),
        "form": _("Entity %(id)s"),
        "formNew": _("New entity"),
        "restore": _("Restore"),
        "delete": _("Delete"),
        "duplicate": _("Duplicate"),
        "previous": _("Previous"),
        "next": _("Next"),
        "problems": _("Problems"),
        "noProblems": _("No problem in this draft."),
        "problemRows": _(
            "%(n)s rows have problems. They are not sent until they are mended or left out."
        ),
        "problemRows_one": _("1 row has problems. It is not sent until it is mended or left out."),
        "goThere": _("Go to the row"),
        "nextProblem": _("Next problem"),
        "previousProblem": _("Problem before"),
        "onlyProblems": _("Show only these rows"),
        "refusedBy": _("The service refused it: %(text)s"),
        "found": _("%(n)s cells in %(rows)s rows"),
        "found_one": _("1 cell in 1 row"),
        "foundNone": _("Nothing is like that"),
        "foundFirst": _("The first %(n)s:"),
        "looking": _("Looking …"),
        "findOnly": _("Find"),
        "findReplace": _("Find and replace"),
        "findText": _("Look for"),
        "findBy": _("Put in its place"),
        "findWhere": _("In"),
        "everywhere": _("All properties but the entity ID and geographies"),
        "matchCase": _("Upper and lower case as typed"),
        "wholeCell": _("The whole value"),
        "filter": _("Filter"),
        "onMap": _("Show on the map"),
        "replaceAll": _("Replace in %(n)s cells"),
        "replaceAll_one": _("Replace in 1 cell"),
        "removeAll": _("Remove from %(n)s cells"),
        "removeAll_one": _("Remove from 1 cell"),
        "addCondition": _("Add a condition"),
        "removeCondition": _("Remove this condition"),
        "property": _("Property"),
        "operator": _("How"),
        "value": _("Value"),
        "apply": _("Apply"),
        "clearFilter": _("Remove the filter"),
        "emptyId": _("(no ID)"),
        "notThere": _("This row is not among those shown: the filter was taken off."),
        "page": _("Page %(page)s of %(pages)s"),
    }


def _place() -> dict[str, str]:
    return {
        "place": _("Map"),
        "placeOf": _("Where %(id)s is"),
        "noPlace": _("It has no place yet: draw one."),
        "placeTooLarge": _("The geography has too many points to be dragged: change it as text."),
        "placeUnread": _("The geography is not well-known text: mend it as text, or draw it anew."),
        "placeHelp": _(
            "Drag the shape or its corners; every change is kept at once, and Undo takes it back. "
            "The form beside the grid takes coordinates as text."
        ),
        "drawTools": _("Draw"),
        "drawPoint": _("Point"),
        "drawLine": _("Line"),
        "drawPolygon": _("Polygon"),
        "drawPointHelp": _("Click where it is. Escape gives up."),
        "drawLineHelp": _("Click from point to point; click the last one again to end."),
        "drawPolygonHelp": _("Click from corner to corner; click the first one again to end."),
        "takeAway": _("Take away"),
        "noMap": _("The map could not be drawn. The form takes coordinates as text."),
    }


def _locating() -> dict[str, str]:
    return {
        "locate": _("Missing locations"),
        "locateWhat": _("What to look up"),
        "locateFind": _("Positions of addresses"),
        "locateName": _("Names of positions"),
        "locateOf": _("The address is made of"),
        "locateInto": _("Put the name into"),
        "locateLook": _("Look up some"),
        "locateAll": _("Look up all"),
        "locateStop": _("Stop"),
        "locateFound": _(
            "%(n)s found and not accepted yet, %(unknown)s not found, %(left)s of %(total)s rows to go."
        ),
        "sure_high": _("Sure: the very place"),
        "sure_medium": _("Fairly sure: the street or the town"),
        "sure_low": _("Unsure: look at it"),
        "accept": _("Accept"),
        "acceptOf": _("Accept for %(id)s"),
        "reject": _("Leave out"),
        "rejectOf": _("Leave out %(id)s"),
        "accept_high": _("Accept %(n)s sure"),
        "accept_medium": _("Accept %(n)s fairly sure"),
        "acceptBetter": _("Accept %(n)s fairly sure or better"),
        "acceptAll": _("Accept all %(n)s"),
        "leaveAllOut": _("Leave out all %(n)s"),
        "lookupTitle": _("All rows"),
        "lookupBar": _("How far the lookup is"),
        "lookupLeave": _("You may leave this page: it goes on, and a notice says when it is over."),
        "lookupGoOn": _("Go on"),
        "lookupMore": _("Show more"),
        "lookupWaiting": _("%(n)s wait to be accepted."),
        "lookupWaiting_one": _("1 waits to be accepted."),
        "lookup_done": _("All rows were looked up."),
        "lookup_stopped": _("The lookup was stopped."),
        "lookup_failed": _("The lookup was broken off."),
    }


def _operators() -> dict[str, str]:
    return {
        "op_contains": _("contains"),
        "op_lacks": _("does not contain"),
        "op_is": _("is"),
        "op_is_not": _("is not"),
        "op_starts": _("begins with"),
        "op_ends": _("ends with"),
        "op_empty": _("is empty"),
        "op_filled": _("is not empty"),
        "op_less": _("is less than"),
        "op_at_most": _("is at most"),
        "op_more": _("is more than"),
        "op_at_least": _("is at least"),
        "op_before": _("is before"),
        "op_until": _("is on or before the day"),
        "op_after": _("is after the day"),
        "op_since": _("is at or after"),
        "op_on": _("is on the day"),
    }
