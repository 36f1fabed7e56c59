"""Nine offices added up by the command's own library: sums by hand, and every file that does not fit named, not added."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.append(str(Path(__file__).resolve().parents[1] / "reporting" / "workbench"))

from report_world import reference
from test_flat_table import OFFICES, office

from termreview.reporting.report.flat_table import flat_csv, flat_table
from termreview.rollup.handed_in import RowCache, find_handed_in
from termreview.rollup.merging import Merged, merge_offices, own_list

RATIO = "teachers_using_software"


@pytest.fixture(scope="module")
def tables() -> dict[int, pd.DataFrame]:
    return {number: flat_table(office(number)) for number in OFFICES}


@pytest.fixture
def folder(tables: dict[int, pd.DataFrame], tmp_path: Path) -> Path:
    for number, rows in tables.items():
        hand_in(tmp_path / f"office-{number}", f"bc-{number}", rows)
    return tmp_path


def hand_in(folder: Path, name: str, rows: pd.DataFrame) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}-du-lieu.csv").write_bytes(flat_csv(rows))


def hide_in_first(folder: Path, tables: dict[int, pd.DataFrame]) -> None:
    """Have the first office hide its figure of one ratio."""
    own = tables[1].copy()
    is_it = (own["indicator_id"] == RATIO) & (own["scope"] == "office")
    own.loc[is_it, ["numerator", "denominator", "value"]] = None
    own.loc[is_it, "state"] = "hidden"
    hand_in(folder / "office-1", "bc-1", own)


def merged(folder: Path, **options: object) -> Merged:
    return merge_offices(find_handed_in([folder]), edition="internal", **options)  # type: ignore[arg-type]


def figure(found: Merged, scope: str, level: str = "", indicator: str = RATIO) -> pd.Series:
    totals = found.totals
    is_it = (totals["scope"] == scope) & (totals["level"] == level) & (totals["indicator_id"] == indicator)
    [row] = [row for _, row in totals[is_it & (totals["kind"] == "ratio")].iterrows()]
    return row


def told(found: Merged) -> list[tuple[str, str]]:
    return [(problem.code, problem.what) for problem in found.problems]


def test_nine_offices_add_up_and_shares_are_divided_anew(folder: Path) -> None:
    found = merged(folder)
    assert found.problems == ()
    assert found.offices == [f"office-{number:02d}" for number in OFFICES]
    whole = figure(found, "office")
    # By hand: primary 1 + … + 9 = 45 of 90, lower secondary 8 × 2 = 16 of 64; together 61 of 154.
    assert whole[["numerator", "denominator", "counted_schools", "asked_schools", "offices"]].tolist() == [
        61,
        154,
        17,
        27,
        9,
    ]
    assert whole["value"] == pytest.approx(100 * 61 / 154)
    assert figure(found, "level", "th")["value"] == pytest.approx(50.0)
    nobody = figure(found, "level", "th_thcs")
    assert (nobody["state"], nobody["counted_schools"]) == ("uncounted", 0)
    assert pd.isna(nobody["value"])  # nobody answered: missing, not zero


def test_what_does_not_fit_is_named_and_left_out(folder: Path, tables: dict[int, pd.DataFrame]) -> None:
    (folder / "office-1" / "bc-1-du-lieu.csv").write_bytes(b"\xff\xfe\x00not a list")
    hand_in(folder / "office-2", "bc-2", tables[2].drop(columns="state"))
    hand_in(folder / "office-3", "bc-3", tables[3].assign(scope=tables[3]["scope"].replace("office", "part")))
    hand_in(folder / "office-4", "bc-4", pd.concat([tables[4], tables[4].iloc[:1]]))
    hand_in(folder / "office-5", "bc-5", tables[5].assign(term_id="2022-2023-hk1"))
    found = merged(folder, expected=[f"office-{number:02d}" for number in (*OFFICES, 10)])
    assert found.offices == ["office-06", "office-07", "office-08", "office-09"]
    codes = [code for code, _ in told(found)]
    assert codes[:1] in (["unreadable"], ["columns_missing"])
    assert set(codes) >= {"columns_missing", "not_whole", "key_twice", "other_term", "missing_office"}
    missing = [what for code, what in told(found) if code == "missing_office"]
    assert missing == [f"office-{number:02d}" for number in (1, 2, 3, 4, 5, 10)]
    assert figure(found, "office")["numerator"] == 6 + 7 + 8 + 9 + 3 * 2  # office 9 has no lower secondary


def test_files_of_one_name_are_told_apart_by_their_folders(
    folder: Path, tables: dict[int, pd.DataFrame]
) -> None:
    for number in (1, 2):
        (folder / f"office-{number}" / f"bc-{number}-du-lieu.csv").unlink()
        hand_in(folder / f"office-{number}", "bc", tables[number])
    (folder / "office-1" / "bc-du-lieu.csv").write_bytes(b"")
    (folder / "office-2" / "bc-du-lieu.csv").write_bytes(b"\xff\xfe;")
    found = merged(folder)
    assert [(one.code, one.file, one.what) for one in found.problems] == [
        ("unreadable", "office-1/bc-du-lieu.csv", ""),
        ("unreadable", "office-2/bc-du-lieu.csv", ""),
    ]


def test_an_office_that_hands_in_the_other_edition_alone_is_named(
    folder: Path, tables: dict[int, pd.DataFrame]
) -> None:
    hand_in(folder / "office-1", "bc-1", tables[1].assign(edition="shareable"))
    hand_in(
        folder / "office-2", "bc-2-chia-se", tables[2].assign(edition="shareable")
    )  # beside its internal one
    found = merged(folder)
    assert told(found) == [("other_edition", "office-01")]
    assert "office-01" not in found.offices
    assert "office-02" in found.offices


def test_a_later_file_of_an_office_replaces_the_earlier(
    folder: Path, tables: dict[int, pd.DataFrame]
) -> None:
    newer = tables[1].assign(as_of="2024-02-01")
    is_it = (newer["indicator_id"] == RATIO) & newer["scope"].isin(["office", "level"])
    newer.loc[is_it & (newer["numerator"] > 0), "numerator"] += 1
    hand_in(folder / "office-1-again", "bc-1", newer)
    found = merged(folder)
    assert [code for code, _ in told(found)] == ["replaced"]
    assert figure(found, "office")["numerator"] == 62
    hand_in(folder / "office-1-again", "bc-1", newer.assign(as_of=tables[1]["as_of"]))
    assert [code for code, _ in told(merged(folder))] == ["same_day"]
    hand_in(folder / "office-1-again", "bc-1", tables[1])
    assert [code for code, _ in told(merged(folder))] == ["replaced"]  # the same file twice is no question


def test_offices_that_claim_one_school_are_both_left_out(
    folder: Path, tables: dict[int, pd.DataFrame]
) -> None:
    own = tables[2].copy()
    own["school_code"] = own["school_code"].str.replace("02-0201", "01-0201")
    hand_in(folder / "office-2", "bc-2", own)
    found = merged(folder)
    assert told(found) == [("school_twice", "01-0201")]
    assert len(found.offices) == 7


def test_other_definitions_are_added_up_apart(folder: Path, tables: dict[int, pd.DataFrame]) -> None:
    hand_in(folder / "office-9", "bc-9", tables[9].assign(definition="bc-2026"))
    found = merged(folder)
    assert ("definitions", f"ratio {RATIO}: bc-2026, cv407-2023") in told(found)
    rows = found.totals.query(f"scope == 'office' and kind == 'ratio' and indicator_id == '{RATIO}'")
    assert dict(zip(rows["definition"], rows["numerator"], strict=True)) == {"cv407-2023": 52, "bc-2026": 9}


def test_a_hidden_figure_is_never_part_of_a_sum_and_the_sum_says_so(
    folder: Path, tables: dict[int, pd.DataFrame]
) -> None:
    hide_in_first(folder, tables)
    whole = figure(merged(folder), "office")
    assert (whole["numerator"], whole["state"], whole["offices"]) == (61 - 3, "partly_hidden", 8)


def test_only_the_office_that_hands_in_again_is_read_and_the_sums_are_those_of_a_fresh_merge(
    folder: Path, tables: dict[int, pd.DataFrame], tmp_path: Path
) -> None:
    def cached(made_of: str = "") -> Merged:
        cache = RowCache.of(tmp_path / "kept", reference())
        return merged(folder, cache=RowCache(cache.folder, cache.made_of + made_of))

    assert cached().read_count == 9
    assert cached().read_count == 0
    hand_in(folder / "office-1", "bc-1", tables[1].assign(as_of="2024-02-01"))
    again = cached()
    assert [one.path.parent.name for one in again.files if one.is_read] == ["office-1"]
    fresh = merged(folder)
    pd.testing.assert_frame_equal(again.rows, fresh.rows)
    pd.testing.assert_frame_equal(again.totals, fresh.totals)
    assert flat_csv(again.rows) == flat_csv(fresh.rows)
    assert flat_csv(again.totals) == flat_csv(fresh.totals)
    assert cached(", other declarations or another program").read_count == 9
    kept = sorted((tmp_path / "kept").glob("*.parquet"))
    for path in kept:
        path.write_bytes(path.read_bytes()[:100])  # torn by a crash
    assert cached().read_count == 9
    (folder / "office-2" / "bc-2-du-lieu.csv").write_bytes(b"")
    assert cached().read_count == 1  # what cannot be read is not kept
    assert cached().read_count == 1


def test_the_nation_adds_up_provinces_that_added_up_offices(folder: Path, tmp_path: Path) -> None:
    """Offices 1-4, 5-8 and 9 are three provinces: the nation's figures are those of the nine offices merged at once."""
    provinces = {"tinh-a": range(1, 5), "tinh-b": range(5, 9), "tinh-c": range(9, 10)}
    at_once = merged(folder)
    above = tmp_path / "nation"
    for code, numbers in provinces.items():
        found = merge_offices(
            find_handed_in([folder / f"office-{number}" for number in numbers]), edition="internal"
        )
        hand_in(above / code, "bc", own_list(found, code))
    nation = merged(above)
    assert nation.problems == ()
    assert nation.offices == list(provinces)
    key = ["scope", "level", "kind", "indicator_id", "definition"]
    figures = ["numerator", "denominator", "value", "counted_schools", "asked_schools", "state"]
    one, other = (found.totals.set_index(key)[figures].sort_index() for found in (nation, at_once))
    pd.testing.assert_frame_equal(one, other, check_dtype=False)
    schools = nation.rows.query("scope == 'school'")
    assert (len(schools), set(schools["kind"])) == (4 * 9, {"reporting"})


def test_a_school_of_two_provinces_is_found_by_the_nation(
    folder: Path, tables: dict[int, pd.DataFrame], tmp_path: Path
) -> None:
    own = tables[2].copy()
    own["school_code"] = own["school_code"].str.replace("02-0201", "01-0201")
    hand_in(folder / "office-2", "bc-2", own)
    for number in (1, 2):
        found = merge_offices(find_handed_in([folder / f"office-{number}"]), edition="internal")
        hand_in(tmp_path / "nation" / f"tinh-{number}", "bc", own_list(found, f"tinh-{number}"))
    assert told(merged(tmp_path / "nation")) == [("school_twice", "01-0201")]


def test_what_an_office_hides_stays_said_on_every_level_above(
    folder: Path, tables: dict[int, pd.DataFrame], tmp_path: Path
) -> None:
    hide_in_first(folder, tables)
    for code, numbers in {"tinh-a": (1,), "tinh-b": (1, 2), "tinh-c": range(3, 10)}.items():
        found = merge_offices(
            find_handed_in([folder / f"office-{number}" for number in numbers]), edition="internal"
        )
        rows = own_list(found, code)
        if code == "tinh-a":
            hidden = rows.query(f"indicator_id == '{RATIO}' and scope == 'office'")
            assert hidden["state"].tolist() == ["hidden"]  # of one office alone nothing is left
            continue
        hand_in(tmp_path / "nation" / code, "bc", rows)
    whole = figure(merged(tmp_path / "nation"), "office")
    assert (whole["numerator"], whole["state"]) == (61 - 3, "partly_hidden")
