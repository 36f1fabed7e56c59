"""One published report read as its reader does: headings, figures and numbers, never whole pages."""

from __future__ import annotations

import re
from collections.abc import Iterator

import docx
import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup, Tag
from docx.oxml.ns import qn

from demo_world import SEMESTER, YEAR_END, Demo, as_of, new_workspace
from termreview.reference.declarations import load_reference
from termreview.reporting.blocks.number_format import number_text
from termreview.run.runner import run_term
from termreview.sample.school_year import write_sample
from termreview.storage.workspace import read_table
from termreview.terms import Term

OUTLINE = (
    "Đặc điểm tình hình", "Kết quả thực hiện", "Đánh giá chung", "Phương hướng", "Kiến nghị", "Phụ lục",
)  # fmt: skip
FORMULA = "=cmd|' /C calc'!A0"
HOSTILE = '<img src=x onerror="document.title=1"><script>document.title=2</script>'


def page(demo: Demo, term: Term) -> BeautifulSoup:
    return BeautifulSoup(demo.result(term).report.read_text(encoding="utf-8"), "html.parser")


def spoken(part: Tag) -> str:
    return re.sub(r"\s+", " ", part.get_text(" ")).strip()


@pytest.fixture(params=[SEMESTER, YEAR_END], ids=["semester review", "year-end summary"])
def report(request: pytest.FixtureRequest, demo: Demo) -> Iterator[tuple[Demo, Term, BeautifulSoup]]:
    return demo, request.param, page(demo, request.param)


def test_it_follows_the_outline_officers_expect(report: tuple[Demo, Term, BeautifulSoup]) -> None:
    headings = [spoken(heading) for heading in report[2].find_all("h2")]
    places = [next((n for n, heading in enumerate(headings) if part in heading), None) for part in OUTLINE]
    assert None not in places, headings
    assert places == sorted(places)


def test_it_speaks_vietnamese_and_needs_nothing_from_outside(
    report: tuple[Demo, Term, BeautifulSoup],
) -> None:
    whole = report[2]
    assert whole.html is not None
    assert whole.html["lang"] == "vi"
    for tag in whole.find_all(True):
        for name in ("src", "href", "srcset", "action"):
            assert not re.match(r"\s*(https?:)?//", str(tag.get(name, ""))), tag
    assert not whole.find_all("script", src=True)
    styles = " ".join(style.get_text() for style in whole.find_all("style"))
    assert not re.search(r"url\(\s*['\"]?(https?:)?//", styles)


def test_it_says_that_its_data_are_illustrative(report: tuple[Demo, Term, BeautifulSoup]) -> None:
    assert "minh họa" in spoken(report[2]).casefold()


def test_every_chart_states_its_finding_in_words(report: tuple[Demo, Term, BeautifulSoup]) -> None:
    charts = report[2].select("figure.chart .wide svg")
    assert len(charts) >= 6
    assert len(report[2].select("figure.chart .narrow svg")) == len(charts)
    alts = [chart.desc.get_text() for chart in charts]
    assert all(len(alt) > 25 and re.search(r"\d", alt) for alt in alts), alts
    assert len(set(alts)) == len(alts)
    titles = [chart.get_text() for chart in report[2].select("figure.chart .chart-title")]
    assert all(re.search(r"\d", title) for title in titles), titles
    assert len(report[2].select("figure.chart .chart-measure")) == len(titles)
    assert all("Nguồn: " in chart.get_text() for chart in report[2].select("figure.chart figcaption"))


def test_every_table_has_a_caption_and_header_cells(report: tuple[Demo, Term, BeautifulSoup]) -> None:
    tables = report[2].find_all("table")
    assert len(tables) >= 8
    for table in tables:
        assert table.find("caption") is not None
        assert table.find("th", scope="col") is not None


def test_who_reported_agrees_with_the_submissions(report: tuple[Demo, Term, BeautifulSoup]) -> None:
    demo, term, whole = report
    expected = demo.reference.of(term).schools
    accepted = read_table(demo.workspace, term, "submissions").query("fate == 'accepted'")
    text = spoken(whole)
    assert f"{len(accepted)}/{len(expected)}" in text.replace(" / ", "/")
    for school in expected:
        if school.unit_id not in set(accepted["school_id"]):
            assert school.short_name in text or school.name in text


def test_every_scored_school_stands_with_its_bounds(report: tuple[Demo, Term, BeautifulSoup]) -> None:
    demo, term, whole = report
    scores = read_table(demo.workspace, term, "scores")
    scored = scores[(scores["state"] == "scored") & (scores["group_id"] == "1")]
    names = {school.unit_id: school for school in demo.reference.of(term).schools}
    rows = [spoken(row) for row in whole.find_all("tr")]
    for score in scored.itertuples():
        low = number_text(score.low, "points")
        school = names[score.school_id]
        assert any((school.short_name in row or school.name in row) and low in row for row in rows), school


def test_totals_are_recomputed_over_the_schools_that_answered(
    report: tuple[Demo, Term, BeautifulSoup],
) -> None:
    demo, term, whole = report
    observations = read_table(demo.workspace, term, "observations")
    answered = observations[
        (observations["field_id"] == "classes_count.total") & (observations["state"] == "answered")
    ]
    total = number_text(int(answered["value_number"].sum()))
    assert total in spoken(whole)


def test_unsure_figures_carry_their_mark(report: tuple[Demo, Term, BeautifulSoup]) -> None:
    text = spoken(report[2])
    assert "chưa xác nhận" in text
    assert "10 điểm" in text.replace("\u00a0", " ")


def test_the_year_end_shows_the_change_since_semester_one(demo: Demo) -> None:
    text = spoken(page(demo, YEAR_END))
    assert "học kỳ I" in text
    before = (
        read_table(demo.workspace, SEMESTER, "scores")
        .query("group_id == '1'")
        .set_index("school_id")["level"]
    )
    after = (
        read_table(demo.workspace, YEAR_END, "scores")
        .query("group_id == '1'")
        .set_index("school_id")["level"]
    )
    both = pd.concat([before, after], axis=1, keys=["before", "after"]).dropna()
    assert (both["after"] > both["before"]).any(), "the sample must show a school that rises"
    assert (both["after"] < both["before"]).any(), "the sample must show a school that slips"


def test_hostile_answers_and_names_are_text_in_every_file(
    tmp_path_factory: pytest.TempPathFactory, demo: Demo
) -> None:
    workspace = new_workspace(tmp_path_factory.mktemp("hostile"))
    reference = load_reference(workspace.reference)
    write_sample(workspace, reference, progress=lambda _: None)
    observations = read_table(demo.workspace, SEMESTER, "observations")
    spot = observations.query(
        "field_id == 'difficulties' and state == 'answered' and found_by == 'address'"
    ).iloc[0]
    path = workspace.raw(SEMESTER) / spot["file"]
    book = openpyxl.load_workbook(path)
    book[spot["sheet"]][spot["cell"]] = HOSTILE
    book.save(path)
    units = workspace.reference / "units.csv"
    names = units.read_text(encoding="utf-8")
    units.write_text(names.replace(",TH Trần Quốc Toản,0477", f",{FORMULA},0477"), encoding="utf-8")
    reference = load_reference(workspace.reference)
    result = run_term(workspace, reference, SEMESTER, as_of(reference, SEMESTER))
    read = read_table(workspace, SEMESTER, "observations").set_index(["school_id", "field_id"])
    assert read.loc[(spot["school_id"], "difficulties"), "value_text"] == HOSTILE
    whole = BeautifulSoup(result.report.read_text(encoding="utf-8"), "html.parser")
    assert not whole.select("[onerror]")
    assert not [script for script in whole.find_all("script") if "document.title" in script.get_text()]
    document, annex = result.reports[1:3]
    assert FORMULA in whole.get_text()
    lines = [line.text for line in docx.Document(str(document)).element.body.iter(qn("w:t"))]
    assert FORMULA in lines
    assert any(HOSTILE in (line or "") for line in lines)
    cells = [cell for sheet in openpyxl.load_workbook(annex) for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value == FORMULA} == {"s"}
    assert any(cell.data_type == "s" and HOSTILE in cell.value for cell in cells if cell.value)
    assert all(
        re.match(r"=(?:\d+\*)?(?:SUM\(|[A-Z]+\d+/)", cell.value) for cell in cells if cell.data_type == "f"
    )
