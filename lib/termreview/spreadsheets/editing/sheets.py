"""One sheet put in front of a workbook's sheets, or taken out again; names tied to sheets move with them."""

from __future__ import annotations

from collections.abc import Sequence

from lxml import etree

from termreview.spreadsheets.editing.cells import cells_at, unselect, write_value
from termreview.spreadsheets.editing.package import (
    SHEET_TYPE,
    STYLES_TYPE,
    TYPES_PART,
    WORKBOOK_TYPE,
    Package,
    add_part,
    add_relationship,
    drop_relationship,
    free_name,
    relationships,
    sheets_of,
    tree,
    workbook_part,
)
from termreview.spreadsheets.editing.xml import (
    HEAD,
    MAIN,
    R_ID,
    RELATION,
    E,
    M,
    child,
    drop,
    legal_text,
    plain_text,
    write,
)

_LONGEST_TITLE = 31
_BEFORE_NAMES = {f"{M}{name}" for name in ("sheets", "functionGroups", "externalReferences")}
_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
    'ContentType="application/xml"/></Types>'
)
_WORKBOOK = f'<workbook xmlns="{MAIN}"><bookViews><workbookView/></bookViews><sheets></sheets></workbook>'
_STYLES = (
    f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Times New Roman"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs '
    'count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="1"><xf '
    'numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs><cellStyles count="1"><cellStyle '
    'name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


def empty_workbook() -> Package:
    """The package of a workbook without a sheet."""
    package = Package({TYPES_PART: HEAD + _TYPES.encode()})
    add_part(package, "xl/workbook.xml", HEAD + _WORKBOOK.encode(), WORKBOOK_TYPE)
    add_relationship(package, "", "officeDocument", "xl/workbook.xml")
    add_part(package, "xl/styles.xml", HEAD + _STYLES.encode(), STYLES_TYPE)
    add_relationship(package, "xl/workbook.xml", "styles", "xl/styles.xml")
    return package


def insert_first_sheet(
    package: Package, title: str, sheet: etree._Element, print_rows: tuple[int, int]
) -> str:
    """Put one sheet in front of all others, open it there and return its title as it stands.

    Parameters
    ----------
    print_rows
        The rows repeated on every printed page.
    """
    for other in sheets_of(package):
        if b"tabSelected" in package.parts[other.part]:
            unselect(tree(package, other.part))
    title = add_sheet(package, title, sheet, place=0)
    book = tree(package, workbook_part(package))
    for view in book.iterfind(f"{M}bookViews/{M}workbookView"):
        view.attrib.update({"activeTab": "0", "firstSheet": "0"})
    names = book.find(f"{M}definedNames")
    if names is None:
        names = E.definedNames()
        [entry for entry in book if entry.tag in _BEFORE_NAMES][-1].addnext(names)
    first, last = print_rows
    rows = f"'{title.replace(chr(39), chr(39) * 2)}'!${first}:${last}"
    names.insert(0, E.definedName(plain_text(rows), name="_xlnm.Print_Titles", localSheetId="0"))
    return title


def add_sheet(package: Package, title: str, sheet: etree._Element, place: int, state: str = "visible") -> str:
    """Put one sheet at a place among the others and return its title; one that is taken gets a number."""
    taken = {other.name.casefold() for other in sheets_of(package)}
    numbered = (f"{title[: _LONGEST_TITLE - 5]} ({number})" for number in range(2, len(taken) + 3))
    title = next(name for name in (title, *numbered) if name.casefold() not in taken)
    main, name = workbook_part(package), free_name(package, "xl/worksheets/sheet{}.xml")
    add_part(package, name, write(sheet), SHEET_TYPE)
    listing = child(tree(package, main), "sheets")
    number = max((int(other.get("sheetId", "0")) for other in listing.iterfind(f"{M}sheet")), default=0) + 1
    attributes = {"name": legal_text(title), "sheetId": str(number)} | (
        {"state": state} if state != "visible" else {}
    )
    attributes[R_ID] = add_relationship(package, main, "worksheet", name)
    listing.insert(place, etree.Element(f"{M}sheet", attributes, nsmap={None: MAIN, "r": RELATION}))
    for entry, owner in _local_names(package):
        if owner >= place:
            entry.set("localSheetId", str(owner + 1))
    return title


def text_sheet(rows: Sequence[Sequence[str]]) -> etree._Element:
    """A plain sheet of texts."""
    sheet = E.worksheet(E.sheetData())
    texts = {(row, column): text for row, line in enumerate(rows, 1) for column, text in enumerate(line, 1)}
    for place, cell in cells_at(sheet, texts).items():
        write_value(cell, texts[place])
    return sheet


def recalculate(package: Package) -> None:
    """Let the formulas of one workbook be worked out when it is next opened: cells that they use were filled."""
    for sheet in sheets_of(package):
        if b"<f" in package.parts[sheet.part] or b":f" in package.parts[sheet.part]:
            for formula in tree(package, sheet.part).iter(f"{M}f"):
                drop(formula.getparent().findall(f"{M}v"))
    book = tree(package, workbook_part(package))
    how = book.find(f"{M}calcPr")
    if how is None:
        how = E.calcPr()
        [entry for entry in book if entry.tag in (*_BEFORE_NAMES, f"{M}definedNames")][-1].addnext(how)
    how.set("fullCalcOnLoad", "1")


def drop_sheet(package: Package, title: str) -> None:
    """Take one sheet out of a workbook, with the names that belong to it alone."""
    place, sheet = next(
        ((n, one) for n, one in enumerate(sheets_of(package)) if one.name == title), (0, None)
    )
    if sheet is None:
        return
    for entry, owner in _local_names(package):
        if owner > place:
            entry.set("localSheetId", str(owner - 1))
        elif owner == place:
            names = entry.getparent()
            drop([entry] if len(names) > 1 else [names])
    arrows = relationships(package, workbook_part(package))
    drop_relationship(package, next(one for one in arrows if one.relation_id == sheet.element.get(R_ID)))
    drop([sheet.element])


def _local_names(package: Package) -> list[tuple[etree._Element, int]]:
    """The names of one workbook that belong to one sheet, each with the place of this sheet."""
    book = tree(package, workbook_part(package))
    names = book.iterfind(f"{M}definedNames/{M}definedName[@localSheetId]")
    return [(name, int(name.get("localSheetId"))) for name in names]
