"""A person at a terminal of their own: commands and requests that no guarded client has started.

The gate takes no decision from a process below a client that it guards, and the tests are such a client themselves. So
what a person does is done by a process apart, which is nobody's child.
"""

import base64
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from .stream import Stream

APART = str(Path(__file__).resolve().parent.parent / "peers/apart.py")


class Person:
    """Runs commands of the program, and asks the control socket, from outside of every client."""

    def __init__(self, binary: str, environment: dict[str, str], home: Path) -> None:
        self._binary = binary
        self._environment = environment
        self._home = home
        self._ours, theirs = socket.socketpair()
        with theirs:
            # It forks and ends; what goes on is the child of the first process, or of whoever adopts orphans here.
            done = subprocess.run(
                [sys.executable, APART, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env={**environment},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                timeout=30,
            )
        assert done.returncode == 0
        self._lines = self._ours.makefile("r")

    def run(
        self, *arguments: str, input: str = "", timeout: float = 30, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs a command of the program to its end."""
        return self.run_program([self._binary, *arguments], input, timeout, environment)

    def shell(self, line: str, timeout: float = 30) -> subprocess.CompletedProcess[str]:
        """Has a shell run a line in which `gatehouse` is this program, as a person types it."""
        script = 'program=$1; gatehouse() { "$program" "$@"; }; eval "$2"'
        return self.run_program(["bash", "-c", script, "bash", self._binary, line], timeout=timeout)

    def run_program(
        self, words: list[str], input: str = "", timeout: float = 30, environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Runs any program to its end."""
        answer = self._do(
            {
                "run": words,
                "input": input,
                "timeout": timeout,
                "environment": {**self._environment, **(environment or {})},
                "cwd": str(self._home),
            },
            timeout,
        )
        return subprocess.CompletedProcess(
            words,
            answer["code"],
            base64.b64decode(answer["stdout"]).decode(),
            base64.b64decode(answer["stderr"]).decode(),
        )

    def succeed(self, *arguments: str, **more: Any) -> str:
        """Runs a command that must end with 0, and returns what it printed."""
        done = self.run(*arguments, **more)
        assert done.returncode == 0, f"gatehouse {arguments} ended with {done.returncode}: {done.stdout}{done.stderr}"
        return done.stdout

    def stream(self, path: Path | None = None, **more: Any) -> Stream:
        """A connection to the control socket that a process apart has made, and holds for us."""
        self._ours.sendall(json.dumps({"lend": str(path or self._home / "gate.sock")}).encode() + b"\n")
        _, numbers, _, _ = socket.recv_fds(self._ours, 1, 1)
        assert numbers, "no gate listens"
        return Stream.over(socket.socket(fileno=numbers[0]), **more)

    def close(self) -> None:
        self._lines.close()
        self._ours.close()

    def _do(self, request: dict[str, Any], timeout: float = 30) -> dict[str, Any]:
        self._ours.settimeout(timeout + 10)
        self._ours.sendall(json.dumps(request).encode() + b"\n")
        line = self._lines.readline()
        assert line, "the process apart is gone"
        answer: dict[str, Any] = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer
