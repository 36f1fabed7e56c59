"""An office's own workbook through a whole year: adopted, declared, sent out, filled in, run, told in both reports."""

from __future__ import annotations

import csv
import datetime
import re
from pathlib import Path

import docx
import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from office_forms import write_office_form

from demo_world import new_workspace
from termreview.cli import __main__ as cli
from termreview.desk.panels import opening
from termreview.reference.declarations import load_reference
from termreview.storage.workspace import Workspace, read_table
from termreview.terms import parse_term
from worlds import append

SEMESTER, YEAR_END = "2025-2026-hk1", "2025-2026-hk2"
SILENT = 3  # schools that send nothing
_YEAR = """
  - id: "2025-2026"
    starts_on: "2025-09-05"
    terms:
"""
_TERM = """
      - id: "2025-2026-{part}"
        part: "{part}"
        title: "học kỳ {roman}"
        report: "{report}"
        {previous}
        due_on: "{due_on}"
        data_as_of: "{data_as_of}"
        form: "doi-ngu"
        tasks: "none"
        indicator_set: "none"
        legal: "cv-407-2023"
        mark: "C"
"""


def fill_in(workspace: Workspace, term: str, forms: list[Path], cells: list[tuple[str, str]]) -> int:
    """Type whole numbers into the cells that are asked, school by school; give the sum of the first cell."""
    folder, total = workspace.raw(parse_term(term)), 0
    folder.mkdir(parents=True)
    for number, path in enumerate(forms):
        book = openpyxl.load_workbook(path)
        for place, (sheet, cell) in enumerate(cells):
            book[sheet][cell].value = (7 * number + 3 * place) % 40
        total += 7 * number % 40
        book.save(folder / path.name)
    return total


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Workspace, dict[str, int]]:
    """The workspace after both terms, and by term what the schools typed into the first cell, summed by hand."""
    root = tmp_path_factory.mktemp("adopted")
    workspace = new_workspace(root)
    at = ["--root", str(root)]
    assert cli.main([*at, "adopt", str(write_office_form("staff", root)), "--id", "doi-ngu"]) == 0
    terms = (
        {"part": "hk1", "roman": "I", "report": "semester_review", "previous": "", "due_on": "2026-01-10", "data_as_of": "2025-12-31"},
        {"part": "hk2", "roman": "II", "report": "year_end_summary", "previous": 'previous: "2025-2026-hk1"', "due_on": "2026-05-25", "data_as_of": "2026-05-15"},
    )  # fmt: skip
    append(workspace.reference / "calendar.yml", (_YEAR + "".join(map(_TERM.format_map, terms))).strip("\n"))
    rows = workspace.reference / "forms" / "doi-ngu" / "rows.csv"
    rows.write_text(re.sub(r",C$", ",A", rows.read_text(encoding="utf-8"), flags=re.M), encoding="utf-8")
    assert cli.main([*at, "check"]) == 0
    with (rows.parent / "cells.csv").open(encoding="utf-8") as lines:
        cells = [(line["sheet"], line["cell"]) for line in csv.DictReader(lines) if line["role"] == "answer"]
    typed = {}
    for term, day in ((SEMESTER, "2026-01-20"), (YEAR_END, "2026-06-01")):
        out = root / f"forms-{term}"
        assert cli.main([*at, "forms", term, "--output", str(out)]) == 0
        typed[term] = fill_in(workspace, term, sorted(out.glob("*.xlsx"))[SILENT:], cells)
        assert cli.main([*at, "run", term, "--as-of", day]) == 0
    return workspace, typed


def published(workspace: Workspace, term: str, suffix: str) -> list[Path]:
    folder = workspace.root / "reports" / "2025-2026" / parse_term(term).part
    return sorted(path for path in folder.glob(f"*{suffix}") if "phieu-trinh" not in path.name)


both = pytest.mark.parametrize("term", [SEMESTER, YEAR_END])


@both
def test_every_answer_typed_into_the_offices_workbook_is_counted(
    year: tuple[Workspace, dict[str, int]], term: str
) -> None:
    workspace, typed = year
    schools = load_reference(workspace.reference).of(parse_term(term)).schools
    observations = read_table(workspace, parse_term(term), "observations")
    first = observations[observations["field_id"] == observations["field_id"].iloc[0]]
    assert (first["state"] == "answered").sum() == len(schools) - SILENT
    assert first["value_number"].sum() == typed[term]
    assert read_table(workspace, parse_term(term), "ledger").empty
    scores = read_table(workspace, parse_term(term), "scores")
    assert set(scores["state"]) == {"not_applicable"}, "not scored is not zero"


@both
def test_the_reports_hold_the_figures_of_the_form_and_no_chapter_of_an_index(
    year: tuple[Workspace, dict[str, int]], term: str
) -> None:
    workspace, typed = year
    pages = published(workspace, term, ".html")
    assert len(pages) == 2
    for path in pages:
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        main = page.find("main")
        assert isinstance(main, Tag)
        for register in [block for block in main.select(".table-block") if "Sổ văn bản" in block.get_text()]:
            register.decompose()  # it lists whatever the office has declared
        text = main.get_text(" ")
        assert "4725" not in text
        assert "Không có số liệu." not in text, "a table without rows"
        table = next(one for one in page.find_all("table") if "Hiệu trưởng" in one.get_text())
        whole = next(row for row in table.find_all("tr") if "Toàn địa bàn" in row.get_text())
        figures = [cell.get_text(strip=True).replace(".", "") for cell in whole.find_all(["td", "th"])]
        assert str(typed[term]) in figures
        titles = [heading.get_text() for heading in main.find_all(["h2", "h3", "h4"])]
        assert any("Số liệu theo biểu của cơ quan" in title for title in titles)
        assert not any("thống kê giáo dục" in title for title in titles)


@both
def test_no_heading_of_the_reports_stands_above_nothing(
    year: tuple[Workspace, dict[str, int]], term: str
) -> None:
    for path in published(year[0], term, ".docx"):
        lines = [line for line in docx.Document(str(path)).element.body.iterchildren()]
        depths = []
        for line in lines:
            style = line.find(".//{*}pStyle")
            name = "" if style is None else style.get(next(iter(style.keys())))
            depths.append(int(name[-1]) if re.fullmatch(r"Heading\d", name) else 9)
        bare = [
            "".join(lines[place].itertext())
            for place, (own, then) in enumerate(zip(depths, [*depths[1:], 0], strict=True))
            if own < 9 and then <= own
        ]
        assert depths.count(9) < len(depths), "the headings were not found"
        assert bare == []


@both
def test_the_annex_of_the_office_lists_every_figure_of_every_school(
    year: tuple[Workspace, dict[str, int]], term: str
) -> None:
    workspace, typed = year
    path = next(path for path in published(workspace, term, "phu-luc.xlsx") if "chia-se" not in path.name)
    sheet = pd.read_excel(path, sheet_name="Dữ liệu các trường", header=4, dtype=object, engine="openpyxl")
    column = next(name for name in sheet.columns if "Hiệu trưởng" in str(name))
    assert sheet[column].sum() == typed[term]
    assert sheet[column].isna().sum() == SILENT, "missing is never zero"


@both
def test_the_submission_slip_speaks_of_no_index(year: tuple[Workspace, dict[str, int]], term: str) -> None:
    folder = year[0].root / "reports" / "2025-2026" / parse_term(term).part
    [slip] = folder.glob("*phieu-trinh.html")
    text = BeautifulSoup(slip.read_text(encoding="utf-8"), "html.parser").get_text(" ")
    assert "4725" not in text
    assert "Không có số liệu." not in text


def test_pages_of_schools_speak_of_no_index(year: tuple[Workspace, dict[str, int]]) -> None:
    pages = sorted((year[0].root / "reports" / "2025-2026" / "hk2" / "schools").glob("*.html"))
    assert len(pages) > 50
    for path in pages:
        text = path.read_text(encoding="utf-8")
        assert "4725" not in text
        assert "0/0" not in text


def test_every_tab_of_the_desk_opens(year: tuple[Workspace, dict[str, int]]) -> None:
    opening.open_desk(SEMESTER, str(year[0].root), today=lambda: datetime.date(2026, 1, 20))
    desk = opening._open[-1]
    for name in desk._kinds:
        desk.go_to(name)
        assert "status-error" not in desk._status.value, (name, desk._status.value)
