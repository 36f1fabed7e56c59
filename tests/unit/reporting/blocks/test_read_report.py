"""One executed notebook read for Word and Excel: what the page shows is read, nothing else, nothing bare."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from office_world import cell_of
from report_world import report

from termreview.errors import RunError
from termreview.reporting.blocks.blocks import paragraph, stack
from termreview.reporting.blocks.model import plain_text
from termreview.reporting.blocks.report_reading import Arrangement, RowLimit, read_report
from termreview.reporting.blocks.tables import table
from termreview.reporting.pages.pages import export_html
from termreview.reporting.sections.basis import opening


def executed(folder: Path, *cells: Any) -> Path:
    """One notebook with the head of a report before the cells."""
    own = [cell_of(opening.letterhead(report())), *cells]
    for number, cell in enumerate(own):
        cell["id"] = f"cell-{number}"
    path = folder / "bao-cao.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=own), path)
    return path


def tagged(content: Any, tag: str) -> Any:
    cell = cell_of(content)
    cell.metadata["tags"] = [tag]
    return cell


def test_words_of_the_notebook_become_headings_paragraphs_and_lists(tmp_path: Path) -> None:
    words = "# Tên\n\n## I. Mở đầu\n\nMột **câu** có `mã`\ngồm hai dòng.\n\n- Ý một\n- *Ý* hai\n\n#### Nhỏ"
    parts = read_report(executed(tmp_path, cell_of(words))).body[1:]
    assert [part["kind"] for part in parts] == ["heading", "paragraph", "bullets", "heading"]
    assert (parts[0]["level"], parts[0]["text"]) == (1, "I. Mở đầu")
    assert plain_text(parts[1]["runs"]) == "Một câu có mã gồm hai dòng."
    assert [plain_text(item) for item in parts[2]["items"]] == ["Ý một", "Ý hai"]
    assert (parts[3]["level"], parts[3]["text"]) == (3, "Nhỏ")


def test_the_banner_stands_above_the_footer_below_and_what_is_hidden_nowhere(tmp_path: Path) -> None:
    read = read_report(
        executed(
            tmp_path,
            tagged(paragraph("Trên"), "banner"),
            tagged(paragraph("Ẩn"), "hide"),
            cell_of(paragraph("Giữa")),
            tagged(paragraph("Dưới"), "footer"),
        )
    )
    told = [
        [plain_text(part["runs"]) for part in parts] for parts in (read.banner, read.body[1:], read.footer)
    ]
    assert told == [["Trên"], ["Giữa"], ["Dưới"]]
    assert read.letterhead["issuer"] == "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO"


@pytest.mark.parametrize(
    "data", [{"text/html": "<p>Trần</p>"}, {"text/html": "<b>Trần</b>", "text/plain": "x"}]
)
def test_bare_markup_is_refused_by_the_number_of_its_cell(tmp_path: Path, data: dict[str, str]) -> None:
    output = nbformat.v4.new_output("display_data", data)
    path = executed(tmp_path, nbformat.v4.new_code_cell("show()", outputs=[output]))
    with pytest.raises(RunError, match=r"ô 2 .*đưa ra HTML không có mô hình"):
        read_report(path)


def test_a_notebook_without_a_letterhead_is_no_document(tmp_path: Path) -> None:
    path = tmp_path / "plain.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("## Chữ", id="a")]), path)
    with pytest.raises(RunError, match="không có phần đầu văn bản"):
        _ = read_report(path).letterhead


def test_a_notebook_written_again_is_read_again(tmp_path: Path) -> None:
    path = executed(tmp_path, cell_of(paragraph("Một")))
    assert plain_text(read_report(path).body[1]["runs"]) == "Một"
    executed(tmp_path, cell_of(paragraph("Hai hai")))
    assert plain_text(read_report(path).body[1]["runs"]) == "Hai hai"


def test_what_is_left_to_the_annex_is_not_read_for_the_signed_report(tmp_path: Path) -> None:
    frame = pd.DataFrame({"name": ["một", "hai"]})
    folded = table(frame, columns={"name": "Tên"}, caption="Gập", max_rows=0)
    path = executed(
        tmp_path,
        cell_of("## Mục"),
        cell_of(stack(paragraph("Lời"), table(frame, columns={"name": "Tên"}, caption="Mở"), folded)),
        cell_of(paragraph("Ngoài")),
    )
    kinds = [
        [part["kind"] for part in read_report(path, Arrangement(annexed)).body[1:]]
        for annexed in ((), ("cell-3",), ("cell-2/table",))
    ]
    assert kinds == [
        ["heading", "paragraph", "table", "table", "paragraph"],
        ["heading", "paragraph", "table"],  # a table that a page folds stands in the annex, too
        ["heading", "paragraph", "paragraph"],
    ]


def test_a_table_beyond_the_limit_is_told_in_a_line_in_document_and_page_alike(tmp_path: Path) -> None:
    """Three rows are printed where two are the most: a line instead; the folded one stays in the annex of the signed report."""
    short, long = pd.DataFrame({"name": ["một", "hai"]}), pd.DataFrame({"name": ["ba", "bốn", "năm"]})
    tables = [
        table(long, columns={"name": "Tên"}, caption="Dài", notes=["Chú thích"]),
        table(short, columns={"name": "Tên"}, caption="Ngắn"),
        table(long, columns={"name": "Tên"}, caption="Dài nữa", max_rows=2),
        table(long, columns={"name": "Tên"}, caption="Gập", max_rows=0),
    ]
    path = executed(tmp_path, cell_of("## Mục"), cell_of(stack(*tables)), cell_of(tables[0]))
    limit = RowLimit(2, "“{caption}” có {count} dòng")
    printed = {}
    for annexed in ((), ("cell-3/table",)):
        arrangement = Arrangement(annexed, limit=limit)
        read = read_report(path, arrangement).body[2:]
        export_html(path, tmp_path / "page.html", title="Trang", arrangement=arrangement)
        page = BeautifulSoup((tmp_path / "page.html").read_text(encoding="utf-8"), "lxml")
        printed[annexed] = [
            plain_text(part["caption"] if part["kind"] == "table" else part["runs"]) for part in read
        ]
        shown = page.main.select("caption, p") if page.main else []
        assert [one.get_text() for one in shown if "Chú thích" not in one.get_text()][
            -len(read) :
        ] == printed[annexed]
    told = ["“Dài” có 3 dòng", "Ngắn", "“Dài nữa” có 3 dòng"]
    assert printed == {
        (): [*told, "“Gập” có 3 dòng", "“Dài” có 3 dòng"],
        ("cell-3/table",): told,
    }
    assert (
        len(read_report(path).body) == 7
    )  # the annex and what a later report is compared with have all of them
