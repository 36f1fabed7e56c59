"""One link target that names a published figure, so that its cells can be looked up."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote

TRACE_MIME: Final = "application/vnd.termreview.trace+json"
ANCHOR: Final = "tra"
SCORE, CRITERION, ITEM, SCHOOL = "diem", "tieu-chi", "tieu-muc", "truong"
RATIO, FIELD, TASK = "ti-le", "so-lieu", "nhiem-vu"
# Where the data of a page hold the key of each kind.
_KEPT_IN: Final = {CRITERION: "criteria", ITEM: "items", RATIO: "ratios", FIELD: "fields", TASK: "tasks"}


def trace_target(kind: str, key: str, scope: str) -> str:
    """Name one figure: a group, criterion, item, ratio, field or task (`key`) at a school, in a level or over all (`scope`)."""
    return f"#{ANCHOR}/{kind}/{quote(key, safe='')}/{quote(scope, safe='')}"


def trace_unless(withheld: Collection[str], kind: str, key: str, scope: str) -> str | None:
    """Name one figure, unless what it is made of is withheld."""
    return None if key in withheld else trace_target(kind, key, scope)


def is_traced(data: Mapping[str, Any], target: str) -> bool:
    """Say whether the data of one page can show the figure that a target names."""
    _, kind, key, scope = (unquote(part) for part in [*target.split("/"), "", "", ""][:4])
    schools = {school[0] for school in data.get("schools", ())}
    if kind == SCHOOL:
        return key in schools
    if kind == SCORE:
        return key in data.get("scores", {}).get(scope, {})
    is_scope = scope == "all" or scope in data.get("levels", {}) or scope in schools
    return is_scope and key in data.get(_KEPT_IN.get(kind, ""), {})
