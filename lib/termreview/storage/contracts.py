"""One declared table a name: the columns, types, keys and ranges that rooms may rely on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pyarrow as pa

from termreview.coded_text import CodedText
from termreview.errors import ContractError

TEXT, NUMBER, INTEGER, FLAG, DATE = "string", "Float64", "Int64", "boolean", "date"
_DTYPES = {kind: pd.api.types.pandas_dtype(kind) for kind in (TEXT, NUMBER, INTEGER, FLAG)} | {
    DATE: pd.api.types.pandas_dtype("datetime64[s]")
}
_ARROW = {
    TEXT: pa.large_string(), NUMBER: pa.float64(), INTEGER: pa.int64(), FLAG: pa.bool_(), DATE: pa.date32(),
}  # fmt: skip
_SECONDS = pa.timestamp("s")
_PANDAS = {_ARROW[kind]: _DTYPES[kind] for kind in (NUMBER, INTEGER, FLAG)}


@dataclass(frozen=True)
class Column:
    """One column of a table: its type, whether it may be missing, its allowed values or range."""

    kind: str
    is_optional: bool = False
    choices: frozenset[str] = frozenset()
    minimum: float | None = None
    maximum: float | None = None


@dataclass(frozen=True)
class Contract:
    """One table: what a row is (`grain`), its key and its columns in order."""

    name: str
    grain: str
    key: tuple[str, ...]
    columns: dict[str, Column] = field(default_factory=dict)


def _choice(*values: str, is_optional: bool = False) -> Column:
    return Column(TEXT, is_optional, frozenset(values))


_TEXT, _TEXT_OR_NONE = Column(TEXT), Column(TEXT, is_optional=True)
_COUNT = Column(INTEGER, minimum=0)
_POINTS, _POINTS_OR_NONE = Column(NUMBER, minimum=0), Column(NUMBER, True, minimum=0)
_LEVEL_OR_NONE = Column(INTEGER, True, minimum=1, maximum=9)

STATES = ("answered", "blank", "not_applicable", "nothing_to_report", "unreadable", "not_submitted")
SEVERITIES = ("error", "query", "note")
STATUSES = ("open", "settled")
FATES = ("accepted", "superseded", "attached", "refused")
FOUND_BY = ("address", "code", "label", "none")
ORIGINS = ("self", "computed", "system", "verified", "agreed", "none", "unallocated")
REASONS = (
    "agreed", "verified", "claimed", "computed_only", "not_in_use", "disputed", "no_evidence", "no_facts",
    "unanswered", "unreadable", "out_of_range", "zero_denominator", "not_submitted", "unallocated",
)  # fmt: skip

CONTRACTS = {
    contract.name: contract
    for contract in (
        Contract(
            "submissions",
            "one received file, with its fate",
            ("submission_id",),
            {
                "submission_id": _TEXT,
                "school_id": _TEXT_OR_NONE,
                "term_id": _TEXT,
                "file": _TEXT,
                "sha256": _TEXT,
                "size_bytes": _COUNT,
                "received_on": Column(DATE),
                "revision": _COUNT,
                "fate": _choice(*FATES),
                "reason_code": _TEXT_OR_NONE,
                "form_id": _TEXT_OR_NONE,
                "found_by": _choice(*FOUND_BY),
                "is_late": Column(FLAG),
                "cells_total": _COUNT,
                "cells_used": _COUNT,
                "cells_flagged": _COUNT,
                "cells_unowned": _COUNT,
                "cells_ignored": _COUNT,
            },
        ),
        Contract(
            "observations",
            "one field of one expected school, from its accepted file",
            ("school_id", "term_id", "field_id"),
            {
                "school_id": _TEXT,
                "term_id": _TEXT,
                "field_id": _TEXT,
                "state": _choice(*STATES),
                "value_number": Column(NUMBER, is_optional=True),
                "value_text": _TEXT_OR_NONE,
                "original": _TEXT_OR_NONE,
                "file": _TEXT_OR_NONE,
                "sheet": _TEXT_OR_NONE,
                "cell": _TEXT_OR_NONE,
                "found_by": _choice(*FOUND_BY),
                "note": _TEXT_OR_NONE,
            },
        ),
        Contract(
            "findings",
            "one failed check at one place",
            ("finding_id",),
            {
                "finding_id": _TEXT,
                "school_id": _TEXT_OR_NONE,
                "term_id": _TEXT,
                "check_code": _TEXT,
                "severity": _choice(*SEVERITIES),
                "cause": _TEXT,
                "file": _TEXT_OR_NONE,
                "sheet": _TEXT_OR_NONE,
                "cell": _TEXT_OR_NONE,
                "field_id": _TEXT_OR_NONE,
                "found": _TEXT_OR_NONE,
                "expected": _TEXT_OR_NONE,
                "message": _TEXT,
                "remedy": _TEXT,
                "status": _choice(*STATUSES),
                "decision_id": _TEXT_OR_NONE,
            },
        ),
        Contract(
            "source_files",
            "one export of a system, with what came of it",
            ("file",),
            {
                "term_id": _TEXT,
                "file": _TEXT,
                "sha256": _TEXT,
                "source_id": _TEXT_OR_NONE,
                "state": _choice("read", "refused", "twice", "other_period", "attached"),
                "reason_code": _TEXT_OR_NONE,
                "rows": _COUNT,
                "rows_counted": _COUNT,
                "rows_of_no_school": _COUNT,
                "rows_twice": _COUNT,
                "rows_of_other_period": _COUNT,
                "values_unread": _COUNT,
                "period_from": Column(DATE, is_optional=True),
                "period_to": Column(DATE, is_optional=True),
                "notes": _TEXT_OR_NONE,
                "is_purged": Column(FLAG),
            },
        ),
        Contract(
            "source_facts",
            "one figure of one school counted in exports of one layout",
            ("school_id", "term_id", "source_id", "fact_id"),
            {
                "school_id": _TEXT,
                "term_id": _TEXT,
                "source_id": _TEXT,
                "fact_id": _TEXT,
                "state": _choice("counted", "conflict"),
                "value": Column(NUMBER, is_optional=True),
                "period_from": Column(DATE, is_optional=True),
                "period_to": Column(DATE, is_optional=True),
                "file": _TEXT,
            },
        ),
        Contract(
            "corroborations",
            "one answer of one school held against one fact of a system",
            ("school_id", "term_id", "pair_id"),
            {
                "school_id": _TEXT,
                "term_id": _TEXT,
                "pair_id": _TEXT,
                "field_id": _TEXT,
                "fact_id": _TEXT,
                "source_id": _TEXT_OR_NONE,
                "stated": Column(NUMBER, is_optional=True),
                "system": Column(NUMBER, is_optional=True),
                "difference": Column(NUMBER, is_optional=True),
                "verdict": _choice("agrees", "differs", "not_comparable"),
                "reason_code": _TEXT_OR_NONE,
                "period_to": Column(DATE, is_optional=True),
            },
        ),
        Contract(
            "ledger",
            "one item of one school: points low and high, origin, rule and inputs",
            ("school_id", "term_id", "item_id"),
            {
                "school_id": _TEXT,
                "term_id": _TEXT,
                "group_id": _TEXT,
                "criterion_id": _TEXT,
                "item_id": _TEXT,
                "max_points": _POINTS,
                "self_points": _POINTS_OR_NONE,
                "computed_low": _POINTS_OR_NONE,
                "computed_high": _POINTS_OR_NONE,
                "verified_points": _POINTS_OR_NONE,
                "low": _POINTS,
                "high": _POINTS,
                "origin": _choice(*ORIGINS),
                "reason": _choice(*REASONS),
                "rule_kind": _TEXT,
                "rule_id": _TEXT,
                "mark": _choice("A", "B", "C"),
                "inputs": _TEXT,
            },
        ),
        Contract(
            "scores",
            "one group (or the whole set, `overall`) of one school",
            ("school_id", "term_id", "group_id"),
            {
                "school_id": _TEXT,
                "term_id": _TEXT,
                "group_id": _TEXT,
                "state": _choice("scored", "not_applicable", "not_submitted"),
                "low": _POINTS_OR_NONE,
                "high": _POINTS_OR_NONE,
                "max_points": _POINTS_OR_NONE,
                "level_low": _LEVEL_OR_NONE,
                "level_high": _LEVEL_OR_NONE,
                "level": _LEVEL_OR_NONE,
                "conditions": _choice("met", "failed", "unknown", "none"),
                "conditions_failed": _TEXT_OR_NONE,
                "reason": _TEXT_OR_NONE,
            },
        ),
    )
}


def from_rows(name: str, rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """One table from its rows, in its declared column order and types; what a row does not name is missing.

    Values are not looked at: that is for `shaped`, before a table is written.
    """
    columns = CONTRACTS[name].columns
    schema = pa.schema([(column_name, _ARROW[column.kind]) for column_name, column in columns.items()])
    return from_arrow(pa.Table.from_pylist(rows, schema=schema))


def from_arrow(table: pa.Table) -> pd.DataFrame:
    """One Arrow table in the types that contracts declare."""
    for place, column in enumerate(table.schema):
        if column.type == _ARROW[DATE]:
            table = table.set_column(place, column.name, table[place].cast(_SECONDS))
    text = {_ARROW[TEXT]: pd.StringDtype()}  # kept as this process has chosen
    frame: pd.DataFrame = table.to_pandas(types_mapper=(_PANDAS | text).get, use_threads=False)
    return frame


def to_arrow(name: str, frame: pd.DataFrame) -> pa.Table:
    """One table as it is stored, after its contract was checked; the same to the bit however this process keeps texts.

    Raises
    ------
    ContractError
        As `shaped`.
    """
    stored = _ARROW | {DATE: _SECONDS}
    columns = CONTRACTS[name].columns.items()
    schema = pa.schema([(column_name, stored[column.kind]) for column_name, column in columns])
    return pa.Table.from_pandas(shaped(name, frame), schema=schema, preserve_index=False, nthreads=1)


def shaped(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """One table in its declared column order and types; the rows stand as they came.

    Raises
    ------
    ContractError
        When columns are missing or unknown, a type does not fit, a value is out of its range or choices,
        a required value is missing, or a key occurs twice. All faults are named.
    """
    contract = CONTRACTS[name]
    there = frame.columns.tolist()
    missing = [column for column in contract.columns if column not in there]
    unknown = [column for column in there if column not in contract.columns]
    faults = [CodedText("contract_column_missing", column=column) for column in missing]
    faults += [CodedText("contract_column_unknown", column=column) for column in unknown]
    if faults:
        raise _broken(name, faults)
    # What has its types already is not copied: pandas copies a column when it is written to.
    result = frame if there == list(contract.columns) else frame[list(contract.columns)]
    typed: dict[str, pd.Series] = {}
    is_typed = True
    for (column_name, values), column in zip(result.items(), contract.columns.values(), strict=True):
        name_of = str(column_name)
        try:
            typed[name_of] = _typed(values, column)
        except (TypeError, ValueError) as error:
            faults.append(CodedText("contract_column_type", column=name_of, kind=column.kind, why=error))
            continue
        is_typed &= typed[name_of] is values
        faults += _value_faults(name_of, typed[name_of], column)
    if faults:
        raise _broken(name, faults)
    if not is_typed:
        result = pd.DataFrame(typed)
    repeated = result.duplicated(list(contract.key))
    if repeated.any():
        example = result.loc[repeated, list(contract.key)].iloc[0].to_dict()
        fault = CodedText("contract_key_repeated", count=int(repeated.sum()), example=example)
        raise _broken(name, [fault])
    result = result.reset_index(drop=True)
    result.columns = pd.Index(list(contract.columns))  # whatever made the ones that came
    return result


def _typed(values: pd.Series, column: Column) -> pd.Series:
    if values.dtype == _DTYPES[column.kind]:
        return values
    if column.kind == DATE:
        return pd.to_datetime(values).dt.as_unit("s")
    if column.kind == TEXT and not _is_text(values):
        # A code that arrives as a number has lost its leading zeros already.
        raise TypeError(CodedText("contract_not_text"))
    return values.astype(column.kind)  # type: ignore[call-overload]


def _is_text(values: pd.Series) -> bool:
    if values.dtype == object:
        return all(map(_is_text_or_missing, values))
    return isinstance(values.dtype, pd.StringDtype | pd.CategoricalDtype) or not values.notna().any()


def _is_text_or_missing(value: object) -> bool:
    return isinstance(value, str) or value is None or value is pd.NA or value != value


def _broken(name: str, faults: Sequence[CodedText]) -> ContractError:
    return ContractError("table_broken_unsaved", table=name, faults="; ".join(faults))


def _value_faults(name: str, values: pd.Series, column: Column) -> list[CodedText]:
    faults = []
    missing = 0 if column.is_optional else int(values.array.isna().sum())
    if missing:
        faults.append(CodedText("contract_missing_values", column=name, count=missing))
    if column.choices:
        odd = {value for value in values.unique() if isinstance(value, str)} - column.choices
        if odd:
            faults.append(CodedText("contract_unknown_values", column=name, values=sorted(odd)))
    if column.minimum is not None or column.maximum is not None:
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        if column.minimum is not None and (numbers < column.minimum).any():
            faults.append(CodedText("contract_below", column=name, minimum=column.minimum))
        if column.maximum is not None and (numbers > column.maximum).any():
            faults.append(CodedText("contract_above", column=name, maximum=column.maximum))
    return faults
