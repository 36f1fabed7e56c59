"""What the kernels of a run begin with: a server that has imported what the notebooks do, and what reports share.

The server imports this module before it forks the first process; imports take their time, the same ones each time. What
reports of one term all begin with, its sums and what is hidden, is worked out once in the process of the run and handed
over: 35 ms to pack and 20 ms to take up, against 300 ms.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from termreview.collector import spare_what_is_here
from termreview.processes import IS_FORKED, SEARCH_PATH, Call, begin_server

_TOLD = "TERMREVIEW_KERNELS_BEGIN_WITH"
# What pandas imports when it reads or reshapes its first table, and a kernel when it begins.
_ALSO = (
    "pyarrow.parquet", "pyarrow.pandas_compat", "pandas.core.arrays.arrow._arrow_utils", "pandas.core.reshape.reshape",
    "pandas.core.methods.to_dict", "pyarrow.vendored.version", "ipykernel.debugger", "IPython.core.completerlib",
    "IPython.core.debugger", "IPython.core.logger", "IPython.core.oinspect", "IPython.extensions.storemagic",
    "tornado.platform.asyncio", "zmq.utils.garbage", "psutil", "sqlite3",
)  # fmt: skip


@dataclass(frozen=True)
class WarmKernels:
    """Where the kernels of one run come from.

    `shared` gives the file with what its reports begin with, for `termreview.reporting.report.context.take_views`; `calls`
    ends the processes that execute its notebooks.
    """

    shared: Callable[[], Path | None]
    calls: ExitStack

    def call(self, function: Callable[..., Iterable[Any]], *arguments: Any) -> Call:
        """Have a function called in a process of its own, which ends with the run."""
        return self.calls.enter_context(Call(function, *arguments, dict(os.environ), is_fresh=True))


@contextmanager
def warm_kernels(
    notebooks: Iterable[Path],
    shared: Callable[[], bytes | None] = lambda: None,
    begin_with: Sequence[str] = (),
) -> Iterator[WarmKernels | None]:
    """Begin with what some notebooks import, and end the processes of the block with it; None where this system forks none.

    `begin_with` names what is worth importing, or doing once for all of them: modules, `module:function` and
    `module:function:path`.
    """
    if not IS_FORKED:
        yield None
        return
    os.environ[_TOLD] = json.dumps([*_imports_of(notebooks), *begin_with, *_ALSO])
    try:
        begin_server(__name__, is_fresh=True)
    finally:
        del os.environ[_TOLD]
    with tempfile.TemporaryDirectory(prefix="termreview-") as folder, ExitStack() as calls:
        yield WarmKernels(cache(partial(_written, shared, Path(folder) / "shared")), calls)


def _written(shared: Callable[[], bytes | None], place: Path) -> Path | None:
    """The file of what is shared, which a pipe would take in small pieces to each process anew."""
    given = shared()
    if given is None:
        return None
    with suppress(OSError):  # without room for it, each does it once more
        place.write_bytes(given)
        return place
    return None


def become_kernel(environment: Mapping[str, str], folder: Path) -> None:
    """Have this process begin as one that Jupyter starts: environment, folder, and where modules are looked for."""
    parent = os.environ.get("JPY_PARENT_PID", str(os.getppid()))
    os.environ.clear()
    os.environ.update(environment, JPY_PARENT_PID=parent)
    os.chdir(folder)
    sys.path[:] = SEARCH_PATH


def _imports_of(notebooks: Iterable[Path]) -> list[str]:
    """What some notebooks import, in their order; names that are no modules among them do no harm."""
    found: dict[str, None] = {}
    for path in notebooks:
        with suppress(OSError, ValueError, KeyError, TypeError, SyntaxError):
            cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
            code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
            for node in ast.walk(ast.parse(code)):
                if isinstance(node, ast.Import):
                    found |= dict.fromkeys(alias.name for alias in node.names)
                elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                    found |= dict.fromkeys(f"{node.module}.{alias.name}" for alias in node.names)
    return list(found)


def _begin(names: Sequence[str]) -> None:
    """What the server does before it forks the first process; a notebook that needs what fails here says what is wrong."""
    os.environ["JPY_PARENT_PID"] = str(os.getpid())  # read when ipykernel is imported
    os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = (
        "1"  # nobody steps through a batch; the debugger need not warn
    )
    for name in ("ipykernel.kernelapp", *names):
        if ":" in name:
            with suppress(Exception):
                module, function, *path = name.split(":", 2)
                getattr(importlib.import_module(module), function)(*map(Path, path))
            continue
        for wanted in (
            name,
            name.rpartition(".")[0],
        ):  # `from a import b`: b is a module, or something in one
            with suppress(Exception):
                importlib.import_module(wanted)
                break
    spare_what_is_here()  # in none of them


if _TOLD in os.environ:
    _begin(json.loads(os.environ.pop(_TOLD)))
