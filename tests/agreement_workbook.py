"""One annex workbook read back as a reader sees it: every cell as its format shows it, every formula worked out."""

from __future__ import annotations

import datetime
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from termreview.reporting.excel.cells import Piece

S: Final = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_NUMBER: Final = re.compile(r'(?:\[\$-42A\])?("[^"]*")?#,##0(?:\.(0+))?(?:("[^"]*")?(%))?("[^"]*")?')
_SUM: Final = re.compile(r"SUM\(([A-Z]+)(\d+):([A-Z]+)(\d+)\)")
_RATIO: Final = re.compile(r"(?:(\d+)\*)?([A-Z]+\d+)/([A-Z]+\d+)")
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")  # a sign as a part of a workbook stores it
_DAY_ZERO: Final = datetime.date(1899, 12, 30)


@dataclass
class ReadSheet:
    """One sheet: what each cell shows by row and column, the numbers behind, what its formulas do not give."""

    shown: dict[tuple[int, int], str] = field(default_factory=dict)
    numbers: dict[tuple[int, int], float] = field(default_factory=dict)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)

    def row(self, number: int) -> list[str]:
        """The cells of one row, up to its last."""
        last = max((column for row, column in self.shown if row == number), default=-1)
        return [self.shown.get((number, column), "") for column in range(last + 1)]


def read_workbook(path: Path) -> dict[str, ReadSheet]:
    """Read every sheet of one workbook, by name in their order."""
    with zipfile.ZipFile(path) as package:
        book = ElementTree.fromstring(package.read("xl/workbook.xml"))
        relations = ElementTree.fromstring(package.read("xl/_rels/workbook.xml.rels"))
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        texts = _texts(ElementTree.fromstring(package.read("xl/sharedStrings.xml")))
        formats = _formats(ElementTree.fromstring(package.read("xl/styles.xml")))
        return {
            sheet.get("name", ""): _sheet(package.read(f"xl/{targets[sheet.get(_R)]}"), texts, formats)
            for sheet in book.iter(f"{S}sheet")
        }


def wrong_formulas(sheet: ReadSheet) -> list[tuple[int, int]]:
    """The cells whose formula does not give the number that is stored in them, worked out here once more."""
    wrong = []
    for place, formula in sheet.formulas.items():
        value = _worked_out(formula, sheet)
        stored = sheet.numbers.get(place)
        if value is None or stored is None or abs(value - stored) > 1e-9 * max(abs(value), 1.0):
            wrong.append(place)
    return wrong


def _worked_out(formula: str, sheet: ReadSheet) -> float | None:
    added = _SUM.fullmatch(formula)
    if added:
        left, top, right, bottom = added.groups()
        rows, columns = range(int(top) - 1, int(bottom)), range(_column(left), _column(right) + 1)
        return sum(sheet.numbers.get((row, column), 0.0) for row in rows for column in columns)
    divided = _RATIO.fullmatch(formula)
    if divided:
        above, below = (sheet.numbers.get(_place(name)) for name in divided.groups()[1:])
        return int(divided[1] or 1) * above / below if above is not None and below else None
    return None


def _texts(root: ElementTree.Element) -> list[str]:
    stored = ("".join(text.text or "" for text in item.iter(f"{S}t")) for item in root.iter(f"{S}si"))
    return [_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text) for text in stored]


def _formats(root: ElementTree.Element) -> list[str]:
    """The number format of each style of cells; built-in ones are "General" to us."""
    own = {entry.get("numFmtId"): entry.get("formatCode", "") for entry in root.iter(f"{S}numFmt")}
    own |= {"3": "#,##0", "49": "@", "0": "General"}
    styles = root.find(f"{S}cellXfs")
    return [] if styles is None else [own.get(style.get("numFmtId"), "General") for style in styles]


def _sheet(content: bytes, texts: list[str], formats: list[str]) -> ReadSheet:
    sheet = ReadSheet()
    for cell in ElementTree.fromstring(content).iter(f"{S}c"):
        place = _place(cell.get("r", "A1"))
        value, formula = cell.find(f"{S}v"), cell.find(f"{S}f")
        if value is None or value.text is None:
            continue
        if cell.get("t") == "s":
            sheet.shown[place] = texts[int(value.text)]
            continue
        number = float(value.text)
        sheet.numbers[place] = number
        sheet.shown[place] = shown_as(number, formats[int(cell.get("s", "0"))])
        if formula is not None:
            sheet.formulas[place] = formula.text or ""
    return sheet


def shown_as(number: float, format_code: str) -> str:
    """One number as one number format shows it."""
    if "yy" in format_code:
        day = _DAY_ZERO + datetime.timedelta(days=int(number))
        return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"
    found = _NUMBER.fullmatch(format_code)
    if found is None:
        return f"{number:.15g}"
    before, decimals, _, share, after = found.groups()
    form = "share1" if share else {0: "integer", 1: "decimal1", 2: "ratio"}[len(decimals or "")]
    return Piece(number, form, (before or "").strip('"'), (after or "").strip('"')).shown(number)


def _place(name: str) -> tuple[int, int]:
    letters = name.rstrip("0123456789")
    return int(name[len(letters) :]) - 1, _column(letters)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
