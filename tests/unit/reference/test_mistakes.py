"""One mistake in the declarations: told in Vietnamese with file and line, and not buried under what follows from it."""

from __future__ import annotations

import ast
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from intake_world import ROOT

from termreview.cli import __main__ as cli
from termreview.errors import DeclarationError
from termreview.reference.declarations import load_reference
from termreview.reference.loading.mistakes import BUILT_IN, PLACE, Kind, Mistakes, read_mistakes

REFERENCE = ROOT / "data" / "reference"
LIBRARY = ROOT / "lib" / "termreview" / "reference"
TELLING = ("report", "report_word", "note", "note_word", "_tell", "Said")
# Words made elsewhere or in pieces: the number of mistakes, points declared unallocated, tables and their faults.
OTHERS = {
    "this is no plain file of the folder but a link, a pipe or a device, which is not opened",
    "no known fault has a place in the form of {0}, or no two schools report",
    "table issue.json ({0}) breaks its contract: {1}",
    "table {0} ({1}) breaks its contract: {2}",
    "table {0} breaks its contract: {1}",
    "table {0} ({1}) breaks its contract: it is not the table that issue {2} kept",
    "table {0} ({1}) breaks its contract: it is not the declaration that issue {2} kept",
    "table {0} breaks its contract: it is not the file that the last finished run wrote: run the term again",
    "{0} mistakes in the declarations:",
    "group '{0}' is worth {1} points, but its items sum to {2} and {3} are declared unallocated",
}
# What the parsers of YAML and CSV and the operating system say: in Vietnamese where it is known.
OF_PARSERS_AND_SYSTEMS = (
    "a key must be text", "key '{0}' stands twice", "brackets stand within brackets too deeply",
    "anchors (&) and aliases (*) let the content grow without end", "the tag or key '{0}' is not used in declarations",
    "'{0}' is no {1}: put it into quotes", "mapping values are not allowed in this context",
    "mapping values are not allowed here", "could not find expected ':'", "found character that cannot start any token",
    "found character {0} that cannot start any token", "found a tab character that violates indentation",
    "did not find expected key", "expected <block end>, but found {0}", "did not find expected '-' indicator",
    "found unexpected end of stream", "did not find expected ',' or ']'", "expected ',' or ']', but got {0}",
    "did not find expected ',' or '}'", "expected ',' or '}', but got {0}", "did not find expected node content",
    "block sequence entries are not allowed in this context", "sequence entries are not allowed here",
    "found unknown escape character", "found unknown escape character {0}", "found undefined alias",
    "found undefined alias {0}", "second occurrence", "did not find expected alphabetic or numeric character",
    "but found another document", "control characters are not allowed", "special characters are not allowed",
    "did not find expected comment or line break", "unexpected end of data", "',' expected after '\"'",
    "semicolons", "tabs", "commas", "(the same at {0})", "(the same at {0}; look into {1} first)",
    "({0} more that only follow from these are not listed)",
    "Permission denied", "Is a directory", "Not a directory", "No such file or directory", "File exists",
    "No space left on device", "Disk quota exceeded", "File too large", "Read-only file system", "Input/output error",
    "File name too long", "Too many open files", "Too many levels of symbolic links", "Broken pipe", "Invalid argument",
    *(f"[WinError {number}] {{0}}" for number in (2, 3, 5, 32, 33, 112)), "[Errno {0}] {1}: '{2}'", "[Errno {0}] {1}",
)  # fmt: skip
REFUSALS = ("UsageError", "RunError", "WorkspaceBusyError", "SampleError")
VIETNAMESE = re.compile("[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]")


def texts_of(node: ast.expr, known: dict[str, list[ast.expr]]) -> Iterator[list[str | None]]:
    """Every text that one expression may stand for, as pieces; None where a value is filled in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield [node.value]
    elif isinstance(node, ast.Name) and node.id in known:
        for value in known[node.id]:
            yield from texts_of(value, {name: found for name, found in known.items() if name != node.id})
    elif isinstance(node, ast.IfExp):
        yield from texts_of(node.body, known)
        yield from texts_of(node.orelse, known)
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        for head in texts_of(node.left, known):
            for tail in texts_of(node.right, known):
                yield [*head, *tail]
    elif isinstance(node, ast.JoinedStr):
        built: list[list[str | None]] = [[]]
        for part in node.values:
            inner = part.value if isinstance(part, ast.FormattedValue) else part
            literal = isinstance(inner, ast.IfExp) or (
                isinstance(inner, ast.Name) and inner.id in known and inner.id in ("what", "more", "where")
            )
            options: list[list[str | None]] = [[None]]
            if isinstance(part, ast.Constant):
                options = [[str(part.value)]]
            elif literal:
                options = list(texts_of(inner, known))
            built = [[*head, *option] for head in built for option in options]
        yield from built
    else:
        yield [None]


def assigned_in(function: ast.FunctionDef) -> dict[str, list[ast.expr]]:
    """What one function gives to each of its names."""
    known: dict[str, list[ast.expr]] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            known.setdefault(node.targets[0].id, []).append(node.value)
    return known


def templates() -> dict[str, str]:
    """The words of every mistake and every refusal that the library tells, with numbered places, and where it does.

    What is written in Vietnamese where it is told needs no other words.
    """
    found = {}
    for path in sorted(LIBRARY.parent.rglob("*.py")):
        for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            known = assigned_in(function)
            for node in ast.walk(function):
                if not isinstance(node, ast.Call) or not node.args:
                    continue
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                is_mistake = name in TELLING and LIBRARY in path.parents and function.name not in TELLING
                if not (is_mistake or name in REFUSALS):
                    continue
                said = node.args[1] if name == "Said" else node.args[-1]
                for pieces in texts_of(said, known):
                    if any(pieces) and not VIETNAMESE.search("".join(filter(None, pieces)).lower()):
                        found[numbered(pieces)] = f"{path.name}:{node.lineno}"
    return found


def numbered(pieces: Sequence[str | None]) -> str:
    """One text with `{0}`, `{1}` … where values are filled in."""
    parts, count = [], 0
    for piece in pieces:
        parts.append(f"{{{count}}}" if piece is None else piece)
        count += piece is None
    return "".join(parts)


def test_every_mistake_has_its_words_in_vietnamese_and_no_words_are_left_over() -> None:
    kinds = {kind.english: kind for kind in read_mistakes(REFERENCE).kinds}
    wanted = set(templates()) | OTHERS | set(OF_PARSERS_AND_SYSTEMS)
    assert len(wanted) > 100
    assert sorted(wanted - set(kinds)) == []
    assert sorted(set(kinds) - wanted) == []
    for kind in kinds.values():
        assert VIETNAMESE.search(kind.vietnamese.lower()) or not PLACE.sub("", kind.vietnamese).strip(": "), (
            kind.english
        )
        assert set(PLACE.findall(kind.vietnamese)) <= set(PLACE.findall(kind.english))
        for start in kind.follows_from:
            assert (REFERENCE / start).exists() or list(REFERENCE.glob(f"{start}*")), start


def test_words_are_those_of_the_most_particular_kind() -> None:
    catalogue = Mistakes(
        (
            Kind("'{0}' is missing", "thiếu '{0}'", ()),
            Kind("column '{0}' is missing", "thiếu cột '{0}'", ("a.csv",)),
            Kind("'{0}' twice, '{0}'", "{0} hai lần", ()),
        )
    )
    assert catalogue.words("column 'x' is missing") == "thiếu cột 'x'"
    assert catalogue.words("'x' is missing") == "thiếu 'x'"
    assert catalogue.words("'x' twice, 'x'") == "x hai lần"
    assert catalogue.words("something else") == "something else"
    assert not catalogue.is_told("column 'x' is missing", {"a.csv"})
    assert catalogue.is_told("column 'x' is missing", {"b.csv"})
    assert catalogue.is_told("'x' is missing", {"a.csv"})


BREAKS: dict[str, Callable[[Path], object]] = {
    "gone": lambda path: path.unlink(),
    "torn": lambda path: path.write_bytes(
        path.read_bytes()[: path.stat().st_size // 2] + (b'\n"abc' if path.suffix == ".csv" else b"\n  x: [")
    ),
    "empty": lambda path: path.write_bytes(b""),
    "heads with semicolons": lambda path: path.write_text(
        path.read_text(encoding="utf-8").replace(",", ";", 3) if path.suffix == ".csv" else "- a\n", encoding="utf-8"
    ),
    "torn in UTF-16": lambda path: path.write_bytes(path.read_text(encoding="utf-8").encode("utf-16")[:-1]),
}  # fmt: skip
FILES = sorted(path.relative_to(REFERENCE).as_posix() for path in REFERENCE.rglob("*") if path.suffix in (".csv", ".yml"))  # fmt: skip


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_cannot_be_read_is_told_and_little_else(name: str, how: str, tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    BREAKS[how](folder / name)
    if name.startswith("advice/") and how == "gone":  # not every set has one
        load_reference(folder)
        return
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    own = [problem for problem in raised.value.problems if problem.file == name]
    assert own
    assert len(own) <= 20
    assert [str(problem) for problem in raised.value.problems if problem.file != name] == []


def test_what_has_nothing_to_do_with_a_broken_file_is_still_told(tmp_path: Path) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    (folder / "ratios.csv").unlink()
    targets = folder / "targets.csv"
    text = targets.read_text(encoding="utf-8")
    targets.write_text(text + "x,,*,mười,2025,không có,t,C,no\n", encoding="utf-8")
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    told = {(problem.file, problem.message) for problem in raised.value.problems}
    assert ("targets.csv", "'value' is not a number: 'mười'") in told
    assert ("targets.csv", "'không có' is not in legal_documents.csv") in told
    assert not any("is not a ratio" in message for _, message in told)


def test_the_command_lists_mistakes_in_vietnamese(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(REFERENCE, tmp_path / "data" / "reference")
    units = tmp_path / "data" / "reference" / "units.csv"
    units.write_text(units.read_text(encoding="utf-8") + "0477999,hôm qua,,school,mn,Trường A,A,047799,\n", encoding="utf-8")  # fmt: skip
    assert cli.main(["--root", str(tmp_path), "check"]) == 3
    said = capsys.readouterr().err.splitlines()
    assert said[0] == "termreview: Khai báo có 1 chỗ sai:"
    line = len(units.read_text(encoding="utf-8").splitlines())
    assert f"  units.csv:{line}: 'valid_from' không phải ngày dạng 2024-01-10: 'hôm qua'" in said


@pytest.mark.parametrize(
    ("written", "said"),
    [('{"x": 1}', "{'x': 1}"), ('[{"x": [{"y": 2}]}]', "[{'x': [{'y': 2}]}]"), ('{"x": {}}', "{'x': {}}")],
)
def test_a_tree_in_the_place_of_a_value_is_told_as_it_is_written(
    written: str, said: str, tmp_path: Path
) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    calendar = folder / "calendar.yml"
    text = calendar.read_text(encoding="utf-8")
    calendar.write_text(re.sub(r'due_on: "[^"]*"', f"due_on: {written}", text, count=1), encoding="utf-8")
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    told = str(raised.value)
    assert f"2024-01-10: {said}" in told
    assert "__line__" not in told


def test_without_a_catalogue_that_is_said_first_and_what_every_file_may_lack_in_vietnamese(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "reference"
    shutil.copytree(REFERENCE, folder)
    (folder / "mistakes.csv").unlink()
    units = folder / "units.csv"
    units.write_text(units.read_text(encoding="utf-8") + "0477999,hôm qua,,school,mn,Trường A,A,047701,\n", encoding="utf-8")  # fmt: skip
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    said = str(raised.value).splitlines()
    assert said[0].startswith("Không đọc được tệp câu chữ của các lỗi (mistakes.csv): sửa tệp này trước")
    assert said[1:3] == ["Khai báo có 2 chỗ sai:", "  mistakes.csv:1: không có tệp này"]
    assert said[3].endswith("'valid_from' is not a date like 2024-01-10: 'hôm qua'")
    for kind in BUILT_IN[1:]:
        assert kind.english in {known.english for known in read_mistakes(REFERENCE).kinds}
