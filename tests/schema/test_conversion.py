"""What becomes of a value when its property gets another type: nothing is guessed or rounded."""

from __future__ import annotations

import pytest

from datasources.schema import EdmType, Value, ValueFault
from datasources.schema.conversion import convert, read_value

TEXT, WHOLE, DOUBLE, YES, TIME, SHAPE = (
    EdmType.STRING,
    EdmType.INT64,
    EdmType.DOUBLE,
    EdmType.BOOLEAN,
    EdmType.DATETIME,
    EdmType.GEOGRAPHY,
)
DAY = "2024-02-29T00:00:00Z"


@pytest.mark.parametrize(
    ("value", "old", "new", "expected"),
    [
        (None, TEXT, WHOLE, None),
        ("7", TEXT, TEXT, "7"),
        (7, WHOLE, TEXT, "7"),
        (4.5, DOUBLE, TEXT, "4.5"),
        (True, YES, TEXT, "true"),
        (DAY, TIME, TEXT, DAY),
        ("POINT (1 2)", SHAPE, TEXT, "POINT (1 2)"),
        (" 7 ", TEXT, WHOLE, 7),
        ("4.5", TEXT, DOUBLE, 4.5),
        ("Yes", TEXT, YES, True),
        ("0", TEXT, YES, False),
        ("2024-02-29", TEXT, TIME, DAY),
        (" POINT (1 2) ", TEXT, SHAPE, "POINT (1 2)"),
        (7, WHOLE, DOUBLE, 7.0),
        (True, YES, WHOLE, 1),
        (False, YES, DOUBLE, 0.0),
        (7.0, DOUBLE, WHOLE, 7),
        (-0.0, DOUBLE, WHOLE, 0),
        (1, WHOLE, YES, True),
        (0.0, DOUBLE, YES, False),
    ],
)
def test_what_the_other_type_holds_is_kept(
    value: Value, old: EdmType, new: EdmType, expected: Value
) -> None:
    found = convert(value, old, new)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("value", "old", "new", "rule"),
    [
        ("seven", TEXT, WHOLE, "int64"),
        ("", TEXT, WHOLE, None),
        ("4.5", TEXT, WHOLE, "int64"),
        ("perhaps", TEXT, YES, "boolean"),
        ("soon", TEXT, TIME, "datetime"),
        ("here", TEXT, SHAPE, "geography-type"),
        (4.5, DOUBLE, WHOLE, "int64"),
        (1e300, DOUBLE, WHOLE, "int64"),
        (2**53 + 1, WHOLE, DOUBLE, "double-rounded"),
        (2, WHOLE, YES, "boolean"),
        (0.5, DOUBLE, YES, "boolean"),
        (2024, WHOLE, TIME, "not-convertible"),
        (DAY, TIME, WHOLE, "not-convertible"),
        (True, YES, TIME, "not-convertible"),
        ("POINT (1 2)", SHAPE, DOUBLE, "not-convertible"),
        ("LINESTRING (" + ", ".join(["1 2"] * 900) + ")", SHAPE, TEXT, "string-length"),
    ],
)
def test_what_it_cannot_hold_is_told_with_the_reason(
    value: Value, old: EdmType, new: EdmType, rule: str | None
) -> None:
    if rule is None:
        assert convert(value, old, new) is None
        return
    with pytest.raises(ValueFault) as caught:
        convert(value, old, new)
    assert caught.value.rule == rule
    assert caught.value.message


def test_a_text_is_read_by_the_rules_of_a_file() -> None:
    assert read_value(WHOLE, None) is None
    assert read_value(TEXT, "") is None
    assert read_value(SHAPE, "  ") is None
    assert read_value(YES, "TRUE") is True
    with pytest.raises(ValueFault):
        read_value(DOUBLE, "1,5")
