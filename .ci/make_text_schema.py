"""Write the schema of declared texts anew from the shipped files: run it after a text was added to one or taken out.

Places that a text may use and does not use now are kept as they stand in the schema.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import yaml

from termreview.reference.loading.text_schema import OWN, SCHEMA, keys_of

REFERENCE = Path(__file__).resolve().parents[1] / "data" / "reference"
TREES = (
    "adoption.yml", "desk.yml", "highlights.yml", "insight.yml", "labels.yml", "letters.yml", "new_office.yml", "provenance.yml", "publishing.yml", "returns.yml",
    "school_pages.yml", "sentences.yml",
)  # fmt: skip


def shipped() -> Iterator[tuple[str, str, set[str]]]:
    """Every text of the shipped files: file, key and the places that it names."""
    for file in TREES:
        tree = yaml.safe_load((REFERENCE / file).read_text(encoding="utf-8"))
        yield from ((file, key, places) for key, places in keys_of(tree, OWN.get(file, ())))
    form = yaml.safe_load(next(REFERENCE.glob("forms/*/form.yml")).read_text(encoding="utf-8"))
    yield from (("form.yml", key, places) for key, places in keys_of({"words": form["words"]}))
    with (REFERENCE / "messages.csv").open(encoding="utf-8", newline="") as lines:
        yield from (("messages.csv", row["message_code"], set()) for row in csv.DictReader(lines))


def schema() -> dict[tuple[str, str], list[str]]:
    """The rows as they stand: the places by file and key."""
    with SCHEMA.open(encoding="utf-8", newline="") as lines:
        return {(row["file"], row["key"]): row["places"].split() for row in csv.DictReader(lines)}


if __name__ == "__main__":
    known = schema()
    with SCHEMA.open("w", encoding="utf-8", newline="") as lines:
        rows = csv.writer(lines, lineterminator="\n")
        rows.writerow(("file", "key", "places"))
        for file, key, used in shipped():
            places = known.get((file, key), [])
            rows.writerow((file, key, " ".join([*places, *sorted(used - set(places))])))
