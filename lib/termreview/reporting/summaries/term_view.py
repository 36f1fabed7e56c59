"""One term as a report reads it: what was declared, who was expected, what came, what it sums to."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.summaries.summaries import Summaries, summarise
from termreview.reporting.term.answers import Answers, spread_answers
from termreview.reporting.term.schools import expected_schools
from termreview.reporting.term.term_tables import TermTables


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
