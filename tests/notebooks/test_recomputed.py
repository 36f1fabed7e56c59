"""The headline figures of both sample reports, worked out again from the raw tables by plain pandas."""

from __future__ import annotations

import json
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from bs4 import BeautifulSoup

from demo_world import REPOSITORY, SEMESTER, YEAR_END, Demo
from termreview.terms import Term

TERMS = pytest.mark.parametrize("term", [SEMESTER, YEAR_END], ids=lambda term: term.part)
DUE_ON = {SEMESTER: "2024-01-10", YEAR_END: "2024-05-25"}
SCORED_LEVELS = ("th", "thcs", "th_thcs")
# Worked out by hand from the scores: schools whose lowest possible level is 2 or more, and how far that may go once
# every report is in and every point has its evidence.
REACHED = {
    SEMESTER: {"1": (24, "24–29"), "2": (22, "22–33")},
    YEAR_END: {"1": (31, "31–32"), "2": (28, "28–33")},
}


# Tasks reported as done, reported at all, and not reported, counted by hand in the answers of the forms.
TASKS = {SEMESTER: (588, 837, 82), YEAR_END: (711, 857, 43)}


# How many schools say each difficulty and each proposal, counted by hand in the sentences of the answers; a proposal to
# the committees of several communes is one. Last, the three tasks that most schools plan.
OPINIONS = {
    SEMESTER: {
        "Khó khăn": [13, 11, 11, 10, 9, 8, 7, 4],
        "Kiến nghị": [15, 12, 12, 9, 8, 1],
        "": [13, 11, 10],
    },
    YEAR_END: {
        "Khó khăn": [17, 12, 12, 9, 8, 8, 5, 4],
        "Kiến nghị": [14, 12, 12, 11, 5, 1, 1, 1],
        "": [14, 12, 11],
    },
}


def raw(demo: Demo, term: Term, name: str) -> pd.DataFrame:
    return pd.read_parquet(demo.workspace.processed(term) / f"{name}.parquet")


def expected_schools(term: Term) -> pd.DataFrame:
    units = pd.read_csv(REPOSITORY / "data" / "reference" / "units.csv", dtype=str).fillna("")
    is_valid = (units["valid_from"] <= DUE_ON[term]) & (
        (units["valid_to"] == "") | (units["valid_to"] >= DUE_ON[term])
    )
    return units[is_valid & (units["kind"] == "school")]


def main_page(demo: Demo, term: Term) -> BeautifulSoup:
    (page,) = [
        path
        for path in demo.workspace.output_paths(term).pages.glob("bao-cao-*.html")
        if not path.stem.endswith(("chia-se", "phieu-trinh"))
    ]
    return BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")


def key_figures(demo: Demo, term: Term) -> dict[str, tuple[str, str]]:
    cards = main_page(demo, term).select("dl.key-figures .key-figure")
    return {
        card.dt.get_text(" ", strip=True): (card.select_one(".key-value").get_text(), card.get_text(" "))  # type: ignore[union-attr]
        for card in cards
    }


def percent(part: float, whole: float) -> str:
    return f"{100 * part / whole:.1f}".replace(".", ",") + "%"


@TERMS
def test_the_reports_that_came_are_those_of_the_raw_table(demo: Demo, term: Term) -> None:
    accepted = raw(demo, term, "submissions").query("fate == 'accepted'")["school_id"].nunique()
    value, _ = key_figures(demo, term)["Trường có báo cáo được tiếp nhận"]
    assert value == f"{accepted}/{len(expected_schools(term))}"


@TERMS
def test_the_tasks_done_are_those_of_the_raw_table(demo: Demo, term: Term) -> None:
    tasks = pd.read_csv(REPOSITORY / "data" / "reference" / "tasks" / "cv407-2023.csv", dtype=str).fillna("")
    tasks, schools = tasks[tasks["status_field"] != ""], expected_schools(term)
    levels = [[*SCORED_LEVELS, "mn"] if own == "*" else own.split(";") for own in tasks["levels"]]
    asked = sum(int(schools["level"].isin(own).sum()) for own in levels)
    own = raw(demo, term, "observations")
    told = own[own["field_id"].isin(tasks["status_field"]) & (own["state"] == "answered")]["value_text"]
    done, silent = int(told.eq("done").sum()), asked - len(told)
    assert (done, len(told), silent) == TASKS[term]
    value, text = key_figures(demo, term)["Tỉ lệ nhiệm vụ các trường báo cáo đã hoàn thành"]
    assert value == percent(done, len(told))
    assert f"{done}/{len(told)} lượt nhiệm vụ có báo cáo" in text
    assert f"còn {silent} lượt chưa có báo cáo" in text


@TERMS
def test_one_fact_has_one_share_wherever_it_stands(demo: Demo, term: Term) -> None:
    """Every count of schools that have done a task, in sentences and lists: of the schools that answered, nowhere else."""
    tasks = pd.read_csv(REPOSITORY / "data" / "reference" / "tasks" / "cv407-2023.csv", dtype=str).fillna("")
    tasks = tasks[tasks["status_field"] != ""]
    own = raw(demo, term, "observations").query("state == 'answered'")
    told = " ".join(node.get_text(" ") for node in main_page(demo, term).select("li, p, dd")).lower()
    for task in tasks.to_dict("records"):
        answers = own[own["field_id"] == task["status_field"]]["value_text"]
        done, idle = (int(answers.eq(status).sum()) for status in ("done", "not_started"))
        names = {re.escape(task[name].lower()) for name in ("text_title", "short_title") if task[name]}
        found = set(re.findall(rf"(?:{'|'.join(names)})(?:: [^;.\d]*| \((?:mới có )?)(\d+/\d+)", told))
        assert found <= {f"{done}/{len(answers)}", f"{idle}/{len(answers)}"}, task["short_title"]
        assert found, task["short_title"]
    schools = 37 if term == SEMESTER else 36  # the index applies to; 4/34 and 4/37 stood for one thing
    done = own[own["field_id"] == "selfassessment_status"]["value_text"].eq("done").sum()
    assert not re.search(rf"\b{done}/{schools}\b", told)


@TERMS
@pytest.mark.parametrize("group_id", ["1", "2"])
def test_the_schools_at_level_two_or_more_are_those_whose_whole_interval_lies_there(
    demo: Demo, term: Term, group_id: str
) -> None:
    scores = raw(demo, term, "scores")
    own = scores[(scores["group_id"] == group_id) & (scores["state"] == "scored")]
    asked = expected_schools(term)["level"].isin(SCORED_LEVELS).sum()
    reached, could = (
        int((own["level_low"] >= 2).sum()),
        int((own["level_high"] >= 2).sum()) + asked - len(own),
    )
    assert (reached, f"{reached}–{could}") == REACHED[term][group_id]
    figures = key_figures(demo, term)
    (label,) = [
        label
        for label in figures
        if label.startswith("Số trường đạt mức độ 2") and f"nhóm {group_id}" in label
    ]
    assert figures[label][0].split()[0] == f"{reached}/{asked}"
    assert f"dự kiến khi đủ báo cáo: {reached}–{could} trường" in figures[label][1]


@TERMS
def test_the_share_of_identified_pupils_is_that_of_the_raw_table(demo: Demo, term: Term) -> None:
    own = raw(demo, term, "observations")
    found = own[own["field_id"] == "pupils_identified_count"].set_index("school_id")
    above = found["value_number"].where(found["state"] == "answered").astype(float)
    cells = own[own["field_id"].str.startswith("pupils_count.")]
    parts = cells[~cells["field_id"].str.endswith(".total")]
    is_usable = (
        parts.assign(ok=parts["state"].isin(["answered", "nothing_to_report"]))
        .groupby("school_id")["ok"]
        .all()
    )
    added = parts.groupby("school_id")["value_number"].sum(min_count=1).astype(float).where(is_usable)
    total = cells[cells["field_id"] == "pupils_count.total"].set_index("school_id")
    stated = total["value_number"].where(total["state"] == "answered").astype(float)
    below = added.reindex(stated.index).fillna(stated)
    counts = above.notna() & below.notna() & (above <= below) & (below > 0)
    (label,) = [label for label in key_figures(demo, term) if "mã định danh" in label]
    value, text = key_figures(demo, term)[label]
    assert value == percent(above[counts].sum(), below[counts].sum())
    parts_text = f"{above[counts].sum():,.0f}/{below[counts].sum():,.0f}".replace(",", ".")
    assert parts_text in text
    assert f"{int(counts.sum())}/{len(expected_schools(term))} trường" in text


@pytest.mark.parametrize(
    ("term", "field_id", "counts"),
    [
        (SEMESTER, "difficulties", [13]), (SEMESTER, "proposals", [15, 12]), (YEAR_END, "next_steps", [14, 12, 11, 10]),
        (SEMESTER, "next_steps", [13, 11, 10]),
    ],
)  # fmt: skip
def test_opinions_of_the_sample_are_counted_by_sentence(
    demo: Demo, term: Term, field_id: str, counts: list[int]
) -> None:
    """By hand, and again by pandas: each school once for each sentence that it wrote."""
    own = raw(demo, term, "observations")
    own = own[(own["field_id"] == field_id) & (own["state"] == "answered")]
    told = own.assign(said=own["value_text"].str.rstrip(".").str.split(r"\. ")).explode("said")
    by_sentence = told.groupby("said")["school_id"].nunique().sort_values(ascending=False)
    assert by_sentence.head(len(counts)).tolist() == counts
    printed = main_page(demo, term).get_text(" ")
    if field_id == "next_steps":
        for count in counts[:3]:
            assert f"({count} trường)" in printed
    else:
        heads = [
            table for table in main_page(demo, term).select("table") if "Nội dung (trích)" in table.get_text()
        ]
        numbers = [
            [row.select("td, th")[-1].get_text() for row in table.select("tbody tr")] for table in heads
        ]
        assert any(column[: len(counts)] == [str(count) for count in counts] for column in numbers)


@TERMS
def test_every_number_of_the_look_up_stands_in_the_cells_that_it_points_at(demo: Demo, term: Term) -> None:
    """A total that was added up anew names the cells of its parts, whose raw numbers make it; no cell with another."""
    (script,) = main_page(demo, term).select("script#tra-cuu-so-lieu")
    data = json.loads(script.get_text())
    books: dict[Path, openpyxl.Workbook] = {}

    def number_at(place: int, field: dict) -> float | None:
        school = data["schools"][place]
        cell = field.get("off", {}).get(str(place)) or field.get("at", {}).get(school[2], "")
        file, cell = cell.split(" · ") if " · " in cell else (school[4], cell)
        path = demo.workspace.raw(term) / file
        if not cell or path.suffix != ".xlsx":
            return None
        if path not in books:
            books[path] = openpyxl.load_workbook(path, data_only=True)
        sheet, _, at = cell.rpartition("!")
        value = books[path][sheet][at].value if sheet in books[path].sheetnames else None
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None

    rebuilt = checked = 0
    for field in data["fields"].values():
        if field["k"] not in ("count", "number", "money", "points"):
            continue
        for place, value in enumerate(field["v"]):
            noted = str(place) in field.get("n", {})
            stored = number_at(place, field) if isinstance(value, int | float) and not noted else None
            if stored is not None:
                assert stored == pytest.approx(value), (data["schools"][place][1], field["t"])
                checked += 1
        for place, value in field.get("r", {}).items():
            level = data["schools"][int(place)][2]
            parts = [data["fields"][name] for name in field["p"][level]]
            numbers = [number_at(int(place), part) for part in parts]
            said = [part["v"][int(place)] for part in parts]
            assert sum(number or 0 for number in said) == pytest.approx(value)
            assert all(number is None or number == one for number, one in zip(numbers, said, strict=True))
            assert field["v"][int(place)] != value, (
                "only totals that the school wrote otherwise are added up anew"
            )
            rebuilt += 1
    assert rebuilt
    assert checked > 2000


def test_the_blank_sheet_of_a_school_is_asked_about_in_the_sample(demo: Demo) -> None:
    """TH Hải Trung left nine items of group 2 blank, 76 of 100 points."""
    findings = raw(demo, YEAR_END, "findings").query("check_code == 'items_blank'")
    assert findings["school_id"].tolist() == ["0477219"]
    row = findings.iloc[0]
    assert (row["severity"], row["found"], row["sheet"]) == ("query", "9/11", "Chỉ số CĐS")
    assert not len(raw(demo, SEMESTER, "findings").query("check_code == 'items_blank'"))
    page = (demo.workspace.output_paths(YEAR_END).pages / "schools" / "0477219.html").read_text(
        encoding="utf-8"
    )
    text = BeautifulSoup(page, "html.parser").get_text(" ")
    assert "không có lỗi phải sửa" not in text
    assert "từ mức độ 1 đến mức độ 3" in text
    assert not re.search(r"mức \d hoặc mức \d", text)


@TERMS
def test_opinions_are_counted_by_what_they_say(demo: Demo, term: Term) -> None:
    page = main_page(demo, term)
    for head in ("Khó khăn", "Kiến nghị"):
        (rows,) = [
            table.select("tbody tr")
            for table in page.select("table")
            if table.caption
            and table.caption.get_text().startswith(head)
            and "tiếp theo" not in table.caption.get_text()
        ]
        assert [int(row.select("td, th")[-1].get_text()) for row in rows] == OPINIONS[term][head]
    planned = page.get_text(" ").partition("được nhiều trường đề xuất nhất")[2].partition("Giải pháp")[0]
    assert [int(count) for count in re.findall(r"” \((\d+) trường\)", planned)] == OPINIONS[term][""]
