"""One Voilà that ends, with all its kernels, when the process that started it ends, however that one came to its end.

Its standard input is a pipe that its parent holds open and never writes to: a parent that is killed cannot say
goodbye, but the system closes its end of the pipe on every machine.

A desk stands ready before anyone asks for it: a page is handed a kernel that has the term read already. Voilà would
hand out one that has died meanwhile, too, of which the page then waits for ever.
"""

from __future__ import annotations

import asyncio
import datetime
import os
import signal
import sys
import threading
import time
from typing import Any

from voila import app

_PATIENCE_S = 10.0  # for kernels to be shut down in good order; they end with their server in any case
_MOST_WAITED_S = 60.0  # for pages that are at work, before the next desk is made ready all the same
_QUIET_S = 10.0  # a slow machine scores a district, or shows a page, that long without a word
_voilas_kernels = app.voila_kernel_manager_factory


def end_with_parent() -> None:
    """Wait until the parent is gone, then stop this server; at the latest when it does not stop by itself."""
    while sys.stdin.buffer.read(1):
        continue
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PATIENCE_S)
    os._exit(1)


def living_kernels(*args: Any, **options: Any) -> Any:
    """The class of Voilà's kernels, of which none that stands ready has died."""
    base: Any = _voilas_kernels(*args, **options)

    class LivingKernels(base):
        """Kernels of which one whose process has ended, or was started anew since, is no longer ready for anybody."""

        _is_begun = False  # whether the one that is to stand ready next is being made, not only waited for
        _without_page: frozenset[str] = frozenset()  # those given to pages that have not reached them yet

        async def get_rendered_notebook(self, *args: Any, **options: Any) -> Any:
            self._is_begun = False
            given = await super().get_rendered_notebook(*args, **options)
            self._without_page |= {given[-1]}
            return given

        def notify_connect(self, kernel_id: str) -> None:
            self._without_page -= {kernel_id}
            super().notify_connect(kernel_id)

        async def _initialize(self, notebook: str, *args: Any, **options: Any) -> Any:
            # Voilà knows a notebook only once its kernel runs, and gives a page that comes before one more kernel.
            self.notebook_data.setdefault(notebook, {"kernel_ids": set()})
            ends = time.monotonic() + _MOST_WAITED_S
            while self._is_anyone_waiting() and time.monotonic() < ends:
                await asyncio.sleep(1)
            self._is_begun = True
            ready = await super()._initialize(notebook, *args, **options)
            ready["process"] = self._process(ready["kernel_id"])
            return ready

        def _is_anyone_waiting(self) -> bool:
            """Say whether a page has not reached its kernel, or that one is at work or told of its work just now: the machine is for it first."""
            now = datetime.datetime.now(datetime.UTC)
            for kernel_id in self.list_kernel_ids():
                if kernel_id in self._without_page:
                    return True
                kernel = self.get_kernel(kernel_id)
                if getattr(kernel, "execution_state", "idle") in ("busy", "starting"):
                    return True
                if (now - getattr(kernel, "last_activity", now)).total_seconds() < _QUIET_S:
                    return True
            return False

        def _process(self, kernel_id: str) -> Any:
            """What runs behind one kernel; None where nothing does."""
            if kernel_id not in self:
                return None
            process = getattr(self.get_kernel(kernel_id).provisioner, "process", None)
            return None if process is None or process.poll() is not None else process

        def get_pool_size(self, notebook: str) -> int:
            """How many kernels stand ready; those that are not alive are taken out, and others made."""
            pool = self._pools.get(notebook, [])
            dead = [item for item in pool if item.done() and not self._is_alive(item)]
            for item in dead:
                pool.remove(item)
            if dead:
                self._is_begun = False
                self.fill_if_needed(notebook_name=notebook)
                return 0  # the new ones are not there yet
            return len(pool) if self._is_begun else 0

        def _is_alive(self, item: Any) -> bool:
            if item.cancelled() or item.exception() is not None:
                return False
            process = item.result()["process"]
            return process is not None and self._process(item.result()["kernel_id"]) is process

    return LivingKernels


def main() -> None:
    """Serve what the arguments say."""
    threading.Thread(target=end_with_parent, daemon=True).start()
    app.voila_kernel_manager_factory = living_kernels
    app.main()


if __name__ == "__main__":
    main()
