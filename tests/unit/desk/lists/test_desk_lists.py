"""One list of rulings changed by several hands: nothing lost, nothing overwritten, every other row byte for byte."""

from __future__ import annotations

import datetime
import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import pytest
from desk_world import ROLE, TERM, TODAY, look_at, new_office, seen

from termreview.desk.lists.decision_list import (
    last_own,
    same_place,
    stands_in_the_way,
    take_back,
    write_decision,
)
from termreview.desk.lists.list_lines import read_list_text
from termreview.desk.lists.verified_list import last_verified, place_of, write_verified
from termreview.errors import DeclarationError, RunError, WorkspaceBusyError
from termreview.reference.declarations import load_reference
from termreview.reference.kinds.decisions import Decision
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.storage.lock import held
from termreview.storage.workspace import Workspace

FIELD = "support_requests_received_count"


def decision(
    school_id: str = "0477201", expected: str = "khoảng 50", new: str = "50", by: str = ROLE
) -> Decision:
    return Decision(
        "", TERM, "cell", school_id, FIELD, "", expected, "correct", new, "đã gọi điện, sổ ghi 50", by, TODAY
    )  # fmt: skip


def points(item_id: str = "1.3.1", given: float = 2.5, by: str = ROLE) -> VerifiedPoints:
    return VerifiedPoints("0477202", TERM, item_id, given, "đã xem phần mềm tại trường", by, TODAY)


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    return new_office(tmp_path)


def test_a_decision_is_one_more_line_and_every_other_byte_stays(office: Workspace) -> None:
    path, reference = office.reference / "decisions.csv", seen().reference
    before = path.read_bytes()
    written = write_decision(office, reference, decision(), set())
    assert written.decision is not None
    assert written.decision.decision_id == "qd-0001"
    after = path.read_bytes()
    assert after.startswith(before)
    assert after[len(before) :].count(b"\n") == 1
    assert load_reference(office.reference).decisions == (written.decision,)


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_the_habits_of_the_file_are_kept(office: Workspace, line_end: str, mark: str) -> None:
    """As Excel saves it: with a mark at its front, other line ends, and none after the last row."""
    path, reference = office.reference / "decisions.csv", seen().reference
    write_decision(office, reference, replace(decision(), reason='nói "năm mươi",\ntheo sổ'), set())
    text = path.read_text(encoding="utf-8").rstrip("\n")
    old = (mark + text).replace("\n", line_end).encode()
    path.write_bytes(old)
    written = write_decision(office, reference, decision("0477204", "gần hết", "9"), {"qd-0001"})
    assert path.read_bytes().startswith(old + line_end.encode())
    assert path.read_bytes().count(line_end.encode()) == 3
    assert [one.decision_id for one in load_reference(office.reference).decisions] == ["qd-0001", "qd-0002"]
    assert take_back(office, written.decision.decision_id, ROLE)
    assert path.read_bytes() == old + line_end.encode()


def test_a_row_over_several_lines_is_one_row(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text('a,b\n1,"two\nlines"\n\n2,x\n', encoding="utf-8")
    found = read_list_text(path)
    assert found.rows == ('1,"two\nlines"\n', "2,x\n")
    assert [record["b"] for record in found.records()] == ["two\nlines", "x"]


def test_what_the_loader_refuses_is_not_written(office: Workspace) -> None:
    path = office.reference / "decisions.csv"
    before = path.read_bytes()
    with pytest.raises(DeclarationError, match="không hợp với chỉ tiêu"):
        write_decision(office, seen().reference, decision(new="năm mươi"), set())
    assert path.read_bytes() == before


def test_another_decision_on_the_cell_is_shown_and_not_overwritten(office: Workspace) -> None:
    reference = seen().reference
    first = write_decision(office, reference, decision(by="Chuyên viên A"), set()).decision
    second = write_decision(office, reference, decision(new="49", by="Chuyên viên B"), set())
    assert second.decision is None
    assert second.conflicts == (first,)
    assert load_reference(office.reference).decisions == (first,)


def test_a_refused_wish_touches_no_list(office: Workspace) -> None:
    """Rewritten with the same bytes, the list looked newer, and every desk told of decisions that nobody had made."""
    reference = seen().reference
    write_decision(office, reference, decision(by="Chuyên viên A"), set())
    write_verified(office, reference, place_of(points()), points(given=4.0, by="Chuyên viên B"), None)
    paths = [office.reference / name for name in ("decisions.csv", "verified_points.csv")]
    for path in paths:
        path.write_bytes(path.read_bytes().rstrip(b"\n"))  # as an editor leaves it; this is no reason either
        os.utime(path, ns=(10**18, 10**18))
    before = [(path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in paths]
    assert write_decision(office, reference, decision(new="49", by="Chuyên viên B"), set()).decision is None
    assert not take_back(office, "qd-0001", "Chuyên viên B")
    assert write_verified(office, reference, place_of(points()), points(), None).is_refused
    with pytest.raises(DeclarationError):
        write_decision(office, reference, decision("0477202", new="năm mươi"), set())
    assert [(path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) for path in paths] == before
    assert not [path for path in office.reference.iterdir() if ".part" in path.name]


def test_which_decisions_stand_in_each_others_way() -> None:
    seen_ids = {"qd-0001"}
    there = replace(decision(), decision_id="qd-0001")
    accepts = replace(decision(), action="accept", new_value="")
    assert stands_in_the_way(there, decision(), seen_ids)
    assert not stands_in_the_way(there, accepts, seen_ids)
    assert stands_in_the_way(there, accepts, set())
    assert not stands_in_the_way(there, decision("0477204"), set())
    assert not same_place(there, replace(decision(), term_id="2023-2024-hk2"))
    assert same_place(there, replace(decision(), term_id="*"))
    of_file = replace(decision(), scope="file", field_id="*")
    assert not same_place(there, of_file)
    assert same_place(of_file, of_file)
    rule = replace(decision(), scope="rule", school_id="*", field_id="*", cause="not_a_number")
    school = replace(rule, scope="school", school_id="0477201")
    assert same_place(rule, school)
    assert stands_in_the_way(replace(rule, decision_id="qd-0001"), school, set())  # not seen yet
    assert not stands_in_the_way(
        replace(rule, decision_id="qd-0001"), school, seen_ids
    )  # the narrower goes first
    assert stands_in_the_way(replace(rule, decision_id="qd-0001"), rule, seen_ids)
    of_cause = replace(decision(), scope="cause", school_id="*", field_id="*", cause="not_a_number")
    assert same_place(of_cause, replace(of_cause, school_id="0477204"))
    assert not same_place(of_cause, replace(of_cause, cause="error_value"))


def test_undoing_takes_ones_own_decision_and_no_other(office: Workspace) -> None:
    reference = seen().reference
    own = write_decision(office, reference, decision(by="Chuyên viên A"), set()).decision
    other = write_decision(
        office, reference, decision("0477204", "gần hết", "9", "Chuyên viên B"), set()
    ).decision
    assert not take_back(office, other.decision_id, "Chuyên viên A")
    now = look_at(office)
    assert last_own(now.reference, TERM, "chuyên viên  a") == own
    assert last_own(now.reference, TERM, "") is None
    assert take_back(office, own.decision_id, "Chuyên viên A")
    assert load_reference(office.reference).decisions == (other,)
    assert not take_back(office, own.decision_id, "Chuyên viên A")


def test_while_a_run_holds_the_office_nothing_is_written(office: Workspace) -> None:
    path = office.reference / "decisions.csv"
    before = path.read_bytes()
    with held(office.root, "run"), pytest.raises(WorkspaceBusyError, match="run"):
        write_decision(office, seen().reference, decision(), set(), patience_s=0.2)
    assert path.read_bytes() == before
    assert write_decision(office, seen().reference, decision(), set()).decision is not None


def _write_many(root: Path, number: int) -> None:
    office = Workspace(root)
    reference = load_reference(office.reference)
    for school_id in ("0477201", "0477202", "0477203"):
        one = replace(
            decision(school_id, f"cũ {number}", str(number), f"Người {number}"), field_id="computers_count"
        )
        write_decision(office, reference, one, set(), patience_s=60)
        item = ("1.3.1", "1.3.2", "1.3.3", "1.3.4")[number]
        given = replace(points(item), school_id=school_id, verified_by=f"Người {number}")
        assert not write_verified(office, reference, place_of(given), given, None, patience_s=60).is_refused


def test_a_list_that_another_program_holds_is_named_and_stays_as_it_is(
    office: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Excel saves what it read: a row written meanwhile would be gone. Windows refuses the write by itself."""
    path, reference = office.reference / "decisions.csv", seen().reference
    before, beside = path.read_bytes(), sorted(path.parent.iterdir())
    for name in ("~$decisions.csv", ".~lock.decisions.csv#"):
        path.with_name(name).touch()
        with pytest.raises(RunError, match=r"decisions\.csv đang mở trong Excel"):
            write_decision(office, reference, decision(), set())
        path.with_name(name).unlink()

    def held_by_another(self: Path, target: Path) -> Path:
        raise PermissionError(13, "Permission denied", str(self))

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", held_by_another)
        with pytest.raises(RunError, match=r"decisions\.csv đang bị chương trình khác"):
            write_decision(office, reference, decision(), set())
    assert path.read_bytes() == before
    assert sorted(path.parent.iterdir()) == beside
    assert write_decision(office, reference, decision(), set()).decision is not None


def test_four_desks_at_once_lose_nothing(office: Workspace) -> None:
    """Each rules on cells of its own kind: the first at a cell wins, every verified item is there, ids are unique."""
    context = multiprocessing.get_context(
        "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
    )
    desks = [context.Process(target=_write_many, args=(office.root, number)) for number in range(4)]
    for desk in desks:
        desk.start()
    for desk in desks:
        desk.join(60)
    assert [desk.exitcode for desk in desks] == [0, 0, 0, 0]
    reference = load_reference(office.reference)
    assert len(reference.verified) == 12
    ids = [one.decision_id for one in reference.decisions]
    assert len(ids) == len(set(ids)) == 3
    assert {one.school_id for one in reference.decisions} == {"0477201", "0477202", "0477203"}


def test_verified_points_are_put_changed_and_taken_out(office: Workspace) -> None:
    reference, given = seen().reference, points()
    assert write_verified(office, reference, place_of(given), given, None).now == given
    changed = replace(given, points=3.0)
    done = write_verified(office, reference, place_of(given), changed, given)
    assert (done.now, done.before, done.is_refused) == (changed, given, False)
    assert last_verified(look_at(office).reference, TERM, ROLE) == changed
    assert write_verified(office, reference, place_of(given), given, changed).now == given
    assert write_verified(office, reference, place_of(given), None, given).now is None
    assert load_reference(office.reference).verified == ()


def test_points_that_another_gave_meanwhile_are_not_overwritten(office: Workspace) -> None:
    reference, theirs = seen().reference, points(given=4.0, by="Chuyên viên B")
    write_verified(office, reference, place_of(theirs), theirs, None)
    done = write_verified(office, reference, place_of(theirs), points(), None)
    assert done.is_refused
    assert done.now == theirs
    assert load_reference(office.reference).verified == (theirs,)


def test_points_beyond_the_item_are_refused_by_the_loader(office: Workspace) -> None:
    before = (office.reference / "verified_points.csv").read_bytes()
    with pytest.raises(DeclarationError, match="nằm ngoài khoảng"):
        write_verified(office, seen().reference, place_of(points()), points(given=6.5), None)
    assert (office.reference / "verified_points.csv").read_bytes() == before
    assert points().verified_on == datetime.date(2024, 1, 12)
