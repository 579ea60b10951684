"""Agents of every SDK, each a process of its own, that call and wait while the tests do other things."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import processes
from .gatehouse import Gatehouse
from .waiting import eventually

PEERS = Path(__file__).resolve().parent.parent / "peers"
#: The Python environment of each client.
ENVIRONMENTS = {"older": "client-older", "today": "client", "today-legacy": "client", "fastmcp": "fastmcp"}
#: Those that speak the era in which clients ask again by themselves.
MODERN = ["today", "fastmcp"]
SERVER = "bank"

JSON = dict[str, Any]


class Ledger:
    """What a server has run, as it wrote it down itself."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def runs(self, arguments: JSON | None = None) -> list[JSON]:
        """The calls that ran, with these arguments or all."""
        entries = [json.loads(line) for line in self._lines() if line.startswith("{")]
        return [entry for entry in entries if arguments is None or entry["arguments"] == arguments]

    @property
    def server(self) -> int:
        """The process of the server that started last."""
        return eventually(lambda: [int(line) for line in self._lines() if line.isdigit()], 20, "a server")[-1]

    def _lines(self) -> list[str]:
        return self.path.read_text().splitlines() if self.path.exists() else []


class Call:
    """A call that was made, and perhaps is over."""

    def __init__(self, agent: "Agent", id: int, tool: str, arguments: JSON) -> None:
        self.agent, self.id, self.tool, self.arguments = agent, id, tool, arguments
        self.progress: list[list[Any]] = []
        self.end: JSON | None = None

    def finish(self, within: float = 30) -> JSON:
        """Waits for the end: `result` or `error`."""
        self.agent.read(lambda: self.end is not None, within, f"an end of {self.tool} {self.arguments}")
        assert self.end is not None
        return self.end

    def result(self, within: float = 30) -> JSON:
        end = self.finish(within)
        assert "result" in end, end
        return end["result"]

    def text(self, within: float = 30) -> str:
        return self.result(within)["content"][0]["text"]

    def ends(self, within: float = 30) -> None:
        """Waits for an end that is no success, be it that of its agent."""
        self.agent.read(lambda: self.end is not None or self.agent.is_over, within, "the end")
        assert self.end is None or "result" not in self.end or self.end["result"].get("isError"), self.end

    def cancel(self) -> None:
        """Gives it up, as the SDK does that for its users."""
        self.agent.send({"do": "cancel", "id": self.id})


class Agent:
    """A client of an SDK with a server behind the gate."""

    def __init__(self, gatehouse: Gatehouse, environments: Path, sdk: str, folder: Path) -> None:
        self.sdk = sdk
        self.is_modern = sdk in MODERN
        folder.mkdir()
        self.ledger = Ledger(folder / "ledger")
        self._errors = (folder / "errors").open("w")
        server = [sys.executable, str(PEERS / "ledger.py"), str(self.ledger.path), str(gatehouse.home / "record")]
        self.process = subprocess.Popen(
            [
                str(environments / ENVIRONMENTS[sdk] / "bin/python"), str(PEERS / "agent.py"), sdk,
                gatehouse.binary, "run", "--name", SERVER, "--", *server,
            ],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            env={**gatehouse.environment, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        self._rest = b""
        self._calls: list[Call] = []
        self.version: str | None = None
        self.is_over = False

    def ready(self, within: float = 60) -> None:
        """Waits until it is connected."""
        self.read(lambda: self.version is not None, within, f"{self.sdk} to be connected")
        assert (self.version == "2026-07-28") == self.is_modern, self.version

    def call(self, tool: str, arguments: JSON, timeout: float | None = None, progress: bool = False) -> Call:
        """Makes a call and waits for nothing."""
        call = Call(self, len(self._calls), tool, arguments)
        self._calls.append(call)
        self.send(
            {
                "do": "call", "id": call.id, "tool": tool, "arguments": arguments, "timeout": timeout,
                "progress": progress,
            }
        )
        return call

    def send(self, order: JSON) -> None:
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        """Ends it as the kernel does, with no time to say anything."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def leave(self) -> None:
        """Lets it end as it does by itself."""
        self.process.stdin.close()

    def close(self) -> None:
        """Waits until it has ended."""
        self.leave()
        try:
            self.process.wait(20)
        finally:
            processes.kill([self.process.pid] if self.process.poll() is None else [])
            self.process.stdout.close()
            self._errors.close()

    def read(self, wanted: Callable[[], bool], within: float, what: str) -> None:
        """Takes in what it says until something holds."""
        deadline = time.monotonic() + within
        while not wanted():
            ready, _, _ = select.select([self.process.stdout], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"{what}: nothing came within {within:g} s"
            data = os.read(self.process.stdout.fileno(), 1 << 16)
            self.is_over = not data
            if self.is_over and wanted():
                return
            assert data, f"{what}: the agent ended: {Path(self._errors.name).read_text()}"
            *lines, self._rest = (self._rest + data).split(b"\n")
            for line in lines:
                self._take(json.loads(line))

    def _take(self, message: JSON) -> None:
        if "ready" in message:
            self.version = message["ready"]
        elif "progress" in message:
            self._calls[message["id"]].progress.append(message["progress"])
        else:
            self._calls[message["id"]].end = message
