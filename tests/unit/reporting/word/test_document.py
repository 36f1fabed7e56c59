"""One report as a Word document: the layout of an official document, text that stays text, the same bytes again."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from docx.oxml.parser import parse_xml
from docx.shared import Mm, Pt
from office_world import (
    TEMPLATE,
    TITLE,
    Files,
    part_of,
    publish,
    rewritten,
    sizes_table,
    small_chart,
    small_report,
)

from termreview.errors import RunError
from termreview.proof.verify import file_differences
from termreview.reference.declarations import load_reference
from termreview.reporting.blocks.blocks import bullets, callout, key_figures, paragraph
from termreview.reporting.blocks.tables import NO_ROWS, table
from termreview.reporting.word.document import export_docx
from termreview.reporting.word.tables import fit_table, table_of
from termreview.reporting.word.template import filled, open_template
from worlds import ROOT

BODY = "word/document.xml"
# Formulas, markup, fields, control characters, a lone surrogate, an override of direction.
PAYLOADS = (
    "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1:A9)", "\t=1+1", "<script>alert(1)</script>", "<w:p/>", "]]>",
    '<img src=x onerror="alert(1)">', "&lt;b&gt; & \"'", "{=1+1}", "{noi_dung}", "{parent_body}", "INCLUDETEXT C:/a",
    "$\\frac{a}{$", "http://example.invalid/a", "javascript:alert(1)", "a\x00b\x0bc", "a\ud800b", "a\u202eb",
)  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Files:
    return small_report(tmp_path_factory.mktemp("made"))


def texts(path: Path) -> list[str]:
    """Every paragraph of one document, those in cells too."""
    body = docx.Document(str(path)).element.body
    return ["".join(text.text or "" for text in line.iter(qn("w:t"))) for line in body.iter(qn("w:p"))]


def test_it_has_the_head_of_an_official_document_and_leaves_number_and_day_to_the_clerk(made: Files) -> None:
    lines = [line for line in texts(made.document) if line]
    assert lines[:8] == [
        "UBND HUYỆN PHONG MẪU", "PHÒNG GIÁO DỤC VÀ ĐÀO TẠO", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc", "Số: ……/BC-PGDĐT", "Phong Mẫu, ngày …… tháng …… năm 2024", "BÁO CÁO", lines[7],
    ]  # fmt: skip
    assert lines[7].startswith("Kết quả thực hiện nhiệm vụ")
    assert "TRƯỞNG PHÒNG" in lines
    assert "Nơi nhận:" in lines
    assert not any(re.search(r"\{\w+\}", line) for line in lines)


def test_the_last_words_stay_with_the_signature(made: Files) -> None:
    body = list(docx.Document(str(made.document)).element.body)
    signature = next(place for place, part in enumerate(body) if "TRƯỞNG PHÒNG" in "".join(part.itertext()))
    closing, gap = body[signature - 2 : signature]
    assert "".join(closing.itertext()).endswith("./.")
    assert not "".join(gap.itertext())
    for part in (closing, gap):
        assert part.find(f"{qn('w:pPr')}/{qn('w:keepNext')}") is not None


def test_its_page_and_letters_are_those_of_decree_30(made: Files) -> None:
    document = docx.Document(str(made.document))
    first = document.sections[0]
    assert (round(first.page_width / Mm(1)), round(first.page_height / Mm(1))) == (210, 297)
    assert Mm(20) - 700 <= first.top_margin <= Mm(25)
    assert Mm(20) - 700 <= first.bottom_margin <= Mm(25)
    assert Mm(30) - 700 <= first.left_margin <= Mm(35)
    assert Mm(15) - 700 <= first.right_margin <= Mm(20)
    assert first.different_first_page_header_footer
    assert "PAGE" in first.header._element.xml
    assert "PAGE" not in first.first_page_header._element.xml
    body = document.styles["Body Text"]
    assert document.styles["Normal"].font.name == "Times New Roman"
    assert Pt(13) <= (body.font.size or document.styles["Normal"].font.size) <= Pt(14)
    assert body.paragraph_format.alignment == docx.enum.text.WD_ALIGN_PARAGRAPH.JUSTIFY
    assert Mm(9.9) <= body.paragraph_format.first_line_indent <= Mm(12.8)
    assert body.paragraph_format.space_after >= Pt(6) or body.paragraph_format.space_before >= Pt(6)


def test_heads_of_tables_stand_again_on_every_page_and_no_row_is_split(made: Files) -> None:
    tables = docx.Document(str(made.document)).element.body.findall(qn("w:tbl"))
    named = [part for part in tables if part.find(f"{qn('w:tblPr')}/{qn('w:tblCaption')}") is not None]
    assert len(named) == 2
    for part in named:
        rows = part.findall(qn("w:tr"))
        assert [row.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None for row in rows] == [
            True,
            *[False] * (len(rows) - 1),
        ]
        assert all(row.find(f"{qn('w:trPr')}/{qn('w:cantSplit')}") is not None for row in rows)
    assert NO_ROWS in texts(made.document)


def test_captions_are_numbered_by_word_itself(made: Files) -> None:
    lines = texts(made.document)
    assert [line for line in lines if line.startswith(("Bảng ", "Hình "))] == [
        "Bảng 1. Quy mô", "Hình 1. Tỉ lệ theo cấp", "Bảng 2. Trường thiếu",
    ]  # fmt: skip
    assert part_of(made.document, BODY).count(" SEQ Bảng \\* ARABIC ") == 2


def test_headings_are_headings_and_a_list_is_a_list(made: Files) -> None:
    styles = {
        line.text: line.style.name for line in docx.Document(str(made.document)).paragraphs if line.text
    }
    assert styles["I. Đặc điểm tình hình"] == "Heading 1"
    assert styles["1. Quy mô"] == "Heading 2"
    assert styles["Ý thứ nhất"] == "List Bullet"
    assert styles["Đoạn văn đậm của sổ tay."] == "Body Text"


def test_a_chart_is_a_picture_with_the_words_for_it(made: Files) -> None:
    described = re.findall(r"<wp:docPr [^>]*>", part_of(made.document, BODY))
    assert len(described) == 1
    assert 'descr="Tiểu học 75,0\u00a0%."' in described[0]
    with zipfile.ZipFile(made.document) as package:
        pictures = [name for name in package.namelist() if name.startswith("word/media/")]
        assert len(pictures) == 1
        assert package.read(pictures[0]).startswith(b"\x89PNG\r\n\x1a\n")


def test_a_table_too_wide_for_the_page_lies_across_and_the_text_after_it_does_not(tmp_path: Path) -> None:
    columns = {f"c{number}": f"Cột số {number}" for number in range(16)}
    frame = pd.DataFrame([{name: "chưa có báo cáo" for name in columns}] * 3)
    files = publish(tmp_path, "## Trước", sizes_table(), "## Rộng", table(frame, columns=columns, caption="Rộng"), "## Sau", sizes_table())  # fmt: skip
    document = docx.Document(str(files.document))
    assert [section.orientation for section in document.sections] == [
        WD_ORIENT.PORTRAIT, WD_ORIENT.LANDSCAPE, WD_ORIENT.PORTRAIT,
    ]  # fmt: skip
    for section in document.sections:
        assert (section.page_width > section.page_height) == (section.orientation == WD_ORIENT.LANDSCAPE)
    room = (
        document.sections[1].page_width - document.sections[1].left_margin - document.sections[1].right_margin
    )
    wide = document.tables[-2]
    assert sum(column.width for column in wide.columns) <= room
    assert all(section.header.is_linked_to_previous for section in list(document.sections)[1:])
    files.agree()


def test_notes_of_a_table_that_lies_across_stand_upright(tmp_path: Path) -> None:
    """They filled a turned page of their own at the end of an annex of the internal document."""
    columns = {f"c{number}": f"Cột số {number}" for number in range(16)}
    frame = pd.DataFrame([{name: "chưa có báo cáo" for name in columns}] * 3)
    noted = table(frame, columns=columns, caption="Rộng", notes=["Chữ giải thích các cột."])
    files = publish(tmp_path, "## Trước", sizes_table(), "## Rộng", noted, "## Sau", sizes_table())
    document = docx.Document(str(files.document))
    turns, orientations = 0, [section.orientation for section in document.sections]
    for element in document.element.body.iterchildren():
        if "Chữ giải thích các cột." in "".join(element.itertext()):
            assert orientations[turns] == WD_ORIENT.PORTRAIT
            assert element.getprevious().getprevious().tag == qn("w:tbl")  # and the end of the turned pages
        turns += len(element.findall(f".//{qn('w:sectPr')}"))
    files.agree()


ORDER = {
    "pPr": ["pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "numPr", "pBdr", "shd", "tabs", "spacing", "ind", "contextualSpacing", "jc", "rPr", "sectPr"],
    "tcPr": ["tcW", "gridSpan", "vMerge", "tcBorders", "shd", "noWrap", "tcMar", "vAlign"],
    "trPr": ["cantSplit", "tblHeader"],
    "tblPr": ["tblStyle", "tblW", "jc", "tblBorders", "tblLayout", "tblCellMar", "tblLook", "tblCaption"],
}  # fmt: skip


def test_its_parts_stand_in_the_order_that_word_insists_on(made: Files) -> None:
    body = docx.Document(str(made.document)).element.body
    for name, order in ORDER.items():
        for properties in body.iter(qn(f"w:{name}")):
            found = [child.tag.rpartition("}")[2] for child in properties]
            assert set(found) <= set(order), found
            assert found == sorted(found, key=order.index)
    for cell in body.iter(qn("w:tc")):
        assert cell[-1].tag == qn("w:p"), "a cell ends with a paragraph"
    for own in body.iter(qn("w:tbl")):
        grid = own.findall(f"{qn('w:tblGrid')}/{qn('w:gridCol')}")
        for row in own.findall(qn("w:tr")):
            spans = [cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}") for cell in row.findall(qn("w:tc"))]
            assert sum(1 if span is None else int(span.get(qn("w:val"))) for span in spans) == len(grid)


def test_it_names_no_author_no_hour_and_no_program(made: Files) -> None:
    with zipfile.ZipFile(made.document) as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "docProps/app.xml" not in package.namelist()
        core = package.read("docProps/core.xml").decode("utf-8")
    assert re.findall(r"<(?:dc|cp|dcterms):(\w+)", core) in (
        ["coreProperties", "title", "language"],
        ["coreProperties", "language", "title"],
    )
    assert TITLE in core


def test_the_same_report_gives_the_same_bytes(made: Files, tmp_path: Path) -> None:
    again = tmp_path / "again.docx"
    export_docx(made.notebook, again, TEMPLATE, title=TITLE)
    assert again.read_bytes() == made.document.read_bytes()


def test_another_hash_seed_time_zone_and_locale_give_the_same_bytes(made: Files, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; notebook, template, title, folder = sys.argv[1:];"
        "from termreview.reporting.word.document import export_docx; from termreview.reporting.excel.annex import export_xlsx;"
        "export_docx(Path(notebook), Path(folder, 'a.docx'), Path(template), title=title);"
        "export_xlsx(Path(notebook), Path(folder, 'a.xlsx'), title=title)"
    )
    elsewhere = {
        "PYTHONHASHSEED": "77",
        "TZ": "America/New_York",
        "LC_ALL": "C",
        "PYTHONPATH": str(ROOT / "lib"),
    }
    subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code, str(made.notebook), str(TEMPLATE), TITLE, str(tmp_path)],
        env=os.environ | elsewhere, check=True, timeout=1800,
    )  # fmt: skip
    assert (tmp_path / "a.docx").read_bytes() == made.document.read_bytes()
    assert (tmp_path / "a.xlsx").read_bytes() == made.workbook.read_bytes()


def test_a_clock_before_the_age_of_archives_gives_the_same_bytes(
    made: Files, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = time.gmtime(0)
    monkeypatch.setattr(time, "localtime", lambda *_: early)
    export_docx(made.notebook, tmp_path / "a.docx", TEMPLATE, title=TITLE)
    assert (tmp_path / "a.docx").read_bytes() == made.document.read_bytes()


def test_a_caption_with_another_number_is_no_document_that_was_only_saved_anew(made: Files) -> None:
    words = load_reference(ROOT / "data" / "reference").provenance["places"]
    content = made.document.read_bytes()
    changed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "word/document.xml":
                number = b"<w:r><w:t>1</w:t></w:r></w:fldSimple>"
                assert number in text
                text = text.replace(number, number.replace(b"1", b"7"), 1)
            new.writestr(name, text)
    (found,) = file_differences(changed.getvalue(), content, ".docx", words)
    assert found.kind == "changed"
    assert found.found.startswith("Bảng 7. ")
    assert found.expected == found.found.replace("Bảng 7", "Bảng 1")


def hostile(folder: Path) -> Files:
    """One report whose every text is a payload."""
    frame = pd.DataFrame({"name": PAYLOADS, "said": PAYLOADS[::-1], "level": PAYLOADS}, dtype=object)
    return publish(
        folder,
        paragraph(PAYLOADS[0]), bullets(PAYLOADS), callout(PAYLOADS[1], PAYLOADS), key_figures([(text, text, text) for text in PAYLOADS]),
        table(frame, columns={"name": PAYLOADS[5], "said": PAYLOADS[0]}, caption=PAYLOADS[5], group_by="level",
              total_row={"name": PAYLOADS[2], "said": PAYLOADS[3]}, notes=PAYLOADS),
        small_chart(title=PAYLOADS[5], alt=PAYLOADS[8], caption=PAYLOADS[0]),
    )  # fmt: skip


def test_hostile_text_comes_out_as_text(tmp_path: Path) -> None:
    files = hostile(tmp_path)
    said = " ".join(texts(files.document))
    for payload in PAYLOADS[:-3]:
        assert payload.replace("\t", " ").strip() in said, payload
    assert said.count("{noi_dung}") >= 5
    body = part_of(files.document, BODY)
    assert not re.search(r"<w:instrText|<w:hyperlink|<w:altChunk|<w:object|<w:subDoc|<script|<img", body)
    assert set(re.findall(r'w:instr="([^"]*)"', body)) == {" SEQ Bảng \\* ARABIC ", " SEQ Hình \\* ARABIC "}
    with zipfile.ZipFile(files.document) as package:
        links = "".join(package.read(name).decode() for name in package.namelist() if name.endswith(".rels"))
        assert 'TargetMode="External"' not in links
        assert not any("vbaProject" in name or name.endswith(".bin") for name in package.namelist())
    files.agree()


@pytest.mark.parametrize(
    ("member", "old", "new", "told"),
    [
        ("word/document.xml", "{noi_dung}", "", "thiếu: chỗ điền {noi_dung}"),
        ("word/styles.xml", "Khung tên", "Khung khác", "thiếu: Khung tên"),
        ("word/document.xml", "</w:body>", "", "không mở được mẫu văn bản"),
    ],
)
def test_a_template_that_cannot_be_filled_fails_the_run(made: Files, tmp_path: Path, member: str, old: str, new: str, told: str) -> None:  # fmt: skip
    template = tmp_path / "bao-cao.docx"
    template.write_bytes(TEMPLATE.read_bytes())
    rewritten(template, member, lambda text: text.replace(old, new))
    output = tmp_path / "out.docx"
    with pytest.raises(RunError, match=told):
        export_docx(made.notebook, output, template, title=TITLE)
    assert not output.exists()


def test_the_office_may_change_the_template(made: Files, tmp_path: Path) -> None:
    template = tmp_path / "bao-cao.docx"
    template.write_bytes(TEMPLATE.read_bytes())
    rewritten(
        template, "word/document.xml", lambda text: text.replace("{motto}", "{motto} (bản của {issuer})")
    )
    rewritten(template, "word/styles.xml", lambda text: text.replace("Times New Roman", "Arial"))
    output = tmp_path / "out.docx"
    export_docx(made.notebook, output, template, title=TITLE)
    assert "Độc lập - Tự do - Hạnh phúc (bản của PHÒNG GIÁO DỤC VÀ ĐÀO TẠO)" in texts(output)
    assert docx.Document(str(output)).styles["Normal"].font.name == "Arial"


def _table_part(rows: int) -> dict[str, Any]:
    columns = [
        {"name": "ratio", "title": "Tỉ lệ", "format": "text", "align": "left", "head": "yes"},
        *(
            {"name": f"c{n}", "title": "Trường có số liệu", "format": "text", "align": "right"}
            for n in range(5)
        ),
    ]
    name = "Tỉ lệ giáo viên sử dụng phần mềm để đổi mới phương pháp dạy học"
    return {"kind": "table", "css": "", "columns": columns, "rows": [{"cells": [name, *["64,2 %"] * 5]}] * rows,
            "total": None, "caption": "Các tỉ lệ", "notes": []}  # fmt: skip


def test_figures_take_what_they_need_and_names_get_the_rest() -> None:
    template = open_template(TEMPLATE)
    fit = fit_table(_table_part(19), template.page, template.sizes)
    assert not fit.is_wide
    assert sum(fit.widths) <= template.page.width
    assert fit.widths[0] > 3 * max(fit.widths[1:])


@pytest.mark.parametrize(
    ("rows", "tied"), [(4, [True, True, True, False]), (9, [True, *[False] * 5, True, True, False])]
)
def test_a_short_table_stays_whole_and_a_long_one_starts_where_there_is_room(
    rows: int, tied: list[bool]
) -> None:
    template, part = open_template(TEMPLATE), _table_part(rows)
    xml = table_of(part, fit_table(part, template.page, template.sizes), template.styles, NO_ROWS)
    body = xml.split("<w:tr>")[2:]
    assert ["<w:keepNext/>" in row for row in body] == tied


def test_a_school_year_in_the_title_is_never_broken_over_two_lines() -> None:
    """The title broke after “2023-”."""
    paragraph = docx.Document().add_paragraph("Sơ kết {term}")
    xml = filled([paragraph._p], {"term": "năm học 2023-2024 – học kỳ I"})
    assert "2023</w:t><w:noBreakHyphen/><w:t" in xml
    assert xml.count("noBreakHyphen") == 1
    assert parse_xml(xml).text == "Sơ kết năm học 2023-2024 – học kỳ I"
