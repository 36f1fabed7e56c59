"""A share of `make crash`: a killed run leaves the last finished one, and the next run ends as if nothing had been."""

from __future__ import annotations

import os
import random
import signal
import sys
from pathlib import Path

import pytest

if not hasattr(os, "fork"):
    pytest.skip("kills need fork, which this system does not have", allow_module_level=True)

sys.path.append(str(Path(__file__).resolve().parents[1] / "crash"))

import kills
from small_world import TERM, World, faults_after_a_kill, faults_after_a_run, new_workspace, new_world, shown

import crash
from termreview.storage.output_paths import SWITCH
from termreview.storage.publication import read_published

SEED = 407


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    world = new_world(tmp_path_factory.mktemp("crash"))
    world.receive(0)
    assert crash.converge(world, 0) == []
    return world


def test_random_kills_leave_a_whole_run_and_the_next_one_converges(world: World) -> None:
    tried, faults = crash.random_kills(world, 8, random.Random(SEED))
    assert (tried, faults) == (8, [])


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_kills_at_operations_from_first_to_last(world: World, is_after: bool, tmp_path: Path) -> None:
    world.receive(0)
    assert crash.converge(world, 0) == []
    world.receive(1)
    kills.killed_at(world, 10**9, is_after, tmp_path / "operations")
    operations = int((tmp_path / "operations").read_text(encoding="utf-8"))
    assert operations > 100
    for step, operation in enumerate([1, 2, *range(9, operations + 1, 23), operations - 3, operations]):
        version = step % 2
        world.receive(version)
        assert kills.killed_at(world, operation, is_after) == -signal.SIGKILL
        assert faults_after_a_kill(world, is_first=False) == [], f"operation {operation}"
        assert crash.converge(world, version) == [], f"operation {operation}"


def test_a_kill_between_switch_and_move_shows_the_new_run(world: World) -> None:
    """The one moment when the files on disk are older than what readers get."""
    world.receive(0)
    assert crash.converge(world, 0) == []
    world.receive(1)
    output_paths = world.workspace.output_paths(TERM)
    for operation in range(100, 400):
        kills.killed_at(world, operation, is_after=True)
        if (output_paths.runs / SWITCH).is_file():
            break
        world.receive(0)
        assert crash.converge(world, 0) == []
        world.receive(1)
    assert (output_paths.runs / SWITCH).is_file()
    tables = {
        name.rpartition("/")[2]: content for name, content in world.expected[1].items() if "parquet" in name
    }
    assert read_published(output_paths, list(tables)) == tables
    assert crash.converge(world, 1) == []


def test_a_first_run_that_is_killed_leaves_nothing_to_read(world: World, tmp_path: Path) -> None:
    first = World(new_workspace(tmp_path / "first"), world.received, world.expected)
    first.receive(0)
    kills.killed_at(first, 60, is_after=False)
    assert faults_after_a_kill(first, is_first=True) == []
    assert shown(first.workspace) == {}
    assert crash.converge(first, 0) == []


def test_a_full_disk_is_told_and_harms_nothing(world: World) -> None:
    world.receive(0)
    assert crash.converge(world, 0) == []
    world.receive(1)
    assert kills.with_full_disk(world, 3_000) == kills.STOPPED
    assert faults_after_a_kill(world, is_first=False) == []
    assert faults_after_a_run(world, 0) == [], "the last finished run is still the one that counts"
    assert crash.converge(world, 1) == []


def test_two_runs_at_once_and_a_reader(world: World) -> None:
    tried, faults = crash.pairs(world, 4, random.Random(SEED))
    assert (tried, faults) == (4, [])
