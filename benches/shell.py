#!/usr/bin/env python3
"""Measures the shell as a person meets it, on a pseudo-terminal, and a million rows into a pipe.

    python3 benches/shell.py --cchc target/dist/cchc [--duckdb /tmp/peers/bin/duckdb]

Prints: the time from start to the prompt over 8 datasets of 20 years; the time from a key to its echo (colours and
completion included) in a line over a table of 500 columns; the time of Tab there; a million rows as CSV against DuckDB's
shell on the same Parquet file, whole processes, alternating. Medians. Needs Unix; the duckdb-cli wheel is the peer.
"""
import argparse
import os
import pty
import select
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def spawn(command, folder):
    """Starts a program on a pseudo-terminal of its own; returns the descriptor and the process's number."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(folder)
        os.environ.update(TERM="xterm-256color", HOME=folder, XDG_STATE_HOME=folder + "/state", LC_ALL="C.UTF-8")
        os.execv(command[0], command)
    return terminal, process


def read_until(terminal, wanted, seconds=30):
    """Reads the screen until `wanted` appears; returns what came."""
    seen, end = b"", time.perf_counter() + seconds
    while wanted not in seen:
        if not select.select([terminal], [], [], max(0, end - time.perf_counter()))[0]:
            sys.exit(f"{wanted!r} did not appear; seen: {seen[-500:]!r}")
        seen += os.read(terminal, 1 << 16)
    return seen


def leave(terminal, process):
    os.write(terminal, b"\x15\x04")
    os.close(terminal)
    os.waitpid(process, 0)


def make_workspace(folder):
    """Eight datasets of twenty years each, and one of 500 columns."""
    for name in sorted(os.listdir(os.path.join(ROOT, "datasets"))):
        source = os.path.join(ROOT, "datasets", name)
        target = os.path.join(folder, "datasets", name)
        if os.path.isfile(source):
            os.makedirs(os.path.dirname(target), exist_ok=True)
            shutil.copy(source, target)
            continue
        year = os.path.join(source, sorted(os.listdir(source))[-1], "data.parquet")
        for number in range(2004, 2024):
            os.makedirs(f"{target}/year={number}", exist_ok=True)
            shutil.copy(year, f"{target}/year={number}/data.parquet")
    with open(os.path.join(folder, "datasets", "wide.toml"), "w", encoding="utf-8") as contract:
        contract.write('title = "Bảng rộng"\n')
        for number in range(500):
            contract.write(f'[[columns]]\nname = "cot_{number:03}"\ntitle = "Cột số {number}"\ntype = "text"\n')


def time_prompt(cchc, folder, runs):
    seconds = []
    for _ in range(runs):
        start = time.perf_counter()
        terminal, process = spawn([cchc], folder)
        read_until(terminal, b"cchc>")
        seconds.append(time.perf_counter() - start)
        leave(terminal, process)
    return statistics.median(seconds)


def time_keys(cchc, folder):
    """Types a statement over the wide table letter by letter; returns the median and longest echo, and Tab's."""
    terminal, process = spawn([cchc], folder)
    read_until(terminal, b"cchc>")
    time.sleep(0.3)
    echoes = []
    for letter in "select cot_001, cot_002, cot_003 from wide where cot_4":
        start = time.perf_counter()
        os.write(terminal, letter.encode())
        select.select([terminal], [], [], 5)
        echoes.append(time.perf_counter() - start)
        time.sleep(0.02)
        while select.select([terminal], [], [], 0)[0]:
            os.read(terminal, 1 << 16)
    tabs = []
    for _ in range(7):
        start = time.perf_counter()
        os.write(terminal, b"9\t")
        read_until(terminal, b"cot_498")
        tabs.append(time.perf_counter() - start)
        time.sleep(0.1)
        while select.select([terminal], [], [], 0)[0]:
            os.read(terminal, 1 << 16)
        os.write(terminal, b"\x7f")
        time.sleep(0.1)
        while select.select([terminal], [], [], 0)[0]:
            os.read(terminal, 1 << 16)
    leave(terminal, process)
    return statistics.median(echoes), max(echoes), statistics.median(tabs)


def make_million(cchc, folder):
    export = os.path.join(folder, "van_ban.csv")
    with open(export, "w", encoding="utf-8") as out:
        out.write("Số, ký hiệu;Ngày ban hành;Cơ quan ban hành;Trích yếu;Loại văn bản\n")
        for row in range(1_000_000):
            out.write(f"{row + 1}/SKHCN-VP;{row % 28 + 1:02}/{row % 12 + 1:02}/2023;Sở KH&CN;Văn bản số {row % 997};Kế hoạch\n")
    subprocess.run([cchc, "-q", "import", "documents", "2023", export, "--real"], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return os.path.join(folder, "datasets", "documents", "year=2023", "data.parquet")


def time_pipe(command, folder):
    start = time.perf_counter()
    with open(os.path.join(folder, "out.csv"), "wb") as out:
        subprocess.run(command, cwd=folder, check=True, stdout=out, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return time.perf_counter() - start


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cchc", required=True)
    parser.add_argument("--duckdb", default=shutil.which("duckdb"))
    parser.add_argument("--runs", type=int, default=15)
    options = parser.parse_args()
    cchc = os.path.abspath(options.cchc)
    print("| what | median | bar |\n|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        make_workspace(folder)
        print(f"| start to prompt, 8 datasets × 20 years | {1000 * time_prompt(cchc, folder, options.runs):.1f} ms | 50 ms |")
        echo, longest, tab = time_keys(cchc, folder)
        print(f"| key to echo, table of 500 columns (longest) | {1000 * echo:.1f} ms ({1000 * longest:.1f} ms) | 10 ms |")
        print(f"| Tab there, the list shown | {1000 * tab:.1f} ms | 10 ms |")
    with tempfile.TemporaryDirectory() as folder:
        make_workspace(folder)
        shutil.rmtree(os.path.join(folder, "datasets", "documents"))
        parquet = make_million(cchc, folder)
        ours = [cchc, "query", "-c", "select symbol, issued_on, issuer, subject, kind from documents", "--format", "csv"]
        theirs = [options.duckdb, "-csv", "-c", f"select symbol, issued_on, issuer, subject, kind from '{parquet}'"]
        found = [[], []]
        for _ in range(5):
            for command, seconds in zip([ours, theirs] if options.duckdb else [ours], found):
                seconds.append(time_pipe(command, folder))
        median = [statistics.median(seconds) for seconds in found if seconds]
        ratio = f"; DuckDB {median[1]:.2f} s, ratio {median[0] / median[1]:.2f}" if options.duckdb else "; no DuckDB here"
        print(f"| a million rows as CSV into a file | {median[0]:.2f} s{ratio} | ratio 1.0 |")


if __name__ == "__main__":
    main()
