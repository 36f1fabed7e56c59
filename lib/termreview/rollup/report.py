"""The report of who adds up several offices: each section one Block with its table, made from what they published alone.

A figure that an office hides stays hidden here: sums are those of the others, and the table says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

from termreview.reporting.blocks.blocks import Block, bullets, key_figures, paragraph, stack
from termreview.reporting.blocks.rows import Record, records
from termreview.reporting.blocks.tables import table
from termreview.reporting.blocks.values import Number, Parts, Share
from termreview.reporting.charts.charts import Chart, chart, stacked_bars
from termreview.reporting.editions.scope import INTERNAL
from termreview.reporting.records.page_record import COUNTS, FORMAT, Footer
from termreview.reporting.records.provenance import NOWHERE, SHORT, origin_record, short_hash
from termreview.reporting.report.flat_table import (
    INDEX,
    LEVEL,
    RATIO,
    REACHED,
    REPORTING,
    TASK,
)
from termreview.reporting.report.narrative import fill
from termreview.reporting.report.official_document import file_words, foot_block, head_block
from termreview.reporting.summaries.index import OVERALL
from termreview.reporting.summaries.ratios import MILLION, is_money
from termreview.rollup.merging import MISSING_OFFICE, PARTLY_HIDDEN
from termreview.rollup.roll_up import DECLARATIONS, ROLL_UP, RollUp, of_term

_NOT_CONCLUDED: Final = "not_concluded"
_MOST_BARS: Final = 80
_WORST: Final = 3  # tasks and offices that the findings name


def banner(found: RollUp) -> Block:
    """What a reader must know first: whether the figures are illustrative, for whom the edition is, the day."""
    notes = found.reference.publishing["edition"]
    lines = [str(notes["internal_note"])] if found.edition == INTERNAL else []
    if found.office.is_illustrative:
        lines.append(str(found.reference.sentences["report"]["banner_text"]))
    return paragraph(" ".join([*lines, str(fill(found.texts["as_of"], {"as_of": found.as_of}))]))


def letterhead(found: RollUp) -> Block:
    """The head of the document; number and day stay blank for the clerk."""
    words, plan = found.reference.publishing["facts"], found.plan
    term = plan.title if plan else found.term.term_id
    told = {"term": term[:1].upper() + term[1:], "school_year": found.term.school_year}
    facts = [
        [words["term"], str(fill(words["term_text"], told))],
        [words["as_of"], f"{found.as_of:%d/%m/%Y}"],
        [words["edition"], found.reference.publishing["edition"][found.edition]],
        [found.texts["figures"]["offices"], str(len(found.names))],
        [words["received"], str(_received(found.totals(REPORTING)))],
    ]
    part = {"facts": facts, "words": file_words(found.reference), "whole": found.texts["heads"]["total"]}
    return head_block(
        found.office, found.reference.labels["document"], part,
        sign="BC", subject=of_term(found, "subjects"), year=found.as_of.year,
    )  # fmt: skip


def opening(found: RollUp) -> Block:
    """What the report rests on and who speaks, before its first part."""
    told = {"count": len(found.names), "office": found.office.text_name, "as_of": found.as_of}
    return paragraph(fill(found.texts["opening"], told))


def signature(found: RollUp) -> Block:
    """The closing words, to whom the report goes, and who signs."""
    subject = of_term(found, "subjects")
    told = {"office": found.office.text_name, "subject": subject[:1].lower() + subject[1:]}
    foot = foot_block(found.office, found.reference.labels["document"], found.texts["recipients"])
    return stack(paragraph(fill(found.texts["closing"], told)), foot)


def footer(found: RollUp) -> Footer:
    """One line with the hash of what the report was made of; beside it the record by which the page is proved."""
    origin = origin_record(NOWHERE) | {
        "inputs": [
            {"term_id": found.term.term_id, "files": [[name, sha256, ""] for name, sha256 in found.files]}
        ],
        "declarations": {DECLARATIONS: found.reference.fingerprint},
    }
    record = {
        "format": FORMAT, "kind": ROLL_UP, "term_id": found.term.term_id, "as_of": found.as_of.isoformat(),
        "edition": found.edition, "status": "", "unit": "", "level": "", "subject": "",
        "figures": _counts(found), "origin": origin,
    }  # fmt: skip
    code = hashlib.sha256(short_hash(origin).encode()).hexdigest()[:SHORT]
    line = paragraph(fill(found.reference.provenance["footer"]["code"], {"code": code}))
    return Footer(line.html, line.parts, record)


def _counts(found: RollUp) -> dict[str, Any]:
    """What the index page of all reports says of this one; who was late is not handed in."""
    received = _received(found.totals(REPORTING))
    told = {"expected_count": received.denominator, "received_count": received.numerator}
    counts = {name: None if (count := told.get(name)) is None else int(count) for name in COUNTS}
    return {**counts, "levels": {}}


def main_figures(found: RollUp) -> Block:
    """Offices, schools that reported, and schools that reach the second level, group by group."""
    texts = found.texts["figures"]
    received = _received(found.totals(REPORTING))
    figures: list[tuple[str, object, str]] = [
        (texts["offices"], Number(len(found.names)), ""),
        (texts["received"], received, ""),
    ]
    groups = _groups(found)
    figures += [
        (texts["reached"].format(group=groups[name]), share, "") for name, share in _reached(found).items()
    ]
    return key_figures(figures)


def findings(found: RollUp) -> Block:
    """What a reader must not miss: who has not handed in, the lowest offices and tasks, what is to be looked at."""
    texts, offices = found.texts["findings"], _of_offices(found)
    missing = [found.told(one) for one in found.merged.problems if one.code == MISSING_OFFICE]
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
        reached = dict.fromkeys(groups, Share(None, None)) | _reached(found, row["office_code"])
        rows.append({**row, "reported": Share(row["received"], row["expected"]), **_columns(reached)})
    heads = texts["heads"]
    columns = {"name": heads["office"], "as_of": heads["as_of"], "reported": heads["reported"]}
    columns |= _columns(
        {name: texts["figures"]["reached"].format(group=title) for name, title in groups.items()}
    )
    total: dict[str, Any] = {
        "name": heads["total"],
        "as_of": "",
        "reported": _received(found.totals(REPORTING)),
    }
    align = dict.fromkeys((*_columns(groups), "reported"), "right")
    return table(
        pd.DataFrame(rows), columns=columns, caption=texts["captions"]["offices"], formats={"as_of": "date"},
        align=align, total_row=total | _columns(_reached(found)),
    )  # fmt: skip


def _columns(of_groups: Mapping[str, Any]) -> dict[str, Any]:
    """What belongs to each group of the index, by the code of its column."""
    return {f"reached_{group_id}": value for group_id, value in of_groups.items()}


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
    groups = _groups(found)
    reached = "; ".join(f"{groups[name]} {share}" for name, share in _reached(found).items())
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
        [(one.file, labels["merge_problems"][one.code], found.told(one)) for one in found.merged.problems],
        columns=["file", "problem", "what"],
    )
    return table(
        frame, columns={name: labels["merge"][name] for name in frame.columns}, caption=texts["captions"]["problems"]
    )  # fmt: skip


def assessment(found: RollUp) -> Block:
    """The levels of the schools, in figures by office and drawn; the table first, for the first page has room for it."""
    return stack(by_office(found), levels_chart(found))


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
    labels, level = found.reference.labels["score_levels"], found.texts["levels"]["level"]
    levels = sorted(name for name in labels if name.isdigit())
    return {f"level_{name}": level.format(level=name) for name in levels} | {
        _NOT_CONCLUDED: labels[_NOT_CONCLUDED]
    }


def _reached(found: RollUp, office: str = "") -> dict[str, Share]:
    """By group, the schools that surely reach the second level, concluded or not, of those that are scored."""
    rows = found.totals(INDEX) if not office else found.whole[found.whole["office_code"] == office]
    shares: dict[str, Share] = {}
    for group_id in _groups(found):
        own = rows[(rows["indicator_id"] == f"{group_id}.{REACHED}") & rows["numerator"].notna()]
        if len(own):
            shares[group_id] = Share(own["numerator"].sum(), own["denominator"].sum())
    return shares


def _figure(rows: pd.DataFrame, office: str, indicator: str) -> Mapping[Any, Any] | None:
    own = rows[
        (rows["office_code"] == office) & (rows["indicator_id"] == indicator) & rows["numerator"].notna()
    ]
    return records(own)[0] if len(own) else None


def _least(found: RollUp, row: Mapping[Any, Any]) -> str:
    """The office with the smallest share of one figure, with both its counts, and how many others have the same share.

    Of several the one with the most schools is named; blank where all that have the figure are alike.
    """
    is_it = (found.whole["indicator_id"] == row["indicator_id"]) & (found.whole["kind"] == row["kind"])
    own = found.whole[is_it & (found.whole["definition"] == row["definition"])].dropna(subset=["value"])
    if own["value"].nunique() < 2:
        return ""
    lowest = own[own["value"] == own["value"].min()]
    least = records(lowest.sort_values("denominator", ascending=False, kind="stable").head(1))[0]
    told = f"{found.names[least['office_code']]}: {Share(least['numerator'], least['denominator'])}"
    if (others := len(lowest) - 1) == 0:
        return told
    return f"{told}{fill(found.texts['others_alike'], {'count': others})}"


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
