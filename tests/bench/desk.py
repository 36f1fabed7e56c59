"""How long each step of the review desk takes, with 55 and with 600 schools more than the illustrative ones.

`--schools N …` measures other numbers. A step of more than 200 ms shows progress: it is marked. Times are
processor times of this process; those of a page are of the server with its kernels, from the request until the list of
schools stands on the page of a real Chromium, and beside them what a clock says (s), which other work on the machine makes longer.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import os
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "lib"))

import psutil
from intake_world import HK1, PRESCHOOL, PRIMARY, SECONDARY, answers_of, receive

from termreview.desk.decision_drafts import Draft, decision_of
from termreview.desk.effect import effect_of_decision, effect_of_points
from termreview.desk.measures import compare, measures_of
from termreview.desk.panels import opening
from termreview.desk.serving.serving import address, free_port
from termreview.desk.term.causes import findings_in, fold_findings
from termreview.desk.term.cell_context import cell_context
from termreview.desk.term.overview import Scope, who_reported
from termreview.desk.term.term_now import TermNow, look, plain_rows
from termreview.desk.verification import item_lines
from termreview.desk.views.cell import finding_block
from termreview.desk.views.measure_charts import draw
from termreview.desk.views.overview import overview_block
from termreview.desk.views.school import page_block, school_block
from termreview.desk.visits import plan_visits
from termreview.desk.what_if import Trial, actions_tried, path_of, try_school
from termreview.forms.form import FormOrder, write_form
from termreview.reference.declarations import Reference, load_reference
from termreview.storage.workspace import Workspace

TESTS = Path(__file__).resolve().parents[1]
TODAY = datetime.date(2024, 1, 12)
SHOWN_MS = 200.0
MODELS = {"mn": PRESCHOOL, "th": PRIMARY, "thcs": SECONDARY}
OWN = "0480"  # how the codes of the schools made up here begin
SLIP = {"support_requests_received_count": "khoảng 50"}
PLAN = (("th", 0.55), ("thcs", 0.3), ("mn", 0.15))


def new_district(root: Path, school_count: int) -> Workspace:
    """An office with so many schools, one of seven with a slip in its workbook."""
    workspace = Workspace(root)
    shutil.copytree(TESTS.parent / "data" / "reference", workspace.reference)
    shutil.copytree(TESTS.parent / "notebooks", workspace.notebooks)
    _add_schools(workspace.reference / "units.csv", school_count)
    reference = load_reference(workspace.reference)
    declared, folder = reference.of(HK1), workspace.raw(HK1)
    folder.mkdir(parents=True)
    models = {
        (level, has_slip): _model(reference, level, has_slip)
        for level in MODELS
        for has_slip in (True, False)
    }
    for place, school in enumerate(declared.schools):
        if school.unit_id.startswith(OWN):
            _copy(
                models[school.level, place % 7 == 0], MODELS[school.level], folder / f"{school.unit_id}.xlsx"
            )
    receive(folder, {})
    return workspace


def _model(reference: Reference, level: str, has_slip: bool) -> list[tuple[str, bytes]]:
    """The parts of one workbook of a school of a level."""
    declared = reference.of(HK1)
    school = next(school for school in declared.schools if school.unit_id == MODELS[level])
    titles, units = reference.registry.level_titles(), reference.registry.on(declared.plan.due_on)
    answers = answers_of(school.unit_id) | (SLIP if has_slip else {})
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.xlsx"
        write_form(path, FormOrder(declared, school, titles[level], units[school.parent_id].name), answers)
        with zipfile.ZipFile(path) as source:
            return [(name, source.read(name)) for name in source.namelist()]


def _copy(parts: list[tuple[str, bytes]], model_id: str, path: Path) -> None:
    """The workbook of another school: its code in the place of the model's."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts:
            target.writestr(name, content.replace(model_id.encode(), path.stem.encode()))


def _add_schools(path: Path, count: int) -> None:
    """Put schools made up for the measurement in the place of the illustrative ones that have no past."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    columns = list(rows[0])
    communes = [row["unit_id"] for row in rows if row["kind"] == "commune"]
    levels = [level for level, share in PLAN for _ in range(round(count * share))][:count]
    for place, level in enumerate(levels):
        name = f"Trường {level.upper()} Số {place + 1}"
        rows.append(
            dict.fromkeys(columns, "")
            | {
                "unit_id": f"{OWN}{place:04d}", "valid_from": "2020-01-01", "valid_to": "2025-06-30", "kind": "school",
                "level": level, "name": name, "short_name": f"{level.upper()} Số {place + 1}",
                "parent_id": communes[place % len(communes)],
            }
        )  # fmt: skip
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def measure(workspace: Workspace) -> list[tuple[str, float]]:
    """The steps of the desk on one office, each with its milliseconds; the second of two runs counts."""
    found: list[tuple[str, float]] = []

    def timed(name: str, step: Callable[[], Any], rounds: int = 2) -> Any:
        best = float("inf")
        for _ in range(rounds):
            start = time.process_time()
            result = step()
            best = min(best, time.process_time() - start)
        found.append((name, best * 1000))
        return result

    root, term = str(workspace.root), HK1.term_id
    timed("first look: every file read", lambda: look(term, workspace_root=root), rounds=1)
    now: TermNow = timed("another look: nothing new", lambda: look(term, workspace_root=root))
    timed("glance", lambda: (overview_block(now, Scope(), TODAY), who_reported(now, Scope())))
    rows = timed("findings folded", lambda: fold_findings(findings_in(now, Scope()), now))
    finding = plain_rows(findings_in(now, Scope(), ("error",)).query("check_code == 'not_a_number'"))[0]
    timed(
        "one finding in its surroundings",
        lambda: finding_block(now, finding, cell_context(now, finding["school_id"], finding["field_id"])),
    )
    decision = decision_of(
        now, finding, Draft("cell", "correct", "50", "đã đối chiếu sổ", "Chuyên viên"), TODAY
    )
    timed("effect of a decision", lambda: effect_of_decision(now, decision))
    school_id = next(key for key in now.schools["school_id"] if key.startswith(OWN))
    timed("items of one school", lambda: item_lines(now, school_id))
    timed("effect of verified points", lambda: effect_of_points(now, now.reference.verified, school_id))
    timed("schools to visit", lambda: plan_visits(now, Scope(), 8, 8, 1))
    timed("one school from all sides", lambda: school_block(now, school_id))
    timed("its own page, the first of the term", lambda: page_block(now, school_id), rounds=1)
    timed("its own page, any other", lambda: page_block(now, school_id))
    timed("what if, one school", lambda: try_school(now, school_id, Trial({"1.3.1": 6.0})))
    timed("path to the next level", lambda: path_of(now, school_id))
    timed("what if, every action", lambda: actions_tried(now, Scope()), rounds=1)
    measures = measures_of(now)
    compared = compare(now, Scope(), measures["low_1"], measures["low_2"])
    timed("two measures as a chart", lambda: draw(now, compared).svg)
    assert len(rows)
    timed("the whole desk opened", lambda: opening.open_desk(term, root, today=lambda: TODAY), rounds=1)
    desk = opening._open[-1]
    for name in ("triage", "verification", "explorer", "what_if", "explore", "table"):
        timed(f"tab {name} turned up", lambda name=name: desk.go_to(name), rounds=1)
    return found


TOKEN = "only-for-this-bench"
QUIET_S = 4.0  # a desk is made ready ten seconds after the last one came to rest


@contextmanager
def served(workspace: Workspace) -> Iterator[tuple[str, psutil.Process]]:
    """The desk as `termreview desk` serves it: where, and by which process."""
    port = free_port(9200)
    command = [sys.executable, "-m", "termreview.cli", "--root", str(workspace.root), "desk", "--no-browser", "--port", str(port)]  # fmt: skip
    environment = os.environ | {"JUPYTER_TOKEN": TOKEN, "PYTHONPATH": str(TESTS.parent / "lib")}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8") as server:  # fmt: skip
        try:
            while server.stdout is not None and f":{port}/" not in server.stdout.readline():
                continue
            yield address(port, TOKEN), psutil.Process(server.pid)
        finally:
            server.terminate()


def worked(process: psutil.Process) -> float:
    """The processor seconds of one process and all that it has started, those that have ended left out."""
    total = 0.0
    for one in (process, *process.children(recursive=True)):
        try:
            times = one.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total


def first_views(workspace: Workspace) -> list[tuple[str, float, float]]:
    """The first view of a server that has just started, and of one that has come to rest: processor and clock, in ms."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        return []
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        return []
    found = []
    with served(workspace) as (url, process), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name in ("page, server just started", "page, a desk stands ready"):
            page = browser.new_page(viewport={"width": 1366, "height": 768})
            before, start = worked(process), time.monotonic()
            page.goto(url, wait_until="commit")
            page.locator(".pick-row").first.wait_for(timeout=600_000)
            found.append((name, (worked(process) - before) * 1000, (time.monotonic() - start) * 1000))
            before = -1.0
            while worked(process) - before > QUIET_S / 20:  # until the next desk stands ready
                before = worked(process)
                time.sleep(QUIET_S * 3)
        browser.close()
    return found


def main() -> None:
    """Print the steps in milliseconds, a column per number of schools."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schools", type=int, nargs="+", default=[55, 600])
    counts = parser.parse_args().schools
    columns, pages = [], []
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            workspace = new_district(Path(folder), count)
            columns.append(dict(measure(workspace)))
            pages.append(first_views(workspace))
    print(f"{'review desk, ms':<36}" + "".join(f"{count:>9} schools" for count in counts))
    for name in columns[0]:
        cells = "".join(
            f"{column[name]:>15.0f}{'*' if column[name] > SHOWN_MS else ' '} " for column in columns
        )
        print(f"{name:<36}{cells}")
    for views in zip(*pages, strict=True):
        cells = "".join(f"{cpu:>9.0f} ({clock / 1000:.1f} s)" for _, cpu, clock in views)
        print(f"{views[0][0]:<36}{cells}")
    print(f"* more than {SHOWN_MS:.0f} ms: the desk says that it is at work")


if __name__ == "__main__":
    main()
