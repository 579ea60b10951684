"""A client that writes and reads lines as they are, for what no SDK would send."""

import json
import os
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from .gatehouse import Gatehouse

PLAIN = [sys.executable, str(Path(__file__).resolve().parent.parent / "peers/plain.py")]
VERSION = "2025-11-25"


class Wire:
    """A started program whose standard input and output carry one message a line."""

    def __init__(self, process: subprocess.Popen[bytes], within: float = 30) -> None:
        self.process = process
        self.within = within
        self._rest = b""
        self._lines: list[bytes] = []

    def send(self, *lines: str | bytes | dict[str, Any]) -> None:
        """Writes lines; their ends are added."""
        for line in lines:
            if isinstance(line, dict):
                line = json.dumps(line)
            if isinstance(line, str):
                line = line.encode()
            self.process.stdin.write(line + b"\n")
        self.process.stdin.flush()

    def line(self, within: float | None = None) -> bytes | None:
        """The next line without its end; None at the end of the output."""
        deadline = time.monotonic() + (self.within if within is None else within)
        while not self._lines:
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"no line came in time; the program {self._state()}"
            data = os.read(self.process.stdout.fileno(), 1 << 20)
            if not data:
                assert not self._rest, f"the output ends within a line: {self._rest!r}"
                return None
            *lines, self._rest = (self._rest + data).split(b"\n")
            self._lines += lines
        return self._lines.pop(0)

    def message(self, within: float | None = None) -> dict[str, Any]:
        """The next line as JSON."""
        line = self.line(within)
        assert line is not None, f"the output ended; the program {self._state()}"
        return json.loads(line)

    def ask(self, method: str, parameters: dict[str, Any] | None = None, id: int | str = 1) -> dict[str, Any]:
        """Sends a request and returns its answer, whatever notifications come before it."""
        self.send({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters or {}})
        while True:
            message = self.message()
            if message.get("id") == id and "method" not in message:
                return message

    def initialize(self) -> dict[str, Any]:
        """The older era's handshake."""
        client = {"name": "wire", "version": "1"}
        answer = self.ask("initialize", {"protocolVersion": VERSION, "capabilities": {}, "clientInfo": client}, "hello")
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return answer

    def call(self, tool: str, arguments: dict[str, Any] | None = None, id: int | str = 1) -> dict[str, Any]:
        return self.ask("tools/call", {"name": tool, "arguments": arguments or {}}, id)

    def finish(self, within: float = 10) -> int:
        """Closes the input and returns the exit status."""
        self.process.stdin.close()
        status = self.process.wait(within)
        self.process.stdout.close()
        return status

    def _state(self) -> str:
        status = self.process.poll()
        return "still runs" if status is None else f"ended with {status}: {self.errors()}"

    def errors(self) -> str:
        """What it wrote to standard error; to be asked for when it has ended."""
        return self.process.stderr.read().decode() if self.process.stderr else ""


def plain(gatehouse: Gatehouse, *options: str, name: str = "notes", **more: Any) -> Wire:
    """The plain server behind the gate, not registered."""
    return Wire(gatehouse.start("run", "--name", name, "--", *PLAIN, *options, **more))


def refusal(answer: dict[str, Any]) -> str:
    """The text of a denied call's result."""
    assert answer["result"]["isError"] is True, answer
    return answer["result"]["content"][0]["text"]
