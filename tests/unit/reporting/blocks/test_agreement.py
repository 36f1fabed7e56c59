"""One figure planted in one of the three files of a report: it is found, wherever it stands."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from office_world import Files, part_of, publish, rewritten, sizes_table, small_report

from agreement import MOST_TOLD, DisagreementError
from termreview.reporting.blocks.blocks import bullets, paragraph
from termreview.reporting.blocks.tables import table

PAGE, DOCUMENT, SHEET, TEXTS = "page", "word/document.xml", "xl/worksheets/sheet3.xml", "xl/sharedStrings.xml"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return small_report(tmp_path_factory.mktemp("made"))


@pytest.fixture
def copy(made: Files, tmp_path: Path) -> Files:
    """The three files in a folder of their own, to be changed there."""
    paths = {name: tmp_path / getattr(made, name).name for name in ("page", "document", "workbook")}
    for name, path in paths.items():
        shutil.copy(getattr(made, name), path)
    return replace(made, **paths)


def planted(files: Files, member: str, old: str, new: str) -> None:
    """Put one text in the place of another, once, in one of the files."""

    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    if member == PAGE:
        files.page.write_text(change(files.page.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        rewritten(files.document if member == DOCUMENT else files.workbook, member, change)


def test_the_files_of_one_report_agree(copy: Files) -> None:
    copy.agree()


@pytest.mark.parametrize(
    ("member", "old", "new", "told"),
    [
        (PAGE, ">1.200<", ">1.201<", "row “Mầm non – MN Một”, column “Học sinh”: the page says 1.201, Word 1.200"),
        (PAGE, ">1.200<", ">1.201<", "the page says 1.201, Excel 1.200"),
        (PAGE, "50/55", "51/55", "Word does not say what the page says: “51/55”"),
        (PAGE, "Một ghi chú.", "Hai ghi chú.", "“Hai ghi chú.”"),
        (PAGE, "Tiểu học 75,0\u00a0%.", "Tiểu học 57,0\u00a0%.", "the chart “Tỉ lệ theo cấp”: the page says"),
        (PAGE, "Một chú thích.", "Chú thích khác.", "“Chú thích khác.”"),
        (PAGE, "<span>Quy mô</span></caption>", "<span>Quy mô mới</span></caption>", "“Quy mô mới” is “Quy mô” in Word"),
        (PAGE, "<span>Quy mô</span></caption>", "<span>Quy mô mới</span></caption>", "is “Bảng 1. Quy mô” in Excel"),
        (DOCUMENT, ">1.200<", ">1.20<", "the page says 1.200, Word 1.20"),
        (DOCUMENT, ">1.545<", ">1.546<", "row “Toàn địa bàn”, column “Học sinh”: the page says 1.545, Word 1.546"),
        (DOCUMENT, "115/345", "115/354", "column “Phụ huynh kết nối”"),
        (DOCUMENT, ">55,5<", "><", "the page says 55,5, Word nothing"),
        (DOCUMENT, "588/919", "588/918", "“588/919”"),
        (DOCUMENT, 'descr="Tiểu học 75,0', 'descr="Tiểu học 76,0', "the chart “Tỉ lệ theo cấp”"),
        (DOCUMENT, 'w:tblCaption w:val="Quy mô"', 'w:tblCaption w:val="Quy"', "is “Quy mô ≠ Quy” in Word"),
        (DOCUMENT, ">Dòng cuối.<", ">Dòng đầu.<", "“Dòng cuối.”"),
        (SHEET, "<v>345</v>", "<v>346</v>", "the page says 345, Excel 346"),
        (SHEET, "<v>345</v>", "<v>346</v>", "the formula in row 9, column 3 of Excel does not give its figure"),
        (SHEET, "<v>1545.0</v>", "<v>1544.0</v>", "the page says 1.545, Excel 1.544"),
        (SHEET, "SUM(C6:C8)", "SUM(C6:C7)+1", "does not give its figure"),
        (SHEET, "<v>900</v>", "<v>901</v>", "Excel 901 | 1.200 | 75,0"),
        (SHEET, "<v>62</v>", "<v>63</v>", "the page says 62,0–72,0, Excel 63,0 | 72,0"),
        (SHEET, "<v>45301</v>", "<v>45302</v>", "the page says 10/01/2024, Excel 11/01/2024"),
        (TEXTS, "TH Hai", "TH Hãi", "column “Trường”: the page says TH Hai, Excel TH Hãi"),
        (TEXTS, ">Tiểu học<", ">THCS<", "the group is “Tiểu học” on the page, “THCS” in Excel"),
        (TEXTS, ">Học sinh<", ">Học viên<", "Excel has other columns than the page"),
    ],
)  # fmt: skip
def test_a_planted_difference_is_found(copy: Files, member: str, old: str, new: str, told: str) -> None:
    planted(copy, member, old, new)
    with pytest.raises(DisagreementError, match="the files of the report do not agree") as raised:
        copy.agree()
    assert told in str(raised.value).replace("\u00a0", " ") or told in str(raised.value)


def test_a_row_more_or_less_is_found(copy: Files) -> None:
    row = part_of(copy.document, DOCUMENT).rpartition("TH Hai")[0].rpartition("<w:tr>")
    ending = part_of(copy.document, DOCUMENT)[len(row[0]) :].partition("</w:tr>")
    planted(copy, DOCUMENT, ending[0] + ending[1], "")
    with pytest.raises(DisagreementError, match="has 4 rows and 5 columns on the page, 3 and 5 in Word"):
        copy.agree()


def test_a_table_that_stands_in_one_file_only_is_found(tmp_path: Path) -> None:
    one, two = (
        publish(tmp_path / "one", sizes_table()),
        publish(tmp_path / "two", sizes_table(), sizes_table()),
    )
    with pytest.raises(DisagreementError, match="table 2 “Quy mô” stands only in the page"):
        replace(two, document=one.document).agree()
    with pytest.raises(DisagreementError, match="table 2 “Quy mô” stands only in Word"):
        replace(one, document=two.document).agree()
    with pytest.raises(DisagreementError, match="the page has 2 tables, Excel 1 sheets of tables"):
        replace(two, workbook=one.workbook).agree()


def test_many_differences_are_counted_not_all_told(tmp_path: Path) -> None:
    lines = [f"Ý số {number}" for number in range(30)]
    one, two = publish(tmp_path / "one", bullets(lines)), publish(tmp_path / "two", bullets(lines[::-1][:5]))
    with pytest.raises(DisagreementError) as raised:
        replace(one, document=two.document).agree()
    assert str(raised.value).count("Word does not say") == MOST_TOLD
    assert str(raised.value).endswith("more")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
    "empty": lambda path: path.write_bytes(b""),
    "no archive": lambda path: path.write_bytes(b"hello" * 100),
    "gone": lambda path: path.unlink(),
}
TORN = {
    "workbook": ("xl/styles.xml", "xl/sharedStrings.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", SHEET),
    "document": (DOCUMENT,),
}  # fmt: skip


@pytest.mark.parametrize("how", DAMAGES)
@pytest.mark.parametrize("name", ["document", "workbook"])
def test_a_damaged_file_is_told_by_name(copy: Files, name: str, how: str) -> None:
    path = getattr(copy, name)
    DAMAGES[how](path)
    with pytest.raises(DisagreementError, match=f"{path.name} cannot be read back"):
        copy.agree()


@pytest.mark.parametrize(("name", "member"), [(name, member) for name in TORN for member in TORN[name]])
@pytest.mark.parametrize("left", ["<a/>", "<a", ""])
def test_a_damaged_part_is_told_by_the_name_of_its_file(
    copy: Files, name: str, member: str, left: str
) -> None:
    path = getattr(copy, name)
    rewritten(path, member, lambda _: left)
    with pytest.raises(DisagreementError, match=f"{path.name} cannot be read back|do not agree"):
        copy.agree()


@pytest.mark.parametrize(("old", "new"), [('s="', 's="9'), ('t="s"><v>', 't="s"><v>9'), ('r="C', 'r="')])
def test_cells_that_point_nowhere_are_told(copy: Files, old: str, new: str) -> None:
    rewritten(copy.workbook, SHEET, lambda text: text.replace(old, new))
    with pytest.raises(DisagreementError, match=f"{copy.workbook.name} cannot be read back|do not agree"):
        copy.agree()


@pytest.mark.parametrize(
    "text",
    [
        "x _x0041_ y",
        "_x005F_x0041_",
        "_x0041_x0042_",
        "_x0041\x0b",
        "<r><t>x</t></r>",
        "<r></b></r>",
        "a_xD83D_b",
        "a\x0bb\x1f",
        "a\ufffe\uffffb",
        "a\x85b\u2028c",
        "_x000D_",
    ],
)
def test_a_text_that_looks_like_an_escape_or_cannot_be_seen_is_the_same_in_all_files(
    text: str, tmp_path: Path
) -> None:
    frame = pd.DataFrame({"name": [text, "TH Ba"], "count": [3, 5]})
    block = table(frame, columns={"name": "Trường", "count": "Số"}, caption="Bảng")
    publish(tmp_path, block, paragraph(f"{text}.")).agree()
