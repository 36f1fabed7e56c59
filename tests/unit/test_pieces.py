"""One piece of work done before: found while all that decides it is the same, never afterwards."""

from __future__ import annotations

import datetime
import pickle
from pathlib import Path

import pandas as pd
import pytest

from termreview import pieces as pieces_module
from termreview.pieces import Pieces, found_or_made, key_of, loaded, pieces_at_hand, pieces_in_use
from termreview.reporting.blocks import tables
from termreview.reporting.blocks.blocks import Block
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, Share
from termreview.run.piece_store import FOLDER, kept_pieces
from termreview.storage.atomic_files import keep_content
from termreview.storage.workspace import Workspace
from termreview.terms import parse_term

HK1 = parse_term("2023-2024-hk1")
TITLES = {"name": "Trường", "count": "Học sinh", "share": "Đạt", "on": "Ngày"}
DAY = datetime.date(2024, 1, 10)


def long_frame(schools: int = 40) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": [f"Trường {number}" for number in range(schools)],
            "count": [Number(100 + number) for number in range(schools)],
            "share": [Share(number, 50) for number in range(schools)],
            "on": [DAY] * schools,
            "level": ["A"] * (schools // 2) + ["B"] * (schools - schools // 2),
        }
    )


def shown(frame: pd.DataFrame, **options: object) -> Block:
    told = {"caption": "Bảng", "formats": {"on": "date"}, "group_by": "level"} | options
    return table(frame, columns=TITLES, **told)  # type: ignore[arg-type]


def test_what_was_not_asked_for_is_forgotten_and_what_is_new_is_kept() -> None:
    first = Pieces()
    first.keep(b"one", b"1")
    first.keep(b"two", b"2")
    second = Pieces(first.content())
    assert second.find(b"one") == b"1"
    assert second.find(b"three") is None
    second.keep(b"three", b"3")
    third = Pieces(second.content())
    assert [third.find(key) for key in (b"one", b"two", b"three")] == [b"1", None, b"3"]
    assert third.content() is None, "nothing is written where nothing changed"


def test_another_program_finds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Pieces()
    kept.keep(b"one", b"1")
    content = kept.content()
    monkeypatch.setattr(pieces_module, "made_with", lambda: {"package_sha256": "another"})
    assert Pieces(content).find(b"one") is None


def test_what_was_made_of_the_same_is_found_and_of_anything_else_is_made() -> None:
    made: list[object] = []

    def make(value: object) -> object:
        made.append(value)
        return value

    def made_of(*parts: object) -> object:
        return found_or_made("sums", parts, lambda: make(list(parts)))

    assert [made_of(1), made_of(1)] == [[1], [1]]
    assert made == [[1], [1]], "nothing is kept outside of a step"
    kept = Pieces()
    with pieces_in_use(kept):
        assert [made_of("a", 2.0), made_of("a", 2.0), made_of("a", 3.0)] == [
            ["a", 2.0],
            ["a", 2.0],
            ["a", 3.0],
        ]
        assert made[2:] == [["a", 2.0], ["a", 3.0]]
        for _ in range(2):  # no plain value: it is made each time
            found_or_made("day", 1, lambda: make(DAY))
        assert made[4:] == [DAY, DAY]
    with pieces_in_use(Pieces(kept.content())):
        assert made_of("a", 3.0) == ["a", 3.0]
    assert len(made) == 6


class Harmful:
    """What runs a command where it is loaded without a look."""

    def __init__(self, made: Path) -> None:
        self.made = made

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return Path.touch, (self.made,)


def test_a_store_of_somebody_else_runs_nothing(tmp_path: Path) -> None:
    with pytest.raises(pickle.UnpicklingError):
        loaded(pickle.dumps(Harmful(tmp_path / "ran")))
    workspace = Workspace(tmp_path)
    with kept_pieces(workspace, HK1, "3_semester_review"):
        pieces_at_hand().keep(b"one", b"1")  # type: ignore[union-attr]
    path = workspace.processed(HK1) / FOLDER / "3_semester_review"
    keep_content(path, pickle.dumps(Harmful(tmp_path / "ran")))
    with kept_pieces(workspace, HK1, "3_semester_review"):
        assert pieces_at_hand().find(b"one") is None  # type: ignore[union-attr]
    assert not (tmp_path / "ran").exists()


def test_keys_tell_apart_what_differs() -> None:
    told = [
        ("row", [1, "a"]),
        ("row", [1, "b"]),
        ("row", ["1", "a"]),
        ("page", [1, "a"]),
        ("row", [1.0, "a"]),
    ]
    assert len({key_of(kind, made_of) for kind, made_of in told}) == len(told)
    assert key_of(*told[0]) == key_of("row", [1, "a"])
    with pytest.raises((pickle.PicklingError, AttributeError, TypeError)):
        key_of("row", lambda: None)


@pytest.mark.parametrize("damage", ["cut", "altered", "no pickle"])
def test_a_damaged_store_is_made_anew(tmp_path: Path, damage: str) -> None:
    workspace = Workspace(tmp_path)
    with kept_pieces(workspace, HK1, "step"):
        pieces_at_hand().keep(b"one", b"1")  # type: ignore[union-attr]
    (path,) = [path for path in workspace.processed(HK1).rglob("*") if path.is_file()]
    content = path.read_bytes()
    path.write_bytes({"cut": content[:-9], "altered": content[:-9] + b"altered!!", "no pickle": b"x"}[damage])
    with kept_pieces(workspace, HK1, "step"):
        assert pieces_at_hand().find(b"one") is None  # type: ignore[union-attr]
        pieces_at_hand().keep(b"two", b"2")  # type: ignore[union-attr]
    with kept_pieces(workspace, HK1, "step"):
        assert pieces_at_hand().find(b"two") == b"2"  # type: ignore[union-attr]
    assert pieces_at_hand() is None


def test_a_step_that_fails_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)

    def step() -> None:
        with kept_pieces(workspace, HK1, "step"):
            pieces_at_hand().keep(b"one", b"1")  # type: ignore[union-attr]
            raise ValueError("in the middle")

    with pytest.raises(ValueError, match="in the middle"):
        step()
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_long_table_of_rows_found_is_the_one_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    frame, kept = long_frame(), Pieces()
    with pieces_in_use(kept):
        assert shown(frame) == shown(frame)
    changed = frame.copy()
    changed.at[7, "count"] = Number(999)
    made: list[object] = []
    row_of = tables._row
    monkeypatch.setattr(tables, "_row", lambda *told: made.append(told[0]["name"]) or row_of(*told))
    with pieces_in_use(Pieces(kept.content())):
        found = shown(changed)
    assert made == ["Trường 7"]
    fresh = shown(changed)
    assert (found.html, found.parts) == (fresh.html, fresh.parts)


@pytest.mark.parametrize(
    "options",
    [
        {"formats": {"on": "text"}},
        {"group_by": None},
        {"align": {"count": "center"}},
        {"row_header": "count"},
        {"css_class": "stacked"},
        {"traces": {"count": lambda row: f"#{row['name']}"}},
    ],
)
def test_a_table_shown_otherwise_takes_no_row_of_the_first(options: dict[str, object]) -> None:
    kept = Pieces()
    with pieces_in_use(kept):
        shown(long_frame())
        found = shown(long_frame(), **options)
    fresh = shown(long_frame(), **options)
    assert (found.html, found.parts) == (fresh.html, fresh.parts)
