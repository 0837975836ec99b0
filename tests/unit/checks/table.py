"""What each attack on STARTTLS got, as a table at the end of the test report."""

from collections.abc import Iterator

import pytest

PROPERTY = "no-starttls"
"""The name under which a test records its row, by `record_property`; so the rows come from all processes."""

_HEAD = ["attack", "protocol", "variant", "what the server saw", "what the check said", "test"]


def show(reporter: pytest.TerminalReporter) -> None:
    """Print the table, if there are rows."""
    rows = sorted(_rows(reporter))
    if not rows:
        return
    table = [_HEAD, *rows]
    widths = [max(len(row[column]) for row in table) for column in range(len(_HEAD))]
    reporter.section("NO STARTTLS")
    for row in table:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        reporter.write_line("  ".join(cells).rstrip())


def _rows(reporter: pytest.TerminalReporter) -> Iterator[list[str]]:
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, []):
            for name, row in getattr(report, "user_properties", []):
                if name == PROPERTY:
                    yield [*row, outcome]
