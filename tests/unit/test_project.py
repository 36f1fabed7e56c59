"""One promise of the project's own files a test: locks, environments, notebooks, commands, what git keeps."""

from __future__ import annotations

import ast
import functools
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest
import yaml

from termreview import errors
from termreview.cli.__main__ import UNEXPECTED
from termreview.cli.options import parser

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock")
PAPERS = ("README.md", "README.vi.md", "CONTRIBUTING.md", "notebooks/README.md")
CONDA_NAMES = {
    "duckdb": "python-duckdb",
    "zlib-ng": "python-zlib-ng",
    "jupyter-client": "jupyter_client",
    "jupyter-server": "jupyter_server",
    "matplotlib": "matplotlib-base",
    "playwright": "playwright-python",
}
IMPORT_NAMES = {"beautifulsoup4": "bs4", "ipython": "IPython", "python-docx": "docx", "pyyaml": "yaml"}

needs_git = pytest.mark.skipif(
    shutil.which("git") is None or not (ROOT / ".git").exists(), reason="not a git checkout"
)


def _requirements(group: str = "") -> list[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["optional-dependencies"][group] if group else project["dependencies"]


def _name(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9-]+", requirement)[0].lower()


def _locked(name: str) -> dict[str, str]:
    text = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9-]+)==([^ ;\\]+)", text, re.MULTILINE))


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "-c", "core.quotepath=off", *arguments],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False,
    )  # fmt: skip


def _notebook_rules() -> ModuleType:
    spec = importlib.util.spec_from_file_location("check_notebooks", ROOT / ".ci" / "check_notebooks.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_is_pinned_once_and_carries_hashes(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
    names = [block.split("==")[0] for block in blocks]
    assert len(names) == len(set(names)) > 20
    assert [
        block.split("==")[0] for block in blocks if "--hash=sha256:" not in block or "==" not in block
    ] == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_address_and_no_folder(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert (
        re.findall(r".*(?:://|--find-links|--index|--extra-index|file:| @ |^/).*", text, re.MULTILINE) == []
    )


def test_the_test_lock_is_the_run_lock_and_more() -> None:
    run, test = (_locked(name) for name in LOCKS)
    assert {name: version for name, version in test.items() if name in run} == run


@pytest.mark.parametrize("group", ["", "build", "store", "test"])
def test_every_requirement_is_locked_at_or_above_its_floor(group: str) -> None:
    locked = _locked("requirements-test.lock" if group in ("store", "test") else "requirements.lock")
    for requirement in _requirements(group):
        floor = tuple(int(part) for part in requirement.split(">=")[1].split("."))
        version = tuple(int(part) for part in re.findall(r"\d+", locked[_name(requirement)]))
        assert version >= floor, requirement


def test_the_conda_environment_pins_what_the_lock_pins() -> None:
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    lines = [line for line in environment["dependencies"] if isinstance(line, str)]
    by_pip = [
        line for entry in environment["dependencies"] if isinstance(entry, dict) for line in entry["pip"]
    ]
    pins = dict(line.split("=", 1) for line in lines if ">=" not in line and "=" in line)
    pins |= dict(line.split("==") for line in by_pip)
    locked = _locked("requirements-test.lock")
    direct = [_name(line) for group in ("", "build", "test") for line in _requirements(group)]
    assert pins == {CONDA_NAMES.get(name, name): locked[name] for name in direct}


def test_what_the_package_imports_is_what_it_requires() -> None:
    imported = set()
    for path in (ROOT / "lib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                imported |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                imported.add(node.module.split(".")[0])
    required = {
        IMPORT_NAMES.get(_name(line), _name(line).replace("-", "_"))
        for group in ("", "store", "cluster")
        for line in _requirements(group)
    }
    assert imported - set(sys.stdlib_module_names) - {"termreview"} - required == set()


def test_the_version_stands_in_the_changelog() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert f"## {project['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_notebooks_are_committed_without_outputs_and_with_the_cells_a_run_needs() -> None:
    rules = _notebook_rules()
    notebooks = sorted((ROOT / "notebooks").glob("*.ipynb"))
    assert len(notebooks) >= 4
    assert [f"{path.name} {fault}" for path in notebooks for fault in rules.faults(path)] == []


def test_the_notebook_rule_sees_outputs_and_takes_them_away(tmp_path: Path) -> None:
    rules = _notebook_rules()
    path = tmp_path / "1_example.ipynb"
    path.write_text(
        '{"cells": ['
        '{"cell_type": "code", "id": "a", "metadata": {"tags": ["parameters"]}, "source": ["n: int = 1"],'
        ' "execution_count": 3, "outputs": [{"output_type": "stream", "name": "stdout", "text": ["1"]}]}'
        '], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        encoding="utf-8",
    )
    assert rules.faults(path) == [
        "holds outputs",
        "holds execution counts",
        "has 0 cells tagged 'closing', expected 1",
    ]
    rules.clear(path)
    assert rules.faults(path) == ["has 0 cells tagged 'closing', expected 1"]


@pytest.mark.parametrize("paper", PAPERS)
def test_every_make_target_named_in_the_papers_exists(paper: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:`|^)make ([a-z]+)", (ROOT / paper).read_text(encoding="utf-8"), re.MULTILINE))
    assert named - targets == set()


@functools.cache
def _commands() -> frozenset[str]:
    shown = subprocess.run(
        [sys.executable, "-m", "termreview.cli", "--help"],
        cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "lib"), "PYTHONIOENCODING": "utf-8"},
    ).stdout  # fmt: skip
    return frozenset(re.findall(r"^    ([a-z-]+) ", shown, re.MULTILINE))


@pytest.mark.parametrize("paper", PAPERS)
def test_every_command_named_in_the_papers_exists(paper: str) -> None:
    assert {"check", "forms", "status", "run", "demo"} <= _commands()
    text = (ROOT / paper).read_text(encoding="utf-8")
    assert set(re.findall(r"(?:`|^)termreview ([a-z][a-z-]*)", text, re.MULTILINE)) - _commands() == set()


def test_the_papers_and_the_help_tell_every_exit_code_and_no_other() -> None:
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type)]
    codes = {0, 1, UNEXPECTED, 130} | {
        kind.exit_code for kind in kinds if issubclass(kind, errors.TermReviewError) and kind is not errors.TermReviewError
    }  # fmt: skip
    for paper in ("README.md", "README.vi.md"):
        told = re.findall(r"^\| (\d+) \|", (ROOT / paper).read_text(encoding="utf-8"), re.MULTILINE)
        assert [int(code) for code in told] == sorted(codes), paper
    told = re.findall(r"(?:^Mã thoát:|;) (\d+) ", parser().epilog or "")
    assert [int(code) for code in told] == sorted(codes)


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
@pytest.mark.parametrize(
    ("given", "said"), [([], "Which folder?"), (["FOLDER=no/such"], "no folder no/such")]
)
def test_a_folder_to_read_is_asked_for_before_anything_is_installed(
    tmp_path: Path, given: list[str], said: str
) -> None:
    place = tmp_path / "venv"
    ended = subprocess.run(
        ["make", "odd", f"VENV={place}", *given],
        cwd=ROOT, capture_output=True, text=True, check=False, env=os.environ | {"MAKELEVEL": "1"},
    )  # fmt: skip
    assert ended.returncode == 2
    assert said in ended.stderr
    # Where `make` calls `make`, as `make test` does, it also names the folder that it works in.
    assert not [line for line in ended.stdout.splitlines() if line.startswith(("Making ", "Installing "))]
    assert not place.exists()


def test_the_build_server_runs_the_very_commands_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    promised = re.findall(r"^(make [a-z]+)", readme, re.MULTILINE)
    assert promised == ["make demo", "make test"]
    run = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    called = re.findall(r"^(make(?: [^\s|&;]+)+)", run.replace(" 2>&1", ""), re.MULTILINE)
    assert sorted(called) == sorted([*promised, "make check"])


@pytest.mark.parametrize("paper", [*PAPERS, "data/reference/README.md"])
def test_every_link_in_the_papers_leads_to_a_file(paper: str) -> None:
    text = (ROOT / paper).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    assert [link for link in links if not ((ROOT / paper).parent / link).exists()] == []


@needs_git
@pytest.mark.parametrize(
    "path",
    [
        "lib/termreview/cli/__main__.py",
        "lib/termreview/reporting/new_room.py",
        "notebooks/5_new.ipynb",
        "tests/data/submissions/defect.xlsx",
        "tests/data/submissions/renamed.xls",
        "tests/data/expected/ledger.csv",
        "data/reference/tasks/new.csv",
        "data/reference/indicator_sets/new.yml",
        "docs/semester-review.png",
    ],
)
def test_git_keeps_what_the_usual_ignore_lists_hide(path: str) -> None:
    assert _git("check-ignore", "--no-index", "--quiet", path).returncode == 1


@needs_git
@pytest.mark.parametrize(
    "path",
    [
        "data/raw/2023-2024/hk1/school.xlsx",
        "data/processed/2023-2024/hk1/ledger.parquet",
        "reports/2023-2024/hk1/report.html",
        "lib/termreview.egg-info/PKG-INFO",
        ".venv/pyvenv.cfg",
    ],
)
def test_git_leaves_out_what_schools_send_and_runs_make(path: str) -> None:
    assert _git("check-ignore", "--no-index", "--quiet", path).returncode == 0


@needs_git
def test_no_committed_file_names_a_machine_or_a_registry() -> None:
    hosts = ["pypi" + ".org", "files." + "pythonhosted", "conda." + "anaconda"]
    folders = ["/" + name + "/" for name in ("work", "root", "opt")]
    found = []
    for word in [*hosts, *folders]:
        found += _git("grep", "--cached", "-n", "-I", "-F", "-e", word).stdout.splitlines()
    assert found == []


@needs_git
def test_the_build_server_script_can_be_executed() -> None:
    assert _git("ls-files", "-s", ".ci/run").stdout.startswith("100755")
