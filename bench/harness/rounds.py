"""A B A B: every subject once a round, so that a machine that slows down slows all of them.

Many short rounds rather than a few long ones: a disturbance then spoils some figures, and the median not at all.
"""
import statistics


def interleaved(bench, subjects, measure, rounds):
    """{name: [figure of each round]}; `subjects` is {name: whatever measure takes}. A first round only warms up."""
    figures = {name: [] for name in subjects}
    for number in range(-1, rounds):
        for name, subject in subjects.items():
            value = measure(subject)
            if number >= 0:
                figures[name].append(value)
    for name, values in figures.items():
        bench.say(f"  {name}: {' '.join(shown(value) for value in values)}")
    return figures


def shown(value):
    return "/".join(f"{part:.4g}" for part in (value if isinstance(value, tuple) else (value,)))


def median(values):
    return statistics.median(values)


def ratio(others, ours):
    """The ratio of the other figure to ours: the median over the rounds, computed within each round."""
    return statistics.median(other / our for other, our in zip(others, ours))
