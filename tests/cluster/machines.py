"""Starts what a cluster needs on this machine: an S3-compatible store, a scheduler, executors; ends them in any case."""
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUCKET = "so-lieu"
KEYS = {"AWS_ACCESS_KEY_ID": "a-key", "AWS_SECRET_ACCESS_KEY": "never-to-be-shown", "AWS_REGION": "us-east-1", "AWS_ALLOW_HTTP": "true"}

CERTIFICATES = os.path.join(ROOT, "tests", "fixtures", "certificates")
# With these, the machines of a cluster and who asks them encrypt, and let nobody else in.
GUARD = {"CCHC_CLUSTER_CERTIFICATE": os.path.join(CERTIFICATES, "machine.pem"),
         "CCHC_CLUSTER_KEY": os.path.join(CERTIFICATES, "machine.key"),
         "CCHC_CLUSTER_AUTHORITY": os.path.join(CERTIFICATES, "authority.pem"),
         "CCHC_CLUSTER_TOKEN": "never-to-be-shown"}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Service:
    """A process that lives as long as it is needed; whoever starts it waits for its first words."""

    def __init__(self, command, mark, environment=None, seconds=60):
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        stderr=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
        self.lines = []
        said = threading.Event()

        def listen():
            for line in self.process.stderr:
                self.lines.append(line)
                if mark in line:
                    said.set()
            said.set()

        threading.Thread(target=listen, daemon=True).start()
        if not said.wait(seconds) or not any(mark in line for line in self.lines):
            self.end()
            sys.exit(f"{' '.join(command)} did not say `{mark}`:\n{''.join(self.lines)}")

    def first(self, start):
        """The first word that begins so, among all that was said."""
        words = " ".join(self.lines).split()
        return next(word for word in words if word.startswith(start)).rstrip(",")

    def processor_seconds(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.kill()


class Store:
    """moto's server of S3 with one bucket, in which everything is done without looking at signatures."""

    def __init__(self, server):
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.service = Service([server, "-H", "127.0.0.1", "-p", str(port)], "Running on")
        self.environment = {**KEYS, "AWS_ENDPOINT_URL": self.address}
        self.put("", b"")

    def put(self, name, body):
        request = urllib.request.Request(f"{self.address}/{BUCKET}/{name}".rstrip("/"), data=body, method="PUT")
        request.add_header("Content-Type", "application/octet-stream")
        request.add_header("Authorization", "AWS4-HMAC-SHA256 Credential=a/20231220/us-east-1/s3/aws4_request, "
                                            "SignedHeaders=host, Signature=0")
        urllib.request.urlopen(request).read()

    def fill(self, prefix, folder, wanted=lambda name: True):
        """Puts the files of a workspace below a prefix."""
        for part in ("datasets", "queries", "charts"):
            for parent, _, names in os.walk(os.path.join(folder, part)):
                for name in names:
                    path = os.path.join(parent, name)
                    relative = os.path.relpath(path, folder).replace(os.sep, "/")
                    if wanted(relative):
                        with open(path, "rb") as file:
                            self.put(f"{prefix}/{relative}", file.read())
        return f"s3://{BUCKET}/{prefix}"


class Machines:
    """A scheduler and executors over a workspace."""

    def __init__(self, cchc, workspace, folder, executors, cores, environment=None, memory=None):
        self.cchc, self.workspace, self.folder = cchc, workspace, folder
        self.cores, self.environment, self.memory = cores, environment, memory
        self.scheduler = Service([cchc, "cluster", "scheduler", "--port", "0"], "listening on", environment)
        self.address = self.scheduler.first("127.0.0.1:")
        does_encrypt = "CCHC_CLUSTER_CERTIFICATE" in {**os.environ, **(environment or {})}
        self.url = f"{'https' if does_encrypt else 'http'}://{self.address}"
        self.executors = []
        for _ in range(executors):
            self.add()

    def add(self):
        folder = os.path.join(self.folder, f"executor-{len(self.executors)}")
        shutil.rmtree(folder, ignore_errors=True)
        command = [self.cchc, "--workspace", self.workspace, "cluster", "executor", "--scheduler", self.address,
                   "--port", "0", "--task-port", "0", "--cores", str(self.cores), "--folder", folder]
        if self.memory:
            command[1:1] = ["--memory-limit", self.memory]
        self.executors.append(Service(command, "works for", self.environment))

    def end(self):
        for service in [*self.executors, self.scheduler]:
            service.end()


def run(command, environment=None, seconds=600):
    """Runs a command; returns its exit code, output, complaint and seconds."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds,
                          env={**os.environ, **(environment or {})}, check=False)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace"), time.perf_counter() - start
