"""One way of answering that makes work: faults that schools put into cells, sheets and whole files.

The names are used in `sample/deliveries`; what intake should make of each is in its docstring. Those of cells change the
answers, the others the finished bytes: workbooks are changed in their XML parts and packed again with a fixed date, so
that the same file comes out at every run.
"""

from __future__ import annotations

import datetime
import html
import io
import re
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Mapping

from termreview.cells import address
from termreview.forms.layout import FIRST_ANSWER_COLUMN, FormLayout
from termreview.sample.schools.schools import Answer

Answers = dict[str, Answer]
_OPTION_IDS = {"yes", "no"}
_GRADE = re.compile(r"pupils_count\.[ag]\d")
_PACKED_ON = (1980, 1, 1, 0, 0, 0)
_PLACED = re.compile(r'\b(?P<name>r|ref|sqref)="(?P<cells>[^"]*)"')
_CELL = re.compile(r"\b(?P<column>[A-Z]{0,3})(?P<row>\d+)\b")


def pupils_total_wrong(answers: Answers) -> None:
    """The total of pupils was not corrected after one class list changed: `sum_equals` fails."""
    answers["pupils_count.total"] = _number(answers, "pupils_count.total") + 6


def girls_exceed(answers: Answers) -> None:
    """More girls than pupils in the last grade: `at_most` fails, the sums still hold."""
    grade = max(name for name in answers if _GRADE.fullmatch(name)).rsplit(".", 1)[1]
    girls, wrong = f"pupils_girls_count.{grade}", _number(answers, f"pupils_count.{grade}") + 3
    total = _number(answers, "pupils_girls_count.total") + wrong - _number(answers, girls)
    answers[girls], answers["pupils_girls_count.total"] = wrong, total


def materials_total_wrong(answers: Answers) -> None:
    """The total of materials is that of an earlier count: `sum_equals` fails."""
    answers["materials_approved_count"] = _number(answers, "materials_approved_count") - 9


def percent_as_share(answers: Answers) -> None:
    """A percentage as a fraction: 0,9464 for 94,64."""
    answers["results_updated_pct"] = round(_number(answers, "results_updated_pct") / 100, 4)


def percent_with_sign(answers: Answers) -> None:
    """A percentage typed with its sign and a decimal comma: "94,64%"."""
    answers["results_updated_pct"] = f"{_number(answers, 'results_updated_pct'):g}%".replace(".", ",")


def percent_with_comma(answers: Answers) -> None:
    """A percentage as text with a decimal comma: "94,64"."""
    answers["results_updated_pct"] = f"{_number(answers, 'results_updated_pct'):.2f}".replace(".", ",")


def grouped_numbers(answers: Answers) -> None:
    """Numbers as text with dots: "125.400.000", "1.445", and own points with a comma, "5,5"."""
    for name in ("fees_due_vnd", "fees_cashless_vnd", "library_titles_count"):
        if name in answers:
            answers[name] = f"{_number(answers, name):,}".replace(",", ".")
    own = next((name for name in answers if name.endswith("_2_3_1.self")), None)
    if own is not None:
        answers[own] = "5,5"


def yes_no_spellings(answers: Answers) -> None:
    """Yes and no as people type them: "có", "x", "X", "Có ", "ko", "chưa"."""
    spellings = {"yes": ("có", "x", "Có ", "X", "đã có"), "no": ("ko", "chưa", "KHÔNG")}
    typed = [
        name for name, value in answers.items() if value in _OPTION_IDS and name.startswith(("has_", "is_"))
    ]
    for place, name in enumerate(typed):
        said = spellings[str(answers[name])]
        answers[name] = said[place % len(said)]


def decomposed_text(answers: Answers) -> None:
    """Text typed on a machine that decomposes accents, with the tone of the old spelling (Hoà)."""
    for name, value in answers.items():
        if isinstance(value, str) and " " in value:
            answers[name] = unicodedata.normalize("NFD", value.replace("òa", "oà").replace("óa", "oá"))


def dates_as_text(answers: Answers) -> None:
    """Dates typed in words, with dots, without leading zeros."""
    ways = ("ngày {0.day} tháng {0.month} năm {0.year}", "{0.day}/{0.month}/{0.year}", "{0:%d.%m.%Y}")
    dated = [name for name, value in answers.items() if isinstance(value, datetime.date)]
    for place, name in enumerate(dated):
        answers[name] = ways[place % len(ways)].format(answers[name])


def words_for_numbers(answers: Answers) -> None:
    """Words where a number is asked: "khoảng 120" cannot be read, "không có" and "-" mean nothing to report."""
    answers["support_requests_received_count"] = "khoảng 50"
    answers["support_requests_solved_count"] = "gần hết"
    answers["security_incidents_count"] = "không có"
    answers["pupils_dropout_count"] = "-"


def services_blank(answers: Answers) -> None:
    """Section II.3 left blank."""
    start = ("services_", "enrolments_", "fees_", "pupils_paying_", "is_fee_")
    for name in [name for name in answers if name.startswith(start)]:
        del answers[name]


def second_group_blank(answers: Answers) -> None:
    """The own points of group 2 left blank but for two items: the score stays open."""
    blank = re.compile(r"\w+_2_(3|4)_[2-8]\.(in_use|self|evidence)")
    for name in [name for name in answers if blank.fullmatch(name)]:
        del answers[name]


def fees_in_thousands(answers: Answers) -> None:
    """Money in thousands of đồng: the plausible range per pupil is left."""
    for name in ("fees_due_vnd", "fees_cashless_vnd"):
        answers[name] = _number(answers, name) // 1000


def points_above_maximum(answers: Answers) -> None:
    """Own points above what the item is worth."""
    own = next(name for name in answers if name.endswith("_2_3_2.self"))
    answers[own] = 10


def budget_in_dong(answers: Answers) -> None:
    """The budget of a statistics form in đồng: above any plausible number of triệu đồng."""
    for name in _named(answers, r"budget_\w+_million"):
        answers[name] = _number(answers, name) * 1_000_000


def main_site_counted(answers: Answers) -> None:
    """The main site counted as a điểm trường: sites and main site are more than all places."""
    name = _named(answers, r"sites_\w+_count")[0]
    answers[name] = _number(answers, name) + 1


def both_standards(answers: Answers) -> None:
    """Both levels of the national standard at once."""
    for name in _named(answers, r"is_national_standard_\d_\w+"):
        answers[name] = "yes"


def standard_without_decision(answers: Answers) -> None:
    """National standard level 1 without the decision that grants it."""
    for name in _named(answers, r"is_national_standard_\d_\w+"):
        answers[name] = "yes" if "_1_" in name else "no"
    for name in _named(answers, r"national_standard_\w+_number"):
        del answers[name]


def standard_raised(answers: Answers) -> None:
    """The other level of the national standard than at the start of the year: `agrees_with` fails for both."""
    for name in _named(answers, r"is_national_standard_\d_\w+"):
        answers[name] = "no" if answers[name] == "yes" else "yes"


def utilities_skipped(answers: Answers) -> None:
    """Electricity, clean water and Internet left blank."""
    for name in _named(answers, r"has_(electricity|clean_water|internet)_\w+"):
        del answers[name]


def level_left_out(answers: Answers) -> None:
    """A TH&THCS school fills in the sheet of one level only."""
    for name in _named(answers, r"\w*_thcs(_\w+|\.\w+|)(\.\w+)?"):
        del answers[name]


def pupils_of_other_year(answers: Answers) -> None:
    """Pupils of another year: a fifth more than at the start of the year and in the report of the semester."""
    grade = max(_named(answers, r"pupils_(mn|th|thcs)_count\.[ag]\d"))
    total = f"{grade.rsplit('.', 1)[0]}.total"
    more = round(_number(answers, total) / 5)
    answers[grade], answers[total] = _number(answers, grade) + more, _number(answers, total) + more


def results_exceed(answers: Answers) -> None:
    """More results at the end of the year than pupils."""
    name = _named(answers, r"year_result_\w+_good_count")[0]
    answers[name] = _number(answers, name) + 40


def _named(answers: Answers, pattern: str) -> list[str]:
    return [name for name in answers if re.fullmatch(pattern, name)]


def _number(answers: Answers, name: str) -> float:
    value = answers[name]
    assert isinstance(value, int | float)
    return value


_CHANGES = (
    pupils_total_wrong, girls_exceed, materials_total_wrong, percent_as_share, percent_with_sign,
    percent_with_comma, grouped_numbers, yes_no_spellings, decomposed_text, dates_as_text, words_for_numbers,
    services_blank, second_group_blank, fees_in_thousands, points_above_maximum, budget_in_dong, main_site_counted,
    both_standards, standard_without_decision, standard_raised, utilities_skipped, level_left_out, pupils_of_other_year,
    results_exceed,
)  # fmt: skip
ANSWER_FAULTS: Mapping[str, Callable[[Answers], None]] = {change.__name__: change for change in _CHANGES}


def row_inserted(content: bytes, layout: FormLayout) -> bytes:
    """A row inserted above section II.2.a, with a line of the school's own: all codes below shift."""
    title, place = layout.places["database_status"]
    first = place.row - 2
    note = f'<c r="B{first}" t="inlineStr"><is><t>Số liệu dưới đây tính cả điểm trường lẻ</t></is></c>'

    def insert(sheet: str) -> str:
        mark = f'<row r="{first + 1}"'
        return _below(sheet, first).replace(mark, f'<row r="{first}">{note}</row>{mark}', 1)

    parts = _unpacked(_with_sheet(content, title, insert))
    linked = re.compile(rf"(?<='{title}'!)[A-Z]+\d+")
    for name in [name for name in parts if name.startswith("xl/worksheets/sheet")]:
        text = linked.sub(lambda match: _moved(match[0], first), parts[name].decode())
        parts[name] = text.encode()
    return _packed(parts)


def sheet_renamed(content: bytes, layout: FormLayout) -> bytes:
    """The first sheet of answers renamed."""
    title = next(sheet.plan.title for sheet in layout.sheets if sheet.blocks)
    parts = _unpacked(content)
    for name, data in parts.items():
        if name.endswith(".xml"):
            text = data.decode().replace(f'name="{title}"', 'name="Sheet1 (2)"')
            parts[name] = text.replace(f"'{title}'!", "'Sheet1 (2)'!").encode()
    return _packed(parts)


def error_cell(content: bytes, layout: FormLayout) -> bytes:
    """A division by an empty cell where the number of identified pupils is asked: `#DIV/0!`."""
    return _with_cell(content, layout, "pupils_identified_count", "<f>D10/Z10</f><v>#DIV/0!</v>", ' t="e"')


def formula_without_value(content: bytes, layout: FormLayout) -> bytes:
    """A sum by an unusual function, from a program that stores no results, where the total of pupils is asked."""
    _, total = layout.places["pupils_count.total"]
    last = max(place.column for _, place in layout.places.values() if place.row == total.row)
    cells = f"{address(total.row, FIRST_ANSWER_COLUMN + 1)}:{address(total.row, last)}"
    return _with_cell(content, layout, "pupils_count.total", f"<f>SUMPRODUCT({cells})</f>", "")


def truncated(content: bytes, layout: FormLayout) -> bytes:
    """An upload that broke off."""
    return content[: len(content) * 3 // 5]


def html_as_xls(content: bytes, layout: FormLayout) -> bytes:
    """A web page exported under the name of a workbook."""
    rows = "".join(
        f"<tr><td>{html.escape(row.row_code)}</td><td>{html.escape(row.label)}</td><td></td></tr>"
        for sheet in layout.sheets
        for block in sheet.blocks
        for row, _ in block.rows
    )
    page = f"<html><head><meta charset='utf-8'></head><body><table border='1'>{rows}</table></body></html>"
    return page.encode()


def password_set(content: bytes, layout: FormLayout) -> bytes:
    """A workbook locked with a password: the outer shell that office programs write, its inside unreadable."""
    sector = 512
    names = (("Root Entry", 5, 0xFFFFFFFE), ("EncryptionInfo", 2, 1), ("EncryptedPackage", 2, 2))
    directory = b""
    for name, kind, start in names:
        text = name.encode("utf-16-le")
        child = 1 if kind == 5 else 0xFFFFFFFF
        sibling = 2 if name == "EncryptionInfo" else 0xFFFFFFFF
        size = 0 if kind == 5 else sector
        directory += text.ljust(64, b"\0") + struct.pack(
            "<HBBIII", len(text) + 2, kind, 1, 0xFFFFFFFF, sibling, child
        )
        directory += bytes(36) + struct.pack("<IQ", start, size)
    header = (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    header += struct.pack("<IIIIIIIII", 0, 1, 0, 0, 0, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 3)
    header += b"\xff" * (sector - len(header))
    table = struct.pack("<IIII", 0xFFFFFFFE, 0xFFFFFFFE, 0xFFFFFFFE, 0xFFFFFFFD).ljust(sector, b"\xff")
    noise = bytes((place * 89 + 41) % 251 for place in range(sector * 2))
    return header + directory.ljust(sector, b"\0") + noise + table


def _with_sheet(content: bytes, title: str, change: Callable[[str], str]) -> bytes:
    parts = _unpacked(content)
    titles = re.findall(r'<sheet name="([^"]+)"', parts["xl/workbook.xml"].decode())
    name = f"xl/worksheets/sheet{titles.index(html.escape(title)) + 1}.xml"
    parts[name] = change(parts[name].decode()).encode()
    return _packed(parts)


def _with_cell(content: bytes, layout: FormLayout, field_id: str, inside: str, attributes: str) -> bytes:
    title, place = layout.places[field_id]
    cell = re.compile(rf'<c r="{address(place.row, place.column)}"( s="\d+")?[^>]*?(/>|>.*?</c>)')

    def change(sheet: str) -> str:
        changed, count = cell.subn(
            lambda match: (
                f'<c r="{address(place.row, place.column)}"{match[1] or ""}{attributes}>{inside}</c>'
            ),
            sheet,
        )
        assert count == 1, f"{field_id} is not on the sheet"
        return changed

    return _with_sheet(content, title, change)


def _moved(cells: str, first: int) -> str:
    """Cell addresses with every row from one on moved down by one."""
    return _CELL.sub(
        lambda match: f"{match['column']}{int(match['row']) + (int(match['row']) >= first)}", cells
    )


def _below(sheet: str, first: int) -> str:
    """The XML of one sheet with every row from one on moved down by one, rules and merged cells with them."""

    def tag(match: re.Match[str]) -> str:
        return _PLACED.sub(lambda placed: f'{placed["name"]}="{_moved(placed["cells"], first)}"', match[0])

    tags = r"<(?:row|c|mergeCell|dataValidation|conditionalFormatting|dimension) [^>]*>"
    rule = re.compile(r"(?<=<formula>)[^<]+(?=</formula>)")
    return rule.sub(lambda match: _moved(match[0], first), re.sub(tags, tag, sheet))


def _unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: Mapping[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            member = zipfile.ZipInfo(name, _PACKED_ON)
            member.create_system, member.compress_type = 0, zipfile.ZIP_DEFLATED
            archive.writestr(member, data)
    return stream.getvalue()


_DAMAGES = (
    row_inserted, sheet_renamed, error_cell, formula_without_value, truncated, html_as_xls, password_set,
)  # fmt: skip
FILE_FAULTS: Mapping[str, Callable[[bytes, FormLayout], bytes]] = {
    damage.__name__: damage for damage in _DAMAGES
}
