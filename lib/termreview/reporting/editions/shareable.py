"""One term as readers outside of the office may see it: small counts hidden, no words of schools, no names of files."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from termreview.reference.declarations import Reference, TermReference
from termreview.reference.kinds.disclosure import Disclosure
from termreview.reporting.summaries.decisions import open_findings
from termreview.reporting.summaries.quality import (
    OPINION_COLUMNS,
    findings_by_cause,
    schools_writing,
    unnamed_causes,
)
from termreview.reporting.summaries.summaries import Summaries, TermView
from termreview.reporting.term.answers import Answers
from termreview.reporting.term.schools import ALL
from termreview.reporting.term.term_tables import TermTables

IsShown = Callable[[str, Collection[str]], bool]


def shareable_view(reference: Reference, view: TermView, is_shown: IsShown) -> TermView:
    """Take out of one view what the shareable edition may not show, before anything is built from it."""
    withheld = withheld_fields(reference, view.declared)
    tables = redacted_tables(reference, view.declared, view.tables, withheld)
    answers = redacted_answers(view.answers, withheld)
    summaries = _protected(reference, view, is_shown)
    titles = {code: message.title for code, message in reference.messages.items()}
    titles |= {check.check_code: check.title for check in view.declared.checks}
    file_of = tables.submissions.query("fate == 'accepted'").drop_duplicates("school_id")
    reporting = summaries.reporting
    summaries = replace(
        summaries,
        findings=unnamed_causes(
            findings_by_cause(open_findings(tables.findings), titles),
            _sensitive_checks(reference, view),
            reference.disclosure.smallest_shown,
            str(reference.sentences["quality"]["unnamed"]),
            str(reference.sentences["quality"]["unnamed_remedy"]),
        ),
        reporting=reporting.assign(
            file=reporting["school_id"].map(file_of.set_index("school_id")["file"]).astype("string")
        ),
        opinions=_counted_opinions(
            summaries.opinions, {group.text for group in reference.opinions.groups if group.cause}
        ),
    )
    return TermView(view.declared, view.schools, tables, answers, summaries, withheld)


def without_words(reference: Reference) -> Reference:
    """The declarations without the reasons that officers wrote, nor who wrote them."""
    return replace(
        reference,
        decisions=tuple(
            replace(decision, expected_value="", new_value="", reason="", decided_by="")
            for decision in reference.decisions
        ),
        verified=tuple(replace(ruling, reason="", verified_by="") for ruling in reference.verified),
    )


def _sensitive_checks(reference: Reference, view: TermView) -> frozenset[str]:
    """The checks whose failure tells something of how many have a sensitive attribute: more than 5 % of few, say."""
    return frozenset(
        check.check_code
        for check in view.declared.checks
        if any(map(reference.disclosure.is_sensitive, (*check.fields, *check.against)))
    )


def _protected(reference: Reference, view: TermView, is_shown: IsShown) -> Summaries:
    """Hide every figure that holds a count which may not be shown; `is_hidden` says so beside it."""
    summaries, disclosure = view.summaries, reference.disclosure
    schools_of = {ALL: list(view.schools["school_id"])}
    for level, own in view.schools.groupby("level", sort=False):
        schools_of[str(level)] = list(own["school_id"])

    def hides(field_ids: Collection[str], scope: str) -> bool:
        return not all(is_shown(field_id, schools_of[scope]) for field_id in field_ids)

    statistics = summaries.statistics.assign(
        is_hidden=[
            hides([field_id], scope)
            for field_id, scope in zip(
                summaries.statistics["field_id"], summaries.statistics["scope"], strict=True
            )
        ]
    )
    parts = {ratio.ratio_id: (*ratio.numerator, *ratio.denominator) for ratio in reference.ratios}
    hidden_ratios = {
        (ratio_id, scope)
        for ratio_id, scope in zip(summaries.ratios["ratio_id"], summaries.ratios["scope"], strict=True)
        if hides(parts[ratio_id], scope)
    }
    sensitive = {ratio_id for ratio_id, fields in parts.items() if any(map(disclosure.is_sensitive, fields))}
    figures = summaries.figures.assign(
        is_hidden=[
            (figure_id, ALL) in hidden_ratios or (figure_id not in parts and hides([figure_id], ALL))
            for figure_id in summaries.figures["figure_id"]
        ]
    )
    lines = summaries.lines
    is_held = np.array(
        [key not in hidden_ratios for key in zip(lines["ratio_id"], lines["scope"], strict=True)], dtype=bool
    )
    return replace(
        summaries,
        statistics=_blanked(statistics, ("value", "stated")),
        figures=_blanked(figures, ("value", "low", "high", "numerator", "denominator")),
        ratios=_blanked(
            summaries.ratios.assign(
                is_hidden=[
                    key in hidden_ratios
                    for key in zip(summaries.ratios["ratio_id"], summaries.ratios["scope"], strict=True)
                ]
            ),
            ("value", "numerator", "denominator"),
        ),
        lines=lines[is_held].reset_index(drop=True),
        school_ratios=summaries.school_ratios[
            ~summaries.school_ratios["ratio_id"].isin(sensitive)
        ].reset_index(drop=True),
        rebuilt_totals=_others(summaries.rebuilt_totals, disclosure),
    )


def _others(totals: pd.DataFrame, disclosure: Disclosure) -> pd.DataFrame:
    """The totals of single schools that count nobody with a sensitive attribute."""
    # As flags of a column: of no totals at all an empty list would keep no column either.
    is_sensitive = totals["field_id"].map(disclosure.is_sensitive).astype(bool)
    return totals[~is_sensitive].reset_index(drop=True)


def _blanked(frame: pd.DataFrame, columns: Collection[str]) -> pd.DataFrame:
    """The frame with nothing in some columns of its hidden rows."""
    frame = frame.assign(is_hidden=frame["is_hidden"].astype(bool))
    return frame.assign(**{name: frame[name].mask(frame["is_hidden"]) for name in columns})


def _counted_opinions(opinions: pd.DataFrame, causes: Collection[str]) -> pd.DataFrame:
    """How many schools wrote in each field, without a word of theirs; what the office says in its own words.

    Of the `causes` that the office has put into words it is kept which schools state them: why a named school fell.
    """
    ids = list(dict.fromkeys(opinions["field_id"]))
    rows: list[tuple[object, ...]] = [
        (field_id, "", "", False, schools_writing(opinions, field_id), []) for field_id in ids
    ]
    named = opinions[opinions["is_named"].astype(bool)]
    rows += [
        (field_id, text, addressee, True, count, names if text in causes else [])
        for field_id, text, addressee, count, names in named[
            ["field_id", "text", "addressee", "school_count", "school_names"]
        ].to_numpy()
    ]
    return pd.DataFrame(rows, columns=list(OPINION_COLUMNS))


def withheld_fields(reference: Reference, declared: TermReference) -> frozenset[str]:
    """The fields and ratios whose figures of single schools stay in the office: sensitive attributes, free text."""
    fields = {
        field_id
        for field_id, field in declared.form.all_fields().items()
        if field.kind == "text" or reference.disclosure.is_sensitive(field_id)
    }
    ratios = {ratio.ratio_id for ratio in reference.ratios if fields & {*ratio.numerator, *ratio.denominator}}
    return frozenset(fields | ratios)


def redacted_answers(answers: Answers, withheld: frozenset[str]) -> Answers:
    """The answers without the columns of withheld fields."""
    return Answers(
        **{
            name: frame.drop(columns=[column for column in frame.columns if column in withheld])
            for name, frame in vars(answers).items()
        }
    )


def redacted_tables(
    reference: Reference, declared: TermReference, tables: TermTables, withheld: frozenset[str]
) -> TermTables:
    """The five tables without withheld answers; files go by their submission code, findings by their title.

    Of free text it stays known whether it was answered: points hang on that.
    """
    submissions = tables.submissions
    code_of = dict(zip(submissions["file"], submissions["submission_id"], strict=True))
    sheets = frozenset(sheet.title for sheet in declared.form.sheets)
    return TermTables(
        submissions=submissions.assign(file=submissions["file"].map(code_of)),
        observations=_observations(reference, tables.observations, code_of, sheets, withheld),
        findings=_findings(reference, declared, tables.findings, code_of),
        ledger=tables.ledger.assign(
            inputs=[_inputs(text, code_of, sheets, withheld) for text in tables.ledger["inputs"]]
        ),
        scores=tables.scores,
    )


def _observations(
    reference: Reference,
    observations: pd.DataFrame,
    code_of: Mapping[str, str],
    sheets: Collection[str],
    withheld: Collection[str],
) -> pd.DataFrame:
    """The answers without those on sensitive attributes, without words, and without sheets named by schools."""
    sensitive = {name for name in withheld if reference.disclosure.is_sensitive(name)}
    kept = observations[~observations["field_id"].isin(sensitive)]
    is_ours = kept["sheet"].isin(sheets)
    return kept.assign(
        value_text=kept["value_text"].mask(kept["field_id"].isin(withheld)),
        original=pd.Series(pd.NA, index=kept.index, dtype="string"),
        file=_coded(kept["file"], code_of),
        sheet=kept["sheet"].where(is_ours),
        cell=kept["cell"].where(is_ours),
    )


def _coded(files: pd.Series, code_of: Mapping[str, str]) -> pd.Series:
    return files.map(code_of).astype("string")


def _findings(
    reference: Reference, declared: TermReference, findings: pd.DataFrame, code_of: Mapping[str, str]
) -> pd.DataFrame:
    titles = {code: message.title for code, message in reference.messages.items()}
    titles |= {check.check_code: check.title for check in declared.checks}
    remedies = {code: message.remedy for code, message in reference.messages.items()}
    remedies |= {check.check_code: check.remedy for check in declared.checks}
    codes = findings["check_code"]
    nothing = pd.Series(pd.NA, index=findings.index, dtype="string")
    return findings.assign(
        file=_coded(findings["file"], code_of),
        sheet=nothing,  # schools may rename a sheet to anything
        found=nothing,
        expected=nothing,
        message=codes.map(titles).fillna(codes),
        remedy=codes.map({code: text for code, text in remedies.items() if "{" not in text}).fillna(""),
    )


def _inputs(text: str, code_of: Mapping[str, str], sheets: Collection[str], withheld: Collection[str]) -> str:
    """The inputs of one ledger line, without what a withheld field holds and without sheets named by schools."""
    kept = [
        entry
        | {"file": code_of.get(entry.get("file") or "")}
        | ({} if entry.get("sheet") in sheets else {"sheet": None, "cell": None})
        | ({"value": None} if entry.get("field_id") in withheld else {})
        for entry in json.loads(text)
    ]
    return json.dumps(kept, ensure_ascii=False)
