"""Fields of the explorer, whose faults its scripts write."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.filter
def described(field: Any) -> Any:
    """A form field's widget, tied to its help and to the place where its faults are written."""
    given = dict(field.field.widget.attrs)
    named = [f"{field.auto_id}-help"] if field.help_text else []
    given["aria-describedby"] = " ".join([*named, f"{field.auto_id}-errors"])
    return field.as_widget(attrs=given)
