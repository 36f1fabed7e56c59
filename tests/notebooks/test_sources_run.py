"""A run with exports of systems: counted, asked about, purged; and the report is made again from what is left."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "unit"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "unit" / "sources"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "crash"))

from intake_world import HK1, PRESCHOOL, PRIMARY, SECONDARY, receive, reference, write_school
from small_world import new_workspace
from test_exports import SENTINEL, pupils, workbook

from termreview.proof.verify import verify_report
from termreview.run.runner import run_term
from termreview.sources.facts import purge_sources
from termreview.storage.workspace import Workspace

DAY = datetime.date(2024, 1, 15)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = new_workspace(tmp_path_factory.mktemp("sources"))
    folder = workspace.raw(HK1)
    folder.mkdir(parents=True, exist_ok=True)
    for school_id in (PRESCHOOL, PRIMARY, SECONDARY):
        write_school(folder / f"{school_id}.xlsx", school_id)
    receive(folder, {})
    return workspace


def table(workspace: Workspace, name: str) -> pd.DataFrame:
    return pd.read_parquet(workspace.processed(HK1) / f"{name}.parquet")


def test_exports_are_counted_asked_about_and_purged(office: Workspace) -> None:
    without = run_term(office, reference(), HK1, DAY)
    assert not (office.processed(HK1) / "source_facts.parquet").exists()
    stated = table(office, "observations").set_index(["school_id", "field_id"])["value_number"]
    count = int(stated[PRIMARY, "pupils_count.total"])
    folder = office.raw(HK1) / "sources"
    workbook(folder / f"{PRIMARY}-C1-HocSinh.xlsx", ("Sheet1", pupils(count + 50, 0)))

    found = run_term(office, reference(), HK1, DAY)
    assert not found.is_reused
    assert len(table(office, "submissions")) == 3  # an export is no report of a school
    facts = table(office, "source_facts").set_index("fact_id")["value"]
    assert facts.to_dict() == {"csdl_pupils": count + 50, "csdl_pupils_identified": 0}
    asked = table(office, "findings").query(
        "check_code == 'system_differs' and field_id == 'pupils_count.total'"
    )
    assert asked[["school_id", "found", "expected", "severity"]].to_numpy().tolist() == [
        [PRIMARY, str(count), str(count + 50), "query"]
    ]
    after = table(office, "observations").set_index(["school_id", "field_id"])["value_number"]
    assert after[PRIMARY, "pupils_count.total"] == count  # never replaced

    purge_sources(folder)
    assert run_term(office, reference(), HK1, DAY).is_reused
    assert verify_report(office, reference(), found.reports[0]).state == "identical"
    written = [path for path in office.root.rglob("*") if path.is_file()]
    assert not [path for path in written if SENTINEL.encode() in path.read_bytes()]
    assert without.reports == found.reports

    for path in [*folder.rglob("*.*")]:
        path.unlink()
    run_term(office, reference(), HK1, DAY)
    assert not (office.processed(HK1) / "source_facts.parquet").exists()
