"""One workbook that a spreadsheet program locked with its own well-known password when somebody only protected it.

Excel asks nobody for that password, so whoever sent the file does not know of it. Written by hand, for reading
alone: the library that would do it brings three packages, 25 MB of them compiled, for this one case.
After [MS-OFFCRYPTO] and [MS-XLS]; any other password is left alone.
"""

from __future__ import annotations

import hashlib
import struct
from base64 import b64decode
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple

import numpy as np

from termreview.spreadsheets.packages.guard import RefusedFile
from termreview.spreadsheets.packages.ole_streams import FILE_PASS, ole_stream
from termreview.spreadsheets.packages.xml_part import local_name, parse_xml

_PASSWORD = "VelvetSweatshop".encode("utf-16-le")
_HASHES = {"SHA1": "sha1", "SHA-1": "sha1", "SHA256": "sha256", "SHA384": "sha384", "SHA512": "sha512"}
_MOST_SPINS = 1_000_000  # programs write a hundred thousand
_SEGMENT, _AT_ONCE = 4096, 256
_PURPOSES = (
    b"\xfe\xa7\xd2\x76\x3b\x4b\x9e\x79",
    b"\xd7\xaa\x0f\x6d\x30\x61\x34\x4e",
    b"\x14\x6e\x0b\xe7\xab\xac\xd0\xd6",
)
_TAKEN_OUT = 0xFFF
_PLAIN_RECORDS = {0x809, FILE_PASS, 0x194, 0x195, 0xE1, 0x196, 0x138}
_SHEET_RECORD = 0x85  # its first four bytes say where the sheet begins, unlocked
_BLOCK = 1024

Bytes = np.ndarray[Any, np.dtype[np.uint8]]


def package_within(data: bytes) -> bytes | None:
    """Return the package inside one encrypted OLE file; None when it is locked with a password of somebody's own."""
    try:
        facts, content = ole_stream(data, "encryptioninfo"), ole_stream(data, "encryptedpackage")
        if facts is None or content is None:
            return None
        length = struct.unpack_from("<Q", content)[0]
        version = struct.unpack_from("<HH", facts)
        plain = _agile(facts[8:], content[8:]) if version == (4, 4) else _standard(facts[8:], content[8:])
    except (struct.error, ValueError, LookupError, OverflowError, RefusedFile):
        return None
    return None if plain is None or length > len(plain) else plain[:length]


class _Lock(NamedTuple):
    """What one element of the description says of a key: its salt, its length in bytes, its hash, its spins."""

    salt: bytes
    key_length: int
    hash_name: str
    spins: int
    texts: Mapping[str, str]

    def derive(self, content: bytes) -> bytes:
        return hashlib.new(self.hash_name, content).digest()


def _agile(description: bytes, content: bytes) -> bytes | None:
    found: dict[str, _Lock] = {}

    def on_start(name: str, told: Mapping[str, str]) -> None:
        if (
            local_name(name) in ("keyData", "encryptedKey")
            and told.get("cipherChaining") == "ChainingModeCBC"
        ):
            lock = _Lock(
                b64decode(told["saltValue"]), int(told["keyBits"]) // 8, _HASHES[told["hashAlgorithm"]],
                int(told.get("spinCount", 0)), dict(told),
            )  # fmt: skip
            found[local_name(name)] = lock

    parse_xml(description, on_start)
    data, own = found["keyData"], found["encryptedKey"]
    if own.spins > _MOST_SPINS:
        return None
    spun = own.derive(own.salt + _PASSWORD)
    for number in range(own.spins):
        spun = own.derive(struct.pack("<I", number) + spun)
    names = ("encryptedVerifierHashInput", "encryptedVerifierHashValue", "encryptedKeyValue")
    verifier, stated, key = (
        _cbc(
            _fitted(own.derive(spun + purpose), own.key_length),
            _fitted(own.salt, 16),
            b64decode(own.texts[name]),
        )
        for name, purpose in zip(names, _PURPOSES, strict=True)
    )
    digest = own.derive(verifier[: len(own.salt)])
    if stated[: len(digest)] != digest:
        return None
    starts = b"".join(
        _fitted(data.derive(data.salt + struct.pack("<I", number)), 16)
        for number in range(-(-len(content) // _SEGMENT))
    )
    return _cbc(key[: data.key_length], starts, content)


def _standard(description: bytes, content: bytes) -> bytes | None:
    """Excel 2007: AES in single blocks, SHA-1."""
    header_length = struct.unpack_from("<I", description)[0]
    key_length = struct.unpack_from("<I", description, 20)[0] // 8
    salt, locked, _, stated = struct.unpack_from("<4x16s16sI32s", description, 4 + header_length)
    spun = hashlib.sha1(salt + _PASSWORD).digest()
    for number in range(50_000):
        spun = hashlib.sha1(struct.pack("<I", number) + spun).digest()
    spun = hashlib.sha1(spun + bytes(4)).digest()
    wide = spun.ljust(64, b"\0")
    key = b"".join(hashlib.sha1(bytes(byte ^ mark for byte in wide)).digest() for mark in (0x36, 0x5C))
    key = key[:key_length]
    if _single_blocks(key, stated)[:20] != hashlib.sha1(_single_blocks(key, locked)).digest():
        return None
    return _single_blocks(key, content)


def _fitted(content: bytes, length: int) -> bytes:
    return content[:length].ljust(length, b"\x36")


def _single_blocks(key: bytes, content: bytes) -> bytes:
    whole = len(content) // 16 * 16
    blocks = np.frombuffer(content[:whole], np.uint8).reshape(-1, 16)
    pieces = [_aes(key, blocks[at : at + _SEGMENT]) for at in range(0, len(blocks), _SEGMENT)]
    return b"".join(piece.tobytes() for piece in pieces)


def _cbc(key: bytes, starts: bytes, content: bytes) -> bytes:
    """Return content of segments, each chained to its own start of 16 bytes, unlocked."""
    step = _SEGMENT * _AT_ONCE
    pieces = []
    for at in range(0, len(content), step):
        locked = content[at : at + step]
        locked = locked[: len(locked) // 16 * 16]
        blocks = np.frombuffer(locked, np.uint8).reshape(-1, 16)
        before = np.roll(blocks, 1, axis=0)
        first = np.frombuffer(starts, np.uint8).reshape(-1, 16)[at // _SEGMENT :][
            : -(-len(locked) // _SEGMENT)
        ]
        before[:: _SEGMENT // 16] = first
        pieces.append((_aes(key, blocks) ^ before).tobytes())
    return b"".join(pieces)


def _aes(key: bytes, blocks: Bytes) -> Bytes:
    """Return blocks of 16 bytes as AES unlocks each by itself, all at once."""
    if len(key) not in (16, 24, 32):
        raise ValueError("no key of AES")
    keys, back, times = _round_keys(key), _tables()[1], _tables()[2]
    order = [4 * ((column - row) % 4) + row for column in range(4) for row in range(4)]
    state = blocks ^ keys[-1]
    for own in keys[-2:0:-1]:
        columns = (back[state[:, order]] ^ own).reshape(-1, 4, 4)
        state = times[0][columns]
        for turn in (1, 2, 3):
            state = state ^ times[turn][np.roll(columns, -turn, axis=2)]
        state = state.reshape(-1, 16)
    result: Bytes = back[state[:, order]] ^ keys[0]
    return result


def _round_keys(key: bytes) -> list[Bytes]:
    box, step = _tables()[0], len(key) // 4
    words = [list(key[at : at + 4]) for at in range(0, len(key), 4)]
    constant = 1
    for number in range(step, 4 * (step + 7)):
        word = words[-1]
        if number % step == 0:
            word = [int(box[byte]) for byte in (*word[1:], word[0])]
            word[0] ^= constant
            constant = constant << 1 ^ (0x11B if constant & 0x80 else 0)
        elif step == 8 and number % step == 4:
            word = [int(box[byte]) for byte in word]
        words.append([one ^ other for one, other in zip(words[-step], word, strict=True)])
    return list(np.array(words, np.uint8).reshape(-1, 16))


@cache
def _tables() -> tuple[Bytes, Bytes, list[Bytes]]:
    """The substitution of AES, its reverse, and the multiples by which it unmixes columns."""
    powers, logarithms, value = [0] * 510, [0] * 256, 1
    for number in range(255):
        powers[number] = powers[number + 255] = value
        logarithms[value] = number
        value ^= (value << 1 ^ (0x11B if value & 0x80 else 0)) & 0xFF
    box = np.zeros(256, np.uint8)
    for value in range(256):
        inverse = powers[255 - logarithms[value]] if value else 0
        turned = [inverse << turn | inverse >> 8 - turn for turn in range(5)]
        box[value] = (turned[0] ^ turned[1] ^ turned[2] ^ turned[3] ^ turned[4] ^ 0x63) & 0xFF
    back = np.zeros(256, np.uint8)
    back[box] = np.arange(256, dtype=np.uint8)
    times = [
        np.array(
            [powers[logarithms[value] + logarithms[by]] if value else 0 for value in range(256)], np.uint8
        )
        for by in (14, 11, 13, 9)
    ]
    return box, back, times


def stream_within(stream: bytes, file_pass: bytes) -> bytes | None:
    """Return the records of one ``.xls`` workbook unlocked; None when the password is somebody's own.

    `file_pass` is the content of the record that says how it is locked.
    """
    try:
        key = _stream_key(file_pass)
    except (struct.error, LookupError):
        return None
    if key is None:
        return None
    plain = bytearray()
    for number in range(-(-len(stream) // _BLOCK)):
        block = stream[number * _BLOCK : (number + 1) * _BLOCK]
        plain += _rc4(key(number), block)
    at = 0
    while at + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, at)
        kept = length if record in _PLAIN_RECORDS else 4 if record == _SHEET_RECORD else 0
        plain[at : at + 4 + kept] = stream[at : at + 4 + kept]
        if record == FILE_PASS:
            struct.pack_into("<H", plain, at, _TAKEN_OUT)
        at += 4 + length
    return bytes(plain)


def _stream_key(file_pass: bytes) -> Any:
    """Return what gives the key of each block, where the well-known password is the right one."""
    kind, major = struct.unpack_from("<HH", file_pass)
    if kind != 1:
        return None
    if major == 1:
        salt, locked = file_pass[6:22], file_pass[22:54]
        start = hashlib.md5((hashlib.md5(_PASSWORD).digest()[:5] + salt) * 16).digest()[:5]

        def key(number: int) -> bytes:
            return hashlib.md5(start + struct.pack("<I", number)).digest()

        name = "md5"
    else:
        header_length, key_bits = (
            struct.unpack_from("<10xI", file_pass)[0],
            struct.unpack_from("<30xI", file_pass)[0],
        )
        at = 14 + header_length
        salt, locked = (
            file_pass[at + 4 : at + 20],
            file_pass[at + 20 : at + 36] + file_pass[at + 40 : at + 60],
        )
        start, length = hashlib.sha1(salt + _PASSWORD).digest(), (key_bits or 40) // 8

        def key(number: int) -> bytes:
            own = hashlib.sha1(start + struct.pack("<I", number)).digest()[:length]
            return own.ljust(16, b"\0") if length == 5 else own

        name = "sha1"
    plain = _rc4(key(0), locked)
    return key if hashlib.new(name, plain[:16]).digest() == plain[16:] else None


def _rc4(key: bytes, content: bytes) -> bytes:
    state, other = list(range(256)), 0
    for place in range(256):
        other = (other + state[place] + key[place % len(key)]) & 0xFF
        state[place], state[other] = state[other], state[place]
    place = other = 0
    plain = bytearray(content)
    for at in range(len(content)):
        place = (place + 1) & 0xFF
        other = (other + state[place]) & 0xFF
        state[place], state[other] = state[other], state[place]
        plain[at] ^= state[(state[place] + state[other]) & 0xFF]
    return bytes(plain)
