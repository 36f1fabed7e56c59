"""Check that the kept letters of the charts are those of the fonts; `--fix` writes them anew."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path

from termreview.reporting.charts.drawing.letters import KEPT, letters_to_keep


def main() -> int:
    """Compare, or write; 1 when they differ."""
    path = Path(str(files("termreview.reporting"))) / "theme" / "fonts" / KEPT
    letters = letters_to_keep()
    if "--fix" in sys.argv[1:]:
        path.write_text(letters, encoding="utf-8", newline="\n")
    elif not path.is_file() or path.read_text(encoding="utf-8") != letters:
        print(f"{path.name} differs from the fonts: python .ci/font_letters.py --fix")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
