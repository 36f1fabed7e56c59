"""One block of the desk as HTML: whatever schools write stays text, and every word comes from the declarations."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from desk_world import HOSTILE, PRESCHOOL, PRIMARIES, ROLE, SILENT, TERM, TODAY, finding_of, seen

from termreview.desk.decision_drafts import Draft, decision_of
from termreview.desk.effect import effect_of_decision
from termreview.desk.explorer import level_margins_of
from termreview.desk.term.causes import findings_in
from termreview.desk.term.cell_context import cell_context
from termreview.desk.term.overview import Scope
from termreview.desk.term.term_now import TermNow, plain_rows
from termreview.desk.term.wording import joined
from termreview.desk.verification import item_lines
from termreview.desk.views.cell import finding_block, finding_head
from termreview.desk.views.effect import conflicts_block, decision_text, effect_block
from termreview.desk.views.overview import overview_block
from termreview.desk.views.points import item_block, linked, risk_note, sample_note
from termreview.desk.views.school import level_margins_block, page_block, school_block
from termreview.desk.visits import plan_visits
from termreview.errors import DeclarationError
from termreview.reference.declarations import load_reference
from termreview.reference.kinds.decisions import Decision
from termreview.reference.loading.text_schema import text_schema
from termreview.reporting.blocks.blocks import Block, escape_text
from termreview.reporting.school_pages.index import level_margins_view
from termreview.reporting.school_pages.pages import school_page
from worlds import ROOT, change, copy_reference

SOURCES = sorted((ROOT / "lib" / "termreview" / "desk").rglob("*.py"))


def text_of(block: Block) -> str:
    """The words of one block, once it is sure that nothing of it is alive."""
    page = BeautifulSoup(block.html, "html.parser")
    for tag in page.find_all(True):
        assert tag.name not in ("script", "iframe", "object", "embed", "form", "style", "link", "base"), tag
        assert not [name for name in tag.attrs if name.startswith("on")], tag
        assert tag.name != "img", tag
        if tag.name == "a" and not tag["href"].startswith("#only-"):  # the desk's own mark
            assert tag["href"].startswith(("https://", "http://")), tag
            assert tag["rel"] == ["noopener", "noreferrer"]
    return page.get_text(" ")


def hostile() -> TermNow:
    """The term as if every text of it came from somebody who means harm."""
    now = seen()
    findings = now.cleaned.findings.copy()
    for name in ("message", "remedy", "found", "expected", "file", "sheet"):
        findings[name] = findings[name].where(findings[name].isna(), HOSTILE)
    answers = now.cleaned.observations.copy()
    for name in ("original", "sheet", "file"):
        answers[name] = answers[name].where(answers[name].isna(), HOSTILE)
    is_text = answers["value_text"].notna() & answers["value_number"].isna()
    answers["value_text"] = answers["value_text"].mask(
        is_text & answers["field_id"].str.endswith("evidence"), HOSTILE
    )
    schools = tuple(replace(school, name=HOSTILE, short_name=HOSTILE) for school in now.declared.schools)
    declared = replace(now.declared, schools=schools)
    cleaned = replace(now.cleaned, findings=findings, observations=answers)
    return TermNow(replace(now.opened, declared=declared), now.files, None, cleaned, now.scored, now.stamp)


def test_findings_of_any_kind_stay_text() -> None:
    now = hostile()
    rows = plain_rows(findings_in(now, Scope()))
    assert len(rows) >= 10
    for row in rows:
        context = None
        if row["school_id"] and row["field_id"]:
            context = cell_context(now, row["school_id"], row["field_id"])
        assert "<img src=x onerror=alert(1)>" in text_of(
            joined(finding_head(now, row), finding_block(now, row, context))
        )


@pytest.mark.parametrize("school_id", [PRIMARIES[0], PRIMARIES[4], "0477101", "0477301"])
def test_a_school_from_all_sides_stays_text(school_id: str) -> None:
    assert "onerror" in text_of(school_block(hostile(), school_id))


def test_items_and_visits_stay_text() -> None:
    now = hostile()
    for line in item_lines(now, PRIMARIES[2]):
        text_of(item_block(now, line))
    text_of(risk_note(now))
    text_of(sample_note(now, plan_visits(now, Scope(), 5, 5, 1)))
    text_of(overview_block(now, Scope(), TODAY))


def test_decisions_of_others_stay_text() -> None:
    now = hostile()
    other = Decision(
        "qd-9", TERM, "cause", "*", "*", "not_a_number", HOSTILE, "accept", HOSTILE, HOSTILE, HOSTILE, TODAY
    )
    assert HOSTILE in text_of(conflicts_block(now, [other]))
    found = finding_of(now, PRIMARIES[0], "not_a_number", "support_requests_received_count")
    decision = decision_of(seen(), found, Draft("cell", "correct", "50", HOSTILE, ROLE), TODAY)
    assert "qd" in decision_text(now, replace(decision, decision_id="qd-1"))
    text_of(effect_block(now, effect_of_decision(seen(), decision)))


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("https://truong.example/mc, javascript:alert(1)", ["https://truong.example/mc"]),
        ('http://a.vn/"onmouseover=alert(1)', ["http://a.vn/"]),
        ("Teams; HTTPS viết hoa: không", []),
        ("https:///x và https://", []),
        ("https://[bad và http://b.vn.", ["http://b.vn"]),
    ],
)
def test_only_web_addresses_become_links(text: str, addresses: list[str]) -> None:
    block = linked(text)
    page = BeautifulSoup(block.html, "html.parser")
    assert [tag["href"] for tag in page.find_all("a")] == addresses
    assert page.get_text() == text
    text_of(block)


def test_the_desk_says_only_what_is_declared_and_all_of_it() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    declared = text_schema()["desk.yml"]
    for section, names in declared.items():
        is_whole = re.search(rf'words\([^)]*"{section}"\)|desk\["{section}"\]|f"{section}\.{{', source)
        for name in names:
            is_said = f'"{section}.{name}"' in source
            assert is_said or is_whole, f"{section}.{name} is never said"
    for section, name in re.findall(r'"([a-z_]+)\.([a-z_]+)"', source):
        if section in declared:
            assert name in declared[section], f"{section}.{name} is not declared"


def test_mistakes_in_the_words_are_named_with_their_line(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    path = folder / "desk.yml"
    change(path, 'busy: "', 'bussy: "')
    change(path, "{decision}", "{decison}")
    change(path, "near_groups: 4", "near_groups: -4")
    line = change(path, '  glance: "Toàn cảnh"', "  glance: 7")
    with pytest.raises(DeclarationError) as caught:
        load_reference(folder)
    said = [f"{problem.file}:{problem.line}: {problem.message}" for problem in caught.value.problems]
    assert all(problem.startswith("desk.yml:") for problem in said)
    for part in (
        "thiếu khóa 'busy'",
        "không có khóa 'bussy'",
        "'{decison}'",
        "không được nhỏ hơn 0",
        "'glance' phải là chữ",
    ):
        assert any(part in problem for problem in said), (part, said)
    assert any(problem.startswith(f"desk.yml:{line}:") for problem in said)


def test_what_levels_hang_on_is_told_as_on_the_school_s_page() -> None:
    now = seen()
    lines = level_margins_of(now, "0477201")
    assert [line.group_id for line in lines] == ["1", "2"]
    assert [line.text for line in lines] == [
        line["text"] for line in level_margins_view(now.report, "0477201")
    ]
    assert level_margins_of(now, PRESCHOOL) == level_margins_of(now, SILENT) == []
    assert escape_text(lines[0].text) in school_block(now, "0477201").html
    assert level_margins_block(now, []).html == ""


@pytest.mark.parametrize("school_id", ["0477203", PRESCHOOL, SILENT])
def test_the_school_s_own_page_stands_in_a_frame_where_nothing_runs(school_id: str) -> None:
    now = seen()
    assert now.report.summaries.standings.equals(now.standings)
    block = page_block(now, school_id).html
    assert re.findall(r"<(/?\w+)", block) == ["p", "/p", "iframe", "/iframe"]
    assert 'sandbox=""' in block
    shown = re.search(r'srcdoc="([^"]*)"', block)
    assert shown is not None
    assert unescape(shown[1]) == school_page(now.report, school_id)
