"""One executed report notebook read for the files beside the page: its headings and the parts its cells show."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from termreview.coded_text import CodedText
from termreview.errors import RunError
from termreview.reporting.blocks.model import Part, bullets_part, paragraph_part, plain_text, read_bundle
from termreview.reporting.blocks.number_format import number_text
from termreview.reporting.blocks.report_parts import arranged

_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")


@dataclass(frozen=True)
class RowLimit:
    """The most rows that a page or a document prints of a table, and what it says in place of a longer one."""

    rows: int
    note: str

    def instead_of(self, part: Part) -> str:
        """What stands in place of one part; blank where it is printed."""
        if part["kind"] != "table" or len(part["rows"]) <= self.rows:
            return ""
        return self.note.format(caption=plain_text(part["caption"]), count=number_text(len(part["rows"])))


@dataclass(frozen=True)
class Arrangement:
    """How one edition arranges the report of a notebook: one object for page, document and whoever reads it.

    Attributes
    ----------
    annexed
        The cells whose sections stand in the annex alone, `id/kind` for their parts of one kind, `id/part` for all
        below a heading; where there are any, so do the tables that a page folds.
    order
        The headings, or cells below one, that share their places out in this order (`report_parts`).
    limit
        Of a report of many schools, the most rows of a table that is printed; None for all.
    """

    annexed: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    limit: RowLimit | None = None


AS_IT_STANDS: Final = Arrangement()


@dataclass(frozen=True)
class ReadReport:
    """What one executed notebook shows: the notice above it, its body in order, what stands at its foot."""

    name: str
    banner: tuple[Part, ...]
    body: tuple[Part, ...]
    footer: tuple[Part, ...]

    @property
    def letterhead(self) -> Part:
        """The head of the official document, with what the covers say of the report."""
        found = next((part for part in self.body if part["kind"] == "letterhead"), None)
        if found is None:
            raise RunError("no_letterhead", report=self.name)
        return found


def read_report(notebook_path: Path, arrangement: Arrangement = AS_IT_STANDS, only: str = "") -> ReadReport:
    """Read one executed notebook by the rules of the page: tags `banner`, `footer` and `hide`, `# titles` left out.

    A heading is a part of its own (`heading`, with `level` 1 for a `## heading`, and `text`). `only` is the id of one cell,
    hidden or not, that is read alone. A table beyond the limit of the arrangement is told in a line. A table says the cell
    that shows it (`cell`), the second and further ones of a cell with their number.

    Raises
    ------
    RunError
        When a cell shows HTML of which it carries no model.
    """
    stamp = notebook_path.stat()
    whole = replace(arrangement, limit=None)
    read = _read_once(notebook_path, whole, only, stamp.st_mtime_ns, stamp.st_size)
    if (limit := arrangement.limit) is None:
        return read
    told = ((part, limit.instead_of(part)) for part in read.body)
    return replace(read, body=tuple(paragraph_part([line], None) if line else part for part, line in told))


@lru_cache(maxsize=3)  # whole, as it is signed, its slip: page, document and annex of one step take turns
def _read_once(
    notebook_path: Path, arrangement: Arrangement, only: str, _changed: int, _size: int
) -> ReadReport:
    """Read one notebook; the exporters of one step read the same one after the other."""
    import nbformat  # only now: who asks whether anything has changed needs none

    annexed = arrangement.annexed
    notebook = nbformat.reads(notebook_path.read_text(encoding="utf-8"), as_version=nbformat.NO_CONVERT)
    banner: list[Part] = []
    body: list[Part] = []
    footer: list[Part] = []
    numbers = {id(cell): number for number, cell in enumerate(notebook.cells, start=1)}
    for cell in notebook.cells if only else arranged(notebook.cells, annexed, arrangement.order):
        number, tags = numbers[id(cell)], cell.metadata.get("tags", [])
        if cell.get("id") != only if only else "hide" in tags:
            continue
        place = banner if "banner" in tags else footer if "footer" in tags else body
        if cell.cell_type == "markdown":
            place += markdown_parts(cell.source)
        elif cell.cell_type == "code":
            shown = _shown_parts(cell, f"{notebook_path.name}: {cell_name(number, cell)}")
            place += [part for part in shown if f"{cell.get('id')}/{part['kind']}" not in annexed]
    if annexed:
        body = [part for part in body if not part.get("folded")]
    return ReadReport(notebook_path.name, tuple(banner), tuple(body), tuple(footer))


def cell_name(number: int, cell: Any) -> str:
    """One cell as an analyst finds it: its number and how it begins."""
    return CodedText("cell_named", number=number, begin=first_line(cell.source))


def first_line(source: str) -> str:
    """How the text of one cell begins."""
    return next((line.strip() for line in source.splitlines() if line.strip()), "")[:60]


def _shown_parts(cell: Any, place: str) -> list[Part]:
    parts: list[Part] = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if output.output_type not in ("display_data", "execute_result") or "text/html" not in data:
            continue
        found = read_bundle(data)
        if found is None or (not found and data["text/html"].strip()):
            raise RunError("html_without_model", place=place)
        parts += found
    tables = 0
    for number, part in enumerate(parts):
        if part["kind"] == "table":
            tables += 1
            parts[number] = {**part, "cell": cell.get("id", "") + (f"-{tables}" if tables > 1 else "")}
    return parts


def markdown_parts(source: str) -> list[Part]:
    """The headings, paragraphs and lists of one text in Markdown."""
    parts: list[Part] = []
    for chunk in re.split(r"\n\s*\n|\n(?=#)|(?<=\n)(?=#)", source.strip()):
        lines = [line.strip() for line in chunk.strip().splitlines() if line.strip()]
        if not lines:
            continue
        heading = re.fullmatch(r"(#{1,6})\s+(.+?)\s*#*", lines[0])
        if heading:
            if len(heading[1]) > 1:
                parts.append({"kind": "heading", "level": len(heading[1]) - 1, "text": _plain(heading[2])})
            lines = lines[1:]
        if lines and all(line.startswith(("- ", "* ")) for line in lines):
            parts.append(bullets_part([[_plain(line[2:])] for line in lines]))
        elif lines:
            parts.append(paragraph_part([_plain(" ".join(lines))], None))
    return parts


def _plain(text: str) -> str:
    """One line of Markdown without its signs of emphasis."""
    return _EMPHASIS.sub(r"\2", text)
