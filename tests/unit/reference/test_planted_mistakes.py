"""One typical slip in each declaration file: it is told, at its place, and little else with it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from termreview.errors import DeclarationError
from termreview.reference.declarations import load_reference
from worlds import REFERENCE, copy_reference

FILES = sorted(path.relative_to(REFERENCE).as_posix() for path in REFERENCE.rglob("*") if path.suffix in (".csv", ".yml"))  # fmt: skip
MOST_LINES = 4  # of one slip, wherever it is
MOST_LINES_OF_A_GAP = 12  # of a record taken out that others name
KEY = re.compile(r"""^( *(?:- )?)("?)([a-z_]{4,})\2:(.*)$""")
Slip = tuple[str, int, str]


def slips_of_list(text: str) -> Iterator[Slip]:
    """Slips in one CSV file: what was done, the line where it is told, the file with it."""
    head, *rows = csv.reader(io.StringIO(text))

    def saved(*changed: list[str]) -> str:
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows(changed)
        return stream.getvalue()

    for place in {0, len(head) // 2}:
        name = head[place]
        yield f"column {name} misspelt", 1, saved([*head[:place], name + name[-1], *head[place + 1 :]], *rows)
        yield f"column {name} missing", 1, saved(*(row[:place] + row[place + 1 :] for row in (head, *rows)))
    if rows:
        middle = len(rows) // 2
        yield (
            "blank id",
            middle + 2,
            saved(head, *rows[:middle], ["", *rows[middle][1:]], *rows[middle + 1 :]),
        )
        yield "row twice", len(rows) + 2, saved(head, *rows, rows[-1])
        yield "row taken out", 0, saved(head, *rows[:middle], *rows[middle + 1 :])


def slips_of_tree(text: str) -> Iterator[Slip]:
    """Slips in one YAML file: what was done, the line where it is told, the file with it."""
    lines = text.split("\n")
    keys = [(number, match) for number, line in enumerate(lines) if (match := KEY.match(line))]
    tops = [entry for entry in keys if not entry[1][1]]
    deep = keys[len(keys) // 4 :: max(1, len(keys) // 2)]
    for number, match in dict.fromkeys([*tops[len(tops) // 2 :][:1], *deep]):
        start, quote, key, rest = match.groups()
        before, after = lines[:number], lines[number + 1 :]
        deeper = len(start) + 1
        ends = (
            n
            for n, line in enumerate(after)
            if line.strip() and line[0] != "#" and len(line) - len(line.lstrip()) < deeper
        )
        below = next(ends, len(after))
        name, slip = f"{quote}{key}{quote}", f"{quote}{key}{key[-1]}{quote}"
        again = f"{start.replace('-', ' ')}{name}:{rest}"
        yield f"{key} misspelt", number + 1, "\n".join([*before, f"{start}{slip}:{rest}", *after])
        yield f"{key} of another type", 0, "\n".join([*before, f"{start}{name}: [1]", *after[below:]])
        yield f"{key} twice", 0, "\n".join([*before, f"{start}{name}: 1", again, *after])
        yield f"{key} taken out", 0, "\n".join([*before, *after[below:]])


def fault_of(folder: Path) -> DeclarationError | None:
    try:
        load_reference(folder)
    except DeclarationError as error:
        return error
    return None


@pytest.mark.parametrize("name", FILES)
def test_a_slip_is_told_at_its_place_and_little_else(name: str, tmp_path: Path) -> None:
    path = copy_reference(tmp_path) / name
    text = path.read_text(encoding="utf-8")
    slips = list(slips_of_list(text) if path.suffix == ".csv" else slips_of_tree(text))
    told_count = 0
    for what, line, changed in slips:
        path.write_text(changed, encoding="utf-8")
        error = fault_of(tmp_path / "reference")
        if error is None:
            assert not line, f"{what} in line {line} was not told"
            continue
        told_count += 1
        lines = str(error).split("\n")[1:]
        most = MOST_LINES_OF_A_GAP if "taken out" in what else MOST_LINES
        assert len(lines) <= most, f"{what}:\n" + "\n".join(lines)
        at_place = any(found.file == name and found.line == line for found in error.problems)
        assert at_place or not line, f"{what}, expected in line {line}:\n{error}"
    assert told_count or not slips
