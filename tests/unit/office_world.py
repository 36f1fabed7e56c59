"""One small report at a time: an executed notebook of a few blocks, and the three files that are made of it."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
from report_world import report

from agreement import refuse_disagreement
from termreview.reporting.blocks.blocks import callout, inline, key_figures, paragraph
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Interval, Share
from termreview.reporting.charts.charts import Chart, chart, stacked_bars
from termreview.reporting.excel.annex import export_xlsx
from termreview.reporting.pages.pages import export_html
from termreview.reporting.sections.assessment import sections_assessment
from termreview.reporting.sections.basis import opening
from termreview.reporting.word.document import export_docx
from worlds import REFERENCE

TEMPLATE = REFERENCE / "templates" / "bao-cao.docx"
TITLE = "Báo cáo thử"


@dataclass(frozen=True)
class Files:
    """One report: its executed notebook, its page, its Word document, its workbook."""

    notebook: Path
    page: Path
    document: Path
    workbook: Path

    def agree(self) -> None:
        """Hold the three files against each other."""
        refuse_disagreement(self.notebook, self.page, self.document, self.workbook)


def cell_of(content: Any) -> Any:
    """One cell as it stands after a run: a text is Markdown, a block is what a code cell shows."""
    if isinstance(content, str):
        return nbformat.v4.new_markdown_cell(content, id="words")
    data = {"text/html": content._repr_html_(), **content._repr_mimebundle_()}
    output = nbformat.v4.new_output("execute_result", data, execution_count=1)
    return nbformat.v4.new_code_cell("show()", id="shown", execution_count=1, outputs=[output])


def publish(folder: Path, *contents: Any) -> Files:
    """Write one executed notebook of the contents, with the head of a report before them, and its three files."""
    folder.mkdir(parents=True, exist_ok=True)
    banner = cell_of(opening.banner(report()))
    banner.metadata["tags"] = ["banner"]
    cells = [banner, *map(cell_of, (opening.letterhead(report()), *contents))]
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"
    files = Files(
        *(folder / name for name in ("bao-cao.ipynb", "bao-cao.html", "bao-cao.docx", "phu-luc.xlsx"))
    )
    nbformat.write(nbformat.v4.new_notebook(cells=cells), files.notebook)
    export_html(files.notebook, files.page, title=TITLE)
    export_docx(files.notebook, files.document, TEMPLATE, title=TITLE)
    export_xlsx(files.notebook, files.workbook, title=TITLE)
    return files


def sizes_table(**options: Any) -> Any:
    """One table of sizes: counts that add up, shares, a missing figure."""
    frame = pd.DataFrame(
        {
            "name": ["MN Một", "TH Hai", "TH Ba"],
            "level": ["Mầm non", "Tiểu học", "Tiểu học"],
            "pupils": pd.array([1200, 345, None], dtype="Int64"),
            "linked": [Share(900, 1200), Share(115, 345), Share(None, None)],
            "points": [Interval(62, 72), Interval(55.5, 55.5), Interval(None, None)],
            "on": pd.to_datetime(["2024-01-10", None, "2024-02-01"]),
        }
    )
    return table(
        frame,
        columns={"name": "Trường", "pupils": "Học sinh", "linked": "Phụ huynh kết nối", "points": "Điểm", "on": "Ngày"},
        caption="Quy mô",
        formats={"pupils": "integer", "on": "date"},
        align={"linked": "right", "points": "right"},
        group_by="level",
        total_row={"name": "Toàn địa bàn", "pupils": 1545},
        notes=["Một ghi chú."],
        **options,
    )  # fmt: skip


def small_chart(**words: str) -> Chart:
    """One chart: two parts, one of them hatched, of two rows."""
    frame = pd.DataFrame({"name": ["Tiểu học $75,0 %$", "Mầm non"], "done": [3, 1], "blank": [1, 0]})
    told = {"title": "Tỉ lệ theo cấp", "alt": "Tiểu học 75,0 %.", "caption": "Một chú thích."} | words
    labels = {"done": "Đạt", "blank": "Chưa rõ"}
    return chart(stacked_bars, frame, category="name", parts=["done", "blank"], part_labels=labels, **told)


def small_report(folder: Path) -> Files:
    """One report with every kind of part: text, cards, a remark, a chart, tables with and without rows, the foot."""
    return publish(
        folder,
        "## I. Đặc điểm tình hình\n\nĐoạn văn **đậm** của sổ tay.\n\n- Ý thứ nhất\n- Ý thứ hai",
        key_figures([("Trường có báo cáo", inline("50/55"), "Đạt 90,9 %"), ("Đầu việc", inline("64,0 %"), "588/919")]),
        callout("Cách đọc số liệu", ["Mỗi tỉ lệ ghi kèm tử số, mẫu số."], "note"),
        "### 1. Quy mô",
        sizes_table(),
        small_chart(),
        "## Phụ lục",
        table(pd.DataFrame({"name": [], "count": []}), columns={"name": "Trường", "count": "Số"}, caption="Trường thiếu"),
        paragraph("Dòng cuối."),
        sections_assessment.signature(report()),
    )  # fmt: skip


def rewritten(path: Path, member: str, change: Callable[[str], str]) -> None:
    """Change one part of a zipped file in place; the others stay as they are."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    before = parts[member].decode("utf-8")
    after = change(before)
    assert after != before, f"{member} holds nothing to change"
    parts[member] = after.encode("utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def part_of(path: Path, member: str) -> str:
    """One part of a zipped file as text."""
    with zipfile.ZipFile(path) as package:
        return package.read(member).decode("utf-8")
