"""One file read into one school's answers: identity, fields, values, and every remark on the way."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

from termreview.cells import address
from termreview.forms.layout import FINGERPRINT_SHEET
from termreview.intake.files.cell_reconciliation import note_workbook, reconcile_cells
from termreview.intake.files.field_answers import read_answers
from termreview.intake.files.file_decisions import CLAIMED, PUT_ASIDE, SET_ASIDE, decision_on
from termreview.intake.files.file_reading import FileReading, Remark
from termreview.intake.files.multi_school import divide, is_shared
from termreview.intake.files.near_duplicates import note_hashes
from termreview.intake.files.reader import Reader
from termreview.intake.places.identity import changed_facts, is_term, other_term_stated, with_numbers
from termreview.intake.places.locate import locate, read_fingerprint, read_identity
from termreview.intake.places.located import Located
from termreview.intake.places.office_cells import without_office_parts
from termreview.intake.places.points_sheet import without_points_sheets
from termreview.intake.received.received import ReceivedFile
from termreview.intake.values.printed_text import names_another
from termreview.reference.kinds.units import Unit
from termreview.spreadsheets.workbook import RefusedFile, Workbook, read_workbook
from termreview.text import clean, fold

OTHER_NAMED = "named_for_other_school"
_SCHOOLS_SHOWN = 5
_LONGEST_NAME = 120


def read_file(file: ReceivedFile, reader: Reader) -> FileReading:
    """Read one file; whatever is wrong with it becomes a remark or a refusal, never an exception.

    A refused file whose name is of one school and whose content of another is nobody's: neither is told of a file
    that is perhaps not its own.
    """
    decision = decision_on(file, reader.file_decisions, SET_ASIDE)
    if decision is not None:
        told = Remark(PUT_ASIDE, PUT_ASIDE, found=decision.reason, detail=decision.decision_id)
        return FileReading(file, refusal="set_aside", remarks=[told])
    decision = decision_on(file, reader.file_decisions, "claim")
    claimed = None if decision is None else reader.schools.get(decision.school_id)
    reading = _read(file, reader, claimed)
    if claimed is not None and decision is not None and reading.school_id == claimed.unit_id:
        reading.remarks.append(
            Remark(
                CLAIMED, CLAIMED, found=decision.reason, expected=claimed.name, detail=decision.decision_id
            )
        )
        return reading
    if reading.refusal is not None:
        named = reader.file_names.school_of(file.name)
        if named is not None and named != reading.school_id:
            reading.named += [named] if reading.school_id is None else [reading.school_id, named]
            reading.school_id = None
        reading.named = [one for one in dict.fromkeys(reading.named) if one in reader.schools]
    return reading


def _read(file: ReceivedFile, reader: Reader, claimed: Unit | None) -> FileReading:
    reading = FileReading(file)
    try:
        workbook = read_workbook(file.source)
    except RefusedFile as refused:
        _refuse(reading, refused.reason, detail=refused.detail)
        reading.school_id = claimed.unit_id if claimed else reader.file_names.school_of(file.name)
        return reading
    reading.cells_total = sum(
        len(sheet.cells) for sheet in workbook.sheets if sheet.name != FINGERPRINT_SHEET
    )
    workbook = without_points_sheets(workbook)  # what a return added counts as ignored cells
    if workbook.kind == "csv":
        workbook = with_numbers(workbook)
    marks = read_fingerprint(workbook)
    if (not marks or is_shared(workbook)) and divide(workbook, reader) is not None:
        reading.is_shared = True
        _refuse(reading, "unknown_school", found=_named(workbook, reader))
        reading.named = list(_schools_on(workbook, reader))
        return reading
    visible = read_identity(workbook, reader.term.form)
    if (office := reader.term.form.office) is not None:
        workbook = without_office_parts(workbook, office)
    school = _identify(reading, workbook, marks, visible, reader, claimed)
    by_file_name = reader.schools.get(reader.file_names.school_of(file.name) or "")
    rival = (
        None
        if school is None
        else _rival(workbook, bool(marks), visible.get("school_name", ""), by_file_name, school, reader)
    )
    if rival is not None and school is not None and claimed != school:
        school = _claimed_of(reading, school, rival, claimed)
    if school is None:
        return reading
    reading.school_id, reading.form_id = school.unit_id, reader.term.form.form_id
    layout = reader.layouts[school.level]
    if marks.get("level", school.level) != school.level:
        code, titles = "form_level_differs", reader.registry.level_titles()
        found = titles.get(marks["level"], marks["level"][:_LONGEST_NAME])
        reading.remarks.append(Remark(code, code, found=found, expected=titles.get(school.level, "")))
    elif marks and marks.get("layout") != layout.version:
        reading.remarks.append(
            Remark(
                "form_version_differs",
                "form_version_differs",
                found=marks.get("layout", ""),
                expected=layout.version,
            )
        )
    if by_file_name is not None and by_file_name != school and claimed is None:
        named, code = by_file_name, OTHER_NAMED
        reading.remarks.append(
            Remark(code, code, found=named.name, expected=school.name, detail=named.unit_id)
        )
    if not marks:
        reading.remarks += _others_named(workbook, school, reader)
    located = locate(workbook, layout)
    if not located.positions:
        _refuse(reading, "not_our_form")
        return reading
    if claimed is None:
        _ask_about_name(reading, workbook, visible.get("school_name", ""), located, school, reader)
    _ask_about_term(reading, workbook, visible.get("term_id", ""), located, school.level, reader)
    _ask_about_facts(reading, workbook, school, reader)
    reading.found_by = located.found_by
    read_answers(reading, located, school.level, reader, workbook)
    if not any(
        answer.state != "blank" and answer.field_id not in reader.lasting for answer in reading.answers
    ):
        reading.answers, reading.remarks = [], []
        reading.cells_used = reading.cells_flagged = 0
        _refuse(reading, "no_cells")
        return reading
    note_hashes(reading)
    note_workbook(reading, workbook, located)
    reconcile_cells(reading, workbook, located, layout, reader.note_heads)
    return reading


def _refuse(reading: FileReading, reason: str, found: str = "", expected: str = "", detail: str = "") -> None:
    reading.refusal = reason
    reading.remarks.append(
        Remark(f"refused_{reason}", f"refused_{reason}", found=found, expected=expected, detail=detail)
    )


def _claimed_of(reading: FileReading, one: Unit, other: Unit, claimed: Unit | None) -> Unit | None:
    """The school of a file that two schools claim: the one that the office decided for, or else the file is refused.

    To believe either would put one school's figures in the other's place.
    """
    if claimed in (one, other):
        return claimed
    reading.school_id, reading.named = None, [one.unit_id, other.unit_id]
    _refuse(reading, "unknown_school", found=f"{one.unit_id} và {other.unit_id}")
    return None


def _rival(
    workbook: Workbook, is_marked: bool, name: str, by_file_name: Unit | None, school: Unit, reader: Reader
) -> Unit | None:
    """The school that all names on one file mean, where its code is another's; None where they are not of one mind.

    Those are the name on the first sheet, the titles of the sheets and the name of the file. Against our hidden mark it
    takes all three; against a code that somebody typed the name on the first sheet, or the other two.
    """
    by_name = school if name == school.name else reader.names.get(fold(name))
    if by_name == school or (is_marked and (by_name is None or by_file_name in (None, school))):
        return None  # nearly always
    titled = _schools_in_titles(workbook, reader)
    named = [one for one in (by_name, *titled, by_file_name) if one is not None]
    if not named or any(one == school or one != named[0] for one in named):
        return None
    places = [by_name is not None, bool(titled), by_file_name is not None]
    is_enough = all(places) if is_marked else by_name is not None or sum(places) > 1
    return named[0] if is_enough else None


def _schools_in_titles(workbook: Workbook, reader: Reader) -> list[Unit]:
    """The schools named in the titles above the sheets."""
    headings = [f"{fold(plan.title)} " for plan in reader.term.form.sheets]
    found = []
    for sheet in workbook.sheets:
        title = sheet.cells.get((1, 1))
        folded = fold(title.text) if title is not None and title.kind == "text" else ""
        for heading in headings:
            school = reader.names.get(folded.removeprefix(heading)) if folded.startswith(heading) else None
            found += [] if school is None else [school]
    return found


def _identify(
    reading: FileReading,
    workbook: Workbook,
    marks: Mapping[str, str],
    visible: Mapping[str, str],
    reader: Reader,
    claimed: Unit | None,
) -> Unit | None:
    term = reader.term
    if not marks and not visible:
        return _identify_by_name(reading, workbook, reader, claimed)
    term_id = marks.get("term_id") or visible.get("term_id", "")
    school_id = marks.get("school_id") or visible.get("school_id", "")
    school = reader.schools.get(school_id)
    if school is None and claimed is not None:  # whose it is was not to be told from it
        school = claimed
    if school is None and not marks and school_id:
        school = reader.schools.get(school_id.zfill(len(next(iter(reader.schools), ""))))
        if school is not None:
            reading.remarks.append(_other_code(school_id, visible.get("school_name", ""), school))
    if school is None and not marks:
        named = reader.registry.named(visible.get("school_name", ""), term.plan.due_on)
        if len(named) == 1:
            school = named[0]
            reading.remarks.append(
                Remark(
                    "matched_by_name", "matched_by_name", found=visible["school_name"], expected=school.name
                )
            )
    typed = visible.get("school_id")
    if school is not None and marks and typed and typed in reader.schools and typed != school.unit_id:
        school = _claimed_of(reading, reader.schools[typed], school, claimed)
        if school is None:
            return None
    if school is not None:
        reading.school_id = school.unit_id
    if term_id and not is_term(term_id, term.term):
        _refuse(reading, "other_term", found=term_id, expected=term.term.term_id)
        return None
    if school is None:
        known = school_id in reader.registry.known_ids()
        _refuse(
            reading,
            "school_not_expected" if known else "unknown_school",
            found=school_id or visible.get("school_name") or "không có mã, không có tên",
        )
        return None
    if marks and typed and typed != school.unit_id and claimed is None:
        reading.remarks.append(_other_code(typed, visible.get("school_name", ""), school))
    return school


def _other_code(found: str, name: str, school: Unit) -> Remark:
    """The remark on a code that is not the school's to the letter: a spreadsheet took its zero, or somebody wrote it."""
    is_zero_lost = found.zfill(len(school.unit_id)) == school.unit_id and fold(name) == fold(school.name)
    code = "code_zero_lost" if is_zero_lost else "identity_mismatch"
    return Remark(code, code, found=found, expected=school.unit_id)


def _identify_by_name(
    reading: FileReading, workbook: Workbook, reader: Reader, claimed: Unit | None
) -> Unit | None:
    """The school of a file that carries none of our marks: by one name or code on it, then as the office decided,
    then by its file name."""
    named = _schools_on(workbook, reader)
    if len(named) > 1:
        _refuse(reading, "unknown_school", found=_named(workbook, reader))
        reading.named = list(named)
        return None
    told = claimed.unit_id if claimed else reader.file_names.school_of(reading.file.name)
    code = next(iter(named), None) or told
    school = reader.schools.get(code or "")
    reading.school_id = code
    if school is None or not locate(workbook, reader.layouts[school.level]).positions:
        _refuse(reading, "not_our_form")
        return None
    if claimed is not None and not named:
        return school
    way = "matched_by_name" if named else "matched_by_file_name"
    reading.remarks.append(
        Remark(way, way, found=school.name if named else reading.file.name, expected=school.name)
    )
    return school


def _schools_on(workbook: Workbook, reader: Reader) -> dict[str, Unit]:
    """The schools that one workbook names or codes, by id."""
    mentions = (mention for found in reader.mentions(workbook) for mention in found)
    return {mention.school.unit_id: mention.school for mention in mentions}


def _others_named(workbook: Workbook, school: Unit, reader: Reader) -> list[Remark]:
    """The first place of each sheet where a file of one school names another: sheets may be another's."""
    code, remarks = "other_school_mentioned", []
    for mentions in reader.mentions(workbook):
        other = next((mention for mention in mentions if mention.school != school), None)
        if other is not None:
            place = address(other.row, other.column)
            remarks.append(Remark(code, code, other.sheet, place, found=other.words, expected=school.name))
    return remarks


def _ask_about_name(
    reading: FileReading, workbook: Workbook, name: str, located: Located, school: Unit, reader: Reader
) -> None:
    """Ask where the name that people see, on the first sheet or above a sheet, is not that of the school of the code.

    A neighbour's form that was filled again under its old code would put one school's figures in the other's place.
    """
    seen: list[tuple[str, str, str]] = []  # name, sheet, cell
    if name and name != school.name:
        place = next(
            (
                (sheet.name, address(row, column))
                for sheet in workbook.sheets
                for (row, column), cell in sheet.cells.items()
                if clean(cell.text) == name
            ),
            ("", ""),
        )
        seen.append((name, *place))
    layout = reader.layouts[school.level]
    for plan in layout.sheets:
        sheet = located.sheets.get(plan.plan.sheet_id)
        title = None if sheet is None else sheet.cells.get((1, 1))
        if sheet is None or title is None or title.text.endswith(school.name):
            continue
        heading, below = fold(plan.plan.title), fold(title.text)
        if below.startswith(f"{heading} "):
            seen.append((clean(title.text)[len(plan.plan.title) :].lstrip(" –—-:"), sheet.name, "A1"))
    if not seen:
        return  # nearly always
    own = reader.spoken_names.get(school.unit_id, frozenset())
    told = {remark.sheet for remark in reading.remarks if remark.code == "other_school_mentioned"}
    by_name: dict[str, list[tuple[str, str]]] = {}
    for name, sheet_name, cell in seen:
        if sheet_name not in told and names_another(name, own, reader.all_spoken_names):
            by_name.setdefault(name, []).append((sheet_name, cell))
    for name, places in by_name.items():
        where = ", ".join(f"{sheet}!{cell}" for sheet, cell in places[:_SCHOOLS_SHOWN])
        found = f"{name[:_LONGEST_NAME]} ({where}{', …' if len(places) > _SCHOOLS_SHOWN else ''})"
        reading.remarks.append(
            Remark(
                "identity_mismatch",
                "identity_mismatch",
                *places[0],
                found=found,
                expected=f"{school.name} ({school.unit_id})",
            )
        )


def _ask_about_term(
    reading: FileReading, workbook: Workbook, stated: str, located: Located, level: str, reader: Reader
) -> None:
    """Ask where the lines that people see call the file that of another term than it is taken for."""
    layout = reader.layouts[level]
    sheets = {
        located.sheets[plan.plan.sheet_id].name: [block.title_row for block in plan.blocks]
        for plan in layout.sheets
        if plan.plan.sheet_id in located.sheets
    }
    for name in located.as_printed:
        sheets[name] = []
    found = other_term_stated(workbook, reader.cover, sheets, reader.term.term, stated)
    if found:
        texts = "; ".join(dict.fromkeys(text[:_LONGEST_NAME] for text, _, _ in found[:_SCHOOLS_SHOWN]))
        code, own = "term_mismatch", reader.term.term.term_id
        reading.remarks.append(Remark(code, code, *found[0][1:], found=texts, expected=own))


def _ask_about_facts(reading: FileReading, workbook: Workbook, school: Unit, reader: Reader) -> None:
    """Ask where the first sheet says another level, another commune or another day of the data than was printed."""
    printed = reader.printed_facts(school)
    for label, found, sheet, cell in changed_facts(workbook, reader.cover, printed):
        code = "printed_fact_differs"
        reading.remarks.append(
            Remark(code, code, sheet, cell, found=found, expected=printed[label], label=label)
        )


def _named(workbook: Workbook, reader: Reader) -> str:
    """The schools that one workbook names, in words."""
    named = _schools_on(workbook, reader)
    shown = ", ".join(unit.name for unit in list(named.values())[:_SCHOOLS_SHOWN])
    return f"{len(named)} trường: {shown}" + (", …" if len(named) > _SCHOOLS_SHOWN else "")


def is_late(file: ReceivedFile, due_on: datetime.date) -> bool:
    """Say whether one file came after the deadline."""
    return file.received_on > due_on
