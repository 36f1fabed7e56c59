"""The command `merge`: what several offices handed in of one term, checked, added up and reported."""

from __future__ import annotations

import argparse
from pathlib import Path

from termreview.reference.declarations import Reference
from termreview.rollup.merging import find_handed_in, merge_offices, write_merged
from termreview.rollup.report import SEPARATOR, RollUp, report_title
from termreview.storage.workspace import Workspace

_SHOWN = 20
NOTEBOOK = "8_roll_up"


def merge(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> int:
    """Add up the lists and annexes below some folders, name what was left out and why."""
    paths = find_handed_in(options.folders)
    merged = merge_offices(
        paths, edition=options.edition, expected=options.expect or (), term_id=options.term or ""
    )
    labels = reference.labels
    for problem in merged.problems[:_SHOWN]:
        told = f"{problem.file}: " if problem.file else ""
        what = f" ({problem.what})" if problem.what else ""
        print(f"{told}{labels['merge_problems'][problem.code]}{what}")
    if len(merged.problems) > _SHOWN:
        print(
            f"… và {len(merged.problems) - _SHOWN} nội dung khác, xem trang tính {labels['merge']['problems']}"
        )
    if merged.rows.empty:
        print("Không có tệp nào gộp được.")
        return 6
    term_id = str(merged.rows["term_id"].iloc[0])
    folder = options.output or workspace.root / "reports" / "tong-hop"
    written = write_merged(merged, folder, f"tong-hop-{term_id}", labels)
    written += _report(options, workspace, reference, RollUp(merged, reference), folder)
    schools = merged.rows.loc[merged.rows["scope"] == "school", "school_code"].nunique()
    print(
        f"Kỳ {term_id}: gộp {len(merged.offices)} đơn vị, {schools} trường, {len(merged.totals)} số liệu tổng hợp:"
    )
    for path in written:
        print(f"  {path}")
    return 0 if not merged.problems else 6


def _report(
    options: argparse.Namespace, workspace: Workspace, reference: Reference, found: RollUp, folder: Path
) -> list[Path]:
    """The report on what was added up, as a page and a Word file: notebook `8_roll_up`, which an office may change."""
    from termreview.run.exporting import export_notebook

    given = {
        "folders": SEPARATOR.join(str(one.resolve()) for one in options.folders),
        "term_id": found.term.term_id, "edition": options.edition,
        "expected": SEPARATOR.join(options.expect or ()), "workspace_root": str(workspace.root),
    }  # fmt: skip
    notebook, place = (
        workspace.notebooks / f"{NOTEBOOK}.ipynb",
        folder / f"bao-cao-tong-hop-{found.term.term_id}",
    )
    return export_notebook(
        notebook, workspace, reference, ("html", "docx"),
        parameters=given, title=report_title(found), output=place.resolve(),
    )  # fmt: skip
