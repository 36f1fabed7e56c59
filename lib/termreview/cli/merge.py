"""The command `merge`: what several offices handed in of one term, checked, added up and reported."""

from __future__ import annotations

import argparse
import shutil

from termreview.reference.declarations import Reference
from termreview.rollup.publishing import publish_roll_up
from termreview.rollup.roll_up import RollUp
from termreview.storage.workspace import Workspace

_SHOWN = 20


def merge(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> int:
    """Add up the lists and annexes below some folders, name what was left out and why."""
    published = publish_roll_up(
        workspace, reference, options.folders,
        edition=options.edition, expected=options.expect or (), term_id=options.term or "",
    )  # fmt: skip
    merged, labels = published.merged, reference.labels
    found = RollUp(merged, reference)
    print(f"đọc lại {merged.read_count}/{len(merged.files)} đơn vị")
    for problem in merged.problems[:_SHOWN]:
        told = f"{problem.file}: " if problem.file else ""
        what = f" ({found.told(problem)})" if problem.what else ""
        print(f"{told}{labels['merge_problems'][problem.code]}{what}")
    if len(merged.problems) > _SHOWN:
        print(f"… và {len(merged.problems) - _SHOWN} nội dung khác, xem phụ lục Excel của báo cáo")
    if merged.rows.empty:
        print("Không có tệp nào gộp được.")
        return 6
    for copy in published.kept:
        print(f"đã có người sửa bản trước, giữ lại ở {copy.relative_to(workspace.root).as_posix()}")
    if published.is_reused:
        print("không có gì thay đổi: giữ kết quả lần gộp trước")
    schools = merged.rows.loc[merged.rows["scope"] == "school", "school_code"].nunique()
    print(
        f"Kỳ {found.term.term_id}: gộp {len(merged.offices)} đơn vị, {schools} trường, {len(merged.totals)} số liệu tổng hợp:"
    )
    for path in published.reports:
        if options.output is not None:
            options.output.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, options.output / path.name)
            path = options.output / path.name
        print(f"  {path}")
    return 0 if not merged.problems else 6
