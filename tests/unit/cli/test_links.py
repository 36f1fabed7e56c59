"""Links of evidence asked only when told to: for the head alone, never at an inner address, and what came of it said."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pandas as pd
import pytest

from termreview.cli import sources
from termreview.cli.__main__ import main
from termreview.intake.checks.evidence import named_links
from termreview.intake.received.link_reach import ANSWERS, CLOSED, GONE, INNER, SILENT, reach
from worlds import copy_reference

ASKED: list[tuple[str, str]] = []


class Site(BaseHTTPRequestHandler):
    """A small site: a page, one that is gone, one that is closed, one that moved, and one that moved inside."""

    def do_HEAD(self) -> None:
        ASKED.append(("HEAD", self.path))
        status = {"/page": 200, "/gone": 404, "/closed": 403, "/moved": 301, "/inside": 302, "/round": 302}[
            self.path
        ]
        self.send_response(status)
        for path, place in (("/moved", "/page"), ("/inside", "http://10.0.0.1/secret"), ("/round", "/round")):
            if self.path == path:
                self.send_header("Location", place)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def site() -> Iterator[str]:
    ASKED.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("/page", ANSWERS),
        ("/gone", GONE),
        ("/closed", CLOSED),
        ("/moved", ANSWERS),
        ("/inside", INNER),
        ("/round", SILENT),
    ],
)
def test_what_came_of_one_link(site: str, path: str, state: str) -> None:
    assert reach(f"{site}{path}", is_allowed=lambda place: place.startswith("127.")) == state
    assert ASKED[0] == ("HEAD", path)
    assert all(method == "HEAD" for method, _ in ASKED)


def test_an_inner_address_is_never_asked(site: str) -> None:
    assert reach(f"{site}/page") == INNER
    assert ASKED == []


def test_who_does_not_answer_is_given_up() -> None:
    assert reach("http://127.0.0.1:9/", is_allowed=lambda _: True, patience_s=1) == SILENT
    assert reach("ftp://truong.example/a") == SILENT


def test_who_answers_without_end_is_given_up() -> None:
    """A site that sends one byte of its heads now and then, each within the patience of a single wait."""
    gate = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        line, _ = gate.accept()
        with line, suppress(OSError):
            line.sendall(b"HTTP/1.1 ")
            for _ in range(600):
                line.sendall(b"x")
                time.sleep(0.1)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    place = f"http://127.0.0.1:{gate.getsockname()[1]}/"
    assert reach(place, is_allowed=lambda _: True, patience_s=0.5) == SILENT
    thread.join(30)  # it stops writing, for nobody listens any more
    assert not thread.is_alive()
    gate.close()


def test_links_are_listed_with_their_schools_and_without_those_that_nobody_can_open() -> None:
    said = [
        "https://truong.example/mc",
        "xem https://truong.example/mc, C:\\mc.docx",
        "http://192.168.1.5/a",
        None,
    ]
    frame = pd.DataFrame(
        {
            "school_id": ["A", "B", "C", "D"],
            "field_id": "x",
            "sheet": "S",
            "cell": "C1",
            "state": "answered",
            "value_text": said,
        }
    )
    assert named_links(frame) == {"https://truong.example/mc": ("A", "B")}


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Teams do ngành cấp; https://truong.example/mc", ["https://truong.example/mc"]),
        ("xem https://truong.example/mc.", ["https://truong.example/mc"]),
        ("(https://truong.example/mc)", ["https://truong.example/mc"]),
        ("https://truong.example/a, https://truong.example/b", ["https://truong.example/a", "https://truong.example/b"]),
        ("WWW.a.example và https://truong.example/b", ["WWW.a.example", "https://truong.example/b"]),
        ("ảnh: https://truong.example/b", ["https://truong.example/b"]),
        ("C:\\Minh chứng\\a.pdf https://truong.example/b", []),  # one place on a disk
        ("\\\\may-chu\\a.pdf https://truong.example/b", []),
        ("https://truong.example", ["https://truong.example"]),
        ("sách https://truong.local/b", []),
        ("tệp\nhttps://truong.example/a?b=1#c", ["https://truong.example/a?b=1#c"]),
    ],
)  # fmt: skip
def test_words_beside_a_link_hide_no_other_link(text: str, links: list[str]) -> None:
    frame = pd.DataFrame(
        {
            "school_id": ["A"],
            "field_id": "x",
            "sheet": "S",
            "cell": "C1",
            "state": "answered",
            "value_text": text,
        }
    )
    assert list(named_links(frame)) == links


@pytest.mark.parametrize("is_told", [False, True])
def test_the_list_is_printed_before_anything_is_asked_and_nothing_unless_told_to(
    is_told: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy_reference(tmp_path / "data")
    said = ["https://mot.example/mc", "https://hai.example/mc", "https://mot.example/mc"]
    frame = pd.DataFrame(
        {"school_id": ["0477201", "0477202", "0477203"], "field_id": "x", "sheet": "S", "cell": "C1", "state": "answered", "value_text": said}
    )  # fmt: skip
    asked: list[str] = []

    def ask(link: str) -> str:
        assert "2 đường dẫn minh chứng của kỳ 2023-2024-hk1" in capsys.readouterr().out or asked
        asked.append(link)
        return GONE if "hai" in link else ANSWERS

    monkeypatch.setattr(sources, "read_table", lambda *_: frame)
    monkeypatch.setattr(sources, "reach", ask)
    call = ["--root", str(tmp_path), "links", "2023-2024-hk1", *(["--check"] if is_told else [])]
    assert main(call) == 0
    told = capsys.readouterr().out
    if is_told:
        assert asked == ["https://mot.example/mc", "https://hai.example/mc"]
        assert "mở được: 1/2" in told
        assert "không còn trang này: 1/2\n  https://hai.example/mc" in told
        assert "là một câu hỏi với trường" in told
    else:
        assert asked == []
        assert "Chưa truy cập địa chỉ nào" in told
