"""One file named by an id: whatever writes it, it stands in the folder it was meant for, or is not written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from intake_world import HK1, PRIMARY, declared, reference, school

from demo_world import new_workspace
from termreview.errors import RunError
from termreview.forms.dispatch import write_forms
from termreview.reporting.editions.scope import Scope
from termreview.returns.workbook import write_return
from termreview.run import steps
from termreview.run.work_list import report_step
from termreview.storage.workspace import place_in

LEADING_ELSEWHERE = ("../a", "..\\a", "/a", "C:a", "a/../../b", "a\x00b")


def form(folder: Path, school_id: str) -> None:
    unit = replace(school(PRIMARY), unit_id=school_id)
    odd: Any = SimpleNamespace(of=lambda _: replace(declared(), schools=(unit,)))
    write_forms(odd, HK1, folder)


def returned(folder: Path, school_id: str) -> None:
    entry: Any = SimpleNamespace(school=replace(school(PRIMARY), unit_id=school_id))
    write_return(folder, entry, pd.DataFrame(), reference(), HK1)


def school_page(folder: Path, school_id: str) -> None:
    steps._write_pages(folder, {f"{school_id}.html": "<p>"})


def report_of_a_unit(folder: Path, unit_id: str) -> None:
    scope = Scope(replace(school(PRIMARY), unit_id=unit_id))
    report_step(new_workspace(folder), reference(), declared(), declared().plan.due_on, scope)


@pytest.mark.parametrize("write", [form, returned, school_page, report_of_a_unit])
@pytest.mark.parametrize("school_id", LEADING_ELSEWHERE)
def test_an_id_that_leads_out_of_its_folder_is_not_written(
    write: Callable[[Path, str], None], school_id: str, tmp_path: Path
) -> None:
    folder = tmp_path / "office" / "there"
    folder.mkdir(parents=True)
    with pytest.raises(RunError, match="không phải là tên một tệp trong"):
        write(folder, school_id)
    assert [path for path in tmp_path.rglob("*a*") if path.suffix in (".xlsx", ".html", ".part")] == []


@pytest.mark.parametrize("name", ["", ".", "..", " . ", "a/b.xlsx", "a\\b.xlsx"])
def test_what_names_no_file_is_told_in_words(name: str, tmp_path: Path) -> None:
    with pytest.raises(RunError) as raised:
        place_in(tmp_path, name)
    told = str(raised.value)
    assert told == f"{name!r} không phải là tên một tệp trong {tmp_path}, nên không ghi gì"


@pytest.mark.parametrize("name", ["0477101_2023-2024-hk1.xlsx", "trường-Đông.html", "..a.xlsx"])
def test_an_ordinary_name_stands_in_the_folder(name: str, tmp_path: Path) -> None:
    assert place_in(tmp_path, name) == tmp_path / name
