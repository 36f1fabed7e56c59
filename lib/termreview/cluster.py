"""One list of work done by the workers of a Dask cluster instead of this machine's processes: the same work, the same outcome.

An office on one PC has no use for it; a province that reads thousands of files a term has. Nothing of the work is
written for the cluster: it takes the very batches that `processes.share` takes, or the reports of scopes one by one. What a worker does not bring, because it
was killed, hangs or lost its scheduler, is done here, so that the outcome does not depend on the cluster. A worker with
another program or other libraries would give other figures and is refused by name; the declarations travel with the work.
"""

from __future__ import annotations

import json
import logging
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any, TypeVar

from termreview.coded_text import CodedText
from termreview.errors import RunError, UsageError
from termreview.installation import made_with
from termreview.processes import PATIENCE_S, processors, share

Batch = TypeVar("Batch")
Done = TypeVar("Done")
Sees = Callable[[], int | str | None]

SCHEDULER = (
    "TERMREVIEW_SCHEDULER"  # where the scheduler of a run listens (`run --scheduler`); blank: no cluster
)
LOCAL = "local"  # workers of this machine, begun and ended with the work
_CONNECT_S = 30
_ALONE_S = 20.0  # for a batch that is still out when all others are back; then it is done here as well
_NO_WORKER_S = 10.0  # for a worker to come back; a worker that Dask's nanny begins anew takes three
_TRIES = 3  # workers that may die over one batch


class _Deserted(Exception):  # noqa: N818 - it names what happened
    """Nobody brings the batches that are still out."""


def scheduler_asked() -> str:
    """The scheduler that this process is to send its work to; blank for none."""
    return os.environ.get(SCHEDULER, "").strip()


def share_on(
    address: str, batches: Sequence[Batch], work: Callable[[Batch], Done], sees: Sees | None = None
) -> Iterator[Done]:
    """Give what `work` makes of each batch, in their order, done by the workers of one cluster.

    Parameters
    ----------
    address
        Of the scheduler (`tcp://HOST:PORT`), or `local`.
    work
        What is done with a batch; it and what it gives can be pickled.
    sees
        Gives what every worker must see as this process does, such as the size of a file at one path; None: nothing.

    Raises
    ------
    UsageError
        When Dask is not installed, or no scheduler answers.
    RunError
        When a worker cannot do this work as this process would: it has another program, or sees no files or others.
    """
    if not batches:
        return
    with ExitStack() as stack:
        client = stack.enter_context(_client(address, stack))
        own = _look(sees)
        _refuse_others(client, own, sees)
        told = client.scatter((work, own, sees), broadcast=True, hash=False)
        futures = client.map(_do, [told] * len(batches), batches, retries=_TRIES, pure=False, batch_size=1)
        for number, batch in enumerate(batches):
            try:
                done = _brought(client, futures, number)
            except _Deserted:
                yield from share(batches[number:], work, processors())
                return
            except Exception:  # lost, or failed: this process does the same and meets the same failure
                done = work(batch)
            futures[number].release()
            yield done


def file_size(path: Path) -> int | None:
    """What a machine sees at one path: the bytes of a file; None without one."""
    with suppress(OSError):
        return path.stat().st_size
    return None


def _do(told: tuple[Callable[[Batch], Done], dict[str, Any], Sees | None], batch: Batch) -> Done:
    work, own, sees = told
    if _look(sees) != own:  # one that came later
        raise RunError("workers_refused", workers="")
    return work(batch)


def _client(address: str, stack: ExitStack) -> Any:
    try:
        import distributed
    except ImportError:
        raise UsageError("cluster_not_installed") from None
    for name in ("distributed", "tornado"):
        logging.getLogger(name).setLevel(logging.CRITICAL)  # what matters of it is said in our words
    try:
        if address == LOCAL:
            cluster = stack.enter_context(
                distributed.LocalCluster(
                    n_workers=processors(),
                    threads_per_worker=1,
                    dashboard_address=None,
                    silence_logs=logging.CRITICAL,
                )
            )
            return distributed.Client(cluster, set_as_default=False)
        return distributed.Client(address, timeout=_CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError("scheduler_silent", address=address, why=str(error).splitlines()[0]) from None


def _refuse_others(client: Any, own: dict[str, Any], sees: Sees | None) -> None:
    """Refuse a cluster without workers, or with one that would not do the work as this process does.

    Raises
    ------
    RunError
        With the names of the workers.
    """
    with suppress(Exception):
        client.wait_for_workers(1, timeout=_CONNECT_S)
    found = client.run(_look, sees, on_error="return")
    if not found:
        raise RunError("cluster_empty", seconds=_CONNECT_S)
    about = client.scheduler_info(n_workers=-1)["workers"]
    refused = [
        CodedText(_refusal(told, own), worker=about[key]["name"])
        for key, told in sorted(found.items())
        if told != own
    ]
    if refused:
        raise RunError("workers_refused", workers="; ".join(map(str, refused)))


def _look(sees: Sees | None) -> dict[str, Any]:
    """What decides the work of one worker: its program and libraries, and the files that it sees."""
    seen = None if sees is None else sees()
    return {"made_with": json.dumps(made_with(), sort_keys=True), "seen": seen}


def _refusal(told: Any, own: dict[str, Any]) -> str:
    """Why one worker is refused: by its program, its blindness, or what it sees instead."""
    if not isinstance(told, dict) or told.get("made_with") != own["made_with"]:
        return "worker_differs"
    return "worker_blind" if told["seen"] is None else "worker_sees_other"


def _brought(client: Any, futures: Sequence[Any], number: int) -> Any:
    """What one batch came to; an error where it failed, or where all others came long ago.

    Raises
    ------
    _Deserted
        When nobody is left to bring any, or nobody has brought one for a long time.
    """
    back, since = -1, 0.0
    while True:
        try:
            return futures[number].result(timeout=1)
        except TimeoutError:
            if futures[number].status == "error":  # its own; it may also have come back this moment
                raise
        except Exception:
            if not _has_workers(client):  # it did not fail, it was lost with them
                raise _Deserted from None
            raise
        if not _has_workers(client):
            raise _Deserted
        done = sum(future.done() for future in futures[number:])
        if done != back:
            back, since = done, time.monotonic()
        waited = time.monotonic() - since
        if done == len(futures) - number - 1 and waited > _ALONE_S:
            raise TimeoutError
        if waited > PATIENCE_S:
            raise _Deserted


def _has_workers(client: Any) -> bool:
    """Whether somebody is there to do more work, or comes back soon."""
    ends = time.monotonic() + _NO_WORKER_S
    while client.status == "running" and time.monotonic() < ends:
        with suppress(Exception):
            if client.scheduler_info(n_workers=-1)["workers"]:
                return True
        time.sleep(0.5)
    return False
