"""One kernel provided to papermill's own notebook client from a nursery.

Only the way its process starts is another one: the kernel is `ipykernel`, papermill executes the notebook, and the
outcome is the same to the byte.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import Any, cast

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from termreview.kernels.nursery import Nursery

_END_S = 5.0


class _WarmProvisioner(LocalProvisioner):
    """Jupyter's way to provide a kernel on this machine, but for how its process starts."""

    nursery: Nursery

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        arguments = _arguments_of_ipykernel(cmd)
        folder = str(kwargs.get("cwd") or Path.cwd())
        process = None if arguments is None else self.nursery.start(arguments, kwargs["env"], folder)
        if process is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process = cast("subprocess.Popen[bytes]", process)  # all of it that is used here
        self.pid, self.cwd = process.pid, folder
        return self.connection_info

    async def kill(self, restart: bool = False) -> None:
        await super().kill(restart)
        until = time.monotonic() + _END_S
        while await self.poll() is None and time.monotonic() < until:  # the manager looks ten times a second
            await asyncio.sleep(0.002)


class _WarmClient(AsyncKernelClient):
    """Jupyter's client, which begins as soon as the kernel has answered on both channels.

    Its own way listens 0.2 s longer, for what else a kernel may have said; these kernels have said nothing.
    """

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        until = time.monotonic() + (timeout or float("inf"))
        while time.monotonic() < until:
            asked = self.kernel_info()
            with suppress(Empty):
                while (await self.get_shell_msg(timeout=1))["parent_header"].get("msg_id") != asked:
                    pass
                while not _is_idle_after(await self.get_iopub_msg(timeout=0.05), asked):
                    pass
                return
            if not await self.is_alive():
                raise RuntimeError("Kernel died before replying to kernel_info")
        raise RuntimeError(f"Kernel didn't respond in {timeout} seconds")


def _is_idle_after(message: Mapping[str, Any], asked: str) -> bool:
    return (
        message["parent_header"].get("msg_id") == asked
        and message["content"].get("execution_state") == "idle"
    )


def _arguments_of_ipykernel(command: Sequence[str]) -> Sequence[str] | None:
    """What a command hands to `ipykernel` in this Python; None when it starts something else."""
    launcher = ["-m", "ipykernel_launcher"]
    if command[0] != sys.executable or launcher[1] not in command:
        return None
    place = command.index(launcher[1])
    return command[place + 1 :] if list(command[1 : place + 1]) == launcher else None


def kernel_manager_of(nursery: Nursery) -> type[AsyncKernelManager]:
    """The kind of kernel manager that has its kernels from one nursery, for `kernel_manager_class` of nbclient."""

    class WarmKernelManager(AsyncKernelManager):
        async def start_kernel(self, **options: Any) -> None:  # type: ignore[override]
            if self.provisioner is None:
                self.provisioner = _WarmProvisioner(kernel_spec=self.kernel_spec, parent=self)
                self.provisioner.nursery = nursery
                self.client_factory = _WarmClient
            await super().start_kernel(**options)

    return WarmKernelManager
