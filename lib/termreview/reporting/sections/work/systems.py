"""One section on the systems that the letter names: who uses them, how much by report and by export, and where the two differ."""

from __future__ import annotations

import pandas as pd

from termreview.reference.kinds.sources import System
from termreview.reporting.blocks.blocks import Block, paragraph, stack
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Parts, column
from termreview.reporting.charts.charts import Chart, stacked_bars
from termreview.reporting.report.agreement import AGREES, ALL, DIFFERS, agreement_by_level, alone, unsettled
from termreview.reporting.report.context import ReportContext, SystemTables
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.report_chart import report_chart
from termreview.reporting.report.wording import fewest, label, lower_first, say
from termreview.reporting.term.answers import Answers
from termreview.reporting.term.schools import short_names

_MOST_NAMED = 12
_DONE = "done"  # the state of a task that tells of the use of a system


def systems(report: ReportContext) -> Block:
    """Who uses each system and how much; beside it what exports count, and the schools that report otherwise."""
    used, found = system_use(report), report.systems
    if used.empty and found is None:
        return Block("")
    blocks = [] if used.empty else [_used(report, used), use_chart(report, used), _use_table(report, used)]
    return stack(*blocks, *([] if found is None else _exports(report, found)))


def system_use(report: ReportContext) -> pd.DataFrame:
    """The use of each system that the term's form asks for.

    Returns
    -------
    DataFrame
        One system of the letter: `using_count` of the `answered_count` schools that say whether they use it,
        `silent_count` schools that are asked and say nothing, `stated` the sum of what schools report and `system` that
        of what exports tell of `system_count` schools, both in `unit`; missing where there is none.
    """
    fields, facts = report.declared.form.all_fields(), report.reference.sources.facts
    counted = None if report.systems is None else report.systems.facts
    rows = []
    for system in report.reference.sources.systems:
        if system.field_id not in fields or (system.by_field and system.by_field not in fields):
            continue
        field = fields[system.field_id]
        uses, stated = _uses(system, field.kind, report.term.answers)
        asked = report.term.answers.state(system.by_field or system.field_id) != "not_applicable"
        told = None if counted is None else counted[counted["fact_id"] == system.fact_id]["value"].dropna()
        rows.append(
            {
                "system_id": system.system_id, "title": system.title, "unit": field.unit,
                "using_count": int(uses.eq(True).sum()), "idle_count": int(uses.eq(False).sum()),
                "answered_count": int(uses.notna().sum()), "silent_count": int((asked & uses.isna()).sum()),
                "stated": stated, "system": None if told is None or told.empty else float(told.sum()),
                "system_unit": facts[system.fact_id].unit if system.fact_id else "",
                "system_count": 0 if told is None else len(told),
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows)
    return frame if frame.empty else frame[frame["answered_count"] > 0].reset_index(drop=True)


def _uses(system: System, kind: str, answers: Answers) -> tuple[pd.Series, float | None]:
    """Whether each school uses one system, missing where it does not say; the sum of what users report, if it is one."""
    number, is_said = answers.number(system.field_id), answers.state(system.field_id) == "answered"
    if kind == "status":
        return (answers.text(system.field_id) == _DONE).where(is_said), None
    uses = (number > 0).where(is_said & number.notna())
    if system.by_field:
        chosen = answers.text(system.by_field)
        is_other = chosen.notna() & (chosen != system.by_option)
        uses, number = uses.mask(is_other, False), number.where(chosen == system.by_option)
    if kind == "yes_no" or number.notna().sum() == 0:
        return uses, None
    return uses, float(number.sum())


def _used(report: ReportContext, used: pd.DataFrame) -> Block:
    """All systems in one sentence, each with the schools that use it."""
    shares = [
        say(report, "systems.used_part", name=row["title"], parts=Parts(row["using_count"], row["answered_count"]))
        for row in used.to_dict("records")
    ]  # fmt: skip
    return paragraph(say(report, "systems.used", items=listed(shares, most=len(shares))))


def use_chart(report: ReportContext, used: pd.DataFrame) -> Chart:
    """The schools that use each system, of those that say so; most used first."""
    shares = used.assign(share=used["using_count"] / used["answered_count"], done_count=used["using_count"])
    shares = shares.assign(not_started_count=shares["idle_count"], not_submitted_count=shares["silent_count"])
    shares = shares.sort_values("share", ascending=False, kind="stable")
    best, least = shares["share"].max(), shares["share"].min()
    named = {
        pct: listed(list(shares.loc[shares["share"] == pct, "title"]), most=3, rest=label(report, "rest", "systems"))
        for pct in (best, least)
    }  # fmt: skip
    parts = {
        "done_count": label(report, "charts", "in_use"),
        "not_started_count": label(report, "charts", "not_in_use"),
        "not_submitted_count": label(report, "charts", "no_figure"),
    }
    finding = say(
        report, "charts.systems.finding", systems=len(shares), best=named[best], best_pct=100 * best,
        least=named[least], least_pct=100 * least, spread=100 * (best - least),
    )  # fmt: skip
    return report_chart(
        report, stacked_bars, shares, category="title", parts=["done_count", "not_started_count"], part_labels=parts,
        totals="answered_count", as_share=True, fewest=fewest(report), aside=["not_submitted_count"], finding=finding,
        alt=finding, measure=say(report, "charts.systems.measure", systems=len(shares)),
    )  # fmt: skip


def _use_table(report: ReportContext, used: pd.DataFrame) -> Block:
    """One line a system: schools that use it, how much by report, how much by its exports and of how many schools."""
    frame = used.assign(
        parts=column(Parts(int(a), int(n)) for a, n in zip(used["using_count"], used["answered_count"], strict=True)),
        unit=[unit if pd.notna(stated) else "" for unit, stated in zip(used["unit"], used["stated"], strict=True)],
        system_unit=[unit if count else "" for unit, count in zip(used["system_unit"], used["system_count"], strict=True)],
        told=used["system_count"].where(used["system_count"] > 0),
    )  # fmt: skip
    names = {
        "title": "Hệ thống",
        "parts": "Trường có sử dụng",
        "stated": "Theo báo cáo",
        "unit": "Đơn vị tính",
    }
    if used["system_count"].any():
        names |= {"system": "Theo hệ thống", "system_unit": "Đơn vị tính (hệ thống)", "told": "Trường có số liệu của hệ thống"}  # fmt: skip
    return table(
        frame,
        columns=names,
        formats=dict.fromkeys(("stated", "system", "told"), "integer"),
        align={"parts": "right"},
        caption=say(report, "systems.use_caption"),
        notes=[say(report, "systems.use_note")],
    )


def _exports(report: ReportContext, found: SystemTables) -> list[Block]:
    """What exports of systems count beside what the same schools report."""
    layouts = {layout.source_id: layout for layout in report.reference.sources.layouts}
    names = list(dict.fromkeys(layouts[one].system for one in found.facts["source_id"]))
    both = found.compared[found.compared["verdict"].isin([AGREES, DIFFERS])]
    agreeing = int((both["verdict"] == AGREES).sum())
    said = say(
        report, "systems.summary", count=len(both), names=listed(names), agreeing=agreeing,
        differing=len(both) - agreeing, pct=100 * agreeing / len(both) if len(both) else None,
    )  # fmt: skip
    return [
        paragraph(said),
        _pairs(report, both),
        _levels(report, both),
        _differing(report, both),
        _unsettled(report, unsettled(found.compared)),
        _others(report, found),
    ]


def _pairs(report: ReportContext, both: pd.DataFrame) -> Block:
    """One line a question: both sums over the schools that have both figures, and how many agree."""
    if both.empty:
        return Block("")
    pairs = {pair.pair_id: pair for pair in report.reference.sources.pairs}
    fields, facts = report.declared.form.all_fields(), report.reference.sources.facts
    sums = both.groupby("pair_id", sort=False).agg(
        stated=("stated", "sum"), system=("system", "sum"), count=("school_id", "size"),
        agreeing=("verdict", lambda verdicts: int((verdicts == AGREES).sum())),
    )  # fmt: skip
    sums = sums.reindex([name for name in pairs if name in sums.index]).reset_index()
    sums["label"] = [alone(fields[pairs[name].field_id].label) for name in sums["pair_id"]]
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


def _levels(report: ReportContext, both: pd.DataFrame) -> Block:
    """The schools that agree, question by question and school level by school level; nothing where there is one level alone."""
    found = agreement_by_level(both, report.term.schools, report.reference.sources, report.declared.form)
    titles = report.reference.registry.level_titles()
    levels = {name: titles[name] for name in found.columns if name in titles}
    if found.empty or len(levels) < 2:
        return Block("")
    return table(
        found,
        columns={"label": "Chỉ tiêu", ALL: "Các cấp", **levels},
        align=dict.fromkeys((ALL, *levels), "right"),
        caption=say(report, "systems.levels_caption"),
    )


def _differing(report: ReportContext, both: pd.DataFrame) -> Block:
    """The schools whose figure is not that of the system, the widest gap first."""
    odd = both[both["verdict"] == DIFFERS]
    if odd.empty:
        return Block("")
    names = short_names(report.term.schools)
    fields = report.declared.form.all_fields()
    share = (odd["difference"] / odd[["stated", "system"]].abs().max(axis=1)).abs()
    odd = odd.assign(
        name=odd["school_id"].map(names),
        label=[alone(fields[name].label) for name in odd["field_id"]],
        share=share,
    ).sort_values(["share", "school_id"], ascending=[False, True], kind="stable")
    return table(
        odd,
        columns={"name": "Trường", "label": "Chỉ tiêu", "stated": "Trường báo cáo", "system": "Hệ thống", "difference": "Chênh lệch"},
        formats=dict.fromkeys(("stated", "system", "difference"), "integer"),
        caption=say(report, "systems.differing_caption"),
        max_rows=_MOST_NAMED,
    )  # fmt: skip


def _unsettled(report: ReportContext, odd: pd.DataFrame) -> Block:
    """The answers that cannot be held against what systems count, and why."""
    if odd.empty:
        return Block("")
    names, fields = short_names(report.term.schools), report.declared.form.all_fields()
    reasons = report.reference.labels["corroboration_reasons"]
    items = [
        say(
            report, "systems.unsettled_part", name=names[row["school_id"]], label=alone(fields[row["field_id"]].label),
            reason=lower_first(reasons[row["reason_code"]]),
        )
        for row in odd.to_dict("records")
    ]  # fmt: skip
    return paragraph(
        say(report, "systems.unsettled", count=len(items), items=listed(items, most=_MOST_NAMED))
    )


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
