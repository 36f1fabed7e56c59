"""One table without what may not leave the office: words of schools, names of files, answers on sensitive attributes."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping

import pandas as pd

from termreview.reference.declarations import Reference, TermReference
from termreview.reporting.term.answers import Answers
from termreview.reporting.term.term_tables import TermTables


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
