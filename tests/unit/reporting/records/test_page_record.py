"""What a page carries of itself, and the seal that tells which of its sections were changed afterwards."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from page_world import RECORD

from termreview.reporting.records.page_record import (
    parts_of_page,
    read_record,
    record_text,
    seal_of,
    with_record,
    without_record,
)
from termreview.reporting.records.page_values import lookup_element, with_plain_lookup

PAGE = (
    "<!DOCTYPE html>\n<html><head>\n<title>Báo cáo</title>\n<style>p{}</style></head>\n<body>\n<p>Mở đầu</p>\n"
    '<h2 id="muc-1">Một</h2><p>50/55</p>\n<h3 id="muc-1-1">Một một</h3><p>x</p>\n'
    '<footer class="page-footer"><p>Chân</p></footer>\n'
    '<script type="application/json" id="tra-cuu-so-lieu">{"a":[1]}</script>\n</body></html>\n'
)


def test_a_record_is_read_back_from_the_head_alone(tmp_path: Path) -> None:
    whole = with_record(PAGE, RECORD)
    assert without_record(whole) == PAGE
    assert "</script><b>" not in whole
    path = tmp_path / "page.html"
    path.write_text(whole[: whole.index("</head>")] + " " * 200_000, encoding="utf-8")
    for found in (record_text(whole), read_record(path)):
        assert found is not None
        assert {name: value for name, value in found.items() if name != "seal"} == RECORD
        assert found["seal"] == seal_of(PAGE, RECORD)


def test_a_long_record_is_read_whole(tmp_path: Path) -> None:
    record = RECORD | {"files": [f"Báo cáo {number}.xlsx" for number in range(20_000)]}
    (tmp_path / "page.html").write_text(with_record(PAGE, record), encoding="utf-8")
    found = read_record(tmp_path / "page.html")
    assert found is not None
    assert found["files"] == record["files"]


BAD: dict[str, str] = {
    "no record": PAGE,
    "nothing": "",
    "of another format": with_record(PAGE, RECORD | {"format": 99}),
    "broken": with_record(PAGE, RECORD).replace('"format"', "x"),
    "without a status": with_record(PAGE, {name: told for name, told in RECORD.items() if name != "status"}),
    "no day": with_record(PAGE, RECORD | {"as_of": "hôm nay"}),
    "no count": with_record(PAGE, RECORD | {"figures": {"expected_count": "2"}}),
    "no file": with_record(
        PAGE, RECORD | {"origin": RECORD["origin"] | {"inputs": [{"term_id": "x", "files": [["a"]]}]}}
    ),
    "no step": with_record(PAGE, RECORD | {"step": 1}),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_a_page_without_a_record_that_is_understood_has_none(content: str, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(content, encoding="utf-8")
    assert record_text(content) is None
    assert read_record(tmp_path / "page.html") is None


def test_a_page_is_cut_without_losing_a_letter() -> None:
    parts = parts_of_page(PAGE)
    assert [name for name, _ in parts] == ["head", "lead", "muc-1", "muc-1-1", "foot", "lookup"]
    assert "".join(markup for _, markup in parts) == PAGE


@pytest.mark.parametrize(
    ("old", "new", "part"),
    [
        ("50/55", "54/55", "muc-1"), ("Mở đầu", "Mở", "lead"), ("p{}", "p{color:red}", "head"),
        ("Chân", "Đáy", "foot"), ('"a":[1]', '"a":[2]', "lookup"), ("<p>x", '<p class="y">x', "muc-1-1"),
    ],
)  # fmt: skip
def test_the_seal_tells_which_part_was_changed(old: str, new: str, part: str) -> None:
    before, after = dict(seal_of(PAGE, RECORD)), dict(seal_of(PAGE.replace(old, new), RECORD))
    assert [name for name in before if before[name] != after[name]] == [part]


def test_the_seal_covers_the_record_itself() -> None:
    before, after = dict(seal_of(PAGE, RECORD)), dict(seal_of(PAGE, RECORD | {"term_id": "2023-2024-hk2"}))
    assert [name for name in before if before[name] != after[name]] == ["record"]
    assert json.loads(json.dumps(before)) == dict(seal_of(PAGE, RECORD | {"seal": [["old", "hash"]]}))


def test_a_large_look_up_is_packed_and_sealed_as_the_text_it_holds() -> None:
    """Deflate promises no bytes: the seal is that of the JSON, whatever packed it; a damaged one stays as it is."""
    text = json.dumps({"trường": ["MN Hoa Sen"] * 100_000}, ensure_ascii=False)
    plain = f'<script type="application/json" id="tra-cuu-so-lieu">{text}</script>'
    packed = lookup_element(text)
    assert len(packed) < len(text) / 20
    assert lookup_element("{}") == '<script type="application/json" id="tra-cuu-so-lieu">{}</script>'
    pages = [PAGE.replace("</body>", f"{element}\n</body>") for element in (plain, packed)]
    assert with_plain_lookup(pages[1]) == pages[0] == with_plain_lookup(pages[0])
    assert seal_of(pages[1], RECORD) == seal_of(pages[0], RECORD)
    damaged = pages[1].replace('base64" id="tra-cuu-so-lieu">', 'base64" id="tra-cuu-so-lieu">x')
    assert with_plain_lookup(damaged) == damaged
    assert seal_of(damaged, RECORD) != seal_of(pages[0], RECORD)
