"""One thing that declarations leave undone or contradict: told by `check` where it stands."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from termreview.errors import DeclarationError
from termreview.reference.declarations import load_reference
from worlds import REFERENCE, append, change, copy_reference

SCHOOL = "{code},2020-01-01,2025-06-30,school,th,Trường Tiểu học Trăng Non,TH Trăng Non,{parent},"


def told(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    return [(problem.file, problem.line, problem.message) for problem in raised.value.problems]


def test_figures_of_a_day_after_the_deadline_are_a_mistake(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    line = change(folder / "calendar.yml", 'data_as_of: "2023-12-31"', 'data_as_of: "2024-01-11"')
    assert told(folder) == [
        ("calendar.yml", line, "'data_as_of' (2024-01-11) sau 'due_on' (2024-01-10): ngày chốt số liệu phải trước hoặc đúng hạn nộp")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("tasks/cv407-2023.csv", "II.1.b,II.1,2,", "II.1.b,II.1,1,"),
        ("levels.csv", "Tiểu học,TH,2,", "Tiểu học,TH,1,"),
    ],
)
def test_two_of_one_order_are_a_mistake(name: str, old: str, new: str, tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    line = change(folder / name, old, new)
    assert [(file, number) for file, number, _ in told(folder)] == [(name, line)]


def test_a_term_without_an_office_is_a_mistake(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    change(folder / "office.csv", "2025-06-30,0477,", "2024-05-01,0477,")
    days = ("2024-05-25", "2024-06-30", "2024-10-30", "2025-01-10", "2025-01-31", "2025-05-25", "2025-06-30")
    assert sorted(words[:59] for _, _, words in told(folder)) == [
        f"không cơ quan nào ở office.csv còn hiệu lực ngày {day}"[:59] for day in days
    ]


def test_two_offices_on_one_day_are_a_mistake(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    change(folder / "office.csv", "2025-07-01,,047751", "2025-05-01,,047751")
    found = told(folder)  # the year's end and the statistics of the year's end are due on such a day
    assert [words.partition("hạn nộp của ")[2][:16] for _, _, words in found] == [
        "'2024-2025-hk2':",
        "'2024-2025-tkcn'",
    ]
    for file, _, words in found:
        assert file == "calendar.yml"
        assert "pgddt-phong-mau, vhxh-phuong-phong-mau" in words


def test_two_schools_of_one_name_below_one_unit_are_a_mistake(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    append(folder / "units.csv", SCHOOL.format(code="0477291", parent="047701"))
    line = append(folder / "units.csv", SCHOOL.format(code="0477292", parent="047701"))
    ((file, number, words),) = told(folder)
    assert (file, number) == ("units.csv", line)
    assert "'0477292' và '0477291' cùng cấp học" in words


def test_two_schools_of_one_name_below_two_units_are_a_note(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    append(folder / "units.csv", SCHOOL.format(code="0477291", parent="047701"))
    line = append(folder / "units.csv", SCHOOL.format(code="0477292", parent="047702"))
    (note,) = load_reference(folder).notes
    assert (note.file, note.line) == ("units.csv", line)
    assert "'0477292' và '0477291'" in note.message


NOTES: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "a question that nobody uses": (
        lambda folder: append(folder / "forms/cv407-2023/rows.csv", "II.3,3.99,drones_count,Số máy bay,count,máy,,,*,*,no,0,9,II.3,,,C"),
        "forms/cv407-2023/rows.csv",
        "chỉ tiêu 'drones_count' có hỏi nhưng không nhiệm vụ, tỉ lệ, phép kiểm tra hay bảng nào dùng",
    ),
    "a real office without its name in full": (
        lambda folder: change(folder / "office.csv", "PVHXH,yes", "PVHXH,no")
        and change(folder / "office.csv", ",Phòng Văn hóa - Xã hội phường Phong Mẫu", ","),
        "office.csv",
        "cơ quan 'vhxh-phuong-phong-mau' chưa có tên đầy đủ viết trong câu (cột full_name); báo cáo tạm dùng tên ngắn \"Phòng VHXH\". "
        "Ghi tên ấy, ví dụ Phòng Văn hóa - Xã hội phường …",
    ),
    "an index without advice": (
        lambda folder: (folder / "advice/qd-4725-2022.yml").unlink(),
        "indicator_sets/qd-4725-2022.yml",
        "bộ chỉ số chưa có advice/qd-4725-2022.yml nên báo cáo và phiếu phản hồi không nêu được công sức và việc nên làm",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTES)
def test_what_is_declared_in_vain_is_a_note(name: str, tmp_path: Path) -> None:
    plant, file, words = NOTES[name]
    folder = copy_reference(tmp_path)
    plant(folder)
    assert [(note.file, note.message) for note in load_reference(folder).notes] == [(file, words)]


def test_the_committed_declarations_leave_nothing_undone() -> None:
    assert load_reference(REFERENCE).notes == load_reference(REFERENCE).unlike == ()


SCHOOL_OF = "{code},2020-01-01,2025-06-30,school,th,{name},{short},{parent},{aliases}"


def school(**other: str) -> str:
    own = {"code": "0477291", "name": "Trường TH Trăng Non", "short": "TH Trăng Non", "parent": "047701"}
    return SCHOOL_OF.format(**(own | {"aliases": ""} | other))


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (school(parent="0477202"), "cấp trên '0477202' là một trường"),
        (school(parent="047706", short="TH An Lộc 1"), "'0477291' và '0477208' cùng tên ngắn 'TH An Lộc 1', cùng cấp trên"),
        (school(aliases="TH Trăng Mới;Trường TH An Lộc 1"), "tên khác 'Trường TH An Lộc 1' của '0477291' là tên đầy đủ của '0477208'"),
        (school(aliases="th an lộc 1"), "tên khác 'th an lộc 1' của '0477291' là tên ngắn của '0477208' (dòng "),
        (school(aliases="Trường THCS Phú Lâm"), "tên khác 'Trường THCS Phú Lâm' của '0477291' là tên đầy đủ của '0477306' (dòng "),
        (school(name='"Trường TH\nTrăng Non"'), "'name' có ký tự U+000A"),
        (school(name="Trường TH <b>Trăng Non</b>"), "'name' có ký tự U+003C"),
        (school(short="TH \u202eTrăng Non"), "'short_name' có ký tự U+202E"),
        (school(aliases="TH Trăng Mới;TH \u2066Trăng"), "'aliases' có ký tự U+2066"),
    ],
)  # fmt: skip
def test_a_school_that_reports_would_mistake_is_a_mistake(line: str, words: str, tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    append(folder / "units.csv", line)
    ((file, _, found),) = told(folder)
    assert file == "units.csv"
    assert found.startswith(words)


def test_an_alias_of_two_schools_is_a_mistake_with_both_lines(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    first = append(folder / "units.csv", school(aliases="TH Trăng Mới"))
    other = {"code": "0477292", "name": "Trường TH Sao Mai", "short": "TH Sao Mai", "aliases": "TH trăng mới"}
    second = append(folder / "units.csv", school(**other))
    ((file, line, words),) = told(folder)
    assert (file, line) == ("units.csv", second)
    assert words.startswith(f"tên khác 'TH trăng mới' của '0477292' là tên khác của '0477291' (dòng {first})")


def test_an_alias_of_schools_that_are_never_due_together_is_none(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    ended = school(aliases="TH Trăng Mới").replace("2025-06-30", "2023-06-30")
    append(folder / "units.csv", ended)
    other = {"code": "0477292", "name": "Trường TH Sao Mai", "short": "TH Sao Mai", "aliases": "TH Trăng Mới"}
    append(folder / "units.csv", school(**other))
    assert load_reference(folder).notes == ()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (school(short="TH An Lộc 1"), "'0477291' và '0477208' cùng tên ngắn 'TH An Lộc 1': báo cáo"),
        (school(code="477201"), "mã '477201' là mã '0477201' bỏ số 0 ở đầu"),
    ],
)
def test_a_school_that_people_would_mistake_is_a_note(line: str, words: str, tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    append(folder / "units.csv", line)
    (note,) = load_reference(folder).notes
    assert note.file == "units.csv"
    assert note.message.startswith(words)


def test_two_terms_of_a_year_with_one_title_are_a_mistake(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    line = change(folder / "calendar.yml", 'title: "học kỳ II"', 'title: "học kỳ I"')
    assert [(file, number, words[:37]) for file, number, words in told(folder)] == [
        ("calendar.yml", line, "'2023-2024-hk2' và '2023-2024-hk1' cù")
    ]


@pytest.mark.parametrize(
    ("old", "new", "term_id"),
    [
        ('report: "semester_review"', 'report: "year_end_summary"', "2023-2024-hk1"),
        ('report: "year_end_summary"', 'report: "semester_review"', "2023-2024-hk2"),
    ],
)
def test_a_report_that_does_not_fit_its_part_is_a_note(
    old: str, new: str, term_id: str, tmp_path: Path
) -> None:
    folder = copy_reference(tmp_path)
    line = change(folder / "calendar.yml", old, new)
    (note,) = load_reference(folder).notes
    assert (note.file, note.line) == ("calendar.yml", line)
    assert note.message.startswith(f"báo cáo của '{term_id}' ghi là '{new[9:-1]}', không hợp với kỳ này")


def test_a_school_year_that_starts_after_its_first_data_is_a_mistake(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    line = change(folder / "calendar.yml", 'starts_on: "2023-09-05"', 'starts_on: "2024-02-05"')
    found = told(folder)
    assert [term for _, _, words in found for term in ("tkdn", "hk1", "tkgn") if f"2023-2024-{term}" in words] == ["tkdn", "hk1", "tkgn"]  # fmt: skip
    assert {(file, number) for file, number, _ in found} == {("calendar.yml", line)}


def test_a_ratio_of_a_figure_to_itself_is_a_mistake(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    line = change(
        folder / "ratios.csv",
        "teachers_making_materials_count,teachers_count.total",
        "teachers_count.total,teachers_count.total",
    )
    assert [(file, number) for file, number, _ in told(folder)] == [("ratios.csv", line)]


def test_a_target_above_the_whole_is_a_mistake(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    old = "qd131_learner_records,pupils_identified,*,100"
    line = change(folder / "targets.csv", old, f"{old[:-3]}300")
    assert [(file, number) for file, number, _ in told(folder)] == [("targets.csv", line)]


def test_a_gap_between_two_periods_of_a_school_is_noted(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    line = change(folder / "units.csv", "0477102,2025-07-01,", "0477102,2025-08-01,")
    (noted,) = [note for note in load_reference(folder).notes if "0477102" in note.message]
    assert (noted.file, noted.line) == ("units.csv", line)
    assert "2025-07-31" in noted.message


def test_a_decision_on_a_school_that_is_gone_by_then_is_noted(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    append(
        folder / "decisions.csv",
        "d1,2023-2024-hk2,cell,0477222,elessons_count,,67,correct,68,x,Trưởng phòng,2024-01-12",
    )
    (noted,) = [note for note in load_reference(folder).notes if "0477222" in note.message]
    assert noted.file == "decisions.csv"
