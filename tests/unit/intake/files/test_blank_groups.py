"""A group of pupils that a school does not have: its blank column is a note where the other groups add up."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from intake_world import PRESCHOOL, answers_of, clean_folder, place_of, write_school

from termreview.forms.form import Value
from termreview.intake.clean import Cleaned

TOLD = ("required_blank", "group_left_blank")


def without_group(*columns: str) -> dict[str, Value]:
    """The answers of a preschool without some groups: their columns blank, the totals those of the others."""
    answers = answers_of(PRESCHOOL)
    changes: dict[str, Value] = {}
    for name, value in answers.items():
        row, _, column = name.partition(".")
        if column in columns:
            changes[name] = None
            total = changes.get(f"{row}.total", answers[f"{row}.total"])
            assert isinstance(total, int | float)
            assert isinstance(value, int | float)
            changes[f"{row}.total"] = total - value
    return changes


def cleaned_with(folder: Path, changes: dict[str, Value]) -> Cleaned:
    folder.mkdir(exist_ok=True)
    write_school(folder / f"{PRESCHOOL}.xlsx", PRESCHOOL, changes=changes)
    return clean_folder(folder)


def told(cleaned: Cleaned) -> list[tuple[str, str, str]]:
    found: pd.DataFrame = cleaned.findings[cleaned.findings["school_id"].eq(PRESCHOOL).fillna(False)]
    found = found[found["check_code"].isin(TOLD)]
    return list(found[["check_code", "severity", "cell"]].itertuples(index=False, name=None))


def states(cleaned: Cleaned, column: str) -> set[str]:
    rows = cleaned.observations[cleaned.observations["school_id"] == PRESCHOOL]
    return set(rows[rows["field_id"].str.endswith(f".{column}")]["state"])


def cell_of(field_id: str) -> str:
    place = place_of(field_id, PRESCHOOL)[1]
    return f"{'ABCDEFGHIJK'[place.column - 1]}{place.row}"


def test_the_blank_column_of_a_group_that_a_preschool_has_not_is_one_note(tmp_path: Path) -> None:
    cleaned = cleaned_with(tmp_path / "a", without_group("a1"))
    assert told(cleaned) == [("group_left_blank", "note", cell_of("classes_count.a1"))]
    assert states(cleaned, "a1") == {"blank"}, "blank is not zero"
    both = cleaned_with(tmp_path / "b", without_group("a1", "a6"))
    assert told(both) == [
        ("group_left_blank", "note", cell_of("classes_count.a1")),
        ("group_left_blank", "note", cell_of("classes_count.a6")),
    ]


def test_blanks_stay_errors_where_the_parts_do_not_add_up(tmp_path: Path) -> None:
    changes = without_group("a1")
    changes["pupils_count.total"] = answers_of(PRESCHOOL)["pupils_count.total"]
    assert {code for code, *_ in told(cleaned_with(tmp_path / "a", changes))} == {"required_blank"}


def test_blanks_stay_errors_where_the_group_is_counted_in_another_row(tmp_path: Path) -> None:
    changes = without_group("a1")
    del changes["pupils_count.a1"], changes["pupils_count.total"]
    assert {code for code, *_ in told(cleaned_with(tmp_path / "a", changes))} == {"required_blank"}


def test_blanks_stay_errors_where_no_total_proves_them(tmp_path: Path) -> None:
    changes = without_group("a1")
    changes |= {name: None for name in changes if name.endswith(".total")}
    assert {code for code, *_ in told(cleaned_with(tmp_path / "a", changes))} == {"required_blank"}
