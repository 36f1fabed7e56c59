"""One cause that many findings share: a slip of unit, a shifted column, an old form, a decimal sign, a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from termreview.intake.answer_grid import Numbers, answered_numbers
from termreview.intake.findings import AGAIN, Findings
from termreview.reference.checks import grids_of
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
        if row["cause"] == AGAIN:
            continue
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
    everyone = list(observations["school_id"].unique())
    lines = list(dict.fromkeys([*names, SIZE_FIELD]))
    now = answered_numbers(observations, lines, everyone)
    before = None if previous is None else answered_numbers(previous, lines, everyone)
    levels = {school.unit_id: school.level for school in term.schools}
    level_of = np.array([levels.get(school_id, "") for school_id in everyone])
    size = now[lines.index(SIZE_FIELD)]
    suspects: dict[tuple[str, str], str] = {}
    for place in sorted(range(len(everyone)), key=everyone.__getitem__):
        school_id = everyone[place]
        if school_id not in schools or np.isnan(now[:, place]).all():
            continue
        is_peer = level_of == level_of[place]
        is_peer[place] = False
        for line, name in enumerate(names):
            value = outside.get((school_id, name), float(now[line, place]))
            if not value > 0:
                continue
            last = float("nan") if before is None else float(before[line, place])
            if last > 0:
                expected, band = last, UNIT_BAND
            elif name == SIZE_FIELD:
                expected, band = _usual(size[is_peer]), PEER_BAND
            else:
                expected, band = (
                    _peers_expect(now[line, is_peer], size[is_peer], float(size[place])),
                    PEER_BAND,
                )
            if cause := _slip(value, expected, band):
                suspects[school_id, name] = cause
    return suspects


def _peers_expect(values: Numbers, sizes: Numbers, size: float) -> float:
    is_known = (values > 0) & (sizes > 0)
    if not size > 0:
        return _usual(values[is_known])
    return _usual(values[is_known] / sizes[is_known]) * size


def _usual(figures: Numbers) -> float:
    """The median of the figures above zero; NaN where too few peers have one."""
    known = figures[figures > 0]
    return float(np.median(known)) if len(known) >= FEWEST_PEERS else float("nan")


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
    grids = grids_of(fields)
    cells = [name for stem in stems for name in grids.get(stem, ())]
    is_here = observations["school_id"].isin(sorted(schools)) & observations["field_id"].isin(cells)
    here = observations.loc[is_here, ["school_id", "field_id", "state", "value_number"]]
    numbers: dict[str, dict[str, float]] = {}
    for school_id, name, state, number in here.itertuples(index=False):
        is_number = state == "answered" and not pd.isna(number)
        numbers.setdefault(school_id, {})[name] = float(number) if is_number else np.nan
    suspects: dict[tuple[str, str], str] = {}
    for school_id, own in numbers.items():
        for stem in stems:
            names = [name for name in own if name.rpartition(".")[0] == stem]
            if len(names) >= 4 and _is_shifted(np.array([own[name] for name in names])):
                suspects |= {(school_id, name): "column_shifted" for name in names}
    return suspects


def _is_shifted(values: Numbers) -> bool:
    total, parts = values[0], np.nan_to_num(values[1:])
    is_right = not total > 0 and parts[0] > 0 and (parts[1:] > 0).sum() >= 2 and parts[0] >= parts[1:].sum()
    is_left = total > 0 and not values[-1] > 0 and (parts > 0).sum() >= 2 and total <= parts.max() * 1.5
    return bool(is_right or (is_left and total < parts.sum()))
