"""One published report as Word document and workbook: the same figures as the page, and an office program opens both."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import docx
import nbformat
import openpyxl
import pandas as pd
import pypdf
import pytest

from agreement import document_differences, refuse_disagreement, workbook_differences
from agreement_reading import read_document, read_page
from agreement_workbook import read_workbook
from demo_world import SEMESTER, YEAR_END, Demo, as_of
from printed_pages import filled
from termreview.reporting.blocks.number_format import clean_text
from termreview.reporting.blocks.report_reading import read_report
from termreview.reporting.excel.annex import export_xlsx
from termreview.reporting.pages.pages import export_html
from termreview.reporting.report.context import open_report
from termreview.reporting.report.flat_table import flat_csv, flat_table
from termreview.reporting.word.document import export_docx
from termreview.run.analysis import table
from termreview.terms import Term

BOTH = pytest.mark.parametrize("term", [SEMESTER, YEAR_END], ids=["semester review", "year-end summary"])
NUMBER = re.compile(r"\d[\d.]*(?:,\d+)?")


def files(demo: Demo, term: Term, place: int = 0) -> tuple[Path, Path, Path]:
    """The page, the document and the workbook of one report of a term: the internal, then the shareable one."""
    page = [
        path
        for path in demo.result(term).reports
        if path.suffix == ".html"
        and path.stem.startswith("bao-cao")
        and not path.stem.endswith("phieu-trinh")
    ][place]
    return page, page.with_suffix(".docx"), page.with_name(f"{page.stem}-phu-luc.xlsx")


def notebook(demo: Demo, term: Term, edition: str = "") -> Path:
    name = "3_semester_review" if term == SEMESTER else "4_year_end_summary"
    return demo.workspace.processed(term) / "notebooks" / f"{name}{edition}.ipynb"


@BOTH
def test_the_signed_page_and_document_agree_and_the_annex_with_the_whole_of_it(
    demo: Demo, term: Term, tmp_path: Path
) -> None:
    page, document, workbook = files(demo, term, 1)
    assert list(document_differences(read_page(page), read_document(document))) == []
    executed, whole = notebook(demo, term, "-chia-se"), tmp_path / "whole.html"
    export_html(executed, whole, title="Cả báo cáo")
    words = read_report(executed).letterhead["words"]["annex"]
    assert list(workbook_differences(read_page(whole), read_workbook(workbook), words)) == []
    kept = {table.caption for table in read_page(page).tables}
    assert kept
    assert kept < {table.caption for table in read_page(whole).tables}


@BOTH
def test_no_column_of_the_signed_report_says_the_same_in_every_row(demo: Demo, term: Term) -> None:
    """What holds for every row stands in the caption or under the table; figures may be equal by their own."""
    found = []
    for printed in read_page(files(demo, term, 1)[0]).tables:
        rows = [row for _, row in printed.rows]
        for place, name in enumerate(printed.columns):
            said = {row[place] for row in rows if place < len(row)}
            if place and len(rows) >= 3 and len(said) == 1 and not any(map(NUMBER.search, said)):
                found.append((printed.caption, name, said))
    assert found == []


@BOTH
def test_the_three_files_of_a_report_agree_in_every_figure(demo: Demo, term: Term) -> None:
    page, document, workbook = files(demo, term)
    refuse_disagreement(notebook(demo, term), page, document, workbook)
    left, right = read_page(page), read_document(document)
    compared = [NUMBER.findall(cell) for table in left.tables for _, row in table.rows for cell in row]
    assert sum(map(len, compared)) > 3000, "the check compares next to nothing"
    assert len(left.tables) == len(right.tables) == len(openpyxl.load_workbook(workbook).sheetnames) - 4
    assert len(left.figures) == len(right.figures) >= 6


@BOTH
def test_files_written_again_are_the_same_bytes(demo: Demo, term: Term, tmp_path: Path) -> None:
    _, document, workbook = files(demo, term)
    executed, template = notebook(demo, term), demo.workspace.reference / "templates" / "bao-cao.docx"
    title = docx.Document(str(document)).core_properties.title
    export_docx(executed, tmp_path / "again.docx", template, title=title)
    root = str(demo.workspace.root)
    schools = table(term.term_id, states=False, workspace_root=root)
    flat = flat_table(open_report(term.term_id, as_of(demo.reference, term).isoformat(), root))
    export_xlsx(executed, tmp_path / "again.xlsx", title=title, schools=schools, flat=flat)
    assert flat_csv(flat) == workbook.with_name(f"{document.stem}-du-lieu.csv").read_bytes()
    assert (tmp_path / "again.docx").read_bytes() == document.read_bytes()
    assert (tmp_path / "again.xlsx").read_bytes() == workbook.read_bytes()


@BOTH
def test_the_annex_of_the_internal_edition_alone_holds_the_table_of_the_schools(
    demo: Demo, term: Term
) -> None:
    schools = table(term.term_id, states=False, workspace_root=str(demo.workspace.root))
    book = openpyxl.load_workbook(files(demo, term)[2], data_only=True)
    assert book.sheetnames[-2:] == ["Dữ liệu các trường", "DU_LIEU"]
    heads, *rows = book["Dữ liệu các trường"].iter_rows(min_row=5, values_only=True)
    assert list(heads) == schools.columns.tolist()
    assert len(rows) == len(schools)
    compared = 0
    for row, known in zip(rows, schools.itertuples(index=False), strict=True):
        for value, other in zip(row, known, strict=True):
            if pd.isna(other):
                assert value is None, "missing is a blank, never zero"
            else:
                if isinstance(other, float):  # a cell holds sixteen digits
                    other = pytest.approx(other, rel=1e-15, abs=0)
                assert value == (clean_text(other) if isinstance(other, str) else other)
                compared += 1
    assert compared > 5_000
    shared = openpyxl.load_workbook(files(demo, term, 1)[2])
    assert "Dữ liệu các trường" not in shared.sheetnames


@BOTH
def test_most_totals_and_shares_of_the_workbook_are_live(demo: Demo, term: Term) -> None:
    book = openpyxl.load_workbook(files(demo, term)[2])
    formulas = [
        cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ]
    assert sum(formula.startswith("=SUM(") for formula in formulas) > 20
    assert sum("/" in formula for formula in formulas) > 50


@BOTH
def test_the_outline_of_the_page_is_the_outline_of_the_document(demo: Demo, term: Term) -> None:
    lines = docx.Document(str(files(demo, term)[1])).paragraphs
    heads = [line.text for line in lines if line.style.name.startswith("Heading 1")]
    for part in (
        "I. Đặc điểm tình hình",
        "II. Kết quả thực hiện",
        "III. Đánh giá chung" if term == SEMESTER else "III. Chuyển biến từ học kỳ I đến cuối năm học",
        "V. Kiến nghị, đề xuất" if term == SEMESTER else "VI. Kiến nghị, đề xuất",
    ):
        assert part in heads
    assert heads[-1] == "Phụ lục"


@pytest.mark.office
def test_an_office_program_opens_both_and_prints_them(demo: Demo, soffice: str, tmp_path: Path) -> None:
    _, document, workbook = files(demo, SEMESTER)
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path),
         str(document), str(workbook)],
        check=True, capture_output=True, timeout=1800,
    )  # fmt: skip
    report = pypdf.PdfReader(tmp_path / f"{document.stem}.pdf")
    shown = [re.sub(r"\s+", " ", page.extract_text()) for page in report.pages]
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM" in shown[0]
    assert "Số: ……/BC-PGDĐT" in shown[0]
    assert not shown[0].lstrip().startswith("1 ")
    assert [text.split()[0] for text in shown[1:]] == [str(number) for number in range(2, len(shown) + 1)]
    for page in report.pages:
        sides = sorted((round(float(page.mediabox.width)), round(float(page.mediabox.height))))
        assert sides == [595, 842]
    printed = pypdf.PdfReader(tmp_path / f"{workbook.stem}.pdf")
    cover = re.sub(r"\s+", " ", printed.pages[0].extract_text())
    assert "Phụ lục số liệu" in cover
    assert "Toàn địa bàn" in cover
    assert "###" not in " ".join(page.extract_text() for page in printed.pages), (
        "a column too narrow for its numbers"
    )
    assert "Err:" not in " ".join(page.extract_text() for page in printed.pages)


TIMES = ("Times New Roman", "Tinos")  # others lack letters of Vietnamese


@pytest.mark.office
def test_the_signed_report_is_one_that_is_read(demo: Demo, soffice: str, tmp_path: Path) -> None:
    """It had 57 and 69 pages, the signature on page 43 and 55; the report of a whole province has ten."""
    found = subprocess.run(
        ["fc-match", "-f", "%{family}", "Times New Roman"], capture_output=True, text=True
    ).stdout
    if not found.startswith(TIMES):
        pytest.skip(f"no font here is as wide as Times New Roman, only {found}")
    signed = [
        next(path for path in demo.result(term).reports if path.name.endswith("-chia-se.docx"))
        for term in (SEMESTER, YEAR_END)
    ]
    profile = (tmp_path / "profile").as_uri()
    subprocess.run(
        [soffice, f"-env:UserInstallation={profile}", "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path),
         *map(str, signed)],
        check=True, capture_output=True, timeout=1800,
    )  # fmt: skip
    for path, most in zip(signed, (12, 14), strict=True):
        pages = pypdf.PdfReader(tmp_path / f"{path.stem}.pdf").pages
        assert len(pages) <= most, path.name
        first = re.sub(r"\s+", " ", pages[0].extract_text())
        assert "Nguyên nhân chính các trường nêu" in first, "all five findings stand on page 1"
        assert "Căn cứ" in re.sub(r"\s+", " ", pages[1].extract_text())
        for page in pages:  # nothing of the signed body lies across
            assert float(page.mediabox.width) < float(page.mediabox.height)
        assert "Nơi nhận" in pages[-1].extract_text()
        assert "kính báo cáo" in pages[-1].extract_text()
        assert min(map(filled, pages[:-1])) > 0.6, f"{path.name} has a page that is half empty"


@BOTH
def test_what_the_signed_report_leaves_out_stands_in_its_annex(demo: Demo, term: Term) -> None:
    page, _, workbook = files(demo, term, 1)
    internal = files(demo, term)
    counts = [len(openpyxl.load_workbook(path).sheetnames) for path in (workbook, internal[2])]
    # Four tables of what exports count, four of what quotes schools, two of what looks ahead.
    assert counts[1] - 10 <= counts[0] <= counts[1], "only what is for the office alone is missing"
    annexed = demo.reference.publishing["signed"]["annexed"]
    cells = nbformat.read(notebook(demo, term), as_version=4).cells
    headings = [
        cell.source.splitlines()[0].strip("# ")
        for cell in cells
        if cell.id in annexed and cell.id.startswith("h-")
    ]
    assert len(headings) > 8
    for left in headings:
        assert f"{left}</h" not in page.read_text(encoding="utf-8")
