"""The declared tables: what they accept, and that all their faults are named at once."""

from __future__ import annotations

import datetime
from typing import Any

import pandas as pd
import pytest

from termreview.errors import ContractError
from termreview.storage.contracts import CONTRACTS, shaped

SCORE: dict[str, Any] = {
    "school_id": "0477201", "term_id": "2023-2024-hk1", "group_id": "1", "state": "scored", "low": 50, "high": 60.5,
    "max_points": 100, "level_low": 2.0, "level_high": 2.0, "level": 2.0, "conditions": "met",
    "conditions_failed": None, "reason": "concluded",
}  # fmt: skip
SUBMISSION: dict[str, Any] = {
    "submission_id": "a", "school_id": None, "term_id": "2023-2024-hk1", "file": "a.xlsx", "sha256": "0" * 64,
    "size_bytes": 10, "received_on": datetime.date(2024, 1, 9), "revision": 1, "fate": "accepted",
    "reason_code": None, "form_id": None, "found_by": "address", "is_late": False, "cells_total": 5, "cells_used": 3,
    "cells_flagged": 1, "cells_unowned": 0, "cells_ignored": 1,
}  # fmt: skip


def scores(*changes: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame([SCORE | change for change in changes or ({},)])


def test_a_table_comes_out_in_declared_order_and_types() -> None:
    table = shaped("scores", scores()[list(reversed(SCORE))])
    assert list(table.columns) == list(CONTRACTS["scores"].columns)
    assert table["level"].dtype == "Int64"
    assert table["low"].dtype == "Float64"
    assert table["conditions_failed"].isna().all()


def test_dates_and_yes_no_are_typed() -> None:
    table = shaped("submissions", pd.DataFrame([SUBMISSION]))
    assert table["received_on"].iloc[0] == pd.Timestamp("2024-01-09")
    assert table["is_late"].dtype == "boolean"


def test_an_empty_table_keeps_its_contract() -> None:
    for name, contract in CONTRACTS.items():
        assert list(shaped(name, pd.DataFrame(columns=list(contract.columns))).columns) == list(
            contract.columns
        )


def test_shaping_twice_changes_nothing() -> None:
    once = shaped("scores", scores({}, {"group_id": "2", "level": None}))
    pd.testing.assert_frame_equal(shaped("scores", once), once)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"school_id": None}, "cột school_id thiếu 1 giá trị"),
        ({"school_id": 477201}, "cột school_id không phải kiểu string"),
        ({"state": "done"}, r"cột state có giá trị ngoài khai báo: \['done'\]"),
        ({"low": -1}, "cột low có giá trị dưới 0"),
        ({"low": "nhiều"}, "cột low không phải kiểu Float64"),
        ({"level": 0}, "cột level có giá trị dưới 1"),
        ({"level": 12}, "cột level có giá trị trên 9"),
        ({"level": 1.5}, "cột level không phải kiểu Int64"),
    ],
)
def test_a_value_that_does_not_fit_is_named(change: dict[str, Any], fault: str) -> None:
    with pytest.raises(ContractError, match=fault):
        shaped("scores", scores(change))


def test_a_code_that_became_a_number_is_refused() -> None:
    """0477201 read as 477201 must not pass as the text of another school."""
    with pytest.raises(ContractError, match="không phải chữ"):
        shaped("scores", scores().assign(school_id=pd.Series([477201])))


def test_all_faults_are_named_at_once() -> None:
    with pytest.raises(ContractError) as caught:
        shaped("scores", scores({"state": "done", "low": -1, "conditions": None}))
    for words in ("cột state", "cột low", "cột conditions"):
        assert words in str(caught.value)
    assert caught.value.exit_code == 6


def test_missing_and_unknown_columns_are_named_together() -> None:
    with pytest.raises(ContractError, match="thiếu cột level; cột grade không được khai báo"):
        shaped("scores", scores().rename(columns={"level": "grade"}))


def test_a_repeated_key_is_named() -> None:
    with pytest.raises(ContractError, match=r"1 dòng trùng khóa, dòng đầu là .*0477201"):
        shaped("scores", scores({}, {"low": 40}))


def test_every_key_is_a_required_column() -> None:
    for contract in CONTRACTS.values():
        assert all(not contract.columns[name].is_optional for name in contract.key), contract.name
