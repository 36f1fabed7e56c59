"""One full name of a person in a file name, typed with or without its accents or capitals; those of schools are none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile
from typing import NamedTuple

from termreview.text import unaccented

_TOKEN = re.compile(r"[A-Z]+(?![a-z])|[A-Z][a-z]*|[a-z]+")  # NguyenVanAn is three
_GAP = re.compile(r"[ .\-]{0,2}")
# Of these even small letters are a name: the others are words of office too ("bao cao", "truong", "do thi").
_SURE = frozenset(["nguyen", "tran", "le", "pham", "huynh", "bui", "ngo"])
_FAMILY = _SURE | frozenset(
    ["hoang", "phan", "vu", "vo", "dang", "do", "ho", "duong", "ly", "dinh", "doan", "truong", "lam", "mai", "cao",
     "chau", "ton", "ha", "luong", "thai", "ta", "to", "trinh", "dao"]
)  # fmt: skip
# Most full names cannot be told from that of a school; nearly all with Văn or Thị in them are of a person.
_MIDDLE = frozenset(["van", "thi"])
_PERSON_WORDS = frozenset(["co", "thay", "em", "chau", "ong", "lap", "ten"])  # người lập, họ tên
_NAMED_AFTER = frozenset(
    ["truong", "th", "thcs", "thpt", "ththcs", "mn", "mg", "ptdtbt", "ptdtnt", "dtnt", "duong", "pho", "xa", "phuong",
     "thon", "doi"]
)  # fmt: skip
_NAMED_AFTER_TWO = frozenset(
    [("mam", "non"), ("mau", "giao"), ("tieu", "hoc"), ("co", "so"), ("pho", "thong")]
)
_NO_GIVEN = frozenset(
    ["dua", "nghiem", "truong", "ban", "phong", "nghe", "tuyen", "tran", "xa", "kien",  # thi đua, văn phòng
     "bao", "bc", "hk", "hki", "hkii", "nop", "phu", "bieu", "so", "file", "copy", "final", "gui", "kem", "moi", "sua",
     "th", "thcs", "mn", "mg", "cntt", "cds", "tk", "pgd", "xls", "xlsx", "xlsm", "ods", "csv", "zip", "rar", "hoc",
     "tieu", "mam", "mau", "va", "dot", "ngay", "don", "huyen"]
)  # fmt: skip
# Family names that begin no phrase of office whose further words are all given names ("to toan tin", "do thi hoa" are).
_FAMILY_OF_ANY_CASE = _SURE | frozenset(["hoang", "phan", "vu", "vo", "dang", "duong", "dinh", "doan"])
_FAMILY_JOINED = ("nguyen", "tran", "pham", "huynh", "hoang")  # before names typed as one word
_GIVEN = frozenset(
    ["an", "anh", "bac", "bach", "bang", "bao", "bich", "binh", "cam", "canh", "chau", "chi", "chien", "chung", "cuc",
     "cuong", "dai", "dan", "danh", "dao", "dat", "diem", "diep", "dieu", "dinh", "dong", "du", "duc", "dung", "duong",
     "duy", "duyen", "gam", "gia", "giang", "giao", "ha", "hai", "han", "hang", "hanh", "hao", "hau", "hien", "hiep",
     "hieu", "hoa", "hoai", "hoan", "hoang", "hong", "hue", "hung", "huong", "huu", "huy", "huyen", "huynh", "khai",
     "khang", "khanh", "khiem", "khoa", "khoi", "khue", "kien", "kiet", "kieu", "kim", "ky", "lam", "lan", "lanh",
     "lien", "lieu", "linh", "loan", "loc", "loi", "long", "luan", "luu", "luyen", "ly", "mai", "man", "manh", "mien",
     "minh", "my", "nam", "nga", "ngan", "nghi", "nghia", "ngoc", "nguyen", "nguyet", "nhan", "nhat", "nhi", "nhien",
     "nhu", "nhung", "ninh", "oanh", "phat", "phi", "phong", "phu", "phuc", "phung", "phuoc", "phuong", "quan",
     "quang", "que", "quoc", "quy", "quyen", "quyet", "quynh", "sang", "si", "son", "suong", "sy", "tai", "tam", "tan",
     "tinh", "thach", "thai", "tham", "thang", "thanh", "thao", "the", "thi", "thien", "thinh", "tho", "thom",
     "thong", "thu", "thuan", "thuc", "thuong", "thuy", "tien", "tin", "toan", "trang", "tri", "trinh", "trong",
     "truc", "trung", "truong", "tu", "tuan", "tung", "tuong", "tuyen", "tuyet", "uyen", "van", "vi", "viet", "vinh",
     "vu", "vuong", "vy", "xuan", "xuyen", "y", "yen"]
)  # fmt: skip
_NO_NAMES = (  # phân hiệu, đăng báo, đăng tin, đăng ký, định kỳ, định hướng, phạm vi, lễ khai giảng
    ("phan", "hieu"), ("dang", "bao"), ("dang", "tin"), ("dang", "ky"), ("dinh", "ky"), ("dinh", "huong"), ("pham", "vi"),
    ("le", "khai"),
)  # fmt: skip
_FEWEST_GIVEN, _MOST_GIVEN = 2, 3
_COUNTED = frozenset(["nam", "ky", "lan"])  # năm 2024, lần 2; else Nam, Kỳ, Lan
_NAMES_OF_SCHOOLS = frozenset(
    tuple(name.split())
    for name in (
        "nguyen van troi", "nguyen van cu", "nguyen van linh", "nguyen van be", "nguyen van to", "nguyen van sieu",
        "nguyen van luong", "nguyen van nguyen", "nguyen van huyen", "nguyen van tiep", "nguyen van luc",
        "nguyen thi minh khai", "nguyen thi dinh", "nguyen thi thap", "nguyen thi nho", "nguyen thi suot",
        "nguyen thi luu", "nguyen thi duoc", "le van tam", "le van huu", "le van duyet", "le van luong",
        "le van thiem", "le van hien", "le van viet", "le thi rieng", "le thi hong gam", "le thi hong", "tran van on",
        "tran van giau", "tran van kieu", "tran van du", "tran van quang", "tran thi nhuong", "pham van dong",
        "pham van coi", "pham van chieu", "pham van hai", "hoang van thu", "hoang thi loan", "hoang van thai",
        "phan van tri", "phan van hon", "phan van dang", "vo van tan", "vo van kiet", "vo van hat", "vo van dung",
        "vo thi sau", "vo thi thang", "vo thi han", "doan thi diem", "bui thi xuan", "ho thi ky", "ho thi bi",
        "ho van hue", "ho van cuong", "huynh van nghe", "huynh van banh", "huynh van chinh", "dang van ngu",
        "dang van bat", "dang thi nhu", "dinh van", "do van day", "ly van lam", "ta thi kieu", "ngo van so",
        "ton that tung", "luong van can", "luong van tri", "trinh thi liu", "dao van tien", "mai thi luu",
        "nguyen ba ngoc", "nguyen dinh chieu", "nguyen thai hoc", "nguyen tri phuong", "nguyen binh khiem",
        "nguyen chi thanh", "nguyen cong tru", "nguyen huu tho", "nguyen huu huan", "nguyen tat thanh", "le hong phong",
        "le quy don", "le thanh tong", "le dinh chinh", "le ngoc han", "le dai hanh", "tran hung dao", "tran quoc toan",
        "tran binh trong", "tran nhan tong", "tran cao van", "tran quang khai", "tran dai nghia", "tran nhat duat",
        "phan dinh phung", "phan huy chu", "hoang hoa tham", "hoang quoc viet", "huynh thuc khang", "ngo si lien",
        "ngo gia tu", "dinh tien hoang", "dinh bo linh", "duong van an", "dang huy tru", "dang tran con",
    )
)  # fmt: skip


class _Word(NamedTuple):
    """One word of a file name: its letters, small and without accents; as written; where it stands."""

    key: str
    written: str
    begin: int
    end: int


def plain_names(name: str) -> Iterator[tuple[int, int]]:
    """Where full names of persons stand in one file name (NFC): with Văn or Thị, or behind a word like "co" (cô).

    Schools named after somebody are none, by the word before the name or because many schools bear it.
    """
    text = "".join(unaccented(letter)[:1] or " " for letter in name).replace("_", " ")
    words = [_Word(match[0].lower(), match[0], *match.span()) for match in _TOKEN.finditer(text)]
    for place, word in enumerate(words):
        if word.key not in _FAMILY or _stands_for_a_school(words[:place]):
            continue
        run = _joined(text, words[place : place + 5])
        keys = tuple(part.key for part in run)
        if any(keys[:length] in _NAMES_OF_SCHOOLS for length in (2, 3, 4)):
            continue
        has_middle = keys[1:2] != () and keys[1] in _MIDDLE
        given = _given(text, run[2:] if has_middle else run[1:], word)
        is_capital = word.written[0].isupper()
        if has_middle:
            is_name = bool(given) and (is_capital or word.key in _SURE)
        else:
            is_name = is_capital and len(given) > 1 and place > 0 and words[place - 1].key in _PERSON_WORDS
        if is_name:
            yield word.begin, given[-1].end


def names_of_any_case(name: str, schools: str) -> Iterator[tuple[int, int]]:
    """Where full names stand in one file name (NFC) whose words are family and given names, whatever their capitals.

    None of them is a name in `schools`, the names of all schools in small letters without accents, nor one that many
    schools bear; names typed as one word are found behind the commonest family names.
    """
    text = "".join(unaccented(letter)[:1].lower() or " " for letter in name).replace("_", " ")
    words = [_Word(match[0], match[0], *match.span()) for match in re.finditer("[a-z]+", text)]
    for place, word in enumerate(words):
        if _stands_for_a_school(words[:place]):
            continue
        if word.key in _FAMILY_OF_ANY_CASE:
            run = _joined(text, words[place : place + 1 + _MOST_GIVEN])
            given = list(takewhile(lambda part: _may_be_given(text, part), run[1:]))
            keys, end = (word.key, *(part.key for part in given)), (given or [word])[-1].end
        else:
            keys, end = _parted(word.key), word.end
        if len(keys) <= _FEWEST_GIVEN or keys[:2] in _NO_NAMES:
            continue
        borne = {keys[:length] for length in range(2, len(keys) + 1)}
        if not borne & _NAMES_OF_SCHOOLS and not any(f" {' '.join(one)} " in f" {schools} " for one in borne):
            yield word.begin, end


def _may_be_given(text: str, word: _Word) -> bool:
    is_counted = word.key in _COUNTED and text[word.end :].lstrip(" .-")[:1].isdigit()
    return word.key in _GIVEN and not is_counted


def _parted(word: str) -> tuple[str, ...]:
    """One word as family name and given names that it is made of; nothing where it is not wholly made of them."""
    family = next((name for name in _FAMILY_JOINED if word.startswith(name)), "")
    for count in range(_FEWEST_GIVEN, _MOST_GIVEN + 1) if family else ():
        if found := _given_parts(word[len(family) :], count):
            return (family, *found)
    return ()


def _given_parts(letters: str, count: int) -> tuple[str, ...]:
    if count == 1:
        return (letters,) if letters in _GIVEN else ()
    for length in range(2, min(len(letters), 7)):
        if letters[:length] in _GIVEN and (rest := _given_parts(letters[length:], count - 1)):
            return (letters[:length], *rest)
    return ()


def _joined(text: str, words: Sequence[_Word]) -> list[_Word]:
    """The words up to the first that something else than a gap parts from the one before."""
    run = list(words[:1])
    for word in words[1:]:
        if _GAP.fullmatch(text[run[-1].end : word.begin]) is None:
            break
        run.append(word)
    return run


def _given(text: str, words: Sequence[_Word], family: _Word) -> list[_Word]:
    """The one or two given names behind family and middle name, written as the family name is."""
    found: list[_Word] = []
    for word in words[:2]:
        is_alike = word.written[0].isupper() == family.written[0].isupper()
        is_counted = word.key in _COUNTED and text[word.end :].lstrip(" .-")[:1].isdigit()
        if not is_alike or is_counted or word.key in _NO_GIVEN or not 1 < len(word.key) < 8:
            break
        found.append(word)
    return found


def _stands_for_a_school(before: Sequence[_Word]) -> bool:
    keys = tuple(word.key for word in before[-2:])
    return keys[-1:] == ("bao",) or (bool(keys) and keys[-1] in _NAMED_AFTER) or keys in _NAMED_AFTER_TWO
