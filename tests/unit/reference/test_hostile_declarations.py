"""One declaration file that other programs or accidents made: told in Vietnamese at its line, or read as it was meant."""

from __future__ import annotations

from pathlib import Path

import pytest

from termreview.cli import __main__ as cli
from termreview.errors import DeclarationError
from termreview.reference.declarations import load_reference
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree
from worlds import REFERENCE, change, copy_reference

# What stands in a tree, the line that is told, and words of what is said.
TREES = {
    "brackets without end": ("a: " + "[" * 200_000, 1, "lồng nhau"),
    "lists within lists": ("a:\n  " + "- " * 50_000, 2, "lồng nhau"),
    "names that grow without end": (
        "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9 if n else ['x'] * 9)}]\n" for n in range(9)),
        6,
        "neo (&)",
    ),
    "merged entries": ("a: 1\nb:\n  <<: {x: 1}\n", 3, "thẻ hoặc khóa đặc biệt"),
    "a tag": ("a: !!python/object:os.system x\n", 1, "thẻ hoặc khóa đặc biệt"),
    "a day that is none": ("a: 1\nb: 2024-13-45\n", 2, "'2024-13-45' không đọc được"),
    "a number without end": ("a: " + "9" * 5000, 1, "không đọc được như một giá trị"),
    "a tab": ("a: 1\n\tb: 2\n", 2, "Tab"),
    "a colon in a value": ("a: b: c\n", 1, "dấu hai chấm"),
    "no colon": ("a: 1\nabc\n", 3, "thiếu dấu hai chấm"),
    "an open quote": ('a: "x\nb: y\n', 3, "dấu nháy mở ra"),
    "an open bracket": ("a: [x, y\nb: 1\n", 2, "ngoặc vuông"),
    "an open brace": ("a: {x: 1\nb: 2\n", 2, "ngoặc nhọn"),
    "a backslash": ('a: "C:\\data"\n', 1, "dấu \\ trong nháy kép"),
    "a key twice": ("a: 1\na: 2\n", 2, "có hai lần"),
    "crooked lines": ("a:\n  b: 1\n c: 2\n", 3, "thụt đầu dòng"),
    "what nobody foresaw": ("%YAML 9\n---\na: 1\n", 1, "(nguyên văn: "),
    "a zero byte": ("a: 1\nb: \0\n", 2, "byte 0"),
}


@pytest.mark.parametrize("name", TREES)
def test_a_tree_that_cannot_be_read_is_told_at_its_line(name: str, tmp_path: Path) -> None:
    text, line, words = TREES[name]
    (tmp_path / "x.yml").write_text(text, encoding="utf-8")
    source = Source(tmp_path)
    assert read_tree(source, "x.yml") is None
    fault = source.fault()
    assert fault is not None
    assert [(found.file, found.line) for found in fault.problems] == [("x.yml", line)]
    assert words in fault.problems[0].message


def told(folder: Path) -> list[str]:
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    return str(raised.value).split("\n")[1:]


@pytest.mark.parametrize("name", ["calendar.yml", "units.csv", "sentences.yml"])
def test_other_line_ends_and_a_mark_of_the_encoding_are_read(name: str, tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    path = folder / name
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert load_reference(folder).calendar == load_reference(REFERENCE).calendar


def test_what_other_programs_save_is_named(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    levels = folder / "levels.csv"
    text = levels.read_text(encoding="utf-8")
    levels.write_text(text.replace(",", ";", 3), encoding="utf-8")
    assert told(folder)[0].startswith(
        "  levels.csv:1: các cột cách nhau bằng dấu chấm phẩy, phải là dấu phẩy"
    )
    levels.write_text(text, encoding="utf-8")
    with levels.open("ab") as stream:
        stream.truncate(30_000_000)
    assert told(folder) == [
        "  levels.csv:1: tệp quá lớn so với một tệp khai báo (hơn 20 MB); kiểm tra có chép nhầm tệp không"
    ]
    levels.unlink()
    levels.mkdir()
    assert told(folder) == ["  levels.csv:1: không đọc được tệp: ở chỗ của tệp có một thư mục cùng tên"]


def test_a_misspelt_key_is_one_mistake_and_read_as_it_was_meant(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    line = change(folder / "calendar.yml", '        due_on: "2024-01-10"', '        due_onn: "10/01/2024"')
    assert told(folder) == [
        f"  calendar.yml:{line}: 'due_on' không phải ngày dạng 2024-01-10: '10/01/2024'",
        f"  calendar.yml:{line}: không có khóa 'due_onn' và thiếu khóa 'due_on'; có phải 'due_on' không?",
    ]


def test_lost_zeros_are_told_where_they_were_lost(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    line = change(folder / "units.csv", "\n047701,", "\n47701,") + 1
    lines = told(folder)
    assert lines[0].startswith(f"  units.csv:{line}: các mã đã mất số 0 ở đầu (trong ngoặc là mã mà dòng khác hoặc tệp khác ghi): 47701 (047701); Excel")  # fmt: skip
    assert len(lines) == 2
    assert "chỉ là hệ quả" in lines[1]
    change(folder / "units.csv", "\n47701,", "\n047701,")
    change(folder / "office.csv", ",0477,", ",477,")
    assert [line[:60] for line in told(folder)] == [
        "  office.csv:2: mã '477' đã mất số 0 ở đầu: units.csv ghi '0477'"[:60]
    ]


def test_zeros_lost_in_a_whole_file_are_one_line(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    events = folder / "unit_events.csv"
    events.write_text(events.read_text(encoding="utf-8").replace(",0477", ",477").replace(";0477", ";477"), encoding="utf-8")  # fmt: skip
    lines = told(folder)
    assert len(lines) == 1
    assert lines[0].startswith("  unit_events.csv:2: ")
    assert (
        "mã đã mất số 0 ở đầu (trong ngoặc là mã mà units.csv ghi): 477222 (0477222); 477310 (0477310)"
        in lines[0]
    )


def test_a_folder_without_declarations_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["--root", str(tmp_path / "none"), "check"]) == 2
    assert (
        capsys.readouterr().err
        == f"termreview: không có thư mục {tmp_path / 'none'}: kiểm tra lại đường dẫn sau --root\n"
    )
    assert cli.main(["--root", str(tmp_path), "check"]) == 2
    said = capsys.readouterr().err
    assert said.startswith(
        f"termreview: {tmp_path} không phải thư mục làm việc: ở đó không có data/reference"
    )
    assert said.count("\n") == 1
