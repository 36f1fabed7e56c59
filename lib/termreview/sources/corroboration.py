"""One answer of one school held against what a system counted of it: agrees, differs, or cannot be compared, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.reference.kinds.sources import Corroboration, ExportLayout, Sources
from termreview.sources.facts import CONFLICT
from termreview.storage.contracts import from_rows
from termreview.text import day_text

AGREES, DIFFERS, NOT_COMPARABLE = "agrees", "differs", "not_comparable"
NO_ANSWER, NO_FACT, FACTS_DIFFER, PERIOD_SHORT = "no_answer", "no_fact", "facts_differ", "period_short"
CODE: Final = "system_differs"


def corroborate(
    observations: pd.DataFrame, facts: pd.DataFrame, sources: Sources, declared: TermReference
) -> pd.DataFrame:
    """Hold the answers of one term against the facts of systems.

    Returns
    -------
    DataFrame
        `corroborations`: one declared pair of one school that is asked for the answer; only pairs of whose fact any
        school has one. Both figures stand side by side: neither replaces the other.
    """
    rows: list[dict[str, Any]] = []
    by_fact = {fact_id: frame for fact_id, frame in facts.groupby("fact_id")}
    fields = {level: {field.field_id for field in declared.form.fields_for(level, declared.term.part)}
              for level in {school.level for school in declared.schools}}  # fmt: skip
    asked = observations[observations["field_id"].isin([pair.field_id for pair in sources.pairs])]
    answered = asked[asked["state"] == "answered"]
    answers = dict(
        zip(
            zip(answered["school_id"], answered["field_id"], strict=True),
            answered["value_number"],
            strict=True,
        )
    )
    for pair in sources.pairs:
        if pair.fact_id not in by_fact:
            continue
        found: dict[str, list[dict[str, Any]]] = {}
        for fact in by_fact[pair.fact_id].to_dict("records"):
            found.setdefault(str(fact["school_id"]), []).append(
                {str(name): value for name, value in fact.items()}
            )
        for school in declared.schools:
            if pair.field_id in fields[school.level]:
                stated = answers.get((school.unit_id, pair.field_id))
                rows.append(
                    _compared(
                        pair, school.unit_id, declared.term.term_id, stated, found.get(school.unit_id, [])
                    )
                )
    return from_rows("corroborations", rows)


def system_figures(compared: pd.DataFrame) -> dict[tuple[str, str], set[float]]:
    """What systems count for each answer, by school and field; several figures where several systems count it."""
    figures: dict[tuple[str, str], set[float]] = {}
    there = compared[compared["system"].notna()]
    for school_id, field_id, value in zip(
        there["school_id"], there["field_id"], there["system"], strict=True
    ):
        figures.setdefault((str(school_id), str(field_id)), set()).add(float(value))
    return figures


def _compared(
    pair: Corroboration, school_id: str, term_id: str, stated: Any, facts: list[dict[str, Any]]
) -> dict[str, Any]:
    values = {float(fact["value"]) for fact in facts if not pd.isna(fact["value"])}
    system = next(iter(values)) if len(values) == 1 else None
    number = None if stated is None or pd.isna(stated) else float(stated)
    verdict, reason = NOT_COMPARABLE, ""
    if not facts:
        reason = NO_FACT
    elif len(values) > 1 or any(fact["state"] == CONFLICT for fact in facts):
        reason, system = FACTS_DIFFER, None
    elif any(_days(fact) < pair.least_days for fact in facts):
        reason = PERIOD_SHORT
    elif number is None:
        reason = NO_ANSWER
    elif system is not None:
        margin = max(pair.tolerance_count, pair.tolerance_pct / 100 * max(abs(number), abs(system)))
        verdict = AGREES if abs(number - system) <= margin + 1e-9 else DIFFERS
    return {
        "school_id": school_id, "term_id": term_id, "pair_id": pair.pair_id, "field_id": pair.field_id,
        "fact_id": pair.fact_id, "source_id": ";".join(sorted({str(fact["source_id"]) for fact in facts})) or None,
        "stated": number, "system": system,
        "difference": None if number is None or system is None else number - system,
        "verdict": verdict, "reason_code": reason or None,
        "period_to": next((fact["period_to"] for fact in facts if not pd.isna(fact["period_to"])), None),
    }  # fmt: skip


def _days(fact: dict[str, Any]) -> int:
    """The days that one fact speaks of; all that are asked for where the export does not tell."""
    if pd.isna(fact["period_from"]) or pd.isna(fact["period_to"]):
        return 10**6
    return int((fact["period_to"] - fact["period_from"]).days) + 1


def differences(
    observations: pd.DataFrame, compared: pd.DataFrame, sources: Sources, declared: TermReference
) -> Iterator[tuple[str, dict[str, str]]]:
    """The question to each school whose answer differs, with both figures and where the other one comes from."""
    facts, systems = sources.facts, {layout.source_id: layout for layout in sources.layouts}
    notes = {pair.pair_id: pair.note for pair in sources.pairs}
    fields = declared.form.all_fields()
    differing = compared[compared["verdict"] == DIFFERS]
    asked = observations[
        observations["school_id"].isin(differing["school_id"])
        & observations["field_id"].isin(differing["field_id"])
    ]
    columns = (asked[name].tolist() for name in ("school_id", "field_id", "sheet", "cell"))
    places = {
        (school_id, field_id): (sheet, cell)
        for school_id, field_id, sheet, cell in zip(*columns, strict=True)
    }
    for row in differing.to_dict("records"):
        sheet, cell = places[row["school_id"], row["field_id"]]
        where = _whereabouts(systems, str(row["source_id"]), row["period_to"])
        yield str(row["school_id"]), {
            "code": CODE, "cause": f"{CODE}:{row['pair_id']}",
            "sheet": "" if pd.isna(sheet) else str(sheet), "cell": "" if pd.isna(cell) else str(cell),
            "field_id": str(row["field_id"]), "found": _number(row["stated"]), "expected": _number(row["system"]),
            "label": fields[str(row["field_id"])].label,
            "detail": f"{facts[str(row['fact_id'])].title}, {where}" + (f"; {note}" if (note := notes[str(row["pair_id"])]) else ""),
        }  # fmt: skip


def _whereabouts(layouts: dict[str, ExportLayout], source_ids: str, day: Any) -> str:
    systems = ", ".join(dict.fromkeys(layouts[one].system for one in source_ids.split(";")))
    return systems if pd.isna(day) else f"{systems} {day_text(day.date() if hasattr(day, 'date') else day)}"


def _number(value: Any) -> str:
    return str(int(value)) if float(value).is_integer() else f"{value:g}".replace(".", ",")
