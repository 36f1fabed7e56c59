"""The submission slip: what it says, of whom, and that it stands on one page however much is open."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import nbformat
import pypdf
import pytest
from report_world import reference, report

from termreview.reporting.blocks.model import plain_text
from termreview.reporting.editions.scope import SHAREABLE
from termreview.reporting.pages.pages import export_html
from termreview.reporting.report.context import ReportContext, present
from termreview.reporting.report.status import report_status
from termreview.reporting.sections.assessment.slip import submission_slip
from termreview.reporting.sections.basis import opening
from termreview.reporting.word.document import export_docx
from worlds import HK1, HK2, REFERENCE

FATES = ("", "missing", "refused", "late", "on_time")


def lines(of: ReportContext) -> list[tuple[str, str, str]]:
    part = next(part for part in submission_slip(of).parts if part["kind"] == "table")
    return [
        (plain_text(row["group"]), *(plain_text(cell).replace("\u00a0", " ") for cell in row["cells"]))
        for row in part["rows"]
    ]


def notebook_of(folder: Path, of: ReportContext) -> Path:
    """The executed notebook of one report as far as its slip goes: hidden, below the head of the report."""
    cells = []
    for name, block in (("letterhead", opening.letterhead(of)), ("slip", submission_slip(of))):
        data = {"text/html": block._repr_html_(), **block._repr_mimebundle_()}
        output = nbformat.v4.new_output("execute_result", data, execution_count=1)
        cell = nbformat.v4.new_code_cell("show()", id=name, execution_count=1, outputs=[output])
        cell.metadata["tags"] = ["hide"] if name == "slip" else ["lead"]
        cells.append(cell)
    path = folder / "bao-cao.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_it_names_every_school_that_could_change_the_report_and_what_is_open() -> None:
    own = report(HK1)
    pending = own.summaries.pending
    schools = [line for line in lines(own) if line[0].startswith("III.")]
    shown = list(pending["short_name"])[: len(schools)]
    assert [line[1] for line in schools][: len(shown) - 1] == shown[: len(shown) - 1]
    kinds = dict(zip(pending["short_name"], pending["pending"], strict=True))
    for _, name, told in schools[:-1]:
        wanted = {"missing": "Chưa nộp báo cáo (hạn 10/01/2024)", "refused": "Đã gửi tệp", "errors": "Còn ", "blank": "Bỏ trống"}  # fmt: skip
        assert told.startswith(wanted[kinds[name]])
    rest = len(pending) - (len(schools) - 1)
    if rest > 1:
        assert schools[-1][1] == f"Và {rest:02d} trường khác"


def test_groups_are_numbered_without_a_gap_when_nothing_is_open() -> None:
    own = report(HK1, "on_time")
    pending = own.summaries.pending.iloc[:0]
    final = replace(own, term=replace(own.term, summaries=replace(own.summaries, pending=pending)))
    assert report_status(final).is_final
    groups = list(dict.fromkeys(line[0] for line in lines(final)))
    assert groups == [
        "I. Số liệu chính", "II. Mức độ đầy đủ của số liệu", "III. Nội dung trình xem xét, quyết định",
    ]  # fmt: skip
    assert any("số liệu chính thức" in told for _, _, told in lines(final))


@pytest.mark.parametrize("other", ["shareable", "unit"])
def test_other_reports_have_none(other: str) -> None:
    own = present(report(HK1), edition=SHAREABLE) if other == "shareable" else report(HK1, unit="047702")
    assert submission_slip(own).parts == ()


def test_it_is_no_part_of_the_page_of_the_report(tmp_path: Path) -> None:
    path = notebook_of(tmp_path, report(HK1))
    export_html(path, tmp_path / "report.html", title="Báo cáo")
    export_html(path, tmp_path / "slip.html", title="Phiếu trình", only="slip")
    assert "PHIẾU TRÌNH" not in (tmp_path / "report.html").read_text(encoding="utf-8")
    slip = (tmp_path / "slip.html").read_text(encoding="utf-8")
    assert "PHIẾU TRÌNH" in slip
    assert "/PTr-PGDĐT" in slip
    assert "<caption>" not in slip


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not there")
def test_it_stands_on_one_page_in_word_however_much_is_open(tmp_path: Path) -> None:
    for number, (term, fate) in enumerate([(HK1, ""), (HK2, ""), (HK1, "missing"), (HK1, "refused")]):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = notebook_of(folder, report(term, fate))
        words = dict(reference().publishing["document"])
        assert words
        export_docx(
            path, tmp_path / f"{number}.docx", REFERENCE / "templates" / "bao-cao.docx", title="Phiếu trình", only="slip"
        )  # fmt: skip
    profile = f"-env:UserInstallation={(tmp_path / 'office').as_uri()}"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), *map(str, tmp_path.glob("*.docx"))],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    assert {path.name: len(pypdf.PdfReader(path).pages) for path in tmp_path.glob("*.pdf")} == {
        f"{number}.pdf": 1 for number in range(4)
    }
