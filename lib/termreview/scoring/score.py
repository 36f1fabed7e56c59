"""One term scored: observations in, ledger and scores out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from termreview.reference.declarations import TermReference
from termreview.reference.kinds.measures import VerifiedPoints
from termreview.scoring.ledger import build_ledger
from termreview.scoring.levels import build_scores
from termreview.storage.contracts import shaped


@dataclass(frozen=True)
class Scored:
    """The two tables of the scoring room, under their contracts."""

    ledger: pd.DataFrame
    scores: pd.DataFrame


def score_term(
    observations: pd.DataFrame, reference: TermReference, verified: Sequence[VerifiedPoints] = ()
) -> Scored:
    """Score one term on the indicator set in force."""
    ledger = shaped("ledger", build_ledger(observations, reference, verified))
    return Scored(ledger, shaped("scores", build_scores(ledger, observations, reference)))
