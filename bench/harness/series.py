"""The series of a scrape, for peers that export the same number."""
import re

SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? (\S+)$")


def of(text):
    """Lines for peers: kind, name, labels and a value - or the bounds of a histogram -, separated by tabs."""
    kinds, plain, bounds = {}, [], {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            kinds[name] = kind
        if line.startswith("#") or not line:
            continue
        name, labels, value = SAMPLE.match(line).groups()
        pairs = [pair.replace('"', "") for pair in (labels or "").split(",") if pair]
        if kinds.get(name) in ("gauge", "counter"):
            plain.append((kinds[name], name, ",".join(pairs), value))
        elif name.endswith("_bucket"):
            kept = ",".join(pair for pair in pairs if not pair.startswith("le="))
            bound = next(pair[3:] for pair in pairs if pair.startswith("le="))
            if bound != "+Inf":
                bounds.setdefault((name.removesuffix("_bucket"), kept), []).append(bound)
    histograms = [("histogram", name, labels, ",".join(found)) for (name, labels), found in bounds.items()]
    return "".join("\t".join(line) + "\n" for line in plain + histograms)
