#!/usr/bin/env python3
"""Measures start-up and chart drawing against their peers, in one run, alternating.

    python3 benches/startup_and_chart.py target/dist/cchc [path/to/datafusion-cli]

Start-up is `select 1` against datafusion-cli 55.2; the chart is a saved chart at 1200 x 700 pixels against a
cold start of matplotlib that draws the same bars. Prints medians and ratios; timings of shared machines vary,
ratios of alternating runs do not.
"""
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

MATPLOTLIB = """
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
years = ['2020', '2021', '2022', '2023']
rows = {'a': [58, 52, 61, 66], 'b': [14, 16, 21, 18], 'c': [76, 70, 74, 65], 'd': [3, 3, 6, 0]}
figure, axes = plt.subplots(figsize=(12, 7), dpi=100)
for index, (name, values) in enumerate(rows.items()):
    axes.bar([at + index * 0.2 for at in range(4)], values, 0.2, label=name)
axes.set_xticks(range(4), years)
axes.legend()
axes.set_title('Hồ sơ theo lĩnh vực')
figure.savefig(OUT)
"""


def run(command):
    start = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def alternate(ours, peer, runs):
    for command in (ours, peer):
        run(command)
    pairs = [(run(ours), run(peer)) for _ in range(runs)]
    return [statistics.median(times) for times in zip(*pairs)]


def report(what, ours, peer):
    print(f"{what:32} cchc {ours * 1000:8.1f} ms   peer {peer * 1000:8.1f} ms   ratio {ours / peer:.3f}")


def main():
    cchc = os.path.abspath(sys.argv[1])
    if len(sys.argv) > 2:
        peer = os.path.abspath(sys.argv[2])
        ours = [cchc, "query", "-c", "select 1"]
        report("select 1 (datafusion-cli)", *alternate(ours, [peer, "-q", "-c", "select 1"], 50))
    else:
        times = [run([cchc, "query", "-c", "select 1"]) for _ in range(50)]
        print(f"{'select 1':32} cchc {statistics.median(times) * 1000:8.1f} ms")
    with tempfile.TemporaryDirectory() as folder:
        ours = [cchc, "chart", "dossiers_by_field", "-o", f"{folder}/a.png", "--width", "1200px", "--height", "700px"]
        peer = [sys.executable, "-c", MATPLOTLIB.replace("OUT", repr(f"{folder}/b.png"))]
        report("chart 1200 x 700 (matplotlib)", *alternate(ours, peer, 10))
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"largest resident set of all runs {memory} MiB; size of cchc {os.path.getsize(cchc) // (1 << 20)} MiB")


if __name__ == "__main__":
    main()
