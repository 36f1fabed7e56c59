"""The rules of the house, read from the source: imports point one way, single doors, small modules, no clock."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from worlds import ROOT

LIBRARY = ROOT / "lib" / "termreview"
MODULES = sorted(LIBRARY.rglob("*.py"))
LONGEST = 300

# Each room, and the rooms it may know. The storage modules stand beside `reference` and know no room.
GROUND = {"cell_text", "collector", "errors", "installation", "terms", "text", "workbook_text"}
STORAGE = {"contracts", "disk_room", "publication", "shelf", "stage", "whole_files", "workspace"}
SHELVES = GROUND | STORAGE | {"reference"}
MAY_IMPORT = {
    "errors": set(),
    "text": set(),
    "cell_text": set(),
    "workbook_text": set(),
    "collector": set(),
    "installation": set(),
    "terms": {"errors"},
    "disk_room": {"errors"},
    "contracts": {"errors"},
    "whole_files": set(),
    "shelf": set(),
    "stage": {"errors", "shelf", "whole_files"},
    "publication": {"errors", "shelf", "stage", "whole_files"},
    "workspace": {"contracts", "errors", "publication", "shelf", "stage", "terms", "whole_files"},
    "reference": GROUND,
    "intake": SHELVES,
    "scoring": SHELVES,
    "reporting": SHELVES | {"scoring"},
    "lock": {"errors", "whole_files"},
    "work_list": SHELVES | {"reporting"},
    "manifest": SHELVES | {"intake", "reporting", "work_list"},
    "steps": SHELVES | {"intake", "scoring", "reporting", "lock", "manifest"},
    "kernels": {"collector"},
    "earlier_reports": {"shelf", "whole_files"},
    "execution": SHELVES | {"work_list", "kernels"},
    "step_run": SHELVES | {"work_list", "kernels", "execution"},
    "sample": SHELVES | {"intake", "scoring"},
    "rehearsal": SHELVES | {"intake", "sample"},
    "scoped_records": SHELVES | {"manifest", "work_list"},
    "runner": SHELVES
    | {
        "intake",
        "scoring",
        "reporting",
        "steps",
        "lock",
        "manifest",
        "execution",
        "step_run",
        "work_list",
        "kernels",
    }
    | {"earlier_reports", "scoped_records"},
    "scoped_runs": SHELVES
    | {"reporting", "lock", "manifest", "execution", "step_run", "scoped_records", "work_list", "kernels"},
    "issuing": SHELVES | {"reporting", "lock", "scoped_records", "work_list"},
    "proof": SHELVES | {"intake", "reporting", "runner", "scoped_records", "work_list"},
    "desk": SHELVES | {"intake", "scoring", "reporting", "steps", "lock", "manifest"},
    "cli": SHELVES
    | {"intake", "scoring", "reporting", "steps", "lock", "runner", "scoped_runs", "sample", "rehearsal"}
    | {"desk", "issuing", "proof", "work_list"},
}

# One door each: the modules (by name below the package) that may know an outside program or format.
DOORS = {
    "openpyxl": (),
    "python_calamine": (r"intake/(workbook|legacy)\w*",),
    "zipfile": (
        r"intake/(workbook|xlsx|guard|legacy)\w*",
        r"intake/returned_package",
        r"sample/damage",
        r"reference/word_template",
        r"reporting/(document|agreement\w*)",
    ),
    "xlsxwriter": (r"workbook_text", r"intake/form\w*", r"reporting/annex"),
    "docx": (r"reporting/document\w*",),
    "papermill": (r"execution", r"kernels/in_process"),
    "nbclient": (r"execution", r"kernels/in_process"),
    "jupyter_client": (r"kernels/\w+",),
    "ipykernel": (r"kernels/\w+",),
    "nbconvert": (r"reporting/pages",),
    "matplotlib": (r"reporting/chart\w*",),
    "yaml": (r"reference/tree_reading",),
    "argparse": (r"cli/\w+",),
    "ipywidgets": (r"desk/panels/\w+",),
}
PURE_ROOMS = ("reference", "scoring", "reporting")
# At the desk only who waits for the lock, and who opens it for a person, may ask what time it is.
TIMED_DESK = ("desk/list_lines", "desk/panels/opening")
CLOCK = re.compile(r"(.*\.)?(now|today|utcnow|monotonic|perf_counter|localtime|gmtime)|time\.(time|ctime)")


def name_of(path: Path) -> str:
    return path.relative_to(LIBRARY).with_suffix("").as_posix()


def room_of(name: str) -> str:
    return name.replace(".", "/").split("/")[0]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> set[str]:
    """Every module that one module imports, by its full name, wherever in the module it does."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            found |= (
                {f"{node.module}.{alias.name}" for alias in node.names}
                if node.module == "termreview"
                else {node.module or ""}
            )
    return found


@cache
def calls_of(path: Path) -> set[str]:
    """The names called in one module: `print`, `sys.exit`, `datetime.date.today`."""
    return {ast.unparse(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call)}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    room = room_of(name_of(path))
    if room == "__init__":
        assert not [name for name in imports_of(path) if name.startswith("termreview.")]
        return
    known = {
        room_of(name.removeprefix("termreview."))
        for name in imports_of(path)
        if name.startswith("termreview.")
    }
    allowed = MAY_IMPORT[room] | {room, "__version__"}
    assert known <= allowed, f"{name_of(path)} must not know {sorted(known - allowed)}"


def test_intake_and_scoring_do_not_know_each_other() -> None:
    assert "scoring" not in MAY_IMPORT["intake"]
    assert "intake" not in MAY_IMPORT["scoring"]


@pytest.mark.parametrize("package", DOORS)
def test_an_outside_program_has_one_door(package: str) -> None:
    users = {name_of(path) for path in MODULES for name in imports_of(path) if name.split(".")[0] == package}
    strangers = {name for name in users if not any(re.fullmatch(door, name) for door in DOORS[package])}
    assert not strangers, f"only {DOORS[package] or 'tests'} may import {package}"


def test_the_command_line_alone_prints_and_exits() -> None:
    speaking = {"print", "sys.exit", "exit", "quit", "sys.stdout.write", "sys.stderr.write", "os._exit"}
    found = {name_of(path): calls_of(path) & speaking for path in MODULES if calls_of(path) & speaking}
    # Older formats are read in a child process, which ends with a code of its own; a kernel and the desk's server are such processes.
    assert found.pop("intake/legacy_formats", set()) <= {"sys.exit"}
    assert found.pop("kernels/nursery_process", set()) <= {"os._exit"}
    assert found.pop("kernels/forks", set()) <= {"os._exit"}
    assert found.pop("desk/voila_server", set()) <= {"os._exit"}
    assert {room_of(name) for name in found} == {"cli"}, found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_step_reads_no_clock(path: Path) -> None:
    """The as-of date is a parameter: same inputs, same bytes."""
    if room_of(name_of(path)) not in (*PURE_ROOMS, "intake", "contracts", "text", "terms", "desk"):
        return
    if name_of(path) in TIMED_DESK:
        return
    clocks = {call for call in calls_of(path) if CLOCK.fullmatch(call)}
    assert not clocks


def test_what_an_analyst_does_needs_no_widget() -> None:
    """The functions of the desk know nothing of its panels: each step can be taken without them."""
    for path in (LIBRARY / "desk").glob("*.py"):
        assert not {name for name in imports_of(path) if name.startswith("termreview.desk.panels")}, path.name


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_short_and_says_what_it_is(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= LONGEST
    assert ast.get_docstring(tree_of(path))


def test_no_module_is_named_after_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "base", "core"}
    assert not {name_of(path) for path in MODULES if set(re.split(r"[/_]", name_of(path))) & vague}


@pytest.mark.skipif(shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a git checkout")
def test_git_hides_no_source_notebook_declaration_or_fixture() -> None:
    kept = [
        path.relative_to(ROOT).as_posix()
        for folder in ("lib/termreview", "notebooks", "tests", "data/reference")
        for path in (ROOT / folder).rglob("*")
        if path.is_file()
        and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts)
        and path.suffix != ".orig"
    ]
    kept += [
        "lib/termreview/new/module.py",
        "notebooks/5_new.ipynb",
        "tests/data/submissions/new.xlsx",
        "data/reference/new.csv",
    ]
    answer = subprocess.run(
        ["git", "-c", "core.quotepath=off", "check-ignore", "--no-index", "--stdin"],
        cwd=ROOT, input="\n".join(kept), capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert answer.stdout.splitlines() == []
