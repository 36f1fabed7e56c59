"""One figure far from those of its peers, judged robustly: median and median deviation on a log scale."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]

FEWEST_PEERS = 8
# The median deviation of normal values times this is their standard deviation.
_TO_DEVIATION = 1.4826
# Peers that agree to the last digit must not make every other value an outlier.
_LEAST_DEVIATION = float(np.log(1.15))


def usual_bounds(figures: Numbers, least_factor: float, deviations: float) -> tuple[float, float]:
    """The bounds within which figures of peers are usual; nothing is unusual among fewer than eight.

    A figure is unusual only when it lies more than `deviations` robust standard deviations from the median
    and is also at least `least_factor` times larger or smaller. Zeros and missing figures are no peers.

    Returns
    -------
    tuple of float
        Lowest and highest usual figure; (0, inf) where there are too few peers.
    """
    known = np.log(figures[np.isfinite(figures) & (figures > 0)])
    if len(known) < FEWEST_PEERS:
        return 0.0, float("inf")
    middle = float(np.median(known))
    deviation = max(_TO_DEVIATION * float(np.median(np.abs(known - middle))), _LEAST_DEVIATION)
    reach = max(deviations * deviation, float(np.log(least_factor)))
    return float(np.exp(middle - reach)), float(np.exp(middle + reach))
