"""A list beyond the declared size is cut between communes: nothing is lost, each file fits, the index says what is where."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "workbench"))

from report_world import report

from termreview.reporting.editions.scope import EDITIONS
from termreview.reporting.records.published import flat_parts
from termreview.reporting.report.context import present
from termreview.reporting.report.flat_table import flat_csv, flat_table, write_flat
from termreview.rollup.handed_in import find_handed_in
from termreview.rollup.merging import merge_offices

NAME = "bc-du-lieu.csv"


@pytest.fixture(scope="module", params=EDITIONS)
def table(request: pytest.FixtureRequest) -> pd.DataFrame:
    return flat_table(present(report(), edition=request.param))


def lines_of(*paths: Path) -> list[bytes]:
    """The rows of some files, without their heads, in order."""
    return sorted(line for path in paths for line in path.read_bytes().split(b"\r\n")[1:-1])


def size_of(table: pd.DataFrame, commune: str) -> int:
    return len(flat_csv(table[table["commune_code"] == commune]))


def test_a_small_list_is_one_file_as_ever(table: pd.DataFrame, tmp_path: Path) -> None:
    whole = flat_csv(table)
    assert write_flat(table, tmp_path / NAME, len(whole)) == [tmp_path / NAME]
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert (tmp_path / NAME).read_bytes() == whole
    assert flat_parts(tmp_path / NAME) == []


def test_a_large_list_is_cut_between_communes_and_nothing_is_lost(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    communes = sorted(code for code in table["commune_code"].unique() if code)
    most = max(size_of(table, code) for code in communes)
    written = write_flat(table, tmp_path / NAME, most)
    main, *parts, index = written
    assert [main, *flat_parts(main)] == written
    assert sorted(tmp_path.iterdir()) == sorted(written)
    assert len(parts) > 1
    assert all(path.stat().st_size <= most for path in parts)
    assert lines_of(main, *parts) == sorted(flat_csv(table).split(b"\r\n")[1:-1])
    assert all(path.read_bytes().startswith(flat_csv(table.iloc[:0]).strip()) for path in (main, *parts))
    told = pd.read_csv(index, sep=";", encoding="utf-8-sig", dtype=str, keep_default_na=False)
    where = {
        code: [path.name for path in parts if f";{code};".encode() in path.read_bytes()] for code in communes
    }
    assert all(len(names) == 1 for names in where.values())  # no commune is cut
    own = told[told["commune_code"] != ""]
    assert dict(zip(own["commune_code"], own["file"], strict=True)) == {
        code: one for code, [one] in where.items()
    }
    assert told["row_count"].astype(int).sum() == len(table)
    assert own["school_count"].astype(int).sum() == table["school_code"].replace("", None).nunique()
    for number, path in enumerate(parts, start=1):
        codes = sorted(own.loc[own["file"] == path.name, "commune_code"])
        named = "-".join(dict.fromkeys((codes[0], codes[-1])))
        assert path.name == f"bc-du-lieu-{number:02d}-{named}.csv"


def test_a_commune_that_fits_no_file_is_cut_between_schools(table: pd.DataFrame, tmp_path: Path) -> None:
    codes = table["school_code"].replace("", None)
    most = max(len(flat_csv(own)) for _, own in table.groupby(["commune_code", codes.fillna("")]) if own["commune_code"].iloc[0])  # fmt: skip
    main, *parts, _ = write_flat(table, tmp_path / NAME, most)
    assert all(path.stat().st_size <= most for path in parts)
    assert lines_of(main, *parts) == sorted(flat_csv(table).split(b"\r\n")[1:-1])
    schools = [set(pd.read_csv(path, sep=";", dtype=str)["school_code"].dropna()) for path in parts]
    assert sum(map(len, schools)) == codes.nunique()  # each school in one file


def test_a_list_in_parts_is_merged_as_the_whole_and_one_that_lacks_is_named(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    edition = table["edition"].iloc[0]
    whole = tmp_path / "whole" / NAME
    whole.parent.mkdir()
    whole.write_bytes(flat_csv(table))
    cut = tmp_path / "cut" / NAME
    cut.parent.mkdir()
    _, first, *_ = write_flat(table, cut, 30_000)
    one, other = (merge_offices(find_handed_in([path.parent]), edition=edition) for path in (whole, cut))
    assert other.problems == ()
    pd.testing.assert_frame_equal(one.totals, other.totals)
    assert len(one.rows) == len(other.rows)
    first.unlink()
    found = merge_offices(find_handed_in([cut.parent]), edition=edition)
    assert [(each.code, each.what) for each in found.problems] == [("parts_missing", first.name)]
    assert found.rows.empty
    flat_parts(cut)[-1].unlink()  # without the index, schools that lack tell it, unless it has none at all
    cut.write_bytes(cut.read_bytes() + first_school(table))
    found = merge_offices(find_handed_in([cut.parent]), edition=edition)
    assert [each.code for each in found.problems] == ["parts_missing"]


def first_school(table: pd.DataFrame) -> bytes:
    """The rows of one school, as they stand in a list."""
    own = table[table["school_code"] == table["school_code"].max()]
    return flat_csv(own).partition(b"\r\n")[2]
