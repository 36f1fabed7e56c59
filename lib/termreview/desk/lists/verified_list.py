"""One verified point written to `verified_points.csv`, changed or taken back, unless another changed it meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from termreview.desk.lists.list_lines import (
    PATIENCE_S,
    ListText,
    change_list,
    read_held_against,
)
from termreview.reference.declarations import Reference, verified_in
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.storage.workspace import Workspace
from termreview.text import fold

VERIFIED = "verified_points.csv"


@dataclass(frozen=True)
class Verified:
    """What came of one wish to write: the points now in force, and whether it was refused because they are another's.

    `before` is what stood there, for taking the change back.
    """

    now: VerifiedPoints | None
    before: VerifiedPoints | None
    is_refused: bool = False


def write_verified(
    workspace: Workspace,
    reference: Reference,
    place: tuple[str, str, str],
    wanted: VerifiedPoints | None,
    seen: VerifiedPoints | None,
    patience_s: float = PATIENCE_S,
) -> Verified:
    """Put the points of one item, or take them out, if what stands there is still what the analyst saw.

    The row is written at the end of the list, so that the last row of a role is what it verified last.

    Parameters
    ----------
    place
        School, term and item.
    wanted, seen
        The points to stand there, and those that the analyst had before them; None for none.

    Raises
    ------
    DeclarationError
        When the list would no longer be valid with it; nothing is written.
    WorkspaceBusyError
        When a run holds the workspace too long; nothing is written.
    """
    outcome: list[Verified] = []

    def put(found: ListText) -> Sequence[str]:
        standing = {place_of(points): points for points in read_verified(found, reference)}.get(place)
        if standing != seen:
            outcome.append(Verified(standing, standing, is_refused=True))
            return found.rows
        kept = [
            row
            for row, record in zip(found.rows, found.records(), strict=True)
            if tuple(record.get(name, "") for name in ("school_id", "term_id", "item_id")) != place
        ]
        rows = kept if wanted is None else [*kept, found.line(as_row(wanted))]
        read_verified(replace(found, rows=tuple(rows)), reference)
        outcome.append(Verified(wanted, standing))
        return rows

    change_list(workspace.root, workspace.reference / VERIFIED, put, "write verified points", patience_s)
    return outcome[-1]


def last_verified(reference: Reference, term_id: str, verified_by: str) -> VerifiedPoints | None:
    """What one role verified last in one term; None where there is nothing, or nobody is named."""
    own = [
        points
        for points in reference.verified
        if verified_by and fold(points.verified_by) == fold(verified_by) and points.term_id == term_id
    ]
    return own[-1] if own else None


def read_verified(found: ListText, reference: Reference) -> tuple[VerifiedPoints, ...]:
    """The verified points of one list, held against the other declarations.

    Raises
    ------
    DeclarationError
        When the list holds mistakes; all of them are named.
    """
    return read_held_against(found, VERIFIED, reference, verified_in)


def place_of(points: VerifiedPoints) -> tuple[str, str, str]:
    """The school, term and item of one verified point."""
    return points.school_id, points.term_id, points.item_id


def as_row(points: VerifiedPoints) -> dict[str, str]:
    """One verified point as the text of its columns."""
    row = {name: str(value) for name, value in vars(points).items() if name not in ("points", "verified_on")}
    row["points"] = f"{points.points:g}"
    return row | {"verified_on": points.verified_on.isoformat() if points.verified_on else ""}
