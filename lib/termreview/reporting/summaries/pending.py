"""One school whose figures may still change: nothing of it was taken in, or an open error stands in its score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.reference.kinds.checks import Check
from termreview.scoring.ledger import item_inputs
from termreview.scoring.rules import UNANSWERED

MISSING, REFUSED, ERRORS, BLANK = "missing", "refused", "errors", "blank"
PENDING = (MISSING, REFUSED, ERRORS, BLANK)
_ITEMS_BLANK = "items_blank"  # the finding of intake on items of the index that a school left blank
COLUMNS = [
    "school_id", "short_name", "level", "commune_name", "place", "pending", "error_count", "items", "conditions",
]  # fmt: skip
_EMPTY_STATES = ("blank", "unreadable")


def pending_schools(
    reporting: pd.DataFrame,
    submissions: pd.DataFrame,
    findings: pd.DataFrame,
    observations: pd.DataFrame,
    ledger: pd.DataFrame,
    declared: TermReference,
) -> pd.DataFrame:
    """List the expected schools whose figures may still change: one row per school, key `school_id`.

    `pending` is `missing`, `refused` (no file could be taken in, or one sent after the file that counts), `errors` (open
    errors of the file that counts which a score reads) or `blank` (no such error, but items of the index that the school
    left blank and was asked about). `items` are the items of the index and
    `conditions` its mandatory conditions that the errors leave in doubt; for `missing` and `refused` everything is,
    and both stay empty.

    Parameters
    ----------
    reporting : `school_reporting`.
    findings : the open ones.
    """
    errors = findings[findings["severity"] == "error"]
    newer = _refused_later(reporting, submissions, errors)
    inputs, item_ids = _inputs_of(declared), {item.item_id for item in declared.indicator_set.items}
    verified = set(
        zip(
            *(ledger.loc[ledger["origin"] == "verified", name] for name in ("school_id", "item_id")),
            strict=True,
        )
    )
    doubted = _doubted(reporting, errors, observations, declared)
    asked_blank = set(findings.loc[findings["check_code"] == _ITEMS_BLANK, "school_id"])
    unanswered = ledger[ledger["school_id"].isin(asked_blank) & (ledger["reason"] == UNANSWERED)]
    blank = {str(name): tuple(own) for name, own in unanswered.groupby("school_id", sort=False)["item_id"]}
    rows = []
    for school in reporting.to_dict("records"):
        key = school["school_id"]
        touched = doubted.get(key, {})
        fields = {name for names in touched.values() for name in names}
        read = [part for part, names in inputs.items() if fields & names and (key, part) not in verified]
        is_scored = school["level"] in declared.indicator_set.levels
        if school["state"] in (MISSING, REFUSED):
            pending, count, read = school["state"], 0, []
        elif key in newer:
            pending, count, read = REFUSED, 0, []
        elif is_scored and read:
            names = set().union(*(inputs[part] for part in read))
            pending, count = ERRORS, sum(bool(names & own) for own in touched.values())
            read += [item_id for item_id in blank.get(key, ()) if item_id not in read]
        elif is_scored and key in blank:
            pending, count, read = BLANK, 0, list(blank[key])
        else:
            continue
        items = tuple(part for part in read if part in item_ids)
        conditions = tuple(part for part in read if part not in item_ids)
        own = [school[name] for name in COLUMNS[:5]]
        rows.append((*own, pending, count, items, conditions))
    return pd.DataFrame(rows, columns=COLUMNS)


def _inputs_of(declared: TermReference) -> dict[str, set[str]]:
    """The fields that each item, and each mandatory condition, is drawn from."""
    parts = {item.item_id: set(item_inputs(item)) for item in declared.indicator_set.items}
    for group in declared.indicator_set.groups:
        parts |= {condition.criterion_id: set(condition.requires) for condition in group.conditions}
    return parts


def _refused_later(reporting: pd.DataFrame, submissions: pd.DataFrame, errors: pd.DataFrame) -> set[str]:
    """The schools whose file counts, and who sent another after it that could not be taken in and waits for a word."""
    counted = reporting.dropna(subset=["revision"]).set_index("school_id")["revision"]
    refused = submissions[(submissions["fate"] == "refused") & submissions["school_id"].isin(counted.index)]
    is_later = refused["revision"].to_numpy() > counted.reindex(refused["school_id"]).to_numpy()
    is_open = refused["file"].isin(errors["file"])
    return set(refused.loc[is_later & is_open.to_numpy(), "school_id"])


def _doubted(
    reporting: pd.DataFrame, errors: pd.DataFrame, observations: pd.DataFrame, declared: TermReference
) -> dict[str, dict[str, set[str]]]:
    """By school and open error of the file that counts, the fields whose answers it leaves in doubt.

    An error of a check doubts every field that the check compares; one without a place (a sheet is missing) doubts
    what the school left empty.
    """
    checks = {check.check_code: check for check in declared.checks}
    asked = {
        level: {field.field_id: field for field in declared.form.fields_for(level, declared.term.part)}
        for level in dict.fromkeys(reporting["level"])
    }
    counted = reporting.dropna(subset=["file"]).set_index("school_id")
    own = errors[errors["school_id"].isin(counted.index)]
    own = own[
        (own["file"].isna() | (own["file"] == counted["file"].reindex(own["school_id"]).array)).to_numpy()
    ]
    empty: Mapping[str, set[str]] = {}
    if own["field_id"].isna().any():
        bare = observations[observations["state"].isin(_EMPTY_STATES)]
        empty = {str(key): set(names) for key, names in bare.groupby("school_id")["field_id"]}
    found: dict[str, dict[str, set[str]]] = {}
    for row in own.to_dict("records"):
        key, field_id = row["school_id"], row["field_id"]
        fields = asked[counted["level"][key]]
        names = (
            set(empty.get(key, ()))
            if pd.isna(field_id)
            else {field_id} | _compared(checks.get(row["check_code"]), field_id, fields)
        )
        found.setdefault(key, {})[row["finding_id"]] = names
    return found


def _compared(check: Check | None, field_id: str, fields: Mapping[str, object]) -> set[str]:
    """Every field that one check compares in the pair that its finding stands at."""
    if check is None or check.kind == "unchanged":
        return set()
    pairs: Sequence[tuple[tuple[str, ...], tuple[str, ...]]] = check.expanded(fields)  # type: ignore[arg-type]
    return {name for left, right in pairs if field_id in left for name in (*left, *right)}
