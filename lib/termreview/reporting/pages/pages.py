"""One page is one executed notebook, published as a single HTML file that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from html import unescape
from importlib.resources import as_file, files
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import nbformat
from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode

from termreview.coded_text import CodedText
from termreview.errors import RunError
from termreview.reporting.blocks.blocks import as_html, paragraph
from termreview.reporting.blocks.model import FAULT_MIME, OWN_MIMES, read_bundle
from termreview.reporting.blocks.report_parts import arranged
from termreview.reporting.blocks.report_reading import (
    AS_IT_STANDS,
    Arrangement,
    RowLimit,
    cell_name,
    first_line,
    read_report,
)
from termreview.reporting.blocks.trace_target import ANCHOR, TRACE_MIME, is_traced
from termreview.reporting.pages.rules import forbidden_markup
from termreview.reporting.pages.styles import report_styles, unbroken_years
from termreview.reporting.records.page_record import record_in, with_record
from termreview.reporting.records.page_values import (
    checksum,
    lookup_element,
    sections_of,
    values_text,
    with_values,
)
from termreview.storage.workspace import atomic_write

LANGUAGE: Final = "vi"
_ELSEWHERE: Final = frozenset({"lead", "banner", "footer", "hide", "parameters"})
# How the parts of each kind begin on a page.
_MARKERS: Final = {
    "table": '<div class="table-block">', "figure": '<figure class="chart">', "callout": '<div class="callout ',
}  # fmt: skip
_FOLDED: Final = '<div class="table-block"><details class="folded">'
WIDGET_VIEW: Final = "application/vnd.jupyter.widget-view+json"
_HEADING: Final = re.compile(r"<h([1-6])((?:\s[^<>]*)?)>(.*?)</h\1\s*>", re.DOTALL)
_ID: Final = re.compile(r"""\s+id\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'>]+)""")
_ANY_TAG: Final = re.compile(r"<[^>]*>")
_NAV: Final = re.compile(r'<nav id="muc-luc".*?</nav>', re.DOTALL)
_LINK: Final = re.compile(rf"""\shref\s*=\s*["']?(#{re.escape(ANCHOR)}/[^"'\s>]*)""")


def export_html(
    notebook_path: Path,
    output_path: Path,
    *,
    title: str,
    made_by: Mapping[str, Any] | None = None,
    arrangement: Arrangement = AS_IT_STANDS,
    only: str = "",
) -> None:
    """Publish one executed notebook as one self-contained HTML file, whole or not at all.

    The page holds the Markdown cells and the HTML outputs, in their order; inputs, prompts, streams and
    parameters stay out. A code cell tagged `banner` stands in the page's header, one tagged `footer` in its
    footer, one tagged `hide` nowhere; the sections stand as the `arrangement` says, as in `read_report`; of `only` one
    cell, hidden or not, the page is made. The page's main heading is `title`; a `# heading` of the notebook is left out.
    The same notebook gives the same bytes. The record that the notebook carries of itself, and in it what `made_by` adds,
    goes into the page's head, sealed; the values that the page prints go to its end.

    Raises
    ------
    RunError
        When the notebook holds an error, a widget, an output that a page cannot show, markup that data could have
        brought in, an address outside the page, or headings out of order.
    """
    notebook = nbformat.read(notebook_path, as_version=4)
    if only:
        alone = [NotebookNode(cell, metadata={}) for cell in notebook.cells if cell.get("id") == only]
        _publish(NotebookNode(notebook, cells=alone), output_path.name, output_path, title)
        return
    annexed = arrangement.annexed
    if annexed or arrangement.order:
        notebook.cells = arranged(notebook.cells, annexed, arrangement.order)
    for cell in notebook.cells:
        if arrangement.limit is not None:
            _shorten(cell, arrangement.limit, annexed)
        if annexed:
            _leave_out(cell, annexed)
    _publish(notebook, notebook_path.name, output_path, title, notebook_path, made_by)


def export_blocks(
    sections: Sequence[tuple[str, object]],
    output_path: Path,
    *,
    title: str,
    notice: object = None,
    footer: str = "",
) -> None:
    """Publish some blocks as one page of the same kind, each under its heading; no notebook is needed."""
    cells: list[Any] = [] if notice is None else [_cell_of(notice, "banner")]
    for heading, block in sections:
        if heading:
            cells.append(nbformat.v4.new_markdown_cell(f"## {heading}"))
        cells.append(_cell_of(block))
    if footer:
        cells.append(_cell_of(paragraph(footer), "footer"))
    _publish(nbformat.v4.new_notebook(cells=cells), output_path.name, output_path, title)


def _cell_of(block: object, *tags: str) -> Any:
    """One cell as an executed notebook has it, which shows one block."""
    output = nbformat.v4.new_output("display_data", {"text/html": as_html(block)})
    return nbformat.v4.new_code_cell(outputs=[output], metadata={"tags": list(tags)})


def _publish(
    notebook: Any,
    name: str,
    output_path: Path,
    title: str,
    executed: Path | None = None,
    made_by: Mapping[str, Any] | None = None,
) -> None:
    refuse_faults(notebook, name)
    exporter = _exporter()
    exporter.faults.clear()
    trace = trace_parts(notebook)
    report = {"title": title, "heading": unbroken_years(title), "styles": report_styles(), "trace": trace}
    html, _ = exporter.from_notebook_node(_shown(notebook), resources={"report": report})
    html, disorder = with_contents(html)
    faults = [*disorder, *exporter.faults, *dead_traces(html, trace)]
    if faults:
        raise RunError("unpublishable", report=name, faults="; ".join(faults))
    with atomic_write(output_path) as beside:
        page = with_trace(html.rstrip(), trace) + "\n"
        record = record_in(notebook)
        if record is not None and executed is not None:
            values = values_text(sections_of(read_report(executed).body))
            page = with_values(page, values)
            record = {**record, "values_sha256": checksum(values), **(made_by or {})}
        whole = with_record(page, record)
        beside.write_text(whole, encoding="utf-8", newline="\n")


class _PageExporter(HTMLExporter):
    """nbconvert with the template of this project; it names what Markdown cells bring that no page may hold."""

    def __init__(self, **options: Any) -> None:
        with as_file(files("termreview.reporting") / "theme") as folder:
            super().__init__(
                template_name="termreview_report",
                extra_template_basedirs=[str(folder)],
                default_preprocessors=[],
                exclude_anchor_links=True,
                mathjax_url="",
                require_js_url="",
                mermaid_js_url="",
                **options,
            )
            self.template  # noqa: B018  read while the folder is there
        self.faults: list[str] = []

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        html: str = super().markdown2html(context, source)
        if found := forbidden_markup(html):
            self.faults.append(
                CodedText("markdown_refused", cell=first_line(source), faults=", ".join(found))
            )
        return html

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> Any:
        """Render the template; nbconvert would read the page once more, to mend images that are refused here."""
        return super(HTMLExporter, self).from_notebook_node(nb, self._init_resources(resources), **options)


@cache
def _exporter() -> _PageExporter:
    """The exporter of pages; its template is compiled once."""
    return _PageExporter(language_code=LANGUAGE)


def get_ready() -> None:
    """Compile what every page is made with."""
    _exporter()


def _shorten(cell: Any, limit: RowLimit, annexed: Collection[str]) -> None:
    """Have one cell tell the tables beyond the limit in a line; what the annex alone has is left to `_leave_out`."""
    if f"{cell.get('id')}/table" in annexed:
        return
    for output in cell.get("outputs", []):
        html = output.get("data", {}).get("text/html")
        tables = [part for part in read_bundle(output.get("data", {})) or () if part["kind"] == "table"]
        told = [not (annexed and part.get("folded")) and limit.instead_of(part) for part in tables]
        if html is None or not any(told):
            continue
        begin = 0
        for line in told:
            begin = html.index(_MARKERS["table"], begin)
            if line:
                html = (
                    html[:begin] + as_html(paragraph(line)) + html[_end_of(html, begin, _MARKERS["table"]) :]
                )
            begin += 1
        output.data["text/html"] = html


def _leave_out(cell: Any, annexed: Collection[str]) -> None:
    """Take out of one cell what stands in the annex alone: its parts of the kinds named, and what is folded."""
    kinds = [marker for kind, marker in _MARKERS.items() if f"{cell.get('id')}/{kind}" in annexed]
    for output in cell.get("outputs", []):
        html = output.get("data", {}).get("text/html")
        if html is not None:
            for marker in (_FOLDED, *kinds):
                html = _without_elements("".join(html), marker)
            output.data["text/html"] = html


def _without_elements(html: str, marker: str) -> str:
    """Our own markup without the elements that begin with one text."""
    while (begin := html.find(marker)) >= 0:
        html = html[:begin] + html[_end_of(html, begin, marker) :]
    return html


def _end_of(html: str, begin: int, marker: str) -> int:
    """Where the element ends that begins with one text at one place of our own markup."""
    depth, tag = 0, re.compile(rf"<(/?){marker[1:].partition(' ')[0]}\b")
    for found in tag.finditer(html, begin):
        depth += -1 if found[1] else 1
        if depth == 0:
            return html.index(">", found.start()) + 1
    raise ValueError(f"an element without its end: {html[begin : begin + 60]}")


def refuse_faults(notebook: Any, name: str) -> None:
    """Stop where one executed notebook shows what no file can hold, whichever files are made of it.

    Raises
    ------
    RunError
        When it does; every cell is named, with the way to publish what it shows.
    """
    if faults := _notebook_faults(notebook):
        raise RunError("unpublishable", report=name, faults="; ".join(faults))


def _notebook_faults(notebook: Any) -> list[str]:
    """Name what keeps one notebook from being published, one line per output; nothing vanishes from the page."""
    faults: list[str] = []
    unknown: dict[str, str] = {}  # the cells whose results no page can hold
    for number, cell in enumerate(notebook.cells, start=1):
        place = cell_name(number, cell)
        is_hidden = "hide" in cell.metadata.get("tags", [])  # what JupyterLab alone shows
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if output.output_type == "error":
                faults.append(CodedText("cell_failed", cell=place, error=output.get("ename", "")))
            elif WIDGET_VIEW in data:
                faults.append(CodedText("cell_shows_widget", cell=place))
            elif is_hidden:
                continue
            elif FAULT_MIME in data:
                faults.append(f"{place}: {data[FAULT_MIME]}")
            elif "text/html" in data:
                if found := forbidden_markup(data["text/html"]):
                    faults.append(CodedText("cell_markup_refused", cell=place, faults=", ".join(found)))
            elif data and not any(kind.startswith(OWN_MIMES) for kind in data):
                unknown.setdefault(place, next(iter(data)))
    if unknown:
        named = "; ".join(f"{place}: {kind}" for place, kind in unknown.items())
        faults.append(CodedText("cells_show_no_block", cells=named))
    return faults


def _shown(notebook: Any) -> Any:
    """The cells of one notebook with their HTML alone: the models beside it would be copied several times over."""
    cells = [
        NotebookNode(cell, outputs=[_html_alone(output) for output in cell.get("outputs", [])])
        for cell in notebook.cells
    ]
    return NotebookNode(notebook, cells=_in_order(cells))


def _in_order(cells: list[Any]) -> list[Any]:
    """The cells with an analyst's own cell between two of the lead a part of it: a page shows them as they stand."""
    tags = [cell.metadata.get("tags", []) for cell in cells]
    last = max((place for place, own in enumerate(tags) if "lead" in own), default=0)
    return [
        NotebookNode(cell, metadata={**cell.metadata, "tags": [*own, "lead"]})
        if place < last and not _ELSEWHERE.intersection(own) and _is_seen(cell)
        else cell
        for place, (cell, own) in enumerate(zip(cells, tags, strict=True))
    ]


def _is_seen(cell: Any) -> bool:
    return cell.cell_type == "markdown" or any(output.get("data") for output in cell.get("outputs", []))


def _html_alone(output: Any) -> Any:
    data = output.get("data", {})
    return NotebookNode(output, data={kind: data[kind] for kind in ("text/html",) if kind in data})


def with_contents(page: str) -> tuple[str, list[str]]:
    """Give each section heading of one page its anchor and fill the contents list; name headings out of order.

    A main heading among the sections is left out; so is the contents list of a page without chapters.
    """
    start, end = page.index("<main"), page.rindex("</main>")
    entries: list[tuple[int, str, str]] = []
    faults: list[str] = []
    chapter, section, depth = 0, 0, 1

    def numbered(match: re.Match[str]) -> str:
        nonlocal chapter, section, depth
        level, attributes, inner = int(match[1]), _ID.sub("", match[2]), match[3]
        if level == 1:
            return ""
        text = " ".join(filter(None, (piece.strip() for piece in _ANY_TAG.split(inner))))
        if level > depth + 1:
            faults.append(CodedText("heading_skips_level", heading=unescape(text)))
        depth = level
        if level == 2:
            chapter, section = chapter + 1, 0
            entries.append((chapter, f"muc-{chapter}", text))
        elif level == 3 and chapter:
            section += 1
            entries.append((chapter, f"muc-{chapter}-{section}", text))
        else:
            return f"<h{level}{attributes}>{inner}</h{level}>"
        return f'<h{level}{attributes} id="{entries[-1][1]}">{inner}</h{level}>'

    main = _HEADING.sub(numbered, page[start:end])
    # The list itself holds no heading, so it may stand among the sections: after what opens the page.
    main = _NAV.sub(lambda nav: _filled(nav[0], entries), main, count=1)
    return page[:start] + main + page[end:], faults


def _filled(nav: str, entries: Iterable[tuple[int, str, str]]) -> str:
    chapters = []
    for _, group in groupby(entries, key=lambda entry: entry[0]):
        first, *rest = (f'<a href="#{anchor}">{text}</a>' for _, anchor, text in group)
        sections = "".join(f"<li>{link}</li>" for link in rest)
        chapters.append(f"<li>{first}{f'<ol>{sections}</ol>' if sections else ''}</li>")
    return f"{nav.removesuffix('</nav>')}<ol>{''.join(chapters)}</ol></nav>" if chapters else ""


def trace_parts(notebook: Any) -> dict[str, Any] | None:
    """The look-up of one page: its data, its script and the script's hash, by which alone the page lets it run."""
    found = [
        output["data"][TRACE_MIME]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if TRACE_MIME in output.get("data", {})
    ]
    if not found:
        return None
    theme = files("termreview.reporting") / "theme"
    script = "\n" + (theme / "trace.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return {"data": found[0], "script": script, "script_hash": f"'sha256-{digest}'"}


def with_trace(html: str, trace: Mapping[str, Any] | None) -> str:
    """Put data and script of the look-up at the end of one page; in the data nothing can end the element."""
    if trace is None:
        return html
    text = trace["data"]
    for sign, escaped in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(sign, escaped)
    body, end = html.rsplit("</body>", 1)
    return f"{body}{lookup_element(text)}\n<script>{trace['script']}</script>\n</body>{end}"


def dead_traces(html: str, trace: Mapping[str, Any] | None) -> list[str]:
    """Name the links to looked-up figures that the page carries no data for, each once."""
    data = {} if trace is None else json.loads(trace["data"])
    targets = {unescape(target) for target in _LINK.findall(html)}
    return sorted(
        CodedText("figure_not_carried", figure=target) for target in targets if not is_traced(data, target)
    )
