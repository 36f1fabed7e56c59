"""One sheet's words that a school put beside its answers: over a hint, in a note, in a title; quoted, never lost."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from termreview.cells import address
from termreview.forms.layout import UNIT_COLUMN, FormLayout
from termreview.intake.files.file_reading import FileReading, Remark
from termreview.intake.places.located import Located
from termreview.intake.places.unowned import HIDDEN, figures_in, tells_of_a_person
from termreview.intake.values.personal_data import name_without_personal
from termreview.intake.values.printed_text import is_spelling_of, states_unit
from termreview.spreadsheets.model.workbook_model import places_inside
from termreview.spreadsheets.workbook import Sheet, Workbook
from termreview.text import NOTHING_WORDS, clean, fold

_LONGEST, _LONGEST_LINE = 120, 200
_MOST_SHOWN = 5
_WORDS = re.compile(r"[^\W\d_].*[^\W\d_]")
_DRAFT = re.compile(r"\bnháp\b|\bban nhap\b|\(nhap\b|chưa chính thức|chưa gửi|chưa duyệt|bản thử\b|\bdraft\b")
_COVER_ROWS = 12  # of the first sheet, above and with the identity of the school
_Said = list[tuple[tuple[int, int], str]]


def note_written(
    reading: FileReading,
    workbook: Workbook,
    located: Located,
    layout: FormLayout,
    strange: Mapping[str, Sequence[tuple[int, int]]],
    note_heads: tuple[str, ...],
) -> set[tuple[str, int, int]]:
    """Ask about the words beside the answers of one file, in one line a sheet; return the cells that are quoted.

    Parameters
    ----------
    strange
        By sheet the places that are neither asked nor printed.
    note_heads
        With which the notes of a return begin where a program took their author away.
    """
    told: set[tuple[str, int, int]] = set()
    drafts = _drafts_on_cover(workbook, located)
    for name, places in strange.items():
        sheet = next(sheet for sheet in located.sheets.values() if sheet.name == name)
        said, lines = _words_beside(located, sheet, places, layout)
        told |= {(name, *place) for place, _ in said}
        _ask_beside(reading, sheet, located, said, note_heads)
        for place in lines:
            text = sheet.cells[place].text
            if _DRAFT.search(clean(text).casefold()):
                drafts.append(f"{quoted(text)} ({name}!{address(*place)})")
            elif states_unit(text, layout.spoken_units):
                own = "ghi ở từng dòng"
                reading.remarks.append(
                    Remark(
                        "unit_differs",
                        "unit_differs",
                        name,
                        address(*place),
                        found=clean(text)[:_LONGEST],
                        expected=own,
                        label=f"sheet {name}",
                    )
                )
            else:
                continue
            told.add((name, *place))
    if _DRAFT.search(clean(reading.file.name.replace("_", " ")).casefold()):
        drafts.append(f'tên tệp "{name_without_personal(reading.file.name)}"')
    if drafts:
        found = "; ".join(drafts[:_MOST_SHOWN])
        reading.remarks.append(Remark("marked_draft", "marked_draft", found=found))
    return told


def _words_beside(
    located: Located, sheet: Sheet, places: Sequence[tuple[int, int]], layout: FormLayout
) -> tuple[_Said, list[tuple[int, int]]]:
    """The words in the rows of answers, quoted, and the places of the other lines."""
    extent = located.extents[sheet.name]
    said: _Said = []
    lines = []
    for place in sorted(places):
        row, column = place
        cell = sheet.cells[place]
        if cell.kind != "text" or cell.formula is not None or not holds_text(cell.text):
            continue
        if row not in extent.last_columns:
            if len(cell.text) <= _LONGEST_LINE:
                lines.append(place)
        elif (
            column >= extent.left > UNIT_COLUMN - 1
            and not figures_in(cell)  # asked as a number
            and fold(cell.text) not in NOTHING_WORDS
            and not is_spelling_of(cell.text, layout.spoken_texts)
        ):
            said.append((place, quoted(cell.text)))
    return said, lines


def _ask_beside(
    reading: FileReading, sheet: Sheet, located: Located, said: _Said, note_heads: tuple[str, ...]
) -> None:
    """Ask about what stands beside and over the answers of one sheet."""
    asked = located.asked[sheet.name]
    for place, text in sorted(sheet.notes.items()):
        for head in note_heads:
            text = text.partition(f"\n\n{head}")[0] if not text.startswith(head) else ""
        if clean(text):
            said.append((place, f"ghi chú {quoted(text)}"))
    over = [
        (min(covered), "hình ảnh")
        for first, last in sheet.pictures
        if (covered := places_inside(asked, first, last))
    ]
    for code, found in (("written_beside", said), ("picture_over_answers", over)):
        if found:
            words = [f"{text} ({address(*place)})" for place, text in found[:_MOST_SHOWN]]
            rest = len(found) - _MOST_SHOWN
            words += [f"và {rest} chỗ khác"] if rest > 0 else []
            first = address(*next((place for place, _ in found if place in asked), found[0][0]))
            reading.remarks.append(Remark(code, code, sheet.name, first, found="; ".join(words)))


def _drafts_on_cover(workbook: Workbook, located: Located) -> list[str]:
    """The words on the first sheet that call the report a draft, each with its place."""
    cover = workbook.sheets[0]
    if any(sheet is cover for sheet in located.sheets.values()):
        return []
    return [
        f"{quoted(cell.text)} ({cover.name}!{address(row, column)})"
        for (row, column), cell in sorted(cover.cells.items())
        if row <= _COVER_ROWS
        and cell.kind == "text"
        and _DRAFT.search(clean(cell.text[:_LONGEST_LINE]).casefold())
    ]


def quoted(text: str) -> str:
    """One text as it is quoted: never what may tell of a person."""
    shown = clean(text)
    if tells_of_a_person(shown):
        return f'"{HIDDEN}"'
    return f'"{shown[:_LONGEST]}{HIDDEN if len(shown) > _LONGEST else ""}"'


def holds_text(text: str) -> bool:
    """Say whether one text holds more than figures and signs."""
    return _WORDS.search(text) is not None
