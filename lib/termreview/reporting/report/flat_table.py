"""One figure of one school, commune, school level or office a row: what a report hands to those who add up several offices.

The sheet `DU_LIEU` of the annex and the CSV beside it; codes of the columns, kinds, scopes and states are the same in
every office, whatever words it prints. `data/reference/README.md` describes them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.blocks.csv_table import csv_bytes, csv_of_frame
from termreview.reporting.records.published import FLAT_INDEX
from termreview.reporting.report.context import ReportContext, TermView
from termreview.reporting.summaries.communes import Sums, sums_by_commune
from termreview.reporting.summaries.statistics import WHOLE_COLUMN
from termreview.reporting.term.schools import ALL
from termreview.storage.atomic_files import write_content
from termreview.storage.workspace import place_in

COLUMNS: Final = (
    "office_code", "term_id", "as_of", "edition", "scope", "school_code", "school_name", "commune_code", "commune_name",
    "level", "kind", "indicator_id", "indicator_title", "unit", "definition", "numerator", "denominator", "value",
    "counted_schools", "asked_schools", "state",
)  # fmt: skip
KEY: Final = (
    "office_code", "term_id", "edition", "scope", "school_code", "commune_code", "level", "kind", "indicator_id",
)  # fmt: skip
NUMBERS: Final = ("numerator", "denominator", "value", "counted_schools", "asked_schools")
REPORTING, STATISTIC, TASK, RATIO, INDEX = "reporting", "statistic", "task", "ratio", "index"
OFFICE, PART, LEVEL, COMMUNE, SCHOOL = "office", "part", "level", "commune", "school"
COUNTED, HIDDEN, REBUILT = "counted", "hidden", "rebuilt"
REACHED: Final = "reached"  # the second level or above whatever is still open, concluded or not
_DIGITS: Final = 9  # of a value: more than any report prints, less than two machines may disagree in
_LINE_END: Final = b"\r\n"
_INDEX: Final = ("file", "commune_code", "commune_name", "school_count", "row_count")


def flat_table(report: ReportContext) -> pd.DataFrame:
    """Every figure of one report as plain rows, `KEY` unique.

    Scopes are `office` (`part` where the report is of a part of it), `level`, `commune` and `school`. Reporting, tasks and
    ratios have numerator and denominator, of which `value` is the share in per cent (or the quotient); statistics and
    points have a value alone. `counted_schools` of `asked_schools` stand behind it. A figure that is not there is missing,
    never zero, and its `state` says why. Statistics of schools and communes are totals; those by grade stand by level.

    What the edition withholds has no row of a school or commune, and `hidden` instead of figures elsewhere.
    """
    view, names = report.term, dict[str, dict[str, str]]()
    schools = view.schools
    names["commune"] = dict(zip(schools["commune_id"], schools["commune_name"], strict=True))
    whole = OFFICE if report.scope.is_whole else PART
    frames = [
        *(_placed(rows, whole) for rows in _sums(report, Sums(view, report.reference.ratios))),
        *(
            rows.assign(scope=COMMUNE, commune_code=rows["scope"])
            for rows in _sums(report, sums_by_commune(view, report.reference.ratios), are_totals=True)
        ),
        *(
            rows.assign(scope=SCHOOL).merge(
                schools[["school_id", "name", "level", "commune_id"]], on="school_id", validate="many_to_one"
            ).rename(columns={"school_id": "school_code", "name": "school_name", "commune_id": "commune_code"})
            for rows in _of_schools(report)
        ),
    ]  # fmt: skip
    table = pd.concat([frame.dropna(axis=1, how="all") for frame in frames if len(frame)], ignore_index=True)
    table = table.assign(
        office_code=report.declared.office.office_id,
        term_id=report.declared.term.term_id,
        as_of=report.as_of.isoformat(),
        edition=report.edition,
    ).reindex(columns=COLUMNS)
    table["commune_name"] = table["commune_code"].map(names["commune"])
    table = plain_rows(table)
    table.attrs["heads"] = dict(report.reference.labels["flat_table"]["heads"])
    return table


def plain_rows(table: pd.DataFrame) -> pd.DataFrame:
    """Rows under `COLUMNS` as lists and annexes hold them: no text missing but blank, figures rounded."""
    texts = [name for name in COLUMNS if name not in NUMBERS]
    table[texts] = table[texts].astype(object).where(table[texts].notna(), "")
    for name in NUMBERS:
        table[name] = table[name].astype(float).round(_DIGITS)
    return table


def flat_csv(table: pd.DataFrame) -> bytes:
    """The rows as CSV, under the codes of their columns: UTF-8 with its mark, `;` between cells, a decimal comma."""
    return csv_of_frame(table)


def _placed(rows: pd.DataFrame, whole: str) -> pd.DataFrame:
    """Rows by school level, or for all, as the scopes of the sheet."""
    is_all = rows["scope"] == ALL
    return rows.assign(
        scope=np.where(is_all, whole, LEVEL), level=rows["scope"].mask(is_all, "").astype(object)
    )


def _sums(report: ReportContext, sums: Sums, *, are_totals: bool = False) -> Iterator[pd.DataFrame]:
    """The rows of some sums, kind by kind; `scope` as the sums have it."""
    declared, reference = report.declared, report.reference
    yield _share(
        sums.reporting, declared, REPORTING, "received", reference.labels["flat_table"]["received"],
        done="received_count", counted="expected_count", asked="expected_count",
    )  # fmt: skip
    statistics = sums.statistics
    if are_totals:
        statistics = statistics[statistics["column_id"].isin((WHOLE_COLUMN, "value", ""))]
    yield _stated(
        pd.DataFrame(
            {
                "scope": statistics["scope"],
                **_about_statistics(declared, statistics["field_id"], _titles(declared)),
                "value": statistics["value"],
                "counted_schools": statistics["counted_count"],
                "asked_schools": statistics["asked_count"],
                "is_hidden": statistics["is_hidden"],
            }
        )
    )
    tasks = sums.statuses
    titles = {task.task_id: task.title for task in declared.tasks}
    yield _share(
        tasks, declared, TASK, tasks["task_id"], tasks["task_id"].map(titles),
        done="done_count", counted="answered_count", asked="asked_count",
    )  # fmt: skip
    ratios = sums.ratios
    yield _stated(
        pd.DataFrame(
            {
                "scope": ratios["scope"],
                "kind": RATIO,
                "indicator_id": ratios["ratio_id"],
                "indicator_title": ratios["title"],
                "unit": ratios["unit"],
                "definition": declared.plan.form,
                "numerator": ratios["numerator"],
                "denominator": ratios["denominator"],
                "value": ratios["value"],
                "counted_schools": ratios["counted_count"],
                "asked_schools": ratios["asked_count"],
                "is_hidden": ratios["is_hidden"],
            }
        )
    )
    if declared.indicator_set.is_none:
        return
    words = reference.labels["flat_table"]
    groups: Mapping[str, str] = reference.labels["score_groups"]
    levels = {f"level_{level}": title for level, title in declared.indicator_set.level_titles().items()}
    rows = sums.levels[sums.levels["asked_count"] > 0]
    levels |= {"not_concluded": reference.labels["score_levels"]["not_concluded"], REACHED: words[REACHED]}
    for place, level in levels.items():
        names = {
            group: words["level_share"].format(group=title, level=level) for group, title in groups.items()
        }
        yield _share(
            rows, declared, INDEX, rows["group_id"].astype(str) + f".{place}", rows["group_id"].astype(str).map(names),
            done=f"{place}_count", counted="scored_count", asked="asked_count",
        )  # fmt: skip


def _share(
    rows: pd.DataFrame, declared: TermReference, kind: str, indicator_id: str | pd.Series, title: str | pd.Series, *,
    done: str, counted: str, asked: str,
) -> pd.DataFrame:  # fmt: skip
    """How many schools of those that are counted did or have something, scope by scope."""
    numerator, denominator = rows[done].astype(float), rows[counted].astype(float)
    is_known = denominator > 0
    definitions = {TASK: declared.plan.tasks, INDEX: declared.plan.indicator_set}
    return _stated(
        pd.DataFrame(
            {
                "scope": rows["scope"],
                "kind": kind,
                "indicator_id": indicator_id,
                "indicator_title": title,
                "unit": "percent",
                "definition": definitions.get(kind, declared.plan.form),
                "numerator": numerator.where(is_known),
                "denominator": denominator.where(is_known),
                "value": 100 * numerator / denominator.where(is_known),
                "counted_schools": rows[counted],
                "asked_schools": rows[asked],
                "is_hidden": False,
            }
        )
    )


def _stated(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows with what became of their figures; a hidden one keeps its name alone."""
    is_hidden = rows["is_hidden"].astype(bool)
    state = np.select([is_hidden, rows["value"].notna()], [HIDDEN, COUNTED], "uncounted")
    kept = {name: rows[name].astype(float).mask(is_hidden) for name in NUMBERS if name in rows.columns}
    return rows.drop(columns="is_hidden").assign(state=state, **kept)


def _titles(declared: TermReference) -> Mapping[str, tuple[str, str]]:
    """The title and the unit of every question by the field that it fills."""
    return {
        name: (f"{field.row_code} {field.label}", field.unit)
        for name, field in declared.form.all_fields().items()
    }


def _about_statistics(
    declared: TermReference, fields: pd.Series, titles: Mapping[str, tuple[str, str]]
) -> dict[str, Any]:
    return {
        "kind": STATISTIC,
        "indicator_id": fields,
        "indicator_title": fields.map({name: title for name, (title, _) in titles.items()}),
        "unit": fields.map({name: unit for name, (_, unit) in titles.items()}),
        "definition": declared.plan.form,
    }


def _of_schools(report: ReportContext) -> Iterator[pd.DataFrame]:
    """The rows of single schools, kind by kind."""
    view, declared, reference = report.term, report.declared, report.reference
    words = reference.labels["flat_table"]
    came = view.summaries.reporting
    yield _yes_or_no(
        came, came["state"].isin(("on_time", "late")), came["state"],
        kind=REPORTING, indicator_id="received", indicator_title=words["received"], definition=declared.plan.form,
    )  # fmt: skip
    yield _school_statistics(view)
    statuses = view.summaries.school_statuses
    options = set(declared.form.choices("status"))
    is_told = statuses["status"].isin(options)
    is_done = (statuses["status"] == "done").astype(object).where(is_told, None)
    titles = {task.task_id: task.title for task in declared.tasks}
    yield _yes_or_no(
        statuses, is_done, statuses["status"], kind=TASK, indicator_id=statuses["task_id"],
        indicator_title=statuses["task_id"].map(titles), definition=declared.plan.tasks,
    )  # fmt: skip
    yield _school_ratios(reference, view)
    if not declared.indicator_set.is_none:
        yield from _school_points(reference, view)


def _yes_or_no(rows: pd.DataFrame, is_done: pd.Series, state: pd.Series, **about: Any) -> pd.DataFrame:
    """What each school did (1 of 1) or did not (0 of 1); nothing where it is not known."""
    done = is_done.astype(float)
    counted = done.notna().astype(float)
    return pd.DataFrame(
        {
            "school_id": rows["school_id"],
            **about,
            "unit": "percent",
            "numerator": done,
            "denominator": counted.where(counted > 0),
            "value": 100 * done,
            "counted_schools": counted,
            "asked_schools": 1,
            "state": state,
        }
    )


def _school_statistics(view: TermView) -> pd.DataFrame:
    """The totals that each school gave, or that its parts give."""
    declared, answers = view.declared, view.answers
    statistics = view.summaries.statistics
    is_total = statistics["column_id"].isin((WHOLE_COLUMN, "value", ""))
    asked = [name for name in dict.fromkeys(statistics["field_id"][is_total]) if name in answers.numbers]
    states = pd.Series(
        answers.states[asked].rename_axis(index="school_id", columns="field_id").stack(), name="state"
    )
    rows = states.reset_index()
    rows = rows[rows["state"].fillna("not_applicable") != "not_applicable"].reset_index(drop=True)
    keys = pd.MultiIndex.from_frame(rows[["school_id", "field_id"]])
    stated, value = (
        frame[asked].stack(future_stack=True).reindex(keys) for frame in (answers.stated, answers.numbers)
    )
    values, given = value.to_numpy(dtype=float), stated.to_numpy(dtype=float)
    is_known = ~np.isnan(values)
    return pd.DataFrame(
        {
            "school_id": rows["school_id"],
            **_about_statistics(declared, rows["field_id"], _titles(declared)),
            "value": values,
            "counted_schools": is_known.astype(float),
            "asked_schools": 1,
            "state": rows["state"].mask(is_known & (values != given), REBUILT),
        }
    )  # fmt: skip


def _school_ratios(reference: Reference, view: TermView) -> pd.DataFrame:
    rows = view.summaries.school_ratios
    about = {ratio.ratio_id: ratio for ratio in reference.ratios}
    is_counted = rows["state"] == "counted"
    return pd.DataFrame(
        {
            "school_id": rows["school_id"],
            "kind": RATIO,
            "indicator_id": rows["ratio_id"],
            "indicator_title": rows["ratio_id"].map({name: ratio.title for name, ratio in about.items()}),
            "unit": rows["ratio_id"].map({name: ratio.unit for name, ratio in about.items()}),
            "definition": view.declared.plan.form,
            # Only what is counted adds up to the sums above.
            "numerator": rows["numerator"].where(is_counted),
            "denominator": rows["denominator"].where(is_counted),
            "value": rows["value"],
            "counted_schools": is_counted.astype(float),
            "asked_schools": 1,
            "state": rows["state"],
        }
    )


def _school_points(reference: Reference, view: TermView) -> Iterator[pd.DataFrame]:
    """The lowest and highest points of each group and its level; no value of a level that is not concluded."""
    rows = view.summaries.standings
    words, groups = reference.labels["flat_table"], reference.labels["score_groups"]
    level = pd.to_numeric(rows["score_level"], errors="coerce").where(rows["state"] == "scored")
    for name, unit, value in (
        ("low", "points", rows["low"]),
        ("high", "points", rows["high"]),
        ("level", "level", level),
    ):
        yield pd.DataFrame(
            {
                "school_id": rows["school_id"],
                "kind": INDEX,
                "indicator_id": rows["group_id"].astype(str) + f".{name}",
                "indicator_title": [words[name].format(group=groups[str(group)]) for group in rows["group_id"]],
                "unit": unit,
                "definition": view.declared.plan.indicator_set,
                "value": value.astype(float),
                "counted_schools": value.notna().astype(float),
                "asked_schools": 1,
                "state": rows["standing"],
            }
        )  # fmt: skip


def most_bytes_of(reference: Reference) -> int:
    """The most bytes that one file of a list holds in this office."""
    return int(float(reference.sentences["assessment"]["thresholds"]["most_list_mb"]) * 10**6)


def write_flat(table: pd.DataFrame, path: Path, most_bytes: int) -> list[Path]:
    """Write the plain rows of one report to one list; beyond `most_bytes` to several, which are given in order.

    The list itself then holds the figures of the whole and of its school levels; `…-01-<commune>[-<commune>].csv` and so on
    hold those of communes and their schools, from one commune to another by code; `…-muc-luc.csv` says which commune is in
    which file. A commune stands in one file unless it does not fit into any: then it is cut between two schools.
    """
    content = flat_csv(table)
    if len(content) <= most_bytes:
        return [_write(path, content)]
    head, *lines = content.removesuffix(_LINE_END).split(_LINE_END)  # no cell has a line break
    is_part = table["scope"].isin((COMMUNE, SCHOOL)).to_numpy()
    codes, schools = table["commune_code"].to_numpy(), table["school_code"].to_numpy()
    places: dict[str, dict[str, list[int]]] = {}
    for place in is_part.nonzero()[0].tolist():
        places.setdefault(codes[place], {}).setdefault(schools[place], []).append(place)
    sizes = [len(line) + len(_LINE_END) for line in lines]
    parts = _packed(places, sizes, most_bytes - len(head) - len(_LINE_END))
    files: dict[str, Sequence[int]] = {path.name: (~is_part).nonzero()[0].tolist()}
    for number, part in enumerate(parts, start=1):
        communes = sorted({str(codes[place]) for place in part})
        named = "-".join(dict.fromkeys((communes[0], communes[-1])))
        files[f"{path.stem}-{number:0{max(2, len(str(len(parts))))}d}-{named}{path.suffix}"] = part
    index = [row for name, part in files.items() for row in _contents(name, table.iloc[list(part)])]
    written = [
        _write(place_in(path.parent, name), _LINE_END.join([head, *(lines[place] for place in part), b""]))
        for name, part in files.items()
    ]
    told = csv_bytes({name: name for name in _INDEX}, index)
    return [*written, _write(path.with_name(f"{path.stem}-{FLAT_INDEX}{path.suffix}"), told)]


def _packed(
    places: Mapping[str, Mapping[str, Sequence[int]]], sizes: Sequence[int], room: int
) -> list[list[int]]:
    """The rows of each part, in their order: whole communes, by code, as many as there is room for."""
    parts: list[list[int]] = []
    left = 0
    for _, schools in sorted(places.items()):
        commune = [place for rows in schools.values() for place in rows]
        is_whole = sum(sizes[place] for place in commune) <= room
        for rows in [commune] if is_whole else [rows for _, rows in sorted(schools.items())]:
            size = sum(sizes[place] for place in rows)
            if not parts or size > left:
                parts.append([])
                left = room
            parts[-1] += rows
            left -= size
        if not is_whole:
            left = 0  # what is cut shares its last file with nobody
    return [sorted(part) for part in parts]


def _contents(name: str, rows: pd.DataFrame) -> Iterator[dict[str, object]]:
    """One line for each commune that one file speaks of; one without a commune for the sums."""
    for (code, commune), own in rows.groupby(["commune_code", "commune_name"], sort=True):
        schools = own.loc[own["scope"] == SCHOOL, "school_code"].nunique()
        counts = {"school_count": schools, "row_count": len(own)}
        yield {"file": name, "commune_code": code, "commune_name": commune, **counts}


def _write(path: Path, content: bytes) -> Path:
    write_content(path, content)
    return path
