"""One notebook of an analyst's own, executed and written as a page, a Word file and a PDF that need nothing but themselves."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import nbformat

from termreview.coded_text import reason
from termreview.errors import RunError, UsageError
from termreview.reference.declarations import Reference
from termreview.run.execution import TIME_LIMIT_S, execute_own, last_line
from termreview.run.work_list import TEMPLATE
from termreview.storage.workspace import Workspace

KINDS: Final = ("html", "docx", "pdf")
_BROWSERS: Final = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge", "microsoft-edge")
_BROWSER_S: Final = 120


def export_notebook(
    notebook: Path,
    workspace: Workspace,
    reference: Reference,
    kinds: Sequence[str] = KINDS,
    *,
    parameters: Mapping[str, Any] | None = None,
    title: str = "",
    output: Path | None = None,
) -> list[Path]:
    """Execute one notebook from its first cell and write what it shows, in the house style, beside it.

    Its file stays as it is. A PDF is printed by a browser of this machine; where there is none, none is written.

    Parameters
    ----------
    parameters
        What the notebook is given; its own where there is none.
    title
        Of what is written; blank for the notebook's first heading.
    output
        Where it is written, without suffix; None for beside the notebook, under its name.

    Raises
    ------
    UsageError
        When the notebook is not there, or is none.
    RunError
        When a cell fails, or shows what cannot be published; the message names the cell.
    """
    from termreview.reporting.pages.pages import refuse_faults

    title = title or _title_of(notebook)
    place = output or notebook.with_suffix("")
    with tempfile.TemporaryDirectory(prefix="termreview-") as name:
        executed = Path(name) / notebook.name
        try:
            execute_own(notebook, executed, parameters)
        except Exception as error:
            raise RunError("step_failed", step=notebook.name, why=last_line(error, TIME_LIMIT_S)) from error
        refuse_faults(nbformat.read(executed, as_version=4), notebook.name)
        return [
            path for kind in kinds if (path := _write(kind, executed, place, title, workspace, reference))
        ]


def _title_of(notebook: Path) -> str:
    """The title of one notebook: its first heading, else its name."""
    try:
        content = nbformat.read(notebook, as_version=4)
    except OSError as error:
        raise UsageError("own_notebook_unreadable", notebook=notebook, why=reason(error)) from None
    except Exception:
        raise UsageError("no_jupyter_notebook", notebook=notebook) from None
    texts = (cell.source for cell in content.cells if cell.cell_type == "markdown")
    lines = (line for text in texts for line in text.splitlines())
    return next((line.removeprefix("# ").strip() for line in lines if line.startswith("# ")), notebook.stem)


def _write(
    kind: str, executed: Path, place: Path, title: str, workspace: Workspace, reference: Reference
) -> Path | None:
    """Write one file; None where this machine cannot."""
    path = place.with_name(f"{place.name}.{kind}")
    if kind == "docx":
        from termreview.reporting.word.document import export_docx

        words = reference.publishing["document"]
        export_docx(executed, path, workspace.reference / TEMPLATE, title=title, words=words)
        return path
    from termreview.reporting.pages.pages import export_html

    if kind == "html":
        export_html(executed, path, title=title)
        return path
    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        return None
    page = executed.with_suffix(".html")
    export_html(executed, page, title=title)
    _print(browser, page, path)
    return path


def _print(browser: str, page: Path, path: Path) -> None:
    """Have a browser print one page; it opens nothing but the page."""
    printed = page.with_suffix(".pdf")
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer", f"--user-data-dir={page.parent}/browser",
        f"--print-to-pdf={printed}", page.as_uri(),
    ]  # fmt: skip
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=_BROWSER_S)
        shutil.copyfile(printed, path)
    except (OSError, subprocess.SubprocessError):
        raise RunError("browser_failed", browser=browser, file=path.name) from None
