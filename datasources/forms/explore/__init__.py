"""The form of the query explorer: every kind of query of the Query API."""

from datasources.forms.explore.filters import FilterState, filter_state
from datasources.forms.explore.form import ExploreForm
from datasources.forms.explore.ids import split_ids

__all__ = ["ExploreForm", "FilterState", "filter_state", "split_ids"]
