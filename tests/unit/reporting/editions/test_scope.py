"""One report of part of the office: a commune, a ward of later years, one school, one level."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from report_world import ROOT, build_tables, report

from termreview.errors import UsageError
from termreview.reference.declarations import Reference, TermReference, load_reference
from termreview.reporting.editions.scope import (
    Scope,
    find_scope,
    narrowed,
    narrowed_before,
    narrowed_tables,
    schools_in,
    scope_subject,
    scopes_of_kind,
)
from termreview.reporting.report.context import ReportContext
from termreview.reporting.sections.assessment.evidence import fewest, weigh
from termreview.reporting.sections.basis import opening
from termreview.terms import parse_term
from worlds import HK1, HK2, append, change, copy_reference

COMMUNE, LEVEL = "047702", "th"


def ids(declared: TermReference) -> list[str]:
    return [school.unit_id for school in declared.schools]


def test_a_commune_holds_its_schools_alone(reference: Reference) -> None:
    declared = reference.of(parse_term(HK1))
    scope = find_scope(reference, declared, COMMUNE)
    own = narrowed(reference, declared, scope)
    assert ids(own) == [school.unit_id for school in declared.schools if school.parent_id == COMMUNE]
    assert 1 < len(own.schools) < 6
    assert scope.slug == COMMUNE
    assert scope_subject(reference, scope) == "trên địa bàn xã Bình An"


def test_a_unit_of_any_depth_holds_what_is_below_it(reference: Reference) -> None:
    declared = reference.of(parse_term(HK1))
    for unit_id in ("0400", "0477"):
        scope = find_scope(reference, declared, unit_id)
        assert ids(narrowed(reference, declared, scope)) == ids(declared)
    school = find_scope(reference, declared, "0477201")
    assert ids(narrowed(reference, declared, school)) == ["0477201"]
    assert scope_subject(reference, school).startswith("của Trường TH")


def test_a_level_and_a_commune_together(reference: Reference) -> None:
    declared = reference.of(parse_term(HK1))
    scope = find_scope(reference, declared, COMMUNE, LEVEL)
    own = narrowed(reference, declared, scope)
    assert own.schools
    assert all(school.level == LEVEL and school.parent_id == COMMUNE for school in own.schools)
    assert scope.slug == f"{COMMUNE}-{LEVEL}"
    assert scope_subject(reference, scope) == "của các trường tiểu học trên địa bàn xã Bình An"


def test_communes_share_out_all_schools(reference: Reference) -> None:
    declared = reference.of(parse_term(HK1))
    shares = [
        ids(narrowed(reference, declared, scope)) for scope in scopes_of_kind(reference, declared, "commune")
    ]
    assert len(shares) == 16
    assert sorted(school for own in shares for school in own) == sorted(ids(declared))


@pytest.mark.parametrize(
    ("unit", "level", "said"),
    [
        ("999", "", "không phải đơn vị trong"),
        ("047751", "", "không có hiệu lực ngày 10/01/2024"),
        ("", "thpt", "không phải cấp học"),
        ("0477201", "mn", "không có trường nào phải nộp"),
    ],
)
def test_a_scope_that_is_not_there_is_refused(reference: Reference, unit: str, level: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        find_scope(reference, reference.of(parse_term(HK1)), unit, level)


def test_a_kind_without_schools_names_those_that_have(reference: Reference) -> None:
    with pytest.raises(UsageError, match="các loại có trường: level, province, district, commune, school"):
        scopes_of_kind(reference, reference.of(parse_term(HK1)), "ward")


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """The declarations with one more school year, after the districts."""
    folder = copy_reference(tmp_path_factory.mktemp("later"))
    year = (folder / "calendar.yml").read_text(encoding="utf-8")
    block = year[year.index('  - id: "2024-2025"') :]
    for old, new in (
        ("2025-0", "2026-0"),
        ("2024-", "2025-"),
        ('"2025-2025', '"2025-2026'),
        ("2025-2025", "2025-2026"),
    ):
        block = block.replace(old, new)
    block = block.replace('previous: "2023-2025-hk2"', 'previous: "2024-2025-hk2"')
    block = block.replace("2023-2025", "2024-2025").replace("huong-dan-2025-2026", "huong-dan-2024-2025")
    append(folder / "calendar.yml", block.rstrip("\n"))
    return load_reference(folder)


def test_a_ward_after_2025_looks_back_on_the_same_schools_in_their_communes(later: Reference) -> None:
    declared = later.of(parse_term("2025-2026-hk1"))
    scope = find_scope(later, declared, "047751")
    own = narrowed(later, declared, scope)
    assert scope_subject(later, scope) == "trên địa bàn phường Phong Mẫu"
    assert len(own.schools) > 5
    before = later.of(parse_term("2024-2025-hk2"))
    assert {school.parent_id for school in narrowed_before(later, before, own, scope).schools} == {
        "047701",
        "047702",
        "047703",
    }
    assert ids(narrowed_before(later, before, own, scope)) == ids(own)
    with pytest.raises(UsageError, match="không có hiệu lực ngày"):
        find_scope(later, declared, COMMUNE)


def test_a_commune_looks_back_on_the_schools_that_merged_into_its_own(reference: Reference) -> None:
    now, before = reference.of(parse_term(HK2)), reference.of(parse_term(HK1))
    scope = find_scope(reference, now, "047716")
    own = narrowed(reference, now, scope)
    assert "0477406" in ids(own)
    assert {"0477222", "0477310"} <= set(ids(narrowed_before(reference, before, own, scope)))


def test_a_school_that_moved_to_another_unit_is_not_gone(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    change(folder / "units.csv", "0477103,2020-01-01,2025-06-30,", "0477103,2020-01-01,2024-01-31,")
    line = next(
        line
        for line in (folder / "units.csv").read_text(encoding="utf-8").splitlines()
        if line.startswith("0477103,2020")
    )
    moved = line.replace("2020-01-01,2024-01-31", "2024-02-01,2025-06-30").replace(",047702,", ",047703,")
    append(folder / "units.csv", moved)
    reference = load_reference(folder)
    now, before = reference.of(parse_term(HK2)), reference.of(parse_term(HK1))
    left, joined = (find_scope(reference, now, unit) for unit in ("047702", "047703"))
    for scope, is_there in ((left, False), (joined, True)):
        own = narrowed(reference, now, scope)
        assert ("0477103" in ids(own)) is is_there
        assert ("0477103" in ids(narrowed_before(reference, before, own, scope))) is is_there


def test_the_tables_of_a_scope_are_about_its_schools(reference: Reference) -> None:
    declared = reference.of(parse_term(HK1))
    own = narrowed(reference, declared, find_scope(reference, declared, COMMUNE))
    tables = narrowed_tables(build_tables(declared), own)
    for name, frame in vars(tables).items():
        assert set(frame["school_id"].dropna()) <= set(ids(own)), name
    assert set(tables.observations["school_id"]) == set(ids(own))


def cells(notebook: str) -> list[str]:
    content = json.loads((ROOT / "notebooks" / f"{notebook}.ipynb").read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"]


def shown(notebook: str, context: ReportContext) -> str:
    """Everything one report notebook shows of one report."""
    names: dict[str, object] = {}
    pages = []
    for source in cells(notebook):
        if "open_report" in source:
            exec(source[: source.index("report = open_report")], names)
            names["report"] = context
        elif "term_id: str" not in source and not source.startswith("trace."):
            part = eval(source, names)
            if hasattr(part, "_repr_html_"):
                pages.append(part._repr_html_())
    return "\n".join(pages)


@pytest.mark.parametrize(("unit", "level"), [(COMMUNE, ""), ("", "mn"), ("0477201", "")])
def test_the_report_of_a_small_scope_is_whole(unit: str, level: str) -> None:
    context = report(HK2, "", unit, level)
    page = shown("4_year_end_summary", context)
    assert scope_subject(context.reference, context.scope) in page
    others = set(context.reference.registry.on(context.declared.plan.due_on)) - set(
        context.term.schools["school_id"]
    )
    assert not any(f">{school_id}<" in page for school_id in others)


def test_few_schools_allow_no_judgement() -> None:
    evidence = weigh(report(HK1, "on_time", "047703"))
    assert len(report(HK1, "on_time", "047703").term.schools) < fewest(report(HK1))
    for name in ("strong_tasks", "weak_tasks", "strong_ratios", "weak_ratios", "weak_criteria", "top_levels"):
        assert getattr(evidence, name) == (), name
    assert evidence.reached_lines, "whether a school keeps to a declared line is no judgement by shares"
    assert weigh(report(HK1, "on_time")).weak_tasks


def test_the_whole_office_reads_as_before(reference: Reference) -> None:
    declared = reference.of(parse_term(HK1))
    assert narrowed(reference, declared, Scope()) is declared
    assert schools_in(reference, declared, Scope()) == declared.schools
    context = report(HK1)
    assert opening.subject_of(context).endswith("năm học 2023-2024")
    assert opening.subject_of(replace(context, scope=Scope(None, "th"))).endswith("của các trường tiểu học")
