"""One archive that a school packed its workbooks into: each file in it a file of its own, no name leads out of it."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import pytest
from intake_world import HK1, PRESCHOOL, PRIMARY, SECONDARY, reference as world_reference, write_school
from test_workbook_legacy import number, xls

import termreview.cli.__main__ as cli
from demo_world import new_workspace
from termreview.intake.clean import Cleaned, clean_term
from termreview.intake.received.received import (
    RECEIVED_LIST,
    list_received,
    record_first_seen,
    record_received,
)
from termreview.spreadsheets.packages.archive import archive_members
from termreview.spreadsheets.packages.guard import DEFAULT_LIMITS, RefusedFile
from termreview.spreadsheets.workbook import read_workbook

AS_OF = datetime.date(2024, 1, 20)
PDF = b"%PDF-1.4 x"
NAME = "gửi.zip"


@pytest.fixture(scope="module")
def forms(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("forms")
    for school_id in (PRESCHOOL, PRIMARY, SECONDARY):
        write_school(folder / f"{school_id}.xlsx", school_id)
    return {path.stem: path.read_bytes() for path in folder.iterdir()}


def packed(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def cleaned(folder: Path) -> Cleaned:
    return clean_term(list_received(folder, AS_OF), world_reference(), HK1)


def fates(found: Cleaned) -> dict[str, tuple[str | None, str, str | None]]:
    rows = found.submissions.astype(object).where(found.submissions.notna(), None).to_dict("records")
    return {row["file"]: (row["school_id"], row["fate"], row["reason_code"]) for row in rows}


def test_every_workbook_of_an_archive_is_read_as_a_file_of_its_own(
    tmp_path: Path, forms: dict[str, bytes]
) -> None:
    files = {
        "a.xlsx": forms[PRESCHOOL],
        "xã/b.xlsx": forms[PRIMARY],
        f"{SECONDARY}.pdf": PDF,
        "__MACOSX/._a.xlsx": b"x",
        "xã/~$b.xlsx": b"x",
    }
    (tmp_path / NAME).write_bytes(packed(files))
    (tmp_path / RECEIVED_LIST).write_text(f"file,received_on,note\n{NAME},2024-01-05,\n", encoding="utf-8")
    found = cleaned(tmp_path)
    assert fates(found) == {
        f"{NAME}/a.xlsx": (PRESCHOOL, "accepted", None),
        f"{NAME}/xã/b.xlsx": (PRIMARY, "accepted", None),
        f"{NAME}/{SECONDARY}.pdf": (SECONDARY, "refused", "pdf"),
    }
    assert {day.date() for day in found.submissions["received_on"]} == {datetime.date(2024, 1, 5)}
    assert "not_submitted" not in set(found.findings["check_code"])


def test_what_an_archive_holds_says_the_same_as_the_files_by_themselves(
    tmp_path: Path, forms: dict[str, bytes]
) -> None:
    (tmp_path / "zip").mkdir()
    (tmp_path / "plain").mkdir()
    (tmp_path / "zip" / NAME).write_bytes(packed({"a.xlsx": forms[PRESCHOOL]}))
    (tmp_path / "plain" / "a.xlsx").write_bytes(forms[PRESCHOOL])
    one, other = (
        cleaned(tmp_path / name).observations.query("school_id == @PRESCHOOL") for name in ("zip", "plain")
    )
    kept = [name for name in one.columns if name != "file"]
    assert one[kept].reset_index(drop=True).equals(other[kept].reset_index(drop=True))


def test_an_archive_is_one_line_of_the_list_and_keeps_its_day(
    tmp_path: Path, forms: dict[str, bytes]
) -> None:
    (tmp_path / NAME).write_bytes(packed({"a.xlsx": forms[PRESCHOOL], "b.xlsx": forms[PRIMARY]}))
    files = list_received(tmp_path, AS_OF)
    assert record_received(tmp_path, files) == 1
    assert record_first_seen(tmp_path, files) == []
    text = (tmp_path / RECEIVED_LIST).read_text(encoding="utf-8-sig")
    assert text == f"file,received_on,note\n{NAME},2024-01-20,\n"
    (tmp_path / NAME).write_bytes(packed({"c.xlsx": forms[SECONDARY]}))
    (tmp_path / "a.xlsx").write_bytes(forms[PRESCHOOL])  # unpacked by the office
    later = list_received(tmp_path, AS_OF + datetime.timedelta(days=9))
    assert [(file.name, file.received_on, file.renamed_from) for file in later] == [
        ("a.xlsx", AS_OF, f"{NAME}/a.xlsx"),
        (f"{NAME}/c.xlsx", AS_OF, ""),
    ]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("../../x.xlsx", "x.xlsx"),
        ("/etc/x.xlsx", "etc/x.xlsx"),
        ("..\\..\\x.xlsx", "x.xlsx"),
        ("a/./../x.xlsx", "a/x.xlsx"),
        ("a\nb.xlsx", "a␊b.xlsx"),
        ("=1+1.xlsx", "=1+1.xlsx"),
    ],
)
def test_a_hostile_name_in_an_archive_leads_nowhere(
    tmp_path: Path, forms: dict[str, bytes], name: str, wanted: str
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / NAME).write_bytes(packed({name: forms[PRESCHOOL]}))
    assert list(fates(cleaned(folder))) == [f"{NAME}/{wanted}"]
    assert [path.name for path in tmp_path.iterdir()] == ["in"]
    assert [path.name for path in folder.iterdir()] == [NAME]


def test_two_files_of_an_archive_with_one_name_are_two_files(tmp_path: Path, forms: dict[str, bytes]) -> None:
    (tmp_path / NAME).write_bytes(packed({"a.xlsx": forms[PRESCHOOL], "x/../a.xlsx": forms[PRIMARY]}))
    (tmp_path / "hai.zip").write_bytes(packed({"a.xlsx": forms[PRESCHOOL], "A.xlsx": forms[PRIMARY]}))
    files = list_received(tmp_path, AS_OF)
    assert len({file.name for file in files}) == len(files) == 4


def test_an_archive_without_a_workbook_is_refused_by_its_own_name(tmp_path: Path) -> None:
    (tmp_path / f"{PRESCHOOL} ảnh.zip").write_bytes(packed({"a.pdf": PDF, "đọc.txt": b"xin chao"}))
    assert fates(cleaned(tmp_path)) == {
        f"{PRESCHOOL} ảnh.zip": (PRESCHOOL, "refused", "archive_not_workbook")
    }


def test_an_archive_within_an_archive_is_told_and_not_opened(tmp_path: Path, forms: dict[str, bytes]) -> None:
    inner = packed({"b.xlsx": forms[PRIMARY]})
    (tmp_path / NAME).write_bytes(packed({"a.xlsx": forms[PRESCHOOL], "trong.zip": inner}))
    (tmp_path / "chỉ.zip").write_bytes(packed({"trong.zip": inner}))
    found = cleaned(tmp_path)
    assert fates(found) == {
        f"{NAME}/a.xlsx": (PRESCHOOL, "accepted", None),
        f"{NAME}/trong.zip": (None, "refused", "archive_not_workbook"),
        "chỉ.zip/trong.zip": (None, "refused", "archive_not_workbook"),
    }


def test_a_locked_archive_is_told_as_locked(tmp_path: Path, forms: dict[str, bytes]) -> None:
    content = bytearray(packed({"a.xlsx": forms[PRESCHOOL]}))
    content[6] |= 1  # the flags at the file
    content[content.rfind(b"PK\x01\x02") + 8] |= 1  # and in the directory
    (tmp_path / f"{PRESCHOOL}.zip").write_bytes(content)
    assert fates(cleaned(tmp_path)) == {f"{PRESCHOOL}.zip": (PRESCHOOL, "refused", "password_protected")}


def test_a_damaged_file_of_an_archive_harms_only_itself(tmp_path: Path, forms: dict[str, bytes]) -> None:
    content = bytearray(packed({"a.xlsx": forms[PRESCHOOL], f"{PRIMARY}.xlsx": forms[PRIMARY]}))
    at = content.rfind(f"{PRIMARY}.xlsx".encode(), 0, content.rfind(b"PK\x01\x02"))
    content[at + 200] ^= 0xFF
    (tmp_path / NAME).write_bytes(content)
    assert fates(cleaned(tmp_path)) == {
        f"{NAME}/a.xlsx": (PRESCHOOL, "accepted", None),
        f"{NAME}/{PRIMARY}.xlsx": (PRIMARY, "refused", "damaged"),
    }


def test_the_limits_of_a_file_hold_for_an_archive(tmp_path: Path, forms: dict[str, bytes]) -> None:
    many = {f"{number}.txt": b"x" for number in range(DEFAULT_LIMITS.members)}
    (tmp_path / "many.zip").write_bytes(packed({"a.xlsx": forms[PRESCHOOL], **many}))
    (tmp_path / "bomb.zip").write_bytes(
        packed({"a.xlsx": forms[PRESCHOOL], "b.xlsx": bytes(DEFAULT_LIMITS.inflated_bytes)})
    )
    assert fates(cleaned(tmp_path)) == {
        "many.zip": (None, "refused", "too_large"),
        "bomb.zip": (None, "refused", "too_large"),
    }


def test_a_document_with_a_workbook_in_it_is_no_archive(tmp_path: Path, forms: dict[str, bytes]) -> None:
    parts = {"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<w/>"}
    late = {"a.txt": b"x", **parts, "word/embeddings/a.xlsx": forms[PRESCHOOL]}
    (tmp_path / "a.docx").write_bytes(packed({**parts, "word/embeddings/a.xlsx": forms[PRESCHOOL]}))
    (tmp_path / "b.docx").write_bytes(packed(late))
    assert fates(cleaned(tmp_path)) == {
        "a.docx": (None, "refused", "word_document"),
        "b.docx": (None, "refused", "word_document"),
    }


def test_an_old_workbook_in_an_archive_is_read_by_a_child_process_as_well(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(packed({"../cũ.xls": xls(number(0, 0, 1.5), number(1, 0, 2.0))}))
    (member,) = archive_members(tmp_path / NAME)
    assert [cell.value for cell in read_workbook(member).sheets[0].cells.values()] == [1.5, 2]
    (tmp_path / NAME).unlink()
    with pytest.raises(RefusedFile, match="cannot_be_opened"):
        read_workbook(member)


def test_inspect_status_and_return_say_the_same_of_a_file_in_an_archive(
    tmp_path: Path, forms: dict[str, bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    workspace = new_workspace(tmp_path / "office")
    raw = workspace.raw(HK1)
    raw.mkdir(parents=True)
    write_school(tmp_path / "a.xlsx", PRIMARY, changes={"elessons_count": None})
    files = {
        "a.xlsx": (tmp_path / "a.xlsx").read_bytes(),
        "Truong MN Hoa Sen.docx": packed({"word/a.xml": b"<a/>"}),
    }
    (raw / NAME).write_bytes(packed(files))
    root, term = ["--root", str(workspace.root)], ["2023-2024-hk1", "--as-of", "2024-01-20"]
    assert cli.main([*root, "inspect", str(raw / NAME)]) == 6
    said = capsys.readouterr().out
    assert f"{raw / NAME}/a.xlsx: đọc được" in said
    assert f"{raw / NAME}/Truong MN Hoa Sen.docx: không nhận – tệp Word" in said
    assert cli.main([*root, "status", *term, "--xlsx", str(tmp_path / "nhac.xlsx")]) == 0
    said = capsys.readouterr().out
    assert "chưa nộp 53" in said
    assert f"tệp Word – {NAME}/Truong MN Hoa Sen.docx" in said
    assert cli.main([*root, "return", *term]) == 0
    assert (
        "tệp của trường 1 · biểu mẫu điền lại 0 · giải thích tệp không nhận được 1" in capsys.readouterr().out
    )
