"""A B A B: every subject once a round, so that a machine that slows down slows all of them."""
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
        bench.say(f"  {name}: {' '.join(f'{value:.4g}' for value in values)}")
    return figures


def median(values):
    return statistics.median(values)


def ratio(others, ours):
    """How many times more the other took: the median over the rounds, each against ours of the same round."""
    return statistics.median(other / our for other, our in zip(others, ours))
