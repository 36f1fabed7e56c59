"""One section on the systems that the letter names: what their exports count, beside what schools report (internal edition)."""

from __future__ import annotations

import pandas as pd

from termreview.reporting.blocks.blocks import Block, paragraph, stack
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Parts, column
from termreview.reporting.report.context import ReportContext, SystemTables
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.wording import say

_AGREES, _DIFFERS = "agrees", "differs"
_MOST_NAMED = 12


def systems(report: ReportContext) -> Block:
    """What exports of systems count beside what the same schools report; nothing without any export."""
    found = report.systems
    if found is None:
        return Block("")
    layouts = {layout.source_id: layout for layout in report.reference.sources.layouts}
    names = list(dict.fromkeys(layouts[one].system for one in found.facts["source_id"]))
    both = found.compared[found.compared["verdict"].isin([_AGREES, _DIFFERS])]
    agreeing = int((both["verdict"] == _AGREES).sum())
    said = say(
        report, "systems.summary", count=len(both), names=listed(names), agreeing=agreeing,
        differing=len(both) - agreeing, pct=100 * agreeing / len(both) if len(both) else None,
    )  # fmt: skip
    return stack(paragraph(said), _pairs(report, both), _differing(report, both), _others(report, found))


def _pairs(report: ReportContext, both: pd.DataFrame) -> Block:
    """One line a question: both sums over the schools that have both figures, and how many agree."""
    if both.empty:
        return Block("")
    pairs = {pair.pair_id: pair for pair in report.reference.sources.pairs}
    fields, facts = report.declared.form.all_fields(), report.reference.sources.facts
    sums = both.groupby("pair_id", sort=False).agg(
        stated=("stated", "sum"), system=("system", "sum"), count=("school_id", "size"),
        agreeing=("verdict", lambda verdicts: int((verdicts == _AGREES).sum())),
    )  # fmt: skip
    sums = sums.reindex([name for name in pairs if name in sums.index]).reset_index()
    sums["label"] = [fields[pairs[name].field_id].label for name in sums["pair_id"]]
    sums["fact"] = [facts[pairs[name].fact_id].title for name in sums["pair_id"]]
    sums["agreeing"] = column(
        Parts(int(a), int(n)) for a, n in zip(sums["agreeing"], sums["count"], strict=True)
    )
    return table(
        sums,
        columns={
            "label": "Chỉ tiêu", "stated": "Trường báo cáo", "fact": "Số liệu của hệ thống", "system": "Hệ thống",
            "agreeing": "Số trường khớp",
        },
        formats={"stated": "integer", "system": "integer"},
        align={"agreeing": "right"},
        caption=say(report, "systems.pairs_caption"),
        notes=[say(report, "systems.pairs_note")],
    )  # fmt: skip


def _differing(report: ReportContext, both: pd.DataFrame) -> Block:
    """The schools whose figure is not that of the system, the widest gap first."""
    odd = both[both["verdict"] == _DIFFERS]
    if odd.empty:
        return Block("")
    names = dict(zip(report.term.schools["school_id"], report.term.schools["short_name"], strict=True))
    fields = report.declared.form.all_fields()
    share = (odd["difference"] / odd[["stated", "system"]].abs().max(axis=1)).abs()
    odd = odd.assign(
        name=odd["school_id"].map(names), label=[fields[name].label for name in odd["field_id"]], share=share
    ).sort_values(["share", "school_id"], ascending=[False, True], kind="stable")
    return table(
        odd,
        columns={"name": "Trường", "label": "Chỉ tiêu", "stated": "Trường báo cáo", "system": "Hệ thống", "difference": "Chênh lệch"},
        formats=dict.fromkeys(("stated", "system", "difference"), "integer"),
        caption=say(report, "systems.differing_caption"),
        max_rows=_MOST_NAMED,
    )  # fmt: skip


def _others(report: ReportContext, found: SystemTables) -> Block:
    """What systems count and no question asks for: the sum over the schools of which there is a figure."""
    asked = {pair.fact_id for pair in report.reference.sources.pairs}
    rest = found.facts[~found.facts["fact_id"].isin(asked) & found.facts["value"].notna()]
    if rest.empty:
        return Block("")
    layouts = {layout.source_id: layout.system for layout in report.reference.sources.layouts}
    facts, expected = report.reference.sources.facts, len(report.declared.schools)
    sums = rest.groupby(["source_id", "fact_id"], sort=False)["value"].agg(["sum", "size"]).reset_index()
    sums["system"] = sums["source_id"].map(layouts)
    sums["title"] = [facts[name].title for name in sums["fact_id"]]
    sums["schools"] = column(Parts(int(count), expected) for count in sums["size"])
    return table(
        sums,
        columns={
            "system": "Hệ thống",
            "title": "Số liệu",
            "sum": "Tổng số",
            "schools": "Số trường có số liệu",
        },
        formats={"sum": "integer"},
        align={"schools": "right"},
        caption=say(report, "systems.others_caption"),
    )
