"""The real binary as a process of its own, on a loopback port and a database file that nobody else uses."""

import http.client
import os
import re
import secrets
import subprocess
import time
from pathlib import Path

START_SECONDS = 20
STOP_SECONDS = 10
POLL_SECONDS = 0.02
PAGE_SECONDS = 5

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


class Server:
    """May be stopped or killed and started again; the database and the test key stay, the port does not."""

    def __init__(self, binary: Path, folder: Path):
        self._binary = binary
        self._folder = folder
        self._starts = 0
        self._process: subprocess.Popen | None = None
        self.database = f"sqlite://{folder / 'tollgate.db'}"
        self.test_key = f"sk_test_{secrets.token_hex(16)}"
        self.port = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        self._starts += 1
        with open(self._output("stdout"), "wb") as stdout, open(self._output("stderr"), "wb") as stderr:
            self._process = subprocess.Popen(
                [self._binary, "serve", "--listen", "127.0.0.1:0", "--database", self.database],
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                env=_environment(TOLLGATE_SECRET_KEY=self.test_key),
            )
        deadline = time.monotonic() + START_SECONDS
        self.port = self._await(self._printed_port, "print its address", deadline)
        self._await(self._is_ready, "become ready", deadline)
        return self

    def stop(self) -> int:
        """Asks for a graceful end and gives the exit code."""
        self._process.terminate()
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"SIGTERM did not end the server in {STOP_SECONDS} s") from None

    def kill(self) -> None:
        """SIGKILL: nothing of the server runs after this, not even a handler."""
        self._process.kill()
        self._process.wait()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def create_key(self, environment: str) -> str:
        """What the command line prints for a new secret key, whole, so that a test sees if it prints more."""
        done = subprocess.run(
            [self._binary, "keys", "create", "--environment", environment, "--database", self.database],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            env=_environment(),
        )
        assert done.returncode == 0, f"keys create failed: {done.stderr}"
        return done.stdout.removesuffix("\n")

    def page(self, path: str) -> tuple[int, bytes]:
        """Status and body of a page that needs no key."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PAGE_SECONDS)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def _output(self, stream: str) -> Path:
        return self._folder / f"{stream}-{self._starts}.log"

    def _printed_port(self) -> int | None:
        address = ADDRESS.search(self._output("stdout").read_text(errors="replace"))
        return int(address[1]) if address else None

    def _is_ready(self) -> bool:
        try:
            status, _ = self.page("/readyz")
        except OSError:
            return False
        return status == 200

    def _await(self, look, what: str, deadline: float):
        while not (seen := look()):
            if not self.is_running or time.monotonic() > deadline:
                said = "\n".join(self._output(stream).read_text(errors="replace") for stream in ("stdout", "stderr"))
                if self.is_running:
                    self.kill()
                raise AssertionError(f"the server did not {what}; it said:\n{said}")
            time.sleep(POLL_SECONDS)
        return seen


def _environment(**ours: str) -> dict[str, str]:
    """This process's environment without settings of Tollgate that a developer may have exported."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TOLLGATE_")} | ours
