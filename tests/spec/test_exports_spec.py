"""Exports of systems as the office reads them (`exports.yml`): each layout, and each way in which a file of it comes differently."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from termreview.reference.declarations import Reference, TermReference, load_reference
from termreview.sources.facts import RECORD, read_sources
from worlds import REFERENCE, cp1258, term_of

CASES: list[dict[str, Any]] = yaml.load(
    (Path(__file__).parent / "exports.yml").read_text(encoding="utf-8"), Loader=yaml.BaseLoader
)["cases"]
DOMAINS = {"th1.example.edu.vn": "0477201", "example-thcs.edu.vn": "0477301"}
EACH = pytest.mark.parametrize("case", CASES, ids=[case["layout"] for case in CASES])
DATED = [
    case for case in CASES if "2024" in case["text"] or "/23 " in case["text"] or "/2023 " in case["text"]
]
Row = Sequence[str]


@pytest.fixture(scope="module")
def reference() -> Reference:
    found = load_reference(REFERENCE)
    return replace(found, sources=replace(found.sources, domains=DOMAINS))


@pytest.fixture(scope="module")
def declared(reference: Reference) -> TermReference:
    return term_of(reference)


def rows_of(case: Mapping[str, Any]) -> list[Row]:
    return list(csv.reader(io.StringIO(case["text"])))


def as_bytes(rows: Sequence[Row], separator: str = ",", encoding: str = "utf-8-sig") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=separator).writerows(rows)
    return stream.getvalue().encode(encoding)


def wanted(case: Mapping[str, Any]) -> dict[tuple[str, str], float]:
    return {
        (school, fact): float(value) for school, own in case["facts"].items() for fact, value in own.items()
    }


class Counted:
    """What a folder of some files came to: the figures, and the state of each file."""

    def __init__(
        self, folder: Path, reference: Reference, declared: TermReference, files: Mapping[str, bytes]
    ) -> None:
        for name, content in files.items():
            (folder / name).write_bytes(content)
        found = read_sources(folder, reference, declared)
        keys = zip(found.facts["school_id"], found.facts["fact_id"], strict=True)
        self.facts = dict(zip(keys, found.facts["value"], strict=True))
        self.files: pd.DataFrame = found.files


@EACH
def test_the_office_reads_what_is_counted(
    case: dict[str, Any], tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    found = Counted(tmp_path, reference, declared, {case["file"]: as_bytes(rows_of(case))})
    assert found.facts == wanted(case), case["case"]
    assert found.files[["source_id", "state"]].to_numpy().tolist() == [[case["layout"], "read"]]


def test_every_declared_layout_has_its_case(reference: Reference) -> None:
    assert {case["layout"] for case in CASES} == {layout.source_id for layout in reference.sources.layouts}
    assert len(CASES) == 15


@EACH
def test_an_older_form_of_the_file_counts_the_same(
    case: dict[str, Any], tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    heads, *rows = rows_of(case)
    older = case["older"]
    kept = [place for place, head in enumerate(heads) if head not in older.get("drop", ())]
    assert len(kept) == len(heads) - len(older.get("drop", ()))
    names = [older.get("rename", {}).get(heads[place], heads[place]) for place in kept]
    found = Counted(
        tmp_path,
        reference,
        declared,
        {case["file"]: as_bytes([names, *([row[at] for at in kept] for row in rows)])},
    )
    assert found.facts == wanted(case)


@EACH
def test_shuffled_columns_and_titles_above_count_the_same(
    case: dict[str, Any], tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    rows = [row[::-1] for row in rows_of(case)]
    width = len(rows[0])
    titled = [["DANH SÁCH", *[""] * (width - 1)], [""] * width, *rows]
    found = Counted(tmp_path, reference, declared, {case["file"]: as_bytes(titled)})
    assert found.facts == wanted(case)


@EACH
@pytest.mark.parametrize(
    "encode",
    [
        lambda rows: as_bytes(rows, ";", "utf-8"), lambda rows: as_bytes(rows, "\t", "utf-16"),
        lambda rows: cp1258(as_bytes(rows, encoding="utf-8").decode("utf-8")),
        lambda rows: as_bytes(rows).decode("latin-1").encode("utf-8"),
    ],
    ids=["semicolons without a mark", "UTF-16 with tabs", "an old Vietnamese code page", "read in a wrong one and saved"],
)  # fmt: skip
def test_another_encoding_counts_the_same_or_is_refused_by_name(
    case: dict[str, Any], encode: Callable[[Sequence[Row]], bytes], tmp_path: Path, reference: Reference, declared: TermReference
) -> None:  # fmt: skip
    found = Counted(tmp_path, reference, declared, {case["file"]: encode(rows_of(case))})
    [state], [reason] = found.files["state"], found.files["reason_code"]
    assert found.facts == wanted(case) or (found.facts == {} and state == "refused" and reason)


@EACH
def test_rows_of_another_school_count_for_nobody(
    case: dict[str, Any], tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    text = as_bytes(rows_of(case)).decode("utf-8-sig")
    for own, other in (
        ("th1.example.edu.vn", "noi-khac.example"), ("example-thcs.edu.vn", "noi-khac.example"), ("0477201", "9999999"),
        ("0477301", "9999998"), ("TH Trần Quốc Toản", "ở nơi khác"), ("TH TRẦN QUỐC TOẢN", "Ở NƠI KHÁC"), ("THCS Nguyễn Du", "khác"),
    ):  # fmt: skip
        text = text.replace(own, other)
    found = Counted(tmp_path, reference, declared, {"tep-xuat.csv": text.encode("utf-8-sig")})
    assert found.facts == {}
    rows = [row for row in rows_of(case)[1:] if any(row[:2])]  # a second row of heads is no row of the list
    assert found.files["rows_of_no_school"].tolist() == [len(rows)]
    assert found.files["rows_counted"].tolist() == [0]


@EACH
def test_the_same_file_twice_counts_once(
    case: dict[str, Any], tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    content, stem = as_bytes(rows_of(case)), Path(case["file"]).stem
    found = Counted(tmp_path, reference, declared, {case["file"]: content, f"{stem} (1).csv": content})
    assert found.facts == wanted(case)
    assert sorted(found.files["state"]) == ["read", "twice"]


@pytest.mark.parametrize("case", DATED, ids=[case["layout"] for case in DATED])
def test_a_file_of_another_period_counts_nothing_where_its_layout_tells_the_period(
    case: dict[str, Any], tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    text = case["text"].replace("2024", "2021").replace("2023", "2020").replace("/23 ", "/20 ")
    files = {case["file"]: as_bytes(list(csv.reader(io.StringIO(text))))}
    found = Counted(tmp_path, reference, declared, files)
    layout = next(one for one in reference.sources.layouts if one.source_id == case["layout"])
    if layout.period_end:
        assert found.facts == {}
        assert found.files["state"].tolist() == ["other_period"]
    else:  # such a list tells no day: what it counts stands, and the office's folder says of which term it is
        assert found.files["period_to"].isna().all()


@EACH
def test_nothing_of_a_row_is_kept(
    case: dict[str, Any], tmp_path: Path, reference: Reference, declared: TermReference
) -> None:
    """Values that tell rows apart (accounts, codes, names) are planted in every column that is no fact; none is in the record."""
    layout = next(one for one in reference.sources.layouts if one.source_id == case["layout"])
    Counted(tmp_path, reference, declared, {case["file"]: as_bytes(rows_of(case))})
    kept = (tmp_path / RECORD).read_text(encoding="utf-8")
    heads, *rows = rows_of(case)
    identity = [
        head for one in (layout.identity, layout.row_key) if one for head in layout.columns[one].heads
    ]
    secrets = {
        row[place]
        for row in rows
        for place, head in enumerate(heads)
        if head.split(" [")[0] in identity or "@" in row[place]
    }
    secrets -= {"0477201", "0477301"}
    assert not [secret for secret in secrets if len(secret) > 3 and "2024" not in secret and secret in kept]
