"""Hold the insight methods to what they promise, in simulated districts: run by `make insight`.

Prints what was planted beside what was found, and how often something is found where there is nothing; ends with 1 when
a promise is broken.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import pandas as pd
from promises import (
    alarm_table,
    alarms,
    brier_scores,
    of_worlds,
    recovered,
    recovery_table,
    reliability_table,
)

from termreview.reporting.charts.charts import reliability_plot
from termreview.reporting.charts.drawing.picture import png_of


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worlds", type=int, default=200, help="worlds without effect")
    parser.add_argument("--planted", type=int, default=60, help="worlds with every truth planted")
    parser.add_argument(
        "--picture", type=Path, help="where the calibration of early warning is drawn, as PNG"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    given = parser.parse_args()
    planted = of_worlds(recovered, range(given.planted), given.workers)
    found = recovery_table(planted)
    false = alarm_table(of_worlds(alarms, range(given.worlds), given.workers))
    with pd.option_context("display.width", 200, "display.max_columns", 20, "display.max_colwidth", 60):
        print(f"Planted truths, found again in {given.planted} simulated districts")
        print(_shown(found))
        print("\nEarly warning: what was predicted beside what came")
        bands = reliability_table(planted)
        own, base = brier_scores(planted)
        print(_shown(bands))
        print(
            f"Brier score {own:.3f} against {base:.3f} of the base rate, {bands['school_count'].sum()} schools and years"
        )
        print(f"\nFalse alarms in {given.worlds} simulated districts without effect")
        print(_shown(false))
    if given.picture:
        draw_reliability(bands, given.picture)
    broken = int((~found["is_kept"]).sum() + (~false["is_kept"]).sum())
    print(f"\n{broken} promises broken" if broken else "\nEvery promise is kept")
    return 1 if broken else 0


def draw_reliability(bands: pd.DataFrame, path: Path) -> None:
    """Draw the calibration as the internal report does, with the schools of each band."""
    figure = reliability_plot(
        bands, predicted_label="predicted (%)", observed_label="missed level 2 (%)",
        interval_label="95 % interval", count_label="missed / schools and years of the band",
    )  # fmt: skip
    path.write_bytes(png_of(figure))


def _shown(frame: pd.DataFrame) -> str:
    return frame.assign(
        **{"is_kept": frame["is_kept"].map({True: "yes", False: "NO"})} if "is_kept" in frame else {}
    ).to_string(index=False, float_format=lambda value: f"{value:.3g}")


if __name__ == "__main__":
    sys.exit(main())
