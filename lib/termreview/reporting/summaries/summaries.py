"""One term as a report reads it: what was declared, who was expected, what came, and every summary table of it, computed once."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.summaries.decisions import open_findings
from termreview.reporting.summaries.index import (
    criterion_shares,
    failed_conditions,
    level_distribution,
    not_concluded,
    open_points,
    open_reasons,
    school_scores,
)
from termreview.reporting.summaries.pending import pending_schools
from termreview.reporting.summaries.quality import (
    answer_states,
    cell_account,
    file_fates,
    findings_by_cause,
    opinions,
)
from termreview.reporting.summaries.ratios import ratios_against_lines, ratios_by_school, ratios_by_scope
from termreview.reporting.summaries.reporting import received_by_day, reporting_by_level, school_reporting
from termreview.reporting.summaries.statistics import rebuilt_totals, statistics_by_level
from termreview.reporting.summaries.tasks import school_statuses, task_figures, task_statuses
from termreview.reporting.term.answers import Answers, spread_answers
from termreview.reporting.term.schools import expected_schools
from termreview.reporting.term.term_tables import TermTables

STATUS_OPTIONS = "status"
OPINION_FIELDS = ("difficulties", "proposals", "next_steps")


@dataclass(frozen=True, eq=False)
class Summaries:
    """The summary tables of one term; each is described by the function that builds it."""

    reporting: pd.DataFrame
    reporting_levels: pd.DataFrame
    pending: pd.DataFrame
    received_days: pd.DataFrame
    school_statuses: pd.DataFrame
    statuses: pd.DataFrame
    figures: pd.DataFrame
    school_ratios: pd.DataFrame
    ratios: pd.DataFrame
    lines: pd.DataFrame
    standings: pd.DataFrame
    levels: pd.DataFrame
    criteria: pd.DataFrame
    conditions: pd.DataFrame
    open_points: pd.DataFrame
    open_reasons: pd.DataFrame
    not_concluded: pd.DataFrame
    statistics: pd.DataFrame
    rebuilt_totals: pd.DataFrame
    findings: pd.DataFrame
    cell_account: pd.DataFrame
    file_fates: pd.DataFrame
    answer_states: pd.DataFrame
    opinions: pd.DataFrame


def summarise(
    reference: Reference, declared: TermReference, schools: pd.DataFrame, answers: Answers, tables: TermTables
) -> Summaries:
    """Sum up the tables of one term."""
    statuses = list(declared.form.choices(STATUS_OPTIONS))
    titles = {code: message.title for code, message in reference.messages.items()}
    titles |= {check.check_code: check.title for check in declared.checks}
    findings = open_findings(tables.findings)
    reporting = school_reporting(schools, tables.submissions, findings)
    by_school = school_statuses(answers, schools, declared.tasks, statuses)
    asked = reference.ratios_of(declared)
    school_ratios = ratios_by_school(answers, schools, asked)
    ratios = ratios_by_scope(school_ratios, asked)
    standings = school_scores(tables.scores, schools, declared.indicator_set)
    open_by_school = open_points(tables.ledger, standings)
    return Summaries(
        reporting=reporting,
        reporting_levels=reporting_by_level(reporting),
        pending=pending_schools(
            reporting, tables.submissions, findings, tables.observations, tables.ledger, declared
        ),
        received_days=received_by_day(reporting),
        school_statuses=by_school,
        statuses=task_statuses(by_school, statuses),
        figures=task_figures(answers, schools, declared.tasks, declared.form, declared.term.part, ratios),
        school_ratios=school_ratios,
        ratios=ratios,
        lines=ratios_against_lines(
            school_ratios, ratios, reference.targets_in(declared.term.school_year), declared.plan.due_on.year
        ),
        standings=standings,
        levels=level_distribution(standings, declared.indicator_set),
        criteria=criterion_shares(tables.ledger, standings, declared.indicator_set),
        conditions=failed_conditions(standings, declared.indicator_set),
        open_points=open_by_school,
        open_reasons=open_reasons(open_by_school),
        not_concluded=not_concluded(standings, open_by_school),
        statistics=statistics_by_level(answers, schools, declared),
        rebuilt_totals=rebuilt_totals(answers, schools, declared),
        findings=findings_by_cause(findings, titles),
        cell_account=cell_account(tables.submissions),
        file_fates=file_fates(tables.submissions),
        answer_states=answer_states(tables.observations),
        opinions=opinions(
            answers,
            schools,
            OPINION_FIELDS,
            reference.opinions,
            [unit.name for unit in reference.registry.units],
        ),
    )


@dataclass(frozen=True, eq=False)
class TermView:
    """One term as a report reads it.

    `withheld` are the fields and ratios of which this view holds no figure of a single school, only such sums as
    may be shown.
    """

    declared: TermReference
    schools: pd.DataFrame
    tables: TermTables
    answers: Answers
    summaries: Summaries
    withheld: frozenset[str] = frozenset()


def build_view(reference: Reference, declared: TermReference, tables: TermTables) -> TermView:
    """Sum up the tables of one term, wherever they come from."""
    schools = expected_schools(declared, reference.registry)
    answers = spread_answers(tables.observations, declared)
    return TermView(
        declared, schools, tables, answers, summarise(reference, declared, schools, answers, tables)
    )
