"""One report's tables as a workbook: one table a sheet, live totals, text that stays text, the same bytes again."""

from __future__ import annotations

import datetime
import re
import zipfile
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from office_world import TITLE, Files, publish, small_report
from test_document import PAYLOADS, hostile

from termreview.reporting.blocks.model import PERCENT, plain_text
from termreview.reporting.blocks.tables import NO_ROWS, table
from termreview.reporting.blocks.values import Composed, Interval, Number, Parts, Sentence, Share
from termreview.reporting.excel.annex import export_xlsx
from termreview.reporting.excel.cells import Piece, cell_pieces
from termreview.reporting.excel.layout import set_pages

HEAD = 5


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return small_report(tmp_path_factory.mktemp("made"))


def rows_of(path: Path, sheet: str, values: bool = True) -> list[list[object]]:
    """The rows of one sheet from the heads of its table on, up to the first empty one."""
    found = []
    for row in openpyxl.load_workbook(path, data_only=values)[sheet].iter_rows(
        min_row=HEAD, values_only=True
    ):
        if all(value is None for value in row):
            break
        found.append(list(row))
    return found


def test_it_has_a_cover_notes_and_one_sheet_a_table(made: Files) -> None:
    book = openpyxl.load_workbook(made.workbook)
    assert book.sheetnames == ["Bìa", "Ghi chú", "Bảng 1", "Bảng 2"]
    cover = [value for row in book["Bìa"].iter_rows(values_only=True) for value in row if value is not None]
    for text in (
        "Phụ lục số liệu",
        TITLE,
        "Kỳ báo cáo",
        "Học kỳ I, năm học 2023-2024",
        "Bản nội bộ",
        "49/55",
    ):
        assert text in cover
    assert any("minh họa" in str(value) for value in cover)
    assert cover[-8:] == ["Bảng 1", "Quy mô", "1. Quy mô", 3, "Bảng 2", "Trường thiếu", "Phụ lục", 0]
    links = [cell.hyperlink.location for row in book["Bìa"].iter_rows() for cell in row if cell.hyperlink]
    assert links == ["'Bảng 1'!A1", "'Bảng 2'!A1"]
    notes = [str(value) for row in book["Ghi chú"].iter_rows(values_only=True) for value in row if value]
    assert "Mỗi tỉ lệ ghi kèm tử số, mẫu số." in notes


def test_the_table_of_the_schools_is_a_sheet_of_its_own(made: Files, tmp_path: Path) -> None:
    schools = pd.DataFrame(
        {
            "Mã trường": ["0001", "0002"],
            "Trường": ["=1+1", "Bình"],
            "Số máy": [3.0, None],
            "Tỉ lệ (%)": [93.25, 0.0],
            "Ngày": [pd.Timestamp("2024-01-05"), pd.NaT],
        }
    )
    export_xlsx(made.notebook, tmp_path / "a.xlsx", title=TITLE, schools=schools)
    export_xlsx(made.notebook, tmp_path / "b.xlsx", title=TITLE, schools=schools)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    name = book.sheetnames[-1]
    assert rows_of(tmp_path / "a.xlsx", name) == [
        list(schools.columns),
        ["0001", "=1+1", 3, 93.25, datetime.datetime(2024, 1, 5)],
        ["0002", "Bình", None, 0, None],
    ]
    sheet = book[name]
    assert sheet["B6"].data_type == "s", "what a school wrote is no formula"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("C6", "A5:E7")
    cover = [value for row in book["Bìa"].iter_rows(values_only=True) for value in row if value is not None]
    assert name in cover
    assert cover[-1] == 2


def test_cells_hold_numbers_and_days_not_their_pictures(made: Files) -> None:
    heads, *rows = rows_of(made.workbook, "Bảng 1")
    assert heads == [
        "Nhóm", "Trường", "Học sinh", "Phụ huynh kết nối – tử số", "Phụ huynh kết nối – mẫu số",
        "Phụ huynh kết nối – %", "Điểm – thấp nhất", "Điểm – cao nhất", "Ngày",
    ]  # fmt: skip
    assert rows[0] == [
        "Mầm non", "MN Một", 1200, 900, 1200, 0.75, 62, 72, datetime.datetime(2024, 1, 10),
    ]  # fmt: skip
    assert rows[1][6:] == [55.5, 55.5, "—"]  # a figure that is no interval stands as both its ends
    assert rows[2][2:4] == ["—", "—"]  # missing is never zero


def test_totals_and_shares_are_formulas_that_give_what_was_published(made: Files) -> None:
    formulas = rows_of(made.workbook, "Bảng 1", values=False)
    assert formulas[4][2] == "=SUM(C6:C8)"
    assert [row[5] for row in formulas[1:3]] == ["=D6/E6", "=D7/E7"]
    values = rows_of(made.workbook, "Bảng 1")
    assert values[4][2] == 1545
    assert values[2][5] == pytest.approx(115 / 345)


def _wrong_share(part: int, whole: int, percent: float) -> Composed:
    return Composed(Parts(part, whole), " (", Number(percent, "percent1", PERCENT), ")")


def test_a_total_that_its_rows_do_not_give_stays_a_value(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {"name": ["A", "B"], "count": [3, 4], "share": [_wrong_share(3, 9, 34), Share(4, 8)]}
    )
    files = publish(
        tmp_path,
        table(
            frame, columns={"name": "Trường", "count": "Số", "share": "Tỉ lệ"}, caption="Lệch", formats={"count": "integer"},
            align={"share": "right"}, total_row={"name": "Cộng", "count": 9},
        ),
    )  # fmt: skip
    formulas = rows_of(files.workbook, "Bảng 1", values=False)
    assert formulas[3][1] == 9
    assert [row[4] for row in formulas[1:3]] == [0.34, "=C7/D7"]
    files.agree()


def test_an_empty_table_says_so(made: Files) -> None:
    assert rows_of(made.workbook, "Bảng 2")[1][0] == NO_ROWS


def test_heads_are_frozen_and_printed_on_every_page(made: Files) -> None:
    sheet = openpyxl.load_workbook(made.workbook)["Bảng 1"]
    assert sheet.freeze_panes == "C6"
    assert sheet.print_title_rows == "$5:$5"
    assert sheet.auto_filter.ref == "A5:I8"
    assert sheet.page_setup.paperSize == 9


class Printed:
    """What one sheet was told of its printing."""

    def __init__(self, widths: list[float], height: float) -> None:
        self.is_across, self.pages = False, None
        set_pages(self, widths, height)

    def set_landscape(self) -> None:
        self.is_across = True

    def fit_to_pages(self, wide: int, high: int) -> None:
        self.pages = (wide, high)


@pytest.mark.parametrize(
    ("width", "height", "is_across", "pages"),
    [
        (80, 700, False, (1, 0)),
        (80, 740, False, (1, 1)),  # a note alone on a second page is drawn back
        (80, 1100, False, (1, 0)),
        (130, 400, True, (1, 0)),
        (200, 760, True, (1, 1)),
        (200, 2000, True, (1, 0)),
    ],
)
def test_a_sheet_is_printed_as_wide_as_the_page_without_a_page_for_a_line(
    width: int, height: int, is_across: bool, pages: tuple[int, int] | None
) -> None:
    printed = Printed([width / 10] * 10, height)
    assert (printed.is_across, printed.pages) == (is_across, pages)


def test_hostile_text_comes_out_as_text(tmp_path: Path) -> None:
    files = hostile(tmp_path)
    book = openpyxl.load_workbook(files.workbook)
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), (sheet.title, cell.coordinate, cell.value)
                if isinstance(cell.value, str) and cell.value[:1] in "=+-@\t":
                    assert cell.quotePrefix or cell.data_type == "s"
                assert cell.hyperlink is None or cell.hyperlink.target is None
    shown = rows_of(files.workbook, "Bảng 1")
    assert [row[1] for row in shown[1 : 1 + len(PAYLOADS) - 3]] == list(PAYLOADS[:-3])
    guarded = [row[1] for row in book["Bảng 1"].iter_rows(min_row=6, max_row=10)]
    assert all(cell.style and cell.quotePrefix for cell in guarded), (
        "editing would make a formula of the text"
    )
    with zipfile.ZipFile(files.workbook) as package:
        names = package.namelist()
        sheets = "".join(
            package.read(name).decode() for name in names if name.startswith("xl/worksheets/sheet")
        )
        links = "".join(package.read(name).decode() for name in names if name.endswith(".rels"))
    assert "<f>" not in sheets
    assert 'TargetMode="External"' not in links
    assert not any("externalLink" in name or "vbaProject" in name for name in names)
    files.agree()


def test_it_names_no_author_and_no_hour(made: Files) -> None:
    with zipfile.ZipFile(made.workbook) as package:
        core = package.read("docProps/core.xml").decode("utf-8")
    assert re.findall(r">(\d{4}-[^<]*)<", core) == ["2000-01-01T00:00:00Z"] * 2
    assert re.findall(r"<(?:dc:creator|cp:lastModifiedBy)>([^<]*)<", core) in ([], ["", ""])


def test_the_same_report_gives_the_same_bytes(made: Files, tmp_path: Path) -> None:
    again = tmp_path / "again.xlsx"
    export_xlsx(made.notebook, again, title=TITLE)
    assert again.read_bytes() == made.workbook.read_bytes()


@pytest.mark.parametrize(
    ("shown", "value", "pieces"),
    [
        ("27/29 (93,1%)", Share(27, 29), {"numerator": 27, "denominator": 29, "percent": 27 / 29}),
        ("0/0 (—)", Share(0, 0), {"numerator": 0, "denominator": 0}),
        ("1.234/5.678", Parts(1234, 5678), {"numerator": 1234, "denominator": 5678}),
        (
            "93,1% (27/29)",
            Composed(Number(93.1, "percent1"), " (", Parts(27, 29), ")"),
            {"value": 0.931, "numerator": 27, "denominator": 29},
        ),
        ("62,0–72,0", Interval(62, 72), {"low": 62, "high": 72}),
        ("62,0", Interval(62, 62.04), {"value": 62}),
        ("62,0–72,0 (mức 2)", Interval(62, 72, level="mức 2"), {"low": 62, "high": 72, "level": "mức 2"}),
        ("62,0 (mức 2)", Interval(62, 62, level="mức 2"), {"low": 62, "high": 62, "level": "mức 2"}),
        ("59,5–67,6%", Interval(0.595, 0.676, "share1"), {"low": 0.595, "high": 0.676}),
        (
            "12 (40,0%)",
            Composed(Number(12), " (", Number(40, "percent1", PERCENT), ")"),
            {"value": 12, "percent": 0.4},
        ),
        ("−6", Number(-6), {"value": -6}),
        ("≥\u00a0100,0%", Number(100, "percent1", before="≥\u00a0"), {"value": 1}),
        ("5.724,9", Number(5724.9, "decimal1"), {"value": 5724.9}),
        ("1.301.500.000\u00a0đ", Number(1301500000, "vnd"), {"value": 1301500000}),
        ("12 học liệu", Number(12, after=" học liệu"), {"value": 12}),
        ("10/01/2024", Number("2024-01-10", "date"), {"value": datetime.date(2024, 1, 10)}),
        ("—", Number(None), {"value": "—"}),
        ("(0)", "(0)", {"value": "(0)"}),
        ("12/KH-01", "12/KH-01", {"value": "12/KH-01"}),
        ("Có 5 lớp", Sentence("", ["Có ", Number(5), " lớp"]), {"value": "Có 5 lớp"}),
        ("3 và 4", Composed(Number(3), " và ", Number(4)), {"value": "3 và 4"}),
        ("", "", {}),
    ],
)
def test_a_cell_of_figures_is_told_apart_into_its_numbers(
    shown: str, value: object, pieces: dict[str, object]
) -> None:
    block = table(pd.DataFrame({"value": [value]}), columns={"value": "Số"}, caption="Bảng")
    (cell,) = block.parts[0]["rows"][0]["cells"]
    assert plain_text(cell) == shown
    found = cell_pieces(cell)
    assert {role: piece.value for role, piece in found.items()} == pytest.approx(pieces)
    assert all(piece.shown(piece.number) in shown for piece in found.values() if piece.number is not None and not piece.is_share)  # fmt: skip


@pytest.mark.parametrize(
    ("number", "decimals", "is_share", "shown"),
    [
        (1234567, 0, False, "1.234.567"),
        (0.9305, 1, True, "93,1%"),
        (0.93045, 1, True, "93,0%"),
        (-0.05, 1, False, "−0,1"),
        (2.675, 2, False, "2,68"),
        (0.1 + 0.2, 1, False, "0,3"),
    ],
)
def test_a_number_is_shown_as_the_page_writes_it(
    number: float, decimals: int, is_share: bool, shown: str
) -> None:
    written = "share1" if is_share else {0: "integer", 1: "decimal1", 2: "ratio"}[decimals]
    assert Piece(number, written).shown(number) == shown


def test_without_the_plain_rows_its_notes_send_to_the_list_beside(made: Files, tmp_path: Path) -> None:
    """Of many schools the list alone has them; no sheet is named that is not there."""
    told = {}
    for name, flat in (("with", pd.DataFrame({"code": ["1"]})), ("without", None)):
        export_xlsx(made.notebook, tmp_path / f"{name}.xlsx", title=TITLE, flat=flat)
        book = openpyxl.load_workbook(tmp_path / f"{name}.xlsx", read_only=True)
        notes = " ".join(str(row[0]) for row in book["Ghi chú"].iter_rows(values_only=True))
        told[name] = ("DU_LIEU" in book.sheetnames, "DU_LIEU" in notes, "tệp CSV kèm theo" in notes)
    assert told == {"with": (True, True, True), "without": (False, False, True)}
