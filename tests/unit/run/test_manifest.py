"""What the record of a run says of exports: counted, left, unplaced."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from termreview.run.manifest import exports_summary


def test_an_export_that_a_table_of_totals_names_is_none_that_could_not_be_counted(tmp_path: Path) -> None:
    assert exports_summary(tmp_path) is None
    files = pd.DataFrame(
        {
            "state": ["read", "read", "attached", "refused", "other_period"],
            "rows_of_no_school": [0, 3, 0, 0, 0],
        }
    )
    files.to_parquet(tmp_path / "source_files.parquet")
    assert exports_summary(tmp_path) == {"counted": 2, "left": 2, "unplaced": 1}
