"""Statements of the reports that were false: each is printed only where it is true."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace
from pathlib import Path

import pytest
import report_world
from bs4 import BeautifulSoup

from termreview.cli.__main__ import main
from termreview.reference.advice import Advice
from termreview.reference.declarations import Reference
from termreview.reference.legal_documents import LegalDocument
from termreview.reporting import (
    sections_actions,
    sections_annexes,
    sections_assessment,
    sections_opening,
    sections_ratios,
    sections_situation,
)
from termreview.reporting.blocks import as_html
from worlds import HK1, change, copy_reference

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
    text = text_of(sections_annexes.documents_cited(report_world.report(HK1)))
    assert all(number in text for number in ("407/PGDĐT", "4725/QĐ-BGDĐT", "131/QĐ-TTg"))
    for number in ("91/2025/QH15", "356/2025/NĐ-CP", "03/2024/TT-BGDĐT", "25/2024/TT-BGDĐT", "204/KH-UBND"):
        assert number not in text


def test_grounds_and_targets_of_another_year_are_left_out() -> None:
    report = report_world.report(NEXT_YEAR)
    grounds = text_of(sections_opening.grounds(report))
    assert "407/PGDĐT" not in grounds
    assert "2023-2024" not in grounds
    assert "4725/QĐ-BGDĐT" in grounds
    assert "131/QĐ-TTg" in grounds
    targets = text_of(sections_ratios.lines_table(report))
    assert "407/PGDĐT" not in targets
    assert "131/QĐ-TTg" in targets
    assert "407/PGDĐT" in text_of(sections_ratios.lines_table(report_world.report(HK1)))


def test_a_target_that_was_due_before_the_school_year_is_no_target_of_it(reference: Reference) -> None:
    shown = {year: {target.target_id for target in reference.targets_in(year) if target.is_shown} for year in ("2025-2026", "2026-2027")}  # fmt: skip
    assert shown == {"2025-2026": {"qd131_learner_records"}, "2026-2027": set()}


def test_nothing_is_said_of_actions_where_none_is_declared() -> None:
    report = report_world.report(HK1)
    bare = replace(report, reference=replace(report.reference, advice={}))
    assert Advice() == sections_actions.advice_of(bare)
    assert as_html(sections_actions.office_actions(bare)) == ""


def test_the_table_of_reports_says_truly_what_its_last_column_counts() -> None:
    report = report_world.report(HK1)
    who = report.summaries.reporting
    assert who["needs_repair"].any()
    assert who.loc[who["needs_repair"], "state"].isin(["on_time", "late"]).all()
    text = text_of(sections_situation.who_reported(report))
    assert "trường chưa tiếp nhận được tệp nào, nên trùng" not in text
    assert "đã tính trong cột “Được tiếp nhận”" in text


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
    assert f"{names} (để báo cáo);" in text
    assert f"báo cáo của {office.short_name}" in text


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
    text = text_of(sections_opening.grounds(replace(report, term=replace(report.term, declared=declared))))
    assert "407/PGDĐT" not in text
    assert text.startswith("Phòng GDĐT tổng hợp báo cáo")
