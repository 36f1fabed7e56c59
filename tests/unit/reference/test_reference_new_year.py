"""A new school year, form, indicator set and task are declarations only: loaded, sent out, read back and scored."""

from __future__ import annotations

import datetime

import pandas as pd
import pytest
import yaml

from termreview.forms.dispatch import form_order
from termreview.forms.form import Value, write_form
from termreview.forms.layout import form_layout
from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.received.received import list_received
from termreview.reference.declarations import Reference, load_reference
from termreview.scoring.score import Scored, score_term
from termreview.terms import parse_term
from worlds import append, change, copy_reference

TERM = parse_term("2025-2026-hk1")
STRONG, OPEN, DENIED = "0477101", "0477102", "0477103"

CALENDAR = """
  - id: "2025-2026"
    starts_on: "2025-09-05"
    terms:
      - id: "2025-2026-hk1"
        part: "hk1"
        title: "học kỳ I"
        report: "semester_review"
        previous: "2024-2025-hk2"
        due_on: "2026-01-10"
        data_as_of: "2025-12-31"
        form: "mn-2025"
        tasks: "mn-2025"
        indicator_set: "mn-2025"
        legal: "cv-mn-2025"
        mark: "C"
"""

FORM = """
id: "mn-2025"
title: "Báo cáo chuyển đổi số giáo dục mầm non"
version: "1"
legal: "cv-mn-2025"
sheets:
  - {id: "info", title: "Thông tin", levels: ["*"]}
  - {id: "tasks", title: "Nhiệm vụ", intro: "Chọn mức độ.", levels: ["*"]}
  - {id: "index", title: "Chỉ số mầm non", intro: "Tự chấm.", levels: ["mn"]}
sections:
  - {id: "V.1", sheet: "tasks", task: "V.1", title: "V.1. Bữa ăn học đường", columns: [{id: "value", label: "Số liệu"}]}
  - id: "QC"
    sheet: "index"
    task: "V.1"
    title: "Điều kiện"
    columns: [{id: "number", label: "Số văn bản", kind: "text"}, {id: "on", label: "Ngày", kind: "date"}]
  - id: "QA"
    sheet: "index"
    title: "Nhóm A"
    indicator_group: "A"
    columns: &own
      - {id: "in_use", label: "Đã triển khai", kind: "yes_no"}
      - {id: "self", label: "Tự chấm", kind: "points"}
      - {id: "evidence", label: "Minh chứng", kind: "text"}
  - {id: "QB", sheet: "index", title: "Nhóm B", indicator_group: "B", columns: *own}
"""

ROWS = """section_id,row_code,field_id,label,kind,unit,options,columns,levels,terms,is_required,minimum,maximum,task_id,prefill,help,mark
V.1,V1.01,meals_status,Tình trạng theo dõi bữa ăn bằng phần mềm,status,,status,,*,*,yes,,,V.1,,,C
V.1,V1.02,children_count,Số trẻ,count,trẻ,,,*,*,yes,0,900,V.1,,,C
V.1,V1.03,meals_tracked_count,Số trẻ được theo dõi bữa ăn,count,trẻ,,,*,*,yes,0,900,V.1,,,C
V.1,V1.04,apps_count,Số phần mềm,count,phần mềm,,,*,*,no,0,50,V.1,,,C
QC,QC.01,plan,Kế hoạch,text,,,,mn,*,no,,,V.1,,,C
"""

INDICATOR_SET = """
id: "mn-2025"
title: "Bộ chỉ số thử cho trường mầm non"
short_title: "Bộ chỉ số mầm non"
legal: "cv-mn-2025"
mark: "C"
field_prefix: "mn"
levels: ["mn"]
level_bands:
  - {level: 1, label: "bắt đầu", from: 0}
  - {level: 2, label: "đang phát triển", from: 20}
  - {level: 3, label: "thành thạo", from: 30}
  - {level: 4, label: "dẫn đầu", above: 36}
overall: {rule: "lowest", mark: "C"}
failed_condition: {rule: "lowest_level", mark: "C"}
groups:
  - id: "A"
    title: "Chăm sóc"
    max_points: 40
    criteria:
      - {id: "A0", title: "Kế hoạch", mark: "C", condition: {requires: ["plan.number", "plan.on"]}}
      - id: "A1"
        title: "Bữa ăn"
        max_points: 40
        mark: "C"
        items:
          - id: "A1.1"
            title: "Tỉ lệ trẻ được theo dõi bữa ăn"
            max_points: 25
            mark: "C"
            rule:
              kind: "ratio_bands"
              numerator: "meals_tracked_count"
              denominator: "children_count"
              bands: [{from: 0, points: 0}, {above: 0, points: 10}, {from: 50, points: [15, 18]}, {from: 90, points: 25}]
          - {id: "A1.2", title: "Thực đơn trên mạng", max_points: 15, mark: "C", rule: {kind: "claim"}}
  - id: "B"
    title: "Quản lý"
    max_points: 40
    unallocated: {points: 4, reason: "chưa rõ", mark: "C"}
    criteria:
      - id: "B1"
        title: "Phần mềm"
        max_points: 36
        mark: "C"
        items:
          - {id: "B1.1", title: "Có trang thông tin", max_points: 16, mark: "C", rule: {kind: "yes_no"}}
          - id: "B1.2"
            title: "Số phần mềm"
            max_points: 20
            mark: "C"
            rule: {kind: "count_bands", count: "apps_count", bands: [{from: 0, points: 0}, {from: 2, points: 12}, {above: 5, points: 20}]}
"""

ANSWERS: dict[str, dict[str, Value]] = {
    STRONG: {
        "meals_status": "done", "children_count": 200, "meals_tracked_count": 180, "apps_count": 6,
        "plan.number": "05/KH-MN", "plan.on": datetime.date(2025, 9, 30), "mn_A1_2.in_use": "yes", "mn_A1_2.self": 15,
        "mn_A1_2.evidence": "trang của trường", "mn_B1_1.in_use": "yes",
    },
    OPEN: {
        "meals_status": "under_way", "children_count": 160, "meals_tracked_count": 80, "apps_count": 2,
        "plan.number": "07/KH-MN", "plan.on": datetime.date(2025, 10, 2), "mn_A1_2.in_use": "yes", "mn_A1_2.self": 12,
        "mn_B1_1.in_use": "no",
    },
    DENIED: {
        "meals_status": "not_started", "children_count": 150, "meals_tracked_count": 160, "apps_count": 3,
        "plan.number": "không", "mn_A1_2.in_use": "no", "mn_B1_1.in_use": "yes", "mn_B1_1.self": 10,
    },
}  # fmt: skip


LABELS = {
    "score_groups": ("A", "B"), "score_groups_short": ("A", "B"), "score_levels": ("4",), "score_levels_short": ("4",),
}  # fmt: skip


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The committed declarations and, beside them, one more year as an office would add it: no code."""
    folder = copy_reference(tmp_path_factory.mktemp("new_year"))
    append(folder / "calendar.yml", CALENDAR.strip("\n"))
    append(folder / "legal_documents.csv", "cv-mn-2025,1/SGDĐT,Hướng dẫn mầm non,Sở,2025-09-20,,C,,")
    (folder / "indicator_sets/mn-2025.yml").write_text(INDICATOR_SET, encoding="utf-8")
    for section, names in LABELS.items():
        words = "".join(f'  "{name}": "{name}"\n' for name in names)
        change(folder / "labels.yml", f"\n{section}:\n", f"\n{section}:\n{words}")
    committed = yaml.safe_load((folder / "forms/cv407-2023/form.yml").read_text(encoding="utf-8"))
    kept = {name: committed[name] for name in ("options", "instructions", "words")}
    (folder / "forms/mn-2025").mkdir()
    text = FORM + yaml.safe_dump(kept, allow_unicode=True)
    (folder / "forms/mn-2025/form.yml").write_text(text, encoding="utf-8")
    (folder / "forms/mn-2025/rows.csv").write_text(ROWS, encoding="utf-8")
    header = (folder / "tasks/cv407-2023.csv").read_text(encoding="utf-8").splitlines()[0]
    task = "V.1,V,1,Theo dõi bữa ăn học đường,Bữa ăn,3,mn,meals_status,meals_tracked;children_count,,công văn 1,C"
    (folder / "tasks/mn-2025.csv").write_text(f"{header}\n{task}\n", encoding="utf-8")
    append(
        folder / "ratios.csv",
        "meals_tracked,Tỉ lệ trẻ được theo dõi,Bữa ăn,meals_tracked_count,children_count,percent,higher,mn,V.1,3,C",
    )
    header = (folder / "checks/cv407-2023.csv").read_text(encoding="utf-8").splitlines()[0]
    check = "meals_at_most_children,at_most,error,meals_tracked_count,children_count,,,*,*,Không quá số trẻ,{label}: {found} > {expected}.,Sửa lại.,A"
    (folder / "checks/mn-2025.csv").write_text(f"{header}\n{check}\n", encoding="utf-8")
    # Only three schools are expected that year: the others close the day before.
    for level, last in (("1", 18), ("2", 22), ("3", 10), ("4", 6)):
        for number in range(1, last + 1):
            code = f"0477{level}{number:02}"
            if code not in ANSWERS and f"\n{code},2025-07-01,," in (folder / "units.csv").read_text(
                encoding="utf-8"
            ):
                change(folder / "units.csv", f"\n{code},2025-07-01,,", f"\n{code},2025-07-01,2026-01-09,")
    return load_reference(folder)


@pytest.fixture(scope="module")
def cleaned(declared: Reference, tmp_path_factory: pytest.TempPathFactory) -> Cleaned:
    """Three workbooks written, filled and read back."""
    folder = tmp_path_factory.mktemp("received")
    term = declared.of(TERM)
    for school in term.schools:
        write_form(
            folder / f"{school.unit_id}.xlsx", form_order(declared, term, school), ANSWERS[school.unit_id]
        )
    return clean_term(list_received(folder, datetime.date(2026, 1, 8)), declared, TERM)


@pytest.fixture(scope="module")
def scored(declared: Reference, cleaned: Cleaned) -> Scored:
    return score_term(cleaned.observations, declared.of(TERM))


def line(table: pd.DataFrame, school_id: str, name: str) -> pd.Series:
    column = "item_id" if "item_id" in table else "group_id"
    return table[(table["school_id"] == school_id) & (table[column] == name)].iloc[0]


def test_the_new_year_stands_beside_the_old_ones(declared: Reference, reference: Reference) -> None:
    term = declared.of(TERM)
    assert [school.unit_id for school in term.schools] == sorted(ANSWERS)
    assert [task.task_id for task in term.tasks] == ["V.1"]
    assert term.office.short_name == "Phòng VHXH"
    assert declared.of(parse_term("2023-2024-hk1")) == reference.of(parse_term("2023-2024-hk1"))


def test_the_form_asks_the_new_task_and_the_new_set_only(declared: Reference) -> None:
    layout = form_layout(declared.of(TERM).form, "mn", "hk1")
    assert [sheet.plan.title for sheet in layout.sheets] == ["Thông tin", "Nhiệm vụ", "Chỉ số mầm non"]
    assert list(layout.places)[:4] == ["meals_status", "children_count", "meals_tracked_count", "apps_count"]
    assert list(layout.places)[-2:] == ["mn_B1_2.self", "mn_B1_2.evidence"]


def test_the_workbooks_come_home_whole(cleaned: Cleaned) -> None:
    assert set(cleaned.submissions["fate"]) == {"accepted"}
    assert set(cleaned.submissions["found_by"]) == {"address"}
    statuses = cleaned.observations[cleaned.observations["field_id"] == "meals_status"]
    assert statuses["value_text"].tolist() == ["done", "under_way", "not_started"]


def test_the_new_check_speaks(cleaned: Cleaned) -> None:
    failed = cleaned.findings[cleaned.findings["check_code"] == "meals_at_most_children"]
    assert failed[["school_id", "found", "expected"]].to_numpy().tolist() == [[DENIED, "160", "150"]]


@pytest.mark.parametrize(
    ("school_id", "item_id", "low", "high", "reason"),
    [
        (STRONG, "A1.1", 25, 25, "computed_only"), (STRONG, "A1.2", 15, 15, "claimed"),
        (STRONG, "B1.1", 16, 16, "computed_only"), (STRONG, "B1.2", 20, 20, "computed_only"),
        (STRONG, "B.unallocated", 0, 4, "unallocated"), (OPEN, "A1.1", 15, 18, "computed_only"),
        (OPEN, "A1.2", 0, 12, "no_evidence"), (OPEN, "B1.1", 0, 0, "computed_only"),
        (OPEN, "B1.2", 12, 12, "computed_only"), (DENIED, "A1.2", 0, 0, "not_in_use"),
        (DENIED, "B1.1", 10, 16, "disputed"),
    ],
)  # fmt: skip
def test_items_are_scored_by_the_new_rules(
    scored: Scored, school_id: str, item_id: str, low: float, high: float, reason: str
) -> None:
    found = line(scored.ledger, school_id, item_id)
    assert (found["low"], found["high"], found["reason"]) == (low, high, reason)


@pytest.mark.parametrize(
    ("school_id", "group_id", "low", "high", "level", "conditions"),
    [
        (STRONG, "A", 40, 40, 4, "met"), (STRONG, "B", 36, 40, None, "none"), (STRONG, "overall", 76, 80, None, "met"),
        (OPEN, "A", 15, 30, None, "met"), (OPEN, "B", 12, 16, 1, "none"), (OPEN, "overall", 27, 46, 1, "met"),
        (DENIED, "A", 25, 25, 1, "failed"), (DENIED, "B", 22, 32, None, "none"), (DENIED, "overall", 47, 57, 1, "failed"),
    ],
)  # fmt: skip
def test_groups_are_concluded_by_the_new_bands(
    scored: Scored, school_id: str, group_id: str, low: float, high: float, level: int | None, conditions: str
) -> None:
    found = line(scored.scores, school_id, group_id)
    assert (found["low"], found["high"], found["conditions"]) == (low, high, conditions)
    assert (None if pd.isna(found["level"]) else found["level"]) == level
