"""The schema of declared texts is that of the shipped files, and an office's file is held against it."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
import yaml

from termreview.errors import DeclarationError
from termreview.reference.declarations import load_reference
from termreview.reference.loading.text_schema import OWN, SCHEMA, keys_of, text_schema
from worlds import REFERENCE, change, copy_reference

ROWS = list(csv.DictReader(SCHEMA.read_text(encoding="utf-8").splitlines()))
TREES = [file for file in text_schema() if file not in ("form.yml", "messages.csv")]


def declared(file: str) -> dict[str, set[str]]:
    return {row["key"]: set(row["places"].split()) for row in ROWS if row["file"] == file}


@pytest.mark.parametrize("file", TREES)
def test_the_schema_names_the_texts_of_the_shipped_file(file: str) -> None:
    tree = yaml.safe_load((REFERENCE / file).read_text(encoding="utf-8"))
    shipped = dict(keys_of(tree, OWN.get(file, ())))
    assert shipped.keys() == declared(file).keys(), "run python .ci/make_text_schema.py"
    assert {key for key, used in shipped.items() if not used <= declared(file)[key]} == set()


def test_the_schema_names_the_words_of_every_form() -> None:
    for path in REFERENCE.glob("forms/*/form.yml"):
        words = yaml.safe_load(path.read_text(encoding="utf-8"))["words"]
        assert {f"words/{name}" for name in words} == declared("form.yml").keys()


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        ("desk.yml", "  refresh:", "  refrsh:", "không có khóa 'refrsh' và thiếu khóa 'refresh'; có phải 'refresh' không?"),
        ("provenance.yml", "  made_of:", "  of_what_made:", "thiếu 'made_of'"),
        ("publishing.yml", "{unit}", "{units}", "chỗ điền '{units}' trong 'in_unit' không dùng được; dùng được: unit"),
        ("adoption.yml", '  "total": [', '  "totals": [', "không có khóa 'totals' và thiếu khóa 'total'"),
        ("returns.yml", "refused_instructions:\n", "refused_instructions: []\nmore_instructions:\n", "thiếu 'refused_instructions'"),
        ("highlights.yml", "  tasks_label: ", "  tasks_label:\n    many: ", "'tasks_label' không đếm gì"),
    ],
)  # fmt: skip
def test_a_slip_is_told_with_what_is_meant(file: str, old: str, new: str, told: str, tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    change(folder / file, old, new)
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    assert any(problem.file == file and told in problem.message for problem in raised.value.problems), str(
        raised.value
    )
