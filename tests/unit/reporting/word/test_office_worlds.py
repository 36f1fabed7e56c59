"""Whole signed reports of real kinds of offices in Word: a ward with one preschool, a commune of 14 schools over two years."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pypdf
import pytest
from report_world import build_tables

from other_office import other_office
from printed_pages import filled
from termreview.reference.declarations import Reference, load_reference
from termreview.reporting.editions.scope import SHAREABLE
from termreview.reporting.report.context import ReportContext, TermView, build_view, present
from termreview.reporting.word.document import export_docx
from termreview.run.execution import without_empty_headings
from termreview.run.work_list import REPORT_NOTEBOOKS, parts_of_report
from termreview.storage.workspace import Workspace
from termreview.terms import Term, parse_term
from worlds import change

HEAD = """unit_id,valid_from,valid_to,kind,level,name,short_name,parent_id,aliases
T9,2020-01-01,,province,,tỉnh Ví Dụ,Ví Dụ,,
X1,2025-07-01,,{kind},,{title} Suối Trong,Suối Trong,T9,
"""
NAMES = {"mn": "Mầm non", "th": "Tiểu học", "thcs": "THCS", "th_thcs": "TH&THCS"}
# How many schools of each level a commune has; of 14, five of each lower level.
FOURTEEN = {"mn": 5, "th": 5, "thcs": 3, "th_thcs": 1}
# Words of another office, of another period, of what is not declared.
NEVER = ("Phòng GDĐT", "huyện", "407", "công văn", "2023", "2024", "None", "nan", "{")


def registry(kind: str, title: str, counts: dict[str, int]) -> str:
    """The lines of the units of one commune with so many schools of each level."""
    lines = [
        f"{level}-{number},2025-07-01,,school,{level},Trường {NAMES[level]} Suối Trong {number},{NAMES[level]} Suối Trong {number},X1,"
        for level, count in counts.items()
        for number in range(1, count + 1)
    ]
    return HEAD.format(kind=kind, title=title) + "\n".join(lines) + "\n"


def report_of(reference: Reference, term_id: str, fate: str = "") -> ReportContext:
    """The signed report of one term over drawn answers, with the term and the years that it is compared with."""

    def view(term: Term) -> TermView:
        declared = reference.of(term)
        return build_view(reference, declared, build_tables(declared, fate))

    own = view(parse_term(term_id))
    plan = own.declared.plan
    previous = None if plan.compare_with is None else view(plan.compare_with)
    years = tuple(view(term) for term in reference.calendar.same_part_before(own.declared.term))
    return present(ReportContext(reference, own, previous, plan.due_on, years=years), edition=SHAREABLE)


def executed(report: ReportContext, notebook: Path, folder: Path) -> Path:
    """The notebook of one report as it stands after a run: each cell shows what it calls."""
    content = nbformat.read(notebook, as_version=4)
    known: dict[str, Any] = {"report": report}
    for cell in content.cells:
        if cell.cell_type != "code" or cell.id in ("parameters", "look-up"):
            continue
        if cell.id == "setup":
            imports = [node for node in ast.parse(cell.source).body if isinstance(node, ast.ImportFrom)]
            exec(compile(ast.Module(imports, []), cell.id, "exec"), known)
            continue
        shown = eval(cell.source, known)
        data = {"text/html": shown._repr_html_(), **shown._repr_mimebundle_()}
        cell.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
    content.cells = without_empty_headings(content.cells)
    nbformat.write(content, folder / notebook.name)
    return folder / notebook.name


def pages_of(report: ReportContext, root: Path, soffice: str, folder: Path) -> list[pypdf.PageObject]:
    """The pages of one signed report as LibreOffice prints its Word document."""
    kind = report.declared.plan.report
    workspace = Workspace(root)
    parts = parts_of_report(workspace, report.reference, kind, SHAREABLE)
    notebook = executed(report, workspace.notebooks / f"{REPORT_NOTEBOOKS[kind]}.ipynb", folder)
    export_docx(
        notebook, folder / "bao-cao.docx", workspace.reference / "templates" / "bao-cao.docx",
        title="Báo cáo", arrangement=parts["arrangement"],
    )  # fmt: skip
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    subprocess.run(
        [soffice, profile, "--headless", "--convert-to", "pdf", "--outdir", str(folder), str(folder / "bao-cao.docx")],
        check=True, capture_output=True, timeout=1800,
    )  # fmt: skip
    return list(pypdf.PdfReader(folder / "bao-cao.pdf").pages)


def text_of(pages: list[pypdf.PageObject]) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


@pytest.mark.office
def test_fourteen_schools_over_two_years_sign_one_report(tmp_path: Path, soffice: str) -> None:
    folder = other_office(tmp_path, units=registry("commune", "xã", FOURTEEN), years=(2026, 2027))
    report = report_of(load_reference(folder), "2027-2028-hk2")
    pages = pages_of(report, tmp_path, soffice, tmp_path)
    text = text_of(pages)
    assert len(pages) <= 14
    assert [word for word in NEVER if word in text] == []
    assert "Toàn địa bàn có 14 trường phải báo cáo: 05 trường mầm non, 05 trường tiểu học, 03 trường" in text
    for told in ("III. Chuyển biến từ học kỳ I đến cuối năm học", "Số liệu qua các năm học", "2026-2027"):
        assert told in text
    # What several schools wrote wrongly is theirs to mend, what criteria are low is told one way.
    assert "số thành phần lớn hơn tổng số, không đưa" not in text
    assert "Dưới 50% số điểm tối đa" not in text
    assert "Không có tiêu chí nào được kết luận đạt dưới 50% số điểm tối đa" in text
    assert "Bảng 2. Kết quả theo đơn vị hành chính cấp xã" not in text, "it is one commune"
    assert "kính báo cáo" in text_of(pages[-1:])
    assert min(map(filled, pages[:-1])) > 0.6


@pytest.mark.office
def test_a_ward_with_one_preschool_signs_a_short_report_of_it(tmp_path: Path, soffice: str) -> None:
    folder = other_office(tmp_path, units=registry("ward", "phường", {"mn": 1}))
    change(folder / "office.csv", "UBND XÃ", "UBND PHƯỜNG")
    report = report_of(load_reference(folder), "2026-2027-hk1", "on_time")
    pages = pages_of(report, tmp_path, soffice, tmp_path)
    text = text_of(pages)
    assert len(pages) <= 8
    assert [
        word
        for word in (*NEVER, "các trường", "mức độ 2", "1/1 trường", "0/1 trường", "(01 trường")
        if word in text
    ] == []
    assert "Báo cáo của một trường mầm non." in text
    assert "kính báo cáo" in text_of(pages[-1:])
