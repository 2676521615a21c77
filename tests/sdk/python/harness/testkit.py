"""What the Rust tests have and these need too: a PostgreSQL of their own, and an address that spreads requests.

Where `TOLLGATE_TEST_NODES` says how many, there are so many nodes over one database instead of one server over a file.
"""

import os
import subprocess

NODES = int(os.environ.get("TOLLGATE_TEST_NODES", "0"))


class Testkit:
    """The program `nodes` of crates/testkit; it ends, with everything it made, when this process does."""

    def __init__(self):
        program = os.environ.get("TOLLGATE_TEST_KIT")
        assert program, "TOLLGATE_TEST_KIT must name the program of crates/testkit; ./test builds it and sets this"
        self._process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def new_database(self) -> str:
        return self._ask("database")

    def spread(self, ports: list[int]) -> int:
        """A port at which each request goes to the next of these, also where a connection is kept."""
        answer = self._ask(" ".join(["spread", *(f"127.0.0.1:{port}" for port in ports)]))
        return int(answer.rpartition(":")[2])

    def stop(self) -> None:
        """What it made goes by itself; to wait for that takes a while, and nobody needs to."""
        self._process.kill()
        self._process.communicate()

    def _ask(self, line: str) -> str:
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline().rstrip("\n")
        assert answer, f"the testkit has no answer to `{line}`"
        return answer
