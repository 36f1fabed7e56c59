"""One annex: schools missing, late or to repair; tasks, figures and scores by school; documents cited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from termreview.reporting.blocks.blocks import Block, paragraph, stack
from termreview.reporting.blocks.number_format import MISSING_MARK
from termreview.reporting.blocks.rows import Record, records
from termreview.reporting.blocks.tables import STACKED, table
from termreview.reporting.blocks.values import Number, Value, column, joined
from termreview.reporting.records.provenance import files_naming, later_of
from termreview.reporting.report.applicable import applies_if, has_states
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.wording import (
    cited_documents,
    communes_head,
    document_state,
    label,
    marked,
    say,
    scope_title,
)
from termreview.reporting.summaries.ratios import CONTRADICTORY, COUNTED, ZERO
from termreview.reporting.term.schools import ALL

MOST_COLUMNS = 10


def missing_schools(report: ReportContext) -> Block:
    """Annex 1: every school that is missing, refused, late or has errors to repair, with what blocks it."""
    reporting = report.summaries.reporting
    frame = reporting[(reporting["state"] != "on_time") | reporting["needs_repair"]]
    if frame.empty:
        return paragraph(say(report, "annexes.missing_none"))
    rows, later = records(frame), later_of(report.term.tables.findings)
    named = files_naming(report.term.tables.findings)
    words = report.reference.sentences["reporting"]["states"]
    frame = frame.assign(
        state_text=[words[row["state"]].lower() for row in rows],
        blocked=[_blocked(report, row, later, named) for row in rows],
    )
    return table(
        frame,
        columns={
            "short_name": "Trường", "school_id": "Mã trường", "commune_name": communes_head(report), "state_text": "Tình trạng",
            "received_on": "Ngày nhận", "blocked": "Vướng mắc",
        },
        caption=say(report, "captions.missing"),
        formats={"received_on": "date"},
        group_by="level_title",
        notes=[
            *([say(report, "annexes.by_day", as_of=report.as_of)] if frame["state"].eq("missing").any() else []),
        ],
    )  # fmt: skip


def _blocked(
    report: ReportContext, row: Record, later: Mapping[str, str], named: Mapping[str, Sequence[str]]
) -> str:
    parts: list[object] = []
    if row["state"] == "missing" and (day := later.get(str(row["school_id"]))):
        parts.append(say(report, "annexes.later", day=day))
    if row["state"] == "missing" and (files := named.get(str(row["school_id"]))):
        parts.append(say(report, "annexes.named", files=", ".join(files)))
    if row["state"] == "refused":
        parts.append(label(report, "refusals", str(row["refused_reason"])))
    if row["error_count"]:
        parts.append(say(report, "quality.findings_parts.error", count=row["error_count"]))
    if row["query_count"]:
        parts.append(say(report, "quality.findings_parts.query", count=row["query_count"]))
    return joined(parts, "; ")


@applies_if(has_states)
def tasks_by_school(report: ReportContext) -> Block:
    """Annex 2: the status of every task at every school, in short signs."""
    by_school = report.summaries.school_statuses
    tasks = [task.task_id for task in report.declared.tasks if task.status_field]
    wide = by_school.assign(
        sign=by_school["status"]
        .map(report.reference.sentences["annexes"]["status_signs"])
        .fillna(by_school["status"])
    ).pivot(index="school_id", columns="task_id", values="sign")
    frame = report.term.schools[["school_id", "short_name", "level_title"]].merge(
        wide.fillna(""), left_on="school_id", right_index=True, how="left"
    )
    return table(
        frame,
        columns={"short_name": "Trường"}
        | {task_id: task_id for task_id in tasks if task_id in frame.columns},
        caption=say(report, "captions.statuses"),
        align=dict.fromkeys(tasks, "center"),
        group_by="level_title",
        notes=[say(report, "annexes.statuses_note"), _task_key(report)],
        css_class="dense",
    )


def _task_key(report: ReportContext) -> str:
    return (
        "; ".join(
            f"{task.task_id}: {task.short_title}" for task in report.declared.tasks if task.status_field
        )
        + "."
    )


def figures_by_school(report: ReportContext) -> Block:
    """Annex 3: size and key ratios of every school; what is not counted says why."""
    ratios = {ratio.ratio_id: ratio for ratio in report.reference.ratios}
    by_school = report.summaries.school_ratios
    frame = report.term.schools[["school_id", "short_name", "level_title"]].copy()
    if report.declared.form.office:
        return _own_figures(report, frame)
    sizes: dict[str, str] = {
        field_id: head
        for field_id, head in report.reference.sentences["profile"]["by_school"].items()
        if field_id not in report.term.withheld
    }
    size = _sizes_table(report, frame, sizes, say(report, "captions.school_sizes"), "integer")
    shown = by_school.assign(text=column(_ratio(row, ratios) for row in records(by_school)))
    wide = shown.pivot(index="school_id", columns="ratio_id", values="text").fillna("")
    frame = frame.merge(wide, left_on="school_id", right_index=True, how="left")
    columns = {ratio_id: ratio.short_title for ratio_id, ratio in ratios.items() if ratio_id in wide.columns}
    names = list(columns)
    blocks = [
        table(
            frame,
            columns={"short_name": "Trường"}
            | {name: columns[name] for name in names[start : start + MOST_COLUMNS]},
            caption=say(report, "captions.school_ratios", number=start // MOST_COLUMNS + 1),
            align=dict.fromkeys(names, "right"),
            group_by="level_title",
            css_class="dense",
            notes=[say(report, "annexes.ratios_note")],
        )
        for start in range(0, len(names), MOST_COLUMNS)
    ]
    return stack(size, *blocks)


def _own_figures(report: ReportContext, frame: pd.DataFrame) -> Block:
    """What an office's own form asks that adds up: every figure of every school, some columns a table."""
    asked = report.summaries.statistics.drop_duplicates("field_id")
    names = {
        row["field_id"]: f"{row['row_label']} – {row['column_label']}" if row["column_id"] != "value" else row["row_label"]
        for row in records(asked)
        if row["field_id"] not in report.term.withheld
    }  # fmt: skip
    ids = list(names)
    return stack(
        *(
            _sizes_table(
                report,
                frame,
                {name: names[name] for name in ids[start : start + MOST_COLUMNS]},
                say(report, "annexes.figures_caption", number=start // MOST_COLUMNS + 1),
                "integer" if (asked["value"].dropna() % 1 == 0).all() else "decimal1",
            )
            for start in range(0, len(ids), MOST_COLUMNS)
        )
    )


def _sizes_table(
    report: ReportContext, frame: pd.DataFrame, sizes: Mapping[str, str], caption: str, format: str
) -> Block:
    """Several figures of every school, and their sums over the schools that gave them."""
    for field_id in sizes:
        frame[field_id] = frame["school_id"].map(report.term.answers.number(field_id))
    return table(
        frame,
        columns={"short_name": "Trường"} | dict(sizes),
        caption=caption,
        formats=dict.fromkeys(sizes, format),
        group_by="level_title",
        total_row=dict(frame[list(sizes)].sum(min_count=1)) | {"short_name": scope_title(report, ALL)},
        notes=[say(report, "annexes.sizes_note")],
    )


def _ratio(row: Record, ratios: Record) -> Value | str:
    if row["state"] == COUNTED:
        unit = ratios[str(row["ratio_id"])].unit
        return Number(row["value"], "decimal1" if unit == "percent" else "ratio")
    return {CONTRADICTORY: "*", ZERO: "(0)"}.get(str(row["state"]), MISSING_MARK)


def document_register(report: ReportContext) -> Block:
    """Annex: every document of the register: what it governs, since and until when, what replaced it, where it stands on the day.

    A document of a later day is none of the report's: what is declared for a new year leaves an old report as it is.
    """
    documents = report.reference.documents
    rows = [
        {
            "number": one.number, "governs": one.governs, "mark": one.mark, "issuer": one.issuer,
            "cited_on": one.cited_on, "confirmed_on": one.confirmed_on, "valid_from": one.valid_from, "valid_to": one.valid_to,
            "replaced_by": documents[one.replaced_by].number if one.replaced_by else "",
            "state": label(report, "legal_states", document_state(report, one)),
        }
        for one in documents.values()
        if one.is_known and (one.confirmed_on or one.cited_on or report.as_of) <= report.as_of
    ]  # fmt: skip
    columns = {
        "number": "Số, ký hiệu", "governs": "Nội dung điều chỉnh", "issuer": "Cơ quan ban hành", "cited_on": "Ngày viện dẫn",
        "confirmed_on": "Ngày đã xác nhận", "valid_from": "Hiệu lực từ", "valid_to": "Hiệu lực đến", "replaced_by": "Thay thế bởi",
        "state": "Tình trạng",
    }  # fmt: skip
    return table(
        marked(report, pd.DataFrame(rows, columns=[*columns, "mark"])),
        columns=columns,
        caption=say(report, "annexes.register_caption"),
        notes=[say(report, "annexes.register_note")],
        formats=dict.fromkeys(("cited_on", "confirmed_on", "valid_from", "valid_to"), "date"),
        marks="mark",
        max_rows=0,
        css_class=STACKED,
    )


def documents_cited(report: ReportContext) -> Block:
    """Annex: every legal document that the report cites, its date as cited and as confirmed."""
    rows = [
        (document.number, document.title, document.issuer, document.cited_on, document.confirmed_on, document.note, document.mark)
        for document in cited_documents(report)
    ]  # fmt: skip
    frame = pd.DataFrame(
        rows, columns=["number", "title", "issuer", "cited_on", "confirmed_on", "note", "mark"]
    )
    return table(
        marked(report, frame),
        columns={"number": "Số, ký hiệu", "title": "Tên văn bản", "cited_on": "Ngày viện dẫn", "confirmed_on": "Ngày đã xác nhận", "note": "Ghi chú"},
        caption=say(report, "captions.documents"),
        formats={"cited_on": "date", "confirmed_on": "date"},
        marks="mark",
        max_rows=8,
    )  # fmt: skip
