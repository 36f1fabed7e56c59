"""What a report was made from: its files by hash, and everything of it that has changed since."""

from __future__ import annotations

import ast
import datetime
import hashlib
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from report_world import report

from termreview.installation import made_with
from termreview.proof.causes import Cause, changed_causes, later_files
from termreview.reference.declarations import Reference, load_reference
from termreview.reference.loading.fingerprint import file_fingerprints
from termreview.reporting.records.page_record import RECORD_MIME
from termreview.reporting.records.provenance import (
    Provenance,
    Source,
    hidden_name,
    inputs_fingerprint,
    origin_record,
)
from termreview.reporting.sections.basis.footer import footer, record_of
from termreview.storage.atomic_files import sha256_of
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term
from worlds import HK1, HK2, REFERENCE, ROOT, append, change

FILES = {"0477101.xlsx": b"one", "lớp/0477102.xlsx": b"two"}
DAY = "2024-01-05"


def sources(files: dict[str, bytes] = FILES) -> tuple[Source, ...]:
    return tuple(Source(name, sha256_of(content), DAY) for name, content in files.items())


def made_before(reference: Reference) -> dict[str, Any]:
    """The same as a version of the program wrote it that took down whole declaration files."""
    record = made(reference)
    record["origin"]["declarations"] = file_fingerprints(REFERENCE)
    del record["origin"]["declared"]
    return record


def made(reference: Reference, **changed: Any) -> dict[str, Any]:
    """The record of a report made of the two files and the committed declarations."""
    provenance = Provenance({HK1: sources()}, reference.fingerprints_of(parse_term(HK1)))
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
    (cause,) = changed_causes(office, reference, made_before(reference))
    assert (cause.kind, cause.name) == told
    words = reference.provenance["causes"][cause.kind]
    assert cause.name in words.format(**vars(cause), term=cause.term_id)


NEXT_YEAR = """
  - id: "2025-2026"
    starts_on: "2025-09-05"
    terms:
      - id: "2025-2026-hk1"
        part: "hk1"
        title: "học kỳ I"
        report: "semester_review"
        previous: "2024-2025-hk2"
        due_on: "2026-01-10"
        data_as_of: "2025-12-31"
        form: "next"
        tasks: "next"
        indicator_set: "qd-4725-2022"
        legal: "huong-dan-2025-2026"
        mark: "C"
"""


def declare_next_year(folder: Path) -> None:
    """What CONTRIBUTING.md has an office do for a new school year, in its order."""
    append(
        folder / "legal_documents.csv", "huong-dan-2025-2026,99/PGDĐT,Hướng dẫn,Phòng GDĐT,2025-09-20,,C,,"
    )
    with (folder / "calendar.yml").open("a", encoding="utf-8") as stream:
        stream.write(NEXT_YEAR)
    change(folder / "units.csv", "0477204,2020-01-01,2025-06-30,", "0477204,2020-01-01,2025-06-15,")
    append(folder / "units.csv", "0477299,2025-09-01,,school,th,Trường Tiểu học Mới,TH Mới,047751,")
    append(folder / "unit_events.csv", "moi-2025,2025-09-01,split,0477204,0477299,tách trường")
    append(
        folder / "office.csv",
        "phong-moi,2026-01-01,,047751,UBND PHƯỜNG,PHÒNG MỚI,Phòng mới,Nơi mới,TRƯỞNG PHÒNG,,PM,yes",
    )
    change(
        folder / "office.csv",
        "vhxh-phuong-phong-mau,2025-07-01,,",
        "vhxh-phuong-phong-mau,2025-07-01,2025-12-31,",
    )
    shutil.copytree(folder / "forms" / "cv407-2023", folder / "forms" / "next")
    change(folder / "forms" / "next" / "form.yml", "cv407-2023", "next")
    shutil.copyfile(folder / "checks" / "cv407-2023.csv", folder / "checks" / "next.csv")
    shutil.copyfile(folder / "tasks" / "cv407-2023.csv", folder / "tasks" / "next.csv")
    append(
        folder / "verified_points.csv",
        "0477201,2024-2025-hk1,1.3.1,2.5,đã xem tại trường,Phòng GDĐT,2025-01-12",
    )
    append(
        folder / "decisions.csv",
        "qd-9001,2024-2025-hk2,cell,0477201,informatics_computers_working_count,not_a_number,x,correct,15,đã đối chiếu,Phòng GDĐT,2025-06-01",
    )


def test_the_rows_of_a_new_year_change_nothing_that_an_old_report_was_made_of(
    reference: Reference, office: Workspace
) -> None:
    declare_next_year(office.reference)
    now = load_reference(office.reference)
    assert now.fingerprint != reference.fingerprint
    for term_id in (HK1, HK2):
        term = parse_term(term_id)
        assert now.fingerprints_of(term) == reference.fingerprints_of(term)
    assert changed_causes(office, now, made(reference)) == []
    later = parse_term("2024-2025-hk2")
    differing = {
        name
        for name, sha256 in now.fingerprints_of(later).items()
        if reference.fingerprints_of(later)[name] != sha256
    }
    assert differing == {"decisions.csv", "verified_points.csv"}, "and what is of that report, is told there"


OF_THE_TERM: list[tuple[Callable[[Path], object], str]] = [
    (lambda folder: change(folder / "units.csv", "0477204,2020-01-01,2025-06-30,", "0477204,2020-01-01,2023-12-31,"), "units.csv"),
    (lambda folder: append(folder / "units.csv", "0477299,2023-09-01,2025-06-30,school,th,Trường Tiểu học Mới,TH Mới,047702,"), "units.csv"),
    (lambda folder: change(folder / "calendar.yml", 'due_on: "2024-01-10"', 'due_on: "2024-01-12"'), "calendar.yml"),
    (lambda folder: change(folder / "office.csv", "UBND HUYỆN PHONG MẪU", "UBND HUYỆN"), "office.csv"),
    (lambda folder: append(folder / "verified_points.csv", f"0477201,{HK1},1.3.1,2.5,đã xem,Phòng GDĐT,2024-01-12"), "verified_points.csv"),
    (lambda folder: change(folder / "tasks" / "cv407-2023.csv", ",cv-407-2023,A,", ",cv-407-2023,B,"), "tasks/cv407-2023.csv"),
    (lambda folder: append(folder / "sentences.yml", "# x"), "sentences.yml"),
]  # fmt: skip


@pytest.mark.parametrize(("change_one", "name"), OF_THE_TERM)
def test_what_is_declared_for_the_term_of_a_report_still_counts(
    reference: Reference, office: Workspace, change_one: Callable[[Path], object], name: str
) -> None:
    change_one(office.reference)
    causes = changed_causes(office, load_reference(office.reference), made(reference))
    assert [(cause.kind, cause.name) for cause in causes] == [("declaration_changed", name)]


def test_a_report_names_the_libraries_that_decide_it_and_no_other() -> None:
    """Those that the code behind a report imports; who carries a notebook, inflates a file or answers an analyst decides nothing."""
    carry, elsewhere = (
        {"IPython", "distributed", "duckdb", "nbclient", "nbformat", "papermill", "zlib_ng"},
        {"adopted", "desk", "editing", "kernels", "sample"},
    )
    imported: set[str] = set()
    package = ROOT / "lib" / "termreview"
    for path in package.rglob("*.py"):
        if elsewhere.intersection(path.relative_to(package).parts):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                imported.add(node.module.partition(".")[0])
    names = {"python-docx": "docx", "pyyaml": "yaml"}
    told = {names.get(name, name.replace("-", "_")) for name in made_with()["libraries"]}
    assert told == imported - set(sys.stdlib_module_names) - {"termreview"} - carry


def test_a_file_that_came_later_is_none_and_one_put_before_is(
    reference: Reference, office: Workspace
) -> None:
    (raw(office) / "muộn.xlsx").write_bytes(b"late")
    (raw(office) / "bù.xlsx").write_bytes(b"put in")
    append(raw(office) / "received.csv", "muộn.xlsx,2024-02-01,", "bù.xlsx,2024-01-19,")
    assert changed_causes(office, reference, made(reference)) == [Cause("file_added", "bù.xlsx", HK1)]


def test_files_of_a_term_that_a_report_compares_with_which_came_after_it_are_counted(
    reference: Reference, office: Workspace
) -> None:
    provenance = Provenance({HK1: sources(), HK2: ()}, {})
    record = made(reference) | {"term_id": HK2, "origin": origin_record(provenance)}
    assert later_files(office, record) == {}
    (raw(office) / "muộn.xlsx").write_bytes(b"late")
    append(raw(office) / "received.csv", "muộn.xlsx,2024-07-01,")
    assert later_files(office, record) == {HK1: 1}


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


def test_a_hidden_name_whose_figures_look_like_a_telephone_is_found_again(
    reference: Reference, office: Workspace
) -> None:
    name = "0477102_BC_HK1_2019-2020.xlsx"
    assert hidden_name(name) == "#b9ce555540422385"  # twelve figures in a row, as an identity number has
    (raw(office) / name).write_bytes(b"three")
    append(raw(office) / "received.csv", f"{name},{DAY},\n")
    provenance = Provenance(
        {HK1: sources(FILES | {name: b"three"})}, reference.fingerprints_of(parse_term(HK1))
    )
    record = made(reference) | {"origin": origin_record(provenance, hides_names=True)}
    assert changed_causes(office, reference, record) == []


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
    assert f"lập từ 1 tệp nhận trong học kỳ II, năm học 2023-2024 (mã kiểm tra {own})" in told.html
    assert f"2 tệp nhận trong học kỳ I, năm học 2023-2024 (mã kiểm tra {before})" in told.html
    assert made_with()["package_version"] in told.html
    assert RECORD_MIME in told._repr_mimebundle_()


def test_the_signed_footer_is_one_line_with_the_hash_of_what_the_word_file_says_of_itself() -> None:
    base = report(HK2)
    about = {"provenance": Provenance({HK2: sources()}, file_fingerprints(REFERENCE)), "edition": "shareable"}
    told = footer(type(base)(**{**vars(base), **about}))
    line, origin = told.parts
    code = hashlib.sha256(origin["text"].encode()).hexdigest()[:12]
    assert told.html == f"<p>Mã kiểm tra (SHA-256): {code}</p>"
    assert origin["text"].startswith("Bản chia sẻ, ")
    assert f"(mã kiểm tra {inputs_fingerprint(sources())})" in origin["text"]
    assert "runs" in line
    assert RECORD_MIME in told._repr_mimebundle_()


def test_a_record_counts_what_the_report_counts() -> None:
    base = report(HK1)
    record = record_of(base)
    assert record["figures"]["expected_count"] == len(base.term.schools)
    for counts in record["figures"]["levels"].values():
        parts = [
            value
            for name, value in counts.items()
            if name not in ("asked_count", "scored_count", "reached_count")
        ]
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
