#!/usr/bin/env python3
"""Measures cchc against the programs that people would pick instead, in one run, alternating.

    python3 -m venv /tmp/peers && /tmp/peers/bin/pip install duckdb-cli==1.5.6 polars fastexcel matplotlib xlsxwriter
    cargo install datafusion-cli --version 55.2.0 --locked
    /tmp/peers/bin/python benches/bench.py --cchc target/dist/cchc --rows 5000000 --folder /tmp/bench

Where datafusion-cli cannot be built, `--datafusion-python` with the package `datafusion` from PyPI stands in for the ten questions: there
the statement alone is timed, in a process that has started and declared its table, which favours the peer.

Parts, all of them unless some are named: `questions` (the ten of benches/questions over six years of `--rows` dossiers,
on the same Parquet files that cchc imported; answers must be equal), `import` (CSV against DuckDB, XLSX against Polars),
`chart` (against a cold start of matplotlib), `scale` (3, 30 and 100 million rows with `--memory-limit 2G`), `start` (`select 1` and the bundled data against datafusion-cli, memory at the
prompt, file size). A peer that is not there is left out and said so. Whole processes are timed; a ratio below 1 is faster than the peer.
Generated files stay in `--folder` and are used again. Prints the tables in Markdown.
"""
import argparse
import csv
import importlib.metadata
import io
import math
import os
import shutil
import statistics
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
QUESTIONS = os.path.join(ROOT, "benches", "questions")
YEARS = range(2018, 2024)

DATAFUSION_TABLE = """CREATE EXTERNAL TABLE {name} ({columns}) STORED AS PARQUET PARTITIONED BY (year)
LOCATION '{folder}/';"""
DATAFUSION_PYTHON = """import sys, time, datafusion, polars
session = datafusion.SessionContext()
session.sql(sys.argv[1]).collect()
start = time.perf_counter()
answer = session.sql(sys.argv[2])
batches = answer.collect()
print("#", time.perf_counter() - start, flush=True)
print(polars.from_arrow(batches).write_csv(datetime_format="%Y-%m-%d %H:%M:%S"), end="")"""
DOSSIERS = ("dossier_code VARCHAR, procedure_code VARCHAR, procedure_name VARCHAR, field VARCHAR, handling_unit VARCHAR, "
            "applicant_type VARCHAR, applicant_key VARCHAR, channel VARCHAR, received_at TIMESTAMP, due_at TIMESTAMP, "
            "completed_at TIMESTAMP, outcome VARCHAR, fee DECIMAL(18,2), year INT")


def run(command, environment=None):
    """Runs a command; returns its output, seconds and peak memory in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               env={**os.environ, **(environment or {})})
    output, complaint = process.communicate()
    seconds = time.perf_counter() - start
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)[:300]} failed:\n{complaint.decode()[:3000]}")
    return output.decode(), seconds


def peak(command, environment=None):
    """The peak of a command's memory in MiB, as GNU time or a child of our own tells it."""
    code = ("import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, "
            "stdin=subprocess.DEVNULL); print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
    output, _ = run([sys.executable, "-c", code] + command, environment)
    return int(output) / 1024


def alternate(commands, runs, before=None):
    """Runs the commands in turn; returns the median seconds of each."""
    seconds = [[] for _ in commands]
    for _ in range(runs):
        for (command, environment), found in zip(commands, seconds):
            if before:
                before()
            output, spent = run(command, environment)
            # A process may tell itself how long its statement took.
            found.append(float(output[2:].partition("\n")[0]) if output.startswith("# ") else spent)
    return [statistics.median(found) for found in seconds]


def table(headings, rows):
    print("\n| " + " | ".join(headings) + " |")
    print("|" + "---|" * len(headings))
    for row in rows:
        print("| " + " | ".join(str(cell) for cell in row) + " |")
    print(flush=True)


def geometric(values):
    return math.exp(sum(math.log(value) for value in values) / len(values))


class Register:
    """Six years of dossiers, written as CSV and imported by cchc."""

    def __init__(self, options):
        self.options = options
        self.workspace = os.path.join(options.folder, f"workspace-{options.rows}")
        self.dossiers = os.path.join(self.workspace, "datasets", "dossiers")

    def csv(self, year, rows=None):
        """Writes the export of a year."""
        rows = rows or self.options.rows
        target = os.path.join(self.options.folder, f"register-{year}-{rows}.csv")
        if not os.path.exists(target):
            with open(os.path.join(ROOT, "benches", "register.sql"), encoding="utf-8") as file:
                sql = file.read()
            for name, value in {"from": 0, "to": rows, "rows": rows, "year": year, "target": target + ".part"}.items():
                sql = sql.replace("{" + name + "}", str(value))
            run([self.options.duckdb, "-c", sql])
            os.rename(target + ".part", target)
        return target

    def make(self):
        os.makedirs(os.path.join(self.workspace, "datasets"), exist_ok=True)
        shutil.copy(os.path.join(ROOT, "datasets", "dossiers.toml"), os.path.join(self.workspace, "datasets"))
        for year in YEARS:
            if not os.path.exists(os.path.join(self.dossiers, f"year={year}", "data.parquet")):
                self.load(year)

    def load(self, year, rows=None):
        source = self.csv(year, rows)
        run([self.options.cchc, "--workspace", self.workspace, "import", "dossiers", str(year), source, "--synthetic"])
        os.remove(source)

    def size(self):
        files = (os.path.join(self.dossiers, f"year={year}", "data.parquet") for year in YEARS)
        return sum(os.path.getsize(file) for file in files)


def question_commands(register, sql, cache):
    """The commands that answer a question, by engine."""
    options = register.options
    ours = [options.cchc, "--workspace", register.workspace, "query", "-c", sql, "--format", "csv"]
    commands = {"cchc": (ours[:1] + ["--no-cache"] + ours[1:], {}), "cchc kept": (ours, {"XDG_CACHE_HOME": cache})}
    view = f"CREATE VIEW dossiers AS SELECT * FROM read_parquet('{register.dossiers}/*/data.parquet', hive_partitioning = true);"
    commands["DuckDB"] = ([options.duckdb, "-csv", "-nullvalue", "", "-c", view + sql], {})
    if options.datafusion_cli:
        declared = DATAFUSION_TABLE.format(name="dossiers", columns=DOSSIERS, folder=register.dossiers)
        commands["datafusion-cli"] = ([options.datafusion_cli, "-q", "--format", "csv", "-c", declared, "-c", sql], {})
    if options.datafusion_python:
        declared = DATAFUSION_TABLE.format(name="dossiers", columns=DOSSIERS, folder=register.dossiers)
        commands["DataFusion's statement"] = ([sys.executable, "-c", DATAFUSION_PYTHON, declared, sql], {})
    return commands


def parse(text):
    """The rows of an answer, numbers as numbers, in an order of their own."""
    rows = []
    lines = [row for row in csv.reader(io.StringIO(text)) if not "".join(row[:1]).startswith("# ")]
    for row in lines[1:]:
        cells = []
        for cell in row:
            try:
                cells.append(float(cell))
            except ValueError:
                cells.append(cell.replace("T", " ") if cell[:4].isdigit() else cell)
        rows.append(cells)
    return rows


def same(left, right):
    def near(a, b):
        if isinstance(a, float) and isinstance(b, float):
            return math.isclose(a, b, rel_tol=1e-9)
        return a == b
    return len(left) == len(right) and all(
        len(a) == len(b) and all(near(x, y) for x, y in zip(a, b)) for a, b in zip(left, right))


def questions(options):
    register = Register(options)
    register.make()
    cache = os.path.join(options.folder, "cache")
    rows, ratios, fills = [], {"cold": [], "warm": [], "one year new": []}, []
    peers = [engine for engine in question_commands(register, "", cache) if not engine.startswith("cchc")]
    for name in sorted(os.listdir(QUESTIONS)):
        with open(os.path.join(QUESTIONS, name), encoding="utf-8") as file:
            sql = "\n".join(line for line in file.read().splitlines() if not line.startswith("--"))
        commands = question_commands(register, sql, cache)
        shutil.rmtree(cache, ignore_errors=True)
        _, fill = run(*commands["cchc kept"])
        answers = {engine: parse(run(*command)[0]) for engine, command in commands.items()}
        for engine, answer in answers.items():
            if not same(answers["cchc"], answer):
                sys.exit(f"{name}: cchc and {engine} differ\n{answers['cchc'][:5]}\n{answer[:5]}")
        medians = dict(zip(commands, alternate(list(commands.values()), options.runs)))
        renewed = one_year_new(register, cache, commands["cchc kept"])
        best = min(medians[peer] for peer in peers)
        found = {"cold": medians["cchc"], "warm": medians["cchc kept"], "one year new": statistics.median(renewed)}
        for state, seconds in found.items():
            ratios[state].append(seconds / best)
        fills.append(fill / medians["cchc"])
        rows.append([name[:-4]] + [f"{medians[peer]:.3f}" for peer in peers] + [f"{found['cold']:.3f}", f"{found['cold'] / best:.2f}"]
                    + [f"{fill:.3f}"] + [f"{found[state]:.3f} ({found[state] / best:.2f})" for state in ("warm", "one year new")])
        print(" ".join(rows[-1]), file=sys.stderr, flush=True)
    print(f"\n### Ten questions, {6 * options.rows / 1e6:g} million rows, {register.size() / 1e6:.0f} MB of Parquet, medians of {options.runs}, seconds")
    rows.append(["geometric mean"] + [""] * len(peers) + ["", f"{geometric(ratios['cold']):.2f}", f"{geometric(fills):.2f} × cold"]
                + [f"({geometric(ratios[state]):.3f})" for state in ("warm", "one year new")])
    table(["question"] + peers + ["cchc, nothing kept", "ratio", "filling", "kept (ratio)", "one year of six new (ratio)"], rows)


SCALES = [500_000, 5_000_000, 16_666_667]


def scale(options):
    """How the time and the memory of the ten questions grow with the rows, nothing kept, with at most 2G for a statement."""
    names = sorted(os.listdir(QUESTIONS))
    rows = {name: [name[:-4]] for name in names}
    totals = []
    for years_rows in SCALES:
        register = Register(argparse.Namespace(**{**vars(options), "rows": years_rows}))
        register.make()
        seconds, memory = [], []
        for name in names:
            with open(os.path.join(QUESTIONS, name), encoding="utf-8") as file:
                sql = "\n".join(line for line in file.read().splitlines() if not line.startswith("--"))
            command = [options.cchc, "--no-cache", "--memory-limit", "2G", "--workspace", register.workspace,
                       "query", "-c", sql, "--format", "csv"]
            seconds.append(statistics.median(run(command)[1] for _ in range(options.runs)))
            memory.append(peak(command))
            rows[name] += [f"{seconds[-1]:.2f}", f"{memory[-1]:.0f}"]
        totals.append(sum(seconds))
    exponent = math.log(totals[-1] / totals[0]) / math.log(SCALES[-1] / SCALES[0])
    print(f"\n### Growth, medians of {options.runs}; the sum grows with the rows to the power of {exponent:.2f}")
    headings = [heading for years_rows in SCALES for heading in (f"{6 * years_rows / 1e6:.0f} M rows, s", "peak MiB")]
    table(["question"] + headings, [*rows.values(), ["sum"] + [cell for total in totals for cell in (f"{total:.2f}", "")]])


def one_year_new(register, cache, command):
    """The seconds of a question when five years of the six are kept and the sixth has just come."""
    year, aside = (os.path.join(register.dossiers, "year=2019"), os.path.join(register.workspace, "aside"))
    shutil.rmtree(cache, ignore_errors=True)
    os.rename(year, aside)
    run(*command)
    os.rename(aside, year)
    kept = files(cache)
    seconds = []
    for _ in range(register.options.runs):
        seconds.append(run(*command)[1])
        for file in files(cache) - kept:
            os.remove(file)
    return seconds


def files(folder):
    return {os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names}


DUCKDB_IMPORT = """SET temp_directory = '{target}.tmp';
COPY (SELECT *{origin} FROM read_csv('{source}', header = true, timestampformat = '%d/%m/%Y %H:%M', dateformat = '%d/%m/%Y', columns = {{
  'dossier_code': 'VARCHAR', 'procedure_code': 'VARCHAR', 'procedure_name': 'VARCHAR', 'field': 'VARCHAR', 'handling_unit': 'VARCHAR',
  'applicant_type': 'VARCHAR', 'applicant_key': 'VARCHAR', 'channel': 'VARCHAR', 'received_at': 'TIMESTAMP', 'due_at': 'DATE',
  'completed_at': 'TIMESTAMP', 'outcome': 'VARCHAR', 'fee': 'DECIMAL(18,2)'}}) ORDER BY field, received_at)
  TO '{target}' (FORMAT parquet, COMPRESSION zstd);
SELECT dossier_code, count(*) FROM '{target}' GROUP BY 1 HAVING count(*) > 1;"""
POLARS_READ = "import polars, sys; assert polars.read_excel(sys.argv[1], engine='calamine').width == 11"

# The columns of the workbook: an ordinal, nine texts (without handling unit, channel and day of completion) and an amount.
WORKBOOK_COLUMNS = [0, 1, 2, 3, 5, 6, 8, 9, 11]


def write_xlsx(source, target, rows):
    """The first rows of a CSV export as a workbook."""
    import xlsxwriter
    book = xlsxwriter.Workbook(target, {"constant_memory": True})
    sheet = book.add_worksheet("Hồ sơ")
    with open(source, encoding="utf-8", newline="") as file:
        for number, row in zip(range(rows + 1), csv.reader(file)):
            texts = [row[column] for column in WORKBOOK_COLUMNS]
            sheet.write_row(number, 0, [number or "STT"] + texts + [int(row[-1]) if row[-1].isdigit() else row[-1]])
    book.close()


def imports(options):
    """DuckDB sorts, writes and looks for repeated keys as cchc does, but knows no spellings, hashes no input or identity number
    and keeps no row's origin unless the second line says so; Polars only reads."""
    register = Register(options)
    workspace = os.path.join(options.folder, "import")
    os.makedirs(os.path.join(workspace, "datasets"), exist_ok=True)
    shutil.copy(os.path.join(ROOT, "datasets", "dossiers.toml"), os.path.join(workspace, "datasets"))
    stored = os.path.join(workspace, "datasets", "dossiers", "year=2023", "data.parquet")
    target = os.path.join(options.folder, "duckdb.parquet")

    def empty():
        shutil.rmtree(os.path.join(workspace, ".cchc"), ignore_errors=True)
        shutil.rmtree(os.path.join(workspace, "datasets", "dossiers"), ignore_errors=True)

    source = register.csv(2023)
    book = os.path.join(options.folder, "register-11.xlsx")
    if not os.path.exists(book):
        write_xlsx(source, book, 200_000)
    ours = lambda file: [options.cchc, "--workspace", workspace, "import", "dossiers", "2023", file, "--synthetic"]
    peer = lambda origin: [options.duckdb, "-c", DUCKDB_IMPORT.format(source=source, target=target, origin=origin)]
    plain, traced = peer(""), peer(", 'd.csv' AS _file, row_number() OVER () AS _row")
    runs = min(options.runs, 3)
    seconds = alternate([(ours(source), {}), (plain, {}), (traced, {})], runs, empty)
    empty()
    memory = [peak(command) for command in (ours(source), plain, traced)]
    sizes = [os.path.getsize(stored), "", os.path.getsize(target)]
    rows = []
    for name, spent, used, size in zip(["cchc", "DuckDB", "DuckDB, with each row's origin"], seconds, memory, sizes):
        rows.append([f"CSV, {options.rows / 1e6:g} M rows, {os.path.getsize(source) / 1e6:.0f} MB", name, f"{spent:.2f} s",
                     f"{seconds[0] / spent:.2f}", f"{used:.0f} MiB", f"{size / 1e6:.1f} MB" if size else ""])
    workbook = [(ours(book), {}), ([sys.executable, "-c", POLARS_READ, book], {})]
    seconds = alternate(workbook, runs, empty)
    for name, spent, (command, _) in zip(["cchc", "Polars (reads only)"], seconds, workbook):
        empty()
        rows.append(["XLSX, 200,000 rows × 11", name, f"{spent:.2f} s", f"{seconds[0] / spent:.2f}", f"{peak(command):.0f} MiB", ""])
    print("\n### Imports")
    table(["export", "program", "median", "cchc / it", "peak memory", "Parquet"], rows)


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


# A hundred thousand points that do not lie on each other, without an order.
POINTS = """select (value * 37) % 9973 + sin(value) as x, (value * 101) % 8191 + cos(value) as y from generate_series(1, 100000)
VISUALISE x, y DRAW point"""


def chart(options):
    ours = [options.cchc, "chart", "dossiers_by_field", "-o", f"{options.folder}/a.png", "--width", "1200px", "--height", "700px"]
    peer = [sys.executable, "-c", MATPLOTLIB.replace("OUT", repr(f"{options.folder}/b.png"))]
    seconds = alternate([(ours, {}), (peer, {})], 10)
    print("\n### A saved chart, 1200 × 700 pixels, from command to PNG, medians of 10")
    table(["cchc", "matplotlib, cold", "ratio"], [[f"{seconds[0] * 1000:.1f} ms", f"{seconds[1] * 1000:.1f} ms", f"{seconds[0] / seconds[1]:.3f}"]])
    many = [options.cchc, "chart", "-c", POINTS, "-o", f"{options.folder}/points.png"]
    twenty = [options.cchc, "--workspace", twenty_charts(options.folder), "chart"]
    seconds = alternate([(many, {}), (twenty, {})], 7)
    print("\n### Whole processes at the default size (1831 × 1063 pixels), medians of 7")
    table(["100,000 points", "20 saved charts"], [[f"{one:.2f} s" for one in seconds]])


def twenty_charts(folder):
    """A copy of the bundled workspace with twenty charts of the default size: its own, and some of them twice."""
    workspace = os.path.join(folder, "twenty")
    shutil.rmtree(workspace, ignore_errors=True)
    for part in ["datasets", "queries"]:
        shutil.copytree(os.path.join(ROOT, part), os.path.join(workspace, part))
    os.makedirs(os.path.join(workspace, "charts"))
    texts = []
    for name in sorted(os.listdir(os.path.join(ROOT, "charts"))):
        if name.endswith(".sql"):
            with open(os.path.join(ROOT, "charts", name), encoding="utf-8") as file:
                texts.append((name, "".join(line for line in file if not line.startswith("-- size:"))))
    usual = [text for text in texts if text[0] != "processing_time.sql"]
    for index in range(20):
        name, text = usual[index % len(usual)]
        with open(os.path.join(workspace, "charts", f"c{index:02}_{name}"), "w", encoding="utf-8") as file:
            file.write(text)
    return workspace


def start(options):
    bundled = "select field, count(*) n from dossiers where year = 2023 group by 1 order by 2 desc"
    ours = lambda sql: ([options.cchc, "query", "-c", sql], {})
    pairs = {"`select 1`": [ours("select 1")], "an answer on the bundled data": [ours(bundled)]}
    if options.datafusion_cli:
        declared = DATAFUSION_TABLE.format(name="dossiers", columns=DOSSIERS, folder=os.path.join(ROOT, "datasets", "dossiers"))
        peer = [options.datafusion_cli, "-q", "-c"]
        pairs["`select 1`"].append((peer + ["select 1"], {}))
        pairs["an answer on the bundled data"].append((peer + [declared, "-c", bundled], {}))
    rows = []
    for what, commands in pairs.items():
        alternate(commands, 3)
        seconds = alternate(commands, 50)
        memory = [f"{peak(command):.0f} MiB" for command, _ in commands]
        rows.append([what, f"{seconds[0] * 1000:.1f} ms", *(f"{spent * 1000:.1f} ms" for spent in seconds[1:]),
                     *(f"{seconds[0] / spent:.3f}" for spent in seconds[1:]), " / ".join(memory)])
    print("\n### Start to answer, medians of 50")
    table(["", "cchc"] + (["datafusion-cli", "ratio"] if options.datafusion_cli else []) + ["peak memory"], rows)
    print(f"Resident at the prompt {resident(options.cchc):.0f} MiB; size of the program {os.path.getsize(options.cchc) / 1e6:.1f} MB\n")


def resident(cchc):
    """The memory in MiB that the shell holds while it waits for input, on Linux."""
    process = subprocess.Popen([cchc], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    process.stdin.write(b"select 1 as one;\n")
    process.stdin.flush()
    time.sleep(0.5)
    with open(f"/proc/{process.pid}/status", encoding="ascii") as file:
        found = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
    process.stdin.close()
    process.wait()
    return found / 1024


PARTS = {"start": start, "chart": chart, "questions": questions, "import": imports, "scale": scale}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure")
    parser.add_argument("--cchc", required=True)
    parser.add_argument("--duckdb", default=os.path.join(os.path.dirname(sys.executable), "duckdb"))
    parser.add_argument("--datafusion-cli", default=shutil.which("datafusion-cli"))
    parser.add_argument("--datafusion-python", action="store_true", help="time the package `datafusion` of this Python, too")
    parser.add_argument("--rows", type=int, default=5_000_000, help="dossiers of each of the six years")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", default="/tmp/cchc-bench")
    options = parser.parse_args()
    options.cchc, options.folder = os.path.abspath(options.cchc), os.path.abspath(options.folder)
    os.makedirs(options.folder, exist_ok=True)
    versions = [run([program, "--version"])[0].strip() for program in (options.cchc, options.duckdb, options.datafusion_cli) if program]
    if options.datafusion_python:
        versions.append(f"datafusion {importlib.metadata.version('datafusion')} from PyPI")
    print(f"{'; '.join(versions)}; {os.cpu_count()} cores")
    if not options.datafusion_cli:
        print("datafusion-cli is not there and left out")
    for part in options.parts or PARTS:
        PARTS[part](options)


if __name__ == "__main__":
    main()
