"""One figure of few schools with its interval: Student's t, Wilson's share, and Holm's correction for several looks.

Written with numpy and the standard library alone: scipy is a test tool here, not shipped, and the tests hold these
functions against it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


def student_share(t: float, freedom: int) -> float:
    """The probability that Student's t of a whole number of degrees of freedom stays below `t` (closed form, A&S 26.7.3-4)."""
    angle = math.atan(abs(t) / math.sqrt(freedom))
    cosine = math.cos(angle)
    term, total = (1.0, 0.0) if freedom % 2 == 0 else (cosine, 0.0)
    for power in range(freedom % 2, freedom, 2):
        total += term
        term *= cosine * cosine * (power + 1) / (power + 2)
    inside = math.sin(angle) * total if freedom % 2 == 0 else 2 / math.pi * (angle + math.sin(angle) * total)
    return 0.5 + math.copysign(min(inside, 1.0) / 2, t)  # no rounding makes a probability below 0


def student_quantile(share: float, freedom: int) -> float:
    """The value below which Student's t stays with probability `share`; infinite without a degree of freedom."""
    if freedom < 1:
        return math.inf if share > 0.5 else -math.inf
    low, high = -1e6, 1e6
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if student_share(middle, freedom) < share else (low, middle)
    return (low + high) / 2


def mean_interval(values: Sequence[float] | Floats, rate: float = 0.05) -> tuple[float, float, float]:
    """The mean of independent values and its two-sided Student interval; infinite ends for fewer than two values."""
    found = np.asarray(values, dtype=float)
    if not len(found):
        return math.nan, -math.inf, math.inf
    mean = float(found.mean())
    if len(found) < 2:
        return mean, -math.inf, math.inf
    reach = student_quantile(1 - rate / 2, len(found) - 1) * float(found.std(ddof=1)) / math.sqrt(len(found))
    return mean, mean - reach, mean + reach


def mean_chance(values: Sequence[float] | Floats) -> float:
    """The two-sided probability of a mean at least this far from 0 if there were nothing; 1 for fewer than two values."""
    found = np.asarray(values, dtype=float)
    if len(found) < 2:
        return 1.0
    error = float(found.std(ddof=1)) / math.sqrt(len(found))
    if error < 1e-12:  # all alike: a chance cannot be worked out from a spread that is not there
        return 1.0
    return 2 * (1 - student_share(abs(float(found.mean())) / error, len(found) - 1))


def share_interval(count: int, whole: int, rate: float = 0.05) -> tuple[float, float]:
    """Wilson's interval of a share (0-1); from 0 to 1 where nobody was asked."""
    if whole <= 0:
        return 0.0, 1.0
    z = NormalDist().inv_cdf(1 - rate / 2)
    share, weight = count / whole, 1 + z * z / whole
    middle = (share + z * z / (2 * whole)) / weight
    reach = z / weight * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def holm(chances: Sequence[float]) -> list[float]:
    """Probabilities of several looks at once, each corrected so that any false one is as rare as declared (Holm 1979)."""
    order = sorted(range(len(chances)), key=lambda place: chances[place])
    corrected, largest = [1.0] * len(chances), 0.0
    for rank, place in enumerate(order):
        largest = max(largest, min(1.0, chances[place] * (len(chances) - rank)))
        corrected[place] = largest
    return corrected
