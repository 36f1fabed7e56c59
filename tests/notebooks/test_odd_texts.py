"""What one school may write, or call its file, never stops a term: whatever the signs, all files of the reports agree."""

from __future__ import annotations

import datetime
import os
import sys
import zipfile
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "unit"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "crash"))

from intake_world import (
    HK1,
    ON_TIME,
    PRESCHOOL,
    PRIMARY,
    SECONDARY,
    declared,
    receive,
    reference,
    school,
    write_school,
)
from small_world import new_workspace

from agreement import refuse_disagreement
from termreview.intake.clean import clean_term
from termreview.intake.received.received import list_received
from termreview.run.runner import RunResult, run_term
from termreview.storage.workspace import Workspace

# As they are stored in a workbook: `_x0000_` is a sign that XML does not carry, `_x005F_x0041_` the text `_x0041_`.
STORED = (
    "x _x005F_x0041_ y", "_xD83D_ b", "a_x0000_b", "a_x000B_b_x001F_", "a_xFFFE_b_xFFFF_", "a_x0009_b_x000A_c_x000D_d",
    "a\u0085b\u2028c\u2029d", "a\ufdd0b\U0001fffec", "\u202e003\u202c", "tie\u0302\u0301ng Vie\u0323\u0302t", "=1+1",
    "<b>&</b>]]><!--", "{x} {0} %s $a$ \\alpha", "| a | *b* _c_ `d` [e](f)", "#VALUE!", "\U00020bb7\U0001f600",
    "Mạng chậm. " * 2_900,
)  # fmt: skip
NAMES = (
    b"b\xe1o c\xe1o.xlsx", b"b\xe2o c\xe2o.xlsx", "tie\u0302\u0301ng.xlsx".encode(), "tiếng.xlsx".encode(), b"a\nb.xlsx",
    "\ufffe\uffff\u202e.xlsx".encode(), b"x _x0041_ y.csv", b"=1+1.pdf", b"-", "\u200b.xlsx".encode(),
)  # fmt: skip
DAY = datetime.date(2024, 1, 15)


def write_odd(path: Path, school_id: str) -> None:
    """Write one filled form in which the odd texts stand in turn as answers of every kind."""
    kinds = {
        field.field_id: field.kind
        for field in declared(HK1.term_id).form.fields_for(school(school_id).level, HK1.part)
    }
    asked = sorted(kinds, key=lambda name: (name not in ("difficulties", "proposals"), kinds[name] != "text"))
    texts = (STORED * 5)[: len(asked) // 2]
    write_school(
        path, school_id, changes={name: f"((text {n:03d}))" for n, name in enumerate(asked[: len(texts)])}
    )
    with zipfile.ZipFile(path) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in parts.items():
            for number, text in enumerate(texts):
                escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").encode()
                content = content.replace(f"((text {number:03d}))".encode(), escaped)
            book.writestr(name, content)


def receive_odd(folder: Path) -> None:
    folder.mkdir(parents=True)
    write_school(folder / f"{PRESCHOOL}.xlsx", PRESCHOOL)
    for school_id in (PRIMARY, SECONDARY):
        write_odd(folder / f"{school_id}.xlsx", school_id)
    receive(folder, {})
    for number, name in enumerate(NAMES):
        with open(os.path.join(os.fsencode(folder), name), "wb") as stream:
            stream.write(b"%%PDF-1.7 %d" % number)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    workspace = new_workspace(tmp_path_factory.mktemp("odd") / "office")
    receive_odd(workspace.raw(HK1))
    return run_term(workspace, reference(), HK1, DAY, editions=("internal",))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow such names")
def test_a_term_of_odd_texts_and_names_runs_through_to_all_formats(finished: RunResult) -> None:
    assert {path.suffix for path in finished.reports if path.is_file()} == {".html", ".docx", ".xlsx", ".csv"}
    workspace = Workspace(finished.reports[0].parents[3])
    executed = workspace.processed(HK1) / "notebooks" / "3_semester_review.ipynb"
    refuse_disagreement(executed, *(next(path for path in finished.reports if path.suffix == suffix) for suffix in (".html", ".docx", ".xlsx")))  # fmt: skip


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow such names")
def test_what_looks_like_an_escape_is_the_same_text_in_all_formats(finished: RunResult) -> None:
    page, document, workbook = (
        next(path for path in finished.reports if path.suffix == suffix)
        for suffix in (".html", ".docx", ".xlsx")
    )
    written = docx.Document(str(document))
    words = "\n".join(cell.text for table in written.tables for row in table.rows for cell in row.cells)
    cells = {
        str(cell)
        for sheet in openpyxl.load_workbook(workbook)
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    }
    shown = page.read_text(encoding="utf-8")
    assert "x _x0041_ y" in shown
    assert "_x0041_ y" in words  # a sign of a list in front of an opinion is taken off
    assert any("x _x0041_ y" in cell for cell in cells)
    assert not any("_x005F_" in text for text in (shown, words, *cells))


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not allow such names")
def test_odd_texts_and_names_harm_only_their_own_school(tmp_path: Path) -> None:
    receive_odd(tmp_path / "odd")
    (tmp_path / "plain").mkdir()
    write_school(tmp_path / "plain" / f"{PRESCHOOL}.xlsx", PRESCHOOL)
    receive(tmp_path / "plain", {})
    tables = []
    for name in ("odd", "plain"):
        cleaned = clean_term(list_received(tmp_path / name, ON_TIME[HK1.term_id]), reference(), HK1)
        tables.append(
            [
                table[table["school_id"] == PRESCHOOL].reset_index(drop=True)
                for table in (cleaned.submissions, cleaned.observations, cleaned.findings)
            ]
        )
    for odd, plain in zip(*tables, strict=True):
        pd.testing.assert_frame_equal(odd, plain)
    names = clean_term(list_received(tmp_path / "odd", DAY), reference(), HK1).submissions["file"]
    assert len(names) == len(set(names)) == 3 + len(NAMES)
