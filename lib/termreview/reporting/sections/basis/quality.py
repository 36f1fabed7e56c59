"""One section on the quality of the figures: findings by cause, files refused, the account of cells, marks."""

from __future__ import annotations

from termreview.reporting.blocks.blocks import Block, bullets, stack
from termreview.reporting.blocks.rows import records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, joined
from termreview.reporting.report.context import ReportContext
from termreview.reporting.report.narrative import listed
from termreview.reporting.report.wording import counted, label, labels, say
from termreview.reporting.summaries.quality import SEVERITY_ORDER, UNNAMED
from termreview.text import capitalised


def data_quality(report: ReportContext) -> Block:
    """How far the figures can be trusted, in sentences and tables."""
    summaries = report.summaries
    account = summaries.cell_account.iloc[0]
    refused = summaries.file_fates[summaries.file_fates["fate"] == "refused"]
    reasons = [
        joined(
            [f"{label(report, 'refusals', row['reason_code'])} (", Number(row["file_count"], after=")")], ""
        )
        for row in records(refused)
    ]
    states = summaries.answer_states
    by_state = [
        Number(row["question_count"], "two_digits", after=f" {label(report, 'states', row['state'])}")
        for row in records(states)
    ]
    lines = [
        _found(report),
        say(report, "quality.refused", count=int(refused["file_count"].sum()), reasons=listed(reasons)),
        joined([say(
            report, "quality.account", files=account["file_count"], total=account["total_count"],
            used=account["used_count"], flagged=account["flagged_count"], unowned=account["unowned_count"],
            ignored=account["ignored_count"],
        ), say(report, "quality.account_gap", count=abs(int(account["gap_count"])))]),
        say(report, "quality.states", total=int(states["question_count"].sum()), by_state=listed(by_state)),
        say(report, "quality.marks"),
    ]  # fmt: skip
    return stack(bullets([line for line in lines if line]), findings_table(report), fates_table(report))


def _found(report: ReportContext) -> str:
    """How much the checks found, and by how many of them."""
    findings = report.summaries.findings
    counts = findings.groupby("severity")["finding_count"].sum()
    told = {name: counts.get(name, 0) for name in SEVERITY_ORDER}
    parts, named = (
        counted(report, "quality.findings_parts", told),
        int((findings["check_code"] != UNNAMED).sum()),
    )
    if named < len(findings):
        return say(report, "quality.findings_unnamed", count=named, parts=parts)
    return say(report, "quality.findings", count=named, parts=parts)


def findings_table(report: ReportContext) -> Block:
    """Findings folded by cause: how many places, how many schools, what to do."""
    severities = labels(report, "severities")
    meanings = labels(report, "severities_meaning")
    frame = report.summaries.findings
    is_named = frame["check_code"] != UNNAMED
    note = say(report, "quality.unnamed_note", fewest=report.reference.disclosure.smallest_shown)
    frame = frame.assign(
        school_count=frame["school_count"].astype(object).where(is_named, None),
        group=[f"{severities[name]} ({meanings[name]})" for name in frame["severity"]],
    )
    return table(
        frame,
        columns={"title": "Nội dung kiểm tra không đạt", "finding_count": "Số vị trí", "school_count": "Trường", "remedy": "Cách khắc phục"},
        caption=say(report, "captions.checks"),
        formats={"finding_count": "integer", "school_count": "integer"},
        group_by="group",
        max_rows=12,
        notes=[] if is_named.all() else [note],
    )  # fmt: skip


def fates_table(report: ReportContext) -> Block:
    """What became of every received file."""
    frame = report.summaries.file_fates
    frame = frame.assign(
        fate_text=[capitalised(label(report, "fates", fate)) for fate in frame["fate"]],
        reason=[_reason(report, code) for code in frame["reason_code"]],
    )
    total = {"file_count": int(report.term.tables.submissions["file"].nunique())}
    columns = {"fate_text": "Tệp nhận được", "reason": "Lý do", "file_count": "Số tệp"}
    notes = []
    if not frame["return_count"].eq(frame["file_count"]).all():  # a file of several schools
        columns["return_count"] = "Số báo cáo"
        total["return_count"] = int(frame["return_count"].sum())
        notes.append(say(report, "quality.shared_files"))
    return table(
        frame,
        columns=columns,
        caption=say(report, "captions.fates"),
        formats=dict.fromkeys(total, "integer"),
        total_row={"fate_text": "Cộng", **total},
        notes=notes,
    )


def _reason(report: ReportContext, code: str) -> str:
    """Why a file has its fate: the short word of the refusal, else the title in the catalogue of findings."""
    known = labels(report, "refusals")
    message = report.reference.messages.get(code)
    return capitalised(known.get(code) or (message.title if message else code))
