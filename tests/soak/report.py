"""Prints the report of a soak."""


def table(findings):
    width = max(len(f.name) for f in findings)
    word = {True: "ok", False: "FAILED", None: "-"}
    return "\n".join(f"  {f.name:<{width}}  {word[f.holds]:<8}  {f.text}" for f in findings)


def summary(soak):
    last = soak.load.last
    tree = [p.tree_pss_kib for p in soak.points]
    return "\n".join([
        f"{soak.duration / 60:.1f} minutes, {soak.cycles} cycles, {len(soak.points)} quiet points, clients took "
        f"{100 * last['cpu'] / max(last['ran'], 1):.0f} % of a processor while they ran",
        "  faults: " + ", ".join(f"{name} {n}" for name, n in soak.done.items()) + f"; signals to workers {dict(soak.signals)}",
        "  clients: " + ", ".join(f"{name} {n}" for name, n in sorted(last["did"].items())),
        f"  memory of parent and workers (PSS, not judged: their number varies): {min(tree)} to {max(tree)} KiB",
    ])
