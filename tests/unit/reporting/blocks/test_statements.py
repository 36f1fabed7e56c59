"""Statements of the reports that were false: each is printed only where it is true."""

from __future__ import annotations

import datetime
import random
import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
import report_world
from bs4 import BeautifulSoup

from termreview.cli.__main__ import main
from termreview.reference.declarations import Reference
from termreview.reference.kinds.advice import Advice
from termreview.reference.kinds.legal_documents import LegalDocument
from termreview.reporting.blocks.blocks import as_html
from termreview.reporting.charts.change import _change_text
from termreview.reporting.sections.assessment import sections_assessment
from termreview.reporting.sections.basis import annexes, opening, situation
from termreview.reporting.sections.index import actions
from termreview.reporting.sections.work import change as sections_change, ratios
from termreview.reporting.summaries.change import ratio_change
from worlds import HK1, HK2, change, copy_reference

NEXT_YEAR = "2024-2025-hk1"


def text_of(block: object) -> str:
    return BeautifulSoup(as_html(block), "html.parser").get_text(" ")


def document(number: str, on: str = "", **values: object) -> LegalDocument:
    day = datetime.date.fromisoformat(on) if on else None
    return LegalDocument("id", number, "Quyết định thử", "Bộ", None, day, "A", "", "", **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cited", "holds"),
    [
        (document("1/QĐ-BGDĐT", "2024-01-10"), True),
        (document("1/QĐ-BGDĐT", "2024-01-11"), False),
        (document("91/2025/QH15"), False),
        (document("03/2024/TT-BGDĐT"), True),
        (document("1/QĐ-BGDĐT", "2022-01-10", school_year="2023-2024"), True),
        (document("1/QĐ-BGDĐT", "2022-01-10", school_year="2022-2023"), False),
        (document("1/QĐ-BGDĐT", "2022-01-10", valid_to=datetime.date(2024, 1, 10)), True),
        (document("1/QĐ-BGDĐT", "2022-01-10", valid_to=datetime.date(2024, 1, 9)), False),
    ],
)
def test_a_report_stands_on_no_document_younger_than_itself_or_of_another_year(
    cited: LegalDocument, holds: bool
) -> None:
    assert cited.holds_on(datetime.date(2024, 1, 10), "2023-2024") is holds


def test_the_annex_lists_the_documents_that_the_report_cites_and_no_others() -> None:
    text = text_of(annexes.documents_cited(report_world.report(HK1)))
    assert all(number in text for number in ("407/PGDĐT", "4725/QĐ-BGDĐT", "131/QĐ-TTg"))
    for number in ("91/2025/QH15", "356/2025/NĐ-CP", "03/2024/TT-BGDĐT", "25/2024/TT-BGDĐT", "204/KH-UBND"):
        assert number not in text


def test_grounds_and_targets_of_another_year_are_left_out() -> None:
    report = report_world.report(NEXT_YEAR)
    grounds = text_of(opening.grounds(report))
    assert "407/PGDĐT" not in grounds
    assert "2023-2024" not in grounds
    assert "4725/QĐ-BGDĐT" in grounds
    assert "131/QĐ-TTg" in grounds
    targets = text_of(ratios.lines_table(report))
    assert "407/PGDĐT" not in targets
    assert "131/QĐ-TTg" in targets
    assert "407/PGDĐT" in text_of(ratios.lines_table(report_world.report(HK1)))


def test_a_target_that_was_due_before_the_school_year_is_no_target_of_it(reference: Reference) -> None:
    shown = {year: {target.target_id for target in reference.targets_in(year) if target.is_shown} for year in ("2025-2026", "2026-2027")}  # fmt: skip
    assert shown == {"2025-2026": {"qd131_learner_records"}, "2026-2027": set()}


def test_nothing_is_said_of_actions_where_none_is_declared() -> None:
    report = report_world.report(HK1)
    bare = replace(report, reference=replace(report.reference, advice={}))
    assert Advice() == actions.advice_of(bare)
    assert as_html(actions.office_actions(bare)) == ""


def test_the_table_of_reports_says_truly_what_its_last_column_counts() -> None:
    report = report_world.report(HK1)
    who = report.summaries.reporting
    assert who["needs_repair"].any()
    assert who.loc[who["needs_repair"], "state"].isin(["on_time", "late"]).all()
    text = text_of(situation.who_reported(report))
    assert "trường chưa tiếp nhận được tệp nào, nên trùng" not in text
    assert "đã được tính trong cột “Được tiếp nhận”" in text


@pytest.mark.parametrize(
    ("day", "names"),
    [("2024-01-10", "UBND huyện Phong Mẫu"), ("2026-01-10", "UBND phường Phong Mẫu")],
)
def test_who_receives_the_report_follows_the_office_of_its_day(day: str, names: str) -> None:
    report = report_world.report(HK1)
    due_on = datetime.date.fromisoformat(day)
    office = report.reference.calendar.office_on(due_on)
    declared = report.term.declared
    declared = replace(declared, office=office, plan=replace(declared.plan, due_on=due_on))
    text = text_of(
        sections_assessment.signature(replace(report, term=replace(report.term, declared=declared)))
    )
    assert f"{names} (b/c);" in text
    assert f" của {office.full_name}, kính báo cáo" in text


def test_no_sentence_of_the_reports_names_an_office_by_hand() -> None:
    folder = report_world.ROOT / "data" / "reference"
    for name in ("sentences.yml", "highlights.yml"):
        lines = (folder / name).read_text(encoding="utf-8").splitlines()
        texts = [line for line in lines if not line.lstrip().startswith("#")]
        named = [
            line
            for line in texts
            if re.search(r"Phòng GDĐT|\bcủa Phòng\b|UBND (huyện|thị xã|phường|xã)", line)
        ]
        assert not named, named


def test_guidance_of_another_year_is_no_ground_and_is_told_by_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copy_reference(tmp_path / "data")
    change(folder / "calendar.yml", 'legal: "huong-dan-2024-2025"', 'legal: "cv-407-2023"')
    assert main(["--root", str(tmp_path), "check"]) == 0
    assert "Lưu ý: văn bản căn cứ 407/PGDĐT là của năm học khác" in capsys.readouterr().out
    report = report_world.report(NEXT_YEAR)
    declared = replace(report.term.declared, plan=replace(report.declared.plan, legal="cv-407-2023"))
    text = text_of(opening.grounds(replace(report, term=replace(report.term, declared=declared))))
    assert "407/PGDĐT" not in text
    assert text.startswith("Phòng Giáo dục và Đào tạo huyện Phong Mẫu tổng hợp báo cáo")


def test_a_document_that_nobody_has_named_yet_is_no_ground_and_cites_nothing() -> None:
    """The letter of the sketched year is a row without a number."""
    report = report_world.report(NEXT_YEAR)
    assert report.declared.plan.legal == "huong-dan-2024-2025"
    text = text_of(opening.grounds(report))
    assert text.startswith("Phòng Giáo dục và Đào tạo huyện Phong Mẫu tổng hợp báo cáo")
    assert "chưa xác nhận của" not in text
    assert "được công văn hướng dẫn ghi ngày" not in text


def read_number(text: str) -> Decimal:
    """A number as a Vietnamese reader reads it."""
    return Decimal(text.strip().replace("−", "-").replace("+", "").replace(".", "").replace(",", "."))


NUMBER = r"[+−]?[\d.]+(?:,\d+)?"
MOVED = re.compile(rf"({NUMBER})\s*%? → ({NUMBER})\s*%? \(({NUMBER})")


@pytest.mark.parametrize("unit", ["percent", "points", "ratio", "count"])
def test_a_printed_difference_is_that_of_its_printed_ends(unit: str) -> None:
    draw = random.Random(2024)
    for _ in range(400):
        ends = [draw.uniform(0, 100) if draw.random() < 0.8 else draw.randrange(2000) / 20 for _ in range(2)]
        told = MOVED.search(_change_text(*ends, unit))
        assert told is not None
        start, end, moved = map(read_number, told.groups())
        assert end - start == moved, told[0]


@pytest.mark.parametrize("term_id", [HK2, NEXT_YEAR, "2024-2025-hk2"])
def test_every_difference_in_the_tables_of_change_fits_its_ends(term_id: str) -> None:
    report = report_world.report(term_id)
    checked = 0
    for block in (sections_change.task_changes(report), sections_change.ratio_changes(report)):
        soup = BeautifulSoup(as_html(block), "html.parser")
        for row in soup.select("table tbody tr"):
            cells = [cell.get_text(" ", strip=True) for cell in row.select("th, td")]
            if len(cells) == 7:  # a task: both shares and what they moved by
                start, end, moved = map(read_number, cells[4:7])
            elif len(cells) in (6, 7) and "→" not in cells[1]:
                start, end = (read_number(re.match(NUMBER, text)[0]) for text in cells[1:3])  # type: ignore[index]
                moved = read_number(cells[3])
            else:
                continue
            assert end - start == moved, cells
            checked += 1
        for told in MOVED.finditer(soup.get_text(" ")):
            start, end, moved = map(read_number, told.groups())
            assert end - start == moved, told[0]
            checked += 1
    assert checked > 8


def test_a_change_that_prints_as_none_is_neither_a_rise_nor_a_fall(reference: Reference) -> None:
    """4 999/10 000 and 4 998/10 000 both print as 50,0 %."""

    def counted(part: float) -> pd.DataFrame:
        row = {
            "ratio_id": "parents_linked",
            "school_id": "s",
            "level": "th",
            "numerator": part,
            "denominator": 10_000.0,
        }
        return pd.DataFrame([row | {"value": part / 100, "state": "counted"}])

    row = ratio_change(counted(4_999), counted(4_998), reference.ratios).iloc[0]
    assert (row["change"], row["is_better"]) == (0, False)
