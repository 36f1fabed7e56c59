"""One serving of the desk: the token is in no list of processes, the port is free, the door is for one user."""

from __future__ import annotations

import asyncio
import datetime
import os
import socket
import stat
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import pytest
from desk_world import TERM, new_office
from jupyter_client.manager import start_new_kernel

from termreview.cli import desk as command
from termreview.desk.serving import serving, voila_server
from termreview.desk.term.term_now import look
from termreview.errors import UsageError
from termreview.intake.files.file_reading import FileReading
from termreview.intake.files.reader import Reader
from termreview.intake.received.received import ReceivedFile
from termreview.processes import Call
from termreview.storage.workspace import Workspace


def test_the_server_binds_the_loopback_and_asks_for_a_token(tmp_path: Path) -> None:
    command = serving.serving_command(tmp_path / "0_review_desk.ipynb", 8866)
    assert "--Voila.ip=127.0.0.1" in command
    assert "--token" in command
    assert not any("secret" in part for part in command)
    environment = serving.serving_environment("secret")
    assert environment["JUPYTER_TOKEN"] == "secret"
    templates = Path(environment["JUPYTER_PATH"].split(os.pathsep)[0])
    page = (templates / "voila" / "templates" / serving.TEMPLATE / "index.html.j2").read_text(
        encoding="utf-8"
    )
    assert "https://" not in page
    assert "http://" not in page


def test_a_machine_busy_with_other_work_still_opens_the_desk(tmp_path: Path) -> None:
    """A desk that was shown four seconds after its kernel had answered was lost: the page stayed empty."""
    command = serving.serving_command(tmp_path / "0_review_desk.ipynb", 8866)
    waits = dict(part.split("=") for part in command if "_timeout=" in part and "cull" not in part)
    assert waits == {
        "--VoilaExecutor.startup_timeout": "600",
        "--VoilaExecutor.iopub_timeout": "600",
        "--MappingKernelManager.kernel_info_timeout": "600",
    }
    assert serving.PATIENCE_S == 600


def test_the_command_has_the_files_read_while_its_server_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = new_office(tmp_path)
    with Call(command._read_ahead, str(office.root), is_silent=True) as reading:
        reading.wait()

    def read(file: ReceivedFile, _: Reader) -> FileReading:
        raise AssertionError(f"{file.name} is read once more")

    monkeypatch.setattr("termreview.intake.batches.batch.read_file", read)
    found = look(TERM, workspace_root=str(office.root))
    assert found.cleaned.submissions["fate"].tolist() == ["accepted"] * 9


def test_a_page_takes_its_scripts_in_while_the_desk_is_read(tmp_path: Path) -> None:
    """They came after the last cell, and the page had one to two seconds more to do when the desk was there."""
    templates = Path(serving.serving_environment("secret")["JUPYTER_PATH"].split(os.pathsep)[0])
    folder = templates / "voila" / "templates" / serving.TEMPLATE
    page = (folder / "index.html.j2").read_text(encoding="utf-8")
    assert page.count("main_js") == 1
    assert page.index("block any_cell") < page.index("<script async src=") < page.index("block body_footer")


def test_the_next_desk_waits_until_the_page_has_reached_the_one_given_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a busy machine the next one took the processor from the page that was still loading."""
    long_ago = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)

    class Kernels:
        async def get_rendered_notebook(self) -> tuple[None, list[str], str]:
            return None, [], "k1"

        def notify_connect(self, kernel_id: str) -> None:
            assert kernel_id == "k1"

        def list_kernel_ids(self) -> list[str]:
            return ["k1", "k2"]

        def get_kernel(self, _: str) -> SimpleNamespace:
            return SimpleNamespace(execution_state="idle", last_activity=long_ago)

    monkeypatch.setattr(voila_server, "_voilas_kernels", lambda: Kernels)
    kernels = voila_server.living_kernels()()
    assert not kernels._is_anyone_waiting()
    asyncio.run(kernels.get_rendered_notebook())
    assert kernels._is_anyone_waiting()
    kernels.notify_connect("k1")
    assert not kernels._is_anyone_waiting()


def test_a_page_that_comes_before_the_first_kernel_runs_gets_no_second_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two kernels read the same term on two processors, and the page waited for both."""
    known: list[bool] = []

    class Kernels:
        def __init__(self) -> None:
            self.notebook_data: dict[str, dict[str, object]] = {}

        def list_kernel_ids(self) -> list[str]:
            return []

        async def _initialize(self, notebook: str, kernel_id: str | None) -> dict[str, str]:
            known.append(len(self.notebook_data.get(notebook, {})) > 0)
            return {"kernel_id": "k1"}

        def __contains__(self, _: str) -> bool:
            return False

    monkeypatch.setattr(voila_server, "_voilas_kernels", lambda: Kernels)
    asyncio.run(voila_server.living_kernels()()._initialize("desk.ipynb", None))
    assert known == [True]


def test_a_token_is_new_and_long_or_the_one_given() -> None:
    assert serving.new_token({}) != serving.new_token({})
    assert len(serving.new_token({})) >= 32
    assert serving.new_token({"JUPYTER_TOKEN": "own"}) == "own"


def test_a_taken_port_is_passed_over() -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        taken = holder.getsockname()[1]
        assert serving.is_listening(taken)
        assert serving.free_port(taken) > taken


def test_the_door_is_readable_by_its_user_and_goes_away() -> None:
    with serving.doorway(serving.address(8866, "a&b")) as door:
        path = Path(unquote(urlsplit(door).path))
        assert "url=http://127.0.0.1:8866/?token=a&amp;b" in path.read_text(encoding="utf-8")
        if os.name != "nt":
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not path.exists()


def test_an_office_without_the_notebook_says_so(tmp_path: Path) -> None:
    office = new_office(tmp_path)
    assert serving.desk_notebook(office).is_file()
    serving.desk_notebook(office).unlink()
    with pytest.raises(UsageError, match="0_review_desk"):
        serving.desk_notebook(Workspace(tmp_path))


def test_a_slow_page_misses_nothing_of_what_a_kernel_says() -> None:
    """A kernel drops what waits beyond two thousand messages; an opening desk has more to say, and its page stayed empty."""
    code = (
        "from IPython.display import display\nfrom termreview.desk.panels.opening import let_no_message_drop\n"
        "let_no_message_drop()\nfor place in range(6000): display({'text/plain': str(place) + ' ' * 4000}, raw=True)"
    )
    manager, client = start_new_kernel()
    try:
        asked = client.execute(code)
        while client.get_shell_msg(timeout=300)["parent_header"].get("msg_id") != asked:
            continue  # nothing is taken until all of it is said
        said = 0
        while True:
            message = client.get_iopub_msg(timeout=300)
            said += message["msg_type"] == "display_data"
            if said and message["content"].get("execution_state") == "idle":
                break
        assert said == 6000
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


@pytest.mark.parametrize(("folder", "is_short"), [("", True), ("x" * 90, False)])
def test_no_other_program_takes_the_channel_of_a_kernel(
    folder: str, is_short: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A port found free was taken before the kernel opened it; the kernel came back at others, and the page waited."""
    monkeypatch.setattr(serving.tempfile, "gettempdir", lambda: str(Path("/t", folder)))
    command = serving.serving_command(tmp_path / "0_review_desk.ipynb", 8866)
    has_sockets = is_short and os.name != "nt"
    assert ("--KernelManager.transport=ipc" in command) == has_sockets
    assert ("--KernelRestarter.random_ports_until_alive=False" in command) != has_sockets
