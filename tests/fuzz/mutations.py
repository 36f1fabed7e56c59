"""One mutant of one good file, made anew from the seed of the run and its own number."""

from __future__ import annotations

import io
import random
import re
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

SEEDS = Path(__file__).parent / "seeds"
FORM = Path(__file__).parents[1] / "data" / "submissions" / "clean.xlsx"
FLIPPED = "tiny.xlsx"  # small enough for each of its bits

ODD_NUMBERS = (
    "1E400", "-1E400", "NaN", "Infinity", "1e-400", "99999999999999999999", "-0", "0x1F", "1,5", "1.445", "", " ",
    "１２", "1_000", "--5", "1e5e5",
)  # fmt: skip
ODD_TEXTS = (
    "&#0;", "&#xD800;", "_xD800_", "_x0000_", "&lt;script&gt;", "=1+1", "\u202e", "\ufffe", "x" * 40_000, "&unknown;",
    "]]>", "<![CDATA[", "<!--", "𝟙", "Ho\u0300a",
)  # fmt: skip
ODD_ATTRIBUTES = (
    "", "0", "-1", "999999999", "A1048577", "XFE1", "a1", "A0", "$A$1", "1e3", "inlineStr", "s", "e", "d", "str", "b",
    "true", "\u0661", "../../x.xml", "http://x/y", "A1:XFD1048576",
)  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One changed file.

    Attributes
    ----------
    is_damage
        Bytes were hit without any tool packing the file again, as by a bad disk or a broken transfer. What a
        tool packs again is another file, rightly sealed: it may read differently.
    """

    number: int
    seed_name: str
    kind: str
    is_damage: bool
    content: bytes


def seed_files() -> dict[str, bytes]:
    """The good files, by name."""
    found = {path.name: path.read_bytes() for path in sorted(SEEDS.iterdir())}
    return found | {"form.xlsx": FORM.read_bytes()}


def plan(count: int, seeds: dict[str, bytes], flips: int | None = None) -> list[tuple[str, str, int]]:
    """List `count` mutants as (seed name, kind, argument): first bit flips, then every seed and kind in turn.

    `flips` bounds how many bits are flipped, spread over the file; None flips each of them.
    """
    bits = len(seeds[FLIPPED]) * 8
    step = 1 if flips is None else max(1, bits // flips)
    planned = [(FLIPPED, "flip", bit) for bit in range(0, bits, step)][:count]
    turns = [(name, kind) for name in seeds for kind in kinds_for(seeds[name])]
    for number in range(count - len(planned)):
        planned.append((*turns[number % len(turns)], number))
    return planned


def kinds_for(content: bytes) -> list[str]:
    """The kinds of change that one file can take."""
    return [*DAMAGES, *(EDITS if content.startswith(b"PK") else ())]


def make_mutant(number: int, step: tuple[str, str, int], seeds: dict[str, bytes], run_seed: int) -> Mutant:
    """Make one mutant; the same numbers give the same bytes."""
    name, kind, argument = step
    content = seeds[name]
    if kind == "flip":
        flipped = bytearray(content)
        flipped[argument // 8] ^= 1 << argument % 8
        return Mutant(number, name, kind, True, bytes(flipped))
    dice = random.Random(f"{run_seed}/{number}")
    is_damage = kind in DAMAGES
    change = DAMAGES[kind] if is_damage else EDITS[kind]
    return Mutant(number, name, kind, is_damage, change(content, dice))


def _overwrite(content: bytes, dice: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(dice.randrange(1, 9)):
        changed[dice.randrange(len(changed))] = dice.randrange(256)
    return bytes(changed)


def _block(content: bytes, dice: random.Random) -> bytes:
    start, length = dice.randrange(len(content)), dice.randrange(1, 513)
    length = min(length, len(content) - start)
    other = dice.randrange(len(content))
    fill = dice.choice(
        (bytes(length), b"\xff" * length, dice.randbytes(length), content[other : other + length])
    )
    return content[:start] + fill + content[start + length :]


def _cut(content: bytes, dice: random.Random) -> bytes:
    return content[: dice.randrange(len(content))]


def _behead(content: bytes, dice: random.Random) -> bytes:
    return content[dice.randrange(1, len(content)) :]


def _drop(content: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(content))
    return content[:start] + content[start + dice.randrange(1, 513) :]


def _insert(content: bytes, dice: random.Random) -> bytes:
    start = dice.randrange(len(content))
    return content[:start] + dice.randbytes(dice.randrange(1, 513)) + content[start:]


def _tail(content: bytes, dice: random.Random) -> bytes:
    """The end of the file, where archives keep their directory."""
    changed = bytearray(content)
    for _ in range(dice.randrange(1, 4)):
        changed[-dice.randrange(1, min(700, len(changed)))] = dice.randrange(256)
    return bytes(changed)


def _twice(content: bytes, dice: random.Random) -> bytes:
    return content + content if dice.random() < 0.5 else content + content[: dice.randrange(1, len(content))]


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "bytes": _overwrite, "block": _block, "cut": _cut, "behead": _behead, "drop": _drop, "insert": _insert,
    "tail": _tail, "twice": _twice,
}  # fmt: skip


def _members(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return [(entry.filename, archive.read(entry)) for entry in archive.infolist()]


def _packed(members: list[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    warnings.filterwarnings("ignore", message="Duplicate name")  # which is meant
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
    return target.getvalue()


def _swap(content: bytes, dice: random.Random) -> bytes:
    members = _members(content)
    first, second = dice.sample(range(len(members)), 2)
    members[first], members[second] = (
        (members[first][0], members[second][1]),
        (members[second][0], members[first][1]),
    )
    return _packed(members)


def _lose(content: bytes, dice: random.Random) -> bytes:
    members = _members(content)
    del members[dice.randrange(len(members))]
    return _packed(members)


def _repeat(content: bytes, dice: random.Random) -> bytes:
    members = _members(content)
    name, part = dice.choice(members)
    other = dice.choice((part, dice.choice(members)[1], b"<a/>"))
    return _packed([*members, (name if dice.random() < 0.5 else name.upper(), other)])


def _rename(content: bytes, dice: random.Random) -> bytes:
    members = _members(content)
    chosen = dice.randrange(len(members))
    name, part = members[chosen]
    renamed = dice.choice(
        ("../" + name, "/" + name, name.replace("/", "\\"), name.upper(), "x" + name, "", name + "/")
    )
    members[chosen] = (renamed, part)
    return _packed(members)


def _edited(
    pattern: str, choose: Callable[[re.Match[str], random.Random], str]
) -> Callable[[bytes, random.Random], bytes]:
    """An edit of one to three matches of a pattern in one XML member."""

    def change(content: bytes, dice: random.Random) -> bytes:
        members = _members(content)
        texts = [place for place, (name, _) in enumerate(members) if name.endswith((".xml", ".rels"))]
        chosen = dice.choice(texts)
        name, part = members[chosen]
        text = part.decode("utf-8", errors="replace")
        for _ in range(dice.randrange(1, 4)):
            found = list(re.finditer(pattern, text))
            if found:
                match = dice.choice(found)
                text = text[: match.start()] + choose(match, dice) + text[match.end() :]
        members[chosen] = (name, text.encode("utf-8", errors="replace"))
        return _packed(members)

    return change


def _moved_element(content: bytes, dice: random.Random) -> bytes:
    """One element taken out, or repeated elsewhere."""
    members = _members(content)
    chosen = dice.choice(
        [place for place, (name, _) in enumerate(members) if name.endswith((".xml", ".rels"))]
    )
    name, part = members[chosen]
    text = part.decode("utf-8", errors="replace")
    found = list(re.finditer(r"<(\w[\w:]*)\b[^<>]*(?:/>|>[^<>]*</\1>)", text))
    if found:
        match, other = dice.choice(found), dice.choice(found)
        if dice.random() < 0.5:
            text = text[: match.start()] + text[match.end() :]
        else:
            text = text[: other.start()] + match[0] * dice.choice((1, 2, 300)) + text[other.start() :]
    members[chosen] = (name, text.encode("utf-8", errors="replace"))
    return _packed(members)


EDITS: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "member swapped": _swap,
    "member lost": _lose,
    "member twice": _repeat,
    "member renamed": _rename,
    "xml number": _edited(r"(?<=>)[0-9.]+(?=<)", lambda match, dice: dice.choice(ODD_NUMBERS)),
    "xml text": _edited(r"(?<=>)[^<>]+(?=<)", lambda match, dice: dice.choice(ODD_TEXTS)),
    "xml attribute": _edited(r'(?<==")[^"]*(?=")', lambda match, dice: dice.choice(ODD_ATTRIBUTES)),
    "xml attribute name": _edited(
        r"(?<=\s)[\w:]+(?==\")", lambda match, dice: dice.choice(("x", "r", "t", "s", "r:id"))
    ),
    "xml tag": _edited(
        r"(?<=<)/?[\w:]+",
        lambda match, dice: dice.choice(("c", "/c", "v", "row", "/row", "f", "x:v", "!DOCTYPE a", "?xml")),
    ),
    "xml characters": _edited(
        r"[\s\S]", lambda match, dice: dice.choice(("<", ">", "&", '"', "", "\0", "é", "/"))
    ),
    "xml element": _moved_element,
}
