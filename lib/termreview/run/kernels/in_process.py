"""One notebook executed by papermill in this very process, which was forked for it and ends with it.

The kernel is `ipykernel`, the client papermill's own, the outcome the same to the byte; what they have to say to each
other they say within one process, and no time goes by on the way.
"""

from __future__ import annotations

import asyncio
import faulthandler
import importlib.util
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ipykernel.inprocess.blocking import BlockingInProcessKernelClient
from ipykernel.inprocess.ipkernel import InProcessKernel
from ipykernel.iostream import IOPubThread
from jupyter_client.session import Session
from nbclient.exceptions import CellExecutionError
from nbformat import from_dict
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine, papermill_engines
from traitlets import default
from traitlets.config import Config

ENGINE = "in_process"
_CONFIG = Config({"HistoryManager": {"enabled": False}, "Kernel": {"_execute_sleep": 0}})
_GRACE_S = 2  # for a cell that a signal does not stop, because it is deep in a library


class _TimeUp(BaseException):
    """A cell took too long."""


class _Kernel(InProcessKernel):
    """A kernel whose messages are there as soon as they are said: no thread carries them."""

    @default("session")
    def _default_session(self) -> Session:
        return Session(parent=self, key=b"")  # nobody else is heard, so nothing need be signed

    @default("iopub_thread")
    def _default_iopub_thread(self) -> IOPubThread:
        return IOPubThread(self._underlying_iopub_socket, session=self.session)  # not started


class _Client(PapermillNotebookClient):
    """papermill's client of a kernel that lives in the same process."""

    def execute(self, **_: Any) -> Any:
        self.reset_execution_trackers()
        _begin_as_a_kernel()
        kernel = _Kernel(config=_CONFIG)
        self.kc = BlockingInProcessKernelClient(kernel=kernel, session=kernel.session)
        self.kc.start_channels()
        self.papermill_execute_cells()
        self.nb.metadata["language_info"] = kernel.kernel_info["language_info"]
        self.set_widgets_metadata()
        return self.nb

    def execute_cell(self, cell: Any, cell_index: int, **_: Any) -> Any:
        """Execute one cell; what it says is taken down as it is of any kernel."""
        if cell.cell_type != "code" or not cell.source.strip():
            return cell
        cell.outputs = []
        self.clear_before_next_output = False
        with _time_limit(self.timeout):
            asked = self.kc.execute(cell.source, stop_on_error=True)
        while True:
            message = self.kc.get_iopub_msg(timeout=self.iopub_timeout)
            is_status = message["msg_type"] == "status"
            if is_status and message["content"]["execution_state"] == "idle" and _answers(message, asked):
                break
            self._take_down(message, cell, cell_index)
        reply = self.kc.get_shell_msg(timeout=self.iopub_timeout)["content"]
        cell.execution_count = reply["execution_count"]
        if reply["status"] == "error":
            raise CellExecutionError.from_cell_and_msg(cell, reply)
        return cell

    def _take_down(self, message: Mapping[str, Any], cell: Any, cell_index: int) -> None:
        """Add to one cell what one message says; what is usual without asking back whether it is well formed.

        All of a notebook is asked that when it is saved.
        """
        kind, content = message["msg_type"], message["content"]
        if kind in ("execute_result", "display_data") and not content.get("transient"):
            output = {"output_type": kind, "metadata": content["metadata"], "data": content["data"]}
            if kind == "execute_result":
                output["execution_count"] = content["execution_count"]
            cell.outputs.append(from_dict(output))
        elif kind not in ("status", "execute_input"):
            self.process_message(message, cell, cell_index)


def _answers(message: Mapping[str, Any], asked: str) -> bool:
    return bool(message["parent_header"].get("msg_id") == asked)


class InProcessEngine(Engine):
    """The engine of papermill by the name of `in_process`."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, execution_timeout: int | None = None, **_: Any
    ) -> Any:
        """Execute the cells of one notebook; seconds that each may take."""
        return _Client(nb_man, timeout=execution_timeout, record_timing=False).execute()


papermill_engines.register(ENGINE, InProcessEngine)


def _begin_as_a_kernel() -> None:
    """Make this process look to the notebook as one that Jupyter starts."""
    launcher = importlib.util.find_spec("ipykernel_launcher")
    sys.argv = [(launcher and launcher.origin) or "", "-f", "none"]
    if "" not in sys.path:  # the folder of the notebook, before what is installed
        names = [Path(path).name for path in sys.path]
        sys.path.insert(names.index("site-packages") if "site-packages" in names else 0, "")
    asyncio.set_event_loop(asyncio.new_event_loop())


@contextmanager
def _time_limit(seconds: float | None) -> Iterator[None]:
    """Stop what takes longer; what a signal does not stop ends this process."""
    if not seconds:
        yield
        return
    is_up = False

    def on_alarm(*_: object) -> None:
        nonlocal is_up
        is_up = True
        raise _TimeUp

    before = signal.signal(signal.SIGALRM, on_alarm)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    faulthandler.dump_traceback_later(seconds + _GRACE_S, exit=True, file=open(os.devnull, "w"))  # noqa: SIM115
    try:
        yield
    except _TimeUp:
        pass
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        faulthandler.cancel_dump_traceback_later()
    if is_up:
        raise TimeoutError
