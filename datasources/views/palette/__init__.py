"""The command palette: any data source, job, draft, account, page or action that a person may use."""

from datasources.views.palette.view import palette

__all__ = ["palette"]
