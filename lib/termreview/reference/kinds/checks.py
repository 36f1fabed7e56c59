"""One check: a rule row over a closed set of kinds; code knows the kinds, data says which fields and numbers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from termreview.reference.kinds.forms import Field, Form
from termreview.reference.loading.list_reading import read_list
from termreview.reference.loading.rows import Row, unique
from termreview.reference.loading.source import Source

CHECK_KINDS = (
    "range", "at_most", "sum_equals", "required_if", "positive_if", "ratio_within", "change_within",
    "outlier", "unchanged", "agrees_with",
)  # fmt: skip
SECTION = "@"  # before the id of a section of the form, or `@*` for all of it
EVERYTHING = f"{SECTION}*"
_MOVING = ("count", "number", "money", "percent")
EACH_COLUMN = ".*"
ALL_PARTS = ".grades"
WHOLE_COLUMN = "total"
OTHER_TERM = ":"  # behind the part of the school year (`hk1`) of which a field's answer is meant
PLACES = ("expected", "found", "label")
Grids = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Check:
    """One declared check; `fields` and `against` are field ids, possibly with a column wildcard, or sections."""

    check_code: str
    kind: str
    severity: str
    fields: tuple[str, ...]
    against: tuple[str, ...]
    low: str
    high: str
    levels: tuple[str, ...]
    terms: tuple[str, ...]
    title: str
    message: str
    remedy: str
    mark: str

    @property
    def other_parts(self) -> frozenset[str]:
        """The parts of the school year whose answers the check names."""
        return frozenset(name.partition(OTHER_TERM)[0] for name in self.against if OTHER_TERM in name)

    def expanded(
        self, fields: Mapping[str, Field], grids: Grids | None = None
    ) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        """The concrete (fields, against) pairs among the fields that one school answers.

        `x.*` stands for each column of x in turn, `x.grades` for all columns of x but `total`. Pairs with a
        field that the school is not asked for are left out. A check of kind `unchanged` names sections
        (`@S1`), and stands for their numbers. `grids` are the `grids_of` the fields, for who
        expands many checks.
        """
        if self.kind == "unchanged":
            sections = {name.removeprefix(SECTION) for name in self.fields}
            moving = [field for field in fields.values() if field.kind in _MOVING]
            left = tuple(f.field_id for f in moving if f.section_id in sections or "*" in sections)
            return [(left, ())] if left else []
        if not any(name.endswith((EACH_COLUMN, ALL_PARTS)) for name in (*self.fields, *self.against)):
            here = (name for name in (*self.fields, *self.against) if OTHER_TERM not in name)
            is_asked = all(name in fields for name in here)
            return [(self.fields, self.against)] if is_asked else []
        grids = grids_of(fields) if grids is None else grids
        columns = dict.fromkeys(
            fields[name].column_id
            for wanted in self.fields
            if wanted.endswith(EACH_COLUMN)
            for name in grids.get(wanted.removesuffix(EACH_COLUMN), ())
        )
        pairs = []
        for column in columns or (None,):
            left = tuple(_expand(self.fields, column, grids))
            right = tuple(_expand(self.against, column, grids))
            if left and all(name in fields for name in (*left, *right)) and bool(right) == bool(self.against):
                pairs.append((left, right))
        return pairs


class Pair(NamedTuple):
    """One check with the fields that it compares at one school level."""

    check: Check
    left: tuple[str, ...]
    right: tuple[str, ...]


def _pairs_of(check: Check, fields: Mapping[str, Field], grids: Grids) -> list[Pair]:
    """One check with the fields it compares; kinds that look at one field take each of theirs in turn."""
    sides = check.expanded(fields, grids)
    if check.kind in ("range", "change_within"):
        return [Pair(check, (name,), ()) for left, _ in sides for name in left]
    if check.kind in ("required_if", "positive_if"):
        return [Pair(check, (name,), right) for left, right in sides for name in left]
    return [Pair(check, left, right) for left, right in sides]


def pairs_of(checks: Iterable[Check], fields: Mapping[str, Field]) -> tuple[Pair, ...]:
    """What some checks compare among the fields that one school level answers."""
    grids = grids_of(fields)
    return tuple(pair for check in checks for pair in _pairs_of(check, fields, grids))


def grids_of(fields: Iterable[str]) -> Grids:
    """The field ids of each grid in form order, by what stands before the column."""
    grids: dict[str, list[str]] = {}
    for name in fields:
        stem, dot, _ = name.rpartition(".")
        if dot:
            grids.setdefault(stem, []).append(name)
    return grids


def _expand(names: Iterable[str], column: str | None, grids: Grids) -> list[str]:
    expanded: list[str] = []
    for name in names:
        if name.endswith(EACH_COLUMN) and column is not None:
            expanded.append(f"{name[:-1]}{column}")
        elif name.endswith(ALL_PARTS):
            stem = name.removesuffix(ALL_PARTS)
            whole = f"{stem}.{WHOLE_COLUMN}"
            expanded += [known for known in grids.get(stem, ()) if known != whole]
        else:
            expanded.append(name)
    return expanded


CHECK_COLUMNS = (
    "check_code", "kind", "severity", "fields", "against", "low", "high", "levels", "terms", "title", "message",
    "remedy", "mark",
)  # fmt: skip


def load_checks(source: Source, form: Form, levels: Sequence[str]) -> tuple[Check, ...]:
    """Read the checks of one form; every field id must exist and numbers must be numbers."""
    rows = read_list(source, f"checks/{form.form_id}.csv", CHECK_COLUMNS)
    unique([(row, row.id("check_code")) for row in rows])
    fields, checks = form.all_fields(), []
    for row in rows:
        check = Check(
            row.id("check_code"), row.choice("kind", CHECK_KINDS), row.choice("severity", ("error", "query", "note")),
            row.items("fields"), row.items("against"), row.text("low", ""), row.text("high", ""),
            row.among("levels", levels), row.items("terms") or ("*",), row.text("title"),
            row.template("message", PLACES), row.template("remedy", PLACES), row.choice("mark", ("A", "B", "C")),
        )  # fmt: skip
        _check_fields(row, check, fields, {section.section_id for section in form.sections})
        checks.append(check)
    return tuple(checks)


def _check_fields(row: Row, check: Check, fields: Mapping[str, Field], sections: Collection[str]) -> None:
    if not check.fields:
        row.report("missing", key="fields")
    if check.kind == "unchanged":
        for name in check.fields:
            if not name.startswith(SECTION) or name.removeprefix(SECTION) not in (*sections, "*"):
                row.report("no_form_section", section=name)
        if not 0 < (row.number("low") or 0) <= 1 or not (row.number("high") or 0) >= 1:
            row.report("check_unchanged")
        return
    if check.kind == "agrees_with" and not (
        check.against and all(OTHER_TERM in one for one in check.against)
    ):
        row.report("check_needs_other_term")
    for name in (*check.fields, *check.against):
        if check.kind == "agrees_with" and OTHER_TERM in name:
            continue  # a field of another form: `cross_references` knows it
        stem = name.removesuffix(EACH_COLUMN).removesuffix(ALL_PARTS)
        if name not in fields and (stem == name or not any(known.startswith(f"{stem}.") for known in fields)):
            row.report("no_form_field", field=name)
    if check.kind in ("range", "ratio_within", "change_within", "agrees_with"):
        for key in ("low", "high"):
            row.number(key)
        if not check.low and not check.high:
            row.report("check_needs_bounds", kind=check.kind)
    if check.kind == "outlier" and (
        not (row.number("low") or 0) > 1 or not (row.number("high") or 0) > 0 or len(check.fields) != 1
    ):
        row.report("check_outlier")
    if check.kind in ("required_if", "positive_if") and (len(check.against) != 1 or not check.low):
        row.report("check_needs_one_against", kind=check.kind)
    if check.kind in ("at_most", "sum_equals", "ratio_within") and not check.against:
        row.report("check_needs_against", kind=check.kind)
