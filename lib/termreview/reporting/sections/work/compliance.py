"""One section on how periodic statistics are reported: on time, complete, returned, and whether their figures hold together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import pandas as pd

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.checks import OTHER_TERM, Check
from termreview.reporting.blocks.blocks import Block, bullets, paragraph, stack
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Share, column
from termreview.reporting.report.context import INTERNAL, ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.wording import say, scope_title
from termreview.reporting.summaries.decisions import open_findings
from termreview.reporting.term.answers import USABLE_PARTS, Answers
from termreview.reporting.term.schools import ALL, whole_of, with_all
from termreview.terms import Term

_MOST_NAMED = 6
WITHIN, BETWEEN, REPORTS, INDEX = "within", "between", "reports", "index"
WAYS = (WITHIN, BETWEEN, REPORTS, INDEX)
_COMPARING = ("sum_equals", "at_most", "ratio_within")  # the kinds that hold figures of one form together


def reporting_duty(report: ReportContext) -> Block:
    """How the schools report statistics: on time, complete, returned to be mended, by school level; nothing in other reports."""
    if report.declared.plan.is_review:
        return Block("")
    levels = report.summaries.reporting_levels
    whole = completeness(report.term.answers, report.summaries.reporting, report.declared)
    frame = levels.merge(whole[["scope", "complete_count"]], on="scope")
    frame["title"] = [scope_title(report, scope) for scope in frame["scope"]]
    shares = {
        "on_time": ("on_time_count", "expected_count"), "complete": ("complete_count", "received_count"),
        "returned": ("needs_repair_count", "received_count"),
    }  # fmt: skip
    for name, (part, of) in shares.items():
        frame[name] = column(Share(row[part], row[of]) for row in records(frame))
    own = whole_of(frame)
    told = [
        say(report, f"duty.{name}", count=int(own[part]), total=int(own[of]))
        for name, (part, of) in shares.items()
    ]
    heads = report.reference.sentences["duty"]["columns"]
    return stack(
        bullets([one for one in told if one]),
        table(
            frame[frame["scope"] != ALL],
            columns={name: heads[name] for name in ("title", "expected_count", *shares)},
            caption=say(report, "duty.caption"),
            formats={"expected_count": "integer"},
            align=dict.fromkeys(shares, "right"),
            total_row=records(frame[frame["scope"] == ALL])[0],
            notes=[say(report, "duty.note")],
        ),
    )


def held_together(report: ReportContext) -> Block:
    """Whether statistics hold together within a form, between the forms of the year, with the term's answers and the index."""
    if report.declared.plan.is_review:
        return Block("")
    schools, texts = report.term.schools, report.reference.sentences["consistency"]
    found = consistency(
        report.term.answers, report.in_year, open_findings(report.term.tables.findings), schools,
        report.reference, report.declared,
    )  # fmt: skip
    names = dict(zip(schools["school_id"], schools["short_name"], strict=True))
    rows = []
    for way in ways_asked(schools, report.reference, report.declared):
        own = found[found["way"] == way]
        odd = [names[school_id] for school_id in own.loc[~own["is_agreeing"].astype(bool), "school_id"]]
        rows.append(
            {
                "way": texts["ways"][way], "compared": len(own),
                "agreeing": Share(len(own) - len(odd), len(own)) if len(own) else texts["nothing"],
                "schools": listed(odd, most=_MOST_NAMED),
            }
        )  # fmt: skip
    is_named = report.edition == INTERNAL
    heads = texts["columns"]
    shown = ("way", "compared", "agreeing", *(("schools",) if is_named else ()))
    missing = [
        report.reference.calendar.plan(term).title
        for term in report.reference.held_against(report.declared.term)
        if term not in report.in_year
    ]
    return stack(
        paragraph(say(report, "consistency.said")),
        table(
            pd.DataFrame(rows).assign(agreeing=column(row["agreeing"] for row in rows)),
            columns={name: heads[name] for name in shown},
            caption=say(report, "consistency.caption"),
            formats={"compared": "integer"},
            align={"agreeing": "right"},
            row_header="way",
            notes=[
                say(report, "consistency.note"),
                *([say(report, "consistency.not_run", terms=listed(missing))] if missing else []),
            ],
        ),
    )


def consistency(
    answers: Answers,
    others: Mapping[Term, Answers],
    findings: pd.DataFrame,
    schools: pd.DataFrame,
    reference: Reference,
    declared: TermReference,
) -> pd.DataFrame:
    """Hold the answers of every school together in each way that its checks name.

    Parameters
    ----------
    others
        The answers of the other terms of the year that the checks name, where they were run.
    findings
        The open findings of the term.

    Returns
    -------
    DataFrame
        One row per `school_id` and `way` in which at least one of its figures could be compared: `is_agreeing`
        where none of them is asked about.
    """
    ways = {check.check_code: _way(check, reference, declared) for check in declared.checks}
    failed = set(zip(findings["school_id"], findings["check_code"].map(ways), strict=True))
    told = {"": _answered(answers)} | {
        f"{term.part}{OTHER_TERM}": _answered(one) for term, one in others.items()
    }
    rows = []
    for school_id, level in zip(schools["school_id"], schools["level"], strict=True):
        known = {f"{prefix}{name}" for prefix, own in told.items() for name in own[school_id]}
        found = {
            ways[pair.check.check_code]
            for pair in declared.pairs_for(level)
            if known.issuperset((*pair.left, *pair.right))
        }
        rows += [(school_id, way, (school_id, way) not in failed) for way in WAYS if way in found]
    return pd.DataFrame(rows, columns=["school_id", "way", "is_agreeing"])


def ways_asked(schools: pd.DataFrame, reference: Reference, declared: TermReference) -> tuple[str, ...]:
    """The ways of holding together that the checks of one term name for any of its schools, in their order."""
    pairs = (pair for level in dict.fromkeys(schools["level"]) for pair in declared.pairs_for(level))
    found = {
        _way(check, reference, declared)
        for check in {pair.check.check_code: pair.check for pair in pairs}.values()
    }
    return tuple(way for way in WAYS if way in found)


def _way(check: Check, reference: Reference, declared: TermReference) -> str:
    """The way of holding together to which one check belongs; blank for one that compares nothing."""
    if not check.other_parts:
        return WITHIN if check.kind in _COMPARING else ""
    of_year = reference.calendar.earlier_in_year(declared.term)
    own = [reference.of(term) for term in of_year if term.part in check.other_parts]
    if not any(one.plan.is_review for one in own):
        return BETWEEN
    read = {f"{one.term.part}{OTHER_TERM}{name}" for one in own for _, name in one.indicator_set.inputs}
    return INDEX if read.intersection(check.against) else REPORTS


def _answered(answers: Answers) -> Mapping[str, set[str]]:
    """The questions that each school answered."""
    told: dict[str, set[str]] = defaultdict(set)
    is_told = answers.states.isin(USABLE_PARTS).to_numpy()
    for school_id, row in zip(answers.states.index, is_told, strict=True):
        told[school_id] = set(answers.states.columns[row])
    return told


def completeness(answers: Answers, reporting: pd.DataFrame, declared: TermReference) -> pd.DataFrame:
    """Count who reports as asked: one row per school level and one for `all`, key `scope`.

    `complete_count` of `received_count` accepted reports answer every question that must be answered, on every sheet.
    """
    told = _answered(answers)
    required = {
        level: {
            field.field_id
            for field in declared.form.fields_for(level, declared.term.part)
            if field.is_required
        }
        for level in dict.fromkeys(reporting["level"])
    }
    came = reporting[reporting["state"].isin(("on_time", "late"))]
    is_complete = [
        told[school_id] >= required[level]
        for school_id, level in zip(came["school_id"], came["level"], strict=True)
    ]
    own = came.assign(is_complete=is_complete).groupby("level")["is_complete"].agg(["sum", "size"])
    levels = list(dict.fromkeys(reporting["level"]))
    own = own.reindex(levels, fill_value=0).astype(int).set_axis(["complete_count", "received_count"], axis=1)
    return with_all(own.rename_axis("scope").reset_index(), [])
