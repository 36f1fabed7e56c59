"""One whole run by real papermill: what it leaves behind, and that failure never looks like success."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import openpyxl
import pandas as pd
import pytest

from demo_world import SEMESTER, YEAR_END, Demo, as_of
from termreview.cli import __main__ as cli
from termreview.errors import ContractError, RunError, WorkspaceBusyError
from termreview.run import steps
from termreview.run.execution import refuse_wrong_parameters
from termreview.run.runner import run_term
from termreview.run.step_run import begin_step
from termreview.run.work_list import Export, Step, html_page, plan_steps
from termreview.storage.lock import LOCK_NAME, held
from termreview.storage.workspace import Workspace, has_tables, read_table
from worlds import append

METADATA = {
    "kernelspec": {"name": "python3", "display_name": "Python 3"},
    "language_info": {"name": "python"},
}


@pytest.fixture
def copy(demo: Demo, tmp_path: Path) -> Workspace:
    """A copy of the finished demonstration that a test may harm."""
    shutil.copytree(demo.workspace.root, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


def plant(workspace: Workspace, name: str, *cells: str, closing: bool = True) -> Path:
    """Replace one notebook by one of the given code cells."""
    notebook = nbformat.v4.new_notebook(metadata=METADATA)
    notebook.cells = [
        nbformat.v4.new_code_cell('term_id: str = ""  # term\nworkspace_root: str = ""  # root')
    ]
    notebook.cells[0].metadata["tags"] = ["parameters"]
    notebook.cells += [nbformat.v4.new_code_cell(source) for source in cells]
    notebook.cells[-1].metadata["tags"] = ["closing"] if closing else []
    path = workspace.notebooks / f"{name}.ipynb"
    nbformat.write(notebook, path)
    return path


@pytest.mark.parametrize("term", [SEMESTER, YEAR_END], ids=str)
def test_a_run_leaves_report_tables_and_manifest(demo: Demo, term) -> None:
    result = demo.result(term)
    manifest = json.loads(result.manifest.read_text(encoding="utf-8"))
    assert result.report.is_file()
    assert manifest["term_id"] == term.term_id
    assert manifest["declarations_sha256"] == demo.reference.fingerprint_of(term)
    assert len(manifest["inputs"]) == len(read_table(demo.workspace, term, "submissions"))
    assert set(manifest["tables"]) == {"submissions", "observations", "findings", "ledger", "scores"}


def test_no_machine_path_is_published(demo: Demo) -> None:
    root = str(demo.workspace.root)
    for result in (demo.semester, demo.year_end):
        assert root not in result.report.read_text(encoding="utf-8")
        assert root not in result.manifest.read_text(encoding="utf-8")
        for notebook in result.manifest.parent.glob("notebooks/*.ipynb"):
            assert root not in notebook.read_text(encoding="utf-8")


def test_the_same_inputs_give_the_same_bytes(demo: Demo, copy: Workspace) -> None:
    first = json.loads(demo.semester.manifest.read_text(encoding="utf-8"))
    shutil.rmtree(copy.processed(SEMESTER))
    again = run_term(copy, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER), workers=2)
    assert not again.is_reused
    assert json.loads(again.manifest.read_text(encoding="utf-8")) == first
    assert again.report.read_bytes() == demo.semester.report.read_bytes()
    for notebook in sorted((demo.workspace.processed(SEMESTER) / "notebooks").iterdir()):
        # However many processes read the files: the notebook that is kept does not tell.
        assert (again.manifest.parent / "notebooks" / notebook.name).read_bytes() == notebook.read_bytes()


def test_one_changed_answer_changes_only_that_schools_ledger(demo: Demo, copy: Workspace) -> None:
    before = read_table(demo.workspace, SEMESTER, "ledger")
    submissions = read_table(demo.workspace, SEMESTER, "submissions")
    observations = read_table(demo.workspace, SEMESTER, "observations")
    spot = observations[
        (observations["field_id"] == "teachers_using_software_count") & (observations["value_number"] > 0)
        & (observations["file"].str.endswith(".xlsx"))
    ].iloc[0]  # fmt: skip
    path = copy.raw(SEMESTER) / spot["file"]
    book = openpyxl.load_workbook(path)
    book[spot["sheet"]][spot["cell"]] = 0
    book.save(path)
    run_term(copy, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER))
    after = read_table(copy, SEMESTER, "ledger")
    key = ["school_id", "item_id"]
    changed = before.set_index(key).compare(after.set_index(key))
    assert set(changed.index.get_level_values("school_id")) == {spot["school_id"]}
    assert set(changed.index.get_level_values("item_id")) == {"1.6.2"}
    scores = read_table(demo.workspace, SEMESTER, "scores").set_index(["school_id", "group_id"])
    moved = scores.compare(read_table(copy, SEMESTER, "scores").set_index(["school_id", "group_id"]))
    assert set(moved.index.get_level_values("school_id")) <= {spot["school_id"]}
    assert len(submissions) == len(read_table(copy, SEMESTER, "submissions"))


def test_plain_papermill_runs_the_same_notebook(demo: Demo, copy: Workspace, tmp_path: Path) -> None:
    out = tmp_path / "out.ipynb"
    for stem in ("1_clean_submissions", "2_score_indicators", "3_semester_review"):
        done = subprocess.run(
            [sys.executable, "-m", "papermill", f"{stem}.ipynb", str(out), "-k", "python3", "-p", "term_id", SEMESTER.term_id],
            cwd=copy.notebooks, capture_output=True, text=True, timeout=1800, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[-2000:]
    pd.testing.assert_frame_equal(
        read_table(copy, SEMESTER, "ledger"), read_table(demo.workspace, SEMESTER, "ledger")
    )


def test_a_second_cell_of_parameters_is_told_as_what_it_is(copy: Workspace) -> None:
    path = copy.notebooks / "2_score_indicators.ipynb"
    book = nbformat.read(path, as_version=4)
    again = nbformat.v4.new_code_cell('term_id: str = "2023-2024-hk1"', metadata={"tags": ["parameters"]})
    book.cells.insert(3, again)
    nbformat.write(book, path)
    with pytest.raises(RunError, match=r"2_score_indicators\.ipynb có 2 ô gắn thẻ “parameters”"):
        begin_step(copy, SEMESTER, Step("2_score_indicators", {"term_id": SEMESTER.term_id}))


def test_braces_in_the_name_of_a_folder_are_nothing_to_fill_in(copy: Workspace, tmp_path: Path) -> None:
    office = Workspace(copy.root.rename(tmp_path / "thư mục {term_id} {x}"))
    before = published(office)
    step = Step("2_score_indicators", {"term_id": SEMESTER.term_id, "workspace_root": str(office.root)})
    assert begin_step(office, SEMESTER, step)().is_file()
    assert published(office).keys() == before.keys()


def test_an_unknown_or_mistyped_parameter_is_refused(demo: Demo) -> None:
    notebook = demo.workspace.notebooks / "1_clean_submissions.ipynb"
    refuse_wrong_parameters(notebook, {"term_id": "x", "workers": 2})
    with pytest.raises(RunError, match="không có tham số 'terms_id'; các tham số: term_id"):
        refuse_wrong_parameters(notebook, {"terms_id": "x"})
    with pytest.raises(RunError, match="'workers' phải là int, không phải str"):
        refuse_wrong_parameters(notebook, {"workers": "2"})


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("1 / 0", "'closed'"), "ZeroDivisionError"),
        (("import os; os._exit(0)", "'closed'"), "lỗi"),
        (("import sys; sys.exit(0)", "'closed'"), "lỗi"),
        (("import sys; sys.exit(1)", "'closed'"), "lỗi"),
        (("x = 1", "x = 2"), "dừng trước ô cuối"),
    ],
    ids=["an error", "a dead kernel", "a quiet exit", "a loud exit", "a closing cell without a word"],
)
def test_a_failed_notebook_is_kept_and_nothing_published(
    copy: Workspace, cells: tuple[str, ...], said: str
) -> None:
    plant(copy, "3_semester_review", *cells)
    page = copy.reports(SEMESTER) / "failed.html"
    with pytest.raises(RunError, match=said) as caught:
        begin_step(
            copy, SEMESTER, Step("3_semester_review", {"term_id": "x"}, exports=(Export(page, html_page),))
        )()
    kept = copy.processed(SEMESTER) / "notebooks" / "3_semester_review.failed.ipynb"
    assert kept.is_file()
    assert "3_semester_review.failed.ipynb" in str(caught.value)
    assert not page.exists()


def published(workspace: Workspace) -> dict[str, bytes]:
    """Everything that one term shows to its readers, by path."""
    folders = (workspace.processed(SEMESTER), workspace.reports(SEMESTER))
    return {
        path.relative_to(workspace.root).as_posix(): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and ".cache" not in path.parts and not path.name.endswith(".failed.ipynb")
    }


def test_a_failed_run_leaves_the_last_finished_one_and_an_exit_code(
    copy: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    before = published(copy)
    plant(copy, "2_score_indicators", "raise ValueError('planted')", "'closed'")
    code = cli.main(["--root", str(copy.root), "run", SEMESTER.term_id, "--as-of", "2024-01-15"])
    assert code == 4
    assert "planted" in capsys.readouterr().err
    assert published(copy) == before
    assert not (copy.root / LOCK_NAME).exists()


def test_a_first_run_that_fails_publishes_nothing(demo: Demo, copy: Workspace) -> None:
    shutil.rmtree(copy.processed(SEMESTER))
    shutil.rmtree(copy.reports(SEMESTER))
    plant(copy, "2_score_indicators", "import time; time.sleep(3600)", "'closed'")
    with pytest.raises(RunError, match="lỗi: một ô chạy lâu hơn 6 giây"):
        run_term(copy, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER), time_limit_s=6)
    assert published(copy) == {}
    assert not has_tables(copy, SEMESTER)


@pytest.mark.skipif(os.name == "nt", reason="no such limit there")
@pytest.mark.parametrize("kilobytes", [20, 300], ids=["before the first notebook", "before the report"])
def test_a_full_disk_is_told_in_one_sentence_and_nothing_is_left(copy: Workspace, kilobytes: int) -> None:
    before = published(copy)
    append(copy.reference / "sentences.yml", "# x")
    command = [
        sys.executable,
        "-m",
        "termreview.cli",
        "--root",
        str(copy.root),
        "run",
        SEMESTER.term_id,
        "--as-of",
        "2024-01-15",
    ]
    done = subprocess.run(
        ["bash", "-c", f'ulimit -f {kilobytes}; exec "$@"', "bash", *command],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 4
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stderr.startswith(
        f"termreview: không ghi được kết quả vào {copy.processed(SEMESTER)}: tệp lớn hơn cỡ"
    )
    assert published(copy) == before
    assert not [path for path in copy.root.rglob(".*") if path.name == ".runs" or ".part" in path.name]


def test_a_run_without_changes_is_not_run_again(demo: Demo, copy: Workspace) -> None:
    said: list[str] = []
    day = as_of(demo.reference, SEMESTER)
    again = run_term(copy, demo.reference, SEMESTER, day, progress=said.append)
    assert again.is_reused
    assert "đọc lại 0/" in said[0]
    (copy.processed(SEMESTER) / "scores.parquet").write_bytes(b"tampered")
    with pytest.raises(ContractError, match="chạy lại kỳ báo cáo"):
        read_table(copy, SEMESTER, "scores")
    assert not run_term(copy, demo.reference, SEMESTER, day).is_reused
    assert published(copy).keys() == published(demo.workspace).keys()
    assert len(read_table(copy, SEMESTER, "scores"))


def test_only_changed_files_are_read_again_and_the_outcome_is_the_same(
    demo: Demo, copy: Workspace, tmp_path: Path
) -> None:
    files = sorted(copy.raw(SEMESTER).glob("*.xlsx"))
    files[3].write_bytes(files[4].read_bytes())
    said: list[str] = []
    day = as_of(demo.reference, SEMESTER)
    with_cache = run_term(copy, demo.reference, SEMESTER, day, progress=said.append)
    assert any("đọc lại 1/" in line for line in said)
    first = published(copy)
    shutil.rmtree(copy.processed(SEMESTER))
    said.clear()
    without = run_term(copy, demo.reference, SEMESTER, day, workers=2, progress=said.append)
    assert not any("đọc lại 1/" in line for line in said)
    assert first[with_cache.manifest.relative_to(copy.root).as_posix()] == without.manifest.read_bytes()


def test_tables_saved_by_hand_do_not_pass_for_a_finished_run(demo: Demo, copy: Workspace) -> None:
    opened = steps.open_term(SEMESTER.term_id, as_of(demo.reference, SEMESTER).isoformat(), str(copy.root))
    before = published(copy)
    exports = steps.read_exports(opened)
    cleaned = steps.clean(opened, steps.received_files(opened), exports=exports)
    steps.save_cleaned(opened, cleaned, exports)
    assert published(copy) == before, "the same tables leave the finished run as it is"
    cleaned.submissions["received_on"] -= pd.Timedelta(days=1)
    with pytest.warns(UserWarning, match="ngoài một lần chạy trọn vẹn"):
        steps.save_cleaned(opened, cleaned)
    assert not (copy.processed(SEMESTER) / "manifest.json").exists()
    assert (copy.processed(SEMESTER) / "loose.json").is_file()
    assert not has_tables(copy, SEMESTER), "what was scored from other observations no longer counts"
    run_term(copy, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER))
    after = published(copy)
    assert {name for name in after if after[name] != before[name]} <= {
        f"data/processed/2023-2024/hk1/notebooks/{name}.ipynb"
        for name in (
            "1_clean_submissions",
            "2_score_indicators",
            "3_semester_review",
            "3_semester_review-chia-se",
            "5_school_pages",
        )
    }


def test_a_run_without_any_file_is_refused_and_keeps_the_last_one(
    copy: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    before = published(copy)
    command = ["--root", str(copy.root), "run", SEMESTER.term_id, "--as-of"]
    assert cli.main([*command, "2023-09-01"]) == 2, "nothing had come by that day"
    shutil.rmtree(copy.raw(SEMESTER))
    assert cli.main([*command, "2024-01-15"]) == 2
    said = capsys.readouterr().err
    assert "chưa nhận được tệp nào của kỳ 2023-2024-hk1 tính đến ngày 15/01/2024" in said
    assert "data/raw/2023-2024/hk1" in said
    assert published(copy) == before


def test_a_report_that_cannot_be_put_in_its_place_is_told_before_the_work(
    demo: Demo, copy: Workspace
) -> None:
    before = published(copy)
    report = copy.reports(SEMESTER) / demo.semester.report.name
    report.unlink()
    (report / "something").mkdir(parents=True)
    said: list[str] = []
    with pytest.raises(RunError, match="chưa xuất báo cáo: có một thư mục đứng ở chỗ"):
        run_term(copy, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER), progress=said.append)
    assert said == []
    shutil.rmtree(report)
    run_term(copy, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER))
    assert published(copy) == before


def test_what_somebody_wrote_into_a_report_is_kept_and_outdated_reports_go(
    demo: Demo, copy: Workspace
) -> None:
    output_paths, name = copy.output_paths(SEMESTER), demo.semester.report.name
    report = copy.reports(SEMESTER) / name
    made = report.read_bytes()
    manifest = json.loads(output_paths.place("manifest.json").read_text(encoding="utf-8"))
    for stem, content in (("old", b"of an earlier run"), ("old-edited", b"changed since")):
        path = report.with_name(f"{stem}.html")
        path.write_bytes(content)
        listed = path.relative_to(copy.root).as_posix()
        manifest["reports"][listed] = hashlib.sha256(b"of an earlier run").hexdigest()
    output_paths.place("manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    report.write_bytes(made + b"number and day, written in by the clerk")
    said: list[str] = []
    run_term(copy, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER), progress=said.append)
    assert report.read_bytes() == made
    kept = report.with_name(f"{report.stem}.sua-tay.html")
    assert kept.read_bytes() == made + b"number and day, written in by the clerk"
    assert any(kept.name in line for line in said)
    assert not report.with_name("old.html").exists()
    assert report.with_name("old-edited.html").read_bytes() == b"changed since"


def test_two_runs_at_once_the_second_is_told(copy: Workspace, demo: Demo) -> None:
    with held(copy.root, "a run"), pytest.raises(WorkspaceBusyError, match="'a run'"):
        run_term(copy, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER))


def test_the_lock_of_a_dead_process_is_taken_over(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    host = os.uname().nodename if hasattr(os, "uname") else ""
    (tmp_path / LOCK_NAME).write_text(
        json.dumps({"pid": dead.pid, "host": host, "purpose": "gone"}), encoding="utf-8"
    )
    with held(tmp_path, "new"):
        assert json.loads((tmp_path / LOCK_NAME).read_text(encoding="utf-8"))["purpose"] == "new"
    assert not (tmp_path / LOCK_NAME).exists()


def test_the_steps_of_a_term_come_from_its_plan(demo: Demo) -> None:
    declared = demo.reference.of(YEAR_END)
    steps = plan_steps(demo.workspace, demo.reference, declared, as_of(demo.reference, YEAR_END))
    assert [step.name for step in steps] == [
        "1_clean_submissions",
        "2_score_indicators",
        "4_year_end_summary",
        "4_year_end_summary-chia-se",
        "5_school_pages",
    ]
    assert [[export.path.name for export in step.exports] for step in steps[2:-1]] == [
        [
            f"bao-cao-tong-ket-2023-2024-hk2{name}"
            for name in (
                ".html",
                ".docx",
                "-phu-luc.xlsx",
                "-du-lieu.csv",
                "-phieu-trinh.html",
                "-phieu-trinh.docx",
            )
        ],
        [
            f"bao-cao-tong-ket-2023-2024-hk2-chia-se{name}"
            for name in (".html", ".docx", "-phu-luc.xlsx", "-du-lieu.csv")
        ],
    ]


def test_one_notebook_may_make_several_reports_each_several_files(copy: Workspace) -> None:
    plant(copy, "3_semester_review", "term_id")

    def write_word(executed: Path, output: Path, step: Step) -> None:
        said = nbformat.read(executed, as_version=4).cells[-1].outputs[0]["data"]["text/plain"]
        output.parent.mkdir(exist_ok=True)
        output.write_text(f"{step.title} {said}", encoding="utf-8")

    folder = copy.reports(SEMESTER) / "several"
    for name in ("first", "second"):
        files = (Export(folder / f"{name}.txt", write_word), Export(folder / f"{name}.copy.txt", write_word))
        step = Step(f"3_{name}", {"term_id": name}, "3_semester_review", files, f"Báo cáo {name}")
        assert begin_step(copy, SEMESTER, step)().name == f"3_{name}.ipynb"
    assert {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()} == {
        "first.txt": "Báo cáo first 'first'",
        "first.copy.txt": "Báo cáo first 'first'",
        "second.txt": "Báo cáo second 'second'",
        "second.copy.txt": "Báo cáo second 'second'",
    }


def test_a_file_that_cannot_be_written_fails_the_run_and_none_appears(copy: Workspace) -> None:
    plant(copy, "3_semester_review", "term_id")

    def write_text(executed: Path, output: Path, step: Step) -> None:
        output.write_text(step.title, encoding="utf-8")

    def refuse(executed: Path, output: Path, step: Step) -> None:
        output.write_text("half", encoding="utf-8")
        raise RunError("unpublishable", report=step.title, faults="table 1")

    folder = copy.reports(SEMESTER) / "differing"
    files = (Export(folder / "one.txt", write_text), Export(folder / "two.txt", refuse))
    step = Step("3_differing", {"term_id": "x"}, "3_semester_review", files, "Báo cáo")
    with pytest.raises(RunError, match="chưa xuất được Báo cáo: table 1"):
        begin_step(copy, SEMESTER, step)()
    assert not folder.exists()
    assert (copy.processed(SEMESTER) / "notebooks" / "3_differing.failed.ipynb").is_file()
