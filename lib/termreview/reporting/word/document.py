"""One report as a Word document: the parts of the executed notebook written into the office's template."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from docx.opc.pkgwriter import PackageWriter
from docx.oxml.ns import qn

from termreview.reporting.blocks.model import INLINE, ORIGIN, Part, Runs, plain_text
from termreview.reporting.blocks.report_reading import AS_IT_STANDS, Arrangement, ReadReport, read_report
from termreview.reporting.blocks.tables import NO_ROWS
from termreview.reporting.word.page_fill import BLOCK, BREAK, FLOAT, HEADING, TABLE, TEXT, Piece, filled_order
from termreview.reporting.word.tables import fit_table, is_kept_whole, table_of
from termreview.reporting.word.template import (
    Template,
    document_xml,
    end_of_section,
    filled,
    open_template,
    xml_of,
)
from termreview.reporting.word.xml import (
    caption_xml,
    cell_xml,
    closed,
    paragraph_xml,
    picture_xml,
    row_xml,
    small_gap_xml,
    table_xml,
)
from termreview.storage.atomic_files import write_content
from termreview.storage.workspace import atomic_write

CARDS_IN_ROW: Final = 3
CARD_STEPS: Final = 6  # rows of one, two and three cards fill the same width
NEW_PAGE: Final = "<w:pageBreakBefore/>"
TIED: Final = "<w:keepNext/>"
# A picture leaves room for its caption on the page, and what stands below it stays with it.
PICTURE_HEIGHT: Final = 0.86
FULL: Final = 0.96
# About how high a letterhead is, in points.
HEAD_HEIGHT: Final = 135.0
TWIPS: Final = 20
_ENDING: Final = re.compile(r"(\.?</w:t></w:r></w:p>)$")
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_PLAIN_WORDS: Final = 600


@dataclass(frozen=True)
class Flow:
    """One piece of the document in reading order: its XML, whether it wants a page that lies across, what it is to a page, about how high."""

    xml: str
    is_wide: bool | None  # None: as what follows, when that comes soon
    words: int = 0
    role: str = BLOCK
    height: float = 0.0
    name: str = ""  # of a numbered one: `Hình 2`


@dataclass
class _Writing:
    """The state of one document being written: the numbers given so far."""

    template: Template
    words: Mapping[str, str]
    tables: int = 0
    figures: int = 0
    is_signed: bool = False
    flows: list[Flow] = field(default_factory=list)


def export_docx(
    notebook_path: Path,
    output_path: Path,
    template_path: Path,
    *,
    title: str,
    words: Mapping[str, str] | None = None,
    arrangement: Arrangement = AS_IT_STANDS,
    only: str = "",
) -> None:
    """Write one executed notebook as one Word document, whole or not at all; the same bytes each time.

    A report has the words before its numbered tables and figures in its letterhead; for another notebook `words` are
    given. The sections stand as the `arrangement` says; `only` one cell makes the document: see `read_report`.

    Raises
    ------
    RunError
        When a cell shows what has no model, or the template cannot be filled.
    """
    report = read_report(notebook_path, arrangement, only)
    template = open_template(template_path)
    writing = _Writing(template, report.letterhead["words"]["document"] if words is None else words)
    if words is not None:  # a report has its title in its letterhead
        writing.flows.append(Flow(paragraph_xml([title], "heading_1", template.styles), False))
    for place, part in enumerate(report.body):
        # The last words go with the signature, and what stands before them: neither begins a page by itself.
        is_tied = any(other["kind"] == "signature" for other in report.body[place + 1 : place + 3])
        writing.flows += _flows(part, report, writing, TIED if is_tied else "")
    writing.flows += [
        Flow(paragraph_xml(part["runs"], "end", template.styles), writing.flows[-1].is_wide)
        for part in report.footer
        if part["kind"] in INLINE
    ]
    writing.flows = _in_filling_order(writing)
    content = _content(writing)
    origin = "\n".join(part["text"] for part in report.footer if part["kind"] == ORIGIN)
    _describe(template.document, title, origin)
    write_content(output_path, _packed(template.document, document_xml(template, content)))


@dataclass(frozen=True)
class LetterText:
    """One letter as it is printed: what fills the places of the template, to whom it goes, its paragraphs."""

    places: Mapping[str, Any]
    opening: str
    paragraphs: Sequence[str]


def write_letters(
    output_path: Path, template_path: Path, letters: Sequence[LetterText], *, title: str
) -> None:
    """Write letters as one Word document, each on a page of its own between the office's head and foot, to be printed and signed.

    Raises
    ------
    RunError
        When the template cannot be filled.
    """
    template = open_template(template_path)
    styles, written = template.styles, []
    head = [
        element for element in template.head if "{" in xml_of(element)
    ]  # no rule below a title that is not there
    for number, letter in enumerate(letters):
        written.append(small_gap_xml(NEW_PAGE) if number else "")
        written.append(filled(head, letter.places))
        written.append(paragraph_xml([letter.opening], "heading_1", styles, '<w:jc w:val="center"/>'))
        *first, last = letter.paragraphs
        written += [paragraph_xml([text], "paragraph", styles) for text in first]
        written.append(paragraph_xml([last], "paragraph", styles, TIED))
        written.append(small_gap_xml(TIED) + filled(template.foot, letter.places))
    section = end_of_section(template, is_wide=False, is_first=True)
    _describe(template.document, title, "")
    with atomic_write(output_path) as beside:
        content = document_xml(template, "".join([*written, section]))
        beside.write_bytes(_packed(template.document, content))


def _flows(part: Part, report: ReadReport, writing: _Writing, tie: str = "") -> Iterator[Flow]:
    """What one part of the report becomes; a paragraph may be tied to what follows."""
    template, styles = writing.template, writing.template.styles
    match part["kind"]:
        case "letterhead":
            yield Flow(filled(template.head, part), False, height=HEAD_HEIGHT)
            for notice in report.banner:
                if notice["kind"] in INLINE:
                    yield _text_flow(notice["runs"], "notice", writing, is_wide=False)
        case "signature":
            yield Flow(small_gap_xml(TIED) + filled(template.foot, part), False)
            writing.is_signed = True
        case "heading":
            page = NEW_PAGE if writing.is_signed else ""
            writing.is_signed = False
            style = f"heading_{min(part['level'], 3)}"
            height = _heights(template, style, part["text"])
            role = BREAK if part["level"] == 1 else HEADING
            yield Flow(paragraph_xml([part["text"]], style, styles, page), None, 0, role, height)
        case "inline" | "paragraph":
            style = "note" if "small" in part.get("css", "").split() else "paragraph"
            if plain_text(part["runs"]).strip():
                yield _text_flow(part["runs"], style, writing, tie)
        case "bullets":
            for number, item in enumerate(part["items"], start=1):
                yield _text_flow(item, "bullet", writing, tie if number == len(part["items"]) else "")
        case "callout":
            yield Flow(_callout(part, writing), False)
        case "key_figures":
            yield Flow(_cards(part, writing), False, height=_cards_height(part, writing.template))
        case "table":
            yield from _table(part, writing)
        case "figure":
            yield _figure(part, writing)
        case other:
            raise ValueError(f"a document has no place for a {other}")


def _text_flow(
    runs: Runs, style: str, writing: _Writing, tie: str = "", *, is_wide: bool | None = None
) -> Flow:
    text = plain_text(runs)
    xml = paragraph_xml(runs, style, writing.template.styles, tie)
    return Flow(xml, is_wide, len(text), TEXT, _heights(writing.template, style, text))


def _heights(template: Template, style: str, *texts: str) -> float:
    """About how high some paragraphs of one style are, in points."""
    return sum(template.spacing[style].height(text, template.page.width / TWIPS) for text in texts)


def _callout(part: Part, writing: _Writing) -> str:
    styles = writing.template.styles
    items = part["items"]
    sign = ["– "] if len(items) > 1 else []
    title = paragraph_xml([plain_text(part["title"])], "callout_title", styles)
    return title + "".join(paragraph_xml([*sign, *item], "callout", styles) for item in items)


def _cards(part: Part, writing: _Writing) -> str:
    """The key figures as cards, at most three in a row, no place left empty."""
    styles, page = writing.template.styles, writing.template.page
    cards = part["cards"]
    count = -(-len(cards) // CARDS_IN_ROW)
    sizes = [len(cards) // count + (place < len(cards) % count) for place in range(count)]
    step = page.width // CARD_STEPS
    rows, start = [], 0
    for size in sizes:
        span = CARD_STEPS // size
        cells = [
            cell_xml(
                step * span,
                [
                    paragraph_xml([plain_text(label)], "card_label", styles),
                    paragraph_xml(value, "card_value", styles),
                    paragraph_xml([plain_text(detail)], "card_detail", styles),
                ],
                f'<w:gridSpan w:val="{span}"/>',
            )
            for label, value, detail in cards[start : start + size]
        ]
        rows.append(row_xml(cells))
        start += size
    return table_xml([step] * CARD_STEPS, rows, styles) + small_gap_xml()


def _cards_height(part: Part, template: Template) -> float:
    """About how high the key figures are, in points: each row as high as its highest card."""
    room = template.page.width / TWIPS / CARDS_IN_ROW
    styles = [template.spacing[name] for name in ("card_label", "card_value", "card_detail")]
    heights = [
        sum(style.height(plain_text(text), room) for text, style in zip(card, styles, strict=True))
        for card in part["cards"]
    ]  # fmt: skip
    rows = -(-len(heights) // CARDS_IN_ROW)
    return rows * max(heights, default=0.0)


def _table(part: Part, writing: _Writing) -> Iterator[Flow]:
    """One table with its notes; those of a table that lies across stand upright below it: alone they would turn a page."""
    styles = writing.template.styles
    caption = ""
    if part["caption"]:
        writing.tables += 1
        caption = caption_xml(writing.words["table"], writing.tables, plain_text(part["caption"]), styles)
    fit = fit_table(part, writing.template.page, writing.template.sizes)
    notes = "".join(paragraph_xml(note, "note", styles) for note in part["notes"]) or small_gap_xml()
    height = fit.height + _heights(writing.template, "note", *map(plain_text, part["notes"]))
    height += _heights(writing.template, "caption", plain_text(part["caption"])) if caption else 0.0
    # A table that no page break may split waits as a picture does; a longer one begins where it stands.
    role = BLOCK if fit.is_wide else FLOAT if is_kept_whole(part) else TABLE
    name = f"{writing.words['table']} {writing.tables}" if caption else ""
    rows = caption + table_of(part, fit, styles, NO_ROWS)
    if fit.is_wide and part["notes"]:
        yield Flow(rows, is_wide=True, role=role, height=height, name=name)
        yield Flow(notes, is_wide=False, role=TEXT)
    else:
        yield Flow(rows + notes, fit.is_wide, 0, role, height, name)


def _figure(part: Part, writing: _Writing) -> Flow:
    styles, page = writing.template.styles, writing.template.page
    writing.figures += 1
    picture = base64.b64decode(part["picture"])
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    relation, _ = writing.template.document.part.get_or_add_image(io.BytesIO(picture))
    title, alt, note = (plain_text(part[name]) for name in ("title", "alt", "caption"))
    said = _heights(writing.template, "caption", title)
    said += _heights(writing.template, "note", note) if note else 0.0
    room = min(page.height * PICTURE_HEIGHT, page.height * FULL - said * TWIPS)
    scale = min(page.width / width, room / height)
    size = (int(width * scale), int(height * scale))
    tie = "" if note else '<w:keepNext w:val="0"/>'
    xml = picture_xml(relation, writing.figures, size, title, alt, styles)
    xml += caption_xml(writing.words["figure"], writing.figures, title, styles, tie)
    xml += paragraph_xml([note], "note", styles, '<w:jc w:val="center"/>') if note else ""
    tall = size[1] / TWIPS + said
    return Flow(xml, False, 0, FLOAT, tall, f"{writing.words['figure']} {writing.figures}")


def _in_filling_order(writing: _Writing) -> list[Flow]:
    """The pieces in an order that leaves no page half empty, as far as it can be reckoned."""
    flows = writing.flows
    pieces = [
        Piece(flow.role, flow.height, place, flow.name.partition(" ")[0]) for place, flow in enumerate(flows)
    ]
    order = filled_order(pieces, writing.template.page.height / TWIPS)
    at = {place: turn for turn, place in enumerate(order)}
    moved = [
        place
        for place, flow in enumerate(flows)
        if flow.name and any(other > place for other in order[: at[place]])
    ]
    written = _with_references(flows, moved)
    return [written[place] for place in order]


def _with_references(flows: Sequence[Flow], moved: Sequence[int]) -> list[Flow]:
    """Have the text before a picture or table that moved on say which it is: `… của các trường (Hình 2).`"""
    named: dict[int, list[str]] = {}
    for place in moved:
        before = next((at for at in range(place - 1, -1, -1) if flows[at].role in (TEXT, HEADING)), None)
        if before is not None and flows[before].role == TEXT:
            named.setdefault(before, []).append(flows[place].name)
    written = list(flows)
    for place, names in named.items():
        text = _ENDING.sub(rf" ({', '.join(names)})\1", flows[place].xml)
        written[place] = replace(flows[place], xml=text)
    return written


def _content(writing: _Writing) -> str:
    """All pieces one after the other, a section of its own for each run of pages that lie across."""
    wide = _orientations(writing.flows)
    runs = [
        (is_wide, "".join(flow.xml for _, flow in pairs))
        for is_wide, pairs in groupby(zip(wide, writing.flows, strict=True), key=lambda pair: pair[0])
    ]
    written = []
    for place, (is_wide, xml) in enumerate(runs):
        section = end_of_section(writing.template, is_wide, is_first=place == 0)
        is_last = place == len(runs) - 1
        written.append(xml + section if is_last else closed(xml, section))
    return "".join(written)


def _orientations(flows: Sequence[Flow]) -> list[bool]:
    """Whether each piece stands on a page that lies across: headings and short texts go with what follows them."""
    wide: list[bool] = []
    ahead, words = False, _PLAIN_WORDS + 1
    for flow in reversed(flows):
        if flow.is_wide is not None:
            ahead, words = flow.is_wide, 0
        else:
            words += flow.words
        wide.append(ahead and words <= _PLAIN_WORDS)
    return wide[::-1]


def _describe(document: Any, title: str, origin: str) -> None:
    """What the file says of itself: its title, language and what it was made from; no author, no hour, no trace of who made the template."""
    properties = document.core_properties
    for child in list(properties._element):
        properties._element.remove(child)
    properties.title, properties.language = title, "vi-VN"
    if origin:  # longer than the 255 characters that python-docx lets `comments` have
        properties._element.get_or_add_description().text = origin
    package = document.part.package
    for name, relation in list(package.rels.items()):
        if relation.reltype.endswith(("/extended-properties", "/custom-properties", "/thumbnail")):
            del package.rels[name]
    for name, relation in list(document.part.rels.items()):
        if relation.reltype.endswith(("/attachedTemplate", "/people", "/comments")):
            del document.part.rels[name]
    settings = document.settings.element
    for tag in ("w:rsids", "w:attachedTemplate", "w:docVars"):
        for element in settings.findall(qn(tag)):
            settings.remove(element)


def _packed(document: Any, content: bytes) -> bytes:
    """The document with its content as one file without the hour of its making; pictures are packed already.

    python-docx itself packs with the hour of the machine, which a clock before 1980 makes impossible.
    """
    package, kept, packed = document.part.package, _Kept({}), io.BytesIO()
    for part in package.parts:
        part.before_marshal()
    PackageWriter._write_content_types_stream(kept, package.parts)
    PackageWriter._write_pkg_rels(kept, package.rels)
    PackageWriter._write_parts(kept, package.parts)  # type: ignore[arg-type]  # only its `write` is called
    main = str(document.part.partname).removeprefix("/")
    with zipfile.ZipFile(packed, "w") as new:
        for name, own in kept.parts.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED
            new.writestr(entry, content if name == main else own)
    return packed.getvalue()


@dataclass(frozen=True)
class _Kept:
    """The parts of one document by name, as python-docx hands them to who packs them."""

    parts: dict[str, bytes]

    def write(self, place: Any, content: bytes) -> None:
        self.parts[place.membername] = content
