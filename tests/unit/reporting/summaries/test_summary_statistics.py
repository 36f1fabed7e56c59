"""Statistics: totals rebuilt, levels kept apart, what does not add up is listed."""

from __future__ import annotations

from termreview.reference.declarations import Reference
from termreview.reporting.summaries.statistics import rebuilt_totals, statistics_by_level
from termreview.reporting.term.answers import spread_answers
from termreview.reporting.term.schools import expected_schools
from worlds import Value, observe, term_of

SCHOOLS = ["0477101", "0477201", "0477202", "0477301"]


def grades(size: float, total: float | None = None) -> dict[str, Value]:
    parts: dict[str, Value] = {f"pupils_count.g{grade}": size for grade in range(1, 6)}
    return parts if total is None else parts | {"pupils_count.total": total}


def test_totals_are_rebuilt_and_differences_named(reference: Reference) -> None:
    term = term_of(reference, schools=SCHOOLS)
    schools = expected_schools(term, reference.registry)
    answers = {
        "0477201": grades(20.0, 100.0),
        "0477202": grades(30.0, 149.0),
        "0477301": {"pupils_count.g6": 40.0},
    }
    spread = spread_answers(observe(term, answers), term)
    frame = statistics_by_level(spread, schools, term).set_index(["field_id", "scope"])
    whole = frame.loc[("pupils_count.total", "all")]
    assert whole["value"] == 250.0
    assert whole["stated"] == 249.0
    assert (whole["counted_count"], whole["asked_count"]) == (2, 4)
    assert frame.loc[("pupils_count.total", "thcs"), "counted_count"] == 0
    assert frame.loc[("pupils_count.total", "thcs"), "value"] != 0, "missing is never zero"
    assert ("pupils_count.g1", "thcs") not in frame.index, "lower secondary schools have no grade 1"
    odd = rebuilt_totals(spread, schools, term)
    assert odd[["school_id", "stated", "rebuilt"]].values.tolist() == [["0477202", 149.0, 150.0]]


def test_a_missing_total_is_listed_with_what_its_parts_give(reference: Reference) -> None:
    term = term_of(reference, schools=["0477201"])
    schools = expected_schools(term, reference.registry)
    spread = spread_answers(observe(term, {"0477201": grades(20.0)}), term)
    odd = rebuilt_totals(spread, schools, term)
    assert odd["rebuilt"].tolist() == [100.0]
    assert odd["stated"].isna().all()
