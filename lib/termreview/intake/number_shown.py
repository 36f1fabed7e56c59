"""What a person sees of one number or text under its format, where that is not the number or the text itself.

Rounding and grouping are no difference; a scale, elapsed time, a unit of thousands or nothing at all are.
"""

from __future__ import annotations

import re
from functools import lru_cache

from termreview.intake.number_format import Section, scales_to_percent, section_for, sections
from termreview.text import number_words

_THOUSANDS = re.compile(
    r"(?<!\w)(?:nghìn|ngàn|triệu|tỷ|tỉ(?! (?:lệ|số))|vạn|chục|(?<!phần )trăm|k|thousand|million|billion)(?!\w)",
    re.IGNORECASE,
)
_THOUSANDS_OF_MONEY = re.compile(r"(?<!\w)(?:trđ|tr|m|mn|bn)(?!\w)", re.IGNORECASE)
_DIGIT_BEFORE, _DIGIT_BEHIND = re.compile(r"[0-9][., ]?$"), re.compile(r"[., ]?[0-9]")
DASHES = ("-", "–", "—", "−")  # by which accounts show that there is nothing
_GROUPING = frozenset(".,' \u00a0\u202f")


@lru_cache(maxsize=4096)
def shows_plainly(code: str | None) -> bool:
    """Whether every number is shown as itself under one format, rounding and grouping aside."""
    return code is None or (all(
        number_as_shown(code, number, True) is None
        and not scales_to_percent(code, number)
        for number in (1, 0, 999, 1_000, 123_456, 10_000_000, 100_000_000_000)
    ) and all(section.condition is None for section in sections(code)) and not foreign_currency(code, 1))  # fmt: skip


def number_as_shown(code: str, number: float, is_money: bool = False) -> str | None:
    """What a person reads in the cell of one number; None where that is the number itself.

    An empty text where nothing is shown. A sign for zero alone (``-``) reads as zero.
    """
    section = section_for(code, number)
    if section.is_empty:
        return ""
    if section.is_date:
        return None
    if section.elapsed:
        return _elapsed(section, number)
    if section.is_general or section.is_text:
        section = section._replace(decimals=15, has_digits=True, shows_zero=True, pattern="0")
    if not section.has_digits:
        return None if number == 0 else (section.before + section.behind).strip()
    if not section.shows_zero and round(number * 100.0**section.percents / 1000.0**section.thousands) == 0:
        return None if (section.before + section.behind).strip() in DASHES else ""
    unit = section.before + "\0" + section.behind
    differs = (
        (section.thousands and number != 0)
        or section.percents > 1
        or (number != 0 and _THOUSANDS.search(unit))
        or (number != 0 and is_money and _THOUSANDS_OF_MONEY.search(unit))
        or _DIGIT_BEFORE.search(section.before)
        or _DIGIT_BEHIND.match(section.behind)
        or (number > 0 and section.before.rstrip().endswith(("-", "−")))
        or not (section.is_power_or_fraction or _is_grouping(section.pattern))
    )
    return _written(section, number) if differs else None


def foreign_currency(code: str, number: float) -> str:
    """The sign of a currency other than the đồng that stands beside one number; nothing where there is none."""
    section = section_for(code, number)
    found = re.search(r"[$€£¥₩฿]|(?<!\w)(?:USD|EUR|GBP|JPY|CNY|KRW)(?!\w)", section.before + section.behind)
    return found[0] if found else ""


def text_as_shown(code: str | None, text: str) -> str | None:
    """What a person reads in the cell of one text; None where that is the text itself."""
    if code is None or code in ("General", "@"):
        return None
    found = sections(code)
    section = found[3] if len(found) > 3 else found[-1] if found[-1].is_text else None
    if section is None or (section.is_text and not section.before + section.behind):
        return None
    return (section.before + (text if section.is_text else "") + section.behind).strip()


def _is_grouping(pattern: str) -> bool:
    """Whether what stands between the digits only groups them by threes."""
    groups = re.split(r"[^0]+", pattern)
    signs = set(pattern) - {"0"}
    return signs <= _GROUPING and all(len(group) == 3 for group in groups[1:])


def _written(section: Section, number: float) -> str:
    scaled = abs(number) * 100.0**section.percents / 1000.0**section.thousands
    rounded = round(scaled, section.decimals)
    if section.is_power_or_fraction or _is_grouping(section.pattern):
        digits = number_words(rounded)
    else:
        left = list(str(int(rounded)))
        filled = [
            sign if sign != "0" else (left.pop() if left else "0") for sign in reversed(section.pattern)
        ]
        digits = "".join(left) + "".join(reversed(filled))
    sign = "-" if number < 0 and section.before[:1] not in ("-", "(") else ""
    return f"{sign}{section.before}{digits}{section.behind}{'%' * section.percents}".strip()


def _elapsed(section: Section, number: float) -> str:
    seconds = round(abs(number) * 86_400)
    sign = "-" if number < 0 else ""
    if section.elapsed == "s":
        return f"{sign}{seconds}"
    if section.elapsed == "m":
        return f"{sign}{seconds // 60}:{seconds % 60:02d}"
    return f"{sign}{seconds // 3600}:{seconds // 60 % 60:02d}"
