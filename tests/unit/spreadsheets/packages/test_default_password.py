"""A workbook that the program itself locked is read; one with a password of somebody's own is told as such."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from intake_world import ROOT
from locked_files import DEFAULT, locked_stream, small_container
from test_guard import archive, ole_file
from test_workbook_legacy import number, piece, xls, xlsb

from termreview.spreadsheets import workbook
from termreview.spreadsheets.packages import default_password
from termreview.spreadsheets.packages.guard import Limits, RefusedFile
from termreview.spreadsheets.packages.ole_streams import workbook_stream
from termreview.spreadsheets.workbook import read_workbook

CASE = ROOT / "tests" / "data" / "cases" / "write_protected_default_password.xlsx"


@pytest.mark.parametrize(
    ("length", "locked"),  # FIPS-197, appendix C: the same block under keys of three lengths
    [
        (16, "69c4e0d86a7b0430d8cdb78070b4c55a"),
        (24, "dda97ca4864cdfe06eaf70a0ec0d7191"),
        (32, "8ea2b7ca516745bfeafc49904b496089"),
    ],
)
def test_a_block_of_the_standard_is_unlocked_as_the_standard_says(length: int, locked: str) -> None:
    blocks = np.frombuffer(bytes.fromhex(locked) * 3, np.uint8).reshape(3, 16)
    plain = default_password._aes(bytes(range(length)), blocks)
    assert plain.tobytes().hex() == "00112233445566778899aabbccddeeff" * 3


def test_a_key_stream_is_that_of_rfc_6229() -> None:
    assert default_password._rc4(bytes(range(1, 6)), bytes(16)).hex() == "b2396305f03dc027ccc3524a0a1118a8"


def records(*values: float) -> bytes:
    cells = (number(row, 0, value) for row, value in enumerate(values))
    stream = workbook_stream(xls(*cells))
    assert stream is not None
    return stream


def container(stream: bytes) -> bytes:
    """The workbook of `xls`, its stream of 4096 bytes replaced."""
    assert len(stream) == 4096
    plain = xls(number(0, 0, 1.0))
    return plain[:1024] + stream + plain[1024 + 4096 :]


@pytest.mark.parametrize("kind", ["rc4", "crypto_api"])
def test_an_xls_that_the_program_locked_is_read(kind: str, tmp_path: Path) -> None:
    values = [float(value) for value in range(40, 180)]  # over more than one block of 1024 bytes
    path = tmp_path / "a.xls"
    path.write_bytes(container(locked_stream(records(*values), kind, DEFAULT)[:4096]))
    assert [cell.value for cell in read_workbook(path).sheets[0].cells.values()] == values


@pytest.mark.parametrize("kind", ["rc4", "crypto_api"])
@pytest.mark.parametrize("is_small", [True, False])
def test_an_xls_with_a_password_of_its_own_is_password_protected_whatever_its_size(
    kind: str, is_small: bool, tmp_path: Path
) -> None:
    locked = locked_stream(records(7.0), kind, "bi mat")
    path = tmp_path / "a.xls"
    path.write_bytes(small_container("Workbook", locked[:1500]) if is_small else container(locked[:4096]))
    with pytest.raises(RefusedFile) as refusal:
        read_workbook(path)
    assert refusal.value.reason == "password_protected"


@pytest.mark.parametrize("kind", ["rc4", "crypto_api"])
def test_a_small_xls_that_the_program_locked_is_read(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "a.xls"
    path.write_bytes(small_container("Workbook", locked_stream(records(7.0), kind, DEFAULT)[:1500]))
    assert read_workbook(path).sheets[0].cells[1, 1].value == 7


def test_another_program_opens_what_the_tests_lock(tmp_path: Path) -> None:
    if (office := shutil.which("soffice")) is None:
        pytest.skip("no LibreOffice")
    plain, locked = tmp_path / "plain.xls", tmp_path / "locked.xls"
    plain.write_bytes(container(records(7.0, 8.5)))
    locked.write_bytes(container(locked_stream(records(7.0, 8.5), "rc4", DEFAULT)[:4096]))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [office, profile, "--headless", "--convert-to", "csv", "--outdir", str(tmp_path)]
    subprocess.run([*command, str(plain), str(locked)], check=True, capture_output=True, timeout=300)
    assert "8.5" in (tmp_path / "locked.csv").read_text()
    assert (tmp_path / "locked.csv").read_text() == (tmp_path / "plain.csv").read_text()


def test_a_package_locked_as_excel_2007_did_is_unlocked(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the salt and the locked verifier of a real file, whose password is known."""
    header = struct.pack("<8I", 0x24, 0, 0x660E, 0x8004, 128, 24, 0, 0) + "AES\0".encode("utf-16-le")
    salt = bytes.fromhex("e88266490c5bd1eebd2b4394e3f830ef")
    verifier = bytes.fromhex("516f732e966fac17b1c5d7d8cc36c928")
    stated = bytes.fromhex("2b6168dabe2911ad2bd37c1746745c14d3cf1bb140a48f4e6f3d23880872b16a")
    described = struct.pack("<I", len(header)) + header + struct.pack("<I", 16) + salt + verifier
    described += struct.pack("<I", 20) + stated
    assert default_password._standard(described, bytes(32)) is None
    monkeypatch.setattr(default_password, "_PASSWORD", "Password1234_".encode("utf-16-le"))
    key = bytes.fromhex("40b13a71f90b966e375408f2d181a1aa")
    expected = default_password._aes(key, np.zeros((2, 16), np.uint8)).tobytes()
    assert default_password._standard(described, bytes(32)) == expected


def test_damage_or_another_password_is_told_as_a_password(tmp_path: Path) -> None:
    data = CASE.read_bytes()
    spoilt = data.replace(b'spinCount="100000"', b'spinCount="100001"')
    assert spoilt != data
    endless = data.replace(b'spinCount="100000"', b'spinCount="999999999"'[: len(b'spinCount="100000"')])
    for number_, content in enumerate(
        (spoilt, endless, data[: len(data) // 2], ole_file("EncryptionInfo", "EncryptedPackage"))
    ):
        path = tmp_path / f"{number_}.xlsx"
        path.write_bytes(content)
        with pytest.raises(RefusedFile) as refusal:
            read_workbook(path)
        assert refusal.value.reason == "password_protected"


@pytest.mark.parametrize("stream", ["\tDRMContent", "DRMEncryptedTransform"])
def test_managed_rights_are_a_reason_of_their_own_in_every_format(stream: str, tmp_path: Path) -> None:
    for other in ("Workbook", "EncryptedPackage"):
        path = tmp_path / "a.xls"
        path.write_bytes(ole_file(stream, other))
        with pytest.raises(RefusedFile) as refusal:
            read_workbook(path)
        assert refusal.value.reason == "rights_managed"


def test_what_the_lock_holds_is_told_by_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever kind of workbook it is; another document, or a lock within the lock, is refused by name."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"locked")

    def within(content: bytes) -> str:
        monkeypatch.setattr(
            "termreview.spreadsheets.packages.default_password.package_within", lambda _: content
        )
        try:
            return workbook.read_locked(path, Limits()).kind
        except RefusedFile as refused:
            return refused.reason

    word = archive(("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<d/>"))
    cell = piece(5, struct.pack("<IId", 0, 0, 7.0))
    binary = xlsb(piece(0, struct.pack("<IIHBB", 0, 0, 0, 0, 0) + bytes(12)) + cell)
    assert within((ROOT / "tests" / "data" / "cases" / "plain.xlsx").read_bytes()) == "xlsx"
    assert within(binary) == "xlsb"
    assert within(word) == "word_document"
    assert within(CASE.read_bytes()) == "password_protected"
