"""A tiny term cleaned and scored, compared cell by cell with the tables stored in `tests/data/expected`.

Three schools: a preschool that writes its answers its own way, a primary school with a spreadsheet set the
American way, a lower secondary school that came late, left blanks and corrected itself. After a change that is meant:

    python tests/unit/test_golden_tables.py

writes the tables anew; the difference then belongs in the same commit, with its reason.
"""

from __future__ import annotations

import datetime
import io
import shutil
import sys
import tempfile
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lib"))

from intake_world import (
    EXPECTED,
    PRESCHOOL,
    PRIMARY,
    ROOT,
    SECONDARY,
    SUBMISSIONS,
    clean_folder,
    declared,
    receive,
    write_school,
)

from termreview.scoring.score import score_term

# Words and hashes may change without a figure changing; they are tested elsewhere.
LEFT_OUT = {
    "submissions": ["submission_id", "sha256", "size_bytes"],
    "findings": ["finding_id", "message", "remedy", "expected"],
}
TABLES = ("submissions", "observations", "findings", "ledger", "scores")


@cache
def tables() -> dict[str, str]:
    """The five tables of the tiny term as CSV."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(SUBMISSIONS / "yes_no_spellings.xlsx", folder / f"{PRESCHOOL}.xlsx")
        shutil.copy(SUBMISSIONS / "us_style.xlsx", folder / f"{PRIMARY}.xlsx")
        write_school(folder / f"{SECONDARY} lần 1.xlsx", SECONDARY)
        changes = {
            "teachers_count.women": 21, "pupils_with_account_count": None, "q4725_1_3_1.in_use": "no",
            "q4725_1_3_2.self": 9, "q4725_1_3_3.evidence": None, "online_plan.number": None,
            "informatics_computers_working_count": 0, "teachers_making_materials_count": "không có",
        }  # fmt: skip
        write_school(folder / f"{SECONDARY} lần 2.xlsx", SECONDARY, changes=changes)
        receive(folder, {f"{SECONDARY} lần 2.xlsx": datetime.date(2024, 1, 12)})
        cleaned = clean_folder(folder)
        scored = score_term(cleaned.observations, declared())
    frames = {
        "submissions": cleaned.submissions, "observations": cleaned.observations, "findings": cleaned.findings,
        "ledger": scored.ledger, "scores": scored.scores,
    }  # fmt: skip
    return {
        name: frame.drop(columns=LEFT_OUT.get(name, [])).to_csv(index=False, lineterminator="\n")
        for name, frame in frames.items()
    }


def read(text: str) -> pd.DataFrame:
    return pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)


@pytest.mark.parametrize("name", TABLES)
def test_a_tiny_term_gives_the_stored_tables(name: str) -> None:
    stored, found = read((EXPECTED / f"{name}.csv").read_text(encoding="utf-8")), read(tables()[name])
    assert list(found.columns) == list(stored.columns)
    pd.testing.assert_frame_equal(found, stored)


def main() -> int:
    """Write the stored tables anew."""
    EXPECTED.mkdir(parents=True, exist_ok=True)
    for name, text in tables().items():
        (EXPECTED / f"{name}.csv").write_text(text, encoding="utf-8", newline="\n")
    print(f"{len(TABLES)} tables in {EXPECTED.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
