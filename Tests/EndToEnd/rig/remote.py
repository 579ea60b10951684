"""Servers over HTTP, and the comparison of what clients see of them directly and through the gate."""

import os
import subprocess
from pathlib import Path
from typing import Any

from .conformance import Pairs
from .gatehouse import Gatehouse


class RemotePairs(Pairs):
    """Plays scenarios with servers over HTTP: directly over HTTP, and over stdio through the gate."""

    def __init__(self, gatehouse: Gatehouse, environments: Path, folder: Path, answers: str = "stream") -> None:
        super().__init__(gatehouse, environments, folder)
        self._answers = answers
        self._servers: list[HTTPServer] = []

    def way(self, gatehouse: Gatehouse, command: list[str], gated: bool) -> dict[str, Any]:
        # Each client has a server of its own: what one changes in it another would hear of.
        server = HTTPServer([*command, "http", self._answers], gatehouse.environment)
        self._servers.append(server)
        if not gated:
            return {"url": server.url}
        name = f"conformance-{len(self._servers)}"
        gatehouse.succeed("servers", "add", name, "--url", server.url)
        return {"command": [gatehouse.binary, "connect", name]}

    def close(self) -> None:
        for server in self._servers:
            server.close()


class HTTPServer:
    """A program that serves HTTP on 127.0.0.1 and prints its port."""

    def __init__(self, command: list[str], environment: dict[str, str], path: str = "/mcp") -> None:
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, cwd=os.environ.get("TMPDIR", "/tmp"),
            # FastMCP writes sets into its errors, whose order is chance otherwise.
            env={**environment, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"},
        )
        line = self.process.stdout.readline().strip()
        assert line.isdigit(), f"{command} ended with {self.process.wait()}"
        self.port = int(line)
        self.url = f"http://127.0.0.1:{self.port}{path}"

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
