"""One odd spreadsheet per name: what other programs, broken uploads and ill will may put into a school's file."""

from __future__ import annotations

import base64
import gzip
import io
import random
import struct
import zipfile
from collections.abc import Mapping, Sequence
from functools import cache

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATED = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT_RELATED = "http://purl.oclc.org/ooxml/officeDocument/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
READ = "read"


def zipped(members: Sequence[tuple[str, str | bytes]], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """One archive of these members."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in members:
            data = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
            archive.writestr(name, data)
    return target.getvalue()


def sheet(rows: str, head: str = "", tail: str = "", namespace: str = MAIN) -> str:
    """One worksheet part."""
    return f'<worksheet xmlns="{namespace}">{head}<sheetData>{rows}</sheetData>{tail}</worksheet>'


def row(*cells: str, number: int = 1) -> str:
    """One row of a worksheet."""
    return f'<row r="{number}">{"".join(cells)}</row>'


def cell(address: str, value: str, kind: str = "", style: str = "") -> str:
    """One cell with a stored value."""
    marks = (f' t="{kind}"' if kind else "") + (f' s="{style}"' if style else "")
    return f'<c r="{address}"{marks}><v>{value}</v></c>'


def inline(address: str, text: str) -> str:
    """One cell with its text inside."""
    return f'<c r="{address}" t="inlineStr"><is><t>{text}</t></is></c>'


ONE = sheet(row(cell("A1", "1")))


def package(
    *parts: str | bytes,
    names: Sequence[str] = ("S1", "S2", "S3", "S4"),
    strings: str | None = None,
    styles: str | None = None,
    book: str | None = None,
    root: str = "xl/workbook.xml",
    arrows: str = "",
    extra: Sequence[tuple[str, str | bytes]] = (),
    namespace: str = MAIN,
    related: str = RELATED,
) -> bytes:
    """One workbook of these worksheet parts; an empty text names a part that is not there."""
    listed = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}"/>'
        for number, (name, _) in enumerate(zip(names, parts, strict=False), start=1)
    )
    links = "".join(
        f'<Relationship Id="rId{number}" Type="{related}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number in range(1, len(parts) + 1)
    )
    members: list[tuple[str, str | bytes]] = []
    for kind, part in (("sharedStrings", strings), ("styles", styles)):
        if part is not None:
            links += f'<Relationship Id="{kind}" Type="{related}/{kind}" Target="{kind}.xml"/>'
        if part:
            members.append((f"xl/{kind}.xml", part))
    types = '<Default Extension="xml" ContentType="application/xml"/>'
    members += [
        ("[Content_Types].xml", f'<Types xmlns="{_PACKAGE}/content-types">{types}</Types>'),
        ("_rels/.rels", relationships(f'<Relationship Id="a" Type="{related}/officeDocument" Target="{root}"/>')),
        ("xl/workbook.xml", book or f'<workbook xmlns="{namespace}" xmlns:r="{related}"><sheets>{listed}</sheets></workbook>'),
        ("xl/_rels/workbook.xml.rels", relationships(links + arrows)),
        *((f"xl/worksheets/sheet{number}.xml", part) for number, part in enumerate(parts, start=1)),
        *extra,
    ]  # fmt: skip
    return zipped(members)


def relationships(arrows: str) -> str:
    """One part that says which part leans on which."""
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{arrows}</Relationships>'


def strings(inside: str) -> str:
    """The part with the shared strings."""
    return f'<sst xmlns="{MAIN}">{inside}</sst>'


def formats(codes: Mapping[int, str], used: Sequence[int]) -> str:
    """The part with the number formats."""
    listed = "".join(f'<numFmt numFmtId="{number}" formatCode="{code}"/>' for number, code in codes.items())
    cells = "".join(f'<xf numFmtId="{number}"/>' for number in used)
    return f'<styleSheet xmlns="{MAIN}"><numFmts>{listed}</numFmts><cellXfs>{cells}</cellXfs></styleSheet>'


def opendocument(
    tables: str, body: str = "spreadsheet", mime: str | None = "first", manifest: str = ""
) -> bytes:
    """One OpenDocument file; its kind stands first in the archive, last, or nowhere."""
    content = f"<office:document-content {_OFFICE}><office:body><office:{body}>{tables}</office:{body}></office:body></office:document-content>"
    kind = ("mimetype", f"application/vnd.oasis.opendocument.{body}")
    members = [("content.xml", content)] + ([("META-INF/manifest.xml", manifest)] if manifest else [])
    return zipped([kind, *members] if mime == "first" else [*members, kind] if mime else members)


def flat(tables: str, before: str = "") -> bytes:
    """One OpenDocument spreadsheet kept as a single XML file."""
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    return f'<?xml version="1.0"?>\n<office:document {_OFFICE}>{before}{body}</office:document>'.encode()


def table(rows: str) -> str:
    """One table of an OpenDocument file, its first cell filled."""
    first = (
        '<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>'
    )
    return f'<table:table table:name="S">{first}{rows}</table:table>'


def repacked(data: bytes, rename: Mapping[str, str] | str) -> bytes:
    """One archive with its members renamed by a template such as ``book/{}``."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = {
            name: rename.format(name) if isinstance(rename, str) else rename.get(name, name)
            for name in archive.namelist()
        }
        return zipped([(names[name], archive.read(name)) for name in archive.namelist()])


@cache
def noise(length: int) -> str:
    """Letters that do not shrink, so that what stands beside them is no zip bomb."""
    return base64.b64encode(random.Random(4725).randbytes(length * 3 // 4)).decode()


def nested(depth: int) -> bytes:
    """An archive in an archive in an archive."""
    data = package(ONE)
    for _ in range(depth):
        data = zipped([("inside.zip", data)])
    return data


def odd_files() -> dict[str, tuple[bytes, str]]:
    """Every odd file by name, with the reason it is refused for, or `read`."""
    dates = formats({164: "dd/mm/yyyy", 165: "0.00%;[Red]-0.00%;&quot;-&quot;", 166: "[$-42A]dd mmmm yyyy"}, [0, 164, 165, 166])  # fmt: skip
    good = package(ONE)
    numbers = (
        "1E400",
        "NaN",
        "INF",
        "1e-400",
        "1,5",
        "١٢",
        "1_000",
        "--5",
        "1" * 400,
        "-0",
        "9007199254740993",
    )
    files = {
        # parts that are there or not
        "no styles, no strings": (good, READ),
        "strings named, not there, not used": (package(ONE, strings=""), READ),
        "strings named, not there, used": (package(sheet(row(cell("A1", "0", "s"))), strings=""), "damaged"),
        "styles named, not there": (package(sheet(row(cell("A1", "9", style="1"))), styles=""), "damaged"),
        "style beyond the last": (package(sheet(row(cell("A1", "9", style="9"))), styles=dates), "damaged"),
        "a module of macros listed without a part": (package(ONE, book=f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets><sheet name="a" r:id="rId1"/><sheet name="Module1" r:id=""/></sheets></workbook>'), READ),
        "a sheet listed without saying which": (package(ONE, book=f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets><sheet name="a" r:id="rId1"/><sheet name="b"/></sheets></workbook>'), "damaged"),
        "strings that lie about their count": (package(sheet(row(cell("A1", "0", "s"))), strings=f'<sst xmlns="{MAIN}" uniqueCount="4294967295"><si><t>a</t></si></sst>'), READ),
        "part without content": (package(""), "damaged"),
        "sheet without cell data": (package(f'<worksheet xmlns="{MAIN}"/>'), "damaged"),
        "workbook part is another": (package(ONE, root="_rels/.rels"), "unsupported_format"),
        "workbook part outside": (package(ONE, root="../../../etc/passwd"), "damaged"),
        "workbook part by a web address": (package(ONE, root="http://x.example/workbook.xml"), "damaged"),
        "drawing of another program": (package(ONE, book=f'<VisioDocument xmlns="{MAIN}"/>'), "unsupported_format"),
        "package without workbook": (zipped([("[Content_Types].xml", "<Types/>"), ("_rels/.rels", relationships(""))]), "unsupported_format"),
        "one part as two sheets": (package(ONE, book=f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets><sheet name="a" r:id="rId1"/><sheet name="b" r:id="rId2"/></sheets></workbook>', arrows=f'<Relationship Id="rId2" Type="{RELATED}/worksheet" Target="worksheets/sheet1.xml"/>'), "damaged"),
        # names
        "sheet names that differ by case": (package(ONE, ONE, names=("Data", "DATA")), READ),
        "sheet names twice": (package(ONE, ONE, names=("Data", "Data")), READ),
        "sheets named like paths": (package(ONE, ONE, ONE, ONE, names=("../../etc/passwd", "C:\\con", "", "N" * 9_000)), READ),
        "sheet name with half a letter": (package(ONE, names=("a\ud800",)), "damaged"),
        "sheet name with a control sign": (package(ONE, names=("a&#1;b",)), "damaged"),
        # shapes of a sheet
        "strict": (package(sheet(row(cell("A1", "1"), cell("B1", "2024-01-10", "d")), namespace=STRICT), namespace=STRICT, related=STRICT_RELATED), READ),
        "prefixes": (package(f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>', book=f'<x:workbook xmlns:x="{MAIN}" xmlns:q="{RELATED}"><x:sheets><x:sheet name="S" sheetId="1" q:id="rId1"/></x:sheets></x:workbook>'), READ),
        "cells without address": (package(sheet("<row><c><v>1</v></c><c><v>2</v></c></row>")), READ),
        "cell without row": (package(sheet(cell("A1", "1"))), READ),
        "cell data in two pieces": (package(sheet(row(cell("A1", "1"))).replace("</worksheet>", "<sheetData>" + row(cell("A2", "2"), number=2) + "</sheetData></worksheet>")), READ),
        "rows out of order": (package(sheet(row(cell("A5", "1"), number=5) + row(cell("A2", "2"), number=2))), READ),
        "two opposite corners": (package(sheet(row(cell("A1", "1")) + row(cell("XFD1048576", "2"), number=1048576))), READ),
        "cell twice": (package(sheet(row(cell("A1", "1"), cell("A1", "2")))), "damaged"),
        "cell below the grid": (package(sheet(row(cell("A1048577", "1"), number=1048577))), "damaged"),
        "cell beside the grid": (package(sheet(row(cell("XFE1", "1")))), "damaged"),
        "lying dimension": (package(sheet(row(cell("A1", "1")), head='<dimension ref="A1:XFD1048576"/>')), READ),
        "sheet in UTF-16": (package(f'<?xml version="1.0" encoding="UTF-16"?>{ONE}'.encode("utf-16")), READ),
        "sheet in UTF-32": (package(f'<?xml version="1.0" encoding="UTF-32"?>{ONE}'.encode("utf-32")), "damaged"),
        "comments and CDATA": (package(f'<!-- a --><worksheet xmlns="{MAIN}"><sheetData><?b c?><row r="1"><c r="A1"><v><![CDATA[5]]></v></c></row></sheetData></worksheet>'), READ),
        "document type far down": (package(" " * 3000 + f'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>{ONE}'), "unsafe_xml"),
        "entity bomb in UTF-16": (package(f'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>{ONE}'.encode("utf-16")), "unsafe_xml"),
        # values
        **{f"number {number[:12]}": (package(sheet(row(cell("A1", number)))), READ) for number in numbers},
        "formulas of every result": (package(sheet(row('<c r="A1" t="str"><f>"a"</f><v>a</v></c><c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="C1" t="b"><f>TRUE()</f><v>1</v></c><c r="D1"><f>SUM(1)</f></c><c r="E1" t="str"><f>""</f><v></v></c><c r="F1"><f t="dataTable" ref="F1" r1="A1"/><v>4</v></c>'))), READ),
        "dates at the edges": (package(sheet(row(*(cell(f"{letter}1", value, style="1") for letter, value in zip("ABCDEF", ("-5", "0", "60", "2958465.99", "3000000", "9" * 20), strict=True)), cell("G1", "2024-02-30", "d"), cell("H1", "0.12", style="2"), cell("I1", "45000", style="3"))), styles=dates), READ),
        "nothing but empty texts": (package(sheet(row(inline("A1", ""), '<c r="B1" t="str"><v></v></c>', '<c r="C1" t="inlineStr"/>'))), "no_cells"),
        "escapes of control signs": (package(sheet(row(inline("A1", "a_x0000__x0001__xD800_b")))), READ),
        "a NUL by number": (package(sheet(row(inline("A1", "a&#0;b")))), "damaged"),
        "half a letter in bytes": (package(sheet(row(inline("A1", "\ud800x")))), "damaged"),
        "rich text with readings": (package(sheet(row(cell("A1", "0", "s"))), strings=strings('<si><r><rPr><b/></rPr><t xml:space="preserve">Tr</t></r><r><t>ường</t></r><rPh sb="0" eb="1"><t>X</t></rPh><phoneticPr fontId="1"/></si>')), READ),
        # archives
        "names with backslashes": (repacked(good, {name: name.replace("/", "\\") for name in ("xl/workbook.xml", "xl/worksheets/sheet1.xml", "_rels/.rels")}), READ),
        "names from the root": (repacked(good, "/{}"), READ),
        "workbook unpacked into a folder and packed again": (repacked(good, "book/{}"), "archive_not_workbook"),
        "packed by bzip2": (zipped([("[Content_Types].xml", "<Types/>")], zipfile.ZIP_BZIP2), "unsupported_format"),
        "workbook in a zip": (zipped([("a.xlsx", good)]), "archive_not_workbook"),
        "archive thirty deep": (nested(30), "archive_not_workbook"),
        "something behind the end": (good + b"<html>scanned</html>", READ),
        "something before the start": (b"MZ" + bytes(98) + good, "unsupported_format"),
        "line ends changed": (good.replace(b"\n", b"\r\n").replace(b"\x00\x00", b"\x00\r\n"), "damaged"),
        "compressed once more": (gzip.compress(good), "archive_not_workbook"),
        "as text of an e-mail": (base64.encodebytes(good), "unsupported_format"),
        "macros and a link outside": (package(ONE, extra=[("xl/vbaProject.bin", b"\xd0\xcf"), ("xl/externalLinks/externalLink1.xml", "<externalLink/>")], arrows=f'<Relationship Id="v" Type="{RELATED}/vbaProject" Target="vbaProject.bin"/><Relationship Id="l" Type="{RELATED}/externalLink" Target="externalLinks/externalLink1.xml"/>'), READ),
        # OpenDocument
        "ods, its kind last": (opendocument(table(""), mime="last"), READ),
        "ods, its kind nowhere": (opendocument(table(""), mime=None), READ),
        "OpenDocument text": (opendocument("", body="text"), "word_document"),
        "OpenDocument slides": (opendocument("", body="presentation"), "unsupported_format"),
        "ods with empty rows to the end": (opendocument(table('<table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>')), READ),
        "ods filled to the end": (opendocument(table('<table:table-row table:number-rows-repeated="1048575"><table:table-cell table:number-columns-repeated="16384" office:value-type="float" office:value="1"/></table:table-row>')), "too_large"),
        "ods with absurd counts": (opendocument(table(f'<table:table-row table:number-rows-repeated="{"9" * 30}"><table:table-cell table:number-columns-repeated="-5"/></table:table-row>')), READ),
        "ods with covered cells": (opendocument(table('<table:table-row><table:table-cell table:number-columns-spanned="2" office:value-type="string"><text:p>a</text:p></table:table-cell><table:covered-table-cell office:value-type="string"><text:p>b</text:p></table:covered-table-cell></table:table-row>')), READ),
        "ods of OpenOffice 2": (opendocument(table(""), manifest='<!DOCTYPE manifest PUBLIC "-//OpenOffice.org//DTD Manifest 1.0//EN" "Manifest.dtd"><manifest/>'), READ),
        "ods locked with a password": (zipped([("mimetype", "application/vnd.oasis.opendocument.spreadsheet"), ("content.xml", noise(900)), ("META-INF/manifest.xml", "<manifest><encryption-data/></manifest>")]), "password_protected"),
        "sheet of OpenOffice 1": (zipped([("mimetype", "application/vnd.sun.xml.calc"), ("content.xml", '<!DOCTYPE office:document-content PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "office.dtd"><a/>')], zipfile.ZIP_STORED), "unsupported_format"),
        "ods as a single XML": (flat(table("")), READ),
        "ods as a single XML with a document type": (flat(table("")).replace(b"<office:document ", b"<!DOCTYPE a><office:document ", 1), "unsafe_xml"),
        "ods as a single XML cut off": (flat(table(""))[:-40], "damaged"),
        "ods with values of no kind": (opendocument(table('<table:table-row><table:table-cell office:value-type="float" office:value="abc"/><table:table-cell office:value-type="date" office:date-value="2024-13-45"/><table:table-cell office:value-type="time" office:time-value="PT999999999999H"/><table:table-cell office:value-type="percentage" office:value="1E999"/></table:table-row>')), READ),
        # text
        "text of a formula and a script": (b"=cmd|'/c calc'!A1;@SUM(1)\n<script>alert(1)</script>;2\n", READ),
        "UTF-16 table": ("Mã;Tên\r\n01;Trường".encode("utf-16"), READ),
        "UTF-16 table cut in a letter": ("Mã;Tên\r\n01;Trường".encode("utf-16")[:-1], "damaged"),
        "table in an unknown encoding": (b"a;b\r\n\x81\x8a;\x8d\xff\r\n", READ),
        "table with a cell of 200 000 letters": (b"a;b\n" + b"x" * 200_000 + b";2\n", READ),
        "table with a NUL far down": (b"a;b\n" * 2000 + b"1\x00;2\n", READ),
        "blanks": (b" \r\n\t" * 50, "empty_file"),
        "two tables of a web page": ("<html><table><tr><td>1</td></tr></table><table></table></html>".encode("utf-16"), "html_as_spreadsheet"),
        "web archive": (b'MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\nContent-Type: multipart/related; boundary="x"\r\n', "html_as_spreadsheet"),
        "SYLK": (b"ID;PWXL;N;E\r\nC;Y1;X1;K2\r\nE\r\n", "unsupported_format"),
        "DIF": (b'TABLE\r\n0,1\r\n"EXCEL"\r\n', "unsupported_format"),
        "Lotus": (b"\x00\x00\x02\x00\x06\x04\x06\x00\x08\x00" + bytes(100), "unsupported_format"),
        **{f"Excel {name}": (struct.pack("<BBHHH", 9, kind, size, version, 16) + bytes(50), "unsupported_format") for name, kind, size, version in (("2", 0, 4, 2), ("3", 2, 6, 0), ("4", 4, 6, 0), ("5 outside its shell", 8, 8, 0x500), ("97 outside its shell", 8, 16, 0x600))},
    }  # fmt: skip
    return files


def heavy_files() -> dict[str, tuple[bytes, str]]:
    """Files of some hundred kilobytes that cost a careless reader minutes or gigabytes; below every zip limit."""
    beside = inline("ZZ1", noise(60_000))
    first = strings(f"<si><t>{noise(60_000)}</t></si>{{}}")
    shared = '<row r="{0}"><c r="A{0}"><f t="shared" si="0"/><v>1</v></c></row>'
    long_formula = "A1+" * 2_700 + "1"
    text_cell = '<table:table-row><table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell></table:table-row>'
    return {
        "a long formula shared ten thousand times": (package(sheet(row(beside, f'<c r="A1"><f t="shared" ref="A1:A9" si="0">{long_formula}</f><v>1</v></c>') + "".join(shared.format(number) for number in range(2, 30_000)))), READ),
        "all columns hidden again and again": (package(sheet(row(beside), head="<cols>" + '<col min="1" max="16384" hidden="1"/>' * 90_000 + "</cols>")), "damaged"),
        "elements in elements": (package(sheet(row(beside) + "<a>" * 900_000)), "damaged"),
        "open runs of a string": (package(ONE, strings=first.format("<si>" + "<rPr>" * 500_000 + "</si>")), "damaged"),
        "open readings of a string": (package(ONE, strings=first.format("<si>" + "<rPh a>" * 400_000 + "</si>")), "damaged"),
        "an open string": (package(ONE, strings=first.format("<si>" + "a" * 3_000_000)), "damaged"),
        "blanks before the sheet": (package(" " * 3_000_000 + sheet(row(beside))), READ),
        "a number format without end": (package(ONE, styles=formats({165: noise(60_000), 164: "[" * 3_000_000}, [164])), READ),
        "a million empty cells": (package(sheet(row(beside) + row('<c r="A2"/>' * 300_000, number=2))), READ),
        "two hundred thousand hidden rows": (package(sheet(row(beside) + "".join(f'<row r="{number}" hidden="1"></row>' for number in range(2, 120_000)))), READ),
        "one text of megabytes in every cell": (package(sheet("".join(row(cell(f"A{number}", "1", "s"), number=number) for number in range(1, 9_000))), strings=first.format(f"<si><t>{'Số học sinh ' * 80_000}</t></si>")), "too_large"),
        "an ods text in a million pieces": (opendocument(table(text_cell.format(noise(60_000)) + text_cell.format("a<text:tab/>" * 250_000))), READ),
        "an ods of blanks": (opendocument(table(text_cell.format(noise(60_000)) + text_cell.format('<text:s text:c="32767"/>' * 100_000))), "too_large"),
        "an ods of tables": (opendocument(table(text_cell.format(noise(60_000))) + '<table:table table:name="x"></table:table>' * 60_000), "too_large"),
        "a line of five million columns": (b'a;"b' * 5_000_000, "too_large"),
    }  # fmt: skip
