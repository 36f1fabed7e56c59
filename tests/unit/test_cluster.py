"""Work on a Dask cluster, a real scheduler and real workers: the same outcome, whatever becomes of them."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest
from work_elsewhere import fail_at_ten, total, total_here_only, total_slowly, where

from cluster_world import Cluster, hosts_where_allowed
from termreview import cluster
from termreview.cluster import file_size, share_on
from termreview.errors import RunError, UsageError
from worlds import ROOT

pytest.importorskip("distributed", reason="the extra `cluster` is not installed")

BATCHES = [[number, number + 1] for number in range(0, 40, 2)]
TOTALS = [sum(batch) for batch in BATCHES]


@pytest.fixture
def machines(tmp_path: Path) -> Iterator[Cluster]:
    with ExitStack() as stack:
        yield Cluster(tmp_path, stack)


def after_first(given: Iterator[int], act: Callable[[], object]) -> list[int]:
    """Do something as soon as the first batch is back, and take the others."""
    first = next(given)
    act()
    return [first, *given]


def test_batches_come_in_their_order_and_from_all_workers(machines: Cluster) -> None:
    for name in ("one", "two"):
        machines.worker(name)
    done = list(share_on(machines.address, BATCHES, where))
    assert [figure for figure, _ in done] == TOTALS
    places = {place for _, place in done}
    assert len(places) == 2
    assert os.getpid() not in places
    assert list(share_on(machines.address, [], where)) == []


def test_workers_of_this_machine_begin_and_end_with_the_work() -> None:
    assert list(share_on(cluster.LOCAL, BATCHES[:3], total)) == TOTALS[:3]


def test_a_worker_killed_in_the_middle_costs_nothing(machines: Cluster) -> None:
    first, _ = machines.worker("one"), machines.worker("two")
    assert after_first(share_on(machines.address, BATCHES, total_slowly), first.kill) == TOTALS


@pytest.mark.parametrize("dies", ["the workers", "the scheduler"])
def test_without_anybody_left_the_rest_is_done_here(
    machines: Cluster, dies: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_NO_WORKER_S", 2.0)
    worker = machines.worker("one")
    lost = worker if dies == "the workers" else machines.scheduler
    assert after_first(share_on(machines.address, BATCHES, total_slowly), lost.kill) == TOTALS


def test_a_scheduler_that_is_begun_anew_costs_nothing(
    machines: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_ALONE_S", 3.0)
    machines.worker("one")

    def begin_anew() -> None:
        machines.scheduler.kill()
        machines.scheduler.wait()
        machines.begin_scheduler(machines.address.rpartition(":")[2])
        machines.worker("another")

    assert after_first(share_on(machines.address, BATCHES, total_slowly), begin_anew) == TOTALS


def test_a_host_whose_network_is_cut_costs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scheduler takes a host that is silent for so long for lost (30 s unless told), and gives its work to the other."""
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP", "12s")
    with ExitStack() as stack:
        hosts = hosts_where_allowed(stack)
        machines = Cluster(tmp_path, stack, hosts.address)
        for name in hosts.names:
            machines.worker(name, host=name)
        given = share_on(machines.address, BATCHES, total_slowly)
        assert after_first(given, partial(hosts.cut, hosts.names[0])) == TOTALS


@pytest.mark.parametrize("otherwise", ["die", "hang", "fail"])
def test_a_batch_that_no_worker_brings_is_done_here(
    machines: Cluster, otherwise: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for patience in ("_ALONE_S", "_NO_WORKER_S", "PATIENCE_S"):
        monkeypatch.setattr(cluster, patience, 3.0)
    machines.worker("one")
    work = partial(total_here_only, here=os.getpid(), otherwise=otherwise)
    assert list(share_on(machines.address, BATCHES[:2], work)) == TOTALS[:2]


def test_the_last_batch_of_a_slow_worker_is_done_here_as_well(
    machines: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_ALONE_S", 1.0)
    machines.worker("one")
    work = partial(total_here_only, here=os.getpid(), otherwise="hang")
    assert list(share_on(machines.address, BATCHES[:1], work)) == TOTALS[:1]


def test_what_fails_here_too_is_told(machines: Cluster) -> None:
    machines.worker("one")
    with pytest.raises(OSError, match="this one cannot be read"):
        list(share_on(machines.address, BATCHES, fail_at_ten))


def test_a_worker_with_another_program_is_refused_by_name(machines: Cluster, tmp_path: Path) -> None:
    other = tmp_path / "other"
    shutil.copytree(ROOT / "lib", other, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "termreview" / "text.py").open("a", encoding="utf-8") as stream:
        stream.write("\n# mended somewhere else\n")
    machines.worker("một")
    machines.worker("hai", library=other)
    with pytest.raises(RunError, match="máy hai cài bản termreview hoặc thư viện khác") as caught:
        list(share_on(machines.address, BATCHES, total))
    assert "một" not in str(caught.value)


def test_a_worker_that_does_not_see_the_files_is_refused_by_name(
    machines: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("only-here.xlsx").write_bytes(b"1")
    machines.worker("xa")
    with pytest.raises(RunError, match="máy xa không đọc được thư mục"):
        list(share_on(machines.address, BATCHES, total, partial(file_size, Path("only-here.xlsx"))))


def test_no_workers_no_scheduler_and_no_library_are_told(
    machines: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "_CONNECT_S", 1)
    with pytest.raises(RunError, match="không có máy phụ nào sau 1 giây"):
        list(share_on(machines.address, BATCHES, total))
    for address in ("tcp://127.0.0.1:9", "nothing"):
        with pytest.raises(UsageError, match=f"không nối được với bộ điều phối Dask ở {address}"):
            list(share_on(address, BATCHES, total))
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"pip install \"termreview\[cluster\]\""):
        list(share_on(machines.address, BATCHES, total))
