"""One list of declarations as a Vietnamese Excel saves it: read where it can mean one thing only, told where not."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from termreview.cli import __main__ as cli
from termreview.errors import DeclarationError
from termreview.reference.declarations import load_reference
from termreview.reference.loading.list_encoding import is_syllable
from termreview.reference.loading.list_file import parse_list
from worlds import REFERENCE, append, change, copy_reference, cp1258

VERIFIED = "school_id,term_id,item_id,points,reason,verified_by,verified_on"
LISTS = sorted(path.relative_to(REFERENCE).as_posix() for path in REFERENCE.rglob("*.csv"))


def saved(text: str, separator: str, is_vietnamese: bool = True) -> str:
    """A list as Excel writes it again: other separators, days as 10/01/2024, 1,5 for 1.5, blank cells at the end."""
    stream = io.StringIO()
    lines = csv.writer(stream, delimiter=separator, lineterminator="\r\n")
    header, *rows = csv.reader(io.StringIO(text))
    numbers = {"points", "value", "low", "high", "minimum", "maximum", "order"}
    lines.writerow([*header, ""])
    for row in rows:
        cells = []
        for column, cell in zip(header, row, strict=True):
            if len(cell) == 10 and cell[4] + cell[7] == "--" and cell[:4].isdecimal():
                year, month, day = cell.split("-")
                cell = f"{day}/{month}/{year}"
            elif column in numbers and is_vietnamese:
                cell = cell.replace(".", ",")
            cells.append(cell)
        lines.writerow([*cells, ""])
    return stream.getvalue()


ENCODINGS: dict[str, Callable[[str], bytes]] = {
    "semicolons": lambda text: saved(text, ";").encode("utf-8-sig"),
    "Unicode text": lambda text: saved(text, "\t").encode("utf-16"),
    "code page 1258": lambda text: cp1258(saved(text, ";")),
}


@pytest.mark.parametrize("how", ["semicolons", "Unicode text"])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_saved_by_a_vietnamese_excel_is_read_as_it_was(name: str, how: str) -> None:
    text = (REFERENCE / name).read_text(encoding="utf-8")
    columns = text.partition("\n")[0].split(",")
    house = parse_list(text.encode(), columns)
    found = parse_list(ENCODINGS[how](text), columns)
    assert house.is_house
    assert house.notes == house.faults == ()
    assert found.faults == ()
    assert found.header == house.header
    assert [cells for _, cells in found.rows] == [cells for _, cells in house.rows]
    assert not found.is_house
    assert found.notes


@pytest.mark.parametrize("name", ["units.csv", "levels.csv", "office.csv", "tasks/cv407-2023.csv"])
def test_a_list_in_the_vietnamese_code_page_is_read_as_it_was(name: str) -> None:
    text = (REFERENCE / name).read_text(encoding="utf-8")
    columns = text.partition("\n")[0].split(",")
    found = parse_list(cp1258(saved(text, ";")), columns)
    assert found.faults == ()
    house = parse_list(text.encode(), columns)
    assert [cells for _, cells in found.rows] == [cells for _, cells in house.rows]
    assert "đọc theo bảng mã Windows-1258; nên lưu dạng “CSV UTF-8”" in [note.message for note in found.notes]


def test_all_lists_saved_so_load_as_the_same_declarations_with_a_note_each(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    for name in (
        "units.csv",
        "ratios.csv",
        "targets.csv",
        "checks/cv407-2023.csv",
        "office.csv",
        "messages.csv",
    ):
        text = (folder / name).read_text(encoding="utf-8")
        (folder / name).write_bytes(ENCODINGS["semicolons"](text))
    found, committed = load_reference(folder), load_reference(REFERENCE)
    assert found.registry == committed.registry
    assert found.targets == committed.targets
    assert found.checks == committed.checks
    assert found.calendar == committed.calendar
    told = {(note.file, note.message) for note in found.unlike}
    assert ("units.csv", "đọc với các cột cách nhau bằng dấu chấm phẩy") in told
    assert ("units.csv", "ngày ở cột 'valid_from' đọc theo thứ tự ngày/tháng/năm") in told


def test_verified_points_with_a_decimal_comma_and_vietnamese_days_count_as_written(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    row = "0477201;2023-2024-hk1;1.3.1;1,5;Đã xem sổ theo dõi;Tổ thẩm định;03/04/2024"
    (folder / "verified_points.csv").write_bytes(cp1258(f"{VERIFIED.replace(',', ';')}\r\n{row}\r\n"))
    point = load_reference(folder).verified[0]
    assert (point.points, point.reason, str(point.verified_on)) == (1.5, "Đã xem sổ theo dõi", "2024-04-03")


@pytest.mark.parametrize(
    ("days", "read"),
    [
        (["03/04/2024", "25/04/2024"], ["2024-04-03", "2024-04-25"]),
        (["03/04/2024", "04/25/2024"], ["2024-03-04", "2024-04-25"]),
        (["05/05/2024", "05/05/2024"], ["2024-05-05", "2024-05-05"]),
        (["2024/4/3", "2024-04-25"], ["2024-04-03", "2024-04-25"]),
        (["3/4/2024 0:00", "25/4/2024"], ["2024-04-03", "2024-04-25"]),
    ],
)
def test_day_and_month_are_told_apart_by_their_column(days: list[str], read: list[str]) -> None:
    found = parse_list("\n".join(["id,on", *(f"a,{day}" for day in days)]).encode())
    assert [cells[1] for _, cells in found.rows] == read
    assert found.faults == ()


@pytest.mark.parametrize(
    ("days", "lines", "words"),
    [
        (["03/04/2024", "05/06/2024"], [2, 3], "có thể là ngày/tháng hoặc tháng/ngày"),
        (["25/04/2024", "04/25/2024"], [2, 3], "có cả ngày/tháng và tháng/ngày"),
    ],
)
def test_days_that_can_mean_two_things_are_told_each_at_its_line(
    days: list[str], lines: list[int], words: str
) -> None:
    found = parse_list("\n".join(["id,on", *(f"a,{day}" for day in days)]).encode())
    assert [fault.line for fault in found.faults] == lines
    assert all(words in fault.message for fault in found.faults)


def test_an_ambiguous_day_is_one_mistake_and_not_two(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    line = append(
        folder / "verified_points.csv", "0477201,2023-2024-hk1,1.3.1,1,Đã xem,Tổ thẩm định,03/04/2024"
    )
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    assert [(problem.file, problem.line) for problem in raised.value.problems] == [
        ("verified_points.csv", line)
    ]
    assert "ngày/tháng hoặc tháng/ngày" in str(raised.value)


@pytest.mark.parametrize(
    ("cell", "separator", "read"),
    [("1,5", ";", "1.5"), ("1.234,5", ";", "1234.5"), ("0,125", ";", "0.125"), ("1,500", ";", "1.500"), ("2", ";", "2")],
)  # fmt: skip
def test_a_decimal_comma_is_read(cell: str, separator: str, read: str) -> None:
    found = parse_list(f"id{separator}points\na{separator}{cell}\n".encode())
    assert found.faults == ()
    assert float(found.rows[0][1][1]) == float(read)


@pytest.mark.parametrize(("cell", "separator"), [("1.500", ";"), ('"1,500"', ",")])
def test_a_number_that_may_be_a_thousand_is_told(cell: str, separator: str) -> None:
    found = parse_list(f"id{separator}points\na{separator}{cell}\n".encode())
    assert [fault.line for fault in found.faults] == [2]


def test_lost_letters_are_told_at_their_line(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    levels = folder / "levels.csv"
    levels.write_bytes(levels.read_text(encoding="utf-8").encode("cp1252", "replace"))
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    told = [problem for problem in raised.value.problems if problem.file == "levels.csv"]
    assert [problem.line for problem in told] == [2, 3, 4, 5]
    assert all("chữ có dấu ở dòng này đã mất khi lưu" in problem.message for problem in told)


def test_a_code_page_that_makes_vietnamese_twice_is_told_with_both_readings() -> None:
    found = parse_list("id,note\na,lý\n".encode("cp1252"))
    assert [fault.line for fault in found.faults] == [2]
    assert "'a,lư' hoặc 'a,lý'" in found.faults[0].message or "'a,lý' hoặc 'a,lư'" in found.faults[0].message
    plain = parse_list("id,note\na,Phòng GD\n".encode("cp1252"))
    assert plain.rows[0][1] == ("a", "Phòng GD")


@pytest.mark.parametrize(
    "word", ["Trường", "nghiêng", "quyết", "GDĐT", "Hoà", "Hòa", "giữa", "khuỷu", "ĐÔNG"]
)
def test_vietnamese_words_are_syllables(word: str) -> None:
    assert is_syllable(word)


@pytest.mark.parametrize("word", ["xă", "Trưông", "kiêìm", "TrýÌng", "hoăc", "mật̀"])
def test_what_a_wrong_code_page_makes_is_no_syllable(word: str) -> None:
    assert not is_syllable(word)


def test_a_pipe_or_a_link_among_the_declarations_is_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = copy_reference(tmp_path / "data")
    (tmp_path / "elsewhere.csv").write_text("a\n", encoding="utf-8")
    names = ("ratios.csv", "units.csv", "labels.yml", "messages.csv", "templates/bao-cao.docx")
    for name in names:
        (folder / name).unlink()
    os.mkfifo(folder / "ratios.csv")
    (folder / "units.csv").symlink_to(folder / "units.csv")
    (folder / "labels.yml").symlink_to("/dev/zero")
    (folder / "messages.csv").symlink_to(tmp_path / "elsewhere.csv")
    os.mkfifo(folder / "templates" / "bao-cao.docx")
    os.mkfifo(folder / "more.csv")
    assert cli.main(["--root", str(tmp_path), "check"]) == 3
    said = capsys.readouterr().err
    for name in (*names, "more.csv"):
        assert f"{name}:1" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    "name", ["../../x", "/tmp/x", "..", ".", "CON", "nul.a", "a/b", "a\\b", "a:b", "a b", ".a", "a.", "ａ"]
)
def test_an_id_that_is_no_name_is_a_mistake_wherever_it_names_a_file(name: str, tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    line = append(folder / "units.csv", f"{name},2023-09-01,,school,mn,Trường A,A,047701,")
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    assert [(problem.file, problem.line) for problem in raised.value.problems] == [("units.csv", line)]
    assert "không dùng làm mã được" in str(raised.value)


@pytest.mark.parametrize("key", ["form", "tasks", "indicator_set"])
def test_a_calendar_names_no_file_outside_the_folder(key: str, tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    usual = {"indicator_set": "qd-4725-2022"}.get(key, "cv407-2023")
    line = change(folder / "calendar.yml", f'{key}: "{usual}"', f'{key}: "../../../{usual}"')
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    assert ("calendar.yml", line) in [(problem.file, problem.line) for problem in raised.value.problems]


def test_units_that_stand_below_each_other_are_told_once(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    change(folder / "units.csv", "0400,2020-01-01,,province,,tỉnh Minh Họa,Minh Họa,,", "0400,2020-01-01,,province,,tỉnh Minh Họa,Minh Họa,0400,")  # fmt: skip
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    assert [problem.line for problem in raised.value.problems] == [2]
    assert "'0400' là cấp trên của chính mình" in str(raised.value)


@pytest.mark.parametrize("name", ["\u200b", "\u00a0\u2060", "\u3164", "\u2800\u2800", "\u202e"])
def test_a_name_that_nobody_sees_is_no_name(name: str, tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    line = append(folder / "units.csv", f'0477199,2023-09-01,2025-06-30,school,mn,"{name}",A,047701,')
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    assert [problem.line for problem in raised.value.problems] == [line]


def test_codes_that_would_be_one_file_are_told(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    rows = [
        f"{code},2023-09-01,2025-06-30,school,mn,Trường {number},A{number},047701,"
        for number, code in enumerate(("Mn-a", "MN-A"))
    ]
    line = append(folder / "units.csv", *rows)
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    assert [problem.line for problem in raised.value.problems] == [line + 1]
