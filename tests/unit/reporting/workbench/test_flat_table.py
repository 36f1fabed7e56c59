"""The plain rows of a report: nine offices' annexes and lists add up by machine; nothing hidden comes out of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from disclosure_world import Reader, with_counts
from office_world import TITLE, small_report
from report_world import build_tables, reference, report, tables_of

from termreview.proof.verify import file_differences
from termreview.reference.declarations import TermReference
from termreview.reporting.editions.scope import SHAREABLE
from termreview.reporting.editions.suppression import decide_suppression
from termreview.reporting.excel.annex import CODE_ROW, FLAT_SHEET, HEAD_ROW, export_xlsx
from termreview.reporting.report.context import ReportContext, build_view, present
from termreview.reporting.report.flat_table import COLUMNS, KEY, NUMBERS, flat_csv, flat_table
from termreview.reporting.summaries.communes import sums_by_commune
from termreview.scoring.score import score_term
from termreview.terms import parse_term
from worlds import HK1, observe, term_of

OFFICES = range(1, 10)
MN, TH, THCS, BOTH = "101", "201", "301", "401"
USING, TEACHERS = "teachers_using_software_count", "teachers_count.total"
TEXTS = {name: str for name in COLUMNS if name not in NUMBERS}


def office(number: int) -> ReportContext:
    """One office of four schools, its own codes: the primary school alone answers as its number says.

    Lower secondary of office 9 has sent nothing; the combined school answers nothing of this.
    """
    whole = term_of(reference())
    schools = tuple(replace(each, unit_id=f"{number:02d}-0{each.unit_id[-3:]}") for each in whole.schools)
    declared: TermReference = replace(
        whole, schools=schools, office=replace(whole.office, office_id=f"office-{number:02d}")
    )
    tables = build_tables(declared, "on_time")
    own = {name: f"{number:02d}-0{name}" for name in (MN, TH, THCS, BOTH)}
    answers = {own[MN]: {}, own[BOTH]: {}, own[TH]: {USING: number, TEACHERS: 10}}
    if number < 9:
        answers[own[THCS]] = {USING: 2, TEACHERS: 8}
    observed = observe(declared, answers)
    sent = tables.submissions["school_id"].isin(list(answers))
    scored = score_term(observed, declared)
    tables = replace(
        tables, observations=observed, ledger=scored.ledger, scores=scored.scores,
        submissions=tables.submissions[sent].reset_index(drop=True), findings=tables.findings.iloc[:0],
    )  # fmt: skip
    return ReportContext(reference(), build_view(reference(), declared, tables), None, declared.plan.due_on)


@pytest.fixture(scope="module", params=["xlsx", "csv"])
def merged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The nine offices' files as a province reads them, with pandas alone."""
    folder = tmp_path_factory.mktemp(request.param)
    files = small_report(folder / "report") if request.param == "xlsx" else None
    for number in OFFICES:
        rows = flat_table(office(number))
        if files is not None:
            export_xlsx(files.notebook, folder / f"{number}.xlsx", title=TITLE, flat=rows)
        else:
            (folder / f"{number}.csv").write_bytes(flat_csv(rows))
    found = []
    for path in sorted(folder.glob("*.*")):
        if path.suffix == ".xlsx":
            found.append(
                pd.read_excel(path, engine="openpyxl", sheet_name="DU_LIEU", header=3, skiprows=[4], dtype=TEXTS, keep_default_na=False, na_values={name: [""] for name in NUMBERS})
            )  # fmt: skip
        else:
            found.append(
                pd.read_csv(path, sep=";", decimal=",", encoding="utf-8-sig", dtype=TEXTS, keep_default_na=False, na_values={name: [""] for name in NUMBERS})
            )  # fmt: skip
    assert len(found) == 9
    return pd.concat(found, ignore_index=True)


def test_nine_offices_add_up_to_the_totals_reckoned_by_hand(merged: pd.DataFrame) -> None:
    """Primary 1+…+9 = 45 of 90 teachers; lower secondary 8 × 2 = 16 of 64; together 61 of 154, from 17 of 27 schools."""
    ratio = merged[merged["indicator_id"].eq("teachers_using_software")]
    whole = ratio[ratio["scope"] == "office"][list(NUMBERS)].sum()
    assert (whole["numerator"], whole["denominator"]) == (61, 154)
    assert (whole["counted_schools"], whole["asked_schools"]) == (17, 27)
    by_level = ratio[ratio["scope"] == "level"].groupby("level")[["numerator", "denominator", "counted_schools", "asked_schools"]].sum()  # fmt: skip
    assert by_level.loc["th"].tolist() == [45, 90, 9, 9]
    assert by_level.loc["thcs"].tolist() == [16, 64, 8, 9]
    assert by_level.loc["th_thcs"].tolist() == [0, 0, 0, 9]
    received = merged[(merged["indicator_id"] == "received") & (merged["scope"] == "office")]
    assert received[["numerator", "denominator"]].sum().tolist() == [35, 36], (
        "one of the 36 schools sent nothing"
    )
    teachers = merged[(merged["kind"] == "statistic") & (merged["indicator_id"] == TEACHERS)]
    assert teachers[teachers["scope"] == "office"]["value"].sum() == 154
    office_3 = ratio[(ratio["office_code"] == "office-03") & (ratio["scope"] == "office")]
    assert office_3["value"].item() == pytest.approx(100 * 5 / 18)  # 3 + 2 of 10 + 8


def test_schools_communes_and_levels_each_add_up_to_their_office(merged: pd.DataFrame) -> None:
    parts = merged[merged["scope"].isin(["school", "commune", "level"])]
    sums = parts.groupby(["office_code", "kind", "indicator_id", "scope"])[["numerator", "denominator", "counted_schools", "asked_schools"]].sum()  # fmt: skip
    whole = merged[merged["scope"] == "office"].set_index(["office_code", "kind", "indicator_id"])
    tried = 0
    for scope in ("school", "commune", "level"):
        own = sums.xs(scope, level="scope")
        own = own.loc[own.index.isin(whole.index)]
        kinds = own.index.get_level_values("kind")
        own = own[(kinds != "index") & ((kinds != "statistic") | (scope == "level"))]
        expected = whole.loc[own.index, own.columns].fillna(0)
        pd.testing.assert_frame_equal(own, expected, check_dtype=False)
        tried += len(own)
    assert tried > 9 * 2 * 20


def test_keys_are_unique_and_what_is_missing_is_no_zero(merged: pd.DataFrame) -> None:
    assert list(merged.columns) == list(COLUMNS)
    assert not merged.duplicated(list(KEY)).any()
    assert merged["office_code"].nunique() == 9
    assert merged[merged["scope"] == "school"]["school_code"].nunique() == 36
    silent = merged[
        (merged["school_code"] == "09-0301") & (merged["indicator_id"] == "teachers_using_software")
    ]
    assert silent["state"].item() == "unanswered"
    assert silent[["numerator", "denominator", "value"]].isna().all(axis=None)
    assert merged["school_code"].str.startswith("0").any(), "a code keeps its leading zero"


def test_codes_stand_above_the_heads_of_every_sheet(tmp_path: Path) -> None:
    files = small_report(tmp_path)
    export_xlsx(files.notebook, tmp_path / "a.xlsx", title=TITLE, flat=flat_table(office(1)))
    sheets = pd.read_excel(tmp_path / "a.xlsx", engine="openpyxl", sheet_name=None, header=None, dtype=object)
    assert sheets["Bảng 1"].iloc[0, 1] == "cell-6", "the code of the table is that of the cell that shows it"
    assert sheets["Bảng 1"].iloc[CODE_ROW].tolist() == [
        "group", "name", "pupils", "linked.numerator", "linked.denominator", "linked.percent", "points.low",
        "points.high", "on",
    ]  # fmt: skip
    flat = sheets[FLAT_SHEET]
    assert flat.iloc[CODE_ROW].tolist() == list(COLUMNS)
    assert flat.iloc[HEAD_ROW].tolist() == list(reference().labels["flat_table"]["heads"].values())
    assert flat.iloc[HEAD_ROW + 1, 0] == "office-01"


def test_the_shareable_rows_tell_nothing_of_sensitive_attributes_beyond_the_tables() -> None:
    """A solver that reads the rows and the tables together gets no hidden count back."""
    declared = reference().of(parse_term(HK1))
    tables = tables_of(HK1)
    tables = replace(tables, observations=with_counts(tables.observations, 2, 0.3))
    view = build_view(reference(), declared, tables)
    internal = ReportContext(reference(), view, None, declared.plan.due_on)
    suppression = decide_suppression(reference(), declared, view.answers)
    shown = present(internal, edition=SHAREABLE, suppression=suppression)
    rows = flat_table(shown)
    is_sensitive = reference().disclosure.is_sensitive
    sensitive = rows[rows["indicator_id"].map(is_sensitive)]
    assert set(sensitive["scope"]) == {"office", "level"}
    hidden = sensitive[sensitive["state"] == "hidden"]
    assert len(hidden) > 5
    assert hidden[list(NUMBERS)].isna().all(axis=None)
    printed = shown.summaries.statistics
    told = {
        (field, "" if scope == "all" else scope): value
        for field, scope, value, is_hidden in printed[["field_id", "scope", "value", "is_hidden"]].to_numpy()
        if not is_hidden and is_sensitive(field)
    }
    known = sensitive[sensitive["value"].notna()]
    flat = {(row.indicator_id, row.level): row.value for row in known.itertuples()}
    assert flat == {key: value for key, value in told.items() if pd.notna(value)}

    schools = dict(zip(view.schools["school_id"], view.schools["level"], strict=True))
    columns = [
        name.partition(".")[2] for name in view.answers.numbers.columns if name.startswith("pupils_count.")
    ]
    columns = [name for name in columns if name != "total"]
    tried = 0
    for families in (("pupils_ethnic_count", "pupils_ethnic_girls_count"), ("pupils_disabled_count",)):
        reader = Reader(view.answers, families)
        reader.meet(schools, columns)
        secret = []
        for row in sensitive[sensitive["indicator_id"].str.partition(".")[0].isin(families)].itertuples():
            family, _, column = row.indicator_id.partition(".")
            own = [school for school, level in schools.items() if row.level in ("", level)]
            terms = reader.terms(own, family, "" if column == "total" else column)
            if not terms:
                continue
            if row.state == "hidden":
                secret.append((terms, column in ("total", "") or not row.level))
            else:
                assert reader.sum_of(terms) == row.value
                reader.learn(terms)
        for terms, is_reported in secret[::6]:
            low, high = reader.interval(terms)
            room = sum(reader.highest[place] for place in terms)
            wanted = (
                reference().disclosure.protection_width if is_reported and 0 < reader.sum_of(terms) < 5 else 1
            )
            assert high - low >= min(wanted, room) - 1e-6
            tried += 1
    assert tried > 5


def test_a_part_of_the_office_is_no_office_and_its_schools_are_its_own() -> None:
    rows = flat_table(report(HK1, unit="047702"))
    assert set(rows["scope"]) == {"part", "level", "commune", "school"}
    assert set(rows["commune_code"]) == {"", "047702"}


def test_the_sums_of_communes_leave_out_what_is_withheld() -> None:
    shown = present(report(HK1), edition=SHAREABLE)
    sums = sums_by_commune(shown.term, reference().ratios)
    assert not any(map(reference().disclosure.is_sensitive, sums.statistics["field_id"]))
    assert set(sums.ratios["scope"]) == set(shown.term.schools["commune_id"])


def test_an_edited_list_is_told_by_its_cell() -> None:
    made = flat_csv(flat_table(office(1)))
    assert made.startswith(b"\xef\xbb\xbfoffice_code;")
    edited = made.replace(b";1;10;10;1;1;counted", b";9;10;10;1;1;counted", 1)
    assert edited != made
    words = reference().provenance["places"]
    found = file_differences(edited, made, ".csv", words)
    assert [(each.found, each.expected) for each in found] == [("9", "1")]
    assert file_differences(made, made, ".csv", words) == []
