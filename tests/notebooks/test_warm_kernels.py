"""One kernel forked from a warm process: the same outcome as one that Jupyter starts, and the same failures."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pandas as pd
import pytest
import writers
from test_run import plant, published

from demo_world import SEMESTER, Demo, as_of
from termreview.errors import RunError
from termreview.reference.declarations import load_reference
from termreview.reporting.report import context
from termreview.run.execution import TIME_LIMIT_S
from termreview.run.kernels.worker_pool import WorkerPool, done_in_processes, worker_pool_for
from termreview.run.runner import run_term
from termreview.run.step_run import begin_step
from termreview.run.work_list import Export, Step, Write, html_page
from termreview.storage.workspace import Workspace, write_table

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="this system starts its kernels as Jupyter does"),
]


@pytest.fixture(scope="module")
def worker_pool() -> Iterator[WorkerPool]:
    with WorkerPool(["termreview.run.steps"]) as worker_pool:
        yield worker_pool


@pytest.fixture
def copy(demo: Demo, tmp_path: Path) -> Workspace:
    shutil.copytree(demo.workspace.root, tmp_path / "copy")
    return Workspace(tmp_path / "copy")


def executed(workspace: Workspace, worker_pool: WorkerPool | None, *cells: str) -> nbformat.NotebookNode:
    plant(workspace, "2_score_indicators", *cells)
    path = begin_step(
        workspace, SEMESTER, Step("2_score_indicators", {"term_id": "x"}), worker_pool=worker_pool
    )()
    return nbformat.read(path, as_version=4)


def test_a_process_that_starts_and_ends_in_one_breath_is_known_to_have_ended() -> None:
    ours, theirs = socket.socketpair()
    worker_pool = object.__new__(WorkerPool)
    vars(worker_pool).update(_peer=ours, _unread=b"", _ended={}, _is_lost=False)
    with ours, theirs:
        theirs.sendall(b'{"started": 7}\n{"ended": 7, "code": 3}\n')
        theirs.shutdown(socket.SHUT_WR)
        process = worker_pool.call("module:function", "", {}, "")
        assert process is not None
        assert process.wait() == 3


def test_a_call_in_a_fork_that_does_not_get_through_is_done_once_more(tmp_path: Path) -> None:
    done = tmp_path / "done.txt"

    def write() -> None:
        with done.open("a", encoding="utf-8") as file:
            file.write(f"{os.getpid() == here}\n")
        if os.getpid() != here:
            raise RuntimeError("the fork fails")

    here = os.getpid()
    with done_in_processes([write]):
        pass
    assert done.read_text(encoding="utf-8").split() == ["False", "True"]


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for_end(pid: int, seconds: float = 300) -> None:
    until = time.monotonic() + seconds
    while is_alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_alive(pid)


def test_both_ways_publish_the_same_bytes(demo: Demo, copy: Workspace) -> None:
    """Notebooks, tables, pages and manifest of a run."""
    run_term(copy, demo.reference, SEMESTER, as_of(demo.reference, SEMESTER), is_forced=True, is_warm=False)
    cold, warm = published(copy), published(demo.workspace)
    assert len([name for name in cold if name.endswith(".ipynb")]) >= 3
    assert {name for name in warm if warm[name] != cold.get(name)} == set()
    assert warm.keys() == cold.keys()


def test_a_kernel_begins_as_one_that_jupyter_starts(
    copy: Workspace, worker_pool: WorkerPool, monkeypatch: pytest.MonkeyPatch
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
    warm, cold = (executed(copy, way, *cells) for way in (worker_pool, None))
    for first, second in zip(warm.cells, cold.cells, strict=True):
        assert first.get("outputs") == second.get("outputs"), first.source


def test_kernels_share_nothing_with_each_other(copy: Workspace, worker_pool: WorkerPool) -> None:
    cells = ("import termreview\nhas = hasattr(termreview, 'left')\ntermreview.left = 1\nhas", "'closed'")
    for _ in range(2):
        assert executed(copy, worker_pool, *cells).cells[-2].outputs[0]["data"]["text/plain"] == "False"


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
    copy: Workspace, worker_pool: WorkerPool, cells: tuple[str, ...], said: str
) -> None:
    plant(copy, "3_semester_review", *cells)
    page = copy.reports(SEMESTER) / "failed.html"
    step = Step("3_semester_review", {"term_id": "x"}, exports=(Export(page, html_page),))
    time_limit_s = 1 if said.startswith("một ô chạy lâu hơn") else TIME_LIMIT_S
    with pytest.raises(RunError, match=said):
        begin_step(copy, SEMESTER, step, time_limit_s=time_limit_s, worker_pool=worker_pool)()
    assert not page.exists()
    assert (copy.processed(SEMESTER) / "notebooks" / "3_semester_review.failed.ipynb").is_file()
    assert executed(copy, worker_pool, "'closed'").cells[-1].outputs, "the pool goes on"


@pytest.fixture(scope="module")
def writing_worker_pool() -> Iterator[WorkerPool]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
        with WorkerPool(["termreview.run.steps", "writers"]) as worker_pool:
            yield worker_pool


def writing(copy: Workspace, write: Write) -> Step:
    plant(copy, "3_semester_review", "'closed'")
    page = copy.reports(SEMESTER) / "page.html"
    return Step("3_semester_review", {"term_id": "x"}, exports=(Export(page, write),), title=str(os.getpid()))


def test_files_are_written_beside_the_run(copy: Workspace, writing_worker_pool: WorkerPool) -> None:
    step = writing(copy, writers.by_whom)
    finish = begin_step(copy, SEMESTER, step, worker_pool=writing_worker_pool)
    assert executed_again(copy, writing_worker_pool), "meanwhile the next notebook is executed"
    assert finish().is_file()
    assert step.exports[0].path.read_text(encoding="utf-8") != str(os.getpid())


def executed_again(copy: Workspace, worker_pool: WorkerPool) -> bool:
    return bool(executed(copy, worker_pool, "'closed'").cells[-1].outputs)


def test_a_file_that_is_refused_fails_the_step(copy: Workspace, writing_worker_pool: WorkerPool) -> None:
    step = writing(copy, writers.refused)
    finish = begin_step(copy, SEMESTER, step, worker_pool=writing_worker_pool)
    with pytest.raises(RunError, match=r"bước 3_semester_review lỗi: .*the figures differ.*được giữ tại"):
        finish()
    assert not step.exports[0].path.exists()
    kept = copy.processed(SEMESTER) / "notebooks"
    assert (kept / "3_semester_review.failed.ipynb").is_file()
    assert not list(kept.glob(".*"))


def test_what_a_lost_process_did_not_write_is_written_here(
    copy: Workspace, writing_worker_pool: WorkerPool
) -> None:
    step = writing(copy, writers.lost)
    begin_step(copy, SEMESTER, step, worker_pool=writing_worker_pool)()
    assert step.exports[0].path.read_text(encoding="utf-8") == "written by the run itself"


def test_what_cannot_be_handed_over_is_written_here(copy: Workspace, writing_worker_pool: WorkerPool) -> None:
    step = writing(copy, lambda executed, output, step: output.write_text(f"{os.getpid()}", "utf-8"))
    begin_step(copy, SEMESTER, step, worker_pool=writing_worker_pool)()
    assert step.exports[0].path.read_text(encoding="utf-8") == str(os.getpid())


def test_what_a_timed_out_kernel_started_ends_with_it(
    copy: Workspace, worker_pool: WorkerPool, tmp_path: Path
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
            worker_pool=worker_pool,
        )()
    wait_for_end(int(told.read_text(encoding="utf-8")))


def test_a_worker_pool_that_dies_takes_its_kernels_along_and_the_step_fails(
    copy: Workspace, tmp_path: Path
) -> None:
    told = tmp_path / "pid"
    kill = f"import os, signal, time\nopen({str(told)!r}, 'w').write(str(os.getpid()))\nos.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(3600)"
    plant(copy, "2_score_indicators", kill, "'closed'")
    with WorkerPool([]) as worker_pool:
        with pytest.raises(
            RunError, match="bước 2_score_indicators lỗi: tiến trình đang chạy notebook bị dừng"
        ):
            begin_step(
                copy, SEMESTER, Step("2_score_indicators", {"term_id": "x"}), worker_pool=worker_pool
            )()
        wait_for_end(int(told.read_text(encoding="utf-8")))
        assert executed(copy, worker_pool, "'closed'").cells[-1].outputs, "Jupyter starts the next one"


def test_kernels_end_with_the_run_that_is_killed(tmp_path: Path) -> None:
    script = (
        "import os, sys, time\n"
        "from termreview.run.kernels.worker_pool import WorkerPool\n"
        "pool = WorkerPool([])\n"
        f"kernel = pool.call('subprocess:getoutput', 'sleep 3600', os.environ, {str(tmp_path)!r})\n"
        "print(kernel.pid, flush=True)\n"
        "time.sleep(3600)\n"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as runner:
        assert runner.stdout is not None
        kernel = int(runner.stdout.readline())
        assert is_alive(kernel)
        runner.send_signal(signal.SIGKILL)
    wait_for_end(kernel)


def test_a_module_that_cannot_be_imported_harms_no_kernel(copy: Workspace) -> None:
    with WorkerPool(
        ["no.such.module", "termreview.reporting.report.context.open_report", "os"]
    ) as worker_pool:
        assert executed(copy, worker_pool, "'closed'").cells[-1].outputs


def test_other_systems_go_without(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with worker_pool_for([tmp_path / "1.ipynb"]) as worker_pool:
        assert worker_pool is None


def test_a_worker_pool_leaves_no_process_behind() -> None:
    with WorkerPool([]) as worker_pool:
        kernel = worker_pool.call("subprocess:getoutput", "sleep 3600", os.environ, "/")
        assert kernel is not None
        children = (
            Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text(encoding="utf-8").split()
        )
        assert children
    wait_for_end(kernel.pid)
    assert all(not is_alive(int(child)) for child in children[-1:])


def test_what_is_kept_for_reports_is_that_of_the_present_tables(
    copy: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "_KEPT_VIEWS", {})
    monkeypatch.setattr(context, "_KEPT_SUPPRESSIONS", {})
    reference = load_reference(copy.reference)
    declared = reference.of(SEMESTER)
    texts = pd.get_option("mode.string_storage")
    context.keep_view(copy, SEMESTER)
    assert pd.get_option("mode.string_storage") == texts, (
        "what later notebooks write would be typed otherwise"
    )
    kept = context.view_term(copy, reference, declared)
    assert kept is context.view_term(copy, reference, declared)
    submissions = kept.tables.submissions
    write_table(copy, SEMESTER, "submissions", submissions.assign(is_late=~submissions["is_late"]))
    anew = context.view_term(copy, reference, declared)
    assert anew is not kept
    assert (anew.tables.submissions["is_late"] != submissions["is_late"]).all()
