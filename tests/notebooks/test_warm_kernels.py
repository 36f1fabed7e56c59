"""One kernel forked from a warm process: the same outcome as one that Jupyter starts, and the same failures."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import writers
from test_processes import wait_for_end
from test_run import plant, published

from demo_world import SEMESTER, Demo, as_of
from termreview.errors import RunError
from termreview.reference.declarations import load_reference
from termreview.reporting.report import context
from termreview.run.execution import TIME_LIMIT_S
from termreview.run.kernels.warm import WarmKernels, warm_kernels
from termreview.run.runner import run_term
from termreview.run.step_run import begin_step
from termreview.run.work_list import Export, Step, Write, html_page
from termreview.storage.workspace import Workspace, write_table

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="this system starts its kernels as Jupyter does"),
]


@pytest.fixture(scope="module")
def kernels() -> Iterator[WarmKernels]:
    with warm_kernels([], begin_with=["termreview.run.step_run", "termreview.run.steps"]) as kernels:
        assert kernels is not None
        yield kernels


@pytest.fixture
def copy(demo: Demo, tmp_path: Path) -> Workspace:
    shutil.copytree(demo.workspace.root, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


def executed(workspace: Workspace, kernels: WarmKernels | None, *cells: str) -> nbformat.NotebookNode:
    plant(workspace, "2_score_indicators", *cells)
    path = begin_step(workspace, SEMESTER, Step("2_score_indicators", {"term_id": "x"}), kernels=kernels)()
    return nbformat.read(path, as_version=4)


def test_both_ways_publish_the_same_bytes(demo: Demo, copy: Workspace) -> None:
    """Notebooks, tables, pages and manifest of a run."""
    run_term(copy, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER), is_forced=True, is_warm=False)
    cold, warm = published(copy), published(demo.workspace)
    assert len([name for name in cold if name.endswith(".ipynb")]) >= 3
    assert {name for name in warm if warm[name] != cold.get(name)} == set()
    assert warm.keys() == cold.keys()


def test_a_kernel_begins_as_one_that_jupyter_starts(
    copy: Workspace, kernels: WarmKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFICE_VARIABLE", "là đây")
    cells = (
        "import os, sys, random\nos.getcwd(), os.environ['OFFICE_VARIABLE'], 'JPY_PARENT_PID' in os.environ",
        "sys.argv[0], sys.path, __name__, sorted(globals())[:6]",
        "os.getpgid(0) == os.getpid(), sys.stdin.isatty()",
        "import signal\n[signal.getsignal(n) for n in (signal.SIGCHLD, signal.SIGTERM)]",
        "print('out'); print('err', file=sys.stderr)",
        "'closed'",
    )
    warm, cold = (executed(copy, way, *cells) for way in (kernels, None))
    for first, second in zip(warm.cells, cold.cells, strict=True):
        assert first.get("outputs") == second.get("outputs"), first.source


def test_kernels_share_nothing_with_each_other(copy: Workspace, kernels: WarmKernels) -> None:
    cells = ("import termreview\nhas = hasattr(termreview, 'left')\ntermreview.left = 1\nhas", "'closed'")
    for _ in range(2):
        assert executed(copy, kernels, *cells).cells[-2].outputs[0]["data"]["text/plain"] == "False"


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (("1 / 0", "'closed'"), "ZeroDivisionError"),
        (("import os; os._exit(0)", "'closed'"), "lỗi: tiến trình đang chạy notebook bị dừng đột ngột"),
        (
            ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "'closed'"),
            "lỗi: tiến trình đang chạy notebook bị dừng đột ngột",
        ),
        (("import sys; sys.exit(0)", "'closed'"), "lỗi"),
        (("import time; time.sleep(3600)", "'closed'"), "một ô chạy lâu hơn 1 giây"),
        (("x = 1", "x = 2"), "dừng trước ô cuối"),
    ],
    ids=["an error", "a dead kernel", "a killed kernel", "a quiet exit", "a time-out", "no closing word"],
)
def test_failures_are_told_and_nothing_is_published(
    copy: Workspace, kernels: WarmKernels, cells: tuple[str, ...], said: str
) -> None:
    plant(copy, "3_semester_review", *cells)
    page = copy.reports(SEMESTER) / "failed.html"
    step = Step("3_semester_review", {"term_id": "x"}, exports=(Export(page, html_page),))
    time_limit_s = 1 if said.startswith("một ô chạy lâu hơn") else TIME_LIMIT_S
    with pytest.raises(RunError, match=said):
        begin_step(copy, SEMESTER, step, time_limit_s=time_limit_s, kernels=kernels)()
    assert not page.exists()
    assert (copy.processed(SEMESTER) / "notebooks" / "3_semester_review.failed.ipynb").is_file()
    assert executed(copy, kernels, "'closed'").cells[-1].outputs, "the pool goes on"


def writing(copy: Workspace, *writes: Write) -> Step:
    plant(copy, "3_semester_review", "'closed'")
    names = ("page.html", "tables.xlsx")[: len(writes)]
    pages = [copy.reports(SEMESTER) / name for name in names]
    exports = tuple(map(Export, pages, writes))
    return Step("3_semester_review", {"term_id": "x"}, exports=exports, title=str(os.getpid()))


def test_files_are_written_beside_the_run(copy: Workspace, kernels: WarmKernels) -> None:
    step = writing(copy, writers.by_whom)
    finish = begin_step(copy, SEMESTER, step, kernels=kernels)
    assert executed_again(copy, kernels), "meanwhile the next notebook is executed"
    assert finish().is_file()
    assert step.exports[0].path.read_text(encoding="utf-8") != str(os.getpid())


def test_two_notebooks_are_executed_side_by_side(
    copy: Workspace, kernels: WarmKernels, tmp_path: Path
) -> None:
    """Each says that it has begun and waits for the other, which one after the other would never see."""
    names, finishes = ("2_score_indicators", "3_semester_review"), []
    for name, other in (names, names[::-1]):
        meet = f"import pathlib, time; here = pathlib.Path({str(tmp_path)!r}); (here / {name!r}).touch()"
        wait = f"while not (here / {other!r}).exists():\n    time.sleep(0.01)"
        plant(copy, name, meet, wait, "'closed'")
        finishes.append(begin_step(copy, SEMESTER, Step(name, {"term_id": "x"}), kernels=kernels))
    assert [finish().name for finish in finishes] == [f"{name}.ipynb" for name in names]


def executed_again(copy: Workspace, kernels: WarmKernels) -> bool:
    return bool(executed(copy, kernels, "'closed'").cells[-1].outputs)


def test_a_file_that_is_refused_fails_the_step(copy: Workspace, kernels: WarmKernels) -> None:
    step = writing(copy, writers.refused)
    finish = begin_step(copy, SEMESTER, step, kernels=kernels)
    with pytest.raises(RunError, match=r"bước 3_semester_review lỗi: .*the figures differ.*được giữ tại"):
        finish()
    assert not step.exports[0].path.exists()
    kept = copy.processed(SEMESTER) / "notebooks"
    assert (kept / "3_semester_review.failed.ipynb").is_file()
    assert not list(kept.glob(".*"))


def test_what_a_lost_process_did_not_write_is_written_here(copy: Workspace, kernels: WarmKernels) -> None:
    step = writing(copy, writers.lost)
    begin_step(copy, SEMESTER, step, kernels=kernels)()
    assert step.exports[0].path.read_text(encoding="utf-8") == "written by the run itself"


def test_what_cannot_be_handed_over_is_written_here(copy: Workspace, kernels: WarmKernels) -> None:
    step = writing(copy, lambda executed, output, step: output.write_text(f"{os.getpid()}", "utf-8"))
    begin_step(copy, SEMESTER, step, kernels=kernels)()
    assert step.exports[0].path.read_text(encoding="utf-8") == str(os.getpid())


def test_what_a_timed_out_kernel_started_ends_with_it(
    copy: Workspace, kernels: WarmKernels, tmp_path: Path
) -> None:
    told = tmp_path / "pid"
    start = f"import subprocess; child = subprocess.Popen(['sleep', '3600']); open({str(told)!r}, 'w').write(str(child.pid))"
    plant(copy, "2_score_indicators", start, "import time; time.sleep(3600)", "'closed'")
    with pytest.raises(RunError, match="chạy lâu hơn"):
        begin_step(
            copy,
            SEMESTER,
            Step("2_score_indicators", {"term_id": "x"}),
            time_limit_s=10,
            kernels=kernels,
        )()
    wait_for_end(int(told.read_text(encoding="utf-8")))


def test_what_another_process_writes_beside_is_written_once_more_when_it_fails(
    copy: Workspace, kernels: WarmKernels
) -> None:
    step = writing(copy, writers.by_whom, writers.not_beside)
    begin_step(copy, SEMESTER, step, kernels=kernels)()
    assert step.exports[1].path.read_text(encoding="utf-8") == step.exports[0].path.read_text(
        encoding="utf-8"
    )


def test_page_and_workbook_are_written_by_two_processes(copy: Workspace, kernels: WarmKernels) -> None:
    step = writing(copy, writers.by_whom, writers.by_whom)
    begin_step(copy, SEMESTER, step, kernels=kernels)()
    first, second = (export.path.read_text(encoding="utf-8") for export in step.exports)
    assert len({first, second, str(os.getpid())}) == 3


def test_a_kernel_that_dies_costs_its_own_notebook_alone(copy: Workspace, kernels: WarmKernels) -> None:
    ready, doomed = writing(copy, writers.by_whom), Step("2_score_indicators", {"term_id": "x"})
    finish = begin_step(copy, SEMESTER, ready, kernels=kernels)
    plant(copy, "2_score_indicators", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "'closed'")
    with pytest.raises(RunError, match="bước 2_score_indicators lỗi: tiến trình đang chạy notebook bị dừng"):
        begin_step(copy, SEMESTER, doomed, kernels=kernels)()
    assert finish().is_file()


def test_a_kernel_that_is_not_given_a_process_is_started_by_jupyter(
    copy: Workspace, kernels: WarmKernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    def start(process: object) -> None:
        raise BlockingIOError("no process is left")

    monkeypatch.setattr("multiprocessing.process.BaseProcess.start", start)
    assert executed(copy, kernels, "'closed'").cells[-1].outputs


def test_kernels_end_with_the_run_that_is_killed(copy: Workspace, tmp_path: Path) -> None:
    told = tmp_path / "pid"
    start = f"import os, subprocess; child = subprocess.Popen(['sleep', '3600']); open({str(told)!r}, 'w').write(f'{{os.getpid()}} {{child.pid}}')"
    plant(copy, "2_score_indicators", start, "import re; re.match('(a+)+$', 'a' * 64 + 'b')", "'closed'")
    code = (
        "from pathlib import Path\n"
        "from termreview.run.execution import kernels_of\n"
        "from termreview.run.step_run import begin_step\n"
        "from termreview.run.work_list import Step\n"
        "from termreview.storage.workspace import Workspace\n"
        "from termreview.terms import parse_term\n"
        f"workspace, term = Workspace(Path({str(copy.root)!r})), parse_term({SEMESTER.term_id!r})\n"
        "step = Step('2_score_indicators', {'term_id': 'x'})\n"
        "with kernels_of(workspace, term, [step]) as kernels:\n"
        "    begin_step(workspace, term, step, kernels=kernels)()\n"
    )
    with subprocess.Popen([sys.executable, "-c", code]) as run:
        until = time.monotonic() + 300
        while not (told.is_file() and told.read_text(encoding="utf-8")) and time.monotonic() < until:
            time.sleep(0.02)
        run.send_signal(signal.SIGKILL)
    for pid in told.read_text(encoding="utf-8").split():
        wait_for_end(int(pid))


def test_a_module_that_cannot_be_imported_harms_no_kernel(copy: Workspace, tmp_path: Path) -> None:
    """Begun in a process of its own: whose server is there already imports no more."""
    code = (
        "import sys\n"
        "from termreview.run.kernels.warm import warm_kernels\n"
        f"sys.path[:0] = {[str(Path(__file__).parent), str(Path(__file__).parents[1] / 'unit')]!r}\n"
        "import writers\n"
        "with warm_kernels([], begin_with=['no.such.module', 'json:no_such_call', 'colorsys.rgb_to_hsv']) as kernels:\n"
        "    print(kernels.call(writers.imported).answer())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "True"


def test_other_systems_go_without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("termreview.run.kernels.warm.IS_FORKED", False)
    with warm_kernels([tmp_path / "1.ipynb"]) as kernels:
        assert kernels is None


def test_what_is_given_to_reports_is_that_of_the_present_tables(
    copy: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "_KEPT_VIEWS", {})
    monkeypatch.setattr(context, "_KEPT_SUPPRESSIONS", {})
    reference = load_reference(copy.reference)
    declared = reference.of(SEMESTER)
    texts = pd.get_option("mode.string_storage")
    given = context.give_views(copy, SEMESTER)
    assert pd.get_option("mode.string_storage") == texts, (
        "what later notebooks write would be typed otherwise"
    )
    assert context._KEPT_VIEWS == {}
    context.take_views(given)
    kept = context.view_term(copy, reference, declared)
    assert kept is context.view_term(copy, reference, declared)
    submissions = kept.tables.submissions
    write_table(copy, SEMESTER, "submissions", submissions.assign(is_late=~submissions["is_late"]))
    anew = context.view_term(copy, reference, declared)
    assert anew is not kept
    assert (anew.tables.submissions["is_late"] != submissions["is_late"]).all()
