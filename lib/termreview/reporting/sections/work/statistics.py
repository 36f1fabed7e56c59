"""One section on education statistics (II.9): tables by level with totals rebuilt, and what did not add up."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from typing import Any

import pandas as pd

from termreview.reporting.blocks.blocks import Block, paragraph, stack
from termreview.reporting.blocks.rows import by_key
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.trace_target import FIELD, trace_unless
from termreview.reporting.blocks.values import Parts, column, joined
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.wording import level_scopes, marked, say, scope_heads, scope_title, shown
from termreview.reporting.summaries.statistics import OWNERSHIP, PRIVATE, PUBLIC, WHOLE_COLUMN, official_lines
from termreview.reporting.term.schools import ALL

Target = Callable[[Mapping[Any, Any]], str | None]


def statistics_tables(report: ReportContext) -> Block:
    """Every section of the statistics sheet by school level, and the totals that did not add up."""
    if report.declared.form.office:
        return Block("")
    if report.declared.plan.is_review:
        return _sections(report)
    return stack(_official_sheets(report), _sections(report))


def _official_sheets(report: ReportContext) -> Block:
    """The ministry's sheets as far as they are publicly known: a table a sheet, summed up over the schools."""
    lines = official_lines(report.term.answers, report.declared, say(report, "statistics.official_schools"))
    blocks = _sheets_left_out(report, set(lines["sheet"]) if len(lines) else set())
    for sheet in dict.fromkeys(lines["sheet"] if len(lines) else ()):
        own = lines[(lines["sheet"] == sheet) & (lines["counted_count"] > 0)]
        if own.empty:
            continue
        blocks.append(
            table(
                own.assign(number=[str(place) for place in range(1, len(own) + 1)], code=""),
                columns={
                    "number": "TT", "label": "Chỉ tiêu", "unit": "Đơn vị tính", "code": "Mã số", WHOLE_COLUMN: "Tổng số",
                    PUBLIC: "Công lập", PRIVATE: "Tư thục",
                },
                formats=dict.fromkeys((WHOLE_COLUMN, PUBLIC, PRIVATE), "integer"),
                row_header="label", group_by="section",
                caption=say(report, "statistics.official_caption", sheet=sheet, day=report.declared.plan.data_as_of),
                notes=[say(report, "statistics.official_note", count=int(own["counted_count"].max()))],
            )
        )  # fmt: skip
    return stack(*blocks)


def _sheets_left_out(report: ReportContext, official: Set[str]) -> list[Block]:
    """Say which sheets that schools filled in are not summed up as the ministry does, for nobody has published their lines."""
    sheets = {f"{OWNERSHIP}_{sheet.sheet_id}": sheet.title for sheet in report.declared.form.sheets}
    fields = report.declared.form.all_fields()
    left = [
        title
        for field_id, title in sheets.items()
        if field_id in fields and title not in official and report.term.answers.text(field_id).notna().any()
    ]
    return [paragraph(say(report, "statistics.left_out", sheets=listed(left)))] if left else []


def own_figures(report: ReportContext) -> Block:
    """Every section of an office's own form by school level; nothing where none of it adds up, or for another form."""
    frame = report.summaries.statistics
    is_shown = report.declared.form.office and (frame["scope"] == ALL).any()
    return _sections(report) if is_shown else Block("")


def _sections(report: ReportContext) -> Block:
    frame = report.summaries.statistics
    frame = frame.assign(shown=shown(report, frame))
    told = _coverage(report, frame)
    blocks: list[object] = [paragraph(joined(told))] if told else []
    for section_id in dict.fromkeys(frame["section_id"]):
        own = frame[frame["section_id"] == section_id]
        columns = list(dict.fromkeys(own["column_id"]))
        is_grid = (WHOLE_COLUMN in columns or len(columns) > 1) and not _has_grades(own)
        if is_grid:
            blocks.append(columns_table(report, own))
        else:
            blocks.append(levels_table(report, own))
        if _has_grades(own):
            blocks.append(grades_table(report, own))
    return stack(*blocks, mismatch_table(report))


def _coverage(report: ReportContext, frame: pd.DataFrame) -> list[str]:
    """Of how many schools the figures are, and which totals had to be rebuilt."""
    whole = frame[frame["scope"] == ALL]
    if not report.declared.plan.is_review:
        return []
    if report.declared.form.office:
        counted, asked = (int(whole[f"{name}_count"].max()) for name in ("counted", "asked"))
        return [say(report, "statistics.coverage_own", counted=counted, asked=asked)]
    pupils = whole[whole["field_id"] == "pupils_count.total"]
    counted, asked = (int(pupils[f"{name}_count"].sum()) for name in ("counted", "asked"))
    odd = report.summaries.rebuilt_totals
    differing = odd[odd["stated"].notna()]
    return [
        say(report, "statistics.coverage", counted=counted, asked=asked),
        say(report, "statistics.mismatch", count=len(differing), schools=differing["school_id"].nunique()),
        say(report, "statistics.absent", count=len(odd) - len(differing)),
    ]


def levels_table(report: ReportContext, own: pd.DataFrame) -> Block:
    """One section: one row per line of the form, one column per school level."""
    is_split = _has_grades(own)
    own = own[own["column_id"] == WHOLE_COLUMN] if is_split else own
    scopes = _scopes(report, own)
    frame = _spread(own, scopes)
    return table(
        marked(report, frame),
        columns={"row_label": "Chỉ tiêu"} | scope_heads(report, scopes) | {"coverage": "Trường có số liệu"},
        caption=say(report, "statistics.levels_caption", section=_caption(own))
        if is_split
        else _caption(own),
        formats=dict.fromkeys(scopes, _format(own)),
        align={"coverage": "right"},
        marks="mark",
        traces={scope: _field_in(report, scope) for scope in scopes},
    )


def columns_table(report: ReportContext, own: pd.DataFrame) -> Block:
    """One section: one row per line and school level, one column per column of the form."""
    scopes = _scopes(report, own)
    own = own[own["scope"].isin(scopes)]
    heads = dict(zip(own["column_id"], own["column_label"], strict=True))
    rows = own.pivot(index=["row_code", "scope"], columns="column_id", values="shown")
    first = own.sort_values("column_id", key=lambda ids: ids != WHOLE_COLUMN, kind="stable")
    about = by_key(first.drop_duplicates(["row_code", "scope"]), "row_code", "scope")
    fields = dict(zip(zip(own["row_code"], own["column_id"], strict=True), own["field_id"], strict=True))
    rows = rows.reindex([key for key in about if key in rows.index])
    frame = rows.reset_index().rename_axis(columns=None)
    keys = list(zip(frame["row_code"], frame["scope"], strict=True))
    frame["row_label"] = [about[key]["row_label"] for key in keys]
    frame["coverage"] = column(Parts(about[key]["counted_count"], about[key]["asked_count"]) for key in keys)
    frame["scope_name"] = [scope_title(report, scope) for scope in frame["scope"]]
    frame["mark"] = [about[key]["mark"] for key in keys]
    order = {scope: place for place, scope in enumerate([*scopes[1:], ALL])}
    frame["place"] = frame["scope"].map(order)
    codes = list(dict.fromkeys(own["row_code"]))
    frame["row_place"] = frame["row_code"].map(codes.index)
    frame = frame.sort_values(["row_place", "place"], kind="stable")
    return table(
        marked(report, frame),
        columns={"scope_name": "Cấp học"} | heads | {"coverage": "Trường có số liệu"},
        caption=_caption(own),
        formats=dict.fromkeys(heads, _format(own)),
        align={"coverage": "right"},
        group_by="row_label",
        marks="mark",
        traces={column: _column_of(report, fields, column) for column in heads},
    )


def grades_table(report: ReportContext, own: pd.DataFrame) -> Block:
    """One section by grade or age group over all schools: one row per grade, one column per line."""
    grades = own[(own["scope"] == ALL) & (own["column_id"] != WHOLE_COLUMN)]
    heads = dict(zip(grades["row_code"], grades["row_label"], strict=True))
    fields = dict(
        zip(zip(grades["column_label"], grades["row_code"], strict=True), grades["field_id"], strict=True)
    )
    frame = grades.pivot(index="column_label", columns="row_code", values="shown")
    frame = frame.reindex(list(dict.fromkeys(grades["column_label"]))).reset_index().rename_axis(columns=None)
    return table(
        frame,
        columns={"column_label": "Khối lớp, nhóm tuổi"} | heads,
        caption=say(report, "statistics.grades_caption", section=_caption(own)),
        formats=dict.fromkeys(heads, "integer"),
        traces={code: _row_of(report, fields, code) for code in heads},
        notes=[say(report, "notes.grades")],
    )


def mismatch_table(report: ReportContext) -> Block:
    """The totals whose parts give another figure: school, stated, rebuilt, difference."""
    odd = report.summaries.rebuilt_totals
    if odd.empty:
        return Block("")
    return table(
        odd.assign(gap=odd["rebuilt"] - odd["stated"]),
        columns={"short_name": "Trường", "label": "Tổng số", "stated": "Trường ghi", "rebuilt": "Cộng lại", "gap": "Chênh lệch"},
        caption=say(report, "captions.rebuilt"),
        formats=dict.fromkeys(("stated", "rebuilt", "gap"), "integer"),
        max_rows=8,
    )  # fmt: skip


def _field_in(report: ReportContext, scope: str) -> Target:
    return lambda row: trace_unless(report.term.withheld, FIELD, row["field_id"], scope)


def _column_of(report: ReportContext, fields: Mapping[tuple[str, str], str], column: str) -> Target:
    return lambda row: trace_unless(
        report.term.withheld, FIELD, fields[row["row_code"], column], row["scope"]
    )


def _row_of(report: ReportContext, fields: Mapping[tuple[str, str], str], code: str) -> Target:
    def target(row: Mapping[Any, Any]) -> str | None:
        field_id = fields.get((row["column_label"], code))
        return trace_unless(report.term.withheld, FIELD, field_id, ALL) if field_id else None

    return target


def _has_grades(own: pd.DataFrame) -> bool:
    return own["column_id"].nunique() > 1 and own.groupby("column_id")["scope"].nunique().nunique() > 1


def _scopes(report: ReportContext, own: pd.DataFrame) -> list[str]:
    present = set(own["scope"])
    return [scope for scope in level_scopes(report) if scope in present]


def _spread(own: pd.DataFrame, scopes: list[str]) -> pd.DataFrame:
    wide = own.pivot(index="field_id", columns="scope", values="shown").reindex(columns=scopes)
    whole = own[own["scope"] == ALL].set_index("field_id")
    frame = wide.reindex(list(dict.fromkeys(own["field_id"])))
    frame["row_label"] = whole["row_label"]
    frame["mark"] = whole["mark"]
    frame["coverage"] = column(
        Parts(counted, asked)
        for counted, asked in zip(
            whole["counted_count"].reindex(frame.index),
            whole["asked_count"].reindex(frame.index),
            strict=True,
        )
    )
    asked_scopes = own.groupby("field_id")["scope"].agg(set)
    for scope in scopes:
        is_outside = [scope not in asked_scopes[field_id] for field_id in frame.index]
        frame[scope] = frame[scope].astype(object).mask(pd.Series(is_outside, index=frame.index), "")
    return frame.reset_index().rename_axis(columns=None)


def _format(own: pd.DataFrame) -> str:
    """Whole numbers as such; with one decimal where an office's own form asks for figures that have some."""
    values = own["value"].dropna()
    return "integer" if (values == values.round()).all() else "decimal1"


def _caption(own: pd.DataFrame) -> str:
    title = str(own["section_title"].iloc[0])
    number, _, rest = title.partition(". ")
    return rest if number.isdigit() and rest else title
