"""What a report was made from: its files by hash, and everything of it that has changed since."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from report_world import report

from termreview.installation import made_with
from termreview.proof.causes import Cause, changed_causes
from termreview.reference.declarations import Reference
from termreview.reference.fingerprint import file_fingerprints
from termreview.reporting.page_record import RECORD_MIME
from termreview.reporting.provenance import Provenance, Source, hidden_name, inputs_fingerprint, origin_record
from termreview.reporting.sections_footer import footer, record_of
from termreview.whole_files import sha256_of
from termreview.workspace import Workspace
from worlds import HK1, HK2, REFERENCE, ROOT, append

FILES = {"0477101.xlsx": b"one", "lớp/0477102.xlsx": b"two"}
DAY = "2024-01-05"


def sources(files: dict[str, bytes] = FILES) -> tuple[Source, ...]:
    return tuple(Source(name, sha256_of(content), DAY) for name, content in files.items())


def made(reference: Reference, **changed: Any) -> dict[str, Any]:
    """The record of a report made of the two files and the committed declarations."""
    provenance = Provenance({HK1: sources()}, file_fingerprints(REFERENCE))
    return {
        "term_id": HK1,
        "step": {
            "parameters": {"as_of": "2024-01-20"},
            "notebooks": {"1_clean_submissions": sha256_of((ROOT / "notebooks/1_clean_submissions.ipynb").read_bytes())},
        },
        "origin": origin_record(provenance, **changed),
    }  # fmt: skip


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    """A workspace that holds what the report was made from."""
    workspace = Workspace(tmp_path)
    shutil.copytree(REFERENCE, workspace.reference)
    shutil.copytree(ROOT / "notebooks", workspace.notebooks)
    folder = tmp_path / "data" / "raw" / "2023-2024" / "hk1"
    for name, content in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    lines = "".join(f"{name},{DAY},\n" for name in FILES)
    (folder / "received.csv").write_text("file,received_on,note\n" + lines, encoding="utf-8")
    return workspace


def raw(office: Workspace) -> Path:
    return office.root / "data" / "raw" / "2023-2024" / "hk1"


def edited(path: Path) -> None:
    append(path, "x")


CHANGES: list[tuple[Callable[[Workspace], object], tuple[str, str]]] = [
    (lambda office: edited(raw(office) / "0477101.xlsx"), ("file_changed", "0477101.xlsx")),
    (lambda office: (raw(office) / "lớp/0477102.xlsx").unlink(), ("file_removed", "lớp/0477102.xlsx")),
    (lambda office: (raw(office) / "mới.xlsx").write_bytes(b"3"), ("file_unlisted", "mới.xlsx")),
    (lambda office: edited(office.reference / "ratios.csv"), ("declaration_changed", "ratios.csv")),
    (lambda office: (office.reference / "checks/cv407-2023.csv").unlink(), ("declaration_removed", "checks/cv407-2023.csv")),
    (lambda office: (office.reference / "new.yml").write_text("a: 1"), ("declaration_added", "new.yml")),
    (lambda office: edited(office.notebooks / "1_clean_submissions.ipynb"), ("notebook_changed", "1_clean_submissions")),
]  # fmt: skip


def test_nothing_has_changed(reference: Reference, office: Workspace) -> None:
    assert changed_causes(office, reference, made(reference)) == []


@pytest.mark.parametrize(("change", "told"), CHANGES, ids=[told[0] for _, told in CHANGES])
def test_one_change_is_one_cause(
    reference: Reference, office: Workspace, change: Callable[[Workspace], object], told: tuple[str, str]
) -> None:
    change(office)
    (cause,) = changed_causes(office, reference, made(reference))
    assert (cause.kind, cause.name) == told
    words = reference.provenance["causes"][cause.kind]
    assert cause.name in words.format(**vars(cause), term=cause.term_id)


def test_a_file_that_came_later_is_none_and_one_put_before_is(
    reference: Reference, office: Workspace
) -> None:
    (raw(office) / "muộn.xlsx").write_bytes(b"late")
    (raw(office) / "bù.xlsx").write_bytes(b"put in")
    append(raw(office) / "received.csv", "muộn.xlsx,2024-02-01,", "bù.xlsx,2024-01-19,")
    assert changed_causes(office, reference, made(reference)) == [Cause("file_added", "bù.xlsx", HK1)]


def test_another_day_of_receipt_is_a_cause(reference: Reference, office: Workspace) -> None:
    listing = raw(office) / "received.csv"
    text = listing.read_text(encoding="utf-8")
    listing.write_text(text.replace(f"0477101.xlsx,{DAY}", "0477101.xlsx,2024-01-12"), encoding="utf-8")
    assert changed_causes(office, reference, made(reference)) == [
        Cause("file_dated", "0477101.xlsx", HK1, DAY, "2024-01-12")
    ]


def test_other_programs_are_causes(reference: Reference, office: Workspace) -> None:
    record = made(reference)
    record["origin"]["made_with"] = {
        "package_version": "0.0.1", "package_sha256": "f" * 64, "python": "3.0",
        "libraries": made_with()["libraries"] | {"pandas": "0.1", "xlrd": "1"},
    }  # fmt: skip
    kinds = [(cause.kind, cause.name, cause.was) for cause in changed_causes(office, reference, record)]
    assert kinds == [
        ("program_changed", "", "0.0.1 (ffffffffffff)"), ("python_changed", "", "3.0"),
        ("library_changed", "pandas", "0.1"), ("library_removed", "xlrd", "1"),
    ]  # fmt: skip


def test_names_of_files_stay_out_of_a_report_that_may_not_carry_them(
    reference: Reference, office: Workspace
) -> None:
    record = made(reference, hides_names=True)
    assert "0477101" not in str(record["origin"]["inputs"])
    assert changed_causes(office, reference, record) == []
    edited(raw(office) / "0477101.xlsx")
    (raw(office) / "lớp/0477102.xlsx").unlink()
    kinds = {(cause.kind, cause.name) for cause in changed_causes(office, reference, record)}
    assert kinds == {("file_changed", "0477101.xlsx"), ("file_removed", hidden_name("lớp/0477102.xlsx"))}


def test_a_fingerprint_does_not_depend_on_order_and_tells_every_change() -> None:
    first = inputs_fingerprint(sources())
    assert inputs_fingerprint(sources()[::-1]) == first
    assert inputs_fingerprint(sources({"0477101.xlsx": b"one", "lớp/0477102.xlsx": b"too"})) != first
    assert inputs_fingerprint(sources({"0477101.xlsx": b"one", "lớp/0477103.xlsx": b"two"})) != first


def test_a_footer_says_what_the_report_was_made_of() -> None:
    base = report(HK2)
    provenance = Provenance({HK1: sources(), HK2: sources()[:1]}, file_fingerprints(REFERENCE))
    told = footer(type(base)(**{**vars(base), "provenance": provenance}))
    own, before = (inputs_fingerprint(part) for part in (sources()[:1], sources()))
    assert f"lập từ 1 tệp nhận trong học kỳ II, năm học 2023-2024 (dấu vân tay {own})" in told.html
    assert f"2 tệp nhận trong học kỳ I, năm học 2023-2024 (dấu vân tay {before})" in told.html
    assert made_with()["package_version"] in told.html
    assert RECORD_MIME in told._repr_mimebundle_()


def test_a_record_counts_what_the_report_counts() -> None:
    base = report(HK1)
    record = record_of(base)
    assert record["figures"]["expected_count"] == len(base.term.schools)
    for counts in record["figures"]["levels"].values():
        parts = [value for name, value in counts.items() if name not in ("asked_count", "scored_count")]
        assert sum(parts) == counts["asked_count"]
    assert record["as_of"] == base.as_of.isoformat()
    assert datetime.date.fromisoformat(record["as_of"]) >= base.declared.plan.due_on
    assert str(ROOT) not in str(record)


def test_an_issue_that_a_report_rests_on_is_part_of_what_it_was_made_of(
    reference: Reference, office: Workspace
) -> None:
    record = made(reference)
    issue = office.root / "reports" / "2023-2024" / "hk1" / "issued" / "1" / "record" / "issue.json"
    issue.parent.mkdir(parents=True)
    issue.write_text('{"unit": "", "level": ""}', encoding="utf-8")
    record["step"]["parameters"]["since"] = 1
    record["step"]["since_sha256"] = sha256_of(issue.read_bytes())
    assert changed_causes(office, reference, record) == []
    issue.write_text('{"unit": "", "level": "x"}', encoding="utf-8")
    assert [(cause.kind, cause.name) for cause in changed_causes(office, reference, record)] == [
        ("issue_changed", "1")
    ]
    issue.unlink()
    assert [cause.kind for cause in changed_causes(office, reference, record)] == ["issue_removed"]
