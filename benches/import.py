#!/usr/bin/env python3
"""Measures imports against DuckDB (CSV) and Polars (XLSX), in one run, alternating.

    python3 -m venv /tmp/venv && /tmp/venv/bin/pip install 'duckdb==1.5.*' polars fastexcel xlsxwriter
    /tmp/venv/bin/python benches/import.py target/release/cchc [rows in millions ...]

The CSV holds dossiers in no order; DuckDB reads it with the types declared, sorts, writes Parquet (zstd) and
looks for repeated keys in it, but knows no Vietnamese spellings, hashes no input and keeps no row's origin; a
second query adds the origin, which is what the sizes are compared with. The workbook has 200,000 rows of
eleven columns; Polars only reads it. Prints medians, ratios and peak memory.
"""
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
RUNS = 3

HEADER = ["Mã hồ sơ", "Mã TTHC", "Lĩnh vực", "Hình thức nộp", "Ngày tiếp nhận", "Ngày hẹn trả", "Ngày trả kết quả", "Kết quả", "Lệ phí"]
FIELDS = ["Năng lượng nguyên tử", "KH&CN", "TĐC", "Sở hữu trí tuệ"]
CHANNELS = ["Trực tiếp", "Trực tuyến", "BCCI"]
DAYS = [f"{day:02}/{month:02}/2023" for month in range(1, 13) for day in range(1, 29)]
TIMES = [f"{hour:02}:{minute:02}" for hour in range(7, 17) for minute in range(60)]


def dossier(number):
    """One dossier, always the same for a number, with nothing in order but the numbers."""
    mixed = (number * 0x9E3779B97F4A7C15) & 0xFFFFFFFFFFFFFFFF
    mixed ^= mixed >> 29
    received = mixed % 280
    due = received + 10 + (mixed >> 40) % 20
    completed = received + (mixed >> 45) % 40
    outcome = "Trước hạn" if completed < due else "Đúng hạn" if completed == due else "Quá hạn"
    return [
        f"H41-23{received:04}-{number:08}",
        f"1.{(mixed >> 10) % 400:06}",
        FIELDS[(mixed >> 20) & 3],
        CHANNELS[(mixed >> 24) % 3],
        f"{DAYS[received]} {TIMES[(mixed >> 30) % 300]}",
        DAYS[due],
        f"{DAYS[completed]} {TIMES[300 + (mixed >> 50) % 300]}",
        outcome,
        str(((mixed >> 33) % 20) * 50000),
    ]


def write_csv(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(",".join(HEADER) + "\n")
        for start in range(0, rows, 10000):
            file.write("".join(",".join(dossier(number)) + "\n" for number in range(start, min(rows, start + 10000))))


def write_xlsx(path, rows):
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Hồ sơ")
    sheet.write_row(0, 0, ["STT"] + HEADER + ["Đơn vị giải quyết"])
    for number in range(rows):
        *texts, fee = dossier(number)
        sheet.write_row(number + 1, 0, [number + 1] + texts + [int(fee), "Phòng Quản lý chuyên ngành"])
    book.close()


DUCKDB = """
import duckdb, sys
source, target, origin = sys.argv[1:4]
connection = duckdb.connect()
connection.execute(f"set temp_directory = '{target}.tmp'")
columns = {'dossier_code': 'VARCHAR', 'procedure_code': 'VARCHAR', 'field': 'VARCHAR', 'channel': 'VARCHAR', 'received_at': 'TIMESTAMP',
           'due_at': 'DATE', 'completed_at': 'TIMESTAMP', 'outcome': 'VARCHAR', 'fee': 'DECIMAL(18,2)'}
extra = ", 'd.csv' AS _file, row_number() OVER () AS _row" if origin == 'origin' else ''
connection.execute(f"COPY (SELECT *{extra} FROM read_csv('{source}', header=true, columns={columns}, timestampformat='%d/%m/%Y %H:%M', "
                   f"dateformat='%d/%m/%Y') ORDER BY field, received_at) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
repeated = connection.execute(f"SELECT dossier_code, count(*) FROM '{target}' GROUP BY 1 HAVING count(*) > 1").fetchall()
assert not repeated
"""

POLARS = """
import polars, sys
table = polars.read_excel(sys.argv[1], engine='calamine')
assert table.width == 11
"""


def run(command):
    """Runs a command; returns seconds and the peak of its memory in MiB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    complaint = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    if status != 0:
        sys.exit(f"{command[0]} failed:\n{complaint.decode()}")
    return seconds, usage.ru_maxrss / 1024


def alternate(commands, prepare):
    """Runs the commands in turn; returns median seconds and peak memory of each."""
    results = [[] for _ in commands]
    for _ in range(RUNS):
        for command, result in zip(commands, results):
            prepare()
            result.append(run(command))
    return [(statistics.median(seconds for seconds, _ in result), max(memory for _, memory in result)) for result in results]


def report(what, name, result, ours=None):
    seconds, memory = result
    ratio = f"   ratio {ours[0] / seconds:.2f}" if ours else ""
    print(f"{what:28} {name:8} {seconds:7.2f} s  {memory:6.0f} MiB{ratio}", flush=True)


def main():
    cchc = os.path.abspath(sys.argv[1])
    millions = [float(word) for word in sys.argv[2:]] or [5]
    with tempfile.TemporaryDirectory() as folder:
        workspace = os.path.join(folder, "workspace")
        os.makedirs(os.path.join(workspace, "datasets"))
        shutil.copy(os.path.join(ROOT, "datasets", "dossiers.toml"), os.path.join(workspace, "datasets"))

        def empty():
            shutil.rmtree(os.path.join(workspace, ".cchc"), ignore_errors=True)
            shutil.rmtree(os.path.join(workspace, "datasets", "dossiers"), ignore_errors=True)

        def ours(source):
            return [cchc, "--workspace", workspace, "import", "dossiers", "2023", source, "--synthetic"]

        stored = os.path.join(workspace, "datasets", "dossiers", "year=2023", "data.parquet")
        target = os.path.join(folder, "duckdb.parquet")
        for count in millions:
            source = os.path.join(folder, "d.csv")
            write_csv(source, int(count * 1_000_000))
            duckdb = [sys.executable, "-c", DUCKDB, source, target]
            results = alternate([ours(source), duckdb + ["plain"], duckdb + ["origin"]], empty)
            what = f"CSV, {count:g} M rows, {os.path.getsize(source) / 1e6:.0f} MB"
            report(what, "cchc", results[0])
            report("", "DuckDB", results[1], results[0])
            report("  with each row's origin", "DuckDB", results[2], results[0])
            empty()
            run(ours(source))
            print(f"  Parquet: cchc {os.path.getsize(stored) / 1e6:.1f} MB, DuckDB with the origin {os.path.getsize(target) / 1e6:.1f} MB")
            os.remove(source)
        source = os.path.join(folder, "d.xlsx")
        write_xlsx(source, 200_000)
        results = alternate([ours(source), [sys.executable, "-c", POLARS, source]], empty)
        report("XLSX, 200,000 rows x 11", "cchc", results[0])
        report("", "Polars", results[1], results[0])


if __name__ == "__main__":
    main()
