"""One view of the table saved by name: its columns, filters, order and groups, a file each that can be handed on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from termreview.storage.atomic_files import write_text
from termreview.storage.workspace import Workspace
from termreview.text import plain_key


@dataclass(frozen=True)
class SavedView:
    """How the table is looked at; `view` is the search, the order and the filters, by columns' heads.

    `only` are the words that the schools have on measures, where a chart was clicked.
    """

    name: str
    columns: tuple[str, ...] = ()
    view: Mapping[str, Any] = field(default_factory=dict)
    group: str = ""
    statistics: tuple[str, ...] = ()
    only: Mapping[str, str] = field(default_factory=dict)


def views_folder(workspace: Workspace) -> Path:
    """Where the views of one office lie; whoever gets one of the files puts it there."""
    return workspace.root / "data" / "views"


def save_view(workspace: Workspace, view: SavedView) -> Path:
    """Write one view; another of the same name is replaced."""
    path = views_folder(workspace) / f"{_file_name(view.name)}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(asdict(view), ensure_ascii=False, indent=1) + "\n")
    return path


def list_views(workspace: Workspace) -> tuple[dict[str, SavedView], list[str]]:
    """The views that were saved, by name, and the names of the files that hold none."""
    found, others = {}, []
    for path in sorted(views_folder(workspace).glob("*.json")):
        view = read_view(path)
        if view is None:
            others.append(path.name)
        else:
            found[view.name] = view
    return found, others


def read_view(path: Path) -> SavedView | None:
    """One view as it was saved; None for a file that holds none."""
    try:
        return view_of(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return None


def view_of(given: Any) -> SavedView | None:
    """One view from plain values, as a file or an address gives them; None where they are none."""
    known = {one.name for one in fields(SavedView)}
    if not isinstance(given, dict) or not isinstance(given.get("name"), str) or not set(given) <= known:
        return None
    texts = [given.get("columns", []), given.get("statistics", [])]
    if not all(isinstance(part, list) and all(isinstance(one, str) for one in part) for part in texts):
        return None
    if not isinstance(given.get("view", {}), dict) or not isinstance(given.get("group", ""), str):
        return None
    only = given.get("only", {})
    if not isinstance(only, dict) or not all(isinstance(word, str) for word in only.values()):
        return None
    return SavedView(given["name"], tuple(texts[0]), given.get("view", {}), given.get("group", ""), tuple(texts[1]), only)  # fmt: skip


def view_asked(text: str) -> SavedView | None:
    """The view that an address asks for; None where it asks for none, or for nonsense."""
    try:
        return view_of(json.loads(text or "null"))
    except ValueError:
        return None


def _file_name(name: str) -> str:
    words = "".join(letter if letter.isalnum() else "-" for letter in plain_key(name))
    plain = "-".join(filter(None, words.split("-")))[:60] or "khung-nhin"
    return f"{plain}-{hashlib.sha256(name.encode('utf-8')).hexdigest()[:6]}"  # names that only accents tell apart
