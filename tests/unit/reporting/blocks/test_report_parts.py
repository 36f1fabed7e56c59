"""The office leaves out and reorders parts of the signed report as data; the rest stays, numbers follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from termreview.errors import DeclarationError
from termreview.reference.declarations import Reference, load_reference
from termreview.reporting.blocks.report_parts import arranged
from termreview.reporting.blocks.report_reading import AS_IT_STANDS
from termreview.run.work_list import parts_of_report
from termreview.storage.workspace import Workspace
from worlds import REFERENCE, ROOT, change, copy_reference


def cell(cell_id: str, source: str = "", kind: str = "code") -> NotebookNode:
    make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
    return make(source, id=cell_id)


def report() -> list[NotebookNode]:
    return [
        cell("letterhead"),
        cell("h-main", "## Điểm chính", "markdown"), cell("main"),
        cell("h-1", "## I. Một", "markdown"), cell("one"),
        cell("h-2", "## II. Hai", "markdown"), cell("h-2-1", "### 1. Nhỏ", "markdown"), cell("two"), cell("chart"),
        cell("h-2-2", "### 2. Bé", "markdown"), cell("small"),
        cell("h-3", "## III. Ba", "markdown"), cell("three"),
        cell("signature"), cell("closing"),
    ]  # fmt: skip


def ids(cells: Sequence[NotebookNode]) -> str:
    return " ".join(one.id for one in cells)


def test_without_a_word_of_the_office_everything_stays() -> None:
    assert ids(arranged(report())) == ids(report())
    assert ids(arranged(report(), ("two",))) == ids(report()).replace(" two", "")


@pytest.mark.parametrize(
    ("annexed", "order", "kept", "heads"),
    [
        ((), ("h-3", "h-1"), "letterhead h-main main h-3 three h-2 h-2-1 two chart h-2-2 small h-1 one signature closing",
         ["## Điểm chính", "## I. Ba", "## II. Hai", "## III. Một"]),
        (("h-2/part",), (), "letterhead h-main main h-1 one h-3 three signature closing",
         ["## Điểm chính", "## I. Một", "## II. Ba"]),
        (("h-3/part",), ("h-3", "h-2", "h-1"), "letterhead h-main main h-2 h-2-1 two chart h-2-2 small h-1 one signature closing",
         ["## Điểm chính", "## I. Hai", "## II. Một"]),
    ],
    ids=["moved", "left out", "both: the signature stays last"],
)  # fmt: skip
def test_parts_are_moved_and_left_out_with_all_that_is_below_them(
    annexed: tuple[str, ...], order: tuple[str, ...], kept: str, heads: list[str]
) -> None:
    told = arranged(report(), annexed, order)
    assert ids(told) == kept
    assert [one.source for one in told if one.cell_type == "markdown" and one.source[:3] == "## "] == heads


def test_sections_of_a_part_and_cells_of_a_section_are_moved_and_numbered_anew() -> None:
    told = arranged(report(), (), ("h-2-2", "h-2-1", "chart", "two"))
    assert ids(told) == ids(report()).replace("h-2-1 two chart h-2-2 small", "h-2-2 small h-2-1 chart two")
    heads = [one.source for one in told if one.source.startswith("###")]
    assert heads == ["### 1. Bé", "### 2. Nhỏ"]
    left = arranged(report(), ("h-2-1", "two", "chart"))
    assert [one.source for one in left if one.source.startswith("###")] == ["### 1. Bé"]


def test_a_cell_or_a_part_that_no_report_has_is_told() -> None:
    reference, workspace = load_reference(REFERENCE), Workspace(ROOT)
    signed = parts_of_report(workspace, reference, "semester_review", "shareable")
    assert "h-annex-1" in signed["arrangement"].annexed
    assert signed["arrangement"].order == ()
    assert parts_of_report(workspace, reference, "semester_review")["arrangement"] == AS_IT_STANDS
    signed = reference.publishing["signed"] | {
        "annexed": ("h-2-8", "no-cell", "h-2-8/part"), "order": ("h-change", "no-order", "h-2-8"),
    }  # fmt: skip
    odd = replace(reference, publishing={**reference.publishing, "signed": signed})
    with pytest.raises(DeclarationError) as caught:
        parts_of_report(workspace, odd, "semester_review")
    told = [problem.message for problem in caught.value.problems]
    assert len(told) == 2
    assert "no-cell, no-order;" in told[0]
    assert ": h-2-8;" in told[1]  # a heading of the second rank begins no part


def test_an_office_moves_and_leaves_out_sections_of_its_report_in_one_file(tmp_path: Path) -> None:
    """Order and switches of the signed report are data: no code, no notebook is touched."""
    folder = copy_reference(tmp_path)
    change(
        folder / "publishing.yml",
        "  order: []\n  annexed: [\n",
        '  order: ["h-5", "h-4", "h-3-2", "h-3-1", "h-2-9", "h-2-8"]\n  annexed: [\n    "h-2-6", "tasks-6",\n',
    )
    reference = load_reference(folder)
    cells = nbformat.read(ROOT / "notebooks" / "3_semester_review.ipynb", as_version=4).cells

    def heads(declared: Reference) -> list[str]:
        signed = parts_of_report(Workspace(ROOT), declared, "semester_review", "shareable")["arrangement"]
        told = arranged(nbformat.from_dict(cells), signed.annexed, signed.order)
        return [one.source.splitlines()[0].strip("# ") for one in told if one.source.startswith("##")]

    before, after = heads(load_reference(REFERENCE)), heads(reference)
    assert [head for head in before if head[:1] in "IV"] == [
        "I. Đặc điểm tình hình", "II. Kết quả thực hiện", "III. Đánh giá chung",
        "IV. Phương hướng, nhiệm vụ trọng tâm học kỳ II", "V. Kiến nghị, đề xuất",
    ]  # fmt: skip
    assert [head for head in after if head[:1] in "IV"] == [
        "I. Đặc điểm tình hình", "II. Kết quả thực hiện", "III. Đánh giá chung",
        "IV. Kiến nghị, đề xuất", "V. Phương hướng, nhiệm vụ trọng tâm học kỳ II",
    ]  # fmt: skip
    assert "6. Tuyên truyền, nâng cao nhận thức" in before
    part = after[after.index("II. Kết quả thực hiện") : after.index("III. Đánh giá chung")]
    assert [head for head in part if head[:2] in ("6.", "7.", "8.")] == [
        "6. Đánh giá mức độ chuyển đổi số theo Quyết định số 4725/QĐ-BGDĐT", "7. Công tác thống kê giáo dục",
        "8. Công tác kiểm tra, giám sát",
    ]  # fmt: skip
    assert after.index("1. Hạn chế") < after.index("2. Ưu điểm")
