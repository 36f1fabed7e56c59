"""The Word template of the reports: a document of the office's own whose styles and places the report fills."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from typing import Final
from xml.etree import ElementTree

from termreview.reference.loading.fingerprint import is_own_file
from termreview.reference.loading.source import Source

TEMPLATE: Final = "templates/bao-cao.docx"
BODY_PLACE: Final = "noi_dung"
# The places that are filled with words of the letterhead and the signature.
PLACES: Final = (
    "parent_body", "issuer", "number", "country", "motto", "dated", "document_kind", "subject",
    "recipients_title", "recipients", "signer_prefix", "signer_title",
)  # fmt: skip
# What a part of the report is -> the name of the template's style for it, as Word shows it.
STYLES: Final[Mapping[str, str]] = {
    "heading_1": "heading 1", "heading_2": "heading 2", "heading_3": "heading 3", "paragraph": "Body Text",
    "bullet": "List Bullet", "caption": "caption", "notice": "Thông báo", "note": "Ghi chú", "picture": "Hình",
    "callout_title": "Khung tên", "callout": "Khung nội dung", "card_label": "Thẻ tên", "card_value": "Thẻ số",
    "card_detail": "Thẻ chi tiết", "end": "Cuối văn bản", "cell": "Ô bảng", "head": "Đầu cột",
    "group": "Dòng nhóm", "total": "Dòng cộng", "small_cell": "Ô bảng nhỏ", "small_head": "Đầu cột nhỏ",
    "small_group": "Dòng nhóm nhỏ", "small_total": "Dòng cộng nhỏ", "mark": "Mức tin cậy", "table": "Bảng số liệu",
}  # fmt: skip
_LARGEST: Final = 20_000_000
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE: Final = re.compile(r"\{(\w+)\}")


def check_word_template(source: Source) -> None:
    """Note what keeps the template from being filled: no Word file, a style or the body's place missing, unknown places."""
    path = source.root / TEMPLATE
    if not is_own_file(source.root, path):  # a link, a pipe or a device is told for every file alike
        if not path.is_symlink() and not path.exists():
            source.report(path, 1, "file_missing")
        return
    try:
        with zipfile.ZipFile(path) as package:
            names = ("word/styles.xml", "word/document.xml")
            if any(package.getinfo(name).file_size > _LARGEST for name in names):
                source.report(path, 1, "template_too_large")
                return
            damaged = package.testzip()
            styles, document = (ElementTree.fromstring(package.read(name)) for name in names)
        body = document.find(f"{_W}body")
        if damaged is not None or body is None:
            raise ValueError(damaged or "no body")
    except Exception:  # whatever a damaged package leads to
        source.report(path, 1, "no_word_document")
        return
    named = {name.get(f"{_W}val", "").lower() for name in styles.iterfind(f"{_W}style/{_W}name")}
    for name in STYLES.values():
        if name.lower() not in named:
            source.report(path, 1, "style_missing", style=name)
    if body.find(f"{_W}sectPr") is None:
        source.report(path, 1, "no_page_layout")
    own = [_text(paragraph).strip() for paragraph in body.iterfind(f"{_W}p")]
    places = [place for paragraph in body.iter(f"{_W}p") for place in _PLACE.findall(_text(paragraph))]
    if places.count(BODY_PLACE) != 1 or f"{{{BODY_PLACE}}}" not in own:
        source.report(path, 1, "body_place_once", place=BODY_PLACE)
    for place in dict.fromkeys(places):
        if place not in (BODY_PLACE, *PLACES):
            source.report(path, 1, "template_place_unknown", place=place, known=", ".join(PLACES))


def _text(paragraph: ElementTree.Element) -> str:
    """The words of one paragraph, as Word splits none of them by format."""
    return "".join(text.text or "" for text in paragraph.iter(f"{_W}t"))
