"""One printed figure that changed: what is a figure, what became of it at each step, parts that add up in print."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from intake_world import ROOT
from report_world import report

from termreview.installation import made_with
from termreview.reporting.blocks.blocks import Block, paragraph
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Interval, Number, Parts, Sentence, Share, Value, joined
from termreview.reporting.changes.bridge import PROGRAM, RULE
from termreview.reporting.changes.old_pages import tables_of_page
from termreview.reporting.changes.place_variances import PlaceVariance, anchored, place_variances
from termreview.reporting.changes.places import CELL, ReportContent, aligned, figured_text, reported_content
from termreview.reporting.changes.report_diff import PREVIOUS, outside_cause, section_calls
from termreview.reporting.records.issued import SYSTEMS, Issue
from termreview.reporting.records.page_values import read_values, sections_of, values_text, with_values
from termreview.storage.workspace import Workspace

NOTEBOOKS = ROOT / "notebooks"


@pytest.mark.parametrize(
    ("content", "figures"),
    [
        (Share(27, 29), [27, 29, Decimal("93.1")]),
        (Interval(62, 72), [62, 72]),
        (Sentence("", [Number(-3), " so với ", Number(1234567)]), [-3, 1234567]),
        ("Công văn số 407/SGDĐT-GDTrH ngày 05/02/2024, năm học 2023-2024", []),
        (Sentence("", ["đến ngày ", Number("2024-02-05", "date")]), []),
        (Sentence("", [Number(46), " trường ở mức ", Number(3, role="level")]), [46]),
        (Sentence("", ["TH Bình An 1 có ", Number(5), " lớp"]), [5]),
        (Number(None), []),
    ],
)
def test_a_figure_is_a_number_that_counts_or_measures(content: object, figures: list[object]) -> None:
    assert list(figured_text(paragraph(content).parts[0]["runs"]).figures.values()) == figures


def test_a_text_is_compared_sentence_by_sentence() -> None:
    one, two = Sentence("size.classes", ["Có ", Number(1234), " lớp."]), Sentence("size.mixed", [Number(5), " lớp ghép"])  # fmt: skip
    told = reported_content([("I", paragraph(joined([one, "Trong đó:", two, "; còn lại đơn."])).parts)])
    assert [(each.key, each.text) for each in told.sentences["I"]] == [
        ("size.classes", "Có 1.234 lớp."), ("", "Trong đó:"), ("size.mixed", "5 lớp ghép"), ("", "; còn lại đơn."),
    ]  # fmt: skip


def test_a_range_that_opens_has_two_ends_before() -> None:
    path = [figured_text(value.runs) for value in (Interval(75, 75), Interval(75, 77))]
    assert [list(figures.values()) for figures in aligned(path) or ()] == [[75, 75], [75, 77]]
    assert aligned([figured_text("Mức 2"), figured_text("chưa kết luận")]) is None
    levels = [figured_text(Interval(75, 77, level=level).runs) for level in ("mức 2", "mức 3")]
    assert aligned(levels) is None, "the level is another one: words"


def cell(*contents: Value | str | None) -> PlaceVariance:
    """The one variance of one cell along the steps late, correction, rule."""
    causes = ["", "late", "correction", "rule"][: len(contents)]
    bridge_steps = [(cause, _told(content)) for cause, content in zip(causes, contents, strict=True)]
    (variance,) = place_variances(bridge_steps)
    return variance


def _table(content: Value | str | None) -> Block:
    rows = [] if content is None else [{"level": "Mầm non", "rate": content}]
    columns = {"level": "Cấp", "rate": "Đúng hạn"}
    return table(pd.DataFrame(rows, columns=list(columns)), columns=columns, caption="Nộp")


def _told(content: Value | str | None) -> ReportContent:
    return reported_content([("I › 2", _table(content).parts)])


def test_parts_add_up_to_the_move_as_printed() -> None:
    variance = cell(Share(15, 18), Share(16, 18), Share(15, 18), Share(17, 18))
    assert (variance.where.section, variance.where.table, variance.where.row, variance.where.column) == ("I › 2", "Nộp", "Mầm non", "Đúng hạn")  # fmt: skip
    assert (variance.before, variance.after) == ("15/18 (83,3%)", "17/18 (94,4%)")
    assert variance.changed == [("numerator", "1"), ("percent", "1")]
    assert variance.variances == [2, Decimal("11.1")]
    assert variance.parts == {
        "late": [1, Decimal("5.6")],
        "correction": [-1, Decimal("-5.6")],
        "rule": [2, Decimal("11.1")],
    }


def test_what_appears_moves_from_nothing_and_what_goes_to_it() -> None:
    assert cell(Number(None), Number(45.2, "points")).parts == {"late": [Decimal("45.2")]}
    assert cell(Number(45.2, "points"), None).parts == {"late": [Decimal("-45.2")]}


def test_words_have_causes_but_no_parts() -> None:
    variance = cell("Mức 2", "Mức 2", "chưa kết luận")
    assert variance.figures is None
    assert variance.steps == (("correction", "Mức 2", "chưa kết luận"),)


def lines(*texts: Sentence) -> list[PlaceVariance]:
    bridge_steps = [
        (cause, reported_content([("III", paragraph(text).parts)]))
        for cause, text in zip(("", "late"), texts, strict=True)
    ]
    return place_variances(bridge_steps)


def test_a_sentence_is_followed_through_other_words_by_its_key_and_values() -> None:
    shares = [{"done": Number(done, role="done"), "all": Number(55, role="all"), "pct": Number(100 * done / 55, "percent1", role="pct")} for done in (43, 44)]  # fmt: skip
    first, second = shares
    (variance,) = lines(
        Sentence("tasks.done", [first["done"], "/", first["all"], " trường đã hoàn thành (", first["pct"], ")."]),
        Sentence("tasks.done", ["Phần lớn đã hoàn thành (", second["pct"], ": ", second["done"], "/", second["all"], ")."]),
    )  # fmt: skip
    assert variance.figures is not None
    assert variance.changed == [("done", "1"), ("pct", "1")]
    assert variance.parts == {"late": [1, Decimal("1.8")]}


def test_items_of_a_sentence_are_joined_by_what_they_name_not_by_their_order() -> None:
    def told(*items: tuple[str, int]) -> Sentence:
        named = [Sentence("item", [f"{name}: ", Number(count, role="count")]) for name, count in items]
        return Sentence("all", ["Gồm ", joined(named, "; ")])

    (variance,) = lines(told(("một", 5), ("hai", 7)), told(("không", 1), ("hai", 7), ("một", 6)))
    assert variance.variances == [1], "not the 2 of another item in its place"


def test_a_new_sentence_is_told_as_new_not_as_a_move_from_nothing() -> None:
    missing = Sentence("missing", ["Có ", Number(5), " trường chưa nộp."])
    good = Sentence("good", ["Hạ tầng tốt ở ", Parts(44, 55), " trường"])
    (variance,) = lines(missing, joined([missing, good]))
    assert (variance.before, variance.after, variance.figures) == (None, "Hạ tầng tốt ở 44/55 trường", None)


def test_what_a_page_keeps_is_what_it_prints_no_figure_more_exact() -> None:
    told = Sentence("rate", ["Đạt ", Number(93.1034, "percent1", role="pct"), " </script>"])
    parts = [
        *_table(Share(27, 29)).parts,
        *_table(Interval(0.59512, 0.676, "share1")).parts,
        *paragraph(told).parts,
    ]
    text = values_text(sections_of([{"kind": "heading", "level": 1, "text": "I"}, *parts]))
    kept = read_values(with_values("<body></body>", text))
    assert "103" not in str(kept)
    assert "512" not in str(kept)
    assert kept is not None
    assert reported_content(kept) == reported_content([("I", parts)])
    assert read_values("<body></body>") is None


def test_a_page_that_keeps_no_values_is_read_by_its_texts() -> None:
    """As reports were published before; a cell that the program tells otherwise keeps the keys of its figures."""
    like = reported_content([("I › 2", _table(Share(16, 18)).parts)])
    page = f"<h2>I</h2>{_table(Share(15, 18)).html}"
    told = anchored(like, tables_of_page(page, like, ()))
    (variance,) = place_variances([("", told), ("late", like)])
    assert variance.where.section == "I › 2"
    assert variance.parts == {"late": [1, Decimal("5.6")]}
    assert place_variances([("", anchored(like, tables_of_page(_table(Share(16, 18)).html, like, ()))), ("late", like)]) == []  # fmt: skip


def test_a_page_of_the_version_before_is_compared_by_the_keys_of_today() -> None:
    """A page as that version published it, with its record and three of its tables; the report is another one."""
    calls = section_calls(NOTEBOOKS / "3_semester_review.ipynb")
    like = reported_content((call.title, call.parts(report())) for call in calls)
    markup = (ROOT / "tests" / "data" / "pages" / "bao-cao-khong-kem-so-lieu.html").read_text(
        encoding="utf-8"
    )
    assert read_values(markup) is None
    told = tables_of_page(markup, like, ())
    cells = {(told.where[key].row, key.column): one for key, one in told.cells.items() if key.kind == CELL}
    figures = {at: list(one.figures.values()) for at, one in cells.items()}
    assert figures["Mầm non", "rate"] == [16, 18, Decimal("88.9")]
    assert figures["Toàn địa bàn", "missing_count"] == [3]
    assert figures["Nhóm 2: quản trị – Tiểu học", "final_average"] == [Decimal("47.6"), Decimal("67.5")]
    assert cells["HS có mã định danh", "verdict"].figures == {}
    known = [key for key in told.cells if key.kind == CELL and key in like.cells]
    assert len(known) == len(cells) + len(told.cells) - len(told.where) + 16, (
        "a row of one head is counted on"
    )
    moved = [one for one in place_variances([("", anchored(like, told)), ("late", like)]) if one.figures]
    assert {one.where.table for one in moved} >= {"Tình hình nộp báo cáo theo cấp học", "Điểm trung bình mỗi nhóm: hiện tại và dự kiến khi đủ báo cáo"}  # fmt: skip
    assert all(sum(own) == whole for one in moved for own, whole in zip(zip(*one.parts.values(), strict=True), one.variances, strict=True))  # fmt: skip
    assert (
        tables_of_page(markup, like, {"Tình hình nộp báo cáo theo cấp học"}).cells.keys() < told.cells.keys()
    )


@pytest.mark.parametrize("name", ["3_semester_review", "4_year_end_summary"])
def test_every_section_of_a_report_notebook_is_called(name: str) -> None:
    """What a reader sees of the report comes from calls that can be told again; nothing else is in a report notebook."""
    calls = section_calls(NOTEBOOKS / f"{name}.ipynb")
    source = (NOTEBOOKS / f"{name}.ipynb").read_text(encoding="utf-8")
    assert len(calls) == source.count("(report") - source.count("banner(report") - source.count("footer(report") - source.count("slip(report") - 1  # fmt: skip
    assert calls[-1].title.startswith("Phụ lục › ")


def test_a_report_prints_thousands_of_figures_in_cells_key_figures_and_sentences() -> None:
    calls = section_calls(NOTEBOOKS / "3_semester_review.ipynb")
    told = reported_content((call.title, call.parts(report())) for call in calls)
    assert told.counted > 3000
    assert {place.section for place in told.where.values()} >= {"Điểm chính", "Phụ lục › Phụ lục 3. Số liệu theo trường"}  # fmt: skip
    assert all(one.text == one.text.strip() for one in told.cells.values())


@pytest.mark.parametrize(
    ("package", "kept", "cause"),
    [
        ("", {}, RULE),
        ("", {"systems": {}}, RULE),
        ("", {"systems": {"source_facts": "others"}}, SYSTEMS),
        ("", {"previous": {"term_id": "2022-2023-hk2", "tables": {}}}, PREVIOUS),
        ("older", {}, PROGRAM),
    ],
)
def test_what_the_page_of_an_issue_printed_otherwise_has_a_cause_outside_of_the_bridge(
    tmp_path: Path, package: str, kept: dict[str, object], cause: str
) -> None:
    """The same program, term before and exports of systems: then declarations; an older issue does not know the exports."""
    record = {
        "term_id": "2023-2024-hk1",
        "package_sha256": package or made_with()["package_sha256"],
        "previous": None,
        **kept,
    }
    issue = Issue(1, tmp_path, record, tmp_path)
    assert outside_cause(Workspace(tmp_path), issue, None) == cause
    told, now = anchored(_told(Parts(15, 18)), _told(Parts(14, 18))), _told(Parts(15, 18))
    (variance,) = place_variances([("", told), (cause, now)])
    assert variance.parts == {cause: [1]}
    assert variance.where.section == "I › 2"


def test_a_sentence_that_came_and_went_on_the_way_is_not_told() -> None:
    spoken, silent = (
        reported_content([("III", paragraph("Báo cáo 50/55.").parts)]),
        reported_content([("III", [])]),
    )
    assert place_variances([("", silent), ("late", spoken), ("in_place", silent)]) == []
    (variance,) = place_variances([("", silent), ("late", spoken)])
    assert (variance.before, variance.after) == (None, "Báo cáo 50/55.")
