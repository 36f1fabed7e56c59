"""One tiny world at a time: the committed declarations copied and changed, and answers written inline."""

from __future__ import annotations

import shutil
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.forms import Field
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.reference.kinds.units import Unit
from termreview.storage.contracts import shaped
from termreview.terms import parse_term

ROOT = Path(__file__).resolve().parents[1]
REFERENCE = ROOT / "data" / "reference"
HK1, HK2 = "2023-2024-hk1", "2023-2024-hk2"
SCHOOL_OF = {"mn": "0477101", "th": "0477201", "thcs": "0477301", "th_thcs": "0477401"}


@dataclass(frozen=True)
class State:
    """One answer that is not there, and why."""

    state: str


NOTHING, UNREADABLE = State("nothing_to_report"), State("unreadable")
Value = float | str | bool | State
Answers = Mapping[str, Value]


def copy_reference(folder: Path) -> Path:
    """Copy the committed declarations below one folder, to be changed there."""
    return Path(shutil.copytree(REFERENCE, folder / "reference"))


def cp1258(text: str) -> bytes:
    """A text in the Vietnamese code page of Windows: letters with a tone as two bytes where it has no single one."""
    out = bytearray()
    for letter in text:
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            base, *tones = unicodedata.normalize("NFD", letter)
            own = [tone for tone in tones if tone in "\u0300\u0301\u0303\u0309\u0323"]
            whole = unicodedata.normalize("NFC", base + "".join(tone for tone in tones if tone not in own))
            out += (whole + "".join(own)).encode("cp1258")
    return bytes(out)


def change(path: Path, old: str, new: str) -> int:
    """Replace one text that stands in one file; give the number of the line it stood in."""
    content = path.read_text(encoding="utf-8")
    assert old in content, f"{path.name} no longer holds {old!r}: the test must follow the declarations"
    path.write_text(content.replace(old, new, 1), encoding="utf-8")
    return content[: content.index(old)].count("\n") + 1


def append(path: Path, *lines: str) -> int:
    """Add lines at the end of one file; give the number of the first."""
    content = path.read_text(encoding="utf-8").rstrip("\n")
    path.write_text("\n".join((content, *lines)) + "\n", encoding="utf-8")
    return content.count("\n") + 2


def term_of(reference: Reference, term_id: str = HK1, schools: Sequence[str] = ()) -> TermReference:
    """One term, with only the schools named (one of each level by default)."""
    term = reference.of(parse_term(term_id))
    wanted = set(schools or SCHOOL_OF.values())
    return replace(term, schools=tuple(school for school in term.schools if school.unit_id in wanted))


def crowd(reference: Reference, levels: Mapping[str, str], term_id: str = HK1) -> TermReference:
    """One term with made-up schools: school id to level, in that order."""
    term = term_of(reference, term_id)
    schools = tuple(replace(school_of(term, level), unit_id=name) for name, level in levels.items())
    return replace(term, schools=schools)


def school_of(term: TermReference, level: str) -> Unit:
    """The school that stands for one level."""
    return next(school for school in term.schools if school.level == level)


def observe(term: TermReference, answers: Mapping[str, Answers]) -> pd.DataFrame:
    """The observations of one term: a school not named did not submit, a field not named was left blank."""
    rows = []
    for school in term.schools:
        given = answers.get(school.unit_id)
        fields = term.form.fields_for(school.level, term.term.part)
        unknown = set(given or ()) - {field.field_id for field in fields}
        assert not unknown, f"not asked of {school.unit_id}: {sorted(unknown)}"
        for field in fields:
            state, number, text = _told(field, given)
            rows.append(
                {
                    "school_id": school.unit_id, "term_id": term.term.term_id, "field_id": field.field_id,
                    "state": state, "value_number": number, "value_text": text, "original": None, "file": None,
                    "sheet": None, "cell": None, "found_by": "none", "note": None,
                }
            )  # fmt: skip
    return shaped("observations", pd.DataFrame(rows))


def _told(field: Field, given: Answers | None) -> tuple[str, float | None, str | None]:
    if given is None:
        return "not_submitted", None, None
    value = given.get(field.field_id, State("blank"))
    if isinstance(value, State):
        return value.state, None, None
    if field.is_numeric or field.kind == "yes_no":
        return "answered", float(value), None
    return "answered", None, str(value)


def conditions_met(term: TermReference) -> dict[str, Value]:
    """The answers that meet every mandatory condition of the set."""
    fields = [
        name for group in term.indicator_set.groups for part in group.conditions for name in part.requires
    ]
    return {name: "2023-10-20" if name.endswith(".on") else "48/KH" for name in fields}


def spread(term: TermReference, school_id: str, group_id: str, points: float) -> list[VerifiedPoints]:
    """Verified points over all items of one group that sum to one total, first items filled first."""
    group = next(group for group in term.indicator_set.groups if group.group_id == group_id)
    rulings = []
    for item in group.items:
        given = min(points, item.max_points)
        points -= given
        rulings.append(
            VerifiedPoints(
                school_id, term.term.term_id, item.item_id, given, "kiểm tra hồ sơ", "tổ thẩm định", None
            )
        )
    assert points == 0, f"group {group_id} has no room for {points:g} more points"
    return rulings
