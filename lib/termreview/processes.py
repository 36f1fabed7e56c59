"""Work in other processes, by the standard library: helpers that share a list of work, and one process for one call.

On Linux a process is forked from a server that has imported what it needs (`forkserver`), or from this process where
no thread of it could hold what the fork would wait for; elsewhere it is a fresh interpreter (`spawn`). A process that
came from the server never asks for another: the library would begin a new server in it (python/cpython#86354), 50 ms
bare and 600 ms with the imports of reading, where a fork takes 5 ms. A process that somebody else started (a worker of
Dask) has threads of its own and asks for a server.

Two things are not left to the library's pool. Who shares its work works itself, and the threads of a pool would wait
for the same interpreter: of 53 files read by two processes on a busy machine, this one then read nearly all (450 ms of
its processor instead of 290). And a pool does not tell how a process ended, which decides whether a file or the machine
is to blame.

No process outlives the one that asked for it, however that ends: each holds the reading end of a pipe, and is killed
with what it started when the other end is gone.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.connection import Connection
from types import ModuleType
from typing import Any, TypeVar

Batch = TypeVar("Batch")
Done = TypeVar("Done")
Lifeline = tuple[Connection, Connection]

# macOS does not bear forks of a process with libraries, Windows knows none.
IS_FORKED = sys.platform == "linux"
_PIPE_BYTES = 2**20  # the most that Linux gives everybody
_STARTING = threading.RLock()  # which a fork may take once more
# Where modules are looked for, without the folder of the start; in what the server forks, as any new interpreter does.
SEARCH_PATH = tuple(entry for entry in sys.path if entry)
_OURS: list[int] = []  # in a process that was asked for here: who asked
_SERVED: list[str] = []  # what the server of this process has imported
PATIENCE_S = 600.0  # longer than any batch may take


class ProcessLost(Exception):  # noqa: N818 - it names what happened
    """A process ended before it had answered; `exit_code` as `multiprocessing` gives it."""

    def __init__(self, exit_code: int | None) -> None:
        self.exit_code = exit_code
        super().__init__(f"the process ended with {exit_code}")


def processors() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def begin_server(*modules: str, is_fresh: bool = False) -> None:
    """Begin the server that later processes are forked from, where they will be; it imports the modules meanwhile.

    Who asks first decides what it imports; with `is_fresh` (as in `Call`) a server that was begun for other work gives way
    to a new one, unless something that it started still runs: each notebook would import all that it needs anew.
    """
    context = _context(is_fresh)
    if context.get_start_method() == "forkserver":
        from multiprocessing import forkserver

        # This module first: it notes where a new interpreter looks for modules.
        wanted = [__name__, *modules]
        with _STARTING, suppress(OSError):  # no process left: whoever needs one later hears of it
            is_other = modules and is_fresh and _SERVED and wanted != _SERVED
            if is_other and not multiprocessing.active_children():
                forkserver._forkserver._stop()  # type: ignore[attr-defined]
                _SERVED.clear()
            context.set_forkserver_preload(wanted)
            forkserver.ensure_running()
            _SERVED[:] = _SERVED or wanted


def _context(is_fresh: bool = False) -> Any:
    """How the next process is started; a fresh one has nothing of this process."""
    if not IS_FORKED:
        return multiprocessing.get_context("spawn")
    may_fork = _OURS or not (is_fresh or threading.active_count() > 1)
    return multiprocessing.get_context("fork" if may_fork else "forkserver")


@contextmanager
def _starting(context: Any) -> Iterator[None]:
    """Have what is started not run the script of this process once more: nothing that it is asked for stands there.

    A daemon of somebody else may start some, too: they end with it.
    """
    this, main = multiprocessing.current_process(), sys.modules["__main__"]
    with _STARTING, warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of libraries' threads, which know of forks
        was_daemon, this.daemon = this.daemon, False
        if context.get_start_method() != "fork":
            sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            this.daemon = was_daemon


@contextmanager
def pool(
    workers: int, begin: Callable[..., None] | None = None, arguments: Sequence[Any] = ()
) -> Iterator[ProcessPoolExecutor]:
    """Keep a pool of processes that have called `begin` first; at the end of the block they are ended, done or not.

    Raises
    ------
    OSError
        When there is no memory or no process left for one.
    """
    begin_server()
    context = _context()
    theirs, ours = context.Pipe(duplex=False)
    executor = ProcessPoolExecutor(workers, context, _begin, ((theirs, ours), begin, arguments))
    try:
        with _starting(context):
            for _ in range(workers):
                executor.submit(int)
        yield executor
    finally:
        ours.close()
        theirs.close()
        executor.shutdown(wait=False)


def share(
    batches: Sequence[Batch], work: Callable[[Batch], Done], processes: int, patience_s: float = PATIENCE_S
) -> Iterator[Done]:
    """Give what `work` makes of each batch, in their order.

    Each batch is done by whichever process is free, this one or a helper. The helpers only help: what one did not bring,
    because it failed, died or hung, is done here, so that the outcome, failures included, is the same with any number of
    them. Where starting a process is slow (Windows), most of the work is done here before the first helper is there.

    Parameters
    ----------
    work
        What is done with a batch; it and what it gives can be pickled.
    processes
        This one and the helpers together.
    patience_s
        Seconds after which a helper that still holds a batch when all others are done is taken for dead.
    """
    processes = min(processes, len(batches))
    if processes < 2:
        yield from map(work, batches)
        return
    done: dict[int, Done] = {}
    with ExitStack() as helpers:
        turn = _context().Value("i", 0)
        calls = []
        with suppress(OSError):  # no memory or no process left: then without
            for _ in range(processes - 1):
                calls.append(helpers.enter_context(Call(_help, batches, work, turn)))
        while (number := _take(turn)) < len(batches):
            done[number] = work(batches[number])
            for call in calls:
                _collect(call, done, is_waiting=False)
        for call in calls:
            _collect(call, done, is_waiting=True, patience_s=patience_s)
    for number, batch in enumerate(batches):
        yield done.pop(number) if number in done else work(batch)


def _collect(call: Call, done: dict[int, Any], is_waiting: bool, patience_s: float = PATIENCE_S) -> None:
    """Take what a helper has brought, or all that it will bring."""
    with suppress(Exception):  # it is lost, or failed: this process does the same and meets the same failure
        while is_waiting or call.has_answer():
            number, brought = call.answer(patience_s)
            done[number] = brought


def _help(batches: Sequence[Any], work: Callable[[Any], Any], turn: Any) -> Iterator[tuple[int, Any]]:
    """What a helper does: batch after batch, until there is none."""
    gc.disable()
    gc.freeze()  # what several processes look at is not copied for the sake of the collector
    while (number := _take(turn)) < len(batches):
        yield number, work(batches[number])


def _take(turn: Any) -> int:
    with turn.get_lock():
        number: int = turn.value
        turn.value += 1
    return number


class Call:
    """One function called in a process of its own, which gives what it yields one by one.

    A fresh process (`is_fresh`) has nothing of this one, whatever it did before; any other may be a fork of it. A silent
    one is not heard when a library in it cries out. Used as a context manager, the process and all that it started end with the block.

    Raises
    ------
    OSError
        When no process can be started.
    """

    def __init__(
        self,
        function: Callable[..., Iterable[Any]],
        *arguments: Any,
        is_fresh: bool = False,
        is_silent: bool = False,
        patience_s: float | None = None,
    ) -> None:
        self._until = None if patience_s is None else time.monotonic() + patience_s
        begin_server(is_fresh=is_fresh)
        context = _context(is_fresh)
        self._is_ended = self._is_closed = False
        self._answers, answers = context.Pipe(duplex=False)
        _widen(answers)
        theirs, self._lifeline = context.Pipe(duplex=False)
        told = ((theirs, self._lifeline), answers, is_silent, function, arguments)
        self._process = context.Process(target=_answer, args=told)
        try:
            with _starting(context):
                self._process.start()
        except EOFError as error:  # the server was lost
            raise OSError(f"no process could be started: {error}") from error
        finally:
            answers.close()
            theirs.close()

    def __enter__(self) -> Call:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._process.pid or 0

    def has_answer(self) -> bool:
        """Whether `answer` would not have to wait."""
        return self._answers.poll()

    def answer(self, patience_s: float | None = None) -> Any:
        """Give the next of what is yielded, within some seconds, or those that were given to the whole call.

        Raises
        ------
        StopIteration
            When there is no more.
        ProcessLost
            When the process ended before the function did.
        TimeoutError
            When it takes longer.
        Exception
            What the function raised.
        """
        if patience_s is None and self._until is not None:
            patience_s = max(0.0, self._until - time.monotonic())
        if not self._answers.poll(patience_s):
            raise TimeoutError
        try:
            kind, value = self._answers.recv()
        except (EOFError, OSError):
            self._process.join()
            raise ProcessLost(self._process.exitcode) from None
        if kind == "yielded":
            return value
        self._is_ended = True
        raise StopIteration if kind == "ended" else value

    def wait(self) -> None:
        """Wait for the function to end, whatever it still yields; raises as `answer` does."""
        with suppress(StopIteration):
            while True:
                self.answer()

    def reap(self) -> None:
        """Wait until the function has ended, whatever became of it, and its process is listed no more."""
        with suppress(Exception):
            self.wait()
        self.close()  # before its number may be that of another process
        self._process.join()

    def close(self) -> None:
        """End the process and all that it started."""
        if self._is_closed:
            return
        self._is_closed = True
        self._lifeline.close()
        if IS_FORKED:
            with suppress(OSError):  # also what it left behind when it ended by itself
                os.killpg(self.pid, signal.SIGKILL)
        if not self._is_ended:  # otherwise it is on its way out, which is not worth waiting for
            self._process.kill()
            self._process.join()
        self._answers.close()


def _widen(pipe: Connection) -> None:
    """Let a pipe hold more: each fill of 64 KiB would wait for both sides to be given a processor."""
    if IS_FORKED:
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(pipe.fileno(), fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def _answer(
    lifeline: Lifeline,
    answers: Connection,
    is_silent: bool,
    function: Callable[..., Iterable[Any]],
    arguments: Sequence[Any],
) -> None:
    """What the process of one call does."""
    _begin(lifeline)
    if is_silent:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(nowhere, stream)
    try:
        for value in function(*arguments):
            answers.send(("yielded", value))
        answers.send(("ended", None))
    except BaseException as error:
        answers.send(("raised", _as_sent(error)))


def _as_sent(error: BaseException) -> BaseException:
    """One failure as another process can take it."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(f"{type(error).__name__}: {error}")
    return error


def _begin(
    lifeline: Lifeline, begin: Callable[..., None] | None = None, arguments: Sequence[Any] = ()
) -> None:
    """Have this process, and what it starts, end when whoever asked for it closes the pipe or is gone."""
    theirs, ours = lifeline
    ours.close()
    _OURS.append(os.getppid())
    if IS_FORKED:
        _end_with(theirs)
    else:
        threading.Thread(target=_await_end, args=(theirs,), daemon=True).start()
    if begin is not None:
        begin(*arguments)


def _end_with(theirs: Connection) -> None:
    """Have the system kill this process and its group when the pipe is closed, even in the midst of a library's loop."""
    import fcntl

    os.setpgid(0, 0)
    # Opened anew: whom the system signals is noted with an open file, which the pool's processes would share.
    own = os.open(f"/proc/self/fd/{theirs.fileno()}", os.O_RDONLY | os.O_NONBLOCK)
    fcntl.fcntl(own, fcntl.F_SETOWN, -os.getpid())
    fcntl.fcntl(own, fcntl.F_SETSIG, signal.SIGKILL)
    fcntl.fcntl(own, fcntl.F_SETFL, os.O_ASYNC | os.O_NONBLOCK)
    if theirs.poll():  # it was closed before
        os.killpg(0, signal.SIGKILL)


def _await_end(theirs: Connection) -> None:
    with suppress(OSError, EOFError):
        theirs.poll(None)
    os._exit(1)
