"""One group of opinions that say the same: the office's wording, whom it goes to, the sentences that schools wrote."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Final

from termreview.reference.loading.rows import LINE, unique
from termreview.reference.loading.source import Source
from termreview.reference.loading.tree_reading import read_tree

FILE: Final = "opinions.yml"
OFFICE: Final = "office"  # the addressee that the report asks nothing of: what the office does itself
OBJECTIVE, SUBJECTIVE = "objective", "subjective"
CAUSES: Final = (OBJECTIVE, SUBJECTIVE)  # of what is hard: beyond the schools, or theirs
ADDRESSEE_PLACES: Final = ("office", "unit", "communes")


@dataclass(frozen=True)
class OpinionGroup:
    """What many schools say in one field, in the words of the office; `addressee` and `cause` may be blank."""

    field_id: str
    text: str
    addressee: str
    wordings: tuple[str, ...]
    cause: str = ""


@dataclass(frozen=True)
class OpinionGroups:
    """How opinions are told apart, and the groups that the office has named.

    From `likeness` (0-100) on two sentences are one, unless they differ in a number or in one of the `denials`.
    `addressees` are those of proposals, in the order in which the report asks them.
    """

    likeness: float = 100.0
    denials: tuple[str, ...] = ()
    addressees: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[OpinionGroup, ...] = ()


def load_opinion_groups(source: Source, fields: Container[str]) -> OpinionGroups:
    """Read the groups of opinions; a group speaks of a known field and goes to a declared addressee."""
    tree = read_tree(source, FILE)
    if tree is None:
        return OpinionGroups()
    tree.only(("likeness", "denials", "addressees", "groups"))
    row = tree.row("addressees")
    names = [name for name in row.values if name != LINE] if row else []
    if row and OFFICE not in names:
        slips = get_close_matches(OFFICE, map(str, names), 1)
        source.report(tree.path, row.line_of(slips[0]) if slips else row.line, "missing", key=OFFICE)
    addressees = {name: row.template(name, ADDRESSEE_PLACES) for name in names} if row else {}
    groups, wordings = [], []
    for own in tree.rows("groups"):
        own.only(("field", "text", "to", "cause", "wordings"))
        group = OpinionGroup(
            own.text("field"), own.text("text"), own.choice("to", names, ""), own.items("wordings"),
            own.choice("cause", CAUSES, ""),
        )  # fmt: skip
        if group.field_id and group.field_id not in fields:
            own.report("no_field", "field", field=group.field_id)
        groups.append(group)
        wordings += [(own, f"{group.field_id}: {text}") for text in group.wordings]
    unique(wordings)
    likeness = tree.number("likeness", is_required=True) or 100.0
    return OpinionGroups(likeness, tree.items("denials"), addressees, tuple(groups))
