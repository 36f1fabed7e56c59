"""One cause that many findings share: a slip of unit, a shifted column, an old form, a decimal sign, a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from termreview.intake.findings import Findings
from termreview.reference.declarations import TermReference
from termreview.reference.forms import Field

# A value between these multiples of last term's (or of what its peers let expect) was written in thousands.
UNIT_BAND = (500.0, 2000.0)
# Peers differ among themselves, so the band around them is wider.
PEER_BAND = (200.0, 5000.0)
SIZE_FIELD = "pupils_count.total"
FEWEST_PEERS = 5
OUTSIDE = "out_of_range"
_FORM_CODES = frozenset(
    {"form_version_differs", "row_missing", "row_moved", "column_moved", "matched_by_label", "sheet_missing"}
)
_SEPARATOR_CODES = frozenset({"separator_assumed", "separator_ambiguous"})

Suspects = Mapping[tuple[str, str], str]


def fold_causes(
    findings: Findings,
    observations: pd.DataFrame,
    previous: pd.DataFrame | None,
    term: TermReference,
) -> Suspects:
    """Give findings that come from one slip one cause, and name the cells that hold the slip.

    Returns
    -------
    dict
        The cause by school and field: cells in the wrong unit and cells of a shifted row.
    """
    _fold_remarks(findings)
    outside = _numbers_outside(findings)
    places = [
        (str(row["school_id"]), name)
        for row, compared in zip(findings.rows, findings.compared, strict=True)
        for name in compared
    ]
    schools = {school_id for school_id, _ in (*places, *outside)}
    if not schools:
        return {}
    wanted = sorted({name for _, name in (*places, *outside)})
    fields = term.form.all_fields()
    suspects = dict(shifted_cells(observations, schools, wanted, fields))
    for key, cause in misread_units(observations, previous, term, schools, wanted, outside).items():
        suspects.setdefault(key, cause)
    found: dict[tuple[str, str], str] = {}
    for row, compared in zip(findings.rows, findings.compared, strict=True):
        for name in compared or ((row["field_id"],) if row["check_code"] == OUTSIDE else ()):
            key = (str(row["school_id"]), str(name))
            if key in suspects:
                row["cause"] = found[key] = suspects[key]
                break
    return found


def _fold_remarks(findings: Findings) -> None:
    old_forms = {row["file"] for row in findings.rows if row["check_code"] == "form_version_differs"}
    for row, compared in zip(findings.rows, findings.compared, strict=True):
        code, found = row["check_code"], row["found"] or ""
        if compared:
            continue
        if row["file"] in old_forms and code in _FORM_CODES:
            row["cause"] = "old_form"
        elif code in _SEPARATOR_CODES:
            row["cause"] = "decimal_comma"
        elif code == "matched_by_name" or (
            code == "refused_unknown_school" and found[:1].isalpha() and not found.startswith("không có mã")
        ):
            row["cause"] = "name_alias"


def _numbers_outside(findings: Findings) -> dict[tuple[str, str], float]:
    numbers = {}
    for row in findings.rows:
        if row["check_code"] == OUTSIDE and row["school_id"] and row["field_id"]:
            try:
                numbers[row["school_id"], row["field_id"]] = float(
                    (row["found"] or "").replace(".", "").replace(",", ".")
                )
            except ValueError:
                continue
    return numbers


def misread_units(
    observations: pd.DataFrame,
    previous: pd.DataFrame | None,
    term: TermReference,
    schools: set[str],
    wanted: Sequence[str],
    outside: Mapping[tuple[str, str], float],
) -> Suspects:
    """Cells about a thousand times too large or too small, by last term's figure or, without one, by peers.

    Peers are the other schools of the level; what they let expect grows with the number of pupils.
    `outside` are the numbers that reading refused because the form does not allow them.
    """
    fields = term.form.all_fields()
    names = [name for name in wanted if name in fields and fields[name].kind in ("count", "money")]
    now = _grid(observations, [*names, SIZE_FIELD])
    before = _grid(previous, names) if previous is not None else now.iloc[:0]
    levels = {school.unit_id: school.level for school in term.schools}
    level_of = pd.Series(levels).reindex(now.index)
    suspects: dict[tuple[str, str], str] = {}
    for school_id in sorted(schools & set(now.index)):
        peers = now[(level_of == levels.get(school_id)) & (now.index != school_id)]
        own = now.loc[school_id]
        for name in names:
            value = outside.get((school_id, name), _float(own[name]))
            if not value > 0:
                continue
            last = _float(before[name].get(school_id)) if name in before else np.nan
            if last > 0:
                expected, band = last, UNIT_BAND
            else:
                expected, band = _peers_expect(peers, name, _float(own[SIZE_FIELD])), PEER_BAND
            if cause := _slip(value, expected, band):
                suspects[school_id, name] = cause
    return suspects


def _float(value: Any) -> float:
    return float("nan") if value is None else float(value)


def _peers_expect(peers: pd.DataFrame, name: str, size: float) -> float:
    known = peers[[name]].dropna() if name == SIZE_FIELD else peers[[name, SIZE_FIELD]].dropna()
    known = known[(known > 0).all(axis=1)]
    if len(known) < FEWEST_PEERS:
        return float("nan")
    if name == SIZE_FIELD or not size > 0:
        return float(known[name].median())
    return float((known[name] / known[SIZE_FIELD]).median() * size)


def _slip(value: float, expected: float, band: tuple[float, float]) -> str | None:
    if not expected > 0:
        return None
    if band[0] <= value / expected <= band[1]:
        return "unit_too_large"
    if band[0] <= expected / value <= band[1]:
        return "unit_too_small"
    return None


def shifted_cells(
    observations: pd.DataFrame, schools: set[str], wanted: Sequence[str], fields: Mapping[str, Field]
) -> Suspects:
    """Cells of grid rows whose values stand one column beside their own.

    Shifted to the right, the first part holds the total of the row (at least the sum of the rest) and the
    total is empty; shifted to the left, the total is no larger than the largest part and the last part is
    empty.
    """
    stems = sorted({name.removesuffix(".total") for name in wanted if name.endswith(".total")})
    suspects: dict[tuple[str, str], str] = {}
    here = observations[observations["school_id"].isin(sorted(schools))]
    for school_id, own in here.groupby("school_id", sort=False):
        numbers = dict(
            zip(own["field_id"], own["value_number"].where(own["state"] == "answered"), strict=True)
        )
        for stem in stems:
            names = [name for name in numbers if name.startswith(f"{stem}.") and name in fields]
            values = np.array(
                [np.nan if pd.isna(numbers[name]) else numbers[name] for name in names], dtype=float
            )
            if len(names) >= 4 and _is_shifted(values):
                suspects |= {(str(school_id), name): "column_shifted" for name in names}
    return suspects


def _is_shifted(values: np.ndarray) -> bool:
    total, parts = values[0], np.nan_to_num(values[1:])
    is_right = not total > 0 and parts[0] > 0 and (parts[1:] > 0).sum() >= 2 and parts[0] >= parts[1:].sum()
    is_left = total > 0 and not values[-1] > 0 and (parts > 0).sum() >= 2 and total <= parts.max() * 1.5
    return bool(is_right or (is_left and total < parts.sum()))


def _grid(observations: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    """Answered numbers: one row per school, one column per field."""
    here = observations[observations["field_id"].isin(list(names)) & (observations["state"] == "answered")]
    grid = here.pivot(index="school_id", columns="field_id", values="value_number").astype(float)
    return grid.reindex(columns=list(dict.fromkeys(names)))
