"""Periodic statistics: a form a school level, the slips that offices name, one year's forms and the term's answers held together."""

from __future__ import annotations

import datetime
import sys
from collections.abc import Mapping
from pathlib import Path

import pandas as pd
import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "unit"))

from intake_world import PRIMARY as MODEL, answers_of, receive

from termreview.forms.form import FormOrder, Value, write_form
from termreview.reference.declarations import Reference, TermReference, load_reference
from termreview.reference.kinds.forms import Field
from termreview.reporting.report.context import open_report
from termreview.reporting.sections.work.compliance import held_together
from termreview.reporting.sections.work.statistics import statistics_tables
from termreview.run.runner import run_term
from termreview.storage.workspace import Workspace
from termreview.terms import Term
from worlds import ROOT, copy_reference

START, HK1, MIDDLE = (Term("2023-2024", part) for part in ("tkdn", "hk1", "tkgn"))
PRESCHOOL, PRIMARY, OTHER, LOWER, BOTH = "0477101", "0477201", "0477202", "0477301", "0477401"
# What a school answers: two classes and sixty pupils a grade, five of them girls, twenty teachers, two sites beside the main one.
SLIPS: Mapping[Term, Mapping[str, Mapping[str, Value]]] = {
    START: {
        PRIMARY: {"budget_th_million": 5_200_000_000},  # đồng
        OTHER: {"sites_th_count": 3},  # the main site among them
        LOWER: {"has_internet_thcs": None, "is_national_standard_2_thcs": "Có"},
        BOTH: {"pupils_thcs_count.total": 900},
    },
    MIDDLE: {
        PRIMARY: {"is_national_standard_1_th": "Không", "is_national_standard_2_th": "Có",
                  "pupils_th_count.g1": 100, "pupils_th_count.total": 340},
        OTHER: {"national_standard_th_number": None},
    },
}  # fmt: skip


def answer(field: Field, grades: int) -> Value:
    stem, _, column = field.field_id.partition(".")
    if field.kind in ("yes_no", "choice", "text"):
        own = {"yes_no": "Không" if stem.startswith("is_national_standard_2") else "Có", "choice": "Công lập"}
        return own.get(field.kind, "123/QĐ-SGDĐT")
    each = {"main": 1, "sites": 2, "places": 3, "teachers": 20, "budget": 5200}.get(stem.split("_")[0], 10)
    if column:
        each = (
            0
            if "combined" in stem
            else 2
            if stem.startswith("classes")
            else 60
            if stem.count("_") == 2
            else 5
        )
        return each * grades if column == "total" else each
    return each


def fill(
    workspace: Workspace, declared: TermReference, reference: Reference, days: Mapping[str, datetime.date]
) -> None:
    folder = workspace.raw(declared.term)
    folder.mkdir(parents=True)
    titles, parents = reference.registry.level_titles(), reference.registry.on(declared.plan.due_on)
    for school in declared.schools:
        if school.unit_id not in (PRESCHOOL, PRIMARY, OTHER, LOWER, BOTH):
            continue
        fields = declared.form.fields_for(school.level, declared.term.part)
        stems = [field.field_id.partition(".")[0] for field in fields]
        given = {
            field.field_id: answer(field, stems.count(field.field_id.partition(".")[0]) - 1)
            for field in fields
        }
        given |= SLIPS[declared.term].get(school.unit_id, {})
        order = FormOrder(declared, school, titles[school.level], parents[school.parent_id].name)
        write_form(folder / f"{school.unit_id}.xlsx", order, given)
    receive(folder, {path.name: days.get(path.stem, declared.plan.due_on) for path in folder.glob("*.xlsx")})


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = Workspace(tmp_path_factory.mktemp("statistics"))
    copy_reference(workspace.root / "data")
    (workspace.root / "notebooks").symlink_to(ROOT / "notebooks")
    reference = load_reference(workspace.reference)
    fill(workspace, reference.of(START), reference, {PRESCHOOL: datetime.date(2023, 9, 20)})
    run_term(workspace, reference, START, datetime.date(2023, 11, 5))
    semester(workspace, reference)
    fill(workspace, reference.of(MIDDLE), reference, {})
    run_term(workspace, reference, MIDDLE, datetime.date(2024, 2, 5))
    return workspace


def semester(workspace: Workspace, reference: Reference) -> None:
    """The term's own report of one school: five classes of twenty pupils, so not what its statistics say."""
    declared = reference.of(HK1)
    school = next(one for one in declared.schools if one.unit_id == OTHER)
    grades = {
        f"{stem}.g{grade}": each
        for stem, each in (("classes_count", 1), ("pupils_count", 20))
        for grade in range(1, 6)
    }
    told = {
        "classes_count.total": 5,
        "pupils_count.total": 100,
        "teachers_count.total": 20,
        "informatics_computers_working_count": 12,
    }
    folder = workspace.raw(HK1)
    folder.mkdir(parents=True)
    order = FormOrder(declared, school, "Tiểu học", "Phong Mẫu")
    write_form(folder / f"{OTHER}.xlsx", order, {**answers_of(MODEL), **grades, **told})
    receive(folder, {f"{OTHER}.xlsx": declared.plan.due_on})
    run_term(workspace, reference, HK1, datetime.date(2024, 1, 15))


def found(workspace: Workspace, term: Term) -> set[tuple[str, str, str | None, str | None]]:
    rows = pd.read_parquet(workspace.processed(term) / "findings.parquet")
    rows = rows[~rows["check_code"].isin(["not_submitted", "same_part_two_schools"])]
    columns = ["school_id", "check_code", "found", "expected"]
    return {
        tuple(None if pd.isna(cell) else cell for cell in row)
        for row in rows[columns].itertuples(index=False)
    }


def test_the_slips_that_offices_name_are_found_and_no_others(office: Workspace) -> None:
    assert found(office, START) == {
        (PRESCHOOL, "made_before_closing", "20/09/2023", "30/09/2023"),
        (PRIMARY, "budget_unit_th", "5.200.000.000", "≤ 200.000"),
        (OTHER, "sites_with_main_th", "3", "4"),
        (LOWER, "yes_no_blank", None, "Có hoặc Không"),
        (LOWER, "one_standard_thcs", "2", "1"),
        (BOTH, "pupils_sum_thcs", "900", "240"),
        (BOTH, "class_size_thcs", "112,5", "5–50"),
    }


def test_forms_of_one_year_and_the_answers_of_the_term_are_held_together(office: Workspace) -> None:
    assert found(office, MIDDLE) == {
        (PRIMARY, "standard_1_kept_th", "0", "1"), (PRIMARY, "standard_2_kept_th", "1", "0"),
        (PRIMARY, "pupils_of_year_th", "340", "300"),
        (OTHER, "standard_1_decision_th", None, None), (OTHER, "pupils_as_hk1_th", "300", "100"),
        (OTHER, "classes_as_hk1_th", "10", "5"), (OTHER, "computers_as_hk1_th", "10", "12"),
        (LOWER, "standard_2_kept_thcs", "0", "1"), (BOTH, "pupils_of_year_thcs", "240", "900"),
    }  # fmt: skip


def test_a_combined_school_reports_once_per_level(office: Workspace) -> None:
    reference = load_reference(office.reference)
    declared = reference.of(START)
    by_level = {
        level: {field.section_id[:2] for field in declared.form.fields_for(level, START.part)}
        for level in ("mn", "th", "thcs", "th_thcs")
    }
    assert by_level == {"mn": {"MN"}, "th": {"TH"}, "thcs": {"TH"}, "th_thcs": {"TH"}}
    sheets = {
        field.field_id.split("_")[1]
        for field in declared.form.fields_for("th_thcs", START.part)
        if field.field_id.startswith("ownership")
    }
    assert sheets == {"th", "thcs"}


def test_official_sheets_hold_only_what_is_publicly_known(office: Workspace) -> None:
    report = open_report(START.term_id, workspace_root=str(office.root))
    tables = statistics_tables(report).tables
    [official] = [frame for name, frame in tables.items() if "02.ĐN-TH" in name]
    assert not [
        name for name in tables if "01.ĐN-MN" in name or "03.ĐN-THCS" in name
    ]  # nothing of them is public
    told = official.set_index("Chỉ tiêu")
    # By hand: two primary schools and a combined one; two sites each, three at one; two classes a grade.
    assert told.loc["Tổng số trường", ["Tổng số", "Công lập"]].tolist() == [3, 3]
    assert told.loc["Số điểm trường", "Tổng số"] == 7
    assert told.loc["Đạt chuẩn quốc gia mức độ 1", "Tổng số"] == 3
    assert [name for name in told.index if "Số học sinh" in name] == []  # marked C
    assert (
        "Chưa lập theo mẫu của Bộ đối với 01.ĐN-MN và 03.ĐN-THCS" in statistics_tables(report)._repr_html_()
    )


def test_the_report_says_who_was_on_time_and_who_must_mend(office: Workspace) -> None:
    [page] = office.reports(START).glob("bao-cao-thong-ke-2023-2024-tkdn.html")
    text = page.read_text(encoding="utf-8")
    assert "Kết quả thực hiện chế độ báo cáo thống kê đầu năm học 2023-2024" in text
    assert "05 trường nộp đúng hạn" in text
    assert "Còn lỗi phải sửa: 4/5 báo cáo" in text
    assert "IV. Phương hướng, nhiệm vụ thời gian tới" in text
    assert "học kỳ II" not in text.partition("Phụ lục")[0]
    assert [
        title in text for title in ("II. Kết quả thực hiện", "Phụ lục 2. Văn bản viện dẫn", "Sổ văn bản")
    ] == [True, True, False]
    # The first of each kind of schools and the second primary one report; 55 were to.
    assert "Đúng hạn: 5/55 trường (9,1%)." in text
    assert "Đủ các chỉ tiêu bắt buộc: 4/5 báo cáo đã tiếp nhận (80,0%)." in text  # one left the Internet open
    assert "Phải trả lại để sửa: 4/5 báo cáo đã tiếp nhận (80,0%)." in text


def test_the_report_says_how_the_figures_hold_together(office: Workspace) -> None:
    told = {}
    for term in (START, MIDDLE):
        report = open_report(term.term_id, workspace_root=str(office.root))
        [table] = held_together(report).tables.values()
        shares = zip(table["Thống nhất – tử số"], table["Thống nhất – mẫu số"], strict=True)
        told[term] = dict(zip(table["Nội dung đối chiếu"], shares, strict=True))
    # By hand, from the slips: sites, a sum of pupils and both standards; at the start of the year nothing came before.
    assert told[START] == {"Trong từng biểu": (2, 5)}
    # Then two primary, a lower secondary and a combined school differ from the start; one school has a report of the term.
    assert told[MIDDLE] == {
        "Trong từng biểu": (5, 5), "Với kỳ thống kê trước của năm học": (2, 5), "Với báo cáo học kỳ": (0, 1),
        "Với số liệu tính điểm chuyển đổi số": (0, 1),
    }  # fmt: skip


def test_a_figure_in_another_unit_drowns_no_sum(office: Workspace) -> None:
    report = open_report(START.term_id, workspace_root=str(office.root))
    sums = report.summaries.statistics.set_index(["field_id", "scope"])
    # Two of three schools with a primary sheet wrote 5 200 triệu đồng, the third đồng.
    assert sums.loc[("budget_th_million", "all"), ["value", "counted_count"]].tolist() == [10400, 2]
