"""One look at one step's result, for the analyst who runs the cleaning and scoring notebooks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

import pandas as pd

from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.blocks.blocks import Block, as_html, callout, key_figures, paragraph, stack
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.tables import table
from termreview.reporting.summaries.decisions import advice_on, causes_of, check_record, open_findings
from termreview.reporting.summaries.quality import SEVERITY_ORDER, cell_account, file_fates
from termreview.reporting.workbench.charts import chart_causes, chart_levels
from termreview.reporting.workbench.own_blocks import publish_own_results


def look(opened: Any) -> Block:
    """The term that a notebook works on, and the style in which its tables and charts are looked at.

    From then on, what a cell of the notebook ends in goes into the report, be it a block or the analyst's own result.
    """
    publish_own_results()
    plan = opened.declared.plan
    figures = [
        ("Kỳ báo cáo", f"{plan.title[:1].upper()}{plan.title[1:]}", f"năm học {plan.term.school_year}"),
        (
            "Hạn nộp",
            number_text(plan.due_on, "date"),
            f"số liệu đến ngày {number_text(plan.data_as_of, 'date')}",
        ),
        ("Trường phải nộp", number_text(len(opened.declared.schools)), "theo danh mục tại hạn nộp"),
        ("Quyết định, điểm thẩm định", _rulings(opened), "đang có hiệu lực trong kỳ"),
    ]
    return Block(f"<style>{_style()}</style>{as_html(key_figures(figures))}")


def _style() -> str:
    """The style of the reports for outputs in JupyterLab: its rules nested, so that nothing else of the page changes."""
    theme = files("termreview.reporting") / "theme"
    report, own = (
        (theme / name).read_text(encoding="utf-8").strip() for name in ("report.css", "notebook.css")
    )
    return f".jp-RenderedHTMLCommon {{\n{report.replace(':root {', '& {', 1)}\n{own}\n}}"


def _rulings(opened: Any) -> str:
    term_id = opened.declared.term.term_id
    decided = sum(decision.holds_in(term_id) for decision in opened.reference.decisions)
    verified = sum(points.term_id == term_id for points in opened.reference.verified)
    return f"{number_text(decided)} · {number_text(verified)}"


def finding_titles(reference: Reference, declared: TermReference) -> dict[str, str]:
    """Vietnamese titles of every finding of one term by code: the catalogue and the form's checks."""
    titles = {code: message.title for code, message in reference.messages.items()}
    return titles | {check.check_code: check.title for check in declared.checks}


def show_received(received: Sequence[Any]) -> Block:
    """The files of the term's folder, in the order received."""
    frame = pd.DataFrame(
        {
            "file": [file.name for file in received],
            "received_on": pd.to_datetime([file.received_on for file in received]),
            "size": [file.size_bytes / 1024 for file in received],
        }
    )
    columns = {"file": "Tệp", "received_on": "Ngày nhận", "size": "Dung lượng (KB)"}
    formats = {"received_on": "date", "size": "integer"}
    return table(frame, columns=columns, formats=formats, caption=f"{len(received)} tệp đã nhận", max_rows=15)


def show_fates(submissions: pd.DataFrame, reference: Reference) -> Block:
    """What became of each file: counts, then every file that is not the one that counts."""
    labels = reference.labels
    fates = file_fates(submissions)
    fates["fate_title"] = fates["fate"].map(labels["fates"])
    fates["reason"] = fates["reason_code"].map(_reasons(reference)).fillna("")
    columns = {"fate_title": "Kết quả", "reason": "Lý do", "file_count": "Số tệp"}
    if not fates["return_count"].eq(fates["file_count"]).all():  # a file of several schools
        columns["return_count"] = "Số báo cáo"
    counted = table(
        fates,
        columns=columns,
        formats={"file_count": "integer", "return_count": "integer"},
        caption="Kết quả tiếp nhận",
    )
    others = submissions[submissions["fate"] != "accepted"].copy()
    if others.empty:
        return counted
    others["fate_title"] = others["fate"].map(labels["fates"])
    others["reason"] = others["reason_code"].map(_reasons(reference)).fillna("")
    listed = table(
        others,
        columns={
            "school_id": "Mã trường", "file": "Tệp", "received_on": "Ngày nhận", "fate_title": "Kết quả",
            "reason": "Lý do",
        },
        formats={"received_on": "date"},
        caption="Các tệp không phải bản chính thức",
    )  # fmt: skip
    return stack(counted, listed)


def _reasons(reference: Reference) -> Mapping[str, str]:
    return {**reference.labels["refusals"], **{
        code: reference.messages[code].title for code in ("superseded_revision",) if code in reference.messages
    }}  # fmt: skip


def show_account(submissions: pd.DataFrame) -> Block:
    """The account of cells of the accepted files: nothing is dropped without a line."""
    account = cell_account(submissions)
    columns = {
        "file_count": "Số tệp", "total_count": "Ô có nội dung", "used_count": "Ô trả lời, đọc ngay được",
        "flagged_count": "Ô trả lời, có ghi chú", "unowned_count": "Ô số ngoài các chỉ tiêu, đang hỏi lại",
        "ignored_count": "Ô nhãn, tiêu đề và ô ngoài phần điền",
        "gap_count": "Chênh lệch",
    }  # fmt: skip
    block = table(account, columns=columns, formats=dict.fromkeys(columns, "integer"), caption="Cân đối số ô")
    if int(account["gap_count"].iloc[0]) == 0:
        return block
    return stack(
        block, callout("Số ô không cân đối", ["Có ô không thuộc nhóm nào; đề nghị kiểm tra."], "error")
    )


def show_findings(findings: pd.DataFrame, reference: Reference, declared: TermReference) -> Block:
    """Open findings folded by cause, errors first, each with one decision that would settle it."""
    titles = finding_titles(reference, declared) | reference.labels["causes"]
    causes = causes_of(findings, titles)
    severities = reference.labels["severities"]
    counts = open_findings(findings)["severity"].value_counts()
    said = "; ".join(
        f"{severities[name]}: {number_text(int(counts.get(name, 0)))}" for name in SEVERITY_ORDER
    )
    settled = len(findings) - int(counts.sum())
    said += f"; đã có quyết định xử lý: {number_text(settled)}" if settled else ""
    causes["severity_title"] = causes["severity"].map(severities)
    causes["advice"] = [
        advice_on(reference, kind, severity)
        for kind, severity in zip(causes["cause"], causes["severity"], strict=True)
    ]
    columns = {
        "severity_title": "Mức", "title": "Nguyên nhân", "finding_count": "Số chỗ", "school_count": "Số trường",
        "example": "Ví dụ", "advice": "Cách xử lý thường dùng",
    }  # fmt: skip
    formats = {"finding_count": "integer", "school_count": "integer"}
    return stack(
        paragraph(said),
        chart_causes(findings, titles, reference),
        table(causes, columns=columns, formats=formats, caption="Lỗi theo nguyên nhân", max_rows=20),
    )


def show_check_record(findings: pd.DataFrame, reference: Reference, declared: TermReference) -> Block:
    """How often each check fired and how often the office overturned it; checks that never fired are counted."""
    record = check_record(findings, reference.decisions, finding_titles(reference, declared))
    fired = record[record["fired_count"] > 0]
    columns = {
        "title": "Phép kiểm tra", "fired_count": "Số lần báo", "school_count": "Số trường", "open_count": "Còn mở",
        "overturned_count": "Cơ quan bác bỏ", "upheld_count": "Cơ quan giữ nguyên",
    }  # fmt: skip
    silent = len(record) - len(fired)
    return table(
        fired,
        columns=columns,
        formats={name: "integer" for name in columns if name.endswith("_count")},
        caption=f"Từng phép kiểm tra đã báo bao nhiêu lần ({number_text(silent)} phép không báo lần nào)",
        max_rows=20,
    )


def show_states(observations: pd.DataFrame, reference: Reference) -> Block:
    """How many questions ended in each of the six states."""
    states = reference.labels["states"]
    counts = observations["state"].value_counts().reindex(list(states), fill_value=0)
    frame = pd.DataFrame({"state": [states[name] for name in counts.index], "count": counts.to_numpy()})
    columns = {"state": "Trạng thái", "count": "Số chỉ tiêu"}
    return table(frame, columns=columns, formats={"count": "integer"}, caption="Trạng thái của các chỉ tiêu")


def show_ledger(ledger: pd.DataFrame, reference: Reference) -> Block:
    """The ledger by reason: how many points stand, and how many stay open."""
    frame = ledger.assign(open_points=ledger["high"] - ledger["low"])
    frame = frame.groupby("reason", as_index=False).agg(
        line_count=("item_id", "size"), low=("low", "sum"), open_points=("open_points", "sum")
    )
    frame["reason_title"] = frame["reason"].map(reference.labels["reasons"])
    columns = {
        "reason_title": "Căn cứ", "line_count": "Số dòng", "low": "Điểm đã xác định", "open_points": "Điểm chưa xác định",
    }  # fmt: skip
    formats = {"line_count": "integer", "low": "points", "open_points": "points"}
    frame = frame.sort_values("line_count", ascending=False, kind="stable")
    return table(frame, columns=columns, formats=formats, caption="Sổ điểm theo căn cứ")


def show_levels(scores: pd.DataFrame, declared: TermReference, reference: Reference) -> Block:
    """How many schools reach each level, by group; not concluded and not applicable apart."""
    titles = declared.indicator_set.level_titles()
    words = {str(level): f"Mức độ {level}: {title}" for level, title in titles.items()}
    words |= {"open": "Chưa kết luận", "not_submitted": "Chưa có báo cáo", "not_applicable": "Không áp dụng"}
    state = scores["level"].astype("string").fillna("open")
    state = state.where(scores["state"] == "scored", scores["state"])
    counted = pd.crosstab(state, scores["group_id"]).reindex(list(words), fill_value=0)
    counted = counted.rename_axis(index="state", columns=None).reset_index()
    counted["state"] = counted["state"].map(words)
    groups = {group.group_id: group.short_title for group in declared.indicator_set.groups} | {
        "overall": "Mức độ chung"
    }
    columns = {"state": "Kết quả", **groups}
    listed = table(
        counted, columns=columns, formats=dict.fromkeys(groups, "integer"), caption="Số trường theo mức độ"
    )
    return stack(chart_levels(scores, declared, reference), listed)
