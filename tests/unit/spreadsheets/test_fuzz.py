"""A seeded share of `make fuzz`: mutants of good files are read or refused by name, and damage is noticed."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "fuzz"))

from mutations import SEEDS, make_mutant, plan, seed_files

from fuzz import FAILED, FAILURES, run
from termreview.spreadsheets.workbook import RefusedFile, read_workbook

COUNT, SEED, FLIPS = 500, 407, 200
KEPT = sorted(FAILURES.glob("*")) if FAILURES.is_dir() else []


def test_a_share_of_the_mutants_does_no_harm() -> None:
    verdicts = run(COUNT, SEED, workers=2, flips=FLIPS)
    failed = [entry for entry in verdicts if entry[1] in FAILED]
    assert len(verdicts) == COUNT
    assert not failed, f"{len(failed)} of {COUNT} (seed {SEED}): {failed[:5]}"
    assert {"refused", "read, equal"} <= {verdict for _, verdict, _, _ in verdicts}


def test_the_same_seed_makes_the_same_mutants() -> None:
    seeds = seed_files()
    steps = plan(300, seeds, 50)
    assert len({name for name, _, _ in steps}) == len(seeds) >= 5
    assert {kind for _, kind, _ in steps} >= {"flip", "bytes", "cut", "member swapped", "xml attribute"}
    for number in range(0, 300, 7):
        first, second = (make_mutant(number, steps[number], seeds, SEED) for _ in range(2))
        assert first == second


def test_every_bit_of_the_small_file_is_in_the_whole_run() -> None:
    seeds = seed_files()
    bits = [argument for _, kind, argument in plan(20_000, seeds) if kind == "flip"]
    assert bits == list(range(len(seeds["tiny.xlsx"]) * 8))


@pytest.mark.parametrize("path", sorted(SEEDS.iterdir()), ids=lambda path: path.name)
@pytest.mark.parametrize("name", ["a.xlsx", "a.xls", "a.ods", "a.csv", "a.txt"])
def test_content_decides_what_a_file_is_whatever_its_name(path: Path, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(path.read_bytes())
    workbook = read_workbook(tmp_path / name)
    assert workbook.kind == path.suffix.removeprefix(".")
    assert any(cell.kind in ("number", "text") for sheet in workbook.sheets for cell in sheet.cells.values())


@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.name)
def test_what_once_failed_does_no_harm_any_more(path: Path) -> None:
    with contextlib.suppress(RefusedFile):
        assert read_workbook(path).sheets
