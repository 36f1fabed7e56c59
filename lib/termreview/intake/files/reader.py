"""One term as reading needs it: schools by id and name, the workbook of each level, drop-downs, dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from termreview.forms.layout import INFO_SHEET_ID, FormLayout, form_layout
from termreview.intake.files.file_decisions import FileDecisions
from termreview.intake.places.file_names import FileNames, file_names
from termreview.intake.places.identity import Mention, mentions_of, unique_names
from termreview.intake.values.date_value import DateWindow, term_window
from termreview.intake.values.text_value import absence_phrases
from termreview.intake.values.value_reading import Choices
from termreview.intake.values.values import choice_reading, plain_numbers
from termreview.reference.declarations import TermReference
from termreview.reference.kinds.forms import Field
from termreview.reference.kinds.units import Registry, Unit
from termreview.spreadsheets.workbook import Workbook
from termreview.text import day_text, fold, plain_key


class Question(NamedTuple):
    """One field as it is asked: its drop-down, and the bounds and steps of a number that needs no second look."""

    field_id: str
    field: Field
    choices: Choices | None
    least: float
    most: float
    step: float


@dataclass(frozen=True)
class Reader:
    """What reading needs to know of one term; built once, used for every file."""

    term: TermReference
    registry: Registry
    file_decisions: FileDecisions = field(default_factory=dict)
    note_heads: tuple[str, ...] = ()  # with which the notes of a return begin

    @cached_property
    def schools(self) -> Mapping[str, Unit]:
        """Schools expected in the term by id."""
        return {school.unit_id: school for school in self.term.schools}

    @cached_property
    def layouts(self) -> Mapping[str, FormLayout]:
        """The workbook of each school level."""
        levels = {school.level for school in self.term.schools}
        return {level: form_layout(self.term.form, level, self.term.term.part) for level in sorted(levels)}

    @cached_property
    def lasting(self) -> frozenset[str]:
        """The fields that a form may carry from last term: alone they are no report."""
        rows = {row.row_code for row in self.term.form.rows if row.prefill}
        return frozenset(
            field_id
            for layout in self.layouts.values()
            for field_id, (_, place) in layout.places.items()
            if place.field.row_code in rows
        )

    @cached_property
    def questions(self) -> Mapping[str, tuple[Question, ...]]:
        """The fields of each school level in form order, each with its drop-down."""
        return {
            level: tuple(
                Question(field_id, place.field, self._choices_of(place.field), *plain_numbers(place.field))
                for field_id, (_, place) in layout.places.items()
            )
            for level, layout in self.layouts.items()
        }

    def _choices_of(self, asked: Field) -> Choices | None:
        """The drop-down of one field, or how a document is said not to be there."""
        if asked.names_document:
            return self._documents
        return self.choices.get("yes_no" if asked.kind == "yes_no" else asked.options)

    @cached_property
    def _documents(self) -> Choices:
        return Choices({}, "", absent=absence_phrases(self.term.form.absence))

    @cached_property
    def parts(self) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
        """The fields that add up to each total, by school level: where a check says so, all other columns of a row."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for level, layout in self.layouts.items():
            found[level] = {}
            columns: dict[str, set[str]] = {}
            for name in layout.places:
                columns.setdefault(name.partition(".")[0], set()).add(name)
            for check, left, right in self.term.pairs_for(level):
                others = columns.get(left[0].partition(".")[0], set()) - {left[0]}
                if check.kind == "sum_equals" and others and others == set(right):
                    found[level][left[0]] = tuple(right)
        return found

    @cached_property
    def fields(self) -> Mapping[str, Field]:
        """Every field that any level is asked, in form order."""
        return {
            field_id: place.field
            for layout in self.layouts.values()
            for field_id, (_, place) in layout.places.items()
        }

    @cached_property
    def names(self) -> Mapping[str, Unit]:
        """Schools expected in the term by every name that is theirs alone."""
        return unique_names(self.term.schools)

    @cached_property
    def spoken_names(self) -> Mapping[str, frozenset[str]]:
        """Every name or alias of each school in any of its periods, without accents; renamed ones by all names.

        A school that others were merged into bears their names too, from that day on and unless they still report.
        """
        found: dict[str, set[str]] = {}
        for unit in self.registry.units:
            if unit.kind == "school":
                known = (unit.name, unit.short_name, *unit.aliases)
                found.setdefault(unit.unit_id, set()).update(plain_key(name) for name in known)
        for event in sorted(self.registry.events, key=lambda event: event.on):
            is_merger = event.kind == "merge" and event.on <= self.term.plan.due_on
            if is_merger or event.kind == "rename":
                gone = [old for old in event.from_ids if not (is_merger and old in self.schools)]
                former = [found.get(old, set()) for old in gone]
                for new in event.to_ids:
                    found.get(new, set()).update(*former)
        return {unit_id: frozenset(names - {""}) for unit_id, names in found.items()}

    @cached_property
    def all_spoken_names(self) -> frozenset[str]:
        """Every name of every school, without accents."""
        return frozenset().union(*self.spoken_names.values())

    @cached_property
    def file_names(self) -> FileNames:
        """Schools expected in the term as file names call them."""
        return file_names(self.schools)

    @cached_property
    def cover(self) -> str:
        """The title of the sheet with the identity of the school."""
        return next((plan.title for plan in self.term.form.sheets if plan.sheet_id == INFO_SHEET_ID), "")

    @cached_property
    def communes(self) -> Mapping[str, str]:
        """The name of the unit above each school, by its id."""
        return {unit_id: unit.name for unit_id, unit in self.registry.on(self.term.plan.due_on).items()}

    def printed_facts(self, school: Unit) -> Mapping[str, str]:
        """What the first sheet of one school's form says of it and of the term beside what names them, by label."""
        word, day = self.term.form.word, self.term.plan.data_as_of
        return {
            word("level_title"): self.registry.level_titles()[school.level],
            word("parent"): self.communes.get(school.parent_id, ""),
            word("data_as_of"): day_text(day),
        }

    @cached_property
    def row_codes(self) -> frozenset[str]:
        """The codes of the rows of the form."""
        return frozenset(row.row_code for row in self.term.form.rows)

    def mentions(self, workbook: Workbook) -> list[list[Mention]]:
        """Where one workbook names schools of the term, sheet by sheet."""
        return [mentions_of(sheet, self.names, self.schools, self.row_codes) for sheet in workbook.sheets]

    @cached_property
    def window(self) -> DateWindow:
        """The days within which the documents of the term are dated."""
        return term_window(self.term.term.school_year, self.term.plan.due_on)

    @cached_property
    def choices(self) -> Mapping[str, Choices]:
        """The drop-downs by name."""
        found, said = {}, dict(self.term.form.said)
        for name, options in self.term.form.options:
            by_text = {
                text: option for option, label in options for text in (option, label.casefold(), fold(label))
            }
            exact = {label: choice_reading(name, option) for option, label in options}
            labels = dict(options)
            own_words = {text: labels[option] for text, option in said.get(name, ())}
            found[name] = Choices(by_text, "; ".join(labels.values()), exact, own_words)
        return found
