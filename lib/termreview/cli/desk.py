"""The command `desk`: the review desk in a browser of this machine, without code."""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
import time
import webbrowser
from contextlib import ExitStack, suppress

from termreview.desk.serving.serving import (
    PATIENCE_S,
    address,
    desk_notebook,
    doorway,
    free_port,
    is_listening,
    new_token,
    serving_command,
    serving_environment,
)
from termreview.errors import RunError
from termreview.processes import Call, processors
from termreview.reference.declarations import Reference
from termreview.storage.workspace import Workspace


def desk(options: argparse.Namespace, workspace: Workspace, reference: Reference) -> None:
    """Serve the desk until it is stopped."""
    notebook, port, token = desk_notebook(workspace), free_port(options.port), new_token()
    url = address(port, token)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the server ends with this process
    with ExitStack() as ahead:
        if processors() > 1:
            with suppress(OSError):  # no process left: the desk reads by itself
                reading = ahead.enter_context(Call(_read_ahead, str(workspace.root), is_silent=True))
                threading.Thread(target=reading.reap, daemon=True).start()  # else a dead process stays listed
        server = subprocess.Popen(
            serving_command(notebook, port), env=serving_environment(token), cwd=workspace.root,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8", errors="replace",
        )  # fmt: skip
        try:
            _wait(server, port)
            print("Bàn rà soát đang mở, chỉ cho máy này, chỉ với mã truy cập trong địa chỉ:", flush=True)
            print(f"  {url}", flush=True)
            print("Bấm Ctrl+C để đóng.", flush=True)
            if options.no_browser:
                _follow(server)
                return
            with doorway(url) as door:
                webbrowser.open(door)
                _follow(server)
        except KeyboardInterrupt:
            print("Đã đóng bàn rà soát.")
        finally:
            server.terminate()
            server.wait(10)


def _read_ahead(root: str) -> tuple[()]:
    """Read the files of the term that the desk opens first, while its server and its kernel start; what fails, the desk reports.

    Both come first: this process reads in the time that they leave.
    """
    from termreview.run.steps import (
        open_term,
        read_files_ahead,
    )  # only here: what serves the desk reads nothing

    if hasattr(os, "nice"):
        os.nice(5)
    read_files_ahead(open_term(workspace_root=root), max(1, processors() - 1))
    return ()


def _wait(server: subprocess.Popen[str], port: int) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not is_listening(port):
        if server.poll() is not None:
            said = (server.stderr.read() if server.stderr else "").strip().splitlines()
            raise RunError("desk_failed", why=said[-1]) if said else RunError("desk_ended")
        if time.monotonic() > ends:
            raise RunError("desk_silent")
        time.sleep(0.1)


def _follow(server: subprocess.Popen[str]) -> None:
    """Read what the server tells until it ends, so that it is never held up by it."""
    for _ in server.stderr or ():
        continue
    server.wait()
