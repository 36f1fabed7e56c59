"""One cause that many findings share: a slip of unit, a shifted column, an old form, a decimal sign, a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import itemgetter

import numpy as np

from termreview.intake.checks.answer_grid import Answers, Numbers
from termreview.intake.checks.findings import AGAIN, Findings
from termreview.reference.declarations import TermReference
from termreview.reference.kinds.checks import grids_of
from termreview.reference.kinds.forms import Field

# A value between these multiples of last term's (or of what its peers let expect) was written in thousands.
UNIT_BAND = (500.0, 2000.0)
# Peers differ among themselves, so the band around them is wider.
PEER_BAND = (200.0, 5000.0)
SIZE_FIELD = "pupils_count.total"
FEWEST_PEERS = 5
OUTSIDE = "out_of_range"
_FORM_CODES = frozenset(
    {
        "form_level_differs",
        "form_version_differs",
        "row_missing",
        "heads_missing",
        "row_moved",
        "column_moved",
        "matched_by_label",
        "sheet_missing",
    }
)
_OTHER_FORMS = frozenset({"form_level_differs", "form_version_differs"})
_SEPARATOR_CODES = frozenset({"separator_assumed", "separator_ambiguous"})

Suspects = Mapping[tuple[str, str], str]


def fold_causes(findings: Findings, answers: Answers, term: TermReference) -> Suspects:
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
    suspects = dict(shifted_cells(answers, schools, wanted, fields))
    for key, cause in misread_units(answers, schools, wanted, outside, fields).items():
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
    old_forms = {row["file"] for row in findings.rows if row["check_code"] in _OTHER_FORMS}
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
    answers: Answers,
    schools: set[str],
    wanted: Sequence[str],
    outside: Mapping[tuple[str, str], float],
    fields: Mapping[str, Field],
) -> Suspects:
    """Cells about a thousand times too large or too small, by last term's figure or, without one, by peers.

    Peers are the other schools of the level; what they let expect grows with the number of pupils.
    `outside` are the numbers that reading refused because the form does not allow them.
    """
    names = [
        name
        for name in wanted
        if name in answers.lines and name in fields and fields[name].kind in ("count", "money")
    ]
    lines = [answers.lines[name] for name in names]
    now, before = answers.numbers[lines], answers.previous[lines]
    size = np.full(len(answers.school_ids), np.nan)
    if SIZE_FIELD in answers.lines:
        size = answers.numbers[answers.lines[SIZE_FIELD]]
    level_of = np.array(answers.levels)
    suspects: dict[tuple[str, str], str] = {}
    for place, school_id in sorted(enumerate(answers.school_ids), key=itemgetter(1)):
        if school_id not in schools or (np.isnan(now[:, place]).all() and np.isnan(size[place])):
            continue
        is_peer = level_of == level_of[place]
        is_peer[place] = False
        for line, name in enumerate(names):
            value = outside.get((school_id, name), float(now[line, place]))
            if not value > 0:
                continue
            last = float(before[line, place])
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
    answers: Answers, schools: set[str], wanted: Sequence[str], fields: Mapping[str, Field]
) -> Suspects:
    """Cells of grid rows whose values stand one column beside their own.

    Shifted to the right, the first part holds the total of the row (at least the sum of the rest) and the
    total is empty; shifted to the left, the total is no larger than the largest part and the last part is
    empty.
    """
    stems = sorted({name.removesuffix(".total") for name in wanted if name.endswith(".total")})
    grids = grids_of(fields)
    places = [place for place, school_id in enumerate(answers.school_ids) if school_id in schools]
    suspects: dict[tuple[str, str], str] = {}
    for stem in stems:
        names = [name for name in grids.get(stem, ()) if name in answers.lines]
        lines = [answers.lines[name] for name in names]
        for place in places:
            is_asked = answers.rows[lines, place] >= 0
            if is_asked.sum() >= 4 and _is_shifted(answers.numbers[lines, place][is_asked]):
                school_id = answers.school_ids[place]
                suspects |= {
                    (school_id, name): "column_shifted"
                    for name, asked in zip(names, is_asked, strict=True)
                    if asked
                }
    return suspects


def _is_shifted(values: Numbers) -> bool:
    total, parts = values[0], np.nan_to_num(values[1:])
    is_right = not total > 0 and parts[0] > 0 and (parts[1:] > 0).sum() >= 2 and parts[0] >= parts[1:].sum()
    is_left = total > 0 and not values[-1] > 0 and (parts > 0).sum() >= 2 and total <= parts.max() * 1.5
    return bool(is_right or (is_left and total < parts.sum()))
