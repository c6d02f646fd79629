#!/usr/bin/env python3
"""Measures what a cluster costs and brings on one machine: the ten questions embedded, on one executor and on two.

    cargo build --profile dist --features cluster
    python3 benches/cluster.py --cchc target/dist/cchc --workspace /tmp/cchc-bench/workspace-5000000

Parts, all of them unless some are named: `folder` (files on this disk), `store` (the same through an S3-compatible store on
loopback), `bytes` (what is read from the store, by the embedded engine and by the cluster), `curve` (the sum of the ten
questions over each of the workspaces of `--curve`). Workspaces come from `benches/bench.py questions` and `scale`. Whole
processes are timed, alternating, medians; answers must be equal. All executors together have the cores of this machine.

The store is a few lines below, not a product: it serves a folder from the page cache, keeps If-Match, and counts bytes; moto's
server, against which imports are tested, reads a whole object for each range.
"""
import argparse
import email.utils
import http.server
import math
import os
import statistics
import sys
import tempfile
import threading
import urllib.parse
from xml.sax.saxutils import escape

from bench import ROOT, geometric, parse, run, same, table

sys.path.insert(0, os.path.join(ROOT, "tests", "cluster"))
from machines import BUCKET, KEYS, Machines  # noqa: E402

QUESTIONS = os.path.join(ROOT, "benches", "questions")


class Objects(http.server.BaseHTTPRequestHandler):
    """Serves the files below `server.folder` as objects of one bucket."""

    protocol_version = "HTTP/1.1"
    # Headers and body are two writes; the second must not wait 40 ms for the first to be acknowledged.
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def answer(self, code, body=b"", headers=()):
        self.send_response(code)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def path_of(self):
        name = urllib.parse.unquote(urllib.parse.urlsplit(self.path).path).removeprefix(f"/{BUCKET}/")
        return os.path.join(self.server.folder, name)

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        if "list-type" in query:
            return self.answer(200, self.list(query.get("prefix", [""])[0]).encode(), [("Content-Type", "application/xml")])
        path = self.path_of()
        if not os.path.isfile(path):
            return self.answer(404)
        found = os.stat(path)
        if self.headers.get("If-Match", tag(found)) != tag(found):
            return self.answer(412)
        first, last = self.range(found.st_size)
        self.send_response(206 if "Range" in self.headers else 200)
        for name, value in [("ETag", tag(found)), ("Content-Length", str(last + 1 - first)), ("Accept-Ranges", "bytes"),
                            ("Last-Modified", email.utils.formatdate(found.st_mtime, usegmt=True)),
                            ("Content-Range", f"bytes {first}-{last}/{found.st_size}")]:
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.flush()
            self.send(path, first, last + 1)
            with self.server.lock:
                self.server.requests += 1
                self.server.bytes += last + 1 - first

    def range(self, size):
        """First and last byte that are asked for."""
        first, _, last = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
        if not first:
            return max(size - int(last), 0), size - 1
        return int(first), min(int(last), size - 1) if last else size - 1

    def send(self, path, at, end):
        with open(path, "rb") as file:
            while at < end:
                at += os.sendfile(self.connection.fileno(), file.fileno(), at, end - at)

    def list(self, prefix):
        objects = []
        for parent, _, names in os.walk(self.server.folder):
            for name in names:
                path = os.path.join(parent, name)
                key = os.path.relpath(path, self.server.folder).replace(os.sep, "/")
                if key.startswith(prefix):
                    found = os.stat(path)
                    changed = email.utils.formatdate(found.st_mtime)
                    changed = email.utils.parsedate_to_datetime(changed).strftime("%Y-%m-%dT%H:%M:%S.000Z")
                    objects.append(f"<Contents><Key>{escape(key)}</Key><LastModified>{changed}</LastModified>"
                                   f"<ETag>{escape(tag(found))}</ETag><Size>{found.st_size}</Size></Contents>")
        return (f'<?xml version="1.0"?><ListBucketResult><Name>{BUCKET}</Name><KeyCount>{len(objects)}</KeyCount>'
                f"<IsTruncated>false</IsTruncated>{''.join(objects)}</ListBucketResult>")


def tag(found):
    return f'"{found.st_mtime_ns:x}-{found.st_size:x}"'


class ObjectServer(http.server.ThreadingHTTPServer):
    """The store: a folder, and what was read of it."""

    daemon_threads = True

    def __init__(self, folder):
        super().__init__(("127.0.0.1", 0), Objects)
        self.folder, self.lock, self.bytes, self.requests = folder, threading.Lock(), 0, 0
        threading.Thread(target=self.serve_forever, daemon=True).start()
        self.environment = {**KEYS, "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.server_port}"}

    def count(self, command):
        """The bytes and requests that a command causes, and its output."""
        with self.lock:
            self.bytes = self.requests = 0
        output, _ = run(command, self.environment)
        return self.bytes, self.requests, output


def questions():
    for name in sorted(os.listdir(QUESTIONS)):
        with open(os.path.join(QUESTIONS, name), encoding="utf-8") as file:
            yield name[:-4], "\n".join(line for line in file.read().splitlines() if not line.startswith("--"))


def ask(options, workspace, sql, machines=None):
    command = [options.cchc, "--no-cache", "--workspace", workspace, "query", "-c", sql, "--format", "csv"]
    return command + (["--cluster", machines.url] if machines else [])


def start(options, workspace, folder, executors, environment=None):
    cores = os.cpu_count()
    # What an embedded statement may use, shared out.
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") * 6 // 10 // executors
    return Machines(options.cchc, workspace, os.path.join(folder, str(executors)), executors, cores // executors, environment,
                    f"{memory >> 20}M")


def compare_forms(options, workspace, environment=None):
    """The seconds of each question embedded, on one executor, and on two; the clusters run side by side, one at work at a time."""
    rows, sums, ratios = [], [0.0, 0.0, 0.0], [[], []]
    with tempfile.TemporaryDirectory() as folder:
        clusters = [start(options, workspace, folder, executors, environment) for executors in (1, 2)]
        try:
            for name, sql in questions():
                commands = [ask(options, workspace, sql)] + [ask(options, workspace, sql, machines) for machines in clusters]
                answers = [parse(run(command, environment)[0]) for command in commands]
                if not all(same(answers[0], answer) for answer in answers):
                    sys.exit(f"{name}: answers differ\n{[answer[:5] for answer in answers]}")
                seconds = [[] for _ in commands]
                for _ in range(options.runs):
                    for command, found in zip(commands, seconds):
                        found.append(run(command, environment)[1])
                medians = [statistics.median(found) for found in seconds]
                sums = [total + spent for total, spent in zip(sums, medians)]
                for form in (0, 1):
                    ratios[form].append(medians[form + 1] / medians[0])
                rows.append([name, f"{medians[0]:.3f}", *(f"{spent:.3f} ({spent / medians[0]:.2f})" for spent in medians[1:])])
                print(" ".join(rows[-1]), file=sys.stderr, flush=True)
        finally:
            for machines in clusters:
                machines.end()
    rows.append(["sum"] + [f"{sums[0]:.2f}"] + [f"{spent:.2f} ({spent / sums[0]:.2f})" for spent in sums[1:]])
    rows.append(["geometric mean", ""] + [f"({geometric(found):.2f})" for found in ratios])
    table(["question", "embedded", "one executor (ratio)", "two executors (ratio)"], rows)


def folder(options):
    print(f"\n### Ten questions, files on this disk, medians of {options.runs}, seconds")
    compare_forms(options, options.workspace)


def store(options):
    server = ObjectServer(options.workspace)
    print(f"\n### Ten questions, an S3-compatible store on loopback, medians of {options.runs}, seconds")
    compare_forms(options, f"s3://{BUCKET}", server.environment)


def count_bytes(options):
    server = ObjectServer(options.workspace)
    workspace, rows, totals = f"s3://{BUCKET}", [], [0, 0]
    with tempfile.TemporaryDirectory() as scratch:
        machines = start(options, workspace, scratch, 2, server.environment)
        try:
            for name, sql in questions():
                here, asked, output = server.count(ask(options, workspace, sql))
                there, asked_there, other = server.count(ask(options, workspace, sql, machines))
                if not same(parse(output), parse(other)):
                    sys.exit(f"{name}: answers differ")
                totals = [totals[0] + here, totals[1] + there]
                rows.append([name, f"{here / 1e6:.1f} MB in {asked}", f"{there / 1e6:.1f} MB in {asked_there}", f"{there / here:.3f}"])
        finally:
            machines.end()
    rows.append(["sum", f"{totals[0] / 1e6:.1f} MB", f"{totals[1] / 1e6:.1f} MB", f"{totals[1] / totals[0]:.3f}"])
    print("\n### Read from the store, each process with its contracts and the ends of files")
    table(["question", "embedded", "two executors", "ratio"], rows)


def curve(options):
    rows, sizes, sums = [], [], []
    for workspace in options.curve:
        with tempfile.TemporaryDirectory() as scratch:
            machines = start(options, workspace, scratch, 2)
            try:
                count = ask(options, workspace, "select count(*) n from dossiers")
                sizes.append(int(run(count)[0].split()[1]))
                totals = []
                for form in (None, machines):
                    totals.append(0.0)
                    for _, sql in questions():
                        command = ask(options, workspace, sql, form)
                        run(command)
                        totals[-1] += statistics.median(run(command)[1] for _ in range(options.runs))
            finally:
                machines.end()
        sums.append(totals)
        rows.append([f"{sizes[-1] / 1e6:.0f} M", *(f"{total:.2f}" for total in totals), f"{totals[1] / totals[0]:.2f}"])
        print(" ".join(rows[-1]), file=sys.stderr, flush=True)
    if len(rows) > 1:
        growth = [math.log(sums[-1][form] / sums[0][form]) / math.log(sizes[-1] / sizes[0]) for form in (0, 1)]
        rows.append(["to the power of", *(f"{power:.2f}" for power in growth), ""])
    print(f"\n### Sum of the ten questions, medians of {options.runs}, seconds")
    table(["rows", "embedded", "two executors", "ratio"], rows)


PARTS = {"folder": folder, "store": store, "bytes": count_bytes, "curve": curve}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="what to measure")
    parser.add_argument("--cchc", required=True, help="the program, built with the feature `cluster`")
    parser.add_argument("--workspace", required=True, help="30 million rows, say")
    parser.add_argument("--curve", nargs="*", default=[], help="workspaces of growing size")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    options.cchc, options.workspace = os.path.abspath(options.cchc), os.path.abspath(options.workspace)
    options.curve = [os.path.abspath(workspace) for workspace in options.curve]
    print(f"{run([options.cchc, '--version'])[0].strip()}; {os.cpu_count()} cores")
    for part in options.parts or PARTS:
        PARTS[part](options)


if __name__ == "__main__":
    main()
