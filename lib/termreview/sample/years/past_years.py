"""One folder of an office with school years behind it: the sample's declarations, and the files of earlier years.

Every school sent a faultless file in time in the earlier years: they are there to be looked back on. They are cleaned
and scored as any others, by the index in force in each year.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from termreview.errors import UsageError
from termreview.insight.moderation import draw as draw_by_lot
from termreview.intake.received.received import RECEIVED_LIST
from termreview.reference.declarations import Reference, load_reference
from termreview.reference.kinds.indicators import IndicatorSet
from termreview.reference.kinds.units import Unit
from termreview.sample.answers.answers import SAMPLE_SET, is_of_sample, school_answers
from termreview.sample.answers.index import index_answers, points_of_facts
from termreview.sample.deliveries import Arrival
from termreview.sample.sample_files import SampleFile, write_received, write_sample_files
from termreview.sample.schools.scenarios import draw
from termreview.sample.schools.schools import Answer, SchoolTerm, school_term
from termreview.sample.years.planted import (
    COMMUNES_BEFORE,
    DRAWN_COUNT,
    EASY_GAP,
    EASY_ITEM,
    IDLE,
    LOOKED_AT,
    MERGED_COMMUNE,
    NAMES_BEFORE,
    OLD_RULE_YEARS,
    OLD_SET,
    PARENTS_BEFORE,
    PAST_YEARS,
    REFORM_DAY,
    REFORM_EVENTS,
    RISK,
    SEED,
    SLIPS,
    WORKED,
    in_year,
)
from termreview.storage.atomic_files import write_list, write_text
from termreview.storage.workspace import Workspace
from termreview.terms import Term

_SAMPLE_YEAR = "2023-2024"
_LAST = Term(_SAMPLE_YEAR, "hk2")
_STRICTER = (  # bands of the index that its earlier version set higher
    ("{from: 20, points: 4}", "{from: 40, points: 4}"), ("{from: 20, points: 5}", "{from: 40, points: 5}"),
    ("{above: 60, points: 7}", "{above: 85, points: 7}"), ("{above: 60, points: 6}", "{above: 85, points: 6}"),
    ("{above: 60, points: 8}", "{above: 85, points: 8}"),
)  # fmt: skip
_PARTS = (("hk1", "học kỳ I", "semester_review"), ("hk2", "học kỳ II", "year_end_summary"))
_TRIAL = "bản thử nghiệm (minh họa)"
_ACTIONS = (
    ("tap-huan-quan-tri", "Tập huấn tại trường về hệ thống quản trị và học liệu số (minh họa)", WORKED),
    ("cap-tai-khoan-lms", "Cấp tài khoản LMS dùng chung (minh họa)", IDLE),
)
_WORKERS = 2  # processes that write files
_VERIFIED_BY, _REASON = "Tổ thẩm định (minh họa)", "Đối chiếu minh chứng tại trường (minh họa)."


def declare_past_years(source: Workspace, folder: Path) -> Workspace:
    """Make one folder an office with the sample's declarations and four school years before its own; no files yet.

    Returns
    -------
    Workspace
        With the calendar and registry of the earlier years, what the office did and whom it visited.

    Raises
    ------
    UsageError
        When the folder has declarations already.
    DeclarationError
        When the declarations at hand do not go with earlier years.
    """
    made = Workspace(folder.resolve())
    if made.reference.exists():
        raise UsageError("office_folder_taken", folder=made.root)
    ignored = shutil.ignore_patterns("~$*", ".*", "*.failed.ipynb")
    shutil.copytree(source.reference, made.reference, ignore=ignored)
    shutil.copytree(source.notebooks, made.notebooks, ignore=ignored, dirs_exist_ok=True)
    _declare(made.reference)
    return made


def past_terms() -> tuple[Term, ...]:
    """The terms of the earlier years, the oldest first."""
    return tuple(Term(school_year, part) for school_year in PAST_YEARS for part, _, _ in _PARTS)


def write_past_files(
    workspace: Workspace,
    reference: Reference,
    progress: Callable[[str], None] = lambda line: None,
    terms: Sequence[Term] = (),
) -> dict[Term, datetime.date]:
    """Write the file of every school in every earlier term with the list of what came when: by term, the day all came."""
    days = {}
    for term in terms or past_terms():
        declared = reference.of(term)
        day = declared.plan.due_on - datetime.timedelta(days=3)
        files = [
            SampleFile(term, school, Arrival(term.part, school.unit_id, day.isoformat(), name=_file_name(school, term)))
            for school in declared.schools
        ]  # fmt: skip
        folder = workspace.raw(term)
        folder.mkdir(parents=True)
        made = write_sample_files(files, folder, reference, _WORKERS, past_answers)
        for number, file in enumerate(made, start=1):
            progress(f"{term.term_id} {number}/{len(files)} {file.arrival.name}")
        write_received(folder / RECEIVED_LIST, files)
        days[term] = day
    return days


def _file_name(school: Unit, term: Term) -> str:
    return f"{school.unit_id}_BC_{term.part.upper()}_{term.school_year}.xlsx"


def _declare(folder: Path) -> None:
    """Declare the earlier years and communes, the earlier index, what the office did, and whom it visited."""
    _reform(folder)
    calendar = folder / "calendar.yml"
    head, rest = calendar.read_text(encoding="utf-8").split("school_years:\n", 1)
    first = f'      - id: "{_SAMPLE_YEAR}-hk1"\n'
    before = (
        f'{first}        previous: "{PAST_YEARS[-1]}-hk2"\n        compare_with: "{PAST_YEARS[-1]}-hk1"\n'
    )
    write_text(
        calendar, f"{head}school_years:\n{''.join(map(_year, PAST_YEARS))}{rest.replace(first, before)}"
    )
    index = (folder / "indicator_sets" / f"{SAMPLE_SET}.yml").read_text(encoding="utf-8")
    index = index.replace(f'id: "{SAMPLE_SET}"', f'id: "{OLD_SET}"', 1)
    index = re.sub(r'^(title: ".*)"$', rf'\1, {_TRIAL}"', index, flags=re.MULTILINE)
    index = re.sub(r"^short_title: .*$", f'short_title: "Bộ chỉ số CĐS {_TRIAL}"', index, flags=re.MULTILINE)
    for now, then in _STRICTER:
        index = index.replace(now, then)
    write_text(folder / "indicator_sets" / f"{OLD_SET}.yml", index)
    advice = folder / "advice" / f"{SAMPLE_SET}.yml"
    if advice.is_file():
        shutil.copyfile(advice, folder / "advice" / f"{OLD_SET}.yml")
    _add_rows(folder / "office_actions.csv", [(*one[:2], _SAMPLE_YEAR, ";".join(one[2]), "C") for one in _ACTIONS])  # fmt: skip
    reference = load_reference(folder)
    drawn = draw_by_lot(_can_be_drawn(reference), DRAWN_COUNT, SEED)
    visits = [(_LAST.term_id, one, "risk", "") for one in RISK]
    _add_rows(folder / "visits.csv", [*visits, *((_LAST.term_id, one, "lot", SEED) for one in drawn)])
    _add_rows(folder / "verified_points.csv", _verified(reference, (*RISK, *drawn)))


def _reform(folder: Path) -> None:
    """Declare the communes of before the reform: of two one was made, one school stands under another, one has a new name."""
    path = folder / "units.csv"
    head, *rows = csv.reader(path.read_text(encoding="utf-8").splitlines())
    told = []
    last = REFORM_DAY - datetime.timedelta(days=1)
    for row in rows:
        unit = dict(zip(head, row, strict=True))
        if datetime.date.fromisoformat(unit["valid_from"]) < REFORM_DAY and unit["unit_id"] in {*PARENTS_BEFORE, *NAMES_BEFORE, MERGED_COMMUNE}:  # fmt: skip
            if unit["unit_id"] == MERGED_COMMUNE:
                for unit_id, (name, short) in COMMUNES_BEFORE.items():
                    then = unit | {
                        "unit_id": unit_id,
                        "valid_to": str(last),
                        "name": name,
                        "short_name": short,
                        "aliases": "",
                    }
                    told.append(list(then.values()))
            else:
                name, short = NAMES_BEFORE.get(unit["unit_id"], (unit["name"], unit["short_name"]))
                parent = PARENTS_BEFORE.get(unit["unit_id"], unit["parent_id"])
                then = unit | {"valid_to": str(last), "name": name, "short_name": short, "parent_id": parent}
                told.append(list(then.values()))
            unit["valid_from"] = str(REFORM_DAY)
        told.append(list(unit.values()))
    write_list(path, head, told)
    _add_rows(folder / "unit_events.csv", [(*event[:1], REFORM_DAY, *event[1:]) for event in REFORM_EVENTS])


def _year(school_year: str) -> str:
    """One earlier year as the calendar writes it; each term follows the one before."""
    first, second = (int(year) for year in school_year.split("-"))
    days = {"hk1": (f"{second}-01-10", f"{first}-12-31"), "hk2": (f"{second}-05-25", f"{second}-05-15")}
    own = OLD_SET if school_year in OLD_RULE_YEARS else SAMPLE_SET
    before = f"{first - 1}-{first}"
    lines = [f'  - id: "{school_year}"', f'    starts_on: "{first}-09-05"', "    terms:"]
    for part, title, report in _PARTS:
        values = {"id": f"{school_year}-{part}", "part": part, "title": title, "report": report}
        if part == "hk2":
            values |= {"previous": f"{school_year}-hk1", "compare_with": f"{school_year}-hk1"}
        elif before in PAST_YEARS:
            values |= {"previous": f"{before}-hk2", "compare_with": f"{before}-hk1"}
        values |= {
            "due_on": days[part][0], "data_as_of": days[part][1], "form": "cv407-2023", "tasks": "cv407-2023",
            "indicator_set": own, "legal": "cv-407-2023", "mark": "C",
        }  # fmt: skip
        lines += [f'      {"-" if key == "id" else " "} {key}: "{value}"' for key, value in values.items()]
    return "\n".join(lines) + "\n"


def _can_be_drawn(reference: Reference) -> list[str]:
    """The schools of the last term that lots go among: scored, not visited for their risk, none whose fate is told elsewhere."""
    levels, left_out = reference.indicator_sets[SAMPLE_SET].levels, {*RISK, *SLIPS, *WORKED}
    return [one.unit_id for one in reference.of(_LAST).schools if one.level in levels and one.unit_id not in left_out]  # fmt: skip


def _verified(reference: Reference, school_ids: Sequence[str]) -> list[tuple[object, ...]]:
    """What was verified at the schools visited: mostly what they claim, less at the item that is claimed too easily."""
    declared = reference.of(_LAST)
    schools = {school.unit_id: school for school in declared.schools}
    rows: list[tuple[object, ...]] = []
    for school_id in school_ids:
        answers = school_answers(schools[school_id], _LAST, reference)
        for item in declared.indicator_set.items:
            if item.item_id not in LOOKED_AT:
                continue
            own = float(answers.get(item.field("self"), 0.0))  # type: ignore[arg-type]
            dice = draw(school_id, item.item_id, "verified")
            gap = EASY_GAP + dice.choice((-1, 0, 0, 1)) if item.item_id == EASY_ITEM else dice.choice((0, 0, 0, 0, 1, -1))  # fmt: skip
            points = min(max(own - gap, 0.0), item.max_points)
            day = declared.plan.data_as_of + datetime.timedelta(days=4)
            rows.append((school_id, _LAST.term_id, item.item_id, f"{points:g}", _REASON, _VERIFIED_BY, day))
    return rows


def past_answers(school: Unit, term: Term, reference: Reference) -> dict[str, Answer]:
    """What one school answered in one earlier term; its own points are those that its facts give by the index of then."""

    def placed(here: SchoolTerm) -> SchoolTerm:
        return in_year(here, term.school_year)

    declared = reference.of(term)
    answers = school_answers(school, term, reference, placed)
    index: IndicatorSet = declared.indicator_set
    if not is_of_sample(school, declared) or school.level not in index.levels:
        return answers
    here = placed(school_term(school, term, reference))
    # What schools do does not depend on the index that counts it: claims are those of the index of today.
    answers |= index_answers(here, reference.indicator_sets[SAMPLE_SET], answers)
    answers |= {
        item.field("self"): points_of_facts(here, item, answers) for item in index.items if item.rule.kind != "claim"
    }  # fmt: skip
    asked = {field.field_id for field in declared.form.fields_for(school.level, term.part)}
    return {name: answer for name, answer in answers.items() if name in asked}


def _add_rows(path: Path, rows: Iterable[Sequence[object]]) -> None:
    added = io.StringIO()
    csv.writer(added, lineterminator="\n").writerows(rows)
    write_text(path, path.read_text(encoding="utf-8").rstrip("\n") + "\n" + added.getvalue())
