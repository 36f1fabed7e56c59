"""A whole other office: a commune's division with six schools in two villages' wards, its own codes, form and school year."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from worlds import REFERENCE, ROOT

TERMS = ("2026-2027-hk1", "2026-2027-hk2")
SCHOOLS = ("TH-01", "TH-02", "TH-03", "CS-01", "CS-02", "MN-01")
_UNITS = """unit_id,valid_from,valid_to,kind,level,name,short_name,parent_id,aliases
T9,2020-01-01,,province,,tỉnh Ví Dụ,Ví Dụ,,
X1,2025-07-01,,commune,,xã Suối Trong,Suối Trong,T9,
X2,2025-07-01,,ward,,phường Bến Gỗ,Bến Gỗ,T9,
TH-01,2025-07-01,,school,th,Trường Tiểu học Suối Trong 1,TH Suối Trong 1,X1,
TH-02,2025-07-01,,school,th,Trường Tiểu học Suối Trong 2,TH Suối Trong 2,X1,
TH-03,2025-07-01,,school,th,Trường Tiểu học Bến Gỗ,TH Bến Gỗ,X2,
CS-01,2025-07-01,,school,thcs,Trường THCS Suối Trong,THCS Suối Trong,X1,
CS-02,2025-07-01,,school,thcs,Trường THCS Bến Gỗ,THCS Bến Gỗ,X2,
MN-01,2025-07-01,,school,mn,Trường Mầm non Bến Gỗ,MN Bến Gỗ,X2,
"""
_OFFICE = """office_id,valid_from,valid_to,unit_id,parent_body,name,short_name,place_name,signer_title,signer_prefix,document_suffix,is_illustrative
vhxh-suoi-trong,2025-07-01,,X1,UBND XÃ SUỐI TRONG,PHÒNG VĂN HÓA - XÃ HỘI,Phòng VHXH,Suối Trong,TRƯỞNG PHÒNG,,PVHXH,yes
"""
_TERM = """      - id: "{year}-hk{n}"
        part: "hk{n}"
        title: "học kỳ {roman}"
        report: "{report}"
{previous}        due_on: "{due}"
        data_as_of: "{of}"
        form: "{form}"
        tasks: "cv407-2023"
        indicator_set: "qd-4725-2022"
        legal: "cv-407-2023"
        mark: "C"
"""


def other_office(
    root: Path, form: str = "bc-2026", fewer: int = 6, units: str = _UNITS, years: Sequence[int] = (2026,)
) -> Path:
    """Write the folders of the other office below one root: its form has another id and some rows less.

    `units` are the lines of its registry, `years` those in which its school years begin.
    """
    folder = Path(shutil.copytree(REFERENCE, root / "data" / "reference"))
    if form != "cv407-2023":
        (folder / "forms" / "cv407-2023").rename(folder / "forms" / form)
        (folder / "checks" / "cv407-2023.csv").rename(folder / "checks" / f"{form}.csv")
    plan = folder / "forms" / form / "form.yml"
    plan.write_text(
        plan.read_text(encoding="utf-8").replace('id: "cv407-2023"', f'id: "{form}"', 1), encoding="utf-8"
    )
    rows = folder / "forms" / form / "rows.csv"
    _leave_out(rows, folder, fewer)
    (folder / "units.csv").write_text(units, encoding="utf-8")
    (folder / "contacts.csv").unlink()
    (folder / "account_domains.csv").write_text("domain,school_id\n", encoding="utf-8")
    (folder / "unit_events.csv").write_text("event_id,on,kind,from_ids,to_ids,note\n", encoding="utf-8")
    (folder / "office.csv").write_text(_OFFICE, encoding="utf-8")
    lines = ["school_years:"]
    for start in years:
        year = f"{start}-{start + 1}"
        before = '        previous: "{}"\n'
        earlier = before.format(f"{start - 1}-{start}-hk2") if start - 1 in years else ""
        lines += [f'  - id: "{year}"', f'    starts_on: "{start}-09-05"', "    terms:"]
        lines += [
            _TERM.format(year=year, n=1, roman="I", report="semester_review", previous=earlier, due=f"{start + 1}-01-12", of=f"{start}-12-31", form=form),
            _TERM.format(year=year, n=2, roman="II", report="year_end_summary", previous=before.format(f"{year}-hk1"), due=f"{start + 1}-05-28", of=f"{start + 1}-05-15", form=form),
        ]  # fmt: skip
    text = "\n".join(line.rstrip("\n") for line in lines) + "\n"
    (folder / "calendar.yml").write_text(text, encoding="utf-8")
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    return folder


def _leave_out(rows: Path, folder: Path, count: int) -> None:
    """Take out rows that no other declaration names."""
    named = " ".join(
        path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.suffix in (".csv", ".yml") and path != rows
    )
    header, *lines = csv.reader(io.StringIO(rows.read_text(encoding="utf-8")))
    unused = [line for line in lines if not re.search(rf"\b{line[2]}\b", named)][:count]
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(
        [header, *(line for line in lines if line not in unused)]
    )
    rows.write_text(stream.getvalue(), encoding="utf-8")
