"""Clients and servers of every SDK, in every pairing, with and without the gate between them."""

import json
import subprocess
from pathlib import Path
from typing import Any

from .gatehouse import Gatehouse

FOLDER = Path(__file__).resolve().parent.parent / "conformance"

#: The Python environment of each SDK.
ENVIRONMENTS = {"today": "client", "older": "client-older", "fastmcp": "fastmcp"}
SERVERS = ["today", "older", "fastmcp"]
#: Each client's program, and how it is told which era to speak.
CLIENTS = {
    "today": ("today", "auto"),
    "today-legacy": ("today", "legacy"),
    "older": ("older", "legacy"),
    "fastmcp": ("fastmcp", "auto"),
}
#: What the gate calls every server of the comparison.
NAME = "conformance"
#: The longest that one program may play.
LONGEST = 150

Seen = dict[str, dict[str, Any]]


def is_modern(server: str, client: str) -> bool:
    """Whether a pair talks in the stateless era."""
    return server != "older" and CLIENTS[client][1] == "auto"


class Pairs:
    """Plays scenarios with pairs of clients and servers, each at most once."""

    def __init__(self, gatehouse: Gatehouse, environments: Path, folder: Path) -> None:
        self._gatehouse = gatehouse
        self._environments = environments
        self._folder = folder
        self._seen: dict[tuple[str, str], dict[tuple[str, bool], Seen]] = {}

    def python(self, sdk: str) -> str:
        return str(self._environments / ENVIRONMENTS[sdk] / "bin/python")

    def server(self, sdk: str) -> list[str]:
        """What starts a server."""
        return [self.python(sdk), str(FOLDER / f"server_{sdk}.py")]

    def seen(self, server: str, client: str, gated: bool) -> Seen:
        """What a client saw of a server, by scenario."""
        program = CLIENTS[client][0]
        if (server, program) not in self._seen:
            # One program plays its eras, and with and without the gate, at the same time: starting it costs the most.
            names = [name for name, (file, _) in CLIENTS.items() if file == program]
            ways = [(name, gated) for name in names for gated in (False, True)]
            played = self.play(server, program, [(CLIENTS[name][1], gated) for name, gated in ways])
            self._seen[server, program] = dict(zip(ways, played, strict=True))
        return self._seen[server, program][client, gated]

    def play(
        self,
        server: str,
        program: str,
        ways: list[tuple[str, bool]],
        only: list[str] | None = None,
        gatehouse: Gatehouse | None = None,
    ) -> list[Seen]:
        """Has a client's program play scenarios, in each way: the era, and whether the gate is between."""
        gatehouse = gatehouse or self._gatehouse
        environment = {
            **gatehouse.environment,
            "PYTHONDONTWRITEBYTECODE": "1",
            # FastMCP writes sets into its errors, whose order is chance otherwise.
            "PYTHONHASHSEED": "0",
        }
        command = self.server(server)
        jobs = [
            {
                "name": str(index),
                "mode": mode,
                **self.way(gatehouse, command, gated),
                "environment": environment,
                "errors": str(self._folder / f"{server}-{program}-{mode}-{gated}"),
                "only": only,
            }
            for index, (mode, gated) in enumerate(ways)
        ]
        return self.played(program, jobs, environment)

    def way(self, gatehouse: Gatehouse, command: list[str], gated: bool) -> dict[str, Any]:
        """How a client reaches the server."""
        # Each server has a name of its own: tools that change under one name wait for a person.
        name = f"{NAME}-{Path(command[-1]).stem}"
        return {"command": [gatehouse.binary, "run", "--name", name, "--", *command] if gated else command}

    def played(self, program: str, jobs: list[dict[str, Any]], environment: dict[str, str]) -> list[Seen]:
        done = subprocess.run(
            [self.python(program), str(FOLDER / f"client_{program}.py"), json.dumps(jobs)],
            capture_output=True, text=True, timeout=LONGEST, env=environment,
        )
        assert done.returncode == 0, done.stderr
        seen = json.loads(done.stdout)
        return [seen[job["name"]] for job in jobs]
