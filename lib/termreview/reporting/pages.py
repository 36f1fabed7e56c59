"""One page is one executed notebook, published as a single HTML file that needs nothing but itself."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

import nbformat
from bs4 import BeautifulSoup, Tag
from nbconvert.exporters import HTMLExporter

from termreview.errors import RunError
from termreview.reporting.blocks import escape_text
from termreview.reporting.page_rules import forbidden_in_page, forbidden_markup
from termreview.reporting.trace_target import ANCHOR, TRACE_MIME, is_traced
from termreview.workspace import written_whole

WIDGET_VIEW: Final = "application/vnd.jupyter.widget-view+json"
_FONT_FACES: Final = (("Regular", 400), ("SemiBold", 600))
_UNSHOWN: Final = ("application/javascript", "text/markdown", "text/latex", "image/")


def export_html(notebook_path: Path, output_path: Path, *, title: str, language: str = "vi") -> None:
    """Publish one executed notebook as one self-contained HTML file, whole or not at all.

    The page holds the Markdown cells and the HTML outputs, in their order; inputs, prompts, streams and
    parameters stay out. A code cell tagged `banner` stands in the page's header, one tagged `footer` in its
    footer, one tagged `hide` nowhere. The page's main heading is `title`; a `# heading` of the notebook is left
    out. The same notebook gives the same bytes.

    Raises
    ------
    RunError
        When the notebook holds an error, a widget, an output that a page cannot show, markup that data could have
        brought in, an address outside the page, or headings out of order.
    """
    notebook = nbformat.read(notebook_path, as_version=4)
    faults = _notebook_faults(notebook)
    if faults:
        raise RunError(f"{notebook_path.name} cannot be published: " + "; ".join(faults))
    theme = files("termreview.reporting") / "theme"
    with as_file(theme) as folder:
        exporter = HTMLExporter(
            template_name="termreview_report",
            extra_template_basedirs=[str(folder)],
            exclude_anchor_links=True,
            language_code=language,
            mathjax_url="",
            require_js_url="",
            mermaid_js_url="",
        )
        trace = _trace_parts(notebook, folder)
        report = {
            "title": title,
            "heading": _unbroken_years(title),
            "styles": _styles(folder),
            "trace": trace,
        }
        html, _ = exporter.from_notebook_node(notebook, resources={"report": report})
    page = BeautifulSoup(html, "html.parser")
    faults = [*_number_headings(page), *forbidden_in_page(page), *_dead_traces(page, trace)]
    if faults:
        raise RunError(f"{notebook_path.name} cannot be published: " + "; ".join(faults))
    with written_whole(output_path) as beside:
        beside.write_text(_with_trace(f"{page}".rstrip(), trace) + "\n", encoding="utf-8", newline="\n")


def _trace_parts(notebook: Any, theme: Path) -> dict[str, Any] | None:
    """The look-up of one page: its data, its script and the script's hash, by which alone the page lets it run."""
    found = [
        output["data"][TRACE_MIME]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if TRACE_MIME in output.get("data", {})
    ]
    if not found:
        return None
    script = "\n" + (theme / "trace.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    return {"data": found[0], "script": script, "script_hash": f"'sha256-{digest}'"}


def _with_trace(html: str, trace: dict[str, Any] | None) -> str:
    """Put data and script of the look-up at the end of one page; in the data nothing can end the element."""
    if trace is None:
        return html
    text = json.dumps(trace["data"], ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    for sign, escaped in (("<", "\\u003c"), ("\u2028", "\\u2028"), ("\u2029", "\\u2029")):
        text = text.replace(sign, escaped)
    body, end = html.rsplit("</body>", 1)
    return (
        f'{body}<script type="application/json" id="tra-cuu-so-lieu">{text}</script>\n'
        f"<script>{trace['script']}</script>\n</body>{end}"
    )


def _dead_traces(page: BeautifulSoup, trace: dict[str, Any] | None) -> list[str]:
    """Name the links to looked-up figures that the page carries no data for, each once."""
    data = {} if trace is None else trace["data"]
    targets = {str(link["href"]) for link in page.select(f'a[href^="#{ANCHOR}/"]')}
    return sorted(
        f"links to the figure {target}, which it does not carry"
        for target in targets
        if not is_traced(data, target)
    )


def _notebook_faults(notebook: Any) -> list[str]:
    """Name what keeps one notebook from being published, one line per output."""
    faults = []
    for number, cell in enumerate(notebook.cells, start=1):
        for output in cell.get("outputs", []):
            kinds = list(output.get("data", {}))
            if output.output_type == "error":
                faults.append(f"cell {number} failed with {output.get('ename', 'an error')}")
            elif WIDGET_VIEW in kinds:
                faults.append(f"cell {number} shows a widget, which lives only in the review desk")
            elif "text/html" in kinds:
                faults += [f"cell {number} {fault}" for fault in forbidden_markup(_fragment(output))]
            elif any(kind.startswith(_UNSHOWN) for kind in kinds):
                faults.append(
                    f"cell {number} shows {kinds[0]}, which a page cannot hold: show a block or a figure"
                )
    return faults


def _fragment(output: Any) -> BeautifulSoup:
    return BeautifulSoup(output["data"]["text/html"], "html.parser")


def _number_headings(page: BeautifulSoup) -> list[str]:
    """Give every section heading its anchor, fill the contents list, and name headings out of order."""
    main = page.find("main")
    nav = page.find(id="muc-luc")
    assert isinstance(main, Tag)
    assert isinstance(nav, Tag)
    for heading in main.find_all("h1"):
        heading.decompose()
    faults: list[str] = []
    outer = inner = page.new_tag("ol")
    chapter, section, depth = 0, 0, 1
    for heading in main.find_all(["h2", "h3", "h4", "h5", "h6"]):
        level = int(heading.name[1])
        if level > depth + 1:
            faults.append(f"the heading “{heading.get_text(strip=True)}” skips a level")
        depth = level
        if level == 2:
            chapter, section = chapter + 1, 0
            outer.append(_contents_item(page, heading, f"muc-{chapter}"))
        elif level == 3 and chapter:
            section += 1
            if section == 1:
                inner = page.new_tag("ol")
                outer.find_all("li")[-1].append(inner)
            inner.append(_contents_item(page, heading, f"muc-{chapter}-{section}"))
        elif heading.has_attr("id"):
            del heading["id"]
    if chapter:
        nav.append(outer)
    else:
        nav.decompose()
    return faults


def _contents_item(page: BeautifulSoup, heading: Tag, anchor: str) -> Tag:
    heading["id"] = anchor
    item, link = page.new_tag("li"), page.new_tag("a", href=f"#{anchor}")
    link.string = heading.get_text(" ", strip=True)
    item.append(link)
    return item


def _styles(theme: Path) -> str:
    faces = "".join(
        f'@font-face{{font-family:"Noto Sans Report";font-weight:{weight};font-style:normal;'
        f'src:url(data:font/woff2;base64,{_encoded(theme / "fonts" / f"NotoSansReport-{name}.woff2")}) format("woff2")}}\n'
        for name, weight in _FONT_FACES
    )
    sheets = (theme / name for name in ("report.css", "print.css"))
    return faces + "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)


def _unbroken_years(title: str) -> str:
    """Return one title as HTML in which a school year stays on one line."""
    return re.sub(r"\d{4}-\d{4}", r'<span class="unbroken">\g<0></span>', escape_text(title))


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode("ascii")
