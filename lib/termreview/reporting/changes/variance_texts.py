"""One variance of a figure in words: what it is called, what it was and is, and the part of each cause."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from termreview.reporting.blocks.number_format import decimal_text, number_text
from termreview.reporting.blocks.rows import by_key
from termreview.reporting.changes.bridge_figures import LEVELS, RATIOS, REPORTING, SIZES, TASKS, Figure
from termreview.reporting.changes.variances import Step, Variance
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.wording import group_title, say
from termreview.reporting.sections.index.scores import standing_text
from termreview.reporting.summaries.index import OVERALL, level_with_reason

# kind -> how its values are written (`number_text`) and to how many decimals
_COUNT, _PERCENT, _RATIO, _POINTS = ("integer", 0), ("percent1", 1), ("ratio", 2), ("points", 1)


def written_as(report: ReportContext, variance: Variance) -> tuple[str, int]:
    """How the values of one figure are written, and to how many decimals."""
    _, kind, name, _ = variance.key
    if kind == RATIOS:
        ratio = by_key(report.summaries.ratios, "ratio_id").get(name)
        return _PERCENT if ratio is None or ratio["unit"] == "percent" else _RATIO
    if kind == TASKS:
        return _PERCENT
    return _COUNT if kind in (REPORTING, SIZES, LEVELS) else _POINTS


def group_of(report: ReportContext, variance: Variance) -> str:
    """The heading that one figure of all schools stands under."""
    _, kind, _, group_id = variance.key
    if kind != LEVELS:
        return say(report, f"issued.groups.{kind}")
    return say(report, "issued.groups.levels", group=heading_of(report, group_id))


def heading_of(report: ReportContext, group_id: str) -> str:
    """One group of the index, or all of it, as a heading names it."""
    return say(report, "issued.overall") if group_id == OVERALL else group_title(report, group_id)


def title_of(report: ReportContext, variance: Variance) -> str:
    """What one figure of all schools is called."""
    _, kind, name, _ = variance.key
    if kind == REPORTING:
        return say(report, f"issued.figures.{name}")
    if kind == SIZES:
        words: Mapping[str, str] = report.reference.sentences["profile"]["columns"]
        return words.get(name, name)
    if kind == TASKS:
        titles = {task.task_id: task.short_title for task in report.declared.tasks}
        return titles.get(name, name) if name else say(report, "issued.figures.tasks")
    if kind == RATIOS:
        ratio = by_key(report.summaries.ratios, "ratio_id").get(name)
        return name if ratio is None else str(ratio["short_title"])
    return standing_text(report, name).capitalize()


def figure_text(figure: Figure, written: str) -> str:
    """One value as reports print it, a count with what it is counted of."""
    if figure.value is None:
        return number_text(None)
    text = number_text(_decimal(figure.value), written)
    if figure.denominator is None or written != "integer":
        return text
    return f"{text}/{number_text(_decimal(figure.denominator))}"


def share_parts(report: ReportContext, variance: Variance, written: str) -> str:
    """The numerators and denominators behind a share that moved; blank for what is no share."""
    if written == "integer" or (variance.before.denominator is None and variance.after.denominator is None):
        return ""
    before, after = (
        number_text(None)
        if not figure.denominator or figure.numerator is None
        else f"{number_text(_decimal(figure.numerator))}/{number_text(_decimal(figure.denominator))}"
        for figure in (variance.before, variance.after)
    )
    return say(report, "issued.share", before=before, after=after)


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)


def part_text(part: Decimal) -> str:
    """One part of a variance with its sign; nothing where it has none."""
    if not part:
        return ""
    return ("+" if part > 0 else "") + decimal_text(part)


def step_text(report: ReportContext, step: Step) -> str:
    """One change of a level, with the reason where it is not the one that its points give."""
    ends = ((step.before, step.held_before), (step.after, step.held_after))
    before, after = (
        level_with_reason(report.reference, standing_text(report, name), held) if name else number_text(None)
        for name, held in ends
    )
    return say(report, "issued.step", before=before, after=after)
