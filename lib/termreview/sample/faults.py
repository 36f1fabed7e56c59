"""One way of answering that makes work: the faults that schools put into cells, each a change of the answers.

The names are used in `sample_deliveries`; what intake should make of each is in its docstring.
"""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Callable, Mapping

from termreview.sample.schools.schools import Answer

Answers = dict[str, Answer]
_OPTION_IDS = {"yes", "no"}
_GRADE = re.compile(r"pupils_count\.[ag]\d")


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
