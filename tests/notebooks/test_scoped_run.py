"""One report per commune: each its own file from one run's tables, one failure harms only itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat
import pytest

from demo_world import SEMESTER, Demo, as_of
from termreview.cli import __main__ as cli
from termreview.errors import RunError, UsageError
from termreview.reporting.editions.scope import INTERNAL, Scope, find_scope
from termreview.run import runner, scoped_runs
from termreview.run.runner import RunResult
from termreview.run.scoped_runs import Made, make_scoped
from termreview.storage.workspace import Workspace

COMMUNES = ("047702", "047703", "047704")
PARAMETERS = "\n".join(f'{name}: str = ""  # text' for name in ("term_id", "as_of", "workspace_root", "unit"))

HEAD = """from termreview.reporting.sections.basis import opening
from termreview.reporting.report.context import open_report

opening.letterhead(open_report(term_id, as_of, workspace_root, unit))"""


@pytest.fixture
def copy(demo: Demo, tmp_path: Path) -> Workspace:
    """A copy of the finished demonstration whose report is its head and fails for one commune."""
    shutil.copytree(demo.workspace.root, tmp_path / "copy")
    workspace = Workspace(tmp_path / "copy")
    notebook = nbformat.v4.new_notebook(
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "language_info": {"name": "python"},
        }
    )
    notebook.cells = [
        nbformat.v4.new_code_cell(PARAMETERS),
        nbformat.v4.new_code_cell(HEAD),
        nbformat.v4.new_code_cell(f'assert unit != "{COMMUNES[1]}", "no figures of this commune"\nunit'),
    ]
    notebook.cells[0].metadata["tags"] = ["parameters", "hide"]
    notebook.cells[2].metadata["tags"] = ["closing", "hide"]
    nbformat.write(notebook, workspace.notebooks / "3_semester_review.ipynb")
    return workspace


def scopes(demo: Demo) -> list[Scope]:
    declared = demo.reference.of(SEMESTER)
    return [find_scope(demo.reference, declared, unit) for unit in COMMUNES]


def test_one_report_that_fails_does_not_stop_the_others(demo: Demo, copy: Workspace) -> None:
    day = as_of(demo.reference, SEMESTER)
    seen: list[Made] = []

    def watch(done: int, total: int, made: Made) -> None:
        assert (done, total) == (len(seen) + 1, 3)
        seen.append(made)

    first = make_scoped(
        copy, demo.reference, SEMESTER, day, scopes(demo), (INTERNAL,), workers=2, progress=watch
    )
    assert [bool(made.error) for made in first] == [False, True, False]
    assert "no figures of this commune" in first[1].error
    assert str(copy.root) not in first[1].error
    assert [made.report.is_file() for made in first] == [True, False, True]
    assert [made.report.stem for made in first] == [
        f"bao-cao-so-ket-2023-2024-hk1-{unit}" for unit in COMMUNES
    ]
    record = json.loads((copy.processed(SEMESTER) / "scoped" / f"{first[0].report.stem}.json").read_text())
    assert record["step"]["parameters"] == {
        "term_id": SEMESTER.term_id,
        "as_of": day.isoformat(),
        "unit": COMMUNES[0],
    }
    assert record["tables"] == json.loads((copy.processed(SEMESTER) / "manifest.json").read_text())["tables"]

    again = make_scoped(copy, demo.reference, SEMESTER, day, scopes(demo), (INTERNAL,))
    assert [made.is_reused for made in again] == [True, False, True]
    assert not (copy.processed(SEMESTER) / ".runs").exists()


def test_a_scoped_report_needs_a_finished_run(demo: Demo, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="chưa chạy xong lần nào"):
        make_scoped(
            Workspace(tmp_path), demo.reference, SEMESTER, as_of(demo.reference, SEMESTER), scopes(demo)
        )


def test_the_command_tells_what_failed_and_ends_with_4(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def made(*_: object, **__: object) -> list[Made]:
        return [
            Made(
                scope,
                "internal",
                (Path(f"{scope.slug}.html"), Path(f"{scope.slug}.docx")),
                1.0,
                error="cạn đĩa" if scope.slug == COMMUNES[1] else "",
            )
            for scope in scopes(demo)
        ]

    monkeypatch.setattr(scoped_runs, "make_scoped", made)
    monkeypatch.setattr(
        runner, "run_term", lambda *_, **__: RunResult((Path("chung.html"),), Path("manifest.json"), 1.0)
    )
    root = ["--root", str(demo.workspace.root)]
    assert cli.main([*root, "run", SEMESTER.term_id, "--each", "commune"]) == 4
    out, err = capsys.readouterr()
    assert "chung.html" in out
    assert "047702.html" in out
    assert "047702.docx" in out
    assert "1/3" in err
    assert "xã Bình Hòa" in err
    assert "cạn đĩa" in err


@pytest.mark.parametrize(
    "asked",
    [
        ["--each", "village"],
        ["--each", "level", "--unit", "047702"],
        ["--unit", "047799"],
        ["--level", "thpt"],
    ],
)
def test_a_scope_that_is_not_there_is_refused_before_anything_runs(
    demo: Demo, monkeypatch: pytest.MonkeyPatch, asked: list[str]
) -> None:
    monkeypatch.setattr(runner, "run_term", lambda *_, **__: pytest.fail("the term was run"))
    root = ["--root", str(demo.workspace.root)]
    assert cli.main([*root, "run", SEMESTER.term_id, *asked]) == UsageError.exit_code
