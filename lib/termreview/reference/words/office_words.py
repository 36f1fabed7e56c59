"""One text of a form or task list that names the office: it names the one that collects the term."""

from __future__ import annotations

from dataclasses import replace

from termreview.reference.kinds.calendar import Office
from termreview.reference.kinds.forms import Form
from termreview.reference.kinds.measures import Task

PLACE = "{office}"


def in_words_of(office: Office, form: Form, tasks: tuple[Task, ...]) -> tuple[Form, tuple[Task, ...]]:
    """The form and the tasks of one term with the office's short name in its places."""

    def named(text: str) -> str:
        return text.replace(PLACE, office.short_name)

    return (
        replace(
            form,
            instructions=tuple(map(named, form.instructions)),
            sheets=tuple(replace(sheet, intro=named(sheet.intro)) for sheet in form.sheets),
            rows=tuple(replace(row, help=named(row.help)) if PLACE in row.help else row for row in form.rows),
        ),
        tuple(replace(task, title=named(task.title)) if PLACE in task.title else task for task in tasks),
    )
