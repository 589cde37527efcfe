"""Speed of usage: receiving events, rating a month of them, making statements.

``make bench`` runs it, or ``tools/run exec python benchmarks/usage.py``. Each part is a program in
``benchmarks/usage``, with a database of its own where it needs one, and can be run alone. What they
measure goes to ``benchmarks/results/usage.json``; the ratios are printed together at the end.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"


def main():
    """Run the parts one after the other; a non-zero exit where one misses its target."""
    parts = {path.stem: path for path in sorted((HERE / "usage").glob("*.py"))}
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--part", choices=parts, action="append", help="only these (default: all)")
    options = parser.parse_args()
    figures, codes = {}, []
    for name in options.part or parts:
        print(f"\n--- usage, {name} ---", flush=True)
        began = time.perf_counter()
        codes.append(subprocess.run([sys.executable, "-W", "ignore", parts[name]]).returncode)
        result = RESULTS / f"usage_{name}.json"
        figures[name] = json.loads(result.read_text()) if result.exists() else {}
        figures[name]["whole_seconds"] = round(time.perf_counter() - began, 1)
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / "usage.json"
    path.write_text(json.dumps(figures, indent=2) + "\n")
    _print(figures, path)
    return max(codes, default=0)


def _print(figures, path):
    print("\n--- usage, ratios ---")
    for name, part in figures.items():
        for label, ratio in part.get("ratios", {}).items():
            print(f"{name}: {label.replace('_', ' ')} {ratio:.2f}")
        peak = part.get("peak_mb")
        if peak:
            print(f"{name}: peak {peak:.0f} MB")
    print(f"written to {path}")


if __name__ == "__main__":
    sys.exit(main())
