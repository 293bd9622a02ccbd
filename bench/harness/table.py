"""Prints the table: measurements, peers, and whether each goal was met."""
import dataclasses

MET, MISSED, MISSING, FAILED, NONE = "met", "missed", "not there", "failed", ""
BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
NOISE = "the machine is too busy"  # a bare server misses the goal as well
HEADINGS = ("#", "what", "telltale", "against", "its figure", "ratio", "goal", "")


@dataclasses.dataclass
class Line:
    row: object
    what: str
    figure: str = ""
    peer: str = ""
    peer_figure: str = ""
    ratio: str = ""
    goal: str = ""
    verdict: str = NONE

    def cells(self):
        return (str(self.row), self.what, self.figure, self.peer, self.peer_figure, self.ratio, self.goal, self.verdict)


def compared(row, what, figure, peer, peer_figure, ratio, goal=None):
    """`ratio`: how many times more the peer took; `goal`: how many it should be at least."""
    line = Line(row, what, figure, peer, peer_figure, f"{ratio:.2f} x" if ratio < 10 else f"{ratio:.0f} x")
    if goal is not None:
        line.goal = f">= {goal:g} x"
        line.verdict = MET if ratio >= goal else MISSED
    return line


def limited(row, what, value, unit, limit, decimals=2):
    """An absolute goal: at most `limit`. None: no goal."""
    line = Line(row, what, f"{value:.{decimals}f} {unit}".strip())
    if limit is not None:
        line.goal = f"<= {limit:g} {unit}".strip()
        line.verdict = MET if value <= limit else MISSED
    return line


def missing(row, what, peer, why):
    return Line(row, what, peer=peer, peer_figure=why, verdict=MISSING)


def failed(row, error):
    return Line(row.NUMBER, row.TITLE, figure=f"{type(error).__name__}: {error}", verdict=FAILED)


def _without_repetition(lines):
    """Omits what is equal to the line above."""
    before = ("", "", "")
    for line in lines:
        cells = list(line.cells())
        if not cells[2] and cells[:2] == list(before[:2]):
            cells[2] = before[2]  # a missing peer beside available ones
        shown = list(cells)
        for i in range(3):
            if cells[:i + 1] == list(before[:i + 1]):
                shown[i] = ""
        before = cells[:3]
        yield tuple(shown)


def text(lines, about):
    table = [HEADINGS, *_without_repetition(lines)]
    widths = [max(len(row[i]) for row in table) for i in range(len(HEADINGS))]
    out = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in table]
    out.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join([*out, "", about])


def markdown(lines, about):
    rows = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in _without_repetition(lines)]
    return "\n".join(["| " + " | ".join(HEADINGS) + " |", "|" + "---|" * len(HEADINGS), *rows, "", about, ""])


def save(path, table):
    """Inserts the table into a page between two marks, or writes it as the whole file."""
    before, mark, rest = (path.read_text() if path.exists() else "").partition(BEGIN)
    _, end, after = rest.partition(END)
    path.write_text(f"{before}{mark}\n{table}{end}{after}" if mark and end else table)
