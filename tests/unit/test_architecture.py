"""The rules of the house, read from the source: imports point one way, single doors, modules of one noun, no clock."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from worlds import ROOT

LIBRARY = ROOT / "lib" / "termreview"
MODULES = sorted(LIBRARY.rglob("*.py"))
# A guide, and the bound: a module of one noun has the lines that it needs, usually 80 to 400.
USUAL, LONGEST = 400, 450
FULLEST = 12  # modules of one folder
# A module of fewer lines that one module alone imports belongs to this one.
SPLINTER = 60
ONE_MODULE_EACH = ("desk/panels", "cli")  # of the tabs, of the commands

# The ground: modules of the top level, which know each other only as said here. Every room may know them.
GROUND = {
    "cell_text": "",
    "cells": "",
    "cluster": "coded_text errors installation processes",
    "coded_text": "",
    "collector": "",
    "errors": "coded_text",
    "installation": "",
    "pieces": "installation",
    "processes": "",
    "terms": "errors",
    "text": "",
    "workbook_text": "",
}
# Each room (a folder; those inside it are rooms of their own), and the rooms it may know beside the ground, from below upward.
ROOMS = {
    "storage": "",
    "reference/loading": "",
    "reference/kinds": "reference/loading",
    "reference/texts": "reference/loading reference/kinds",
    "reference": "reference/loading reference/kinds reference/texts",
    "spreadsheets/packages": "",
    "spreadsheets/model": "spreadsheets/packages",
    "spreadsheets/xlsx": "spreadsheets/packages spreadsheets/model",
    "spreadsheets/older": "spreadsheets/packages spreadsheets/model spreadsheets/xlsx",
    "spreadsheets": "spreadsheets/packages spreadsheets/model spreadsheets/xlsx spreadsheets/older",
    "spreadsheets/editing": "spreadsheets/packages spreadsheets/model spreadsheets/xlsx spreadsheets",
    "forms": "storage reference/kinds reference spreadsheets/model spreadsheets spreadsheets/editing",
    "forms/adopted": "storage reference/kinds reference/texts reference forms",
    "intake/values": "reference/kinds spreadsheets/model spreadsheets/older spreadsheets",
    "intake/places": "reference/kinds spreadsheets/model spreadsheets/older spreadsheets forms intake/values",
    "intake/received": "storage reference/loading reference/kinds spreadsheets/packages intake/values",
    "intake/files": (
        "reference/kinds reference spreadsheets/packages spreadsheets/model spreadsheets forms "
        "intake/values intake/places intake/received"
    ),
    "sources": (
        "storage reference/loading reference/kinds reference spreadsheets/packages spreadsheets intake/values "
        "intake/places"
    ),
    "intake/batches": "storage spreadsheets/packages intake/received intake/files",
    "intake/checks": "storage reference/kinds reference/texts reference intake/values intake/files",
    "intake": (
        "storage reference/kinds reference/texts reference spreadsheets/packages spreadsheets forms "
        "sources intake/places intake/received intake/files intake/batches intake/checks"
    ),
    "returns": (
        "storage reference/kinds reference spreadsheets/packages spreadsheets/model spreadsheets "
        "spreadsheets/editing forms intake/places intake/received intake"
    ),
    "scoring": "storage reference/kinds reference",
    "insight": "reference/texts",
    "reporting/blocks": "",
    "reporting/charts/drawing": "reporting/blocks",
    "reporting/charts": "storage reporting/blocks reporting/charts/drawing",
    "reporting/excel": "storage reporting/blocks",
    "reporting/term": "storage reference/kinds reference",
    "reporting/summaries": "reference/kinds reference/texts reference scoring reporting/blocks reporting/term",
    "reporting/editions": "reference/kinds reference reporting/term reporting/summaries",
    "reporting/records": "storage reference reporting/blocks reporting/term reporting/editions",
    "reporting/pages": "storage reference reporting/blocks reporting/charts/drawing reporting/records",
    "reporting/report": (
        "insight reference/texts storage reference/loading reference/kinds reference scoring reporting/blocks reporting/charts reporting/term "
        "reporting/summaries reporting/editions reporting/records"
    ),
    "reporting": (
        "reference/kinds reference scoring reporting/blocks reporting/term reporting/summaries reporting/editions "
        "reporting/report"
    ),
    "reporting/sections/basis": (
        "reporting/blocks reporting/charts reporting/term reporting/summaries reporting/editions "
        "reporting/records reporting/report"
    ),
    "reporting/sections/work": (
        "reference/kinds reference reporting/blocks reporting/charts reporting/term "
        "reporting/summaries reporting/report"
    ),
    "reporting/school_pages": (
        "reference/kinds scoring reporting/blocks reporting/pages reporting/summaries reporting/report"
    ),
    "reporting/sections/assessment": (
        "insight reference/texts reporting/blocks reporting/term reporting/summaries reporting/report "
        "reporting/sections/basis reporting/sections/work"
    ),
    "reporting/sections/index": (
        "insight reference/kinds scoring reporting/blocks reporting/charts reporting/term "
        "reporting/summaries reporting/report reporting/sections/basis reporting/sections/work"
    ),
    "reporting/changes": (
        "storage reference/kinds reference scoring reporting/blocks reporting/charts "
        "reporting/term reporting/summaries reporting/editions "
        "reporting/records reporting/pages reporting/report reporting/sections/basis "
        "reporting/sections/index"
    ),
    "reporting/word": "storage reference reporting/blocks reporting/charts/drawing",
    "reporting/workbench": "reference reference/kinds reporting/blocks reporting/charts reporting/term reporting/summaries",
    "run/kernels": "",
    "run": (
        "storage reference/kinds reference spreadsheets/packages forms sources intake/received intake/batches "
        "intake returns scoring reporting/blocks reporting/excel reporting/term reporting/summaries reporting/workbench "
        "reporting/editions reporting/records reporting/pages reporting/report reporting/word run/kernels"
    ),
    "rollup": (
        "storage reference reference/kinds reporting/blocks reporting/charts reporting/summaries reporting/editions "
        "reporting/records reporting/report run reporting/pages reporting/word reporting/excel"
    ),
    "proof": (
        "storage reference/loading reference/kinds reference spreadsheets/packages spreadsheets "
        "intake/received intake reporting/editions reporting/records "
        "reporting/pages rollup run"
    ),
    "desk/lists": "storage reference/loading reference/kinds reference",
    "desk/serving": "storage",
    "desk/term": (
        "storage reference/kinds reference intake/received intake scoring sources reporting/blocks "
        "reporting/term reporting/summaries reporting/report run"
    ),
    "desk/table": ("storage reporting/workbench desk/term"),
    "desk": (
        "storage reference/kinds reference sources intake/values intake/checks intake returns scoring insight "
        "reporting/blocks reporting/summaries reporting/editions reporting/report run desk/lists desk/term"
    ),
    "desk/panels/controls": "storage reference reporting/blocks reporting/report desk/term desk/table",
    "desk/views": (
        "reference/kinds scoring insight reporting/blocks reporting/charts "
        "reporting/summaries reporting/report reporting/school_pages desk/lists desk/term desk"
    ),
    "desk/panels/parts": (
        "reference/kinds sources reporting/blocks reporting/report desk/lists desk/term desk desk/panels/controls "
        "desk/views"
    ),
    "desk/panels": (
        "insight storage reference/kinds reference sources office reporting/blocks reporting/charts reporting/report reporting/sections/index desk/lists desk/term desk/table desk desk/panels/controls desk/views "
        "desk/panels/parts"
    ),
    "sample/schools": "reference/kinds reference",
    "sample/answers": "reference/kinds reference scoring sample/schools",
    "sample": "storage reference/kinds reference forms intake/received sample/schools sample/answers",
    "sample/years": "storage reference/kinds reference intake/received insight sample sample/schools sample/answers",
    "sample/rehearsal": "storage reference/kinds reference forms intake/received intake sample/answers",
    "office": "storage reference/loading reference/kinds reference spreadsheets/packages spreadsheets sources",
    "cli": (
        "storage reference spreadsheets/packages forms forms/adopted office intake/received intake/checks "
        "intake sources rollup returns reporting/blocks reporting/term reporting/summaries reporting/editions "
        "reporting/records reporting/pages reporting/report reporting/changes run proof "
        "desk/serving sample sample/years sample/rehearsal"
    ),
}

# One door each: the modules (by name below the package) that may know an outside program or format.
DOORS = {
    "lxml": (r"spreadsheets/editing/\w+",),
    "openpyxl": (r"forms/adopted/office_workbook",),
    "python_calamine": (r"spreadsheets/older_formats", r"spreadsheets/export_rows"),
    "duckdb": (r"run/analysis",),
    "distributed": (r"cluster",),
    "multiprocessing": (r"processes",),
    "zipfile": (
        r"spreadsheets/packages/(archive|guard)",
        r"desk/office_work",
        r"spreadsheets/xlsx/package",
        r"spreadsheets/editing/package",
        r"sample/faults",
        r"reference/word_template",
        r"reporting/word/document",
        r"proof/document_places",
    ),
    "xlsxwriter": (r"workbook_text", r"forms/form", r"reporting/excel/annex"),
    "docx": (r"reporting/word/(document|template)",),
    "papermill": (r"run/execution", r"run/kernels/in_process"),
    "nbclient": (r"run/execution", r"run/kernels/in_process"),
    "jupyter_client": (r"run/kernels/\w+",),
    "ipykernel": (r"run/kernels/\w+",),
    "nbconvert": (r"reporting/pages/pages",),
    "matplotlib": (r"reporting/charts/\w+", r"reporting/charts/drawing/\w+"),
    "matplotlib.backends": (r"reporting/charts/drawing/picture",),
    "yaml": (r"reference/loading/tree_reading",),
    "argparse": (r"cli/\w+",),
    "ipywidgets": (r"desk/panels/\w+(/\w+)?",),
    "anywidget": (r"desk/panels/controls/(sheet|address)",),
    "itables": (r"desk/panels/controls/sheet",),
}
# What ends a process of its own: one that worked for another, and the desk's server.
ENDING = {
    "processes": {"os._exit"},
    "desk/serving/voila_server": {"os._exit"},
}
# Rooms whose steps read no clock, and single modules beside them.
TIMELESS = ("reference", "spreadsheets", "forms", "intake", "returns", "scoring", "reporting", "desk")
TIMELESS_MODULES = ("storage/contracts", "text", "terms")
# At the desk only who waits for the lock, and who opens it for a person, may ask what time it is.
TIMED_DESK = ("desk/lists/list_lines", "desk/panels/opening", "desk/serving/voila_server")
CLOCK = re.compile(r"(.*\.)?(now|today|utcnow|monotonic|perf_counter|localtime|gmtime)|time\.(time|ctime)")


def name_of(path: Path) -> str:
    return path.relative_to(LIBRARY).with_suffix("").as_posix()


def is_package(path: Path) -> bool:
    return path.name == "__init__.py"


@cache
def names() -> frozenset[str]:
    return frozenset(name_of(path) for path in MODULES)


@cache
def room_of(name: str) -> str:
    """The folder of one module; a module of the top level stands for itself, the package as `__init__`."""
    return name.rpartition("/")[0] or name


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports_of(path: Path) -> frozenset[str]:
    """Every module or name that one module imports, wherever in the module it does: outside of its functions or inside."""
    found = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name} imports relatively"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


@cache
def modules_known_to(path: Path) -> frozenset[str]:
    """The modules of this package that one module imports: `reporting/blocks/tables`."""
    found = set()
    for imported in imports_of(path):
        if imported.startswith("termreview."):
            parts = imported.split(".")[1:]
            # `from termreview.a import b`: b is a module of room a, or something in module a.
            found |= {name for name in ("/".join(parts), "/".join(parts[:-1])) if name in names()}
    return frozenset(found)


@cache
def calls_of(path: Path) -> frozenset[str]:
    """The names called in one module: `print`, `sys.exit`, `datetime.date.today`."""
    return frozenset(ast.unparse(node.func) for node in ast.walk(tree_of(path)) if isinstance(node, ast.Call))


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_one_way(path: Path) -> None:
    room = room_of(name_of(path))
    known = {room_of(name) for name in modules_known_to(path)} - {room}
    if is_package(path):
        # What analysts call is offered by the package itself, looked up when it is first asked for.
        offered = {"run", "office", "reporting/charts/drawing", "reporting/workbench", "desk/panels/controls"}
        assert known <= (set(GROUND) if room != "__init__" else offered), "a folder only says what it is"
    elif room in GROUND:
        assert known <= set(GROUND[room].split()), f"{name_of(path)} belongs to the ground"
    else:
        allowed = {*GROUND, *ROOMS[room].split()}
        assert known <= allowed, f"{name_of(path)} must not know {sorted(known - allowed)}"


def test_the_table_of_rooms_has_no_circle() -> None:
    """Some order of the rooms has each one above all that it may know."""
    left = {room: set(known.split()) for room, known in ROOMS.items()}
    unknown = {room: known - set(ROOMS) for room, known in left.items() if known - set(ROOMS)}
    assert not unknown, "rooms that are in no line of the table"
    while left:
        free = [room for room, known in left.items() if not known & set(left)]
        assert free, f"a circle among {sorted(left)}"
        for room in free:
            del left[room]


def test_the_table_of_rooms_is_the_house() -> None:
    """Every folder has its line, every line its folder, and nothing is allowed that nobody does."""
    folders = {room_of(name_of(path)) for path in MODULES if not is_package(path)}
    assert folders - set(GROUND) == set(ROOMS)
    assert set(GROUND) <= folders
    done: dict[str, set[str]] = {room: set() for room in ROOMS}
    for path in MODULES:
        if (room := room_of(name_of(path))) in ROOMS and not is_package(path):
            done[room] |= {room_of(name) for name in modules_known_to(path)} - {room} - set(GROUND)
    assert {room: sorted(set(ROOMS[room].split()) - done[room]) for room in ROOMS if set(ROOMS[room].split()) - done[room]} == {}  # fmt: skip


def test_intake_and_scoring_do_not_know_each_other() -> None:
    known = {room: {other.split("/")[0] for other in ROOMS[room].split()} for room in ROOMS}
    assert not [room for room in ROOMS if room.split("/")[0] == "intake" and "scoring" in known[room]]
    assert "intake" not in known["scoring"]


def test_spreadsheets_know_no_school() -> None:
    """Any workbook in, its cells out: the room knows itself and the ground alone."""
    own = [room for room in ROOMS if room.split("/")[0] == "spreadsheets"]
    assert {other.split("/")[0] for room in own for other in ROOMS[room].split()} <= {"spreadsheets"}


@pytest.mark.parametrize("package", DOORS)
def test_an_outside_program_has_one_door(package: str) -> None:
    users = {
        name_of(path) for path in MODULES for name in imports_of(path) if f"{name}.".startswith(f"{package}.")
    }
    strangers = {name for name in users if not any(re.fullmatch(door, name) for door in DOORS[package])}
    assert not strangers, f"only {DOORS[package] or 'tests'} may import {package}"


def test_the_command_line_alone_prints_and_exits() -> None:
    speaking = {"print", "sys.exit", "exit", "quit", "sys.stdout.write", "sys.stderr.write", "os._exit"}
    found = {name_of(path): calls_of(path) & speaking for path in MODULES if calls_of(path) & speaking}
    for name, allowed in ENDING.items():
        assert found.pop(name, set()) <= allowed
    assert {room_of(name) for name in found} == {"cli"}, found


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_step_reads_no_clock(path: Path) -> None:
    """The as-of date is a parameter: same inputs, same bytes."""
    name = name_of(path)
    if name in TIMED_DESK or not (name.split("/")[0] in TIMELESS or name in TIMELESS_MODULES):
        return
    clocks = {call for call in calls_of(path) if CLOCK.fullmatch(call)}
    assert not clocks


def test_what_an_analyst_does_needs_no_widget() -> None:
    """The functions of the desk know nothing of its panels: each step can be taken without them."""
    for path in (LIBRARY / "desk").rglob("*.py"):
        if not name_of(path).startswith("desk/panels/"):
            assert not {name for name in modules_known_to(path) if name.startswith("desk/panels/")}, path.name


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_a_module_is_bounded_and_says_what_it_is(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST, f"a guide is {USUAL} lines at most"
    assert ast.get_docstring(tree_of(path))


def test_no_splinter_stands_beside_its_only_importer() -> None:
    importers = Counter(name for path in MODULES for name in modules_known_to(path))
    rooms = set(ROOMS) - set(ONE_MODULE_EACH)
    splinters = [
        name_of(path)
        for path in MODULES
        if room_of(name_of(path)) in rooms
        and importers[name_of(path)] == 1
        and len(path.read_text(encoding="utf-8").splitlines()) < SPLINTER
    ]
    assert splinters == []


def test_a_folder_shows_its_trade() -> None:
    """A room says in one sentence what it is, and is seen at one glance."""
    sizes = Counter(room_of(name_of(path)) for path in MODULES if not is_package(path))
    assert {room: size for room, size in sizes.items() if size > FULLEST} == {}
    for path in MODULES:
        if is_package(path):
            sentence = (ast.get_docstring(tree_of(path)) or "").splitlines()
            assert "".join(sentence[:1]).endswith("."), f"{path.parent.name} says not what it is"


def test_the_unit_tests_stand_in_the_rooms_of_what_they_test() -> None:
    """A folder of tests is a folder of the library: whoever changes a room finds its tests by its name."""
    unit = ROOT / "tests" / "unit"
    folders = {path.parent.relative_to(unit).as_posix() for path in unit.rglob("test_*.py")} - {"."}
    assert {folder for folder in folders if not (LIBRARY / folder / "__init__.py").is_file()} == set()


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
