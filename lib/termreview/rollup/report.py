"""The report of who adds up several offices: each section one Block with its table, made from what they published alone.

A figure that an office hides stays hidden here: sums are those of the others, and the table says so.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import pandas as pd

from termreview.errors import UsageError
from termreview.reference.declarations import Reference, load_reference
from termreview.reporting.blocks.blocks import Block, bullets, key_figures, stack
from termreview.reporting.blocks.rows import Record, records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, Parts, Share
from termreview.reporting.charts.charts import Chart, chart, stacked_bars
from termreview.reporting.editions.scope import SHAREABLE, scopes_of_kind
from termreview.reporting.report.context import open_report
from termreview.reporting.report.flat_table import (
    INDEX,
    LEVEL,
    OFFICE,
    PART,
    RATIO,
    REACHED,
    REPORTING,
    TASK,
    flat_csv,
    flat_table,
)
from termreview.reporting.report.narrative import fill
from termreview.reporting.summaries.index import OVERALL
from termreview.reporting.summaries.ratios import MILLION, is_money
from termreview.rollup.merging import PARTLY_HIDDEN, SUFFIX, Merged, find_handed_in, merge_offices
from termreview.storage.workspace import Workspace, atomic_write, named_workspace
from termreview.terms import Term, parse_term

SEPARATOR: Final = ";"  # between folders, and between codes of offices
HANDED_IN: Final = ("data", "raw", "tong-hop")  # below the workspace, where no folder is named
_NOT_CONCLUDED: Final = "not_concluded"
_MOST_BARS: Final = 80
_SAMPLED: Final = 9  # communes of the sample that stand for offices
_WORST: Final = 3  # tasks and offices that the findings name


@dataclass(frozen=True)
class RollUp:
    """What several offices handed in of one term, and the words of the office that adds it up."""

    merged: Merged
    reference: Reference

    @property
    def term(self) -> Term:
        """The term that is added up."""
        return parse_term(str(self.merged.rows["term_id"].iloc[0]))

    @property
    def texts(self) -> Mapping[str, Any]:
        """The declared words of these reports."""
        texts: Mapping[str, Any] = self.reference.labels["merge_report"]
        return texts

    @cached_property
    def names(self) -> dict[str, str]:
        """The offices that count, code to name: that of the registry, else the code itself."""
        named = {unit.unit_id: unit.name for unit in self.reference.registry.units}
        return {code: named.get(code, code) for code in self.merged.offices}

    @cached_property
    def whole(self) -> pd.DataFrame:
        """The rows of the offices themselves: one figure of one office a row."""
        return self.merged.rows[self.merged.rows["scope"] == OFFICE]

    def totals(self, kind: str, scope: str = OFFICE) -> pd.DataFrame:
        """The figures of one kind over all offices, or by school level."""
        totals = self.merged.totals
        return totals[(totals["kind"] == kind) & (totals["scope"] == scope)]


def open_roll_up(
    folders: str = "",
    term_id: str = "",
    edition: str = "shareable",
    expected: str = "",
    workspace_root: str = "",
) -> RollUp:
    """Read, check and add up what offices handed in.

    Parameters
    ----------
    folders
        Folders with lists or annexes, `;` between them; blank for `data/raw/tong-hop` of the workspace.
    expected
        The codes of the offices that have to hand in, `;` between them; blank: whoever did.

    Raises
    ------
    UsageError
        When a folder is not there, or nothing in it can be added up.
    """
    workspace = named_workspace(workspace_root)
    named = [Path(one.strip()) for one in folders.split(SEPARATOR) if one.strip()]
    named = named or [workspace.root.joinpath(*HANDED_IN)]
    codes = [one.strip() for one in expected.split(SEPARATOR) if one.strip()]
    merged = merge_offices(find_handed_in(named), edition=edition, expected=codes, term_id=term_id)
    if merged.rows.empty:
        raise UsageError("nothing_handed_in", folder=named[0])
    return RollUp(merged, load_reference(workspace.reference))


def report_title(found: RollUp) -> str:
    """The title of the report: which review of which term it is."""
    plan = next((one for one in found.reference.calendar.plans if one.term == found.term), None)
    name = found.texts["titles"][plan.report if plan else "other"]
    return str(
        fill(
            name, {"term": plan.title if plan else found.term.term_id, "school_year": found.term.school_year}
        )
    )


def main_figures(found: RollUp) -> Block:
    """Offices, schools that reported, and schools that reach the second level, group by group."""
    texts = found.texts["figures"]
    received = _received(found.totals(REPORTING))
    figures: list[tuple[str, object, str]] = [
        (texts["offices"], Number(len(found.names)), ""),
        (texts["received"], received, ""),
    ]
    figures += [(texts["reached"].format(group=name), share, "") for name, share in _reached(found).items()]
    return key_figures(figures)


def findings(found: RollUp) -> Block:
    """What a reader must not miss: who has not handed in, the lowest offices and tasks, what is to be looked at."""
    texts, offices = found.texts["findings"], _of_offices(found)
    missing = [one.what for one in found.merged.problems if one.code == "missing_office"]
    lines: list[object] = [
        fill(texts["offices"], {"count": len(found.names), "received": _received(found.totals(REPORTING))})
    ]
    if missing:
        lines.append(fill(texts["missing"], {"count": len(missing), "names": ", ".join(missing)}))
    behind = offices[offices["received"] < offices["expected"]]
    behind = behind.assign(share=behind["received"] / behind["expected"]).sort_values("share", kind="stable")
    if len(behind):
        lines.append(fill(texts["behind"], {"items": _listed(behind, "name", "received", "expected")}))
    tasks = found.totals(TASK).dropna(subset=["value"]).sort_values("value", kind="stable").head(_WORST)
    if len(tasks):
        items = _listed(tasks, "indicator_title", "numerator", "denominator")
        lines.append(fill(texts["tasks"], {"items": items}))
    others = len(found.merged.problems) - len(missing)
    if others:
        lines.append(fill(texts["problems"], {"count": others}))
    return bullets(lines)


def by_office(found: RollUp) -> Block:
    """One row per office: the day of its figures, its schools that reported, and those that reach the second level."""
    texts, groups = found.texts, _groups(found)
    rows: list[dict[str, Any]] = []
    for row in records(_of_offices(found)):
        reached = dict.fromkeys(groups.values(), Share(None, None)) | _reached(found, row["office_code"])
        rows.append({**row, "reported": Share(row["received"], row["expected"]), **reached})
    frame = pd.DataFrame(rows)
    heads = texts["heads"]
    columns = {"name": heads["office"], "as_of": heads["as_of"], "reported": heads["reported"]}
    columns |= {name: texts["figures"]["reached"].format(group=name) for name in groups.values()}
    total: dict[str, Any] = {
        "name": heads["total"],
        "as_of": "",
        "reported": _received(found.totals(REPORTING)),
    }
    align = dict.fromkeys((*groups.values(), "reported"), "right")
    return table(
        frame, columns=columns, caption=texts["captions"]["offices"], formats={"as_of": "date"}, align=align,
        total_row=total | _reached(found),
    )  # fmt: skip


def levels_chart(found: RollUp) -> Chart | Block:
    """How the scored schools of each office are spread over the levels, group above group; nothing for very many."""
    texts, parts = found.texts, _level_parts(found)
    rows: list[dict[str, Any]] = []
    for group_id, name in _groups(found).items():
        for code, office in found.names.items() if group_id != OVERALL else ():
            counts = {part: _figure(found.whole, code, f"{group_id}.{part}") for part in parts}
            told = {part: one["numerator"] for part, one in counts.items() if one is not None}
            if any(value > 0 for value in told.values()):
                rows.append({"office": office, "group": name, **told})
    if not rows or len(rows) > _MOST_BARS:
        return Block("")
    frame = pd.DataFrame(rows)
    reached = "; ".join(f"{name} {share}" for name, share in _reached(found).items())
    return chart(
        stacked_bars, frame, category="office", parts=list(parts), part_labels=parts, as_share=True, group="group",
        title=str(fill(texts["levels"]["finding"], {"items": reached})), measure=texts["levels"]["measure"],
        alt=str(fill(texts["levels"]["finding"], {"items": reached})), caption=texts["levels"]["source"],
    )  # fmt: skip


def tasks(found: RollUp) -> Block:
    """One row per task: schools that have done it of those that answered, over all offices and in the office with the least."""
    texts = found.texts
    rows = [
        {
            "title": _titled(found, row), "all": Share(row["numerator"], row["denominator"]),
            "least": _least(found, row), "offices": Number(row["offices"]),
        }
        for row in records(found.totals(TASK))
    ]  # fmt: skip
    heads = texts["heads"]
    return table(
        pd.DataFrame(rows, columns=["title", "all", "least", "offices"]),
        columns={"title": heads["task"], "all": heads["done"], "least": heads["least"], "offices": heads["offices"]},
        caption=texts["captions"]["tasks"], align={"all": "right", "offices": "right"}, told_once=["offices"],
        notes=_hidden_note(found, TASK),
    )  # fmt: skip


def ratios(found: RollUp) -> Block:
    """One row per ratio and school level below the ratio itself: counts added up over the offices before they are divided."""
    texts, levels = found.texts, found.reference.registry.level_titles()
    money = {ratio.ratio_id for ratio in found.reference.ratios if is_money(ratio)}
    by_level: dict[tuple[str, str], list[Record]] = {}
    for row in records(found.totals(RATIO, LEVEL).dropna(subset=["value"])):
        by_level.setdefault((row["indicator_id"], row["definition"]), []).append(row)
    rows: list[dict[str, Any]] = []
    for whole in records(found.totals(RATIO)):
        title = _titled(found, whole)
        below = by_level.get((whole["indicator_id"], whole["definition"]), [])
        below = sorted(below, key=lambda row: list(levels).index(row["level"])) if len(below) > 1 else []
        for row in (whole, *below):
            steps = MILLION if row["indicator_id"] in money else 1
            parts = Parts(row["numerator"] / steps, row["denominator"] / steps)
            unit = texts["millions"] if row["indicator_id"] in money else ""
            rows.append(
                {
                    "ratio": title, "level": levels.get(row["level"], texts["heads"]["total"]),
                    "value": Number(row["value"], "percent1" if row["unit"] == "percent" else "ratio"),
                    "parts": f"{parts}{unit}", "schools": Parts(row["counted_schools"], row["asked_schools"]),
                }
            )  # fmt: skip
    heads = texts["heads"]
    columns = {name: heads[name] for name in ("level", "value", "parts", "schools")}
    return table(
        pd.DataFrame(rows, columns=["ratio", *columns]), columns=columns, caption=texts["captions"]["ratios"],
        group_by="ratio", align=dict.fromkeys(("value", "parts", "schools"), "right"),
        notes=_hidden_note(found, RATIO),
    )  # fmt: skip


def to_look_at(found: RollUp) -> Block:
    """One row per file, office or figure that was left out or is to be looked at; a sentence where there is none."""
    texts, labels = found.texts, found.reference.labels
    if not found.merged.problems:
        return bullets([texts["findings"]["no_problems"]])
    frame = pd.DataFrame(
        [(one.file, labels["merge_problems"][one.code], one.what) for one in found.merged.problems],
        columns=["file", "problem", "what"],
    )
    return table(
        frame, columns={name: labels["merge"][name] for name in frame.columns}, caption=texts["captions"]["problems"]
    )  # fmt: skip


def assessment(found: RollUp) -> Block:
    """The levels of the schools, drawn and in figures by office."""
    return stack(levels_chart(found), by_office(found))


def _of_offices(found: RollUp) -> pd.DataFrame:
    """One row per office: code, name, day, schools that reported and that had to."""
    rows = found.whole[found.whole["kind"] == REPORTING]
    return pd.DataFrame(
        {
            "office_code": rows["office_code"], "name": rows["office_code"].map(found.names),
            "as_of": pd.to_datetime(rows["as_of"]), "received": rows["numerator"], "expected": rows["denominator"],
        }
    ).reset_index(drop=True)  # fmt: skip


def _received(rows: pd.DataFrame) -> Share:
    return Share(rows["numerator"].sum(), rows["denominator"].sum()) if len(rows) else Share(None, None)


def _groups(found: RollUp) -> dict[str, str]:
    """The groups of the index that some office has, id to name in short."""
    ids = {name.partition(".")[0] for name in found.whole.loc[found.whole["kind"] == INDEX, "indicator_id"]}
    return {
        name: title for name, title in found.reference.labels["score_groups_short"].items() if name in ids
    }


def _level_parts(found: RollUp) -> dict[str, str]:
    """The columns that schools of one group are spread over, lowest level first, with their names."""
    short = found.reference.labels["score_levels_short"]
    return {f"level_{name}": short[name] for name in sorted(name for name in short if name.isdigit())} | {
        _NOT_CONCLUDED: short[_NOT_CONCLUDED]
    }


def _reached(found: RollUp, office: str = "") -> dict[str, Share]:
    """By group, the schools that surely reach the second level, concluded or not, of those that are scored."""
    rows = found.totals(INDEX) if not office else found.whole[found.whole["office_code"] == office]
    shares: dict[str, Share] = {}
    for group_id, name in _groups(found).items():
        own = rows[(rows["indicator_id"] == f"{group_id}.{REACHED}") & rows["numerator"].notna()]
        if len(own):
            shares[name] = Share(own["numerator"].sum(), own["denominator"].sum())
    return shares


def _figure(rows: pd.DataFrame, office: str, indicator: str) -> Mapping[Any, Any] | None:
    own = rows[
        (rows["office_code"] == office) & (rows["indicator_id"] == indicator) & rows["numerator"].notna()
    ]
    return records(own)[0] if len(own) else None


def _least(found: RollUp, row: Mapping[Any, Any]) -> str:
    """The office with the smallest share of one figure, with both its counts; blank where all that have it are alike."""
    is_it = (found.whole["indicator_id"] == row["indicator_id"]) & (found.whole["kind"] == row["kind"])
    own = found.whole[is_it & (found.whole["definition"] == row["definition"])].dropna(subset=["value"])
    if own["value"].nunique() < 2:
        return ""
    least = records(own.sort_values("value", kind="stable").head(1))[0]
    return f"{found.names[least['office_code']]}: {Share(least['numerator'], least['denominator'])}"


def _titled(found: RollUp, row: Mapping[Any, Any]) -> str:
    """The title of one figure; with what defines it where offices mean it differently."""
    rows = found.totals(str(row["kind"]))
    is_alone = (rows["indicator_id"] == row["indicator_id"]).sum() == 1
    return str(row["indicator_title"]) if is_alone else f"{row['indicator_title']} ({row['definition']})"


def _hidden_note(found: RollUp, kind: str) -> Sequence[str]:
    """How many figures of one kind are without those of an office that hides them."""
    rows = found.merged.totals[found.merged.totals["kind"] == kind]
    count = int((rows["state"] == PARTLY_HIDDEN).sum())
    return [str(fill(found.texts["hidden_note"], {"count": count}))] if count else []


def _listed(rows: pd.DataFrame, name: str, above: str, below: str) -> str:
    """The first rows as a sentence names them, each with both counts."""
    return "; ".join(f"{row[name]}, {Share(row[above], row[below])}" for row in records(rows.head(_WORST)))


def write_handed_in(workspace: Workspace, reference: Reference, term: Term, as_of: datetime.date) -> Path:
    """Write the lists of nine communes of the sample as offices of their own would hand them in; the folder.

    Each is the list of the commune's own shareable report, under the commune's code.
    """
    folder = workspace.root.joinpath(*HANDED_IN, term.term_id)
    units = (scope.unit for scope in scopes_of_kind(reference, reference.of(term), "commune"))
    for unit in [unit for unit in units if unit is not None][:_SAMPLED]:
        report = open_report(
            term.term_id, as_of.isoformat(), str(workspace.root), unit.unit_id, edition=SHAREABLE
        )
        rows = flat_table(report)
        rows = rows.assign(office_code=unit.unit_id, scope=rows["scope"].replace(PART, OFFICE))
        place = folder / unit.unit_id / f"bao-cao-{term.term_id}{SUFFIX}"
        place.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(place) as beside:
            beside.write_bytes(flat_csv(rows))
    return folder
