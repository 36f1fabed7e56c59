"""The live self-score of the form and the scoring room agree, once LibreOffice has recalculated the form."""

from __future__ import annotations

import datetime
import random
import subprocess
from dataclasses import dataclass

import openpyxl
import pandas as pd
import pytest

from termreview.forms.dispatch import form_order
from termreview.forms.form import Value, write_form
from termreview.forms.layout import FormLayout
from termreview.intake.clean import clean_term
from termreview.intake.received.received import list_received
from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.indicators import IndicatorSet
from termreview.scoring.score import Scored, score_term
from termreview.terms import parse_term
from worlds import HK1, term_of

Answers = dict[str, Value]
DAY = datetime.date(2023, 10, 20)

# As delivered, LibreOffice trusts the stored values of a file until a cell is touched.
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>
"""

pytestmark = pytest.mark.office


@dataclass(frozen=True)
class Recalculated:
    """The forms after LibreOffice, and the scores of the same answers."""

    term: TermReference
    pages: dict[str, tuple[FormLayout, openpyxl.worksheet.worksheet.Worksheet]]
    scored: Scored


def conditions(number: Value = "48/KH-TH", on: Value = DAY) -> Answers:
    names = ("online_plan", "online_regulation", "cds_people", "cds_plan")
    return {f"{name}.{column}": value for name in names for column, value in (("number", number), ("on", on))}


def facts(share: float = 1.0, computers: int = 20) -> Answers:
    """Facts of a school with 40 teachers and 20 rooms."""
    return {
        "materials_listed_count": round(45 * share), "lab_tests_count": round(12 * share),
        "teachers_online_account_count": round(40 * share), "teachers_using_software_count": round(40 * share),
        "teachers_making_materials_count": round(40 * share), "teachers_count.total": 40,
        "classrooms_projector_internet_count": round(20 * share), "classrooms_count": 20,
        "informatics_class_size_count": 40, "informatics_computers_working_count": computers,
        "parents_linked_count": round(500 * share), "enrolments_online_count": round(80 * share),
        "fees_cashless_vnd": round(4e8 * share),
    }  # fmt: skip


def claims(
    indicator_set: IndicatorSet, share: float = 1.0, use: str = "yes", evidence: str | None = "Có hồ sơ"
) -> Answers:
    answers: Answers = {}
    for item in indicator_set.items:
        answers[item.field("self")] = round(item.max_points * share * 2) / 2
        if "in_use" in item.columns:
            answers[item.field("in_use")] = use
        if evidence is not None:
            answers[item.field("evidence")] = evidence
    return answers


def drawn(indicator_set: IndicatorSet, seed: int) -> Answers:
    """A school that fills at random, blanks and contradictions included."""
    dice = random.Random(seed)
    answers: Answers = {}
    everything = conditions() | facts(dice.random(), dice.choice([0, 13, 14, 20, 40]))
    for name, value in everything.items():
        answers[name] = dice.choice(
            [value, value, value, value, None, 0 if isinstance(value, int) else "Không có"]
        )
    for item in indicator_set.items:
        answers[item.field("self")] = dice.choice(
            [None, 0, item.max_points, dice.randint(0, int(item.max_points * 2)) / 2]
        )
        answers[item.field("in_use")] = dice.choice(["yes", "yes", "no", None])
        answers[item.field("evidence")] = dice.choice(["https://vi.du/minh-chung", "chưa", "-", "  ", None])
    return {name: value for name, value in answers.items() if value is not None}


def stories(indicator_set: IndicatorSet) -> dict[str, Answers]:
    """Schools by code and what they answered."""
    complete = conditions() | facts() | claims(indicator_set)
    plain = {item.field("in_use"): "yes" for item in indicator_set.items if "in_use" in item.columns}
    told = {
        "0477201": complete,
        "0477202": {"difficulties": "Chưa tự đánh giá"},
        "0477203": conditions() | facts(0.5) | claims(indicator_set, evidence=None),
        "0477204": complete | {"lab_tests_count": 0, "q4725_1_3_1.in_use": "no", "q4725_1_7_3.in_use": "no"},
        "0477205": complete | conditions(number="Không có"),
        "0477206": complete | {"q4725_2_3_1.evidence": "không", "q4725_2_3_2.evidence": " KHÔNG PHÁT SINH "},
        "0477207": conditions() | facts(0.6) | plain | {"q4725_1_4.self": 6.5, "teachers_count.total": 0},
        "0477208": complete | {"q4725_2_3_3.self": 99, "q4725_1_6_1.self": 50},
        "0477301": complete | {"informatics_computers_working_count": 0},
        "0477302": {name: value for name, value in complete.items() if not name.endswith(".on")}
        | facts(computers=20),
        "0477303": complete | facts(0.2, computers=13) | {"cds_plan.on": "chưa có"},
        "0477401": conditions() | facts(0.6, computers=20) | claims(indicator_set, 0.6),
        "0477402": conditions() | claims(indicator_set, 0.75),
        "0477403": facts(0.2) | claims(indicator_set, 0.1, use="no"),
    }
    asked = {item.field(column) for item in indicator_set.items for column in item.columns}
    told |= {
        code: drawn(indicator_set, seed)
        for seed, code in enumerate(("0477209", "0477210", "0477304", "0477404"))
    }
    return {
        code: {
            name: value for name, value in answers.items() if not name.startswith("q4725") or name in asked
        }
        for code, answers in told.items()
    }


@pytest.fixture(scope="module")
def recalculated(
    reference: Reference, soffice: str, tmp_path_factory: pytest.TempPathFactory
) -> Recalculated:
    folder = tmp_path_factory.mktemp("self_score")
    told = stories(term_of(reference).indicator_set)
    term = term_of(reference, HK1, list(told))
    assert len(term.schools) == len(told)
    layouts = {
        school.unit_id: write_form(
            folder / f"{school.unit_id}.xlsx", form_order(reference, term, school), told[school.unit_id]
        )
        for school in term.schools
    }
    out = folder / "recalculated"
    (folder / "profile" / "user").mkdir(parents=True)
    (folder / "profile" / "user" / "registrymodifications.xcu").write_text(
        ALWAYS_RECALCULATE, encoding="utf-8"
    )
    subprocess.run(
        [soffice, f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", "--calc", "--convert-to", "xlsx",
         "--outdir", str(out), *(str(folder / f"{code}.xlsx") for code in layouts)],
        check=True, capture_output=True, timeout=1800,
    )  # fmt: skip
    pages = {
        code: (layout, openpyxl.load_workbook(out / f"{code}.xlsx", data_only=True)["Chỉ số CĐS"])
        for code, layout in layouts.items()
    }
    cleaned = clean_term(list_received(out, datetime.date(2024, 1, 5)), reference, parse_term(HK1))
    assert set(cleaned.submissions["fate"]) == {"accepted"}
    return Recalculated(term, pages, score_term(cleaned.observations, term))


def shown(value: object) -> object:
    return None if value in ("", None) else value


def index_blocks(layout: FormLayout):  # type: ignore[no-untyped-def]
    sheet = next(sheet for sheet in layout.sheets if sheet.plan.sheet_id == "index")
    return sheet.help_column, [block for block in sheet.blocks if block.section.indicator_group]


def test_every_item_shows_what_the_ledger_holds(recalculated: Recalculated) -> None:
    ledger = recalculated.scored.ledger.set_index(["school_id", "item_id"])
    differing = []
    for code, (layout, page) in recalculated.pages.items():
        first, blocks = index_blocks(layout)
        for row, number in ((row, number) for block in blocks for row, number in block.rows):
            line = ledger.loc[(code, row.row_code)]
            expected = [
                None if pd.isna(line[name]) else line[name] for name in ("computed_low", "low", "high")
            ]
            found = [shown(page.cell(number, first + shift).value) for shift in range(3)]
            if found != pytest.approx(expected):
                differing.append((code, row.row_code, line["reason"], found, expected))
    assert differing == []


def test_every_group_shows_the_sums_and_level_of_the_scores(recalculated: Recalculated) -> None:
    term = recalculated.term
    titles = term.indicator_set.level_titles()
    scores = recalculated.scored.scores.set_index(["school_id", "group_id"])
    differing = []
    for code, (layout, page) in recalculated.pages.items():
        first, blocks = index_blocks(layout)
        for block in blocks:
            group = next(
                group
                for group in term.indicator_set.groups
                if group.group_id == block.section.indicator_group
            )
            row = scores.loc[(code, group.group_id)]
            spare = group.unallocated.points if group.unallocated else 0
            sums = [
                page.cell(block.last_row + 1, first + 1).value,
                page.cell(block.last_row + 1, first + 2).value + spare,
            ]
            level = page.cell(block.last_row + 2, 4).value
            if pd.isna(row["level"]):
                words = term.form.word("not_concluded", low=row["level_low"], high=row["level_high"])
            else:
                words = term.form.word("level", level=row["level"], title=titles[row["level"]])
            if (*sums, level) != (pytest.approx(row["low"]), pytest.approx(row["high"]), words):
                differing.append((code, group.group_id, sums, level, row["low"], row["high"], words))
    assert differing == []


def test_the_stories_reach_every_reason_a_form_can_show(recalculated: Recalculated) -> None:
    reasons = set(recalculated.scored.ledger["reason"])
    assert reasons >= {
        "claimed", "agreed", "disputed", "no_evidence", "no_facts", "not_in_use", "computed_only", "unanswered",
        "out_of_range", "zero_denominator",
    }  # fmt: skip
    assert {"met", "failed", "unknown"} <= set(recalculated.scored.scores["conditions"])
    levels = recalculated.scored.scores["level"]
    assert {1, 2, 3} <= set(levels.dropna())
    assert levels.isna().any()
