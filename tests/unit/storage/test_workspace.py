"""The folders of an office, and files that are there whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from test_contracts import scores

from termreview.errors import ContractError, UsageError
from termreview.storage.contracts import shaped
from termreview.storage.workspace import (
    Workspace,
    atomic_write,
    find_workspace,
    has_tables,
    read_table,
    write_json,
    write_table,
)
from termreview.terms import parse_term

TERM = parse_term("2023-2024-hk1")


def test_a_term_has_its_folders(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    assert workspace.raw(TERM) == tmp_path / "data/raw/2023-2024/hk1"
    assert workspace.processed(TERM) == tmp_path / "data/processed/2023-2024/hk1"
    assert workspace.reports(TERM) == tmp_path / "reports/2023-2024/hk1"
    assert workspace.forms(TERM).is_relative_to(workspace.reports(TERM))


def test_the_workspace_is_found_from_any_folder_below(tmp_path: Path) -> None:
    (tmp_path / "data/reference").mkdir(parents=True)
    (tmp_path / "notebooks/deep").mkdir(parents=True)
    assert find_workspace(tmp_path / "notebooks/deep").root == tmp_path.resolve()


def test_no_workspace_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="data/reference"):
        find_workspace(tmp_path)


def test_a_table_is_read_back_as_written(tmp_path: Path) -> None:
    table = shaped("scores", scores({}, {"group_id": "2", "level": None}))
    path = write_table(Workspace(tmp_path), TERM, "scores", table)
    pd.testing.assert_frame_equal(read_table(Workspace(tmp_path), TERM, "scores"), table)
    assert has_tables(Workspace(tmp_path), TERM)
    assert [found.name for found in path.parent.iterdir()] == ["scores.parquet"]


def test_the_same_table_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = (write_table(Workspace(tmp_path / name), TERM, "scores", scores()) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


def test_a_table_has_the_same_bytes_however_a_process_keeps_texts(tmp_path: Path) -> None:
    written = []
    for kept in ("python", "pyarrow"):
        with pd.option_context("mode.string_storage", kept):
            table = shaped("scores", scores({}, {"group_id": "2", "level": None, "reason": None}))
            assert table["group_id"].dtype.storage == kept
            written.append(write_table(Workspace(tmp_path / kept), TERM, "scores", table).read_bytes())
    assert written[0] == written[1]


def test_a_table_that_breaks_its_contract_is_not_written(tmp_path: Path) -> None:
    path = write_table(Workspace(tmp_path), TERM, "scores", scores())
    before = path.read_bytes()
    with pytest.raises(ContractError):
        write_table(Workspace(tmp_path), TERM, "scores", scores({"state": "done"}))
    assert path.read_bytes() == before


def test_a_table_not_there_yet_names_the_command(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="termreview run 2023-2024-hk1"):
        read_table(Workspace(tmp_path), TERM, "scores")


def test_a_table_changed_by_hand_is_refused_with_its_path(tmp_path: Path) -> None:
    path = write_table(Workspace(tmp_path), TERM, "scores", scores())
    pd.read_parquet(path).drop(columns="level").to_parquet(path)
    with pytest.raises(ContractError, match=r"scores\.parquet.*thiếu cột level"):
        read_table(Workspace(tmp_path), TERM, "scores")


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("cũ", encoding="utf-8")

    def break_off() -> None:
        with atomic_write(path) as beside:
            beside.write_text("nửa chừng", encoding="utf-8")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        break_off()
    assert path.read_text(encoding="utf-8") == "cũ"
    assert [found.name for found in tmp_path.iterdir()] == ["a.txt"]


def test_json_is_sorted_and_keeps_vietnamese(tmp_path: Path) -> None:
    write_json(tmp_path / "sâu/a.json", {"b": 1, "a": "học kỳ"})
    text = (tmp_path / "sâu/a.json").read_text(encoding="utf-8")
    assert text.index('"a"') < text.index('"b"')
    assert "học kỳ" in text
    assert json.loads(text) == {"a": "học kỳ", "b": 1}
