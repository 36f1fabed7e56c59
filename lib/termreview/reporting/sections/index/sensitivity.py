"""One section on what levels hang on (II.7): which are solid, and which would change with one single thing."""

from __future__ import annotations

from termreview.reporting.blocks.blocks import Block, bullets, paragraph, stack
from termreview.reporting.blocks.rows import Record, records
from termreview.reporting.blocks.tables import STACKED, table
from termreview.reporting.blocks.values import Number, column
from termreview.reporting.report.applicable import applies_if, covers_schools
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.school_outlook import margins_of
from termreview.reporting.report.wording import group_title, labels, say
from termreview.reporting.summaries.index import UNALLOCATED
from termreview.scoring.level_margin import MARGIN_KINDS, NOT_CONCLUDED, ROUNDING, SOLID


@applies_if(covers_schools)
def levels_at_stake(report: ReportContext) -> Block:
    """How many levels are solid, what the others hang on, and all of these school by school."""
    level_margins = margins_of(report)
    if level_margins.empty:
        return paragraph(say(report, "outlook.nobody"))
    counts = level_margins["strength"].value_counts()
    told = say(report, "outlook.strong", count=int(counts.get(SOLID, 0)), total=len(level_margins))
    kinds = [
        say(report, "outlook.counted", kind=say(report, f"outlook.kinds.{name}"), count=int(counts[name]))
        for name in MARGIN_KINDS
        if name != SOLID and counts.get(name, 0)
    ]
    if not kinds:
        return paragraph(told)
    return stack(paragraph(told), bullets(kinds), stakes_table(report))


def stakes_table(report: ReportContext) -> Block:
    """Every level that is not solid: what it hangs on, the item's name, and the level without it."""
    frame = margins_of(report)
    frame = frame[frame["strength"] != SOLID]
    schools = report.term.schools.set_index("school_id")
    short = labels(report, "score_levels_short")
    rows = records(frame)
    frame = frame.assign(
        place=frame["school_id"].map(schools["place"]),
        school=frame["school_id"].map(schools["short_name"]),
        group=[group_title(report, row["group_id"]) for row in rows],
        now=[short[NOT_CONCLUDED if row["strength"] == NOT_CONCLUDED else str(row["level"])] for row in rows],
        kind=[say(report, f"outlook.kinds.{row['strength']}") for row in rows],
        what=[_what(report, row) for row in rows],
        alone=column("" if not row["item_count"] else Number(row["item_count"]) for row in rows),
        otherwise=["" if row["strength"] == NOT_CONCLUDED else short[str(row["if_level"])] for row in rows],
    ).sort_values(["group_id", "place"], kind="stable")
    return table(
        frame,
        columns={
            "school": "Trường", "now": "Mức độ", "kind": "Lý do", "what": "Tiểu mục",
            "otherwise": "Mức độ nếu tiểu mục không được công nhận", "alone": "Số tiểu mục",
        },
        caption=say(report, "outlook.caption"),
        align={"alone": "right"},
        group_by="group",
        max_rows=10,
        css_class=STACKED,
        notes=[say(report, "outlook.note")],
    )  # fmt: skip


def _what(report: ReportContext, row: Record) -> str:
    """The name of the item that one level hangs on most."""
    item_id = str(row["item_id"])
    if row["strength"] == ROUNDING:
        return say(report, "outlook.half_point")
    if item_id.endswith(f".{UNALLOCATED}"):
        return say(report, "outlook.unallocated")
    titles = {item.item_id: item.title for item in report.declared.indicator_set.items}
    if item_id not in titles:
        return say(report, "outlook.condition")
    return say(report, "outlook.item", item=item_id, title=titles[item_id])
