"""Servers over HTTP: what a client sees of one over stdio through the gate is what it sees over HTTP without it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scenarios import SCENARIOS
from test_conformance import as_gated, without_chance

from conftest import ENVIRONMENTS
from rig.conformance import CLIENTS, SERVERS, Pairs, Seen, is_modern
from rig.gatehouse import Gatehouse
from rig.over_http import Front
from rig.remote import RemotePairs

#: Here the SDKs' own clients over HTTP run out of connections.
LOAD = ["cancellation-under-load", "many-at-once", "progress-under-load", "questions-at-once"]
#: Servers say part of these on another stream than the answer, so that nobody knows what comes first.
ON_TWO_STREAMS = {"tools-call-with-logging", "tools-call-with-progress"}


class MostScenarios(RemotePairs):
    """All but those with much at once."""

    def play(self, server: str, program: str, ways: list[tuple[str, bool]], **more: object) -> list[Seen]:
        return super().play(server, program, ways, only=[name for name in SCENARIOS if name not in LOAD])


@pytest.fixture(scope="module")
def pairs(make_gatehouse: Callable[[], Gatehouse], tmp_path_factory: pytest.TempPathFactory) -> Iterator[MostScenarios]:
    ours = MostScenarios(make_gatehouse(), ENVIRONMENTS, tmp_path_factory.mktemp("pairs"))
    yield ours
    ours.close()


def compare(direct: Seen, gated: Seen, modern: bool) -> None:
    assert "connection" not in direct, direct["connection"]
    assert "connection" not in gated, gated["connection"]
    different = {}
    for scenario, record in direct.items():
        expected = as_gated(without_chance(record), modern)
        seen = without_chance(gated[scenario])
        if scenario in ON_TWO_STREAMS:
            expected, seen = expected["outcome"], seen["outcome"]
        if seen != expected:
            different[scenario] = (expected, seen)
    assert different == {}, json.dumps(different)


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("server", SERVERS)
def test_p18_p81_a_server_over_http_is_the_same_over_stdio(server: str, client: str, pairs: MostScenarios) -> None:
    compare(
        pairs.seen(server, client, gated=False), pairs.seen(server, client, gated=True), is_modern(server, client)
    )


def test_p81_answers_in_json_are_the_same(
    make_gatehouse: Callable[[], Gatehouse], tmp_path: Path
) -> None:
    pairs = MostScenarios(make_gatehouse(), ENVIRONMENTS, tmp_path, "json")
    try:
        direct, gated = pairs.play("today", "today", [("auto", False), ("auto", True)])
    finally:
        pairs.close()
    compare(direct, gated, True)


class OverHTTPBothWays(MostScenarios):
    """Clients that reach the gate over HTTP, for servers that it reaches over HTTP."""

    def __init__(self, front: Front, folder: Path) -> None:
        super().__init__(front.gatehouse, ENVIRONMENTS, folder)
        self._front = front

    def way(self, gatehouse: Gatehouse, command: list[str], gated: bool) -> dict[str, object]:
        way = super().way(gatehouse, command, gated)
        return {"url": f"{self._front.url}/mcp/{way['command'][-1]}"} if gated else way


@pytest.mark.parametrize(("server", "client"), [("today", "today"), ("older", "older"), ("fastmcp", "fastmcp")])
def test_p18_p81_a_server_over_http_is_the_same_for_clients_over_http(
    server: str, client: str, make_gatehouse: Callable[[], Gatehouse], tmp_path: Path
) -> None:
    front = Front(make_gatehouse())
    pairs = OverHTTPBothWays(front, tmp_path)
    try:
        direct, gated = pairs.play(server, client, [(CLIENTS[client][1], False), (CLIENTS[client][1], True)])
    finally:
        pairs.close()
        front.close()
    modern = is_modern(server, client)
    if modern:
        # A client that has not asked for changes is told of none.
        direct.pop("announced-changes"), gated.pop("announced-changes")
    compare(direct, gated, modern)


@pytest.mark.parametrize("server", SERVERS)
def test_p3_much_at_once_over_http(server: str, make_gatehouse: Callable[[], Gatehouse], tmp_path: Path) -> None:
    """As it is without HTTP and without the gate."""
    gatehouse = make_gatehouse()
    program, mode = ("older", "legacy") if server == "older" else ("today", "auto")
    pairs = RemotePairs(gatehouse, ENVIRONMENTS, tmp_path)
    try:
        gated, = pairs.play(server, program, [(mode, True)], only=LOAD)
    finally:
        pairs.close()
    direct, = Pairs(gatehouse, ENVIRONMENTS, tmp_path).play(server, program, [(mode, False)], only=LOAD)
    compare(direct, gated, mode == "auto")
