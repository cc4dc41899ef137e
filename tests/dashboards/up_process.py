"""`fireline up` as a process, started and asked as its user does it."""

import json
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager

FIRELINE = (sys.executable, "-c", "from dashboards.cli import main; main()")
WITHIN_SECONDS = 60
STOPPED_WITHIN_SECONDS = 10


def command(folder, *more, listen="127.0.0.1:0"):
    config, data = folder / "fireline.yml", folder / "data"
    return [*FIRELINE, "up", "--config", str(config), "--data", str(data), "--listen", listen, *more]


@contextmanager
def running(arguments):
    """The process and where its page is, once it says so."""
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        line = process.stdout.readline()
        assert "the control room is at http://" in line, process.stderr.read()
        process.first_line = line
        yield process, line.split(" at ")[1].split()[0]
    finally:
        process.terminate()
        process.communicate(timeout=STOPPED_WITHIN_SECONDS)


def get(url, accept="text/html"):
    return _answer(urllib.request.Request(url, headers={"Accept": accept}))


def post(url, content):
    body = json.dumps(content).encode()
    return _answer(urllib.request.Request(url, body, {"Content-Type": "application/json"}))


def _answer(request):
    with urllib.request.urlopen(request, timeout=WITHIN_SECONDS) as answer:
        return answer.read().decode()


def eventually(check, every_seconds=0.1):
    """Asks until it is so; what it waits for is another process."""
    deadline = time.monotonic() + WITHIN_SECONDS
    while not (found := check()):
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(every_seconds)
    return found
