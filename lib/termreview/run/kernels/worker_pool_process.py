"""The parent of a worker pool: it has imported what the notebooks import, and forks a worker on request.

Imports take their time, the same ones each time. Here they are done once; each notebook is then executed in a copy of
this process, with a memory, a process group and an end of its own.

`python -m termreview.run.kernels.worker_pool_process FD NAME…` imports modules, or calls `module:function` or
`module:function:path` for what the function keeps, and speaks over the socket FD, one JSON object a line. It is asked
`{"call": "module:function", "argument": …, "environment": {…}, "folder": …}` for one call in a process of its own,
or `{"keep": "module:function", "argument": …}` for one call in this process, for what the function keeps; it answers `{"started": pid}` and tells `{"ended": pid, "code": …}`. When the socket
closes, because whoever asked is done or dead, it kills the processes that are left and ends.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from termreview.collector import spare_what_is_here


def main() -> None:
    """Import the modules named, one by one, and serve requests in between and afterwards."""
    handle, *modules = sys.argv[1:]
    if not sys.flags.safe_path:
        del sys.path[0]  # the folder we were started in; each notebook looks in its own
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # read when ipykernel is imported
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = (
        "1"  # nobody steps through a batch; the debugger need not warn
    )
    _serve(socket.socket(fileno=int(handle)), iter(["ipykernel.kernelapp", *modules]))
    os._exit(0)  # there is nothing to tidy up, and tidying up so many modules takes its time


def _serve(peer: socket.socket, modules: Iterator[str]) -> None:
    is_ended, tell_ended = os.pipe()
    os.set_blocking(tell_ended, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(tell_ended, warn_on_full_buffer=False)
    children: set[int] = set()
    is_importing = True
    asked = b""
    try:
        while True:
            ready, _, _ = select.select([peer.fileno(), is_ended], [], [], 0 if is_importing else None)
            if is_ended in ready:
                os.read(is_ended, 4096)
            for pid, code in _ended(children):
                children.discard(pid)
                _kill(pid, signal.SIGKILL)  # what it started and left behind
                _tell(peer, {"ended": pid, "code": code})
            if peer.fileno() in ready:
                received = peer.recv(1 << 16)
                if not received:
                    return
                *lines, asked = (asked + received).split(b"\n")
                for line in lines:
                    _answer(peer, json.loads(line), children)
            elif is_importing:
                is_importing = _import_next(modules)
    except (BrokenPipeError, ConnectionResetError):
        return
    finally:
        for pid in children:
            _kill(pid, signal.SIGKILL)


def _import_next(modules: Iterator[str]) -> bool:
    """Do the next of what is to be done beforehand; say whether there was something left."""
    name = next(modules, None)
    if name is None:
        gc.collect()
        spare_what_is_here()  # in none of them
        return False
    if ":" in name:
        with suppress(Exception):
            module, function, *path = name.split(":", 2)
            getattr(importlib.import_module(module), function)(*map(Path, path))
        return True
    for wanted in (name, name.rpartition(".")[0]):  # `from a import b`: b is a module, or something in one
        with suppress(Exception):  # a notebook that needs it will say what is wrong
            importlib.import_module(wanted)
            break
    return True


def _answer(peer: socket.socket, request: Mapping[str, Any], children: set[int]) -> None:
    if "keep" in request:
        with suppress(Exception):  # who leans on it does it once more and says what is wrong
            _call(request["keep"], request["argument"])
            spare_what_is_here()
        return
    pid = os.fork()
    if not pid:
        _become(peer, request)
    with suppress(OSError):
        os.setpgid(pid, pid)
    children.add(pid)
    _tell(peer, {"started": pid})


def _become(peer: socket.socket, request: Mapping[str, Any]) -> None:
    """Make the call that is asked for in this fork; never returns."""
    code = 1
    try:
        with suppress(OSError):
            os.setpgid(0, 0)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        peer.close()
        parent = os.environ["JPY_PARENT_PID"]
        os.environ.clear()
        os.environ.update(request["environment"], JPY_PARENT_PID=parent)
        os.chdir(request["folder"])
        _call(request["call"], request["argument"])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _call(named: str, argument: str) -> None:
    module, _, function = named.partition(":")
    getattr(importlib.import_module(module), function)(argument)


def _ended(children: set[int]) -> Iterator[tuple[int, int]]:
    for pid in sorted(children):
        with suppress(ChildProcessError):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                yield pid, os.waitstatus_to_exitcode(status)


def _kill(pid: int, number: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, number)


def _tell(peer: socket.socket, fact: Mapping[str, int]) -> None:
    peer.sendall(json.dumps(fact).encode() + b"\n")


if __name__ == "__main__":
    main()
