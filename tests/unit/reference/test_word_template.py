"""One mistake in the office's Word template: told in Vietnamese by `termreview check`, before anything is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from office_world import part_of, rewritten

from termreview.cli import __main__ as cli
from termreview.errors import DeclarationError
from termreview.reference.declarations import load_reference
from termreview.reference.word_template import PLACES, TEMPLATE
from worlds import REFERENCE, copy_reference

BODY, LOOKS = "word/document.xml", "word/styles.xml"


def changed(member: str, old: str, new: str) -> Callable[[Path], object]:
    return lambda path: rewritten(path, member, lambda text: text.replace(old, new))


def without(member: str) -> Callable[[Path], object]:
    """Rename one part, so that the package has none of that name."""

    def take_out(path: Path) -> None:
        content = path.read_bytes()
        path.write_bytes(content.replace(member.encode(), (member[:-1] + "_").encode()))

    return take_out


MISTAKES: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "gone": (lambda path: path.unlink(), ["không có tệp này"]),
    "empty": (lambda path: path.write_bytes(b""), ["tệp không phải văn bản Word (.docx) hoặc đã hỏng"]),
    "an old document": (lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" * 500), ["không phải văn bản Word"]),
    "cut": (lambda path: path.write_bytes(path.read_bytes()[:4000]), ["không phải văn bản Word"]),
    "a byte changed": (
        lambda path: path.write_bytes(path.read_bytes()[:2000] + b"\xff" * 9 + path.read_bytes()[2009:]),
        ["không phải văn bản Word"],
    ),
    "no styles": (without(LOOKS), ["không phải văn bản Word"]),
    "not XML": (changed(BODY, "</w:body>", ""), ["không phải văn bản Word"]),
    "no pages": (changed(BODY, "w:sectPr", "w:sectPrX"), ["thiếu thiết lập trang"]),
    "a style renamed": (changed(LOOKS, 'w:val="Khung tên"', 'w:val="Khung"'), ["thiếu kiểu (style) 'Khung tên'"]),
    "no place of the report": (
        changed(BODY, "{noi_dung}", "nội dung"),
        ["chỗ điền '{noi_dung}' phải có đúng một lần, đứng riêng một đoạn"],
    ),
    "the place inside a sentence": (
        changed(BODY, "{noi_dung}", "Nội dung: {noi_dung}"),
        ["chỗ điền '{noi_dung}' phải có đúng một lần, đứng riêng một đoạn"],
    ),
    "the place twice": (changed(BODY, "{subject}", "{noi_dung}"), ["chỗ điền '{noi_dung}' phải có đúng một lần"]),
    "a place nobody fills": (
        changed(BODY, "{motto}", "{tieu_ngu}"), ["không có chỗ điền '{tieu_ngu}'; các chỗ điền được dùng: parent_body"],
    ),
    "two mistakes": (
        lambda path: (changed(LOOKS, "Thẻ số", "Thẻ")(path), changed(BODY, "{motto}", "{x}")(path)),
        ["thiếu kiểu (style) 'Thẻ số'", "không có chỗ điền '{x}'"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_in_the_template_is_told_in_vietnamese(name: str, tmp_path: Path) -> None:
    spoil, told = MISTAKES[name]
    folder = copy_reference(tmp_path)
    spoil(folder / TEMPLATE)
    with pytest.raises(DeclarationError) as raised:
        load_reference(folder)
    said = [str(problem) for problem in raised.value.problems]
    assert len(said) == len(told), said
    assert all(line.startswith(f"{TEMPLATE}:1: ") for line in said)
    for words in told:
        assert any(words in line for line in said), said


def test_the_command_lists_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy_reference(tmp_path / "data")
    changed(LOOKS, 'w:val="Ghi chú"', 'w:val="Ghi"')(tmp_path / "data" / "reference" / TEMPLATE)
    assert cli.main(["--root", str(tmp_path), "check"]) == 3
    said = capsys.readouterr().err.splitlines()
    assert said == ["termreview: Khai báo có 1 chỗ sai:", f"  {TEMPLATE}:1: thiếu kiểu (style) 'Ghi chú'"]


def test_a_template_of_another_size_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = copy_reference(tmp_path)
    monkeypatch.setattr("termreview.reference.word_template._LARGEST", 1000)
    with pytest.raises(DeclarationError, match="văn bản quá lớn so với một tệp mẫu"):
        load_reference(folder)


def test_a_place_that_word_split_into_several_runs_is_still_one_place(tmp_path: Path) -> None:
    folder = copy_reference(tmp_path)
    split = '{noi_</w:t></w:r><w:r><w:t xml:space="preserve">dung}'
    changed(BODY, "{noi_dung}", split)(folder / TEMPLATE)
    load_reference(folder)


def test_the_committed_template_uses_every_place() -> None:
    body = part_of(REFERENCE / TEMPLATE, BODY)
    assert [place for place in PLACES if f"{{{place}}}" not in body] == []
