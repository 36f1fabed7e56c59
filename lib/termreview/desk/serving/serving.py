"""One desk served to a browser of this machine: the notebook without its code, behind a token, on the loopback alone."""

from __future__ import annotations

import os
import secrets
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from importlib.resources import files
from pathlib import Path
from uuid import uuid4

from termreview.errors import RunError, UsageError
from termreview.storage.workspace import Workspace

NOTEBOOK = "0_review_desk.ipynb"
LOOPBACK = "127.0.0.1"
TEMPLATE = "termreview_desk"
TOKEN_VARIABLE = "JUPYTER_TOKEN"
_TRIES, _LAST_PORT = 50, 65_535
# For a server and its kernels to start and to show the desk beside other work: one that ends is seen at once, and an
# output that comes later than is waited for is lost, so that the page stays empty.
PATIENCE_S = 600
_SOCKET_PATH_BYTES = 100  # macOS allows 104, Linux 108
_IDLE_S = 600  # a page that was closed leaves its kernel behind for ten minutes at most


def desk_notebook(workspace: Workspace) -> Path:
    """The notebook of the desk.

    Raises
    ------
    UsageError
        When the workspace has none.
    """
    path = workspace.notebooks / NOTEBOOK
    if not path.is_file():
        raise UsageError("desk_notebook_missing", notebook=NOTEBOOK, folder=workspace.root)
    return path


def serving_command(notebook: Path, port: int) -> list[str]:
    """What serves the notebook: nothing of it can be asked for without the token, nor from another machine."""
    return [
        sys.executable, "-m", "termreview.desk.serving.voila_server", str(notebook), "--no-browser", "--token", f"--Voila.ip={LOOPBACK}",
        f"--port={port}", "--Voila.port_retries=0", f"--template={TEMPLATE}", "--VoilaExporter.language_code=vi",
        "--VoilaConfiguration.allow_template_override=NO", "--VoilaConfiguration.allow_theme_override=NO",
        "--VoilaConfiguration.file_allowlist=[]", "--VoilaConfiguration.show_tracebacks=False",
        f"--MappingKernelManager.cull_idle_timeout={_IDLE_S}", "--MappingKernelManager.cull_interval=60",
        "--preheat_kernel=True", "--pool_size=1",
        f"--VoilaExecutor.startup_timeout={PATIENCE_S}", f"--VoilaExecutor.iopub_timeout={PATIENCE_S}",
        f"--MappingKernelManager.kernel_info_timeout={PATIENCE_S}", *_channels(),
    ]  # fmt: skip


def _channels() -> list[str]:
    """How the server and its kernels talk, so that no other program takes a channel before the kernel does.

    A port that was free when it was chosen may be taken half a second later, when the kernel opens it: the kernel ends,
    a new one gets other ports, and the page waits at the old ones for good. Sockets in a folder have names of their own,
    but only where the system has them and their whole path fits; elsewhere a new kernel tries the same ports again.
    """
    path = Path(tempfile.gettempdir()) / "voila_12345678" / f"kernel-{uuid4()}-ipc-5"
    if os.name != "nt" and len(os.fsencode(path)) < _SOCKET_PATH_BYTES:
        return ["--KernelManager.transport=ipc"]
    return ["--KernelRestarter.random_ports_until_alive=False"]


def serving_environment(token: str) -> dict[str, str]:
    """The environment of the server: the token, which no list of processes shows, and where its page template lies."""
    templates = str(files("termreview.desk") / "theme" / "jupyter")
    paths = [templates, *filter(None, [os.environ.get("JUPYTER_PATH")])]
    return {**os.environ, TOKEN_VARIABLE: token, "JUPYTER_PATH": os.pathsep.join(paths)}


def new_token(environment: Mapping[str, str] = os.environ) -> str:
    """The token of one serving: the one of the environment, or a new one that nobody can guess."""
    return environment.get(TOKEN_VARIABLE) or secrets.token_urlsafe(24)


def free_port(wanted: int) -> int:
    """The first free port of this machine from the wanted one on.

    Raises
    ------
    RunError
        When none of the next fifty is free.
    """
    last = min(wanted + _TRIES - 1, _LAST_PORT)
    for port in range(wanted, last + 1):
        with socket.socket() as probe:
            if os.name != "nt":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise RunError("no_free_port", first=wanted, last=last)


def is_listening(port: int) -> bool:
    """Say whether something answers on one port of this machine."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((LOOPBACK, port)) == 0


def address(port: int, token: str) -> str:
    """Where a browser finds the desk."""
    return f"http://{LOOPBACK}:{port}/?token={token}"


@contextmanager
def doorway(url: str) -> Iterator[str]:
    """A file, readable by this user alone, that leads a browser to the desk: no list of processes shows the token."""
    handle, name = tempfile.mkstemp(suffix=".html")
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(f'<!DOCTYPE html><meta http-equiv="refresh" content="0;url={escape(url)}">')
    try:
        yield Path(name).as_uri()
    finally:
        Path(name).unlink(missing_ok=True)
