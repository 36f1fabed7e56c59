"""One text that may tell of a person: kept out of every table, its place reported."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import takewhile

from termreview.intake.values.plain_names import names_of_any_case, plain_names
from termreview.spreadsheets.model.workbook_model import Cell
from termreview.text import clean, fold, unaccented

# A citizen's number: province (001-096), century and sex, year of birth, six figures more; typed as a number it loses
# the zeros in front. An amount of money never begins with 0, so twelve figures in the groups that people write are one.
_GAP = r"[ .\-]?"
_CITIZEN = r"0(?:0[1-9]|[1-8]\d|9[0-6])(?:\d{9}|[ .\-]\d{3}[ .\-]\d{3}[ .\-]?\d{3}|\d[ .\-]\d{4}[ .\-]\d{4}|\d{3}[ .\-]\d{6}|[ .\-]\d[ .\-]\d\d[ .\-]\d{6}|\d[ .\-]\d\d[ .\-]\d{3}[ .\-]\d{3})"
_CITIZEN_CUT = r"(?:[1-9]|[1-8]\d|9[0-6])[0-3]\d{8}"
_TELEPHONE = (
    rf"(?:0|\(?\+?84\)?[ .\-]?|\(0\)[ .\-]?)(?:\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{4}}"
    r"|\d{3}[ .\-]\d{3}[ .\-]\d{3}|\d{2}[ .\-]\d{3}[ .\-]\d{2}[ .\-]\d{2})"
    rf"|\(0\d{{2,3}}\)[ .\-]?\d{{3,4}}{_GAP}\d{{3,4}}"  # with its area in brackets
    rf"|02\d{{1,2}}(?:\d{{7,8}}|[ .\-]\d{{3,4}}{_GAP}\d{{3,4}})"
    rf"|(?<=\()0\d{{3}}\) ?\d{{3}}{_GAP}\d{{3}}"
)
_AT = r"(?:@|＠|[(\[] ?(?:a|at|@|a còng|a vòng) ?[)\]])"
# Said to be a number of a person, whatever its shape: the old card, a passport, an account, an insurance card.
_SAID = (
    r"(?<!\w)(?:cccd|cmnd|cmtnd|cmt|căn cước|chứng minh (?:nhân dân|thư)|định danh cá nhân|hộ chiếu|passport|stk"
    r"|số tài khoản|bhyt|bhxh|bảo hiểm (?:y tế|xã hội))(?!\w)[^\d\n]{0,25}\d(?:[ .\-]?\d){6,}"
)
_INSURANCE = r"(?<!\w)(?:HS|TE|SV|HN|CN|DT|DK|BT|CH|HC|DN|GD|TC|HT|XN|GB) ?\d(?: ?\d){12}(?!\d)"
_PERSONAL = re.compile(
    rf"(?<!\d)(?:\d{{12}}|\d{{3}} \d{{3}} \d{{3}} \d{{3}}|{_CITIZEN})(?!\d)"
    rf"|(?<![\w/=.,\-]){_CITIZEN_CUT}(?![\w/,]|[.\-]\d)"
    rf"|(?<!\d)(?:{_TELEPHONE})(?!\d)|{_SAID}|{_INSURANCE}"
    rf"|(?<![\w.+-])[\w.+-]+ ?{_AT} ?[\w-]+\.\w{{2,}}",
    re.IGNORECASE,
)
# What numbers of persons hold, found at a tenth of the price.
_WORTH_A_LOOK = re.compile(  # one set of signs in front: texts are searched for it at a fifth of the price
    r"[@＠(\[\d](?:(?<=[@＠])|(?<=[(\[]) ?[aA]|(?<=\d)[ .()\-\d]{8}|(?<=[A-Z]\d)\d{6})"
)
_PERSONAL_NUMBER = re.compile(
    rf"\d{{12}}|{_CITIZEN_CUT}|[35789]\d{{8}}"
)  # typed as a number, a telephone loses its 0

# Nine in ten people bear one of these family names.
_FAMILY_NAMES = (
    "Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Phan", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương",
    "Lý", "Đinh", "Đoàn", "Trương", "Lâm", "Mai", "Cao", "Châu", "Tôn", "Hà", "Lương", "Thái", "Văn", "Tạ", "Tô",
)  # fmt: skip
_FAMILY_WORDS = frozenset((*_FAMILY_NAMES, *(name.upper() for name in _FAMILY_NAMES)))
_FAMILY_LETTERS = re.compile("|".join(sorted(_FAMILY_WORDS)))
_APART = dict.fromkeys(map(ord, "(:.,;/–-_"), " ")
_FOLDED_FAMILY_NAMES = frozenset(name.casefold() for name in _FAMILY_NAMES)
# Typed without accents, these alone are words of nothing else.
_PLAIN_FAMILY_NAMES = frozenset(
    ("nguyen", "tran", "le", "pham", "huynh", "bui", "ngo", "hoang", "phan", "dang")
)
_NAME = re.compile(
    r"(?:\d{1,3}[.)]? )?(?:(?:ông|bà|thầy|cô|em|cháu|anh|chị) )?"
    rf"(?:{'|'.join((*_FAMILY_NAMES, *(name.upper() for name in _FAMILY_NAMES)))})(?: [^\W\d_]{{1,7}}){{1,4}}\.?",
    re.IGNORECASE,
)
_WORDS = re.compile(r"[^\W\d_]+(?: [^\W\d_]+)*")
_LONGEST_NAME, _LONGEST_WORD = 5, 7
_NAMED_AFTER = re.compile(
    r"(?:trường|th|thcs|thpt|mn|mg|mầm non|mẫu giáo|tiểu học|trung học cơ sở|đường|phố|xã|phường|thôn|liên đội|chi đội)"
    r"[ .]*$",
    re.IGNORECASE,
)
_PERSON_WORDS = re.compile(
    r"(?<!\w)(?:ông|bà|thầy|cô|em|cháu|gv|giáo viên|hs|học sinh|phụ huynh|người lập|họ và tên|họ tên|hiệu trưởng|cccd|cmnd"
    r"|sđt|sdt|lý lịch|hồ sơ cá nhân)(?!\w)"
)
_PUPIL = re.compile(r"(?<!\w)(?:em|cháu|bé|trẻ|học sinh|hs|lớp)(?!\w)", re.IGNORECASE)
_PUPIL_BEFORE = re.compile(r"(?<!\w)(?:em|cháu|bé|trẻ|học sinh|hs)[ :]*$", re.IGNORECASE)
_CLASS_BEHIND = re.compile(r"[ ,(\-–]{0,3}(?:học sinh )?lớp ?\d", re.IGNORECASE)
WITHHELD = "▒▒▒"  # stands for what tells of a person
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
    return _WORTH_A_LOOK.search(text) is not None and _PERSONAL.search(text) is not None


def without_personal(text: str) -> str:
    """One text with a sign in the place of each number of a person, telephone and address of mail."""
    return _PERSONAL.sub(WITHHELD, text) if is_personal(text) else text


@lru_cache(maxsize=4)  # the names of all schools are the same for every file
def _spelled_plainly(schools: tuple[str, ...]) -> str:
    return " ".join(unaccented(fold(school)) for school in schools)


def name_without_personal(name: str, schools: Collection[str] | None = None) -> str:
    """One file name with a sign in the place of numbers and names of persons, and the hash that tells it from others.

    A full name goes where the file name holds a number or a word that tells of a person ("cô", "học sinh") as well, or
    where Văn or Thị stands in it, accents or not: any other alone is rather that of a school. Where the names of the
    `schools` are at hand, every full name goes that is none of theirs.
    """
    return _without_persons(name, None if schools is None else tuple(schools))


@lru_cache(maxsize=2**13)  # one term's list, index and folder name the same files
def _without_persons(name: str, schools: tuple[str, ...] | None) -> str:
    composed = unicodedata.normalize("NFC", name)
    flat = composed.replace("_", " ")
    spans = [match.span() for match in _PERSONAL.finditer(flat)] if is_personal(flat) else []
    if spans or _PERSON_WORDS.search(flat.casefold()):
        spans += full_names(flat)
    spans += plain_names(flat)
    if schools is not None:
        known = _spelled_plainly(schools)
        named = full_names(flat, _PLAIN_FAMILY_NAMES)
        spans += [(begin, end) for begin, end in named if unaccented(fold(flat[begin:end])) not in known]
        spans += names_of_any_case(flat, known)
    if not spans:
        return name
    mark = f"{WITHHELD}[{hashlib.sha256(name.encode('utf-8', 'replace')).hexdigest()[:8]}]"
    last = len(composed)
    for begin, end in sorted(spans, reverse=True):
        if end <= last:  # else within one that is gone already
            composed, last = composed[:begin] + WITHHELD + composed[end:], begin
    return composed.replace(WITHHELD, mark, 1)


def is_personal_number(text: str) -> bool:
    """Say whether one stored number may be a number of a person or a telephone without its zero."""
    return _PERSONAL_NUMBER.fullmatch(text) is not None


def names_persons(text: str) -> bool:
    """Say whether one text tells of persons by name: a pupil, or three names or more, one behind the other.

    Names alone between commas count, and full names wherever they stand ("Danh sách: …", with class or mark behind).
    A leader named alone is no secret of the school.
    """
    if _FAMILY_LETTERS.search(text) is None or _FAMILY_WORDS.isdisjoint(text.translate(_APART).split()):
        return False  # nearly always: no family name is there
    if _PUPIL.search(text) is not None and any(
        _PUPIL_BEFORE.search(text[:begin]) or _CLASS_BEHIND.match(text[end:])
        for begin, end in full_names(text)
    ):
        return True
    if sum(map(text.count, _BETWEEN_NAMES)) < _FEWEST_NAMES - 1:
        return False
    if sum(map(_is_name, _SPLIT.split(text))) >= _FEWEST_NAMES:
        return True
    return sum(1 for _ in full_names(text)) >= _FEWEST_NAMES


def full_names(text: str, families: Collection[str] = ()) -> Iterator[tuple[int, int]]:
    """Where each full name of a person stands in one text: three words or more, each with its capital.

    Schools and streets named after somebody are none. `families` are further family names, in small letters.
    """
    for run in _WORDS.finditer(text):
        words, at = run[0].split(" "), run.start()
        place = 0
        while place < len(words):
            name = list(takewhile(_is_part_of_name, words[place : place + _LONGEST_NAME]))
            length = len(" ".join(name))
            is_name = len(name) > 2 and (
                name[0].casefold() in _FOLDED_FAMILY_NAMES or name[0].casefold() in families
            )
            if is_name and _NAMED_AFTER.search(text[:at]) is None:
                yield at, at + length
            taken = len(name) if is_name else 1
            at += len(" ".join(words[place : place + taken])) + 1
            place += taken


def _is_part_of_name(word: str) -> bool:
    return word[0].isupper() and len(word) <= _LONGEST_WORD and (word[1:].islower() or word.isupper())


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
        if cell.kind == "text" and (names_persons(cell.text) or (len(text) < 40 and fold(text) in _HEADS)):
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
