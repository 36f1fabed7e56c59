"""One OLE file's streams, whichever way their sectors are laid."""

from __future__ import annotations

import struct

FILE_PASS = 0x2F  # the record of an .xls that says how it is locked

_LAST_SECTOR = 0xFFFFFFFA  # numbers from here on end a chain
_SMALL_STREAM = 4096


def workbook_stream(data: bytes) -> bytes | None:
    """Return the workbook stream of one OLE file; Excel 95 keeps it by the shorter name."""
    return ole_stream(data, "workbook", "book")


def ole_stream(data: bytes, *names: str) -> bytes | None:
    """Return the first there is of some streams of one OLE file, whichever of its two kinds of sector holds it.

    Raises
    ------
    struct.error, IndexError, KeyError
        When its sectors are not as expected.
    """
    bits = struct.unpack_from("<H", data, 30)[0]
    if bits not in (9, 12):
        return None
    table = _sector_table(data, bits)
    # By its chain: programs that save twice leave sectors of older directories lying about.
    entries = _directory(_chain(data, table, struct.unpack_from("<I", data, 48)[0], bits, 1 << bits))
    entry = next((entries[name] for name in names if name in entries), None)
    if entry is None:
        return None
    start, size = entry
    if size >= _SMALL_STREAM:
        return _whole(_chain(data, table, start, bits, 1 << bits), size)
    small = _chain(data, table, entries["root entry"][0], bits, 1 << bits)
    small_table = _chain(data, table, struct.unpack_from("<I", data, 60)[0], bits, 1 << bits)
    numbers = list(struct.unpack(f"<{len(small_table) // 4}I", small_table))
    return _whole(_chain(small, numbers, start, 6, 0), size)


def _whole(stream: bytes, size: int) -> bytes | None:
    """Return one stream of the length that its entry states; None where some of it is gone."""
    return stream[:size] if len(stream) >= size else None


def _directory(sectors: bytes) -> dict[str, tuple[int, int]]:
    """Return the first sector and the length of each stream of one OLE directory, by name in small letters."""
    entries: dict[str, tuple[int, int]] = {}
    for position in range(0, len(sectors) - 127, 128):
        length = struct.unpack_from("<H", sectors, position + 64)[0]
        name = sectors[position : position + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
        name = name.lower() if position else "root entry"  # the first one, by whatever name
        entries.setdefault(name, struct.unpack_from("<II", sectors, position + 116))
    return entries


def _sector_table(data: bytes, bits: int) -> list[int]:
    """Return which sector follows each sector of one OLE file."""
    width, most = 1 << bits, len(data) >> bits
    sectors = list(struct.unpack_from("<109I", data, 76))
    more = struct.unpack_from("<I", data, 68)[0]
    while more < _LAST_SECTOR and len(sectors) <= most + 109:
        *numbers, more = struct.unpack_from(f"<{width // 4}I", data, (more + 1) << bits)
        sectors.extend(numbers)
    table: list[int] = []
    for sector in sectors:
        if sector < _LAST_SECTOR:
            table.extend(struct.unpack_from(f"<{width // 4}I", data, (sector + 1) << bits))
    return table


def _chain(data: bytes, table: list[int], start: int, bits: int, header: int) -> bytes:
    """Return the sectors of one chain, joined; no chain is longer than its file, so a loop ends there."""
    pieces: list[bytes] = []
    while start < _LAST_SECTOR and len(pieces) <= len(data) >> bits:
        position = header + (start << bits)
        pieces.append(data[position : position + (1 << bits)])
        start = table[start]
    return b"".join(pieces)
