"""Reports of parts of the office that a run takes away: with them go their notebooks, and nothing of anybody else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from intake_world import HK1

from demo_world import new_workspace
from termreview.reference.declarations import Reference
from termreview.run.manifest import outdated_parts
from termreview.run.work_list import scoped_report_name
from termreview.storage.atomic_files import sha256_of

SCHOOL = "0477101"
REPORT = f"bao-cao-so-ket-{HK1.term_id}-{SCHOOL}"


@pytest.mark.parametrize(
    ("executed", "report"),
    [
        ("3_semester_review", ""),
        ("3_semester_review-chia-se", ""),
        ("1_clean_submissions", ""),
        (f"3_semester_review-{SCHOOL}", REPORT),
        (f"3_semester_review-{SCHOOL}-chia-se", f"{REPORT}-chia-se"),
        ("3_semester_review-th-thcs", f"bao-cao-so-ket-{HK1.term_id}-th-thcs"),
        (f"3_semester_review-{SCHOOL}-mn", f"{REPORT}-mn"),
        ("4_year_end_summary-047702", f"bao-cao-tong-ket-{HK1.term_id}-047702"),
        (f"3_semester_review-{SCHOOL}-Copy1", ""),
        ("3_semester_review-thu nghiem", ""),
        ("3_semester_review-", ""),
    ],
)
def test_a_notebook_is_known_by_its_name_as_that_of_a_part_or_as_another(
    reference: Reference, executed: str, report: str
) -> None:
    assert scoped_report_name(reference, HK1, executed) == report


def test_with_a_report_goes_its_notebook_and_what_is_somebodys_own_stays(
    reference: Reference, tmp_path: Path
) -> None:
    workspace = new_workspace(tmp_path / "office")
    processed, reports, stage = workspace.processed(HK1), workspace.reports(HK1), tmp_path / "stage"
    for folder in (processed / "scoped", processed / "notebooks", reports, stage):
        folder.mkdir(parents=True, exist_ok=True)
    (stage / "manifest.json").write_text(json.dumps({"tables": {"scores": "new"}}))
    for name, tables in ((REPORT, "old"), (f"{REPORT}-chia-se", "new")):
        page = reports / f"{name}.html"
        page.write_text(name)
        listed = {page.relative_to(workspace.root).as_posix(): sha256_of(page.read_bytes())}
        record = {"tables": {"scores": tables}, "reports": listed}
        (processed / "scoped" / f"{name}.json").write_text(json.dumps(record))
    own = ["3_semester_review.ipynb", "3_semester_review-chia-se.ipynb", f"3_semester_review-{SCHOOL}-Copy1.ipynb",
           f"3_semester_review-{SCHOOL}.cua toi.ipynb", f"3_semester_review-{SCHOOL}-chia-se.ipynb"]  # fmt: skip
    gone = [f"3_semester_review-{SCHOOL}.ipynb", f"3_semester_review-{SCHOOL}.failed.ipynb",
            "3_semester_review-047702.ipynb"]  # fmt: skip
    for name in (*own, *gone):
        (processed / "notebooks" / name).write_text("{}")
    assert sorted(outdated_parts(workspace, reference, HK1, stage)) == sorted(
        [f"scoped/{REPORT}.json", f"reports/{REPORT}.html", *(f"notebooks/{name}" for name in gone)]
    )
