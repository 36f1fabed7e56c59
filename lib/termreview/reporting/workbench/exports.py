"""One look at the exports of systems: what came of each file, what was counted, and where schools say otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from termreview.reference.declarations import Reference
from termreview.reporting.blocks.blocks import Block, paragraph, stack
from termreview.reporting.blocks.tables import table


def show_exports(exports: Any, reference: Reference) -> Block:
    """Every export of the term with what came of it, and the totals of what was counted."""
    if exports.files.empty:
        return paragraph("Thư mục sources/ của kỳ này chưa có tệp xuất nào.")
    labels = reference.labels
    layouts = {layout.source_id: layout for layout in reference.sources.layouts}
    files = exports.files.assign(
        system=exports.files["source_id"].map({name: layout.system for name, layout in layouts.items()}),
        result=exports.files["state"].map(labels["source_states"]),
        reason=[_reasons(row, labels) for row in exports.files.to_dict("records")],
    )
    listed = table(
        files,
        columns={
            "file": "Tệp", "system": "Hệ thống", "result": "Kết quả", "reason": "Ghi chú", "period_to": "Số liệu đến ngày",
            "rows_counted": "Dòng đã đếm", "rows_of_no_school": "Dòng không rõ trường", "rows_twice": "Dòng trùng",
            "rows_of_other_period": "Dòng của kỳ khác",
            "values_unread": "Ô số không đọc được",
        },
        formats={
            "period_to": "date", "rows_counted": "integer", "rows_of_no_school": "integer", "rows_twice": "integer",
            "rows_of_other_period": "integer",
            "values_unread": "integer",
        },
        caption=f"{len(files)} tệp xuất từ các hệ thống",
    )  # fmt: skip
    if exports.facts.empty:
        return listed
    titles = {name: (fact.title, fact.unit) for name, fact in reference.sources.facts.items()}
    totals = exports.facts.groupby(["source_id", "fact_id"], as_index=False).agg(
        school_count=("school_id", "nunique"), total=("value", lambda values: values.sum(min_count=1))
    )
    totals["system"] = totals["source_id"].map({name: layout.system for name, layout in layouts.items()})
    totals["title"] = [titles[name][0] for name in totals["fact_id"]]
    totals["unit"] = [titles[name][1] for name in totals["fact_id"]]
    counted = table(
        totals,
        columns={"system": "Hệ thống", "title": "Số liệu", "total": "Tổng số", "unit": "Đơn vị", "school_count": "Số trường"},
        formats={"total": "integer", "school_count": "integer"},
        caption="Số đã đếm theo hệ thống",
    )  # fmt: skip
    return stack(listed, counted)


def show_corroborations(compared: pd.DataFrame, reference: Reference) -> Block:
    """By question: how many schools say what the system says, how many otherwise, of how many no one can tell."""
    if compared.empty:
        return paragraph("Chưa có số liệu của hệ thống nào để đối chiếu.")
    facts = reference.sources.facts
    counted = compared.pivot_table(
        index="pair_id", columns="verdict", values="school_id", aggfunc="count", fill_value=0
    )
    verdicts = reference.labels["corroborations"]
    counted = counted.reindex(columns=list(verdicts), fill_value=0).reset_index()
    pairs = {pair.pair_id: pair for pair in reference.sources.pairs}
    fields = {
        name: field.label for form in reference.forms.values() for name, field in form.all_fields().items()
    }
    counted["question"] = [fields[pairs[name].field_id] for name in counted["pair_id"]]
    counted["fact"] = [facts[pairs[name].fact_id].title for name in counted["pair_id"]]
    agreement = table(
        counted,
        columns={"question": "Chỉ tiêu", "fact": "Số liệu của hệ thống", **verdicts},
        formats=dict.fromkeys(verdicts, "integer"),
        caption="Đối chiếu số của trường với số của hệ thống (số trường)",
    )
    reasons = compared["reason_code"].dropna().map(reference.labels["corroboration_reasons"]).value_counts()
    if reasons.empty:
        return agreement
    why = table(
        reasons.rename_axis("reason").rename("count").reset_index(),
        columns={"reason": "Lý do chưa so sánh được", "count": "Số trường hợp"},
        formats={"count": "integer"},
        caption="Trường hợp chưa so sánh được",
    )
    return stack(agreement, why)


def _reasons(row: Mapping[Any, Any], labels: Mapping[str, Any]) -> str:
    """Why one file was not counted, and what is odd about it."""
    told = []
    if isinstance(row["reason_code"], str):
        reason, remedies = row["reason_code"], labels["source_remedies"]
        told.append((labels["refusals"] | labels["source_reasons"]).get(reason, reason))
        told.append(remedies.get(reason, remedies["file"]))
    if isinstance(row["notes"], str):
        told += [labels["source_notes"][note] for note in row["notes"].split(";")]
    if row["is_purged"]:
        told.append("đã xóa tệp gốc")
    return "; ".join(told)
