"""Two pages that differ: the section is named, the place in it, what stands there and what should."""

from __future__ import annotations

import pytest
from page_world import RECORD

from termreview.reference.declarations import Reference
from termreview.reporting.pages.difference import excerpts, page_differences
from termreview.reporting.pages.reading import Place, read_places
from termreview.reporting.records.page_record import with_record

PAGE = """<!DOCTYPE html>
<html><head>
<title>Báo cáo</title>
<style>p{}</style></head>
<body>
<h1>Báo cáo</h1>
<h2 id="muc-1">I. Tình hình</h2>
<dl class="key-figures"><div><dt>Trường có báo cáo</dt><dd>50/55</dd><dd>Đạt 90,9 %</dd></div></dl>
<h3 id="muc-1-1">1. Nộp báo cáo</h3>
<p>Đến nay có <strong>50</strong> trường nộp.</p><ul><li>một</li><li>hai</li></ul>
<table><caption>Theo cấp học</caption><thead><tr><th>Cấp học</th><th colspan="2">Trường</th></tr>
<tr><th>Cấp học</th><th>Phải nộp</th><th>Đã nộp</th></tr></thead>
<tbody><tr><th>Mầm non</th><td>18</td><td><p>16</p></td></tr><tr><th>Tiểu học</th><td>20</td><td>19</td></tr></tbody></table>
<h3 id="muc-1-2">2. Biểu đồ</h3>
<img alt="Mười trường đạt" src="data:image/svg+xml;base64,AAAA">
<footer><p>Chân</p></footer>
<script type="application/json" id="tra-cuu-so-lieu">{"v":[1,2],"w":{"x":null}}</script>
<script>show()</script>
</body></html>
"""


@pytest.fixture
def words(reference: Reference) -> dict[str, str]:
    return dict(reference.provenance["places"])


def test_every_cell_is_read_with_its_table_row_and_column() -> None:
    cells = [place for place in read_places(PAGE) if place.kind == "cell"]
    assert Place("cell", ("Theo cấp học", "Mầm non", "Đã nộp"), "16") in cells
    assert Place("cell", ("Theo cấp học", "Tiểu học", "Phải nộp"), "20") in cells
    assert Place("figure", ("Trường có báo cáo",), "50/55") in read_places(PAGE)
    assert Place("text", (), "Đến nay có 50 trường nộp.") in read_places(PAGE)


@pytest.mark.parametrize(
    ("old", "new", "section", "place", "found", "expected", "kind"),
    [
        ("50/55", "54/55", "I. Tình hình", "Số liệu chính “Trường có báo cáo”", "54/55", "50/55", "changed"),
        ("<td>20</td>", "<td>21</td>", "I. Tình hình › 1. Nộp báo cáo",
         "Bảng “Theo cấp học”, dòng “Tiểu học”, cột “Phải nộp”", "21", "20", "changed"),
        ("<strong>50</strong>", "<strong>55</strong>", "I. Tình hình › 1. Nộp báo cáo", "Đoạn văn",
         "Đến nay có 55 trường nộp.", "Đến nay có 50 trường nộp.", "changed"),
        ("<li>hai</li>", "", "I. Tình hình › 1. Nộp báo cáo", "Dòng liệt kê", "", "hai", "missing"),
        ("<li>hai</li>", "<li>hai</li><li>ba</li>", "I. Tình hình › 1. Nộp báo cáo", "Dòng liệt kê", "ba", "", "added"),
        ("<tr><th>Tiểu học</th><td>20</td><td>19</td></tr>", "", "I. Tình hình › 1. Nộp báo cáo",
         "Bảng “Theo cấp học”, dòng “Tiểu học”", "", "Tiểu học | 20 | 19", "missing"),
        ("2. Biểu đồ", "2. Hình", "I. Tình hình › 2. Hình", "Tiêu đề", "2. Hình", "2. Biểu đồ", "changed"),
        ('<p>Đến', '<p class="x">Đến', "I. Tình hình › 1. Nộp báo cáo", "Phần không phải chữ", "", "", "unseen"),
        ("p{}", "p{display:none}", "Đầu trang", "Kiểu trình bày (phần ẩn)", "", "", "unseen"),
        ('"v":[1,2]', '"v":[1,3]', "Dữ liệu tra cứu số liệu (phần ẩn)",
         "Dữ liệu tra cứu số liệu (phần ẩn): v[1]", "3", "2", "changed"),
        ("show()", "hide()", "Dữ liệu tra cứu số liệu (phần ẩn)", "Đoạn mã tra cứu (phần ẩn)", "", "", "unseen"),
    ],
)  # fmt: skip
def test_one_change_is_named_once(
    words: dict[str, str],
    old: str,
    new: str,
    section: str,
    place: str,
    found: str,
    expected: str,
    kind: str,
) -> None:
    assert old in PAGE
    (difference,) = page_differences(PAGE.replace(old, new, 1), PAGE, words)
    assert (difference.section, difference.place) == (section, place)
    assert (difference.found, difference.expected, difference.kind) == (found, expected, kind)


def test_a_chart_that_was_drawn_anew_is_named_by_what_it_shows(words: dict[str, str]) -> None:
    (difference,) = page_differences(PAGE.replace("AAAA", "BBBB"), PAGE, words)
    assert difference.place == "Biểu đồ “Mười trường đạt”"
    assert difference.found != difference.expected


def test_a_section_put_in_or_taken_out_is_named(words: dict[str, str]) -> None:
    start, end = PAGE.index('<h3 id="muc-1-2">'), PAGE.index("<footer>")
    shorter = PAGE[:start] + PAGE[end:]
    assert {each.anchor for each in page_differences(shorter, PAGE, words)} == {"muc-1-2"}
    assert {each.kind for each in page_differences(shorter, PAGE, words)} == {"missing"}
    assert {each.kind for each in page_differences(PAGE, shorter, words)} == {"added"}


def test_equal_pages_have_no_differences_and_a_changed_record_is_one(words: dict[str, str]) -> None:
    page = with_record(PAGE, RECORD | {"figures": RECORD["figures"] | {"received_count": 50}})
    assert page_differences(page, page, words) == []
    (difference,) = page_differences(page.replace('"received_count":50', '"received_count":55'), page, words)
    assert (difference.place, difference.found, difference.expected) == ("figures.received_count", "55", "50")


@pytest.mark.parametrize(
    ("found", "expected", "told"),
    [
        ("50/55", "54/55", ("50/55", "54/55")),
        ("a b c d e f g h 9 i j k l m n o", "a b c d e f g h 8 i j k l m n o",
         ("… d e f g h 9 i j k l m …", "… d e f g h 8 i j k l m …")),
        ("a b", "a b c", ("a b", "a b c")),
        ("", "a", ("", "a")),
    ],
)  # fmt: skip
def test_long_texts_are_cut_to_what_differs(found: str, expected: str, told: tuple[str, str]) -> None:
    assert excerpts(found, expected) == told
