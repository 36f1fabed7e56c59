"""One sheet put in front of a workbook's sheets, or taken out again; names tied to sheets move with them."""

from __future__ import annotations

from termreview.spreadsheets.editing.marks import unselect
from termreview.spreadsheets.editing.package import (
    RELATION,
    TYPES_PART,
    WORKBOOK_TYPE,
    Parts,
    add_part,
    add_relationship,
    drop_relationship,
    free_name,
    relationships,
    sheets_of,
    workbook_part,
)
from termreview.spreadsheets.editing.xml import (
    MAIN,
    Edit,
    UnmarkableError,
    attribute_text,
    edited,
    element_text,
    elements,
    prefix_of,
    with_attributes,
)

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_LONGEST_TITLE = 31
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def empty_workbook() -> Parts:
    """The parts of a workbook without a sheet."""
    plain = f'<styleSheet xmlns="{MAIN}"><fonts count="1"><font><sz val="11"/><name val="Times New Roman"/></font></fonts>'
    plain += '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/>'
    plain += '</fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    plain += '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    plain += '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    plain += (
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
    )
    types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" '
    types += (
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
    )
    types += 'ContentType="application/xml"/></Types>'
    parts = {TYPES_PART: (_HEAD + types).encode()}
    workbook = (
        f'{_HEAD}<workbook xmlns="{MAIN}"><bookViews><workbookView/></bookViews><sheets></sheets></workbook>'
    )
    add_part(parts, "xl/workbook.xml", workbook.encode(), WORKBOOK_TYPE)
    add_relationship(parts, "", "officeDocument", "xl/workbook.xml")
    add_part(parts, "xl/styles.xml", (_HEAD + plain).encode(), STYLES_TYPE)
    add_relationship(parts, "xl/workbook.xml", "styles", "xl/styles.xml")
    return parts


def styles_part(parts: Parts) -> str:
    """The part that holds the cell formats of one workbook."""
    for relation in relationships(parts, workbook_part(parts)):
        if relation.kind == "styles" and relation.target in parts:
            return relation.target
    raise UnmarkableError("the workbook has no styles")


def insert_first_sheet(parts: Parts, title: str, content: bytes, print_rows: tuple[int, int]) -> str:
    """Put one sheet in front of all others, open it there and return its title as it stands.

    Parameters
    ----------
    print_rows
        The rows repeated on every printed page.
    """
    taken = {sheet.name.casefold() for sheet in sheets_of(parts)}
    title = next(
        name for number in range(1, len(taken) + 2)
        if (name := title if number == 1 else f"{title[: _LONGEST_TITLE - 5]} ({number})").casefold() not in taken
    )  # fmt: skip
    for sheet in sheets_of(parts):
        parts[sheet.part] = unselect(parts[sheet.part])
    main = workbook_part(parts)
    name = free_name(parts, "xl/worksheets/sheet{}.xml")
    add_part(parts, name, content, SHEET_TYPE)
    relation_id = add_relationship(parts, main, "worksheet", name)
    part, p = parts[main], prefix_of(parts[main])
    found = elements(
        part,
        {
            "workbookView",
            "sheets",
            "sheet",
            "functionGroups",
            "externalReferences",
            "definedNames",
            "definedName",
        },
    )
    listing = next(element for element in found if element.name == "sheets")
    number = max((int(e.attributes.get("sheetId", "0")) for e in found if e.name == "sheet"), default=0) + 1
    entry = f'<{p}sheet name="{attribute_text(title)}" sheetId="{number}" xmlns:r="{RELATION}" r:id="{relation_id}"/>'
    edits = [Edit(listing.open_end, listing.open_end, entry.encode())]
    for element in found:
        tag = part[element.start : element.open_end]
        if element.name == "workbookView":
            tag = with_attributes(tag, {"activeTab": "0", "firstSheet": "0"})
        elif element.name == "definedName" and "localSheetId" in element.attributes:
            moved = str(int(element.attributes["localSheetId"]) + 1)
            tag = with_attributes(tag, {"localSheetId": moved})
        else:
            continue
        edits.append(Edit(element.start, element.open_end, tag))
    quoted = title.replace("'", "''")
    rows = element_text(f"'{quoted}'!${print_rows[0]}:${print_rows[1]}")
    repeated = f'<{p}definedName name="_xlnm.Print_Titles" localSheetId="0">{rows}</{p}definedName>'
    names = next((e for e in found if e.name == "definedNames" and not e.is_empty), None)
    if names is not None:
        edits.append(Edit(names.open_end, names.open_end, repeated.encode()))
    else:
        before = max(e.end for e in found if e.name in ("sheets", "functionGroups", "externalReferences"))
        edits += [Edit(e.start, e.end, b"") for e in found if e.name == "definedNames"]
        edits.append(Edit(before, before, f"<{p}definedNames>{repeated}</{p}definedNames>".encode()))
    parts[main] = edited(part, edits)
    return title


def drop_sheet(parts: Parts, title: str) -> None:
    """Take one sheet out of a workbook, with the names that belong to it alone."""
    main = workbook_part(parts)
    place = next((n for n, sheet in enumerate(sheets_of(parts)) if sheet.name == title), None)
    if place is None:
        return
    part = parts[main]
    found = elements(part, {"sheet", "definedNames", "definedName", "workbookView"})
    sheet = [element for element in found if element.name == "sheet"][place]
    edits = [Edit(sheet.start, sheet.end, b"")]
    local = [e for e in found if e.name == "definedName" and "localSheetId" in e.attributes]
    for element in local:
        owner = int(element.attributes["localSheetId"])
        if owner == place:
            edits.append(Edit(element.start, element.end, b""))
        elif owner > place:
            tag = with_attributes(part[element.start : element.open_end], {"localSheetId": str(owner - 1)})
            edits.append(Edit(element.start, element.open_end, tag))
    whole = next((e for e in found if e.name == "definedNames"), None)
    own = [e for e in local if int(e.attributes["localSheetId"]) == place]
    if whole is not None and len(own) == sum(e.name == "definedName" for e in found):
        edits = [edit for edit in edits if not whole.start <= edit.start < whole.end]
        edits.append(Edit(whole.start, whole.end, b""))
    relation_id = next(value for key, value in sheet.attributes.items() if key.endswith("relationships id"))
    parts[main] = edited(part, edits)
    arrow = next(r for r in relationships(parts, main) if r.relation_id == relation_id)
    drop_relationship(parts, main, arrow)
