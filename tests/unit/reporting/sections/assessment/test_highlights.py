"""The opening page: the declared figures, what changed, what to decide; all, some or none reported, few schools."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace

import pandas as pd
import pytest
import report_world
from bs4 import BeautifulSoup

from termreview.reference.texts.highlights import FIGURE_COUNT
from termreview.reporting.report.context import ReportContext
from termreview.reporting.sections.assessment import sections_highlights as sections
from termreview.reporting.sections.assessment.evidence import Point, weigh
from termreview.reporting.sections.assessment.highlight_decisions import decisions
from termreview.reporting.sections.assessment.highlights import highlights
from termreview.reporting.sections.assessment.sections_highlights import changes
from termreview.reporting.sections.work.ratios import line_with_side
from termreview.terms import parse_term
from worlds import HK1, HK2

FATES = pytest.mark.parametrize("fate", ["", "on_time", "late", "refused", "missing"])


def summarised(report: ReportContext, **tables: pd.DataFrame) -> ReportContext:
    """The same report with some of its summaries replaced."""
    term = replace(report.term, summaries=replace(report.term.summaries, **tables))
    return replace(report, term=term)


def declared(report: ReportContext, **values: object) -> ReportContext:
    """The same report with some of what is declared of its opening page replaced."""
    opening = replace(report.reference.highlights, **values)
    return replace(report, reference=replace(report.reference, highlights=opening))


@FATES
@pytest.mark.parametrize("term_id", [HK1, HK2])
def test_five_figures_open_the_report_whatever_came_in(term_id: str, fate: str) -> None:
    found = highlights(report_world.report(term_id, fate))
    assert len(found) == FIGURE_COUNT
    assert all(one.label and one.value and one.detail for one in found)


def test_a_figure_says_what_it_is_counted_from() -> None:
    report = report_world.report(HK1)
    by_level = report.summaries.reporting_levels.set_index("scope").loc["all"]
    reports = highlights(report)[0]
    assert reports.value == f"{by_level['received_count']}/{by_level['expected_count']}"
    counts = [int(number) for number in re.findall(r"(\d+) [a-zà-ỹ]", reports.detail)]
    assert sum(counts) == by_level["expected_count"], "those who sent and those who did not are all counted"


def test_a_level_counts_every_school_whose_whole_interval_lies_there_concluded_or_not() -> None:
    report = report_world.report(HK1)
    scores = report.term.tables.scores.query("group_id == '1' and state == 'scored'")
    figure = next(one for one in highlights(report) if "nhóm 1" in one.label)
    reached, asked = (int(number) for number in figure.value.split("/"))
    assert reached == (scores["level_low"] >= 2).sum() > (scores["level"] >= 2).sum()
    assert asked == report.summaries.standings["school_id"].nunique()
    counts = [int(number) for number in re.findall(r"(\d+) (?:ở|từ|chưa)", figure.detail)]
    assert sum(counts) == asked, "every school stands in one part"
    assert f"{reached} chưa rõ nhưng từ mức độ 2 trở lên" in figure.detail


def test_an_unsure_figure_carries_its_mark_and_a_sure_one_does_not() -> None:
    report = report_world.report(HK1)
    cards = BeautifulSoup(sections.main_figures(report).html, "html.parser").select(".key-figure")
    shown = [bool(card.select_one(".mark-c")) for card in cards]
    assert shown == [one.mark == "C" for one in highlights(report)]
    assert any(shown)


def test_the_targets_are_counted_whole_and_those_missed_are_named() -> None:
    report = declared(report_world.report(HK1), figures=("targets",))
    lines = report.summaries.lines

    def told(is_reached: bool) -> str:
        flags = pd.array([is_reached] * len(lines), dtype="boolean")
        return highlights(summarised(report, lines=lines.assign(is_reached=flags)))[0].detail

    assert told(True) == "Đạt tất cả các mục tiêu."
    assert told(False).startswith("Chưa đạt: ")
    assert not highlights(summarised(report, lines=lines.iloc[0:0]))


def test_preschools_alone_have_no_figure_of_the_index() -> None:
    labels = [one.label for one in highlights(report_world.report(HK1, "", "", "mn"))]
    assert labels
    assert not [label for label in labels if "nhóm" in label]


def test_the_first_term_says_that_nothing_is_compared() -> None:
    assert changes(report_world.report(HK1)) == [
        "Đây là kỳ báo cáo đầu tiên có số liệu nên chưa so sánh với kỳ trước."
    ]


def test_a_term_before_without_tables_is_named() -> None:
    text = changes(replace(report_world.report(HK2), previous=None))
    assert text == ["Số liệu của học kỳ I chưa được tổng hợp nên chưa so sánh với kỳ trước."]


def test_a_term_of_another_year_is_told_with_its_year() -> None:
    text = " ".join(changes(report_world.report("2024-2025-hk1")))
    assert "học kỳ I năm học 2023-2024" in text


def test_what_changed_speaks_of_the_same_schools() -> None:
    text = changes(report_world.report(HK2))
    assert any("có báo cáo ở cả hai kỳ" in line for line in text)
    assert any(line.startswith("Thay đổi danh sách trường: ") and "hình thành từ" in line for line in text)
    gone = [line for line in text if "không còn" in line]
    assert not gone, "schools that merged are told with what became of them, not as gone"


def test_nothing_moved_is_not_told_as_a_rise_or_a_fall() -> None:
    report = report_world.report(HK2)
    still = replace(report, previous=report.term)
    text = " ".join(changes(still))
    assert "giữ nguyên" in text
    assert "Tăng nhiều nhất" not in text
    assert "Giảm nhiều nhất" not in text
    assert "tăng mức" not in text


def test_small_moves_are_left_out() -> None:
    report = declared(report_world.report(HK2), least_change=1000.0)
    assert not [line for line in changes(report) if "nhiều nhất" in line]


def test_too_few_schools_allow_no_word_on_ratios_and_no_focus() -> None:
    commune = next(
        unit.unit_id
        for unit in report_world.reference().registry.units
        if unit.kind == "commune"
        and 0 < len(report_world.report(HK2, "on_time", unit.unit_id).term.schools) < 5
    )
    report = report_world.report(HK2, "on_time", commune)
    assert not [line for line in changes(report) if "nhiều nhất" in line]
    assert not [line for line in decisions(report) if "trọng tâm" in line]
    assert len(highlights(report)) >= 2


def test_no_extension_is_proposed_before_the_deadline_has_passed() -> None:
    report = report_world.report(HK1, "missing")
    due_on = report.declared.plan.due_on
    for as_of in (due_on - datetime.timedelta(days=3), due_on):
        (told,) = decisions(replace(report, as_of=as_of))
        assert told.startswith("Đôn đốc 55 trường")
        assert told.endswith("nộp trước ngày hết hạn 10/01/2024.")


def test_no_report_leaves_only_the_reports_to_decide_on() -> None:
    report = report_world.report(HK1, "missing")
    text = decisions(replace(report, as_of=report.declared.plan.due_on + datetime.timedelta(days=1)))
    assert len(text) == 1
    assert text[0].startswith("Gia hạn cho 55 trường chưa có báo cáo hợp lệ")


def test_decisions_stand_in_the_declared_order_and_number() -> None:
    report = report_world.report(HK1)
    full = decisions(declared(report, most_decisions=9))
    backwards = declared(report, decisions=report.reference.highlights.decisions[::-1], most_decisions=9)
    assert decisions(backwards) == full[::-1]
    assert decisions(declared(report, most_decisions=2)) == full[:2]


def test_nothing_to_decide_is_said() -> None:
    assert decisions(declared(report_world.report(HK1), decisions=())) == [
        "Qua số liệu của kỳ này, chưa có nội dung cần quyết định."
    ]


def test_no_move_of_a_level_is_told_without_the_schools_that_cannot_be_compared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moves = pd.DataFrame(
        {"group_id": ["1", "2"], "up": [9, 0], "same": [4, 13], "down": [1, 0], "open": [0, 22]}
    )
    monkeypatch.setattr(
        "termreview.reporting.sections.assessment.sections_highlights.moves_by_group", lambda _: moves
    )
    line = next(
        line for line in changes(report_world.report(HK2)) if "giữ nguyên, " in line or "giữ nguyên;" in line
    )
    first, second = line.split("; ")
    assert first.endswith(": 09 tăng mức độ, 04 giữ nguyên, 01 giảm mức độ")
    assert second.endswith(": 13 giữ nguyên, 22 chưa đủ căn cứ so sánh.")


def test_levels_that_hang_on_unplaced_points_alone_are_counted() -> None:
    report = declared(report_world.report(HK1), decisions=("unallocated",))
    rows = report.summaries.not_concluded.iloc[:3].assign(conditions=["met", "met", "unknown"])
    reasons = [[("unallocated", 10.0)], [("unallocated", 10.0), ("blank", 2.0)], [("unallocated", 10.0)]]
    rows["reasons"] = pd.Series(reasons, index=rows.index, dtype=object)
    assert "; 01 kết quả chưa kết luận được" in decisions(summarised(report, not_concluded=rows))[0]


def test_the_calendar_still_declares_a_term_after_another_year() -> None:
    plan = report_world.reference().calendar.plan(parse_term("2024-2025-hk1"))
    assert plan.previous == parse_term(HK2)


@pytest.mark.parametrize(
    ("most", "stories", "told"),
    [
        (5, ["Một.", "Hai.", "Ba.", "Bốn."], ["tốt", "Một.", "Hai.", "Ba.", "vì"]),
        (5, ["Một.", "Hai."], ["tốt", "Một.", "Hai.", "kém", "vì"]),
        (5, [], ["tốt", "kém", "vì"]),
        (3, ["Một.", "Hai."], ["tốt", "Một.", "vì"]),
    ],
)
def test_the_first_page_tells_what_is_good_the_stories_what_is_worst_and_why(
    most: int, stories: list[str], told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    report = report_world.report(HK2)
    words = {**report.reference.stories.words, "good": "Tốt: {items}.", "worst": "Kém: {items}."}
    rules = replace(report.reference.stories, most_told=most, words=words)
    evidence = replace(
        weigh(report), strong_tasks=tuple(Point(name, name) for name in ("a (5/5)", "b (4/5)", "c (4/5)")),
        weak_ratios=(), weak_tasks=(Point("d", "d (3/5)"),),
    )  # fmt: skip
    monkeypatch.setattr(sections, "weigh", lambda _: evidence)
    monkeypatch.setattr(sections, "main_causes", lambda _: ["e (14 trường)", "f (13 trường)"])
    monkeypatch.setattr(sections, "story_sentences", lambda *_: stories)
    lines = {
        "tốt": "Tốt: a (5/5); b (4/5).",
        "kém": "Kém: d (3/5).",
        "vì": "Nguyên nhân chính các trường nêu: e (14 trường); f (13 trường).",
    }
    own = replace(report, reference=replace(report.reference, stories=rules))
    page = BeautifulSoup(sections.findings(own).html, "html.parser")
    assert [one.get_text() for one in page.select("li")] == [lines.get(name, name) for name in told]
    left = replace(rules, words={**words, "good": ""})
    own = replace(report, reference=replace(report.reference, stories=left))
    assert "Tốt" not in sections.findings(own).html


def test_a_target_is_written_with_its_side() -> None:
    row = {"line": 90.0, "unit": "percent", "better": "higher"}
    assert line_with_side(report_world.report(HK1), row) == "90,0%"
    assert line_with_side(report_world.report(HK1), {**row, "better": "lower"}) == "không quá 90,0%"
