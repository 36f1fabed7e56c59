"""A run with exports of systems: counted, asked about, purged; and the report is made again from what is left."""

from __future__ import annotations

import datetime
import sys
import tempfile
from pathlib import Path

import pandas as pd
import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "unit"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "unit" / "sources"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "crash"))

from intake_world import HK1, PRESCHOOL, PRIMARY, SECONDARY, receive, reference, write_school
from small_world import new_workspace
from test_exports import SENTINEL, pupils, text_table, workbook

from bytes_left import files_with
from termreview.proof.verify import verify_report
from termreview.run.runner import run_term
from termreview.sources.facts import RECORD, purge_sources
from termreview.storage.workspace import Workspace

DAY = datetime.date(2024, 1, 15)


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """One office whose run may write nowhere but below one folder."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    workspace = new_workspace(tmp_path / "sources")
    folder = workspace.raw(HK1)
    folder.mkdir(parents=True, exist_ok=True)
    for school_id in (PRESCHOOL, PRIMARY, SECONDARY):
        write_school(folder / f"{school_id}.xlsx", school_id)
    receive(folder, {})
    return workspace


def table(workspace: Workspace, name: str) -> pd.DataFrame:
    return pd.read_parquet(workspace.processed(HK1) / f"{name}.parquet")


def left_of_persons(office: Workspace) -> dict[Path, list[str]]:
    """What a run left of the persons in the exports, in any byte but those of the exports themselves."""
    folder = office.raw(HK1) / "sources"
    written = [
        path
        for path in office.root.parent.rglob("*")
        if path.is_file() and (path.name == RECORD or folder not in path.parents)
    ]
    assert len(written) > 50
    return files_with((SENTINEL, "Mật Danh", "Mat Danh", "HS00001", "046000000"), written)


def test_odd_exports_leave_nothing_of_a_person_either(
    office: Workspace, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of no layout, of two, cut off, in a wrong encoding, persons as heads and in the names of files and sheets."""
    folder = office.raw(HK1) / "sources"
    whole = workbook(folder / f"{PRIMARY} hoc sinh.xlsx", (SENTINEL, pupils(40, 30))).read_bytes()
    (folder / f"{SENTINEL}.xlsx").write_bytes(whole)
    (folder / "Nguyen Thi Mat Danh HS00001.xlsx").write_bytes(whole[: len(whole) // 2])
    text_table(folder / "heads.csv", [["Bài", SENTINEL, "Trần Văn Mật Danh"], ["1", "8", "9"]])
    text_table(
        folder / "unknown.csv", [["Họ tên", "Điểm"], *([SENTINEL, str(n)] for n in range(9))], ";", "utf-16"
    )
    (folder / "bytes.csv").write_bytes(f"Họ tên;HS00001\n{SENTINEL};\0\n".encode() * 9)
    run_term(office, reference(), HK1, DAY)
    states = table(office, "source_files")["state"]
    assert sorted(states) == ["read", "refused", "refused", "refused", "refused", "twice"]
    assert left_of_persons(office) == {}
    told = capfd.readouterr()
    assert not [secret for secret in (SENTINEL, "Mat Danh", "HS00001") if secret in told.out + told.err]
    assert (
        files_with([SENTINEL], [folder / f"{PRIMARY} hoc sinh.xlsx"]) != {}
    )  # the search finds what is there


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
    assert [path.name for path in folder.iterdir()] == [RECORD]
    assert left_of_persons(office) == {}
    assert without.reports == found.reports

    for path in [*folder.rglob("*.*")]:
        path.unlink()
    run_term(office, reference(), HK1, DAY)
    assert not (office.processed(HK1) / "source_facts.parquet").exists()
