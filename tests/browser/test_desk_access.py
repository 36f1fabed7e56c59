"""What a screen reader says of the desk: the tree that Chromium hands to one, read tab by tab."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect
from test_desk import Seat, analyst, office, screen, voila

__all__ = ["analyst", "office", "screen", "voila"]  # fixtures
pytestmark = pytest.mark.browser

NAMED = {
    "button", "link", "textbox", "searchbox", "combobox", "checkbox", "radio", "slider", "spinbutton", "tab", "tablist", "tabpanel",
    "table", "columnheader", "rowheader", "region", "group", "heading", "option",
}  # fmt: skip


def spoken(page: Page) -> Iterator[tuple[str, str, dict[str, object]]]:
    """Role, name and states of everything that is read out, in the order of reading."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    by_id = {node["nodeId"]: node for node in tree}

    def read(node_id: str) -> Iterator[tuple[str, str, dict[str, object]]]:
        node = by_id.get(node_id)
        if node is None:
            return
        if not node["ignored"]:
            states = {one["name"]: one["value"].get("value") for one in node.get("properties", [])}
            yield node["role"]["value"], node.get("name", {}).get("value", "").strip(), states
        for child in node.get("childIds", []):
            yield from read(child)

    yield from read(tree[0]["nodeId"])


def test_every_tab_reads_as_one_listens(analyst: tuple[Seat, list[str]]) -> None:
    """Nothing that can be used is nameless; a cell is said with its column and its school, and a change is spoken."""
    one, trouble = analyst
    page, desk = one.page, one.desk
    for tab in desk.get_by_role("tab").all():
        name = tab.inner_text()
        one.open(name)
        expect(desk.get_by_role("tabpanel", name=name, exact=True)).to_be_visible()
        heard = list(spoken(page))
        assert [role for role, words, _ in heard if role in NAMED and not words] == [], name
        heads = [words for role, words, _ in heard if role == "columnheader"]
        assert all("bấm để sắp xếp" not in words for words in heads), "said with every cell of the column"
        pressed = [states for role, _, states in heard if role == "button" and "pressed" in states]
        switches = desk.locator(".desk-switch:visible").count()
        assert sum(states["pressed"] == "true" for states in pressed) == switches, name
        assert desk.get_by_role("group").locator("visible=true").count() >= switches
        assert any(role == "status" for role, _, _ in heard), "a change is spoken"
    one.open("Bảng")
    cells = [(role, words) for role, words, _ in spoken(page) if role in ("rowheader", "cell")]
    rows = [words for role, words in cells if role == "rowheader"]
    assert len(rows) == 10
    assert all(words.startswith("Trường ") for words in rows)
    assert page.locator(".sheet-scroll:visible tbody th[scope=row]").count() == 10
    assert trouble == []
