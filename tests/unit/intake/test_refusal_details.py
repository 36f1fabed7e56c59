"""One detail of a refused file: told in Vietnamese, whatever was found, and where the code says it."""

from __future__ import annotations

from pathlib import Path

import pytest
from intake_world import SUBMISSIONS
from test_guard import NOT_WORKBOOKS

from termreview.cli import __main__ as cli
from termreview.intake.inspection import inspect_file
from termreview.reference.declarations import Reference


def test_what_was_found_reaches_the_reader_in_vietnamese(tmp_path: Path, reference: Reference) -> None:
    for number, (content, reason) in enumerate(NOT_WORKBOOKS.values()):
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(content)
        seen = inspect_file(path, reference)
        assert (seen.state, seen.reason) == ("refused", reason)
        assert seen.detail
        assert not any(word in f" {seen.detail} " for word in (" a ", " an ", " the ", " no ", " zero "))


@pytest.mark.parametrize(
    ("name", "detail", "remedy"),
    [
        ("e-mail", "thư điện tử", "nộp chính tệp biểu mẫu Excel đã điền"),
        ("shortcut of a browser", "lối tắt hoặc liên kết", "nộp chính tệp biểu mẫu Excel đã điền"),
        ("shortcut of Windows", "lối tắt hoặc liên kết", "nộp chính tệp biểu mẫu Excel đã điền"),
        ("empty zip", "tệp nén không chứa gì", "Nộp chính tệp .xlsx đã điền, không nén"),
    ],
)
def test_the_remedy_fits_what_cannot_be_saved_as_a_workbook(
    name: str, detail: str, remedy: str, tmp_path: Path, reference: Reference
) -> None:
    """A letter or shortcut was to be "opened and saved as a workbook", an empty archive to be unpacked."""
    path = tmp_path / "bao-cao"
    path.write_bytes(NOT_WORKBOOKS[name][0])
    seen = inspect_file(path, reference)
    assert (seen.detail or "").startswith(detail)
    assert remedy in seen.findings[0]["remedy"]


def test_a_folder_is_to_be_looked_into(tmp_path: Path, reference: Reference) -> None:
    seen = inspect_file(tmp_path, reference)
    assert seen.findings[0]["remedy"].startswith("Nếu đây là thư mục, chọn từng tệp bên trong.")


def test_names_and_figures_stay_in_the_words(tmp_path: Path, reference: Reference) -> None:
    path = tmp_path / "cut.xlsx"
    content = bytearray((SUBMISSIONS / "clean.xlsx").read_bytes())
    place = content.find(b"PK\x01\x02")
    content[place + 16] ^= 1  # the checksum of the first member, as the directory has it
    path.write_bytes(content)
    seen = inspect_file(path, reference)
    assert seen.reason == "damaged"
    assert seen.detail is not None
    assert seen.detail.startswith("nội dung phần '")
    assert ".xml' không khớp mã kiểm tra" in seen.detail


def test_outside_of_any_office_the_words_are_those_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(["inspect", str(SUBMISSIONS / "truncated.xlsx")]) == 6
    said = capsys.readouterr().out
    assert "tệp không đầy đủ [truncated] không đọc được mục lục của tệp nén" in said
    assert "Gửi lại tệp" in said


def test_the_keys_of_the_json_are_held(reference: Reference) -> None:
    assert list(vars(inspect_file(SUBMISSIONS / "clean.xlsx", reference))) == [
        "file", "state", "kind", "reason", "detail", "size_bytes", "sha256", "sheets", "has_macros",
        "has_external_links", "notes", "form", "account", "findings",
    ]  # fmt: skip
