"""One chart of a report: its title says what is found, below it what is measured, under it source and date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from termreview.reporting.blocks.values import joined
from termreview.reporting.charts.chart import Chart, chart
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.wording import say
from termreview.reporting.term.schools import whole_of


def report_chart(
    report: ReportContext,
    draw: Callable[..., Any],
    frame: pd.DataFrame,
    *,
    finding: str,
    measure: str,
    alt: str,
    notes: tuple[str, ...] = (),
    source: str = "",
    **options: Any,
) -> Chart:
    """Finish one chart with the words that every chart of a report has; `source` is the term's reports unless given."""
    who = whole_of(report.summaries.reporting_levels)
    counts = {"received": int(who["received_count"]), "expected": int(who["expected_count"])}
    source = source or say(report, "charts.source", as_of=report.as_of, **counts)
    return chart(
        draw, frame, title=finding, measure=measure, alt=alt, caption=joined([*notes, source]), pictures=report.pictures, **options
    )  # fmt: skip
