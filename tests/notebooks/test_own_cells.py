"""Cells that an analyst adds to a report notebook: what they end in is in the page, the Word file and the annex."""

from __future__ import annotations

import base64
import datetime
import sys
from pathlib import Path

import docx
import nbformat
import openpyxl
import pytest
from bs4 import BeautifulSoup

sys.path.append(str(Path(__file__).resolve().parents[1] / "unit"))
sys.path.append(str(Path(__file__).resolve().parents[1] / "crash"))

from intake_world import HK1, PRESCHOOL, PRIMARY, receive, reference, write_school
from small_world import new_workspace

from termreview.errors import RunError
from termreview.run.runner import RunResult, run_term
from termreview.storage.workspace import Workspace

DAY = datetime.date(2024, 1, 15)
NOTEBOOK = "3_semester_review.ipynb"
OWN = (
    "import pandas as pd\nown = pd.DataFrame({'Xã': ['An Lộc', '<b>Bình An</b>'], 'Số máy': [4321, None]})",
    "own",
    "own.style",
    "import termreview\ntermreview.own_table(own, title='Máy tính theo xã', notes=['Đếm tay.'])",
    "from matplotlib.figure import Figure\nfigure = Figure()\naxes = figure.add_subplot()\n"
    "axes.bar(['một', 'hai'], [3, 5])\naxes.set_title('Hình máy tính')\nfigure",
    "import matplotlib.pyplot as plt\nplt.plot([1, 2], [3, 4], label='$x$ & <y>')\nplt.title('Hình pyplot')\nplt.legend()\nplt.gcf()",
    "from IPython.display import Markdown\nMarkdown('Một **nhận xét** riêng.\\n\\n- ý một')",
    "from IPython.display import Image\nfrom io import BytesIO\npicture = BytesIO()\nfigure.savefig(picture, format='png')\n"
    "Image(picture.getvalue())",
    "'Một câu riêng.'",
)  # fmt: skip


def office(root: Path, *sources: str) -> Workspace:
    """A small office whose semester review has some more cells, before the signature."""
    workspace = new_workspace(root)
    folder = workspace.raw(HK1)
    folder.mkdir(parents=True)
    for school_id in (PRESCHOOL, PRIMARY):
        write_school(folder / f"{school_id}.xlsx", school_id)
    receive(folder, {})
    path = workspace.notebooks / NOTEBOOK
    content = nbformat.read(path, as_version=4)
    heading = next(n for n, cell in enumerate(content.cells) if cell.source.startswith("## "))
    content.cells[heading + 1 : heading + 1] = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(content, path)
    return workspace


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> RunResult:
    workspace = office(tmp_path_factory.mktemp("own") / "office", *OWN)
    return run_term(workspace, reference(), HK1, DAY, editions=("internal",))


def published(finished: RunResult, suffix: str) -> Path:
    return next(path for path in finished.reports if path.suffix == suffix)


def test_the_page_shows_tables_figures_words_and_pictures(finished: RunResult) -> None:
    soup = BeautifulSoup(published(finished, ".html").read_text(encoding="utf-8"), "html.parser")
    captions = [caption.get_text() for caption in soup.find_all("caption")]
    assert [
        sum(name in caption for caption in captions)
        for name in ("Bảng của người phân tích", "Máy tính theo xã")
    ] == [2, 1]
    cells = [cell.get_text() for cell in soup.find_all(["th", "td"])]
    assert cells.count("<b>Bình An</b>") == cells.count("4.321") == 3
    titles = [title.get_text() for title in soup.find_all(class_="chart-title")]
    assert [
        sum(name in title for title in titles)
        for name in ("Hình máy tính", "Hình pyplot", "Hình của người phân tích")
    ] == [1, 1, 1]
    words = soup.get_text(" ")
    assert all(
        words.count(text) == 1 for text in ("Một nhận xét riêng.", "ý một", "Một câu riêng.", "Đếm tay.")
    )
    sources = [image["src"].partition("base64,") for image in soup.find_all("img")]
    drawn = [base64.b64decode(content).decode() for head, _, content in sources if "svg" in head]
    assert sum("Hình pyplot" in svg and "&lt;y&gt;" in svg for svg in drawn) == 1


def test_the_word_file_and_the_annex_hold_them_too(finished: RunResult) -> None:
    document = docx.Document(str(published(finished, ".docx")))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert cells.count("4.321") == 3
    lines = [paragraph.text for paragraph in document.paragraphs]
    assert (
        sum("Hình máy tính" in line for line in lines)
        == sum("Máy tính theo xã" in line for line in lines)
        == 1
    )
    assert sum("Một nhận xét riêng." in line for line in lines) == 1
    book = openpyxl.load_workbook(published(finished, ".xlsx"))
    numbers = [cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row]
    assert numbers.count(4321) == 3


def test_what_cannot_be_published_stops_the_run_and_names_the_cell(tmp_path: Path) -> None:
    workspace = office(tmp_path / "office", "import ipywidgets", "{'a': 1}", "object()")
    with pytest.raises(
        RunError,
        match=r"chưa đưa được vào báo cáo kết quả của ô \d+ \(“\{'a': 1\}”\): text/plain; ô \d+ \(“object",
    ) as told:
        run_term(workspace, reference(), HK1, DAY, editions=("internal",))
    assert "termreview.own_table" in str(told.value)
    assert not list(workspace.reports(HK1).glob("*.html"))


def test_a_table_too_large_names_its_cell_and_the_way(tmp_path: Path) -> None:
    workspace = office(tmp_path / "office", "import pandas as pd\npd.DataFrame([[0] * 41])")
    with pytest.raises(RunError, match=r"ô \d+ \(“import pandas as pd”\): bảng có 1 dòng, 41 cột"):
        run_term(workspace, reference(), HK1, DAY, editions=("internal",))


def test_the_recipe_of_a_figure_is_copied_into_the_report_as_it_stands(tmp_path: Path) -> None:
    """A beginner copies the one cell: it leans on no other cell of the notebook that it comes from."""
    recipes = nbformat.read(
        Path(__file__).resolve().parents[2] / "notebooks" / "6_my_analysis.ipynb", as_version=4
    )
    [recipe] = [cell.source for cell in recipes.cells if cell.id == "recipe-figure"]
    made = run_term(office(tmp_path / "office", recipe), reference(), HK1, DAY, editions=("internal",))
    page = BeautifulSoup(published(made, ".html").read_text(encoding="utf-8"), "html.parser")
    assert any("Điểm chung theo xã" in title.get_text() for title in page.find_all(class_="chart-title"))
