"""The office's Word template opened and filled: its head, the place of the report, its foot, its pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docx import Document
from docx.opc.oxml import serialize_part_xml
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from termreview.coded_text import CodedText
from termreview.errors import RunError
from termreview.reference.word_template import BODY_PLACE, STYLES
from termreview.reporting.word.page_fill import Spacing, spacing_of
from termreview.reporting.word.xml import EMU_PER_TWIP, NAMESPACES, Page, Styles

_PLACE = re.compile(r"\{(\w+)\}")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)-(?=\d)")


@dataclass(frozen=True)
class Template:
    """One template taken apart: the document, emptied, and what stood before and behind the report's place."""

    document: Any
    head: tuple[Any, ...]
    foot: tuple[Any, ...]
    section: Any
    page: Page
    styles: Styles
    sizes: Mapping[str, float]
    spacing: Mapping[str, Spacing]


def open_template(path: Path) -> Template:
    """Open one template.

    Raises
    ------
    RunError
        When it is no Word document, lacks a style or the place of the report.
    """
    try:
        document = Document(str(path))
    except Exception as error:  # whatever the library meets in a file that is no document
        raise RunError("template_unreadable", template=path.name, why=error) from error
    ids = {str(style.name).lower(): style.style_id for style in document.styles}
    ids |= {
        str(element.find(qn("w:name")).get(qn("w:val"))).lower(): element.get(qn("w:styleId"))
        for element in document.styles.element.findall(qn("w:style"))
    }
    missing = [name for name in STYLES.values() if name.lower() not in ids]
    body = document.element.body
    elements = [element for element in body if element.tag != qn("w:sectPr")]
    places = [
        place for place, element in enumerate(elements) if _text(element).strip() == f"{{{BODY_PLACE}}}"
    ]
    if missing or len(places) != 1 or body.sectPr is None:
        wanted = ", ".join(missing) or CodedText("template_place", place=BODY_PLACE)
        raise RunError("template_lacks", template=path.name, what=wanted)
    for element in elements:
        body.remove(element)
    section = body.sectPr
    size, margin = section.pgSz, section.pgMar
    page = Page(
        sheet_width=size.w // EMU_PER_TWIP,
        sheet_height=size.h // EMU_PER_TWIP,
        width=(size.w - margin.left - margin.right) // EMU_PER_TWIP,
        height=(size.h - margin.top - margin.bottom) // EMU_PER_TWIP,
    )
    styles = {key: str(ids[name.lower()]) for key, name in STYLES.items()}
    head, foot = tuple(elements[: places[0]]), tuple(elements[places[0] + 1 :])
    spacing = {
        key: spacing_of(document.styles[name]) for key, name in STYLES.items() if key not in ("mark", "table")
    }
    sizes = {look: spacing[f"{look}cell"].size for look in ("", "small_")}
    return Template(document, head, foot, section, page, styles, sizes, spacing)


def filled(elements: Sequence[Any], words: Mapping[str, Any]) -> str:
    """Some elements of the template with their places filled, as XML; a list fills its paragraph once per item.

    A paragraph of nothing but a place without words goes, unless a cell would be left without any.
    """
    copies = [deepcopy(element) for element in elements]
    for element in copies:
        paragraphs = [element] if element.tag == qn("w:p") else list(element.iter(qn("w:p")))
        for paragraph in paragraphs:
            _fill(paragraph, words)
    return "".join(xml_of(element) for element in copies if element.get("gone") is None)


def xml_of(element: Any) -> str:
    """One element as XML that stands by itself."""
    return str(serialize_part_xml(element).decode("utf-8")).partition("?>")[2].strip()


def _fill(paragraph: Any, words: Mapping[str, Any]) -> None:
    places = _PLACE.findall(_text(paragraph))
    if not places:
        return
    several = next((words[place] for place in places if isinstance(words.get(place), list)), None)
    if several is not None:
        name = next(place for place in places if isinstance(words.get(place), list))
        for item in several:
            again = deepcopy(paragraph)
            paragraph.addprevious(again)
            _fill(again, {**words, name: item})
        _remove(paragraph)
        return
    texts = list(paragraph.iter(qn("w:t")))
    if not any(
        _PLACE.search(text.text or "") for text in texts
    ):  # Word has split the place into several runs
        texts[0].text = _text(paragraph)
        for text in texts[1:]:
            text.text = ""
    for text in texts:
        text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
        _write(text, _PLACE.sub(lambda place: str(words.get(place[1], "")), text.text or ""))
    if not _text(paragraph).strip():
        _remove(paragraph)


def _write(element: Any, text: str) -> None:
    """Have one text of a run say something else; no line breaks within 2023-2024."""
    element.text, *others = _BETWEEN_DIGITS.split(text)
    for part in reversed(others):
        again = deepcopy(element)
        again.text = part
        element.addnext(again)
        element.addnext(OxmlElement("w:noBreakHyphen"))


def _remove(paragraph: Any) -> None:
    parent = paragraph.getparent()
    if parent is None:
        paragraph.set("gone", "yes")
    elif parent.tag != qn("w:tc") or len(parent.findall(qn("w:p"))) > 1:
        parent.remove(paragraph)


def _text(element: Any) -> str:
    return "".join(text.text or "" for text in element.iter(qn("w:t")))


def document_xml(template: Template, content: str) -> bytes:
    """The whole document with its content: the template's own root, so that what its parts say of names holds."""
    body = template.document.element.body
    for element in list(body):
        body.remove(element)
    body.text = "@"
    opening, _, ending = xml_of(template.document.element).partition("<w:body>@</w:body>")
    declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    return f"{declaration}{opening}<w:body {NAMESPACES}>{content}</w:body>{ending}".encode()


def end_of_section(template: Template, is_wide: bool, is_first: bool) -> str:
    """The XML that closes one run of pages: upright or across; the first has the header, the others go on with it."""
    section = deepcopy(template.section)
    if not is_first:
        for tag in ("w:headerReference", "w:footerReference", "w:titlePg", "w:pgNumType"):
            for element in section.findall(qn(tag)):
                section.remove(element)
    page = template.page.turned() if is_wide else template.page
    size = section.pgSz
    size.set(qn("w:w"), str(page.sheet_width))
    size.set(qn("w:h"), str(page.sheet_height))
    if is_wide:
        size.set(qn("w:orient"), "landscape")
    return xml_of(section)
