"""One measure against another: the chart that fits, the table beside it, and the files that open as they are meant."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from itertools import combinations
from urllib.parse import unquote

import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from desk_world import HOSTILE, TODAY, seen

from termreview.desk.exports import Download, csv_file, file_name, xlsx_file
from termreview.desk.measures import (
    CATEGORY,
    DATE,
    NUMBER,
    compare,
    measures_of,
    plain_rows_of,
    schools_with,
    values_of,
    word_rows,
    written,
)
from termreview.desk.term.overview import Scope, received_days
from termreview.desk.views.measure_charts import draw, with_days, with_marks
from termreview.desk.views.overview import overview_block
from termreview.reporting.blocks.csv_table import BOM
from termreview.reporting.charts.charts import calendar_strip, chart, with_caption
from termreview.reporting.charts.points import nice_step

COLUMNS = {"name": "Trường", "value": "Số liệu"}


def test_every_field_but_free_text_can_be_compared() -> None:
    now = seen()
    measures = measures_of(now)
    fields = {name for name, field in now.fields.items() if field.kind != "text"}
    assert fields <= set(measures)
    assert {ratio.ratio_id for ratio in now.reference.ratios} <= set(measures)
    assert {"level", "commune", "report", "low_1", "high_2", "standing_overall"} <= set(measures)
    kinds = {measure.kind for measure in measures.values()}
    assert kinds == {NUMBER, DATE, CATEGORY}


def test_every_measure_has_its_values_and_no_guesses() -> None:
    now = seen()
    for measure in measures_of(now).values():
        values = values_of(now, measure)
        kind = str if measure.kind == CATEGORY else float
        assert all(type(value) is kind for value in values.values()), measure.measure_id
        assert all(value == value and value != "" for value in values.values()), measure.measure_id
    assert "0477301" not in values_of(now, measures_of(now)["low_1"])
    assert "0477203" not in values_of(now, measures_of(now)["has_studio"])
    assert values_of(now, measures_of(now)["report"])["0477301"] == "Chưa nộp"


@pytest.mark.parametrize(
    ("x", "y", "drawing"),
    [
        ("low_1", "low_2", "scatter"),
        ("low_1", "level", "strips"),
        ("level", "low_1", "strips"),
        ("level", "report", "count_table"),
        ("level", None, "count_bars"),
        ("low_1", None, "strips"),
        ("online_plan.on", "low_1", "scatter"),
        ("fees_due_vnd", "pupils_count.total", "scatter"),
        ("has_studio", "standing_1", "count_table"),
    ],
)
def test_the_chart_fits_the_measures(x: str, y: str | None, drawing: str) -> None:
    now = seen()
    measures = measures_of(now)
    shown, again = (draw(now, compare(now, Scope(), measures[x], measures[y] if y else None)) for _ in "ab")
    assert shown.draw.__name__ == drawing
    assert shown.svg.startswith("<svg")
    assert shown.alt
    assert shown.svg == again.svg


def test_where_nothing_is_known_the_chart_says_so() -> None:
    now = seen()
    compared = compare(now, Scope(), measures_of(now)["low_1"], None, ("missing",))
    assert compared.known.empty
    shown = draw(now, compared)
    assert shown.data.empty
    assert "0/1" in shown.caption
    assert "Không có số liệu" in shown.alt


def test_filters_are_level_commune_and_state() -> None:
    now = seen()
    low = measures_of(now)["low_1"]
    assert len(compare(now, Scope(), low).frame) == 10
    assert set(compare(now, Scope(level="mn"), low).frame["school_id"]) == {"0477101"}
    assert set(compare(now, Scope(), low, None, ("needs_repair", "late")).frame["school_id"]) == {
        "0477201", "0477202", "0477203", "0477204",
    }  # fmt: skip


def test_a_picture_is_a_picture_of_the_same_chart() -> None:
    now = seen()
    shown = draw(now, compare(now, Scope(), measures_of(now)["low_1"], measures_of(now)["low_2"]))
    picture = shown.png
    assert picture.startswith(b"\x89PNG")
    assert int.from_bytes(picture[16:20], "big") == 1520
    assert picture == shown.png


@pytest.mark.parametrize(("wanted", "step"), [(0.3, 0.5), (1.0, 1.0), (1.1, 2.0), (4.0, 5.0), (70, 100)])
def test_steps_are_round(wanted: float, step: float) -> None:
    assert nice_step(wanted) == pytest.approx(step)
    assert nice_step(0.01, is_whole=True) == 1.0


def test_numbers_are_written_as_readers_write_them() -> None:
    measures = measures_of(seen())
    assert written(45.0, measures["low_1"]) == "45"
    assert written(45.5, measures["low_1"]) == "45,5"
    assert written(60_000_000.0, measures["fees_due_vnd"]) == "60 triệu"
    assert written(1_500_000_000.0, measures["fees_due_vnd"]) == "1,5 tỉ"
    assert written(float(pd.Timestamp("2024-01-10").toordinal()), measures["online_plan.on"]) == "10/01/2024"


def test_rows_with_figures_come_first() -> None:
    now = seen()
    compared = compare(now, Scope(), measures_of(now)["low_1"])
    rows = word_rows(compared)
    assert [bool(row["x"]) for row in rows] == [True] * 8 + [False] * 2
    plain = plain_rows_of(compared)
    assert plain[0]["x"] == 42.5
    assert plain[-1]["x"] is None


def test_the_csv_opens_in_a_vietnamese_excel() -> None:
    rows = [{"name": "TH Đông Sơn; số 1", "value": 94.64}, {"name": HOSTILE, "value": None}]
    made = csv_file("so lieu", COLUMNS, rows)
    text = made.content.decode("utf-8")
    assert text.startswith(BOM)
    assert text.endswith("\r\n")
    read = list(csv.reader(io.StringIO(text.removeprefix(BOM)), delimiter=";"))
    assert read == [["Trường", "Số liệu"], ["TH Đông Sơn; số 1", "94,64"], [HOSTILE, ""]]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_text_becomes_a_formula(text: str) -> None:
    made = csv_file("x", COLUMNS, [{"name": text, "value": 1}])
    cell = next(csv.reader(io.StringIO(made.content.decode("utf-8").splitlines()[1]), delimiter=";"))[0]
    assert cell.startswith("'")
    book = openpyxl.load_workbook(
        io.BytesIO(xlsx_file("x", "Bảng", COLUMNS, [{"name": text, "value": -1}], TODAY).content)
    )
    cells = {
        cell.value: cell.data_type
        for row in book.active.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert "f" not in cells.values()
    assert cells[-1] == "n"


def test_the_workbook_is_the_same_each_time_and_holds_numbers() -> None:
    rows = [{"name": "TH A", "value": 94.5}, {"name": "0477201", "value": 3}]
    first = xlsx_file("x", "Điểm: nhóm [1] / nhóm 2", COLUMNS, rows, TODAY)
    assert first.content == xlsx_file("x", "Điểm: nhóm [1] / nhóm 2", COLUMNS, rows, TODAY).content
    page = openpyxl.load_workbook(io.BytesIO(first.content)).active
    assert [[cell.value for cell in row] for row in page["A3:B5"]] == [
        ["Trường", "Số liệu"], ["TH A", 94.5], ["0477201", 3],
    ]  # fmt: skip


def test_names_of_files_are_plain_and_links_are_whole() -> None:
    assert file_name("../../etc/passwd", "csv") == "etc-passwd.csv"
    assert file_name("CON", "svg") == "CON.svg"
    assert file_name("Đ", "svg") == "tep.svg"
    link = Download("a.csv", "csv", b"x").link(HOSTILE).html
    assert "<img" not in link
    assert 'download="a.csv"' in link


def test_a_name_of_a_school_stays_text_in_a_chart() -> None:
    now = seen()
    compared = compare(now, Scope(), measures_of(now)["low_1"], measures_of(now)["low_2"])
    hostile = replace(compared, frame=compared.frame.assign(short_name=HOSTILE, level_title=HOSTILE))
    page = BeautifulSoup(draw(now, hostile)._repr_html_(), "html.parser")
    assert not page.find_all("img")
    assert HOSTILE in [text.get_text() for text in page.find_all("text")]


def marks_of(x: str, y: str | None) -> list[tuple[str, str]]:
    """The school that each mark opens, and what it says, of one comparison."""
    now = seen()
    measures = measures_of(now)
    compared = compare(now, Scope(), measures[x], measures[y] if y else None)
    page = BeautifulSoup(with_marks(now, draw(now, compared), compared).html, "html.parser")
    return [(mark["href"], mark.find("title").text) for mark in page.select('svg a[href^="#school-"]')]


@pytest.mark.parametrize(
    ("x", "y"), [("low_1", "low_2"), ("low_1", "level"), ("level", "low_1"), ("low_1", None)]
)
def test_every_disc_of_a_chart_names_its_school_and_opens_it(x: str, y: str | None) -> None:
    now = seen()
    measures = measures_of(now)
    known = compare(now, Scope(), measures[x], measures[y] if y else None).known
    told = "; ".join(text for _, text in marks_of(x, y))
    assert [name for name in known["short_name"] if f"{name}: " not in told] == []
    numbers = dict(zip(known["short_name"], known["x" if x == "low_1" else "y"], strict=True))
    for name, value in numbers.items():  # the values beside a name are those of that school
        said = next(part for part in told.split("; ") if part.startswith(f"{name}: "))
        assert f"{value:g}".replace(".", ",") in said, said


def only_links(html: str) -> list[tuple[dict[str, str], str]]:
    """What each link to the table asks for, and its words."""
    links = BeautifulSoup(html, "html.parser").select('a[href^="#only-"]')
    return [
        (json.loads(unquote(link["href"].removeprefix("#only-"))), link.get("aria-label") or link.get_text())
        for link in links
    ]


def test_the_bar_of_reports_and_the_days_of_receipt_lead_to_the_schools_that_they_count() -> None:
    now = seen()
    ids, state_of = list(now.schools["school_id"]), now.reporting.set_index("school_id")["state"]
    legend = only_links(overview_block(now, Scope(), TODAY).html)
    assert [only["submitted"] for only, _ in legend] == [
        "Đúng hạn",
        "Nộp muộn",
        "Tệp không dùng được",
        "Chưa nộp",
    ]
    for (only, said), state in zip(legend, ("on_time", "late", "refused", "missing"), strict=True):
        assert set(schools_with(now, only, ids)) == set(state_of.index[state_of == state])
        assert said.startswith(f"{only['submitted']}: {len(schools_with(now, only, ids))}/{len(ids)}")
    days = received_days(now, Scope())
    by_day = chart(
        calendar_strip, days, date="received_on", count="school_count", group=None, due_on="2024-01-10", title="ngày", alt="ngày"
    )  # fmt: skip
    marked = only_links(with_days(now, by_day, days).html)
    assert len(marked) == len(days) > 1
    for (only, said), count in zip(marked, days["school_count"], strict=True):
        assert len(schools_with(now, only, ids)) == count
        assert f"{only['received']}: {count} trường" in said
    assert sum(days["school_count"]) == now.reporting["received_on"].notna().sum()


def only_marks(x: str, y: str | None, also: dict[str, str] | None = None) -> list[tuple[dict[str, str], str]]:
    """What each bar, cell or row of one chart asks the table for, and what it says of itself."""
    now = seen()
    compared = compare(now, Scope(), measures_of(now)[x], measures_of(now)[y] if y else None)
    return only_links(with_marks(now, draw(now, compared), compared, also).html)


@pytest.mark.parametrize(
    ("x", "y"),
    [("level", None), ("standing_1", None), ("level", "report"), ("has_studio", "standing_1"), ("low_1", "level"), ("commune", "low_1")],
)  # fmt: skip
def test_every_bar_cell_and_row_leads_to_the_schools_that_it_counts(x: str, y: str | None) -> None:
    now = seen()
    measures, everyone = measures_of(now), [str(key) for key in now.schools["school_id"]]
    known = compare(now, Scope(), measures[x], measures[y] if y else None).known
    own = [(name, one) for name, one in (("x", x), ("y", y)) if one and measures[one].kind == CATEGORY]
    left = set(known["school_id"])
    marks = only_marks(x, y)
    for only, told in marks:
        same = known
        for name, one in own:
            same = same[same[name] == only[one]]
        meant = schools_with(now, only, everyone)
        assert meant == [key for key in everyone if key in set(same["school_id"])]
        assert f": {len(meant)} trường" in told
        left -= set(meant)
    assert left == set(), "every school stands behind one of the marks"
    assert len(marks) == len(known.groupby([name for name, _ in own]))


def test_what_the_chart_leaves_out_is_left_out_of_its_table_too() -> None:
    now = seen()
    everyone = [str(key) for key in now.schools["school_id"]]
    [only] = [only for only, _ in only_marks("level", "low_1") if only["level"] == "Tiểu học"]
    assert only == {"level": "Tiểu học", "low_1": "*"}
    assert len(schools_with(now, {"level": "Tiểu học"}, everyone)) == 7
    late = {"report": measures_of(now)["report"].order[0]}
    assert only_marks("level", "low_1", late)[0][0]["report"] == late["report"]
    assert marks_of("level", None) == marks_of("level", "report") == []


def test_discs_of_equal_values_stand_beside_each_other_and_none_is_cut() -> None:
    now = seen()
    measures = measures_of(now)
    compared = compare(now, Scope(), measures["low_1"], measures["low_2"])
    many = pd.concat([compared.frame.assign(x=100.0, y=100.0)] * 4, ignore_index=True)
    for two in (
        replace(compared, frame=many),
        replace(compared, y=measures["level"], frame=many.assign(y="Tiểu học")),
    ):
        shown = draw(now, two)
        page = BeautifulSoup(with_marks(now, shown, two).html, "html.parser")
        places = [(float(disc["cx"]), float(disc["cy"])) for disc in page.select("svg a circle")]
        assert len(places) == len(set(places)) == 40
        near = min(math.dist(one, other) for one, other in combinations(places, 2))
        assert near >= 2.5, "each can be hit"
        width, height = (float(size) * 72 for size in shown.figure.get_size_inches())
        assert all(3 <= x <= width - 3 and 3 <= y <= height - 3 for x, y in places)
        axes = shown.figure.axes[0].get_window_extent()
        dots = [line.get_transform().transform(line.get_xydata()) for line in shown.figure.axes[0].lines if line.get_linestyle() == "None"]  # fmt: skip
        assert all(axes.contains(*place) for own in dots for place in own), "none is cut off at an edge"


def test_long_titles_of_axes_and_columns_are_whole() -> None:
    now = seen()
    measures = measures_of(now)
    long = "Số học sinh được kiểm tra, đánh giá thường xuyên và định kỳ bằng hình thức trực tuyến trên phòng máy, tính cả các lớp ghép và các điểm trường lẻ"
    x, y = (replace(measures[name], title=f"{long} ({name})") for name in ("low_1", "low_2"))
    for two in (
        compare(now, Scope(), x, y),
        compare(now, Scope(), x),
        compare(now, Scope(), x, measures["level"]),
    ):
        drawn = " ".join(text.get_text() for text in BeautifulSoup(draw(now, two).svg, "html.parser").find_all("text"))  # fmt: skip
        for one in {two.x, two.y} - {None, measures["level"]}:
            assert one is not None
            assert all(word in drawn for word in one.title.split())
        assert "…" not in drawn
    crossed = draw(now, compare(now, Scope(), measures["commune"], measures["level"]))
    assert "…" not in crossed.svg


def test_a_group_has_its_mean_as_a_number() -> None:
    now = seen()
    measures = measures_of(now)
    compared = compare(now, Scope(), measures["low_1"], measures["level"])
    rows = compared.known[compared.known["level_title"] == "Tiểu học"]
    mean = f"{rows['x'].mean():.1f}".replace(".", ",")
    assert f"TB {mean} · n = {len(rows)}" in draw(now, compared).svg


def test_a_picture_that_is_handed_on_carries_its_title_number_source_and_day() -> None:
    now = seen()
    measures = measures_of(now)
    shown = draw(now, compare(now, Scope(), measures["low_1"], measures["level"]))
    carried = with_caption(shown, "Nguồn: báo cáo của các trường, số liệu đến ngày 31/12/2023.")
    texts = " ".join(BeautifulSoup(carried.svg, "xml").get_text(" ").split())
    for wanted in (
        "Cấp học theo Nhóm 1",
        "trường có đủ số liệu",
        "Nguồn: báo cáo của các trường",
        "31/12/2023",
    ):
        assert wanted in texts, wanted
    assert carried.figure.get_size_inches()[1] > shown.figure.get_size_inches()[1]
    heights = [int.from_bytes(one.png[20:24], "big") for one in (shown, carried)]
    assert heights[1] > heights[0]
