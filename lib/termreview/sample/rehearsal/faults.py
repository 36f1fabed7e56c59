"""One known fault planted in one school's answers: what schools do wrong, as changes of a clean set of answers."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping

from termreview.forms.form import Value
from termreview.reference.kinds.forms import Field

Answers = dict[str, Value]
Fields = Mapping[str, Field]
# Changes the answers and names the fields it touched; none where the school offers no place for it.
Fault = Callable[[Answers, Answers, Fields, random.Random], list[str]]


def _counts(answers: Answers, fields: Fields, least: float, kinds: tuple[str, ...] = ("count",)) -> list[str]:
    return [
        name
        for name, field in fields.items()
        if field.kind in kinds and isinstance(value := answers.get(name), int | float) and value >= least
    ]


def _put(answers: Answers, name: str, value: Value) -> list[str]:
    if answers.get(name) == value:
        return []
    answers[name] = value
    return [name]


def total_wrong_digit(answers: Answers, last: Answers, fields: Fields, draw: random.Random) -> list[str]:
    """A total with its tens one too high."""
    names = [name for name in _counts(answers, fields, 10) if name.endswith(".total")]
    if not names:
        return []
    name = draw.choice(names)
    return _put(answers, name, int(float(str(answers[name]))) + 10)


def digits_swapped(answers: Answers, last: Answers, fields: Fields, draw: random.Random) -> list[str]:
    """Two neighbouring digits of a count changed places."""
    names = []
    for name in _counts(answers, fields, 12):
        text = str(int(float(str(answers[name]))))
        if text[0] != text[1] and text[1] != "0":
            names.append(name)
    if not names:
        return []
    name = draw.choice(names)
    text = str(int(float(str(answers[name]))))
    return _put(answers, name, int(text[1] + text[0] + text[2:]))


def in_thousands(answers: Answers, last: Answers, fields: Fields, draw: random.Random) -> list[str]:
    """An amount of money written in thousands of đồng."""
    names = _counts(answers, fields, 1_000_000, ("money",))
    if not names:
        return []
    name = draw.choice(names)
    return _put(answers, name, int(float(str(answers[name])) / 1000))


def times_thousand(answers: Answers, last: Answers, fields: Fields, draw: random.Random) -> list[str]:
    """A count with three noughts too many."""
    names = _counts(answers, fields, 1)
    if not names:
        return []
    name = draw.choice(names)
    return _put(answers, name, int(float(str(answers[name]))) * 1000)


def column_shifted(answers: Answers, last: Answers, fields: Fields, draw: random.Random) -> list[str]:
    """A row of the grid by grade, one column too far to the right."""
    stems = ("classes_count", "pupils_count", "pupils_girls_count")
    grids = [stem for stem in stems if any(name.startswith(f"{stem}.") for name in fields)]
    grids = grids or sorted({name.partition(".")[0] for name in _counts(answers, fields, 1) if "." in name})
    if not grids:
        return []
    stem = draw.choice(grids)
    names = [name for name in fields if name.startswith(f"{stem}.")]
    values = [None, *(answers.get(name) for name in names[:-1])]
    answers.update(zip(names, values, strict=True))
    return names


def girls_above_pupils(answers: Answers, last: Answers, fields: Fields, draw: random.Random) -> list[str]:
    """More girls than pupils in one grade."""
    names = [
        name for name in fields if name.startswith("pupils_girls_count.") and not name.endswith(".total")
    ]
    if not names:
        return []
    name = draw.choice(names)
    pupils = answers.get(name.replace("_girls", "")) or 0
    return _put(answers, name, int(float(str(pupils))) + draw.randint(1, 5))


def section_blank(answers: Answers, last: Answers, fields: Fields, draw: random.Random) -> list[str]:
    """A whole section left blank."""
    required = sorted({field.section_id for field in fields.values() if field.is_required})
    if not required:
        return []
    section = draw.choice(required)
    names = [name for name, field in fields.items() if field.section_id == section and name in answers]
    for name in names:
        answers.pop(name)
    return names


def percent_as_share(answers: Answers, last: Answers, fields: Fields, draw: random.Random) -> list[str]:
    """A percentage written as a share of one."""
    names = _counts(answers, fields, 2, ("percent",))
    if not names:
        return []
    name = draw.choice(names)
    return _put(answers, name, float(str(answers[name])) / 100)


def last_term_again(answers: Answers, last: Answers, fields: Fields, draw: random.Random) -> list[str]:
    """All answers of the term before, sent as this term's."""
    names = [name for name in last if name in fields]
    for name in names:
        answers[name] = last[name]
    return names if names else []


def section_again(answers: Answers, last: Answers, fields: Fields, draw: random.Random) -> list[str]:
    """All figures of one section of the term before, sent as this term's."""
    by_section: dict[str, list[str]] = {}
    for name in _counts(last, fields, 1, ("count", "money", "percent")):
        by_section.setdefault(fields[name].section_id, []).append(name)
    moved = {
        section: names
        for section, names in sorted(by_section.items())
        if len(names) > 4 and any(answers.get(name) != last[name] for name in names)
    }
    if not moved:
        return []
    section = draw.choice(list(moved))
    names = [name for name, field in fields.items() if field.section_id == section and name in last]
    for name in names:
        answers[name] = last[name]
    return names


def minus_sign(answers: Answers, last: Answers, fields: Fields, draw: random.Random) -> list[str]:
    """A count with a minus sign."""
    names = _counts(answers, fields, 1)
    if not names:
        return []
    name = draw.choice(names)
    return _put(answers, name, -int(float(str(answers[name]))))


def part_above_whole(answers: Answers, last: Answers, fields: Fields, draw: random.Random) -> list[str]:
    """More teachers trained, or machines protected, than there are."""
    pairs = (
        ("teachers_trained_count", "teachers_count.total"),
        ("computers_antivirus_count", "computers_count"),
        ("pupils_identified_count", "pupils_count.total"),
    )
    pairs_asked = [pair for pair in pairs if set(pair) <= set(fields)]
    if not pairs_asked:
        return []
    part, whole = draw.choice(pairs_asked)
    return _put(answers, part, int(float(str(answers.get(whole) or 0))) + draw.randint(1, 9))


FAULTS: Mapping[str, tuple[str, Fault]] = {
    "total_wrong_digit": ("Tổng số sai một chữ số", total_wrong_digit),
    "digits_swapped": ("Đảo hai chữ số liền nhau", digits_swapped),
    "in_thousands": ("Số tiền ghi theo nghìn đồng", in_thousands),
    "times_thousand": ("Số đếm thừa ba số 0", times_thousand),
    "column_shifted": ("Dòng số liệu lệch một cột", column_shifted),
    "girls_above_pupils": ("Học sinh nữ nhiều hơn học sinh", girls_above_pupils),
    "section_blank": ("Bỏ trống cả một phần", section_blank),
    "percent_as_share": ("Tỉ lệ phần trăm ghi dạng số thập phân", percent_as_share),
    "last_term_again": ("Gửi lại số liệu của học kỳ trước", last_term_again),
    "section_again": ("Chép lại một phần của học kỳ trước", section_again),
    "minus_sign": ("Số đếm mang dấu trừ", minus_sign),
    "part_above_whole": ("Bộ phận lớn hơn tổng thể", part_above_whole),
}
