"""One workbook locked the way that spreadsheet programs lock it, with any password: the mirror of what is read."""

from __future__ import annotations

import hashlib
import struct

from test_guard import ole_file

DEFAULT = "VelvetSweatshop"
SALT, VERIFIER = bytes(range(16)), bytes(range(100, 116))
_PLAIN = (0x809, 0x2F, 0xE1)


def rc4(key: bytes, content: bytes) -> bytes:
    """Content under one key; the same again gives it back."""
    state, other, locked = list(range(256)), 0, bytearray()
    for place in range(256):
        other = (other + state[place] + key[place % len(key)]) % 256
        state[place], state[other] = state[other], state[place]
    place = other = 0
    for byte in content:
        place = (place + 1) % 256
        other = (other + state[place]) % 256
        state[place], state[other] = state[other], state[place]
        locked.append(byte ^ state[(state[place] + state[other]) % 256])
    return bytes(locked)


def rc4_key(number: int, password: str) -> bytes:
    """The key of one block of 1024 bytes, as Excel 97 makes it."""
    start = hashlib.md5(password.encode("utf-16-le")).digest()[:5]
    start = hashlib.md5((start + SALT) * 16).digest()[:5]
    return hashlib.md5(start + struct.pack("<I", number)).digest()


def crypto_api_key(number: int, password: str) -> bytes:
    """The same as Excel 2002 makes it, of 128 bits."""
    start = hashlib.sha1(SALT + password.encode("utf-16-le")).digest()
    return hashlib.sha1(start + struct.pack("<I", number)).digest()[:16]


def file_pass(kind: str, password: str) -> bytes:
    """The record that says how a workbook is locked."""
    if kind == "rc4":
        locked = rc4(rc4_key(0, password), VERIFIER + hashlib.md5(VERIFIER).digest())
        body = struct.pack("<HHH", 1, 1, 1) + SALT + locked
    else:
        name = "Microsoft Enhanced Cryptographic Provider v1.0\0".encode("utf-16-le")
        header = struct.pack("<8I", 4, 0, 0x6801, 0x8004, 128, 1, 0, 0) + name
        locked = rc4(crypto_api_key(0, password), VERIFIER + hashlib.sha1(VERIFIER).digest())
        body = struct.pack("<HHHII", 1, 2, 2, 4, len(header)) + header
        body += struct.pack("<I", 16) + SALT + locked[:16] + struct.pack("<I", 20) + locked[16:]
    return struct.pack("<HH", 0x2F, len(body)) + body


def locked_stream(stream: bytes, kind: str, password: str) -> bytes:
    """The records of a workbook under one key; the record of the lock stands behind the first of them."""
    first = 4 + struct.unpack_from("<H", stream, 2)[0]
    lock = file_pass(kind, password)
    moved = bytearray(stream[:first] + lock + stream[first:])
    key = rc4_key if kind == "rc4" else crypto_api_key
    under = b"".join(
        rc4(key(at // 1024, password), bytes(moved[at : at + 1024])) for at in range(0, len(moved), 1024)
    )
    at, locked = 0, bytearray(under)
    while at + 4 <= len(moved):
        record, length = struct.unpack_from("<HH", moved, at)
        if record == 0x85:  # where its sheet begins
            struct.pack_into("<I", moved, at + 4, struct.unpack_from("<I", moved, at + 4)[0] + len(lock))
        open_bytes = 4 + (length if record in _PLAIN else 4 if record == 0x85 else 0)
        locked[at : at + open_bytes] = moved[at : at + open_bytes]
        at += 4 + length
        if record == length == 0:  # the rest is filling
            break
    return bytes(locked)


def small_container(name: str, stream: bytes) -> bytes:
    """An OLE file that keeps one short stream among its small sectors of 64 bytes."""
    data = bytearray(ole_file(name))[:1024]
    count = -(-len(stream) // 64)
    mini = stream.ljust(count * 64, b"\0")
    sectors = -(-len(mini) // 512)
    # Sector 0 is the directory, then the small sectors, their table, and the table of sectors.
    table, all_sectors = 1 + sectors, 2 + sectors
    chain = [-2, *range(2, 1 + sectors), -2, -2, -3]
    struct.pack_into("<IiIIiI", data, 44, 1, 0, 0, 4096, table, 1)
    struct.pack_into("<iI", data, 68, -2, 0)
    struct.pack_into("<109i", data, 76, all_sectors, *[-1] * 108)
    data[512 + 66] = 5
    struct.pack_into("<iii", data, 512 + 68, -1, -1, 1)
    struct.pack_into("<iI", data, 512 + 116, 1, len(mini))
    struct.pack_into("<iii", data, 512 + 128 + 68, -1, -1, -1)
    struct.pack_into("<iI", data, 512 + 128 + 116, 0, len(stream))
    small = [*range(1, count), -2]
    return (
        bytes(data)
        + mini.ljust(sectors * 512, b"\0")
        + struct.pack("<128i", *small, *[-1] * (128 - count))
        + struct.pack("<128i", *chain, *[-1] * (128 - len(chain)))
    )
