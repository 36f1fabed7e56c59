"""One comparison as files: a page of its own, and every figure that moved as CSV."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

from termreview.reporting.blocks.blocks import paragraph, stack
from termreview.reporting.blocks.csv_table import csv_bytes
from termreview.reporting.changes.bridge import CAUSES
from termreview.reporting.changes.bridge_figures import OFFICE
from termreview.reporting.changes.comparison import Comparison
from termreview.reporting.changes.issued import changes_summary, office_table, schools_table
from termreview.reporting.changes.report_diff import ReportDiff
from termreview.reporting.changes.report_diff_section import (
    diff_columns,
    diff_view,
    main_figures,
    printed_rows,
)
from termreview.reporting.changes.variance_texts import group_of, heading_of, step_text, title_of, written_as
from termreview.reporting.changes.variances import Variance, printed
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.wording import say, stored_label
from termreview.reporting.sections.basis.opening import banner, subject_of
from termreview.reporting.summaries.index import level_with_reason
from termreview.storage.atomic_files import write_content

_DECIMALS: Final = 6  # of a share in the table; counts and points are whole or have one


def changes_title(report: ReportContext, comparison: Comparison) -> str:
    """What the page of one comparison is called."""
    number = comparison.issue.number
    if comparison.later is None:
        return say(report, "issued.page.title", number=number)
    return say(report, "issued.page.title_later", number=number, later=comparison.later.number)


def write_changes(
    report: ReportContext,
    comparison: Comparison,
    page: Path,
    listing: Path,
    printed: ReportDiff | None = None,
    printed_listing: Path | None = None,
) -> None:
    """Write one comparison as a page and as lists; each whole or not at all, the same bytes from the same figures.

    `printed` carries it to every figure that the report prints: a last part of the page, and a list of its own.
    """
    from termreview.reporting.pages.pages import export_blocks

    parts = {
        "summary": changes_summary(report, comparison, 0 if printed is None else printed.figures),
        "office": office_table(report, comparison),
        "schools": schools_table(report, comparison),
    }
    shown = [(say(report, f"issued.page.{name}"), block) for name, block in parts.items() if block.html]
    if printed is not None:
        title, summary = shown[0]
        shown[0] = (
            title,
            stack(paragraph(subject_of(report), "lead-in"), main_figures(report, printed), summary),
        )
        shown.append((say(report, "issued.page.printed"), diff_view(report, printed)))
    export_blocks(
        shown, page, title=changes_title(report, comparison), notice=banner(report), footer=subject_of(report)
    )
    write_content(listing, csv_bytes(_columns(report), [_row(report, comparison, variance) for variance in comparison.variances]))  # fmt: skip
    if printed is not None and printed_listing is not None:
        write_content(printed_listing, csv_bytes(diff_columns(report), list(printed_rows(report, printed))))


def _columns(report: ReportContext) -> dict[str, str]:
    first = ("school_id", "school", "group", "title", "before", "after", "move")
    last = (
        "numerator_before", "denominator_before", "numerator_after", "denominator_after", "level_before",
        "level_after", "steps",
    )  # fmt: skip
    return {
        **{name: say(report, f"issued.csv.{name}") for name in first},
        **{cause: say(report, f"issued.columns.{cause}") for cause in CAUSES},
        **{name: say(report, f"issued.csv.{name}") for name in last},
    }


def _row(report: ReportContext, comparison: Comparison, variance: Variance) -> dict[str, Any]:
    """One figure that moved: its parts rounded so that they add up to its variance as written."""
    school_id, kind, _, group_id = variance.key
    is_office = school_id == OFFICE
    about = {
        "school_id": school_id,
        "school": say(report, "issued.csv.all") if is_office else comparison.names.get(school_id, school_id),
        "group": group_of(report, variance) if is_office else heading_of(report, group_id),
        "title": title_of(report, variance) if is_office else say(report, f"issued.csv.{kind}"),
    }
    if variance.steps:
        steps = [f"{say(report, f'issued.columns.{step.cause}')}: {step_text(report, step)}" for step in variance.steps]  # fmt: skip
        first, last = variance.steps[0], variance.steps[-1]
        return about | {
            "level_before": _standing(report, first.before, first.held_before),
            "level_after": _standing(report, last.after, last.held_after),
            "steps": "; ".join(steps),
        }
    _, decimals = written_as(report, variance)
    decimals = _DECIMALS if variance.before.denominator is not None and decimals else decimals
    parts = variance.printed_parts(decimals)
    ends = {"before": variance.before, "after": variance.after}
    return (
        about
        | {side: _written(figure.value, decimals) for side, figure in ends.items()}
        | {"move": sum(parts.values(), Decimal(0)), **parts}
        | {f"numerator_{side}": _written(figure.numerator, 0) for side, figure in ends.items()}
        | {f"denominator_{side}": _written(figure.denominator, 0) for side, figure in ends.items()}
    )


def _written(value: Fraction | None, decimals: int) -> Decimal | None:
    return None if value is None else printed(value, decimals)


def _standing(report: ReportContext, standing: str, held_by: str) -> str:
    name = stored_label(report, "score_levels_short", standing.removeprefix("level_"))
    return level_with_reason(report.reference, name, held_by)
