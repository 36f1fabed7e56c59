"""One figure of a received workbook changed, as a school corrects it, and nothing else of the package."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

# A figure of two or three digits in a sheet of the form.
FIGURE = re.compile(rb'(<c r="[F-H]\d+"(?: s="\d+")?(?: t="n")?><v>)(\d{2,3})(</v>)')


def change_a_figure(file: Path) -> bool:
    """Have the first figure of the third sheet of one workbook be larger by one; say whether there is one."""
    with zipfile.ZipFile(file) as package:
        parts = [(entry, package.read(entry)) for entry in package.infolist()]
    changed = [
        FIGURE.sub(lambda found: b"%s%d%s" % (found[1], int(found[2]) + 1, found[3]), content, count=1)
        if entry.filename == "xl/worksheets/sheet3.xml"
        else content
        for entry, content in parts
    ]
    if changed == [content for _, content in parts]:
        return False
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for (entry, _), content in zip(parts, changed, strict=True):
            package.writestr(entry, content)
    return True
