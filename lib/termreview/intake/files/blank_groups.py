"""One column of a grid that a school leaves blank whole, as it has no such group: a note where the parts add up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from termreview.intake.files.file_reading import Answer, FileReading

REQUIRED_BLANK, LEFT_BLANK = "required_blank", "group_left_blank"
# What the form lets stand blank for want of figures is asked about; a list of its own always has an answer.
BLANK_LISTS = {"yes_no": "yes_no_blank", "status": "choice_blank", "choice": "choice_blank"}
BLANK_CODES = frozenset({REQUIRED_BLANK, *BLANK_LISTS.values()})


def note_blank_groups(reading: FileReading, parts: Mapping[str, Sequence[str]]) -> None:
    """Make one note of the blanks of each column that is blank in all its rows, where totals prove it to be empty.

    The answers stay blank: they are not zero. Where any total differs from its parts, or none is given, every
    blank stays a query of its own.

    Parameters
    ----------
    parts
        The fields that add up to one total, by the total: all other columns of its row.
    """
    missed = {remark.field_id for remark in reading.remarks if remark.code == REQUIRED_BLANK}
    if not any(name in missed for names in parts.values() for name in names):
        return
    answers = {answer.field_id: answer for answer in reading.answers}
    columns: dict[tuple[str | None, str], list[str]] = {}
    for total, names in parts.items():
        for name in names:
            if name in answers and total in answers:
                columns.setdefault((answers[total].sheet, name.rpartition(".")[2]), []).append(name)
    whole = {
        place: names
        for place, names in columns.items()
        if all(answers[name].state == "blank" for name in names)
    }
    is_proven = _add_up(parts, answers)
    for names in whole.values():
        blank = [name for name in names if name in missed]
        if blank and is_proven:
            _fold(reading, blank)


def _add_up(parts: Mapping[str, Sequence[str]], answers: Mapping[str, Answer]) -> bool:
    """Say whether totals are given and each is the sum of the parts that are given."""
    sums = []
    for total, names in parts.items():
        stated = answers[total].value_number if total in answers else None
        given = [answers[name] for name in names if name in answers and answers[name].state != "blank"]
        if stated is not None and given:
            sums.append(stated == sum(answer.value_number or 0.0 for answer in given))
            sums += [answer.state != "unreadable" for answer in given]
    return bool(sums) and all(sums)


def _fold(reading: FileReading, blank: Sequence[str]) -> None:
    """Put one note in the place of the queries about some blanks of one column."""
    folded = [
        remark for remark in reading.remarks if remark.code == REQUIRED_BLANK and remark.field_id in blank
    ]
    first = folded[0]
    note = first._replace(code=LEFT_BLANK, cause=LEFT_BLANK, found=str(len(folded)))
    reading.remarks = [
        note if remark is first else remark
        for remark in reading.remarks
        if remark is first or remark not in folded
    ]
