"""One text that may tell of a person: kept out of every table, its place reported."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from termreview.intake.workbook_model import Cell
from termreview.text import clean, fold

_PERSONAL = re.compile(
    r"(?<!\d)(?:\d{12}|\d{3} \d{3} \d{3} \d{3})(?!\d)"  # identity number
    r"|(?<!\d)(?:0|\+?84[ .-]?)(?:\d{2}[ .-]?\d{3}[ .-]?\d{4}|\d{3}[ .-]\d{3}[ .-]\d{3}"
    r"|\d{2}[ .-]\d{3}[ .-]\d{2}[ .-]\d{2})(?!\d)"  # telephone
    r"|(?<![\w.+-])[\w.+-]+@[\w-]+\.\w{2,}"
)
_NINE_DIGITS = re.compile(r"\d(?:[ .-]?\d){8}")  # what numbers of persons hold, found at a tenth of the price
_PERSONAL_NUMBER = re.compile(r"\d{12}|[35789]\d{8}")  # typed as a number, a telephone loses its 0

# Nine in ten people bear one of these family names.
_FAMILY_NAMES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương",
    "Lý", "Đinh", "Đoàn", "Trương", "Lâm", "Mai", "Cao", "Châu", "Tôn", "Hà", "Lương", "Thái", "Văn", "Tạ", "Tô",
)  # fmt: skip
_NAME = re.compile(
    r"(?:\d{1,3}[.)]? )?(?:(?:ông|bà|thầy|cô|em|cháu|anh|chị) )?"
    rf"(?:{'|'.join((*_FAMILY_NAMES, *(name.upper() for name in _FAMILY_NAMES)))})(?: [^\W\d_]{{1,7}}){{1,4}}\.?",
    re.IGNORECASE,
)
_BETWEEN_NAMES = (",", ";", "\n", " - ", " và ")
_SPLIT = re.compile("|".join(_BETWEEN_NAMES))
_FEWEST_NAMES = 3
_HEADS = frozenset(
    fold(head)
    for head in (
        "Họ và tên", "Họ tên", "Họ và tên học sinh", "Họ tên học sinh", "Tên học sinh", "Họ và tên giáo viên",
        "Họ tên giáo viên", "Tên giáo viên", "Họ và tên phụ huynh", "Họ tên cha", "Họ tên mẹ", "Ngày sinh",
        "Ngày tháng năm sinh", "Số định danh", "Mã định danh", "Số định danh cá nhân", "CCCD", "Số CCCD", "CMND",
        "Số CMND", "Số điện thoại", "Điện thoại", "SĐT", "Thư điện tử", "Email", "Địa chỉ", "Nơi ở", "Số tài khoản",
    )
)  # fmt: skip


def is_personal(text: str) -> bool:
    """Say whether one text holds a number of a person, a telephone or an address of mail."""
    return ("@" in text or _NINE_DIGITS.search(text) is not None) and _PERSONAL.search(text) is not None


def is_personal_number(text: str) -> bool:
    """Say whether one stored number may be a number of a person or a telephone without its zero."""
    return _PERSONAL_NUMBER.fullmatch(text) is not None


def lists_names(text: str) -> bool:
    """Say whether one text lists persons: three names or more, one behind the other."""
    if sum(map(text.count, _BETWEEN_NAMES)) < _FEWEST_NAMES - 1:
        return False
    return sum(map(_is_name, _SPLIT.split(text))) >= _FEWEST_NAMES


def personal_place(
    cells: Mapping[tuple[int, int], Cell], places: Iterable[tuple[int, int]]
) -> tuple[int, int] | None:
    """The first of some cells that may tell of persons: by its own words, or as one of several names."""
    names: list[tuple[int, int]] = []
    for place in places:
        cell = cells[place]
        if cell.kind not in ("text", "number"):
            continue
        text = clean(cell.text[:400])
        if is_personal(text) or (cell.kind == "number" and is_personal_number(text)):
            return place
        if cell.kind == "text" and (lists_names(cell.text) or (len(text) < 40 and fold(text) in _HEADS)):
            return place
        if cell.kind == "text" and _is_name(text):
            names.append(place)
    return names[0] if len(names) >= _FEWEST_NAMES else None


def _is_name(text: str) -> bool:
    stripped = clean(text)
    if not 4 < len(stripped) < 40 or _NAME.fullmatch(stripped) is None:
        return False
    words = [word for word in stripped.split() if word[0].isalpha()]
    return all(word[0].isupper() for word in words[-3:])
