"""The real binary, as processes of its own on loopback ports, over a database that nobody else uses."""

import http.client
import os
import re
import secrets
import subprocess
import time
from pathlib import Path

from harness.testkit import Testkit

START_SECONDS = 20
STOP_SECONDS = 10
POLL_SECONDS = 0.02
PAGE_SECONDS = 5

ADDRESS = re.compile(r"http://127\.0\.0\.1:(\d+)")


class Server:
    """One process over a file. May be stopped or killed and started again; the database and the test key stay, the
    port does not."""

    def __init__(self, binary: Path, folder: Path):
        self._binary = binary
        # Flags of `serve` beside those that every server has.
        self.flags: list[str] = []
        # Variables of its environment beside those that every server has.
        self.environment: dict[str, str] = {}
        self.database = f"sqlite://{folder / 'tollgate.db'}"
        self.test_key = f"sk_test_{secrets.token_hex(16)}"
        self.port = 0
        self._processes = [Process(folder)]

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Server":
        self._start_processes()
        [process] = self._processes
        self.port = process.port
        return self

    def stop(self) -> int:
        """Asks for a graceful end and gives the exit code, the highest of several."""
        return max(process.stop() for process in self._processes if process.is_running)

    def kill(self) -> None:
        """SIGKILL: nothing of the server runs after this, not even a handler."""
        for process in self._processes:
            process.kill()

    @property
    def is_running(self) -> bool:
        return any(process.is_running for process in self._processes)

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
        return _page(self.port, path)

    def _start_processes(self, *arguments: str) -> None:
        command = [self._binary, "serve", "--listen", "127.0.0.1:0", "--database", self.database]
        command += [*arguments, *self.flags]
        for process in self._processes:
            process.start(command, _environment(TOLLGATE_SECRET_KEY=self.test_key, **self.environment))
        for process in self._processes:
            process.await_ready()


class Nodes(Server):
    """Several processes over one PostgreSQL database, behind one address that gives each request to the next of them.

    So that every answer must know of the one before, whichever node gave it, they answer nothing from memory unless
    they are told how old that may be."""

    def __init__(self, binary: Path, folder: Path, testkit: Testkit, count: int, max_age_milliseconds: int | None = 0):
        super().__init__(binary, folder)
        self._testkit = testkit
        self._max_age = max_age_milliseconds
        self.database = testkit.new_database()
        self._processes = [Process(folder, f"node{number}-") for number in range(count)]

    @property
    def ports(self) -> list[int]:
        """Of each node by itself."""
        return [process.port for process in self._processes]

    def start(self) -> "Nodes":
        self._start_processes(*([] if self._max_age is None else ["--catalog-max-age-ms", str(self._max_age)]))
        self.port = self._testkit.spread(self.ports)
        return self


class Process:
    """One `tollgate serve`, which writes what it says into files of a folder."""

    def __init__(self, folder: Path, prefix: str = ""):
        self._folder = folder
        self._prefix = prefix
        self._starts = 0
        self._deadline = 0.0
        self._process: subprocess.Popen | None = None
        self.port = 0

    def start(self, command: list, environment: dict[str, str]) -> None:
        self._starts += 1
        self._deadline = time.monotonic() + START_SECONDS
        with open(self._output("stdout"), "wb") as stdout, open(self._output("stderr"), "wb") as stderr:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, env=environment
            )

    def await_ready(self) -> None:
        self.port = self._await(self._printed_port, "print its address")
        self._await(self._is_ready, "become ready")

    def stop(self) -> int:
        self._process.terminate()
        try:
            return self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"SIGTERM did not end the server in {STOP_SECONDS} s") from None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _output(self, stream: str) -> Path:
        return self._folder / f"{self._prefix}{stream}-{self._starts}.log"

    def _printed_port(self) -> int | None:
        address = ADDRESS.search(self._output("stdout").read_text(errors="replace"))
        return int(address[1]) if address else None

    def _is_ready(self) -> bool:
        try:
            status, _ = _page(self.port, "/readyz")
        except OSError:
            return False
        return status == 200

    def _await(self, look, what: str):
        while not (seen := look()):
            if not self.is_running or time.monotonic() > self._deadline:
                said = "\n".join(self._output(stream).read_text(errors="replace") for stream in ("stdout", "stderr"))
                if self.is_running:
                    self.kill()
                raise AssertionError(f"the server did not {what}; it said:\n{said}")
            time.sleep(POLL_SECONDS)
        return seen


def _page(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PAGE_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _environment(**ours: str) -> dict[str, str]:
    """This process's environment without settings of Tollgate that a developer may have exported."""
    return {name: value for name, value in os.environ.items() if not name.startswith("TOLLGATE_")} | ours
