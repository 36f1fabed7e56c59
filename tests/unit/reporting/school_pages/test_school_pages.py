"""One school's page: its own figures, nobody else's name, nothing from outside, nothing that runs."""

from __future__ import annotations

import datetime
import re
import statistics
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pandas as pd
import pytest
import report_world
from bs4 import BeautifulSoup

from termreview.cluster import LOCAL, SCHEDULER, share_on
from termreview.pieces import Pieces, pieces_in_use
from termreview.reference.kinds.calendar import contact_text
from termreview.reporting.blocks.values import interval_text
from termreview.reporting.report.context import ReportContext, build_view
from termreview.reporting.report.school_outlook import look_ahead, margin_lines, margins_of
from termreview.reporting.school_pages import pages
from termreview.reporting.school_pages.index import score_strip
from termreview.reporting.school_pages.material import (
    RATIOS,
    SCORES,
    Spread,
    material_of,
    peer_middle,
    peer_values,
)
from termreview.reporting.school_pages.page import REPORTED, SCORED, SILENT, kind_of
from termreview.reporting.school_pages.pages import school_page, school_pages, show_pages
from termreview.reporting.school_pages.todo import fall_lines
from termreview.reporting.school_pages.work import MOST_FINDINGS, findings_view
from termreview.reporting.sections.index.actions import office_actions, tried
from termreview.reporting.sections.index.sensitivity import levels_at_stake
from termreview.reporting.term.term_tables import TermTables
from termreview.scoring.level_margin import SOLID
from termreview.scoring.levels import OVERALL
from worlds import HK1, HK2

REPORT = report_world.report(HK2)
PAGES = school_pages(REPORT)
ATTACK = '<img src=x onerror="alert(1)"> & {{ 7*7 }}'


def soup_of(school_id: str, report: ReportContext = REPORT) -> BeautifulSoup:
    return BeautifulSoup(school_page(report, school_id), "html.parser")


def first(kind: str, report: ReportContext = REPORT) -> str:
    return next(s for s in material_of(report).schools if kind_of(report, s) == kind)


def test_a_page_may_load_and_run_nothing_whatever_the_name_of_the_school() -> None:
    school_id = first(SCORED)
    schools = REPORT.term.schools.copy()
    schools.loc[schools["school_id"] == school_id, ["school_name", "short_name"]] = ATTACK
    page = soup_of(school_id, replace(REPORT, term=replace(REPORT.term, schools=schools)))
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert policy == (
        "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    )
    assert not page.find_all(["script", "img", "link", "iframe", "object", "base", "form"])


def test_every_expected_school_has_a_page_named_by_its_code() -> None:
    assert list(PAGES) == [f"{school_id}.html" for school_id in REPORT.term.schools["school_id"]]
    assert {kind_of(REPORT, name.removesuffix(".html")) for name in PAGES} == {SCORED, REPORTED, SILENT}


def test_pages_made_by_several_processes_are_those_of_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_BATCH", 10)
    assert list(school_pages(REPORT, workers=2).items()) == list(PAGES.items())


def test_pages_made_by_the_workers_of_a_cluster_are_those_of_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("distributed", reason="the extra `cluster` is not installed")
    monkeypatch.setattr(pages, "_BATCH", 10)
    monkeypatch.setenv(SCHEDULER, LOCAL)
    asked: list[int] = []
    monkeypatch.setattr(
        pages,
        "share_on",
        lambda address, batches, work: (asked.append(len(batches)), share_on(address, batches, work))[1],
    )
    assert list(school_pages(REPORT).items()) == list(PAGES.items())
    assert asked == [6]


def test_a_page_is_small_needs_nothing_and_runs_nothing() -> None:
    for name, page in PAGES.items():
        assert len(page.encode()) <= 150 * 1024, name
        assert not re.search(r"https?://|url\(|<script|<link|<img|\son\w+=|@import", page), name
        assert BeautifulSoup(page, "html.parser").html["lang"] == "vi"


def test_a_page_names_no_other_school() -> None:
    names = {row["school_id"]: row["name"] for row in REPORT.term.schools.to_dict("records")}
    for school_id, name in names.items():
        text = soup_of(school_id).get_text(" ").replace(name, "")
        others = {other for key, other in names.items() if key != school_id and other not in name}
        assert not [other for other in others if re.search(rf"{re.escape(other)}(?!\w| \d)", text)]
        assert not [key for key in names if key != school_id and key in text]


@pytest.mark.parametrize(("level", "told"), [(1, "mức độ thấp nhất"), (2, "mức độ không thay đổi")])
def test_of_the_lowest_level_nobody_is_told_that_it_cannot_fall(level: int, told: str) -> None:
    indicator_set = REPORT.declared.indicator_set
    row = {"strength": SOLID, "item_id": None, "level": level, "if_level": level, "item_count": 0}
    rows = {group.group_id: row for group in indicator_set.groups}
    lines = margin_lines(REPORT.reference, indicator_set, rows, {}, dict.fromkeys(rows, ""))
    assert [told in line.text for line in lines] == [True] * len(rows)


def test_pages_are_the_same_each_time() -> None:
    school_id = first(SCORED)
    assert school_page(REPORT, school_id) == school_page(REPORT, school_id) == PAGES[f"{school_id}.html"]


def test_points_and_levels_are_those_of_the_scores() -> None:
    scores = REPORT.term.tables.scores.set_index(["school_id", "group_id"])
    for school_id in (s for s in material_of(REPORT).schools if kind_of(REPORT, s) == SCORED):
        shown = [node.get_text() for node in soup_of(school_id).select(".group .result strong")]
        first, second = (scores.loc[(school_id, group_id)] for group_id in ("1", "2"))
        assert shown == [
            f"{interval_text(first['low'], first['high'])} điểm",
            f"{interval_text(second['low'], second['high'] - 10)} điểm",  # 10 points of group 2 have no item
        ]
        whole = scores.loc[(school_id, OVERALL)]
        lead = soup_of(school_id).select_one(".lead h2").get_text()
        if pd.isna(whole["level"]):
            assert f"từ mức độ {whole['level_low']} đến mức độ {whole['level_high']}" in lead
        else:
            assert f"mức độ {whole['level']} –" in lead


def test_a_preschool_has_a_page_without_the_index_and_never_a_zero_score() -> None:
    page = soup_of(first(REPORTED))
    assert not page.select(".group, .criteria, .path, .states")
    assert "không áp dụng đối với cấp học này" in page.get_text()
    assert page.select_one("table.ratios")
    assert not re.search(r"\b0(,0)? điểm", page.get_text())


def test_a_school_without_a_report_is_told_what_to_do_and_gets_no_number() -> None:
    page = soup_of(first(SILENT))
    assert not page.select(".group, table.criteria, table.path, table.ratios")
    assert "không tính là 0 điểm" in page.get_text()
    todo = page.select_one("main > section").get_text(" ", strip=True)
    assert todo.startswith("Đề nghị trường nộp báo cáo chậm nhất ngày 10/06/2024")
    assert (
        "liên hệ Phòng GDĐT (cán bộ phụ trách công nghệ thông tin (minh họa), điện thoại 0234 000 0000)"
        in todo
    )


def test_that_no_report_came_is_said_once() -> None:
    silent = first(SILENT)
    missing = finding(silent, 1, check_code="not_submitted", message="Chưa có báo cáo đọc được")
    broken = finding(silent, 2, check_code="refused_broken", message="Tệp bị cắt cụt")
    page = school_page(with_tables(findings=pd.DataFrame([missing])), silent)
    assert "Chưa có báo cáo đọc được" not in page
    assert REPORT.reference.school_pages["findings"]["title"] not in page
    page = school_page(with_tables(findings=pd.DataFrame([missing, broken])), silent)
    assert "Tệp bị cắt cụt" in page


def test_the_path_shows_what_the_scorer_makes_of_it() -> None:
    outlook = look_ahead(REPORT)
    assert outlook.paths
    for school_id, path in outlook.paths.items():
        page = soup_of(school_id)
        assert [node.get_text() for node in page.select("table.path .id")] == [
            step.key for step in path.steps
        ]
        totals = [
            [cell.get_text() for cell in row.select("td")] for row in page.select("table.path tfoot tr")
        ]
        after = [outlook.after[school_id, group_id] for group_id in ("1", "2")]
        ends = [(row["low"], row["high"] - unplaced) for row, unplaced in zip(after, (0, 10), strict=True)]
        levels = [
            f"mức {row['level_low']}" + (" trở lên" if row["level_low"] != row["level_high"] else "")
            for row in after
        ]
        assert [row[1] for row in totals] == [
            f"{interval_text(*end)} ({level})" for end, level in zip(ends, levels, strict=True)
        ]
        assert outlook.after[school_id, OVERALL]["level_low"] >= path.level


def test_too_few_peers_stay_unknown() -> None:
    few = report_world.report(HK2, level="th_thcs")
    own = next(s for s in material_of(few).schools if kind_of(few, s) == SCORED)
    count = sum(kind_of(few, s) == SCORED for s in material_of(few).schools) - 1
    expected = count if count >= material_of(few).least else 0
    assert len(peer_values(few, own, SCORES, "1")) == expected
    marks = [len({round(one, 1) for one in peer_values(few, own, SCORES, group)}) for group in "12"]
    assert len(soup_of(own, few).select("rect.peer")) == sum(marks)


def test_peers_are_all_others_of_the_level_with_such_a_value() -> None:
    """Held against the rows of the tables themselves, one school after the other."""
    material, ratios = material_of(REPORT), REPORT.summaries.school_ratios
    counted = ratios[ratios["state"] == "counted"].set_index(["ratio_id", "school_id"])["value"]
    looked_at = 0
    for school_id, school in material.schools.items():
        others = [
            other
            for other, row in material.schools.items()
            if row["level"] == school["level"] and other != school_id
        ]
        scores = sorted(
            float(row["low"])
            for other in others
            if (row := material.standings.get((other, "1"))) is not None and row["state"] == "scored"
        )
        shares = sorted(
            counted[key] for other in others if (key := ("pupils_per_computer", other)) in counted.index
        )
        for kind, measure, expected in ((SCORES, "1", scores), (RATIOS, "pupils_per_computer", shares)):
            enough = expected if len(expected) >= material.least else []
            assert list(peer_values(REPORT, school_id, kind, measure)) == enough
            assert peer_middle(REPORT, school_id, kind, measure) == (
                statistics.median(enough) if enough else None
            )
            looked_at += bool(enough)
    assert looked_at > 50


def test_a_strip_draws_equal_peers_once_and_never_more_than_can_be_told_apart() -> None:
    marks = [
        len(BeautifulSoup(score_strip(10, 20, peers, [], 100, "x"), "lxml").select("rect.peer"))
        for peers in ([5.0, 5.0, 7.0], [place / 40 for place in range(4000)], [])
    ]
    assert marks[0] == 2
    assert 200 <= marks[1] <= 251
    assert marks[2] == 0


def with_tables(**changes: pd.DataFrame) -> ReportContext:
    tables = replace(REPORT.term.tables, **changes)
    return replace(REPORT, term=build_view(REPORT.reference, REPORT.declared, tables))


def finding(school_id: str, number: int, **values: object) -> dict[str, object]:
    base = {
        "finding_id": f"x{number}", "school_id": school_id, "term_id": HK2, "check_code": f"check{number}",
        "severity": "error", "cause": "x", "file": "a.xlsx", "sheet": "Thống kê", "cell": "D7", "field_id": None,
        "found": "1", "expected": "2", "message": "lệch", "remedy": "sửa", "status": "open", "decision_id": None,
    }  # fmt: skip
    return base | values


def test_what_stands_in_a_file_is_text_on_the_page() -> None:
    school_id = first(SCORED)
    rows = [finding(school_id, 1, message=ATTACK, remedy=ATTACK, sheet=ATTACK)]
    page = school_page(with_tables(findings=pd.DataFrame(rows)), school_id)
    assert "<img" not in page
    shown = BeautifulSoup(page, "html.parser").select("table.findings td")
    assert shown[1].get_text() == f"{ATTACK}, D7"
    assert shown[2].get_text() == ATTACK


def test_many_findings_are_counted_not_dropped() -> None:
    school_id = first(SCORED)
    rows = [finding(school_id, number, severity="query" if number % 2 else "error") for number in range(9)]
    rows += [finding(school_id, 20, check_code="check0", cell="D8"), finding(school_id, 21, severity="note")]
    rows += [finding(school_id, 22, status="settled")]
    view = findings_view(with_tables(findings=pd.DataFrame(rows)), school_id)
    assert len(view["rows"]) == MOST_FINDINGS
    assert [row["severity"] for row in view["rows"]] == ["error"] * 5 + ["query"]
    assert view["rows"][0]["place"].endswith("1 ô khác")
    assert [int(re.findall(r"\d+", line)[0]) for line in view["notes"]] == [3, 1, 1]


def todo_of(report: ReportContext, school_id: str) -> str:
    return str(soup_of(school_id, report).select_one("main > section.todo h2").get_text())


def with_plan(report: ReportContext, **changes: object) -> ReportContext:
    declared = replace(report.declared, plan=replace(report.declared.plan, **changes))
    return replace(report, term=replace(report.term, declared=declared))


def test_a_page_opens_with_what_is_owed_and_its_day() -> None:
    school_id = first(SCORED)
    rows = [
        finding(school_id, 1),
        finding(school_id, 2, severity="query"),
        finding(school_id, 3, severity="note"),
    ]
    report = with_tables(findings=pd.DataFrame(rows))
    assert todo_of(report, school_id) == (
        "Đề nghị trường sửa 01 lỗi, giải trình 01 nội dung và gửi lại báo cáo chậm nhất ngày 10/06/2024"
    )
    late = replace(report, as_of=datetime.date(2024, 6, 11))
    assert todo_of(late, school_id).endswith("gửi lại báo cáo ngay (đã quá hạn sửa ngày 10/06/2024)")
    assert todo_of(with_plan(report, resubmission_due_on=None), school_id).endswith(
        "trong thời gian sớm nhất"
    )
    only_notes = with_tables(findings=pd.DataFrame(rows[2:]))
    assert todo_of(only_notes, school_id) == "Báo cáo không có nội dung phải sửa hoặc giải trình"


@pytest.mark.parametrize(
    ("contact", "phone", "told"),
    [
        ("bà A", "0234 1", "Phòng GDĐT (bà A, điện thoại 0234 1)"),
        ("bà A", "", "Phòng GDĐT (bà A)"),
        ("", "0234 1", "Phòng GDĐT (điện thoại 0234 1)"),
        ("", "", "Phòng GDĐT"),
    ],
)
def test_whom_to_call_is_what_the_office_states(contact: str, phone: str, told: str) -> None:
    office = replace(REPORT.declared.office, contact=contact, contact_phone=phone)
    assert contact_text(office, REPORT.reference.labels["contact"]) == told


def fallen_from(school_id: str, reason: object) -> ReportContext:
    """The report with one school at 90 points and level 3 of group 1 the term before, and what it wrote since."""
    assert REPORT.previous
    before = REPORT.previous.summaries.standings.copy()
    own = (before["school_id"] == school_id) & (before["group_id"] == "1")
    before.loc[own, ["low", "high", "placed_high", "score_level_low", "score_level_high"]] = [
        90.0,
        90.0,
        90.0,
        3,
        3,
    ]
    previous = replace(REPORT.previous, summaries=replace(REPORT.previous.summaries, standings=before))
    texts = REPORT.term.answers.texts.copy()
    texts.loc[school_id, REPORT.reference.stories.cause_field] = reason
    answers = replace(REPORT.term.answers, texts=texts)
    return replace(REPORT, previous=previous, term=replace(REPORT.term, answers=answers))


def test_a_fall_is_told_with_the_reason_that_the_school_wrote() -> None:
    standings = material_of(REPORT).standings
    own = next(key[0] for key, row in standings.items() if key[1] == "1" and row["score_level_high"] == 2)
    now = standings[own, "1"]
    report = fallen_from(own, "Hết hạn hợp đồng.")
    fall, reason = fall_lines(report, own)
    after = "2" if now["score_level_low"] == 2 else "1–2"
    assert "từ mức độ 3 (90,0 điểm)" in fall
    assert f"xuống mức độ {after} ({interval_text(now['low'], now['high'])} điểm)." in fall
    assert reason == "Nguyên nhân trường nêu: “Hết hạn hợp đồng”."
    assert fall in soup_of(own, report).select_one(".lead").get_text()
    assert fall_lines(fallen_from(own, None), own)[1] == "Báo cáo của trường chưa nêu nguyên nhân."


def test_the_first_term_has_nothing_to_compare_with() -> None:
    report = report_world.report(HK1)
    assert "Đây là kỳ đầu tiên" in soup_of(first(SCORED, report), report).get_text()


def test_the_notebook_is_shown_how_many_pages_there_are() -> None:
    cells = BeautifulSoup(show_pages(REPORT, PAGES).html, "html.parser").select("tbody td")
    assert sum(int(cell.get_text()) for cell in cells[::2]) == len(PAGES)


def test_levels_at_stake_lists_every_level_that_is_not_solid() -> None:
    level_margins = margins_of(REPORT)
    block = BeautifulSoup(levels_at_stake(REPORT).html, "html.parser")
    solid = int((level_margins["strength"] == SOLID).sum())
    told = block.select_one("p").get_text()
    assert (f"{solid}/{len(level_margins)} kết quả" if solid else f"Cả {len(level_margins)} kết quả") in told
    listed = [row for row in block.select("tbody tr") if row.select("td")]
    assert len(listed) == len(level_margins) - solid


def test_office_actions_names_the_best_and_lists_all() -> None:
    frame = tried(REPORT)
    block = BeautifulSoup(office_actions(REPORT).html, "html.parser")
    assert frame.iloc[0]["title"] in block.select_one("p").get_text()
    assert len([row for row in block.select("tbody tr") if row.select("td")]) == len(frame)


@pytest.mark.parametrize("fate", ["missing"])
def test_a_term_without_any_report_still_has_pages(fate: str) -> None:
    report = report_world.report(HK1, fate)
    assert {kind_of(report, s) for s in material_of(report).schools} == {SILENT}
    assert len(school_pages(report)) == len(report.term.schools)
    assert "Chưa có trường nào được tính điểm" in levels_at_stake(report).html
    assert office_actions(report).html


# One figure after another that a page, of the school itself or of its peers, may tell.
CHANGES: dict[str, Callable[[TermTables], TermTables]] = {
    "nothing": lambda tables: tables,
    **{
        f"the {kind} of {place} answers": partial(report_world.with_answers, kind=kind, place=place)
        for kind in ("count", "status", "yes_no")
        for place in (3, 400, 900, 1500)
    },
    "a finding that was explained": lambda tables: replace(
        tables, findings=tables.findings.assign(status=["explained", *tables.findings["status"][1:]])
    ),
    "a finding told in other words": lambda tables: replace(
        tables, findings=tables.findings.assign(message=["khác", *tables.findings["message"][1:]])
    ),
    "a report that came late": lambda tables: replace(
        tables,
        submissions=tables.submissions.assign(
            received_on=tables.submissions["received_on"] + pd.Timedelta(days=30)
        ),
    ),
    "points of one school": lambda tables: replace(
        tables, ledger=tables.ledger.assign(low=tables.ledger["low"].where(tables.ledger.index != 40, 0.0))
    ),
}


@pytest.fixture(scope="module")
def kept_pages() -> bytes:
    """The pages of the term as it is, as a run leaves them to the next one."""
    kept = Pieces()
    with pieces_in_use(kept):
        assert school_pages(REPORT) == PAGES
    return kept.content() or b""


@pytest.mark.parametrize("change", CHANGES)
def test_pages_found_after_one_change_are_those_made_anew(change: str, kept_pages: bytes) -> None:
    term = REPORT.term
    tables = CHANGES[change](term.tables)
    report = replace(REPORT, term=build_view(REPORT.reference, term.declared, tables))
    with pieces_in_use(Pieces(kept_pages)):
        found = school_pages(report)
    assert found == school_pages(report)
    if not change.startswith(("the count", "the yes_no")):  # of which pages tell some
        assert (found == PAGES) == (change == "nothing")


@pytest.mark.parametrize("other", ["day", "term before", "declarations"])
def test_no_page_is_found_of_another_day_or_other_declarations(other: str, kept_pages: bytes) -> None:
    report = {
        "day": replace(REPORT, as_of=REPORT.as_of + datetime.timedelta(days=1)),
        "term before": replace(REPORT, previous=None),
        "declarations": replace(REPORT, reference=replace(REPORT.reference, fingerprint="other")),
    }[other]
    made: list[str] = []
    with pieces_in_use(Pieces(kept_pages)), pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "school_page", lambda _, school_id: made.append(school_id) or "")
        school_pages(report)
    assert made == list(material_of(report).schools)


def test_one_changed_school_has_few_pages_made_anew(kept_pages: bytes) -> None:
    tables = CHANGES["a finding told in other words"](REPORT.term.tables)
    report = replace(REPORT, term=build_view(REPORT.reference, REPORT.term.declared, tables))
    made: list[str] = []
    with pieces_in_use(Pieces(kept_pages)), pytest.MonkeyPatch.context() as patch:
        patch.setattr(pages, "school_page", lambda _, school_id: made.append(school_id) or "")
        school_pages(report)
    assert made == [tables.findings["school_id"].iloc[0]]


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 1.0], [3.0, 1.0, 2.0], [1.0, 1.0, 2.0, 5.0, 5.0]])
def test_the_middle_of_the_others_is_that_of_their_values(values: list[float]) -> None:
    by_school = {str(number): value for number, value in enumerate(values)}
    spread = Spread(by_school, sorted(values))
    for school_id in [*by_school, "unknown"]:
        for least in (1, 2, 4):
            others = spread.of_others(school_id, least)
            wanted = statistics.median(others) if others else None
            assert spread.middle_of_others(school_id, least) == wanted
