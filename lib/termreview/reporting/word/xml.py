"""One piece of a Word document as its XML text: runs, paragraphs, captions, pictures, ends of sections."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from termreview.reporting.blocks.blocks import escape_text
from termreview.reporting.blocks.model import WAITING, Run, Runs, printed, run_text

CM: Final = 567  # twentieths of a point
EMU_PER_TWIP: Final = 635
NAMESPACES: Final = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    ' xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"'
)
_SPACES: Final = re.compile(r"[^\S\u00a0]+")

Styles = Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """The room of one page, in twentieths of a point: the whole sheet and what stands between its margins."""

    sheet_width: int
    sheet_height: int
    width: int
    height: int

    def turned(self) -> Page:
        """The same page laid across: the margins stay on their sides."""
        sides, ends = self.sheet_width - self.width, self.sheet_height - self.height
        return Page(self.sheet_height, self.sheet_width, self.sheet_height - sides, self.sheet_width - ends)


@lru_cache(maxsize=10_000)
def xml_text(text: str) -> str:
    """One text as it stands in XML: nothing in it is markup, white space is one space (a no-break space stays)."""
    return escape_text(_SPACES.sub(" ", text))


def run_xml(run: Run, styles: Styles) -> str:
    """One run: a badge takes the style of badges (an asterisk none), strong words are bold."""
    look = run[1] if isinstance(run, list) and run[0] != WAITING else ""
    style = (
        f'<w:rStyle w:val="{styles["mark"]}"/>' if look == "mark" else "<w:b/>" if look == "strong" else ""
    )
    format_ = f"<w:rPr>{style}</w:rPr>" if style else ""
    return f'<w:r>{format_}<w:t xml:space="preserve">{xml_text(run_text(run))}</w:t></w:r>'


def runs_xml(runs: Runs, styles: Styles) -> str:
    """Several runs; empty ones are left out."""
    return "".join(run_xml(run, styles) for run in printed(runs) if run_text(run))


def paragraph_xml(runs: Runs, style: str, styles: Styles, properties: str = "") -> str:
    """One paragraph in one style; `properties` come in the order of the format (keepNext, jc …)."""
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{styles[style]}"/>{properties}</w:pPr>{runs_xml(runs, styles)}</w:p>'
    )


def caption_xml(word: str, number: int, text: str, styles: Styles, properties: str = "") -> str:
    """One caption that Word numbers: `Bảng 3. …`; the number stands in a field that Word can renew."""
    said = f"{xml_text(word)} "
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{styles["caption"]}"/>{properties}</w:pPr>'
        f'<w:r><w:t xml:space="preserve">{said}</w:t></w:r>'
        f'<w:fldSimple w:instr=" SEQ {xml_text(word)} \\* ARABIC "><w:r><w:t>{number}</w:t></w:r></w:fldSimple>'
        f'<w:r><w:t xml:space="preserve">. {xml_text(text)}</w:t></w:r></w:p>'
    )


def picture_xml(
    relation: str, number: int, size: tuple[int, int], title: str, alt: str, styles: Styles
) -> str:
    """One picture in a paragraph of its own, as large as told in twentieths of a point, with the words for it."""
    width, height = (side * EMU_PER_TWIP for side in size)
    words = (
        f'id="{number}" name="{xml_text(f"Hình {number}")}" descr="{xml_text(alt)}" title="{xml_text(title)}"'
    )
    return (
        f'<w:p><w:pPr><w:pStyle w:val="{styles["picture"]}"/></w:pPr><w:r><w:drawing>'
        f'<wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
        f'<wp:docPr {words}/><wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic>'
        f'<pic:nvPicPr><pic:cNvPr id="{number}" name="hinh-{number}.png"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{relation}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic>'
        "</wp:inline></w:drawing></w:r></w:p>"
    )


def cell_xml(width: int, content: Sequence[str], properties: str = "") -> str:
    """One cell of a table; its content is paragraphs."""
    return f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{properties}</w:tcPr>{"".join(content)}</w:tc>'


def table_xml(widths: Sequence[int], rows: Sequence[str], styles: Styles, title: str = "") -> str:
    """One table of fixed widths, in the middle of the page."""
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    words = f'<w:tblCaption w:val="{xml_text(title)}"/>' if title else ""
    return (
        f'<w:tbl><w:tblPr><w:tblStyle w:val="{styles["table"]}"/><w:tblW w:w="{sum(widths)}" w:type="dxa"/>'
        '<w:jc w:val="center"/><w:tblLayout w:type="fixed"/>'
        f'<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="0" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>{words}'
        f"</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def row_xml(cells: Sequence[str], is_head: bool = False) -> str:
    """One row that no page break splits; a head stands again on every page."""
    head = "<w:tblHeader/>" if is_head else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{head}</w:trPr>{''.join(cells)}</w:tr>"


def closed(xml: str, section: str) -> str:
    """A run of pages whose last paragraph says how they lie; a paragraph of its own might fall on a page of its own."""
    before, ending, last = xml.rpartition("</w:pPr>")
    if last.endswith("</w:p>") and "<w:p>" not in last and "<w:p " not in last and "<w:tbl>" not in last:
        return f"{before}{section}{ending}{last}"
    spacing = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
    return f"{xml}<w:p><w:pPr>{spacing}{section}</w:pPr></w:p>"


def small_gap_xml(properties: str = "") -> str:
    """A line of no height, where the format wants a paragraph between two tables."""
    spacing = '<w:spacing w:before="0" w:after="0" w:line="120" w:lineRule="exact"/>'
    return f"<w:p><w:pPr>{properties}{spacing}</w:pPr></w:p>"
