"""One rule: the first text whose rule holds is written, what is missing compares with nothing, slips are told."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from termreview.errors import DeclarationError
from termreview.reference.declarations import load_reference
from termreview.reference.loading.text_schema import figures_of, read_rule, text_that_holds
from termreview.reporting.report.narrative import sentence
from worlds import REFERENCE, change, copy_reference

TEXTS = {
    "received == 0": "không trường nào",
    "late > 0 and received == expected": "đủ, có trường muộn",
    "pct >= 90.5": "gần đủ",
    "otherwise": "còn thiếu",
}


@pytest.mark.parametrize(
    ("received", "late", "pct", "said"),
    [
        (0, 0, 0.0, "không trường nào"),
        (5, 1, 100.0, "đủ, có trường muộn"),
        (5, 0, 100.0, "gần đủ"),
        (4, 0, 90.5, "gần đủ"),
        (4, 0, 90.4, "còn thiếu"),
        (4, 0, None, "còn thiếu"),
        (4, 0, float("nan"), "còn thiếu"),
    ],
)
def test_the_first_text_whose_rule_holds_is_written(received: int, late: int, pct: float, said: str) -> None:
    values = {"received": received, "late": late, "pct": pct, "expected": 5}
    assert text_that_holds(TEXTS, values) == said


def test_a_rule_may_not_name_a_figure_that_is_not_there() -> None:
    with pytest.raises(KeyError, match="received"):
        text_that_holds(TEXTS, {"late": 1})


@pytest.mark.parametrize("rule", ["", "late", "late > ", "late = 1", "late > 1 or late < 0", "late > '1'", "1 < late"])  # fmt: skip
def test_what_is_no_comparison_is_no_rule(rule: str) -> None:
    assert read_rule(rule) is None


def test_the_figures_of_a_rule_are_those_it_compares() -> None:
    assert figures_of("late > 0 and received == expected") == {"late", "received", "expected"}


def test_a_sentence_with_rules_fills_the_places_of_the_text_that_holds() -> None:
    texts = {"a": {"b": {"count == 0": "không có", "otherwise": "{count}/{total} trường ({pct:percent1})"}}}
    assert sentence(texts, "a.b", count=0, total=4) == "không có"
    assert sentence(texts, "a.b", count=1, total=4) == "1/4 trường (25,0%)"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"late == 0": "{received}', '"late = 0": "{received}', "'late = 0'"),
        ('"late == 0": "{received}', '"laet == 0": "{received}', "'laet'"),
        (
            '      otherwise: "Cả {total:two_digits} báo cáo',
            '      "late < 0": "Cả {total:two_digits} báo cáo',
            "otherwise",
        ),
        (
            "đều đúng hạn; {absent:two_digits} trường",
            "đều đúng hạn; {absnet:two_digits} trường",
            "'{absnet}'",
        ),
    ],
)
def test_a_slip_in_a_rule_is_told_when_the_texts_are_loaded(old: str, new: str, told: str, tmp_path: Path) -> None:  # fmt: skip
    reference = copy_reference(tmp_path)
    change(reference / "sentences.yml", old, new)
    with pytest.raises(DeclarationError, match=re.escape(told)):
        load_reference(reference)


def test_every_chart_has_an_honest_word_for_when_nothing_stands_out() -> None:
    charts = yaml.safe_load((REFERENCE / "sentences.yml").read_text(encoding="utf-8"))["charts"]
    for name, texts in charts.items():
        if isinstance(texts, dict):
            assert list(texts["finding"])[-1] == "otherwise", name
            assert texts["measure"].endswith("."), name
            assert not any(text.endswith(".") for text in texts["finding"].values()), name
