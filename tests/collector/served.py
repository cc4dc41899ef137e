"""The collector as a process, its targets, and waiting for what other processes do."""

import json
import shutil
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

DEADLINE_SECONDS = 20.0


def needs(program, package):
    return pytest.mark.skipif(
        shutil.which(program) is None, reason=f"Debian package {package} is not installed"
    )


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def eventually(ask, what):
    """Polls, as only the other process knows when it is ready."""
    end = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < end:
        try:
            if answer := ask():
                return answer
        except httpx.TransportError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"not within {DEADLINE_SECONDS} s: {what}")


class Served:
    """`fireline collector serve` in a folder."""

    def __init__(self, folder, config, *flags):
        self.folder = folder
        self.flags = flags
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.configure(config)
        self.start()

    def configure(self, config):
        (self.folder / "prometheus.yml").write_text(json.dumps(config))

    def start(self):
        self.spawn()
        eventually(lambda: httpx.get(f"{self.url}/-/ready").status_code == 200, "ready")

    def spawn(self):
        code = "from collector.cli import collector; collector()"
        options = [
            "--config",
            "prometheus.yml",
            "--data",
            "data",
            "--listen",
            f"127.0.0.1:{self.port}",
            *self.flags,
        ]
        self.process = subprocess.Popen(
            [sys.executable, "-c", code, "serve", *options],
            cwd=self.folder,
            stderr=subprocess.PIPE,
            text=True,
        )

    def stop(self):
        self.end(signal.SIGTERM)
        self.process.stderr.close()

    def load(self, text):
        """Imports OpenMetrics text, while it does not run."""
        (self.folder / "history.om").write_text(text)
        code = "from collector.cli import collector; collector()"
        arguments = ["import", "history.om", "--data", "data"]
        subprocess.run([sys.executable, "-c", code, *arguments], cwd=self.folder, check=True, timeout=30)

    def end(self, how):
        self.process.send_signal(how)
        _, said = self.process.communicate(timeout=DEADLINE_SECONDS)
        return self.process.returncode, said

    def result(self, query, **params):
        answer = httpx.post(f"{self.url}/api/v1/query", data={"query": query, **params}).json()
        return answer["data"]["result"]

    def value(self, query, **params):
        return [float(item["value"][1]) for item in self.result(query, **params)]


def config_for(target, *, rules=(), alertmanager=None, **job):
    address = f"127.0.0.1:{target.server_address[1]}"
    config = {
        "global": {"scrape_interval": "200ms", "evaluation_interval": "200ms"},
        "scrape_configs": [{"job_name": "shop", "static_configs": [{"targets": [address]}], **job}],
        "rule_files": list(rules),
    }
    if alertmanager:
        config["alerting"] = {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]}
    return config
