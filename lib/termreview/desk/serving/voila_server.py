"""One Voilà that ends, with all its kernels, when the process that started it ends, however that one came to its end.

Its standard input is a pipe that its parent holds open and never writes to: a parent that is killed cannot say
goodbye, but the system closes its end of the pipe on every machine.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import threading
import time

_PATIENCE_S = 10.0  # for kernels to be shut down in good order; they end with their server in any case


def end_with_parent() -> None:
    """Wait until the parent is gone, then stop this server; at the latest when it does not stop by itself."""
    while sys.stdin.buffer.read(1):
        continue
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_PATIENCE_S)
    os._exit(1)


def main() -> None:
    """Serve what the arguments say."""
    threading.Thread(target=end_with_parent, daemon=True).start()
    runpy.run_module("voila", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
