"""docs/run.svg: what a run printed, as a picture for the README.

python docs/make_run_picture.py data/runs/RUN.json "broadsheet run pages.warc.gz"
"""

import io
import json
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import NIGHT_OWLISH

from flows.reporting.report import RunReport
from flows.showing.summary import print_summary


def main(report: Path, command: str) -> None:
    """Print the report's summary into an SVG; no font is loaded from anywhere."""
    console = Console(record=True, width=92, file=io.StringIO())
    console.print(f"$ {command}", style="bold")
    print_summary(RunReport.from_dict(json.loads(report.read_text())), console)
    svg = console.export_svg(title="broadsheet", theme=NIGHT_OWLISH)
    svg = re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)
    Path(__file__).with_name("run.svg").write_text(svg)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
