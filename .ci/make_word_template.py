"""The Word template of the reports as it is delivered: page, styles, head and foot of an official document.

`python .ci/make_word_template.py` writes `data/reference/templates/bao-cao.docx` anew. Offices do not need it: they
change the template in Word. Measures follow Decree 30/2020/NĐ-CP.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH as ALIGN
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor

TEMPLATE = Path(__file__).resolve().parent.parent / "data" / "reference" / "templates" / "bao-cao.docx"
FONT = "Times New Roman"
BLACK = RGBColor(0, 0, 0)
KEPT_STYLES = {
    "Normal", "Default Paragraph Font", "Normal Table", "No List", "Body Text", "Heading 1", "Heading 2",
    "Heading 3", "Caption", "List Bullet", "Header", "Footer",
}  # fmt: skip

_SETTINGS = f"""<w:settings {nsdecls("w")}><w:zoom w:percent="100"/><w:defaultTabStop w:val="720"/>
<w:characterSpacingControl w:val="doNotCompress"/><w:compat><w:compatSetting w:name="compatibilityMode"
w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat><w:themeFontLang w:val="vi-VN"/>
<w:clrSchemeMapping w:bg1="light1" w:t1="dark1" w:bg2="light2" w:t2="dark2" w:accent1="accent1" w:accent2="accent2"
w:accent3="accent3" w:accent4="accent4" w:accent5="accent5" w:accent6="accent6" w:hyperlink="hyperlink"
w:followedHyperlink="followedHyperlink"/><w:decimalSymbol w:val=","/><w:listSeparator w:val=";"/></w:settings>"""


def main() -> None:
    """Write the template."""
    document = Document()
    _clear(document)
    _page(document)
    _styles(document)
    _body(document)
    _forget_the_maker(document)
    stream = io.BytesIO()
    document.save(stream)
    TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_bytes(_dateless(stream.getvalue()))


def _clear(document: Any) -> None:
    for style in list(document.styles):
        if style.name not in KEPT_STYLES:
            style.element.getparent().remove(style.element)
    for name in ("Heading 1", "Heading 2", "Heading 3", "Body Text", "Header", "Footer"):
        link = document.styles[name].element.find(qn("w:link"))  # to a character style that is gone
        if link is not None:
            document.styles[name].element.remove(link)
    defaults = document.styles.element.find(qn("w:docDefaults"))
    fonts = defaults.find(f".//{qn('w:rPr')}")
    for child in list(fonts):
        fonts.remove(child)
    fonts.append(parse_xml(_fonts()))
    for tag, values in (("sz", {"val": "28"}), ("szCs", {"val": "28"})):
        fonts.append(_element(tag, **values))
    fonts.append(_element("lang", val="vi-VN", eastAsia="vi-VN", bidi="ar-SA"))


def _fonts() -> str:
    names = " ".join(f'w:{place}="{FONT}"' for place in ("ascii", "hAnsi", "eastAsia", "cs"))
    return f"<w:rFonts {nsdecls('w')} {names}/>"


def _element(tag: str, **values: str) -> Any:
    attributes = " ".join(f'w:{name}="{value}"' for name, value in values.items())
    return parse_xml(f"<w:{tag} {nsdecls('w')} {attributes}/>")


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.top_margin = section.bottom_margin = Cm(2)
    section.left_margin, section.right_margin = Cm(3), Cm(1.5)
    section.header_distance, section.footer_distance = Cm(1), Cm(1)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.style = document.styles["Header"]
    number.alignment = ALIGN.CENTER
    for kind, text in (("begin", ""), ("", " PAGE "), ("separate", ""), ("text", "2"), ("end", "")):
        run = number.add_run()
        if kind in ("begin", "separate", "end"):
            run._r.append(_element("fldChar", fldCharType=kind))
        elif kind == "text":
            run.text = text
        else:
            run._r.append(parse_xml(f'<w:instrText {nsdecls("w")} xml:space="preserve">{text}</w:instrText>'))
    section.first_page_header.is_linked_to_previous = False


def _styles(document: Any) -> None:
    styles = document.styles
    _style(styles["Normal"], size=14, after=0)
    _style(styles["Header"], size=13, align=ALIGN.CENTER)
    _style(styles["Footer"], size=13)
    _style(styles["Body Text"], size=13, align=ALIGN.JUSTIFY, first_line=1.27, before=3, after=6, line=1.15)
    for place, (before, is_italic) in enumerate(((14, False), (10, False), (8, True)), start=1):
        heading = styles[f"Heading {place}"]
        _style(heading, size=14, bold=True, italic=is_italic, before=before, after=6, keep_next=True)
        heading.paragraph_format.keep_together = True
    _style(styles["Caption"], size=13, bold=True, align=ALIGN.CENTER, before=10, after=4, keep_next=True)
    _style(styles["List Bullet"], size=13, align=ALIGN.JUSTIFY, before=0, after=4, line=1.15)
    _bullets(document)
    made = {
        "Thông báo": {"size": 11, "italic": True, "align": ALIGN.CENTER, "before": 4, "after": 6},
        "Ghi chú": {"size": 12, "italic": True, "align": ALIGN.LEFT, "before": 2, "after": 4},
        "Hình": {"size": 12, "align": ALIGN.CENTER, "before": 10, "after": 4, "keep_next": True},
        "Khung tên": {"size": 13, "bold": True, "before": 8, "after": 2, "keep_next": True},
        "Khung nội dung": {"size": 13, "align": ALIGN.JUSTIFY, "before": 0, "after": 3},
        "Ô bảng": {"size": 11, "before": 1, "after": 1},
        "Đầu cột": {"size": 11, "bold": True, "align": ALIGN.CENTER, "before": 2, "after": 2},
        "Dòng nhóm": {"size": 11, "bold": True, "before": 2, "after": 2, "keep_next": True},
        "Dòng cộng": {"size": 11, "bold": True, "before": 2, "after": 2},
        "Ô bảng nhỏ": {"size": 9.5, "before": 1, "after": 1},
        "Đầu cột nhỏ": {"size": 9.5, "bold": True, "align": ALIGN.CENTER, "before": 1, "after": 1},
        "Dòng nhóm nhỏ": {"size": 9.5, "bold": True, "before": 1, "after": 1, "keep_next": True},
        "Dòng cộng nhỏ": {"size": 9.5, "bold": True, "before": 1, "after": 1},
        "Thẻ tên": {"size": 11, "align": ALIGN.CENTER, "before": 3, "after": 0},
        "Thẻ số": {"size": 17, "bold": True, "align": ALIGN.CENTER, "before": 1, "after": 1},
        "Thẻ chi tiết": {"size": 10, "align": ALIGN.CENTER, "before": 0, "after": 3},
        "Cuối văn bản": {"size": 11, "italic": True, "align": ALIGN.LEFT, "before": 12, "after": 0},
    }
    for name, look in made.items():
        style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style = styles["Normal"]
        style.quick_style = True
        _style(style, **look)
    for name in ("Khung tên", "Khung nội dung"):
        _frame(styles[name])
    mark = styles.add_style("Mức tin cậy", WD_STYLE_TYPE.CHARACTER)
    mark.font.size = Pt(9)
    mark.element.get_or_add_rPr().append(_element("bdr", val="single", sz="4", space="0", color="7F7F7F"))
    table = styles.add_style("Bảng số liệu", WD_STYLE_TYPE.TABLE)
    table.element.append(
        parse_xml(
            f'<w:tblPr {nsdecls("w")}><w:tblBorders>'
            + "".join(f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="404040"/>' for side in ("top", "left", "bottom", "right", "insideH", "insideV"))
            + '</w:tblBorders><w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        )
    )  # fmt: skip


def _style(
    style: Any, *, size: float, bold: bool = False, italic: bool = False, align: Any = None, before: float = 0,
    after: float = 0, first_line: float | None = None, line: float = 1.0, keep_next: bool = False,
) -> None:  # fmt: skip
    font, layout = style.font, style.paragraph_format
    properties = style.element.get_or_add_rPr()
    for tag in ("w:rFonts", "w:color", "w:lang"):
        found = properties.find(qn(tag))
        if found is not None:
            properties.remove(found)
    font.name = FONT
    properties.find(qn("w:rFonts")).set(qn("w:eastAsia"), FONT)
    properties.find(qn("w:rFonts")).set(qn("w:cs"), FONT)
    font.size, font.bold, font.italic, font.color.rgb = Pt(size), bold, italic, BLACK
    layout.space_before, layout.space_after, layout.line_spacing = Pt(before), Pt(after), line
    layout.keep_with_next, layout.widow_control = keep_next, True
    if align is not None:
        layout.alignment = align
    if first_line is not None:
        layout.first_line_indent = Cm(first_line)


def _frame(style: Any) -> None:
    layout = style.paragraph_format
    layout.left_indent, layout.right_indent = Cm(0.3), Cm(0.1)
    properties = style.element.get_or_add_pPr()
    borders = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:left w:val="single" w:sz="24" w:space="6" w:color="595959"/></w:pBdr>'
    )
    shade = _element("shd", val="clear", color="auto", fill="F2F2F2")
    place = properties.find(qn("w:spacing"))
    place.addprevious(borders)
    place.addprevious(shade)


def _bullets(document: Any) -> None:
    """Lists begin with a dash, as official documents have them."""
    numbering = document.part.numbering_part.element
    for child in list(numbering):
        numbering.remove(child)
    numbering.append(
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="1"><w:multiLevelType w:val="singleLevel"/>'
            '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:pStyle w:val="ListBullet"/>'
            '<w:suff w:val="space"/><w:lvlText w:val="-"/><w:lvlJc w:val="left"/><w:pPr>'
            '<w:ind w:left="0" w:firstLine="720"/></w:pPr>'
            f'<w:rPr><w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}"/></w:rPr></w:lvl></w:abstractNum>'
        )
    )
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="1"><w:abstractNumId w:val="1"/></w:num>'))
    properties = document.styles["List Bullet"].element.get_or_add_pPr()
    for tag in ("w:numPr", "w:contextualSpacing", "w:ind"):
        found = properties.find(qn(tag))
        if found is not None:
            properties.remove(found)
    properties.get_or_add_numPr().get_or_add_numId().val = 1


def _body(document: Any) -> None:
    head = _two_columns(document, 6.9, 9.6)
    left, right = head.rows[0].cells
    _lines(left, [("{parent_body}", 12, ""), ("{issuer}", 12, "b")])
    _rule(left, 2.4, 6.9)
    _lines(right, [("{country}", 12, "b"), ("{motto}", 13, "b")])
    _rule(right, 5.4, 9.6)
    left, right = head.add_row().cells
    _lines(left, [("{number}", 13, "")])
    _lines(right, [("{dated}", 13, "i")])
    title = document.add_paragraph()
    title.alignment, title.paragraph_format.space_before = ALIGN.CENTER, Pt(18)
    _run(title, "{document_kind}", 14, "b")
    subject = document.add_paragraph()
    subject.alignment = ALIGN.CENTER
    _run(subject, "{subject}", 14, "b")
    _rule(document, 4.5, 16.5)
    document.add_paragraph("{noi_dung}")
    foot = _two_columns(document, 8.2, 8.3)
    left, right = foot.rows[0].cells
    _lines(left, [("{recipients_title}", 12, "bi"), ("- {recipients}", 11, "")], ALIGN.LEFT)
    _lines(right, [("{signer_prefix}", 14, "b"), ("{signer_title}", 14, "b"), ("", 14, ""), ("", 14, ""), ("", 14, ""), ("", 14, "")])  # fmt: skip


def _two_columns(document: Any, left: float, right: float) -> Any:
    table = document.add_table(1, 2)
    table.autofit = False
    properties = table._tbl.tblPr
    style = properties.find(qn("w:tblStyle"))
    if style is not None:
        properties.remove(style)
    properties.find(qn("w:tblLook")).addprevious(
        parse_xml(
            f'<w:tblCellMar {nsdecls("w")}><w:left w:w="0" w:type="dxa"/><w:right w:w="0" w:type="dxa"/></w:tblCellMar>'
        )
    )
    for column, width in zip(table.columns, (left, right), strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)
    row = table.rows[0]._tr.get_or_add_trPr()
    row.append(_element("cantSplit"))
    return table


def _lines(cell: Any, lines: list[tuple[str, float, str]], align: Any = ALIGN.CENTER) -> None:
    for place, (text, size, look) in enumerate(lines):
        paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
        paragraph.alignment = align
        _run(paragraph, text, size, look)


def _run(paragraph: Any, text: str, size: float, look: str) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold, run.font.italic = Pt(size), "b" in look, "i" in look


def _rule(place: Any, length: float, width: float) -> None:
    """A rule of one length in the middle of one width, as the upper border of an empty line."""
    paragraph = place.add_paragraph()
    layout = paragraph.paragraph_format
    layout.left_indent = layout.right_indent = Cm((width - length) / 2)
    layout.line_spacing, layout.space_before, layout.space_after = Pt(4), Pt(2), Pt(2)
    properties = paragraph._p.get_or_add_pPr()
    border = parse_xml(
        f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="6" w:space="1" w:color="000000"/></w:pBdr>'
    )
    properties.find(qn("w:spacing")).addprevious(border)


def _forget_the_maker(document: Any) -> None:
    properties = document.core_properties
    for child in list(properties._element):
        properties._element.remove(child)
    properties.language = "vi-VN"
    settings = document.settings.element
    for child in list(settings):
        settings.remove(child)
    for child in parse_xml(_SETTINGS):
        settings.append(child)
    package = document.part.package
    for name, relation in list(package.rels.items()):
        if relation.reltype.endswith(("/thumbnail", "/extended-properties")):
            del package.rels[name]
    for name, relation in list(document.part.rels.items()):
        if relation.reltype.endswith(("/stylesWithEffects", "/customXml", "/webSettings")):
            del document.part.rels[name]


def _dateless(content: bytes) -> bytes:
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, datetime.datetime(1980, 1, 1).timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return stream.getvalue()


if __name__ == "__main__":
    main()
