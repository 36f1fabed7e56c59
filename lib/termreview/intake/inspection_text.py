"""One inspection in words: the lines that the command line shows of a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from termreview.intake.inspection import NOT_OPENED, READ, Inspection

_OWN_REASONS = {NOT_OPENED: "không mở được tệp"}
_STATES = {"hidden": "ẩn", "very_hidden": "ẩn sâu"}
_SEVERITIES = {"error": "lỗi", "query": "cần giải trình", "note": "lưu ý"}
_MOST_SHOWN = 50


def inspection_lines(inspection: Inspection, labels: Mapping[str, Any]) -> Iterator[str]:
    """Give the lines that tell one inspection; `labels` may be empty outside of an office's folders."""
    if inspection.state != READ:
        reason = str(inspection.reason)
        named = _OWN_REASONS.get(reason) or labels.get("refusals", {}).get(reason, "")
        yield f"{inspection.file}: không nhận – {named or reason} [{reason}] {inspection.detail or ''}".rstrip()
        yield from (f"  {finding['remedy']}" for finding in inspection.findings if finding["remedy"])
        return
    account = inspection.account or {}
    yield (
        f"{inspection.file}: đọc được – {inspection.kind}, {inspection.size_bytes} byte, "
        f"{len(inspection.sheets)} sheet, {account.get('total', 0)} ô có nội dung"
    )
    for sheet in inspection.sheets:
        yield "  " + _sheet_line(sheet)
    if inspection.has_macros:
        yield "  có macro (không chạy)"
    if inspection.has_external_links:
        yield "  có liên kết ra ngoài (không mở)"
    if inspection.form is not None:
        form = inspection.form
        yield (
            f"  biểu mẫu {form['form_id'] or 'không rõ'}, kỳ {form['term_id']}, trường {form['school_id'] or 'không rõ'}"
            + (f"; không nhận vào kỳ này: {form['reason']}" if form["reason"] else "")
        )
    yield (
        f"  cân đối: {account.get('used', 0)} ô đã dùng + {account.get('flagged', 0)} ô đánh dấu + "
        f"{account.get('ignored', 0)} ô bỏ qua theo quy tắc = {account.get('total', 0)}"
    )
    for finding in inspection.findings[:_MOST_SHOWN]:
        yield f"  [{_SEVERITIES[finding['severity']]}] {finding['message']} {finding['remedy'] or ''}".rstrip()
    if len(inspection.findings) > _MOST_SHOWN:
        yield f"  … và {len(inspection.findings) - _MOST_SHOWN} phát hiện khác (xem đủ bằng --json)"


def _sheet_line(sheet: Mapping[str, Any]) -> str:
    counted = (
        ("formulas", "công thức"), ("formulas_without_value", "công thức chưa có kết quả"), ("errors", "ô báo lỗi"),
        ("hidden_rows", "dòng ẩn"), ("hidden_columns", "cột ẩn"),
    )  # fmt: skip
    state = f" ({_STATES[sheet['state']]})" if sheet["state"] in _STATES else ""
    parts = [f"{sheet[key]} {words}" for key, words in counted if sheet[key]]
    return f"sheet “{sheet['name']}”{state}: " + ", ".join([f"{sheet['cells']} ô", *parts])
