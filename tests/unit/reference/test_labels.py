"""One word of `labels.yml` at a time: every id of the code has one, and a slip is told where it stands."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import report_world

from termreview.errors import DeclarationError
from termreview.reference.declarations import load_reference
from termreview.reference.loading.text_schema import text_schema
from termreview.reference.texts.texts import OF_GROUPS, OF_LEVELS, WHOLE_SET
from termreview.reporting.blocks.blocks import MARK_TITLES
from termreview.reporting.editions.scope import EDITIONS
from termreview.reporting.report.wording import group_title, label, stored_label
from termreview.reporting.summaries.index import NOT_CONCLUDED, NOT_SUBMITTED, OVERALL
from termreview.reporting.summaries.ratios import CONTRADICTORY, COUNTED, UNANSWERED, ZERO
from termreview.spreadsheets.packages.guard import REFUSAL_REASONS
from termreview.storage.contracts import CONTRACTS, FATES, ORIGINS, REASONS, SEVERITIES, STATES
from worlds import HK1, REFERENCE, ROOT, change, copy_reference

LIBRARY = ROOT / "lib" / "termreview"
SET = "indicator_sets/qd-4725-2022.yml"
TEXTS = text_schema()["labels.yml"]
RECEIVING = ("reading.py", "shared_file.py", "revisions.py")


def ids(section: str) -> set[str]:
    return set(TEXTS[section])


def sources() -> Iterator[tuple[Path, str]]:
    for path in LIBRARY.rglob("*.py"):
        if path != LIBRARY / "reference" / "texts" / "texts.py":
            yield path, path.read_text(encoding="utf-8")


def refused_by_readers() -> set[str]:
    """Every reason that the reading of a file names beside those of the guard."""
    texts = "".join((LIBRARY / "intake" / "files" / name).read_text(encoding="utf-8") for name in RECEIVING)
    named = (
        r'_refuse\(\s*reading,\s*"(\w+)"|refusal="(\w+)"|SUPERSEDED, "(\w+)"|"(\w+)" if known else "(\w+)"'
    )
    return {name for found in re.findall(named, texts) for name in found if name}


def words_of_the_look_up() -> set[str]:
    """Every word that the script of a page or the module that feeds it asks for."""
    script = (LIBRARY / "reporting" / "theme" / "trace.js").read_text(encoding="utf-8")
    assert script.count("say(`state_${state}`)") == script.count("say(`") == 1
    states = {f"state_{state}" for state in (COUNTED, UNANSWERED, ZERO, CONTRADICTORY)}
    own = {"search_hint_shareable", "band_from", "band_above"}
    return set(re.findall(r'say\("(\w+)"', script)) | states | own


IN_CODE: dict[str, Callable[[], set[str]]] = {
    "states": lambda: set(STATES),
    "severities": lambda: set(SEVERITIES),
    "severities_meaning": lambda: set(SEVERITIES),
    "fates": lambda: set(FATES),
    "origins": lambda: set(ORIGINS),
    "reasons": lambda: set(REASONS),
    "conditions": lambda: set(CONTRACTS["scores"].columns["conditions"].choices),
    "marks": lambda: set(CONTRACTS["ledger"].columns["mark"].choices),
    "editions": lambda: set(EDITIONS),
    "refusals": lambda: set(REFUSAL_REASONS) | refused_by_readers(),
    "trace": words_of_the_look_up,
}


@pytest.mark.parametrize("section", IN_CODE)
def test_the_ids_of_a_section_are_those_of_the_code(section: str) -> None:
    assert ids(section) == IN_CODE[section]()


def test_a_score_without_a_level_and_the_whole_set_have_their_words() -> None:
    labels = load_reference(REFERENCE).labels
    states = set(CONTRACTS["scores"].columns["state"].choices) - {"scored"}
    for section in OF_LEVELS:
        assert set(labels[section]) == {"1", "2", "3", *states, NOT_CONCLUDED, NOT_SUBMITTED}
    assert (OVERALL,) == WHOLE_SET


def test_a_mark_is_told_alike_wherever_it_stands() -> None:
    assert load_reference(REFERENCE).labels["marks"] == MARK_TITLES


@pytest.mark.parametrize("section", [*TEXTS, *OF_GROUPS, *OF_LEVELS])
def test_every_section_is_read(section: str) -> None:
    readers = [path for path, text in sources() if f'"{section}"' in text or f"'{section}'" in text]
    assert readers, f"nothing asks for '{section}'"


def test_every_single_word_is_asked_for_by_its_name() -> None:
    """Sections that code reads word by word, not by an id of data."""
    literals = {node.value for _, one in sources() for node in ast.walk(ast.parse(one)) if isinstance(node, ast.Constant)}  # fmt: skip
    for section in (
        "notes",
        "inspection",
        "banners",
        "hidden",
        "document",
        "rest",
        "charts",
        "scopes",
        "columns",
    ):
        unread = {word for word in ids(section) if word not in literals}
        assert not unread, f"{section}: {unread}"


def test_what_an_issue_keeps_is_told_though_it_is_declared_no_more() -> None:
    report = report_world.report(HK1)
    assert stored_label(report, "score_levels_short", "9") == "9"
    assert group_title(report, "9") == "Nhóm 9: 9"
    with pytest.raises(KeyError):
        label(report, "score_levels_short", "9")


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(DeclarationError) as caught:
        load_reference(folder)
    return str(caught.value).split("\n")[1:]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('  "unreadable": "không đọc được"\n', '  "unreadible": "không đọc được"\n',
         "labels.yml:{line}: không có khóa 'unreadible' và thiếu khóa 'unreadable'; có phải 'unreadable' không?"),
        ('"overall": "Chung"', '"overal": "Chung"',
         "labels.yml:{line}: không có khóa 'overal' và thiếu khóa 'overall'; có phải 'overall' không?"),
        ('  "1": "Mức 1"', '  1: "Mức 1"', "labels.yml:{line}: khóa '1' phải đặt trong nháy kép"),
        ('  "no": "Không"', '  no: "Không"', "labels.yml:{line}: khóa 'no' phải đặt trong nháy kép"),
        ('"{count:two_digits} nhiệm vụ khác"', '"{so:two_digits} nhiệm vụ khác"',
         "labels.yml:{line}: chỗ điền '{{so}}' trong 'tasks' không dùng được; dùng được: count"),
        ('  "no": "Không"\n', '  "no": ""\n', "labels.yml:{line}: thiếu 'no'"),
        ('scopes:\n', 'scope:\n', "labels.yml:{line}: không có khóa 'scope' và thiếu khóa 'scopes'; có phải 'scopes' không?"),
    ],
    ids=["id", "id of a group", "number", "truth", "place", "empty", "section"],
)  # fmt: skip
def test_a_slip_is_told_at_its_line_alone(tmp_path: Path, old: str, new: str, told: str) -> None:
    line = change(copy_reference(tmp_path) / "labels.yml", old, new)
    lines = problems_of(tmp_path / "reference")
    assert lines == [f"  {told.format(line=line)}"]


def test_a_new_group_owes_its_words_and_a_broken_set_asks_for_none(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    text = (folder / SET).read_text(encoding="utf-8")
    (folder / SET).write_text(text.replace('  - id: "2"\n', '  - id: "3"\n', 1), encoding="utf-8")
    long = change(folder / "labels.yml", '  "2": "Nhóm 2.', '  "2": "Nhóm 2.')
    short = change(folder / "labels.yml", '  "2": "Quản trị"', '  "2": "Quản trị"')
    assert [line for line in problems_of(folder) if "labels.yml" in line] == [
        f"  labels.yml:{long - 1}: thiếu '3' (cùng lỗi này ở :{short - 1})",
        f"  labels.yml:{long}: không có khóa '2'; các khóa được dùng: 1, 3, overall (cùng lỗi này ở :{short})",
    ]
    (folder / SET).write_text(text.replace("level_bands:", "bands_of_levels: [1]\nlevel_bands:", 1), "utf-8")
    assert not [line for line in problems_of(folder) if "labels.yml" in line]
