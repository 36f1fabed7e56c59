"""One printed figure that changed: what is a figure, what became of it at each step, parts that add up in print."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from intake_world import ROOT
from report_world import report

from termreview.installation import made_with
from termreview.reporting.changes.bridge import PROGRAM, RULE
from termreview.reporting.changes.report_diff import PREVIOUS, outside_cause
from termreview.reporting.changes.report_diff_places import Printed, printed_by
from termreview.reporting.changes.report_diff_text import aligned_figures, amount, sentences, take_apart
from termreview.reporting.changes.report_diff_variances import (
    PrintedVariance,
    anchored,
    figures_printed,
    printed_variances,
)
from termreview.reporting.changes.section_calls import section_calls
from termreview.reporting.records.issued import Issue
from termreview.storage.workspace import Workspace

NOTEBOOKS = ROOT / "notebooks"


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("27/29 (93,1 %)", ("27", "29", "93,1")),
        ("62,0–72,0", ("62,0", "72,0")),
        ("−3 so với 1.234.567", ("−3", "1.234.567")),
        ("Công văn số 407/SGDĐT-GDTrH ngày 05/02/2024, năm học 2023-2024", ()),
        ("Mức 2, tiểu mục 1.6.1, nhóm 1, TT 02/2024/TT-BGDĐT, QD-1, 0477203_BC", ()),
        ("TH Bình An 1 có 5 lớp", ("5",)),
        ("46 trường ở mức 3", ("46",)),
    ],
)
def test_a_figure_is_a_number_that_counts_or_measures(text: str, figures: tuple[str, ...]) -> None:
    assert take_apart(text, ["TH Bình An 1", "TH Bình An 10"]).figures == figures


def test_a_text_is_compared_sentence_by_sentence() -> None:
    assert sentences("Có 1.234 lớp. Trong đó: 5 lớp ghép;  còn lại đơn.") == ["Có 1.234 lớp", "Trong đó: 5 lớp ghép", "còn lại đơn"]  # fmt: skip


def test_a_range_that_opens_has_two_ends_before() -> None:
    told = [take_apart(text) for text in ("75,0", "75,0–77,0")]
    assert aligned_figures(told) == [("75,0", "75,0"), ("75,0", "77,0")]
    assert aligned_figures([take_apart("Mức 2"), take_apart("chưa kết luận")]) is None


def cell(*texts: str | None) -> PrintedVariance:
    """The one variance of one cell along the steps late, correction, rule."""
    causes = ["", "late", "correction", "rule"][: len(texts)]
    bridge_steps = [(cause, _printed(text)) for cause, text in zip(causes, texts, strict=True)]
    (variance,) = printed_variances(bridge_steps)
    return variance


def _printed(text: str | None) -> Printed:
    rows = [] if text is None else [{"cells": ["Mầm non", text]}]
    columns = [{"title": "Cấp", "head": "yes"}, {"title": "Đúng hạn"}]
    part = {"kind": "table", "caption": "Nộp", "columns": columns, "rows": rows, "total": None, "notes": []}
    return printed_by([("I › 2", [part])])


def test_parts_add_up_to_the_move_as_printed() -> None:
    variance = cell("15/18 (83,3 %)", "16/18 (88,9 %)", "15/18 (83,3 %)", "17/18 (94,4 %)")
    assert (variance.where.section, variance.where.table, variance.where.row, variance.where.column) == ("I › 2", "Nộp", "Mầm non", "Đúng hạn")  # fmt: skip
    assert variance.variances() == [2, 0, Decimal("11.1")]
    assert variance.parts() == {
        "late": [1, 0, Decimal("5.6")],
        "correction": [-1, 0, Decimal("-5.6")],
        "rule": [2, 0, Decimal("11.1")],
    }
    assert variance.changed == [True, False, True]


def test_what_appears_moves_from_nothing_and_what_goes_to_it() -> None:
    assert cell("—", "45,2").parts() == {"late": [Decimal("45.2")]}
    assert cell("45,2", None).parts() == {"late": [Decimal("-45.2")]}


def test_words_have_causes_but_no_parts() -> None:
    variance = cell("Mức 2", "Mức 2", "chưa kết luận")
    assert variance.figures is None
    assert variance.steps == (("correction", "Mức 2", "chưa kết luận"),)


def lines(*texts: str) -> list[PrintedVariance]:
    bridge_steps = [
        (cause, printed_by([("III", [{"kind": "paragraph", "runs": [text]}])]))
        for cause, text in zip(("", "late"), texts, strict=True)
    ]
    return printed_variances(bridge_steps)


def test_a_sentence_is_followed_through_other_words_around_as_many_figures() -> None:
    (variance,) = lines(
        "43/55 trường đã hoàn thành (78,2 %).", "Phần lớn đã hoàn thành (44/55 trường, 80,0 %)."
    )
    assert variance.figures is not None
    assert variance.parts() == {"late": [1, 0, Decimal("1.8")]}


def test_a_new_sentence_is_told_as_new_not_as_a_move_from_nothing() -> None:
    (variance,) = lines("Có 5 trường chưa nộp.", "Có 5 trường chưa nộp. Hạ tầng tốt ở 44/55 trường.")
    assert (variance.before, variance.after, variance.figures) == (None, "Hạ tầng tốt ở 44/55 trường", None)


@pytest.mark.parametrize("name", ["3_semester_review", "4_year_end_summary"])
def test_every_section_of_a_report_notebook_is_called(name: str) -> None:
    """What a reader sees of the report comes from calls that can be told again; nothing else is in a report notebook."""
    calls = section_calls(NOTEBOOKS / f"{name}.ipynb")
    source = (NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")
    assert len(calls) == source.count("(report") - source.count("banner(report") - source.count("footer(report") - 1  # fmt: skip
    assert calls[-1].title.startswith("Phụ lục › ")


def test_a_report_prints_thousands_of_figures_in_cells_key_figures_and_sentences() -> None:
    calls = section_calls(NOTEBOOKS / "3_semester_review.ipynb")
    printed = printed_by((call.title, call.parts(report())) for call in calls)
    assert figures_printed(printed) > 3000
    assert {place.section for place in printed.where.values()} >= {"Điểm chính", "Phụ lục › Phụ lục 3. Số liệu theo trường"}  # fmt: skip
    assert all(text == text.strip() for text in printed.cells.values())
    assert amount("−1.234,5") == Decimal("-1234.5")


@pytest.mark.parametrize(
    ("package", "previous", "cause"),
    [("", None, RULE), ("", {"term_id": "2022-2023-hk2", "tables": {}}, PREVIOUS), ("older", None, PROGRAM)],
)
def test_what_the_page_of_an_issue_printed_otherwise_has_a_cause_outside_of_the_bridge(
    tmp_path: Path, package: str, previous: object, cause: str
) -> None:
    """The same program and the same term before: then declarations; the term before is no part of what is kept."""
    record = {"package_sha256": package or made_with()["package_sha256"], "previous": previous}
    issue = Issue(1, tmp_path, record, tmp_path)
    assert outside_cause(Workspace(tmp_path), issue, None) == cause
    page = printed_by([("", [])])
    told = anchored(
        _printed("15/18"), replace(page, cells=_printed("14/18").cells, where=_printed("14/18").where)
    )
    (variance,) = printed_variances([("", told), (cause, _printed("15/18"))])
    assert variance.parts() == {cause: [1, 0]}
    assert variance.where.section == "I › 2"


def test_a_sentence_that_came_and_went_on_the_way_is_not_told() -> None:
    said, silent = Printed({}, {}, {"III": ("Báo cáo 50/55.",)}), Printed({}, {}, {"III": ()})
    assert printed_variances([("", silent), ("late", said), ("in_place", silent)]) == []
    (variance,) = printed_variances([("", silent), ("late", said)])
    assert (variance.before, variance.after) == (None, "Báo cáo 50/55.")
