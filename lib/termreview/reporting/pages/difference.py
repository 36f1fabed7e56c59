"""One difference between a page and the same page made again: its section, its place, what stands there and what should."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby
from typing import Any, Final

from termreview.reporting.pages.reading import Place, place_text, read_places
from termreview.reporting.records.page_record import RECORD, SEAL, parts_of_page, record_text, without_record

CHANGED, ADDED, MISSING, UNSEEN = "changed", "added", "missing", "unseen"
_CONTEXT: Final = 5  # words shown on each side of what differs
_MADE_OF: Final = (
    SEAL,
    "origin",
    "step",
    "values_sha256",
)  # of the record: what is told as causes, or elsewhere
_FEW: Final = 5  # values told of data that nobody reads on the page


@dataclass(frozen=True)
class Difference:
    """One difference: where, what the page at hand holds (`found`) and what was made again (`expected`).

    `kind`: `changed`, `added` (only in the page at hand), `missing` (only in the one made again), or `unseen` (the
    words agree, the markup does not).
    """

    anchor: str
    section: str
    place: str
    found: str
    expected: str
    kind: str


def page_differences(page: str, again: str, words: Mapping[str, Any]) -> list[Difference]:
    """Name every place in which two pages differ, in the order of the page; `words` name the places."""
    found, expected = dict(parts_of_page(without_record(page))), dict(parts_of_page(without_record(again)))
    titles = section_titles(again, words) | section_titles(page, words)
    # What the page keeps of its values says again what stands in it: told where nothing else is.
    values = found.pop("values", ""), expected.pop("values", "")
    names = [*expected, *(name for name in found if name not in expected)]
    differences: list[Difference] = []
    for name in names:
        if found.get(name) != expected.get(name):
            read = _lookup_differences if name == "lookup" else _part_differences
            told = list(read(found.get(name, ""), expected.get(name, ""), words))
            if not told:
                told = [(words["style"] if name == "head" else words["markup"], "", "", UNSEEN)]
            differences += [Difference(name, titles.get(name, name), *each) for each in told]
    if values[0] != values[1] and not differences:
        differences = [Difference("values", titles.get("values", "values"), words["markup"], "", "", UNSEEN)]
    told = list(_record_differences(page, again, _MADE_OF)) or (
        [] if differences else list(_record_differences(page, again))
    )
    return differences + [Difference(RECORD, str(words[RECORD]), *each) for each in told]


def part_differences(
    found: Mapping[str, Sequence[Place]], expected: Mapping[str, Sequence[Place]], words: Mapping[str, Any]
) -> list[Difference]:
    """Name every place in which two files differ, given the places of each by part; one if only the markup does."""
    differences = []
    for name in (*expected, *(name for name in found if name not in expected)):
        section = name or str(words["document"])
        for told in _place_differences(found.get(name, ()), expected.get(name, ()), words):
            differences.append(Difference(name, section, *told))
    return differences or [Difference("", str(words["document"]), str(words["markup"]), "", "", UNSEEN)]


def section_titles(page: str, words: Mapping[str, Any]) -> dict[str, str]:
    """The heading of each part of one page, with that of the chapter it stands in."""
    titles, chapter = {}, ""
    for name, markup in parts_of_page(page):
        heading = next((place.text for place in read_places(markup[:4000]) if place.kind == "heading"), name)
        if name in words:
            titles[name] = str(words[name])
        elif markup.startswith("<h2"):
            chapter = titles[name] = heading
        else:
            titles[name] = f"{chapter} › {heading}" if chapter else heading
    return titles


FoundPair = tuple[str, str, str, str]


def _part_differences(found: str, expected: str, words: Mapping[str, Any]) -> Iterator[FoundPair]:
    yield from _place_differences(read_places(found), read_places(expected), words)


def _place_differences(
    here: Sequence[Place], there: Sequence[Place], words: Mapping[str, Any]
) -> Iterator[FoundPair]:
    matcher = SequenceMatcher(None, here, there, autojunk=False)
    for code, start, end, start_again, end_again in matcher.get_opcodes():
        if code != "equal":
            yield from _paired(here[start:end], there[start_again:end_again], words)


def _paired(here: Sequence[Place], there: Sequence[Place], words: Mapping[str, Any]) -> Iterator[FoundPair]:
    """Pair places of one name; what finds no pair was added or is missing, whole rows of tables at once."""
    left, alone = list(there), list[Place]()
    for place in here:
        pair = next((other for other in left if (other.kind, other.names) == (place.kind, place.names)), None)
        if pair is None:
            alone.append(place)
            continue
        left.remove(pair)
        if pair.text != place.text:
            yield place_text(pair, words), place.text, pair.text, CHANGED
    for name, text in _rows(alone, words):
        yield name, text, "", ADDED
    for name, text in _rows(left, words):
        yield name, "", text, MISSING


def _rows(places: Sequence[Place], words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Places one by one, but the cells of one row of one table together."""
    for row, group in groupby(places, key=lambda place: place.names[:2] if place.kind == "cell" else place):
        cells = list(group)
        if len(cells) > 1 and isinstance(row, tuple):
            table, name = row
            yield str(words["row"]).format(table=table, row=name), " | ".join(cell.text for cell in cells)
        else:
            yield from ((place_text(place, words), place.text) for place in cells)


def _lookup_differences(found: str, expected: str, words: Mapping[str, Any]) -> Iterator[FoundPair]:
    """The data behind the figures value by value, a few of them; the script as a whole."""
    here, there = (_script_parts(part) for part in (found, expected))
    if here[1] != there[1]:
        yield str(words["script"]), "", "", UNSEEN
    values = list(_value_differences(here[0], there[0]))
    for path, one, other in values[:_FEW]:
        yield f"{words['lookup']}: {path}", one, other, CHANGED
    if len(values) > _FEW:
        yield f"{words['lookup']}: +{len(values) - _FEW}", "", "", UNSEEN


def _script_parts(markup: str) -> tuple[Any, str]:
    data, _, rest = markup.partition("</script>")
    try:
        return json.loads(data.partition(">")[2]), rest
    except ValueError:
        return data, rest


def _record_differences(page: str, again: str, leaving: Sequence[str] = ()) -> Iterator[FoundPair]:
    here, there = (
        {name: value for name, value in (record_text(each) or {}).items() if name not in leaving}
        for each in (page, again)
    )
    for path, one, other in _value_differences(here, there):
        yield path, one, other, CHANGED


def _value_differences(found: Any, expected: Any, path: str = "") -> Iterator[tuple[str, str, str]]:
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in sorted(set(found) | set(expected)):
            below = f"{path}.{key}" if path else str(key)
            yield from _value_differences(found.get(key), expected.get(key), below)
    elif isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        for number, (one, other) in enumerate(zip(found, expected, strict=True)):
            yield from _value_differences(one, other, f"{path}[{number}]")
    elif found != expected:
        yield path, json.dumps(found, ensure_ascii=False), json.dumps(expected, ensure_ascii=False)


def excerpts(found: str, expected: str) -> tuple[str, str]:
    """Two long texts cut to the words that differ and a few around them."""
    one, other = found.split(), expected.split()
    shortest = min(len(one), len(other))
    start = next((at for at in range(shortest) if one[at] != other[at]), shortest)
    end = next((at for at in range(shortest - start) if one[-1 - at] != other[-1 - at]), shortest - start)
    return _excerpt(one, start, end), _excerpt(other, start, end)


def _excerpt(words: Sequence[str], start: int, end: int) -> str:
    first, last = max(start - _CONTEXT, 0), min(len(words) - end + _CONTEXT, len(words))
    return f"{'… ' if first else ''}{' '.join(words[first:last])}{' …' if last < len(words) else ''}"
