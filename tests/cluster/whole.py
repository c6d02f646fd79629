#!/usr/bin/env python3
"""Runs a whole cluster on this machine and compares it with the embedded engine.

    python3 -m venv /tmp/store && /tmp/store/bin/pip install "moto[server]==5.2.5"
    cargo build --release --features cluster
    /tmp/store/bin/python tests/cluster/whole.py --cchc target/release/cchc [--short]

Starts an S3-compatible store, a scheduler and two executors; imports the shipped exports into the store; runs every saved
query, all checks, comparisons and charts through the cluster, encrypted, over the store, and the same without either over the repository's
folder; kills an executor in the middle of a statement; ends everything. `--short` takes some of each. Exits with 1 at the first
difference.
"""
import argparse
import os
import shutil
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from machines import GUARD, ROOT, Machines, Store, run  # noqa: E402

EXPORTS = os.path.join(ROOT, "tests", "fixtures", "exports")
SHORT_QUERIES = ("on_time_resolved", "report_figures", "form_ii06a")
# Queries whose ORDER BY leaves the order of some rows open.
OPEN_ORDER = ()
SHORT_CHARTS = ("on_time_rate", "staffing_forecast")
# Some seconds of work, and no row.
LONG = ("select sum(a.fee + b.fee + c.fee) s from dossiers a, dossiers b, dossiers c "
        "where a.fee + b.fee + c.fee < 0")
COUNTS = "select year, field, count(*) n, count(distinct applicant_key) a, median(fee) m from dossiers group by 1, 2 order by 1, 2"
# After so long a silence the scheduler takes an executor for dead; a statement must end soon after at the latest.
BOUND_SECONDS = 60


class Whole:
    def __init__(self, options, folder):
        self.cchc, self.is_short, self.folder = options.cchc, options.short, folder
        self.passed = 0
        self.store = Store(options.store_server)
        self.environment = {**self.store.environment, **GUARD}
        self.machines = None

    def end(self):
        if self.machines:
            self.machines.end()
        self.store.service.end()

    def check(self, fact, holds, found=""):
        if not holds:
            sys.exit(f"FAILED: {fact}\n{found}")
        self.passed += 1

    def here(self, *words):
        return run([self.cchc, "--workspace", ROOT, "--no-cache", *words])

    def there(self, *words):
        # The shipped years are small; they would be one part each.
        return run([self.cchc, "--workspace", self.address, "--cluster", self.machines.url, "--part-bytes", "20000", *words],
                   self.environment)

    def import_exports(self):
        """The years in the store are byte for byte those that are shipped."""
        texts = lambda name: not name.endswith((".parquet", ".png"))
        self.address = self.store.fill("so-khcn", ROOT, texts)
        with open(os.path.join(EXPORTS, "imports.txt"), encoding="utf-8") as file:
            lines = [line.split() for line in file]
        for dataset, year, name, *options in lines:
            code, _, complaint, _ = run([self.cchc, "--workspace", self.address, "import", dataset, year,
                                         os.path.join(EXPORTS, name), *options], self.store.environment)
            self.check(f"{name} is imported into the store", code == 0, complaint)
        for dataset, year, *_ in lines:
            stored = f"datasets/{dataset}/year={year}/data.parquet"
            with open(os.path.join(ROOT, stored), "rb") as file:
                shipped = file.read()
            self.check(f"{stored} in the store is the shipped one", self.read(stored) == shipped)
        print(f"{len(lines)} exports imported into {self.address}", flush=True)

    def read(self, name):
        import urllib.request
        bucket, prefix = self.address.removeprefix("s3://").split("/", 1)
        request = urllib.request.Request(f"{self.store.address}/{bucket}/{prefix}/{name}")
        request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=a/20231220/us-east-1/s3/aws4_request, "
                                            "SignedHeaders=host, Signature=0")
        return urllib.request.urlopen(request).read()

    def names(self, command):
        code, output, complaint, _ = self.here(command, "--format", "csv")
        self.check(f"{command} are listed", code == 0, complaint)
        return [line.split(",")[0] for line in output.decode().splitlines()[1:]]

    def compare(self, *words, any_order=False):
        code, output, complaint, _ = self.here(*words)
        there = self.there(*words)
        # Where ORDER BY leaves rows equal, their order is nobody's.
        shown = (lambda text: sorted(line.rstrip(b",") for line in text.splitlines())) if any_order else bytes
        equal = (there[0], shown(there[1]), there[2]) == (code, shown(output), complaint)
        self.check(f"{' '.join(words)} is the same on the cluster", equal,
                   f"here {code}:\n{output.decode()[:2000]}{complaint}\nthere {there[0]}:\n{there[1].decode()[:2000]}{there[2]}")

    def queries(self):
        names = SHORT_QUERIES if self.is_short else self.names("queries")
        for name in names:
            self.compare("query", name, "--format", "json", any_order=name in OPEN_ORDER)
        self.compare("query", "-c", COUNTS, "--format", "csv")
        self.compare("check", "r01_status_sum", "--format", "csv")
        if not self.is_short:
            self.compare("check", "--format", "csv")
            self.compare("compare", "on_time_resolved", "staffing_vacancy", "--format", "csv")
        print(f"{len(names)} saved queries, checks and comparisons are the same", flush=True)

    def charts(self):
        """Images over the store and the cluster are byte for byte those of the repository."""
        names = SHORT_CHARTS if self.is_short else self.names("charts")
        for name in names:
            image = os.path.join(self.folder, f"{name}.png")
            code, _, complaint, _ = self.there("--lang", "vi", "chart", name, "-o", image)
            self.check(f"{name} is drawn", code == 0, complaint)
            with open(image, "rb") as drawn, open(os.path.join(ROOT, "charts", f"{name}.png"), "rb") as shipped:
                self.check(f"{name}.png is the shipped one", drawn.read() == shipped.read())
        print(f"{len(names)} charts are the same", flush=True)

    def kill_one(self):
        """An executor dies in the middle: the statement ends, and the next ones work."""
        import threading
        _, expected, _, _ = self.here("query", "-c", COUNTS, "--format", "csv")
        # No sum of three fees is below zero, as no fee is.
        _, long_expected, _, _ = self.here("query", "-c", "select sum(fee) s from dossiers where fee < 0", "--format", "csv")
        ended = {}
        asking = threading.Thread(target=lambda: ended.update(run=self.there("query", "-c", LONG, "--format", "csv")))
        victim = self.machines.executors[0]
        busy = [executor.processor_seconds() for executor in self.machines.executors]
        asking.start()
        start = time.perf_counter()
        while all(executor.processor_seconds() < before + 0.5 for executor, before in zip(self.machines.executors, busy)):
            self.check("an executor begins", time.perf_counter() - start < 120)
            time.sleep(0.05)
        # The one that works is the one to die.
        used = [executor.processor_seconds() - before for executor, before in zip(self.machines.executors, busy)]
        victim = self.machines.executors[used.index(max(used))]
        victim.kill()
        start = time.perf_counter()
        asking.join(BOUND_SECONDS)
        waited = time.perf_counter() - start
        self.check("the statement ends in time after an executor was killed", not asking.is_alive(), f"{waited:.1f} s")
        code, output, complaint, _ = ended["run"]
        self.check("it ends with one error, or with the right rows",
                   (code == 1 and complaint.count("error") == 1) or (code == 0 and output == long_expected),
                   f"{code}\n{output.decode()}{complaint}")
        outcome = "finished" if code == 0 else "ended with one error"
        start = time.perf_counter()
        while True:
            code, output, complaint, _ = self.there("query", "-c", COUNTS, "--format", "csv")
            if code == 0:
                break
            self.check("until then statements fail with an error", code == 1 and "error" in complaint, complaint)
            self.check("the other executor works on in time", time.perf_counter() - start < BOUND_SECONDS, complaint)
        self.check("its answer is right", output == expected, output.decode())
        print(f"an executor killed: the statement {outcome} after {waited:.1f} s, "
              f"the next one was answered {time.perf_counter() - start:.1f} s later", flush=True)
        self.machines.add()
        self.compare("query", "-c", COUNTS, "--format", "csv")

    def run(self):
        self.import_exports()
        self.machines = Machines(self.cchc, self.address, self.folder, 2, 2, self.environment)
        self.queries()
        self.charts()
        self.kill_one()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cchc", required=True, help="the program, built with the feature `cluster`")
    parser.add_argument("--store-server", help="moto_server; the one beside this Python, or of the PATH")
    parser.add_argument("--short", action="store_true", help="some queries and charts instead of all")
    options = parser.parse_args()
    options.cchc = os.path.abspath(options.cchc)
    beside = os.path.join(os.path.dirname(sys.executable), "moto_server")
    options.store_server = options.store_server or (beside if os.path.exists(beside) else shutil.which("moto_server"))
    if not options.store_server:
        sys.exit("moto_server is not there: python -m pip install \"moto[server]==5.2.5\"")
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        whole = Whole(options, folder)
        try:
            whole.run()
        finally:
            whole.end()
    print(f"{whole.passed} passed, 0 failed in {time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
