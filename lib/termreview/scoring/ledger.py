"""One ledger line per item and school: every point with its rule, inputs, origin and bounds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.reference.kinds.indicators import UNALLOCATED, Group, IndicatorSet, Item
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.scoring.rules import Facts, score_item
from termreview.storage.contracts import CONTRACTS

_INPUT_COLUMNS = ["field_id", "state", "value_number", "value_text", "file", "sheet", "cell"]
_MARKS = "ABC"
_OF_FACTS = ["computed", "agreed"]  # origins of points that figures make
_BY_SYSTEM = "system"  # noted by the intake room beside an answer that a system gave
_AS_JSON = json.JSONEncoder(ensure_ascii=False).encode
Lines = dict[str, Any]  # one item: a value per school, or one for all of them, by column


def scored_schools(reference: TermReference) -> list[tuple[str, str]]:
    """Id and level of the expected schools to which the indicator set applies, in registry order."""
    levels = reference.indicator_set.levels
    return [(school.unit_id, school.level) for school in reference.schools if school.level in levels]


def facts_of(observations: pd.DataFrame, schools: Sequence[tuple[str, str]], fields: Sequence[str]) -> Facts:
    """Turn long observations into one array per field, in the order of the schools.

    A number counts only when its state is `answered`; every other state leaves NaN, never zero.
    """
    ids = [school_id for school_id, _ in schools]
    asked = set(fields)
    wanted = observations[observations["field_id"].isin(asked) & observations["school_id"].isin(set(ids))]
    names, field_ids = pd.factorize(wanted["field_id"].to_numpy(dtype=object))
    place = pd.Index(ids, dtype=object).get_indexer(pd.Index(wanted["school_id"].to_numpy(dtype=object)))
    states = np.full((len(field_ids), len(ids)), "not_applicable", dtype=object)
    numbers = np.full(states.shape, np.nan)
    states[names, place] = wanted["state"].to_numpy(dtype=object)
    numbers[names, place] = wanted["value_number"].to_numpy(dtype=float, na_value=np.nan)
    numbers[states != "answered"] = np.nan
    return Facts(
        {str(name): numbers[row] for row, name in enumerate(field_ids)},
        {str(name): states[row] for row, name in enumerate(field_ids)},
        np.array([level for _, level in schools], dtype=object),
    )


def build_ledger(
    observations: pd.DataFrame, reference: TermReference, verified: Sequence[VerifiedPoints] = ()
) -> pd.DataFrame:
    """Build the ledger of one term: a line per item, and per block of unallocated points, of each school.

    Returns
    -------
    pandas.DataFrame
        Contract `ledger`; points in the unit of the indicator set, `low <= high <= max_points`.
    """
    indicator_set = reference.indicator_set
    schools = scored_schools(reference)
    inputs = {item.item_id: item_inputs(item) for item in indicator_set.items}
    fields = list(dict.fromkeys(name for names in inputs.values() for name in names))
    facts = facts_of(observations, schools, fields)
    described = _described_inputs(observations, set(fields))
    by_system = _given_by_systems(observations)
    term_id = reference.term.term_id
    parts = []
    for group in indicator_set.groups:
        parts += [
            _item_lines(indicator_set, item, facts, schools, inputs[item.item_id], described, by_system)
            for item in group.items
        ]
        if group.unallocated is not None:
            parts.append(_unallocated_lines(indicator_set, group, schools))
    ledger = (
        _frame_of(parts, len(schools)) if parts else pd.DataFrame(columns=list(CONTRACTS["ledger"].columns))
    )
    ledger["term_id"] = term_id
    rulings = {
        (ruling.school_id, ruling.item_id): ruling.points for ruling in verified if ruling.term_id == term_id
    }
    return with_points(ledger, rulings)


def _frame_of(parts: Sequence[Lines], school_count: int) -> pd.DataFrame:
    """Lay the lines of all items into one frame, school by school; a single value stands for every school."""
    order = np.arange(len(parts) * school_count).reshape(len(parts), school_count).T.ravel()
    columns = {}
    for name in parts[0] if parts else ():
        values = [
            np.asarray(part[name], dtype=object if isinstance(part[name], str | list) else None)
            for part in parts
        ]
        whole = np.concatenate([np.broadcast_to(value, school_count) for value in values])
        columns[name] = whole[order]
    return pd.DataFrame(columns)


def with_points(ledger: pd.DataFrame, points: Mapping[tuple[str, str], float]) -> pd.DataFrame:
    """The ledger with verified points, by school and item: they replace what claim and facts made of it."""
    if not points:
        return ledger
    keys = zip(ledger["school_id"].tolist(), ledger["item_id"].tolist(), strict=True)
    verified = np.array([points.get(key, np.nan) for key in keys], dtype=float)
    is_verified = ~np.isnan(verified)
    return ledger.assign(
        verified_points=ledger["verified_points"].mask(is_verified, verified),
        low=ledger["low"].mask(is_verified, verified),
        high=ledger["high"].mask(is_verified, verified),
        origin=ledger["origin"].mask(is_verified, "verified"),
        reason=ledger["reason"].mask(is_verified, "verified"),
    )


def item_inputs(item: Item) -> list[str]:
    """The ids of every field that one item's points are drawn from."""
    return [*(item.field(column) for column in item.columns), *item.rule.fields]


def _described_inputs(observations: pd.DataFrame, fields: set[str]) -> dict[tuple[str, str], str]:
    """Each input as JSON text, by school and field: value, state and the cell it came from."""
    wanted = observations[observations["field_id"].isin(fields)]
    columns = [
        wanted[name].astype(object).where(wanted[name].notna(), None).tolist() for name in _INPUT_COLUMNS
    ]
    described = {}
    plain = lru_cache(maxsize=None)(
        _AS_JSON
    )  # few different states, files, sheets and cells among many answers
    for school_id, field_id, state, number, text, file, sheet, cell in zip(
        wanted["school_id"].tolist(), *columns, strict=True
    ):
        value = _AS_JSON(text if number is None else number)
        described[school_id, field_id] = (
            f'{{"field_id": {plain(field_id)}, "state": {plain(state)}, "value": {value}, '
            f'"file": {plain(file)}, "sheet": {plain(sheet)}, "cell": {plain(cell)}}}'
        )
    return described


def _given_by_systems(observations: pd.DataFrame) -> set[tuple[str, str]]:
    """The answers, by school and field, for which the office took what a system counts."""
    notes = observations["note"].fillna("")
    marked = observations[notes.str.contains(_BY_SYSTEM, regex=False)]
    is_so = [_BY_SYSTEM in str(note).split(";") for note in marked["note"]]
    return set(zip(marked.loc[is_so, "school_id"], marked.loc[is_so, "field_id"], strict=True))


def _item_lines(
    indicator_set: IndicatorSet,
    item: Item,
    facts: Facts,
    schools: Sequence[tuple[str, str]],
    input_ids: list[str],
    described: dict[tuple[str, str], str],
    by_system: set[tuple[str, str]],
) -> Lines:
    points = score_item(item, facts)
    ids = [school_id for school_id, _ in schools]
    is_counted = np.array(
        [any((one, name) in by_system for name in item.rule.fields) for one in ids], dtype=bool
    )
    of_facts = np.isin(points.origin.astype(str), _OF_FACTS)
    return {
        "school_id": ids,
        "group_id": item.group_id,
        "criterion_id": item.criterion_id,
        "item_id": item.item_id,
        "max_points": item.max_points,
        "self_points": points.own,
        "computed_low": points.computed_low,
        "computed_high": points.computed_high,
        "verified_points": np.nan,
        "low": points.low,
        "high": points.high,
        "origin": np.where(is_counted & of_facts, "system", points.origin),
        "reason": points.reason,
        "rule_kind": item.rule.kind,
        "rule_id": f"{indicator_set.set_id}/{item.item_id}",
        "mark": max(item.mark, item.rule.mark, key=_MARKS.index),
        "inputs": [
            "["
            + ", ".join(described[key] for name in input_ids if (key := (school_id, name)) in described)
            + "]"
            for school_id in ids
        ],
    }


def _unallocated_lines(
    indicator_set: IndicatorSet, group: Group, schools: Sequence[tuple[str, str]]
) -> Lines:
    assert group.unallocated is not None
    return {
        "school_id": [school_id for school_id, _ in schools],
        "group_id": group.group_id,
        "criterion_id": f"{group.group_id}.{UNALLOCATED}",
        "item_id": f"{group.group_id}.{UNALLOCATED}",
        "max_points": group.unallocated.points,
        "self_points": np.nan,
        "computed_low": np.nan,
        "computed_high": np.nan,
        "verified_points": np.nan,
        "low": 0.0,
        "high": group.unallocated.points,
        "origin": UNALLOCATED,
        "reason": UNALLOCATED,
        "rule_kind": UNALLOCATED,
        "rule_id": f"{indicator_set.set_id}/{group.group_id}.{UNALLOCATED}",
        "mark": group.unallocated.mark,
        "inputs": "[]",
    }
