"""Every byte of what a run leaves behind, unpacked: archives, Parquet tables, and what pages carry packed within themselves."""

from __future__ import annotations

import base64
import binascii
import bz2
import io
import json
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import pyarrow.parquet

_DEEPEST = 5  # a picture in a document in a page
_BASE64 = re.compile(rb"[A-Za-z0-9+/]{60,}={0,2}")


def files_with(secrets: Collection[str], files: Iterable[Path]) -> dict[Path, list[str]]:
    """The files in which any secret stands, however it is written or packed, each with the secrets found."""
    forms = {secret: written(secret) for secret in secrets}
    found: dict[Path, list[str]] = {}
    for path in files:
        left = dict(forms)
        for part in contents(path.read_bytes()):
            told = [secret for secret, own in left.items() if any(form in part for form in own)]
            found.setdefault(path, []).extend(told)
            left = {secret: own for secret, own in left.items() if secret not in told}
    return {path: told for path, told in found.items() if told}


def written(secret: str) -> set[bytes]:
    """One text as programs write it: in two forms of Unicode, two encodings, and escaped in JSON."""
    texts = {unicodedata.normalize(form, secret) for form in ("NFC", "NFD")}
    texts |= {json.dumps(text)[1:-1] for text in texts}
    return {text.encode(encoding) for text in texts for encoding in ("utf-8", "utf-16-le")}


def contents(data: bytes, depth: int = _DEEPEST) -> Iterator[bytes]:
    """The bytes of one file, and of all that is packed in it, to any depth that files have."""
    yield data
    for part in _unpacked(data) if depth else ():
        yield from contents(part, depth - 1)


def _unpacked(data: bytes) -> Iterator[bytes]:
    if data.startswith(b"PK") and zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            yield "\n".join(archive.namelist()).encode()
            yield from (archive.read(name) for name in archive.namelist())
    elif data.startswith(b"PAR1"):
        table = pyarrow.parquet.read_table(io.BytesIO(data))
        yield f"{table.schema.metadata} {table.schema}".encode()
        yield table.to_pandas().to_csv().encode()
    elif data.startswith(b"BZh"):
        yield bz2.decompress(data)
    elif data.startswith(b"\x1f\x8b"):
        yield zlib.decompress(data, 31)
    elif data[:2] in (b"\x78\x01", b"\x78\x9c", b"\x78\xda"):
        try:
            yield zlib.decompress(data)
        except zlib.error:
            return
    elif not data.startswith(b"\x89PNG"):
        for found in _BASE64.finditer(data):
            try:
                yield base64.b64decode(found[0], validate=True)
            except binascii.Error:
                continue
