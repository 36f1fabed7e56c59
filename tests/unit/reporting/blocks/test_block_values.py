"""One value is kept until it is printed, and printed one way: in a cell, in a sentence, in a list of sentences."""

from __future__ import annotations

import pickle

import pytest

from termreview.reporting.blocks.blocks import key_figures, paragraph
from termreview.reporting.blocks.model import plain_text, printed
from termreview.reporting.blocks.number_format import printed_number
from termreview.reporting.blocks.values import (
    Composed,
    Interval,
    Number,
    Parts,
    Sentence,
    Share,
    Value,
    joined,
)
from termreview.reporting.report.narrative import listed, sentence

WORDS = {"reporting": {"received": "{count}/{total} trường ({pct:percent1}), đến {as_of}: {names}."}}


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Number(29093), "29.093"),
        (Number(-0.05, "decimal1"), "−0,1"),
        (Number(5, "two_digits", after=" trường"), "05 trường"),
        (Number(9, "two_digits"), "09"),
        (Number(10, "two_digits"), "10"),
        (Number(1200, "two_digits"), "1.200"),
        (Number(0, "two_digits"), "0"),
        (Number(0.9305, "share1"), "93,1%"),
        (Number(12, after=" học liệu"), "12 học liệu"),
        (Number(None, after=" học liệu"), "—"),
        (Parts(27, 29), "27/29"),
        (Parts(27, None), "—"),
        (Share(27, 29), "27/29 (93,1%)"),
        (Share(0, 0), "0/0 (—)"),
        (Interval(62, 72), "62,0–72,0"),
        (Interval(62, 62.04), "62,0"),
        (Interval(62, float("nan")), "—"),
        (Interval(0.595, 0.676, "share1"), "59,5–67,6%"),
        (Interval(62, 72, level="mức 2"), "62,0–72,0 (mức 2)"),
        (Composed(Number(93.1, "percent1"), " (", Parts(27, 29), ")"), "93,1% (27/29)"),
    ],
)
def test_a_value_is_printed_as_reports_write_it(value: Value, shown: str) -> None:
    assert str(value) == shown
    assert plain_text(paragraph(value).parts[0]["runs"]) == shown


def test_a_sentence_keeps_its_key_and_its_values() -> None:
    told = sentence(
        WORDS, "reporting.received", count=27, total=29, as_of=Number("2024-01-10", "date"), names=listed(["TH A", "TH B"])
    )  # fmt: skip
    assert told == "27/29 trường (93,1%), đến 10/01/2024: TH A và TH B."
    (run,) = told.runs
    assert run["key"] == "reporting.received"
    assert [each for each in run["runs"] if isinstance(each, list)] == [
        [27, "integer", "count"], [29, "integer", "total"], [pytest.approx(93.1, abs=0.01), "percent1", "pct"],
        ["2024-01-10", "date", "as_of"],
    ]  # fmt: skip
    assert paragraph(told).html == f"<p>{told}</p>"
    assert printed(told.runs) == [str(told)], "words of one look are one run for a writer"


def test_sentences_one_after_the_other_lose_no_figure() -> None:
    one, two = Sentence("a", ["Có ", Number(5), " lớp."]), Sentence("b", ["Thiếu ", Number(2), "."])
    told = joined([one, "", two])
    assert told == "Có 5 lớp. Thiếu 2."
    assert [run["key"] for run in told.runs if isinstance(run, dict)] == ["a", "b"]
    card = key_figures([(one, Number(5), two)]).parts[0]["cards"][0]
    assert [plain_text(line) for line in card] == ["Có 5 lớp.", "5", "Thiếu 2."]


def test_the_number_that_ends_a_sentence_in_a_list_stays_on_its_line() -> None:
    told = listed([Sentence("level", ["ở mức ", Number(3), ""]), "TH Xuân Hòa 2", "TH Ba"])
    assert told == "ở mức\u00a03, TH Xuân Hòa\u00a02 và TH Ba"
    assert [3, "integer"] in told.runs[0]["runs"]


def test_a_sentence_can_be_copied() -> None:
    told = Sentence("a", ["Có ", Number(5), " lớp."])
    copied = pickle.loads(pickle.dumps(told))
    assert (copied, copied.key, copied.runs) == (told, "a", told.runs)


def test_a_number_is_compared_as_it_is_printed() -> None:
    assert str(printed_number(93.05, "percent1")) == "93.1"
    assert str(printed_number(0.9305, "share1")) == "93.1"
    assert printed_number(None, "integer") is None
