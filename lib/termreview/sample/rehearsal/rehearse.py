"""One rehearsal: known faults planted in clean illustrative files, and which checks caught them.

Every file goes the way of a real one: the form is filled, written, read and cleaned.

Which checks are there to catch a planted fault follows from its kind and the fields that it touched.
"""

from __future__ import annotations

import datetime
import random
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from termreview.errors import SampleError, UsageError
from termreview.forms.dispatch import form_order
from termreview.forms.form import Value, write_form
from termreview.intake.clean import clean_term
from termreview.intake.received.received import list_received
from termreview.processes import begin_server, pool
from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.checks import EVERYTHING, Check
from termreview.reference.kinds.forms import applies
from termreview.sample.answers.answers import is_of_sample, school_answers
from termreview.sample.rehearsal.faults import FAULTS
from termreview.storage.workspace import place_in
from termreview.terms import Term

_FEWEST = 2  # schools: every second one gets a fault
_ASKING = ("error", "query")
_PLACE = ["school_id", "check_code", "field_id"]
_OF_NO_SAMPLE = (
    "Biểu mẫu này không có bộ số liệu minh họa soạn sẵn: số liệu lập theo loại câu hỏi, khớp các phép cộng và so sánh, "
    "không theo nề nếp của ngành. Số chỗ báo nhầm ở đây vì vậy nói về số liệu minh họa, không phải tỉ lệ báo nhầm của phép "
    "kiểm tra; chỗ mà báo cáo chưa cài lỗi đã bị báo thì không tính là phát hiện."
)

# What reading itself notices, by kind of fault: codes of the catalogue of messages.
_READING: Mapping[str, tuple[str, ...]] = {
    "times_thousand": ("out_of_range",),
    "column_shifted": ("required_blank",),
    "section_blank": ("required_blank", "yes_no_blank", "choice_blank"),
    "percent_as_share": ("percent_assumed",),
    "minus_sign": ("negative_number",),
}
_SUMS = ("total_wrong_digit", "digits_swapped")
_PARTS = ("girls_above_pupils", "part_above_whole")
_MOST_OF = 0.5  # of a section's fields, which a form asks in both terms


@dataclass(frozen=True)
class Rehearsed:
    """What a rehearsal showed.

    `by_fault`: one row per kind of fault; `by_check`: one row per check that spoke or should have; `planted`: one
    row per fault. `untried_count` checks neither spoke nor had a fault to catch. `is_of_sample`: the clean files are
    those of the illustrative district, written to be like real ones; of another form, false alarms say little.
    """

    planted: pd.DataFrame
    by_fault: pd.DataFrame
    by_check: pd.DataFrame
    command: str
    clean_count: int
    alarmed_count: int
    alarm_count: int
    untried_count: int
    is_of_sample: bool


def rehearse(reference: Reference, term: Term, rounds: int = 1, seed: int = 1, workers: int = 2) -> Rehearsed:
    """Clean the term without faults, then with one fault in half of the schools, as often as `rounds` says.

    A fault is caught when an error or a query stands for its school that the clean file did not have; named,
    when one of these stands at a cell that the fault touched.

    Raises
    ------
    UsageError
        When there is no round.
    SampleError
        When no fault could be planted.
    """
    if rounds < 1:
        raise UsageError("too_few_rounds")
    if len(reference.of(term).schools) < _FEWEST:
        raise SampleError("rehearsal_without_place", term=term.term_id)
    reference = replace(reference, decisions=())
    command = f"termreview rehearse {term.term_id} --rounds {rounds}"
    with tempfile.TemporaryDirectory(prefix="termreview-rehearsal-") as name:
        root = Path(name)
        before = reference.calendar.plan(term).previous
        previous = None
        if before is not None:
            _write(root / "before", reference, before, {}, workers)
            previous = _findings(root / "before", reference, before, None)[1]
        _write(root / "clean", reference, term, {}, workers)
        alarms = _asking(_findings(root / "clean", reference, term, previous)[0])
        declared = reference.of(term)
        levels = {school.unit_id: school.level for school in declared.schools}
        planted, spoken = [], [alarms.assign(is_planted=False)]
        for number in range(rounds):
            plan = _plan(reference, term, random.Random(seed + number))
            folder = root / f"round{number}"
            faults = _write(folder, reference, term, plan, workers)
            for path in (root / "clean").iterdir():
                if path.stem not in faults and not (folder / path.name).exists():
                    (folder / path.name).write_bytes(path.read_bytes())
            found = _asking(_findings(folder, reference, term, previous)[0])
            # What the clean file is asked already is no catch, even where the fault changes what was found.
            new = found.merge(alarms[_PLACE].drop_duplicates(), how="left", on=_PLACE, indicator=True)
            new = new[new["_merge"] == "left_only"].drop(columns="_merge")
            for school_id, touched in faults.items():
                own = new[new["school_id"] == school_id]
                at = own["field_id"].isin(touched)
                fault = plan[school_id][0]
                aims = aimed_at(fault, touched, levels[school_id], declared)
                planted.append(
                    {
                        "fault": fault, "school_id": school_id, "fields": ";".join(touched),
                        "is_caught": len(own) > 0, "is_named": bool(at.any()),
                        "checks": ";".join(sorted(set(own["check_code"]))), "aims": ";".join(sorted(aims)),
                    }
                )  # fmt: skip
            spoken.append(new.assign(is_planted=new["school_id"].isin(faults)))
        if not planted:
            raise SampleError("rehearsal_without_place", term=term.term_id)
        return _summed(pd.DataFrame(planted), pd.concat(spoken), alarms, command, declared)


def _summed(
    planted: pd.DataFrame, spoken: pd.DataFrame, alarms: pd.DataFrame, command: str, declared: TermReference
) -> Rehearsed:
    by_fault = planted.groupby("fault").agg(
        planted_count=("is_caught", "size"),
        caught_count=("is_caught", "sum"),
        named_count=("is_named", "sum"),
        checks=("checks", lambda texts: _most_frequent(texts)),
    )
    by_fault = by_fault.reindex([name for name in FAULTS if name in by_fault.index]).reset_index()
    by_fault["title"] = [FAULTS[name][0] for name in by_fault["fault"]]
    by_fault["recall_pct"] = 100 * by_fault["caught_count"] / by_fault["planted_count"]
    by_check = _by_check(planted, spoken)
    untried = {check.check_code for check in declared.checks} - set(by_check["check_code"])
    return Rehearsed(
        planted, by_fault, by_check, command, len(declared.schools), int(alarms["school_id"].nunique()),
        len(alarms), len(untried), all(is_of_sample(school, declared) for school in declared.schools),
    )  # fmt: skip


def _by_check(planted: pd.DataFrame, spoken: pd.DataFrame) -> pd.DataFrame:
    """One row per check: faults it is there for (`aimed_count`), of these caught and missed, others, false alarms."""
    aimed, caught, beyond = Counter[str](), Counter[str](), Counter[str]()
    for aims, checks in zip(planted["aims"], planted["checks"], strict=True):
        meant, spoke = set(filter(None, aims.split(";"))), set(filter(None, checks.split(";")))
        aimed.update(meant)
        caught.update(meant & spoke)
        beyond.update(spoke - meant)
    alarms = Counter(spoken.loc[~spoken["is_planted"], "check_code"])
    rows = [
        {
            "check_code": code, "aimed_count": aimed[code], "caught_count": caught[code],
            "missed_count": aimed[code] - caught[code], "beyond_count": beyond[code], "alarm_count": alarms[code],
        }
        for code in sorted({*aimed, *beyond, *alarms})
    ]  # fmt: skip
    columns = ["check_code", "aimed_count", "caught_count", "missed_count", "beyond_count", "alarm_count"]
    frame = pd.DataFrame(rows, columns=columns)
    order = ["aimed_count", "caught_count", "beyond_count"]
    return frame.sort_values(order, ascending=False, kind="stable", ignore_index=True)


def _most_frequent(texts: pd.Series) -> str:
    codes = texts[texts != ""].str.split(";").explode()
    return "; ".join(codes.value_counts().index[:3])


def _plan(reference: Reference, term: Term, draw: random.Random) -> dict[str, tuple[str, int]]:
    """The fault of each school that gets one, with the seed of its details: every second school."""
    schools = [school.unit_id for school in reference.of(term).schools]
    chosen = draw.sample(schools, len(schools) // 2)
    names = list(FAULTS)
    first = draw.randrange(len(names))
    return {
        school_id: (names[(first + place) % len(names)], draw.randrange(1 << 30))
        for place, school_id in enumerate(chosen)
    }


def _write(
    folder: Path, reference: Reference, term: Term, plan: dict[str, tuple[str, int]], workers: int
) -> dict[str, list[str]]:
    """Write the files of all schools, or of those with a fault; gives the fields each fault touched."""
    folder.mkdir()
    schools = [school.unit_id for school in reference.of(term).schools if not plan or school.unit_id in plan]
    tasks = [(folder, reference, term, school_id, plan.get(school_id)) for school_id in schools]
    parts = [tasks[start::workers] for start in range(workers)]
    touched: dict[str, list[str]] = {}
    begin_server(__name__)
    with pool(workers) as writers:
        for part in writers.map(_write_some, parts):
            touched |= part
    return touched


def _write_some(tasks: Sequence[tuple[Any, ...]]) -> dict[str, list[str]]:
    touched = {}
    for folder, reference, term, school_id, planted in tasks:
        declared = reference.of(term)
        school = next(unit for unit in declared.schools if unit.unit_id == school_id)
        answers: dict[str, Value] = dict(school_answers(school, term, reference))
        if planted is not None:
            name, seed = planted
            before = reference.calendar.plan(term).previous
            last: dict[str, Value] = dict(school_answers(school, before, reference)) if before else {}
            form = declared.form.fields_for(school.level, term.part)
            fields = {field.field_id: field for field in form}
            if names := FAULTS[name][1](answers, last, fields, random.Random(seed)):
                touched[school_id] = names
        write_form(place_in(folder, f"{school_id}.xlsx"), form_order(reference, declared, school), answers)
    return touched


def _findings(
    folder: Path, reference: Reference, term: Term, previous: pd.DataFrame | None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    day = reference.calendar.plan(term).due_on - datetime.timedelta(days=1)
    cleaned = clean_term(list_received(folder, day), reference, term, previous)
    return cleaned.findings, cleaned.observations


def _asking(findings: pd.DataFrame) -> pd.DataFrame:
    here = findings[findings["severity"].isin(_ASKING)]
    return here[["school_id", "check_code", "field_id", "found"]].drop_duplicates().reset_index(drop=True)


def rehearsal_page(rehearsed: Rehearsed) -> str:
    """The result as a Markdown page: what the terminal shows is what the docs keep."""
    planted, caught = len(rehearsed.planted), int(rehearsed.planted["is_caught"].sum())
    lines = [
        "# Diễn tập: phép kiểm tra nào phát hiện lỗi nào",
        "",
        f"Lệnh: `{rehearsed.command}`. Dữ liệu minh họa; mỗi lỗi cài vào một báo cáo không có lỗi của một trường, "
        "ghi ra biểu mẫu, rồi đọc và kiểm tra như báo cáo thật. Phát hiện: trường có lỗi hoặc điểm cần giải trình "
        "mà báo cáo không có lỗi không có; chỉ đúng ô: phát hiện nằm ở một ô đã bị thay đổi.",
        "",
        f"Đã cài {planted} lỗi, phát hiện {caught} ({_pct(caught, planted)}). "
        f"Báo nhầm: {rehearsed.alarm_count} chỗ ở {rehearsed.alarmed_count}/{rehearsed.clean_count} trường không có lỗi.",
        *(() if rehearsed.is_of_sample else ("", _OF_NO_SAMPLE)),
        "",
        "| Loại lỗi | Đã cài | Phát hiện | Chỉ đúng ô | Phép kiểm tra thường báo |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for row in rehearsed.by_fault.to_dict("records"):
        lines.append(
            f"| {row['title']} | {row['planted_count']} | "
            f"{row['caught_count']} ({_pct(row['caught_count'], row['planted_count'])}) | {row['named_count']} | {row['checks']} |"
        )
    lines += [
        "",
        "Từng phép kiểm tra: *phải bắt* là số lỗi cài vào đúng loại và đúng ô mà phép đó sinh ra để bắt; *bắt thêm* là "
        "lỗi loại khác mà phép đó cũng báo; *báo nhầm* đếm ở trường không bị cài lỗi. "
        f"{rehearsed.untried_count} phép khác không báo và không có lỗi nào để bắt.",
        "",
        "| Phép kiểm tra | Phải bắt | Bắt được | Bỏ sót | Bắt thêm | Báo nhầm |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in rehearsed.by_check.to_dict("records"):
        aimed, caught = row["aimed_count"], row["caught_count"]
        share = f"{caught} ({_pct(caught, aimed)})" if aimed else "–"
        lines.append(
            f"| {row['check_code']} | {aimed or '–'} | {share} | {row['missed_count'] if aimed else '–'} | "
            f"{row['beyond_count']} | {row['alarm_count']} |"
        )
    return "\n".join(lines)


def _pct(part: int, whole: int) -> str:
    return f"{100 * part / whole:.0f}%" if whole else "—"


def aimed_at(fault: str, touched: Sequence[str], level: str, declared: TermReference) -> set[str]:
    """The codes of the checks and messages that one planted fault should bring up at one school."""
    names, aims = set(touched), set(_READING.get(fault, ()))
    for check, left, right in _compared(level, declared):
        if _is_for(fault, names, check, left, right):
            aims.add(check.check_code)
    return aims


def _is_for(fault: str, names: set[str], check: Check, left: Sequence[str], right: Sequence[str]) -> bool:
    """Say whether one check is there for one kind of fault at some fields."""
    if fault in _SUMS:
        return check.kind == "sum_equals" and bool(names & {*left, *right})
    if fault in _PARTS:
        return check.kind == "at_most" and len(left) == 1 and left[0] in names
    if fault == "in_thousands":
        return check.kind in ("ratio_within", "outlier") and left[0] in names
    if check.kind == "unchanged" and fault == "last_term_again":
        return check.fields == (EVERYTHING,)
    if check.kind == "unchanged" and fault == "section_again":
        return check.fields != (EVERYTHING,) and len(names & set(left)) >= _MOST_OF * len(left)
    return False


def _compared(
    level: str, declared: TermReference
) -> Iterator[tuple[Check, tuple[str, ...], tuple[str, ...]]]:
    part = declared.term.part
    fields = {field.field_id: field for field in declared.form.fields_for(level, part)}
    for check in declared.checks:
        if applies(check.levels, level) and applies(check.terms, part):
            for left, right in check.expanded(fields):
                yield check, left, right
