"""Every planted truth is found again, and nothing where there is nothing: twenty districts here, 200 in `make insight`."""

from __future__ import annotations

from promises import alarm_table, alarms, of_worlds, recovered, recovery_table


def test_planted_truths_are_found_again_with_the_stated_error() -> None:
    found = recovery_table(of_worlds(recovered, range(20), 1))
    assert list(found.loc[~found["is_kept"], "promise"]) == []


def test_no_method_finds_more_than_its_rate_where_there_is_nothing() -> None:
    found = alarm_table(of_worlds(alarms, range(20), 1))
    assert list(found.loc[~found["is_kept"], "method"]) == []
