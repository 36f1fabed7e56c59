"""Published pages: one notebook in, one file out that needs nothing but itself."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from termreview.errors import RunError
from termreview.reporting.blocks.blocks import Block, callout
from termreview.reporting.blocks.tables import table
from termreview.reporting.charts.charts import chart, transition_matrix
from termreview.reporting.pages.pages import export_html

HOSTILE = "<img src=x onerror=alert(1)>"
TITLE = "Báo cáo sơ kết học kỳ I năm học 2023-2024"


def shown(content: object, *tags: str) -> nbformat.NotebookNode:
    html = content if isinstance(content, str) else content._repr_html_()  # type: ignore[attr-defined]
    output = new_output("execute_result", {"text/html": html, "text/plain": "Block(...)"}, execution_count=1)
    return new_code_cell(
        "secret_source = 1", outputs=[output], execution_count=1, metadata={"tags": list(tags)}
    )


def whole_notebook() -> nbformat.NotebookNode:
    frame = pd.DataFrame({"name": [HOSTILE, "TH Phong An"], "n": [None, 29093]})
    moves = pd.DataFrame([[1, 2], [0, 3]], index=["Mức 1", "Mức 2"], columns=["Mức 1", "Mức 2"])
    printed = new_code_cell(
        "print(1)",
        outputs=[
            new_output("stream", name="stdout", text="/home/nobody/printed"),
            new_output("stream", name="stderr", text="warned"),
        ],
    )
    book = new_notebook(
        cells=[
            new_markdown_cell("# Tên trong sổ"),
            new_code_cell("term_id = 'x'", metadata={"tags": ["parameters"]}),
            shown(callout("Dữ liệu minh họa", ["Không phải số liệu thật."], "query"), "banner"),
            new_markdown_cell("## I. Đặc điểm tình hình\n\nMột đoạn **văn**.\n\n### Tiến độ nộp"),
            shown(
                table(
                    frame,
                    columns={"name": "Trường", "n": "Học sinh"},
                    formats={"n": "integer"},
                    caption="Bảng",
                )
            ),
            printed,
            new_markdown_cell("## II. Kết quả thực hiện"),
            shown(
                chart(
                    transition_matrix,
                    moves,
                    title="Chuyển mức",
                    alt="Ma trận chuyển mức",
                    before_label="Trước",
                    after_label="Sau",
                    unranked=[],
                )
            ),
            shown(Block("<style>p { margin: 0 }</style><p>chỉ dành cho người phân tích</p>"), "hide"),
        ]
    )
    book.metadata["papermill"] = {"output_path": "/home/nobody/out.ipynb"}
    return book


def publish(folder: Path, book: nbformat.NotebookNode, name: str = "page.html", title: str = TITLE) -> str:
    nbformat.write(book, folder / "book.ipynb")
    export_html(folder / "book.ipynb", folder / name, title=title)
    return (folder / name).read_text(encoding="utf-8")


@pytest.fixture
def page(tmp_path: Path) -> BeautifulSoup:
    return BeautifulSoup(publish(tmp_path, whole_notebook()), "html.parser")


def test_the_page_speaks_vietnamese_and_has_one_main_heading(page: BeautifulSoup) -> None:
    assert page.html["lang"] == "vi"
    assert [heading.get_text() for heading in page.find_all("h1")] == [TITLE]
    assert page.title.get_text() == TITLE


def test_the_page_holds_its_landmarks_and_a_way_past_them(page: BeautifulSoup) -> None:
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.find_all(landmark)) == 1
    assert page.find("a", class_="skip")["href"] == f"#{page.main['id']}"
    assert "Dữ liệu minh họa" in page.header.get_text()
    assert "Dữ liệu minh họa" not in page.main.get_text()


def test_the_contents_list_names_every_section_in_order(page: BeautifulSoup) -> None:
    links = [(link["href"], link.get_text()) for link in page.nav.select("ol a")]
    assert links == [
        ("#muc-1", "I. Đặc điểm tình hình"),
        ("#muc-1-1", "Tiến độ nộp"),
        ("#muc-2", "II. Kết quả thực hiện"),
    ]
    assert all(page.find(id=href[1:]).get_text() == text for href, text in links)


def test_only_results_are_shown(page: BeautifulSoup) -> None:
    text = str(page)
    for hidden in (
        "secret_source",
        "term_id",
        "/home/nobody",
        "warned",
        "Block(...)",
        "người phân tích",
        "In [",
    ):
        assert hidden not in text
    assert "29.093" in text
    assert page.find("svg").desc.get_text() == "Ma trận chuyển mức"


def test_the_page_needs_nothing_but_itself(page: BeautifulSoup) -> None:
    assert not page.find_all(["script", "link", "iframe", "object", "base", "form"])
    assert not re.search(r"https?://|//[a-z]+\.", str(page))
    policy = page.find("meta", attrs={"http-equiv": "Content-Security-Policy"})["content"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_text_of_the_data_stays_text(page: BeautifulSoup) -> None:
    assert not page.find_all("img")
    assert HOSTILE in page.main.get_text()


def test_a_hostile_title_stays_text(tmp_path: Path) -> None:
    page = BeautifulSoup(publish(tmp_path, whole_notebook(), title=HOSTILE), "html.parser")
    assert page.h1.get_text() == HOSTILE
    assert not page.find_all("img")


def test_the_same_notebook_gives_the_same_bytes(tmp_path: Path) -> None:
    book = whole_notebook()
    assert publish(tmp_path, book, "a.html") == publish(tmp_path, book, "b.html")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.html", "b.html", "book.ipynb"]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (shown("<script>alert(1)</script>"), "không nhận: phần tử <script>. Thay HTML tự viết bằng bảng"),
        (shown(f"<p>{HOSTILE}</p>"), "onerror"),
        (shown('<a href="https://example.org">x</a>'), "liên kết ra ngoài trang"),
        (shown('<img alt="x" src="file:///etc/hostname">'), "tải từ ngoài trang"),
        (shown('<div style="position:fixed">x</div>'), "style"),
        (shown('<meta http-equiv="refresh" content="0;url=//example.org">'), "<meta>"),
        (shown("<head><style>body{display:none}</style></head>"), "<style>"),
        (shown("</main><main>x</main>"), "<main>"),
        (
            new_markdown_cell('</main></body><meta http-equiv="refresh" content="0;url=//example.org">'),
            "<meta>",
        ),
        (new_markdown_cell("x <style>body{display:none}</style>"), "<style>"),
        (shown("<p>x</p></div>"), "có </div> mà không có <div> nào đang mở"),
        (shown("<div><p>x</div>"), "có </div> mà không có <div> nào đang mở"),
        (shown("<div><p>x</p>"), "<div> không được đóng"),
        (shown("<p>1 < 2</p>"), "không mở một phần tử HTML: < 2"),
        (shown("<p>x</p><!--><script>alert(1)</script>-->"), "không mở một phần tử HTML: <!-->"),
        (shown('<p class="a" CLASS="b">x</p>'), "một thuộc tính viết hai lần"),
        (shown('<p class="a"onclick="alert(1)">x</p>'), "không mở một phần tử HTML"),
        (shown("<p class=a/b onclick=alert(1)>x</p>"), "onclick"),
        (shown("<svg/onload=alert(1)>"), "không mở một phần tử HTML"),
        (shown('<svg onload="alert(1)"></svg>'), "<svg> trong hình SVG không phải nét vẽ hay chữ"),
        (shown("<svg><script>alert(1)</script></svg>"), "<script> trong hình SVG không phải nét vẽ hay chữ"),
        (
            shown('<svg><a href="https://example.org"></a></svg>'),
            "<a> trong hình SVG không phải nét vẽ hay chữ",
        ),
        (
            shown('<svg><use href="https://example.org/#a"/></svg>'),
            "<use> trong hình SVG không phải nét vẽ hay chữ",
        ),
        (
            shown('<svg><path fill="url(https://example.org/#a)"/></svg>'),
            "<path> trong hình SVG không phải nét vẽ hay chữ",
        ),
        (
            shown('<svg><text style="position:fixed">x</text></svg>'),
            "<text> trong hình SVG không phải nét vẽ hay chữ",
        ),
        (shown("<svg><desc><p>x</p></desc></svg>"), "<p> trong hình SVG không phải nét vẽ hay chữ"),
        (shown("<svg><g></svg>"), "có </svg> mà không có <svg> nào đang mở"),
        (shown('<p>x</p><path d="M0 0"/>'), "<path>"),
        (shown('<a href="&#104;ttps:x">x</a>'), "liên kết ra ngoài trang"),
        (shown('<img src="data:image/png;base64,AAAA">'), "không có lời thay thế (alt)"),
        (new_markdown_cell("![](data:image/png;base64,AAAA)"), "không có lời thay thế (alt)"),
        (shown(pd.DataFrame({"a": [1]})._repr_html_()), "<style>"),  # type: ignore[operator]
        (new_markdown_cell("[x](https://example.org)"), "liên kết ra ngoài trang"),
        (new_markdown_cell("## Hai\n\n#### Bốn"), "đề mục “Bốn” nhảy cấp"),
        (
            new_code_cell("x", outputs=[new_output("error", ename="KeyError", evalue="", traceback=[])]),
            "ô 1 (“x”) dừng vì lỗi KeyError",
        ),
        (
            new_code_cell(
                "x",
                outputs=[
                    new_output(
                        "display_data", {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
                    )
                ],
            ),
            "ô 1 (“x”) kết thúc bằng một điều khiển (widget), chỉ dùng được ở bàn rà soát",
        ),
        (new_code_cell("x", outputs=[new_output("display_data", {"image/png": "AAAA"})]), "image/png"),
        (
            new_code_cell("x", outputs=[new_output("display_data", {"text/markdown": "**x**"})]),
            "text/markdown",
        ),
    ],
)
def test_what_a_page_may_not_hold_is_refused_and_nothing_is_written(
    tmp_path: Path, cell: nbformat.NotebookNode, words: str
) -> None:
    with pytest.raises(RunError, match=re.escape(words)):
        publish(tmp_path, new_notebook(cells=[cell]))
    assert not (tmp_path / "page.html").exists()


def test_a_refused_notebook_leaves_the_page_before_it_in_place(tmp_path: Path) -> None:
    before = publish(tmp_path, whole_notebook())
    with pytest.raises(RunError):
        publish(tmp_path, new_notebook(cells=[shown("<script></script>")]))
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == before
