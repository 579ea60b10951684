"""What tasks and subscriptions ask a person about, with the SDKs that have them and by hand where none does."""

import json
import subprocess
import sys
from collections.abc import Iterator

import anyio
import pytest
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ResourceUpdated

from conftest import ENVIRONMENTS
from rig import sdk
from rig.agent import JSON, PEERS
from rig.approvals import Approver, asking
from rig.gatehouse import Gatehouse
from rig.wire import Wire

OLDER = [str(ENVIRONMENTS / "client-older/bin/python"), str(PEERS / "tasks_older.py")]
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "wire", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {"extensions": {"io.modelcontextprotocol/tasks": {}}},
}


def policy(**more: JSON) -> JSON:
    return {"version": "1", "default": "deny", "tools": {"*": {}, "pay": asking()}, **more}


@pytest.fixture
def approver(gatehouse: Gatehouse) -> Iterator[Approver]:
    gatehouse.set_policy(policy(server_requests={"elicitation/create": asking(hold=20)}))
    gatehouse.serve()
    approver = Approver(gatehouse)
    yield approver
    approver.stream.close()


def question(approver: Approver, method: str, start: int = 0, **members: object) -> JSON:
    """The question that waits about a request of a method."""
    wanted = {"event": "approval", "state": "pending", "method": method, "held": True, **members}
    return approver.stream.until(
        lambda event: all(event.get(key) == value for key, value in wanted.items()), 60, f"{wanted}", start)


# MARK: Tasks of the older era


class Older:
    """A client of the last SDK that has tasks, and its server, with the gate between them."""

    def __init__(self, gatehouse: Gatehouse, tool: str) -> None:
        gate = [str(gatehouse.binary), "run", "--name", "tasks", "--", *OLDER, "serve"]
        self._process = subprocess.Popen(
            [*OLDER, tool, *gate], env=gatehouse.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def end(self) -> JSON:
        out, errors = self._process.communicate(timeout=60)
        assert self._process.returncode == 0, errors.decode()
        seen: JSON = json.loads(out)
        return seen


def test_p31_what_a_task_of_the_older_era_asks_waits_for_a_person(gatehouse: Gatehouse, approver: Approver) -> None:
    client = Older(gatehouse, "ask")
    asked = question(approver, "elicitation/create")
    approver.approve(asked)
    assert client.end() == {"asked": ["May I?"], "text": 'accept {"sure": true}', "status": "completed"}


def test_p31_what_a_person_denies_a_task_of_the_older_era_never_asks(
    gatehouse: Gatehouse, approver: Approver
) -> None:
    client = Older(gatehouse, "ask")
    approver.deny(question(approver, "elicitation/create"), "ask nobody")
    end = client.end()
    assert end["asked"] == []
    assert "ask nobody" in end["text"]


def test_p31_a_call_that_becomes_a_task_waits_before_it_is_one(gatehouse: Gatehouse, approver: Approver) -> None:
    client = Older(gatehouse, "pay")
    approver.approve(approver.asked("pay", 0))
    approver.approve(question(approver, "elicitation/create"))
    assert client.end()["status"] == "completed"


def test_p31_a_call_that_may_not_become_a_task_says_why(gatehouse: Gatehouse, approver: Approver) -> None:
    client = Older(gatehouse, "pay")
    approver.deny(approver.asked("pay", 0), "not today")
    # The SDK takes nothing but a task for an answer.
    assert client.end() == {"asked": [], "error": "[gatehouse] denied: not today. Rule /tools/pay."}


# MARK: Tasks of the stateless era


class Today:
    """A client by hand: no SDK has this extension yet."""

    def __init__(self, gatehouse: Gatehouse) -> None:
        command = [sys.executable, str(PEERS / "tasks_today.py")]
        self.wire = Wire(gatehouse.start("run", "--name", "tasks", "--", *command), within=60)
        self._ids = 0
        made = self.ask("tools/call", name="ask", arguments={})
        assert (made["resultType"], made["status"]) == ("task", "working")

    def send(self, method: str, **params: object) -> int:
        self._ids += 1
        self.wire.send({"jsonrpc": "2.0", "id": self._ids, "method": method, "params": {**params, "_meta": META}})
        return self._ids

    def answer(self, id: int) -> JSON:
        message = self.wire.message()
        assert message["id"] == id, message
        return message

    def ask(self, method: str, **params: object) -> JSON:
        return self.answer(self.send(method, **params))["result"]

    def close(self) -> None:
        assert self.wire.finish() == 0


@pytest.fixture
def today(gatehouse: Gatehouse, approver: Approver) -> Iterator[Today]:
    today = Today(gatehouse)
    yield today
    today.close()


def test_p31_what_a_task_asks_waits_for_a_person(approver: Approver, today: Today) -> None:
    look = today.send("tasks/get", taskId="t")
    asked = question(approver, "elicitation/create")
    # Whoever looks a second time sees a task that works.
    assert today.ask("tasks/get", taskId="t")["status"] == "working"
    approver.approve(asked)
    state = today.answer(look)["result"]
    assert state["status"] == "input_required"
    assert state["inputRequests"]["q"]["params"]["message"] == "May I?"
    said = {"q": {"action": "accept", "content": {}}}
    assert today.ask("tasks/update", taskId="t", inputResponses=said) == {"resultType": "complete"}
    assert today.ask("tasks/get", taskId="t")["result"]["content"][0]["text"] == "accept"


def test_p31_a_task_works_on_while_nobody_decides(gatehouse: Gatehouse, approver: Approver, today: Today) -> None:
    gatehouse.change_policy(
        policy(server_requests={"elicitation/create": asking(hold=1)}), approver.stream)
    state = today.ask("tasks/get", taskId="t")
    assert state["status"] == "working" and "inputRequests" not in state
    start = approver.stream.mark()
    look = today.send("tasks/get", taskId="t")
    asked = question(approver, "elicitation/create", start)
    approver.deny(asked, "ask nobody")
    for _ in range(2):
        assert "ask nobody" in today.answer(look)["error"]["message"]
        look = today.send("tasks/get", taskId="t")
    today.answer(look)


# MARK: Subscriptions


def test_p39_a_subscription_waits_for_a_person(gatehouse: Gatehouse, approver: Approver) -> None:
    gatehouse.change_policy(policy(resources={"notes://*": asking(), "free://*": {}}), approver.stream)
    server = gatehouse.running("watched", [sys.executable, str(PEERS / "watched.py")])

    async def scenario() -> list[str]:
        async with sdk.session(server) as client, anyio.create_task_group() as group:
            seen: list[str] = []
            opened = anyio.Event()

            async def watch() -> None:
                async with client.listen(resource_subscriptions=["free://a", "notes://b", "notes://c"]) as watched:
                    opened.set()
                    async for event in watched:
                        assert isinstance(event, ResourceUpdated)
                        seen.append(event.uri)
                        if len(seen) == 2:
                            return

            group.start_soon(watch)
            for uri in ("notes://b", "notes://c"):
                asked = await anyio.to_thread.run_sync(approver.asked, uri, 0)
                assert not opened.is_set()
                # Other calls go their way meanwhile.
                await client.call_tool("change", {"uri": "notes://c"})
                await anyio.to_thread.run_sync(approver.approve, asked)
            with anyio.fail_after(30):
                await opened.wait()
            for uri in ("notes://b", "notes://other", "notes://c"):
                await client.call_tool("change", {"uri": uri})
        return seen

    assert sdk.run(scenario, 120) == ["notes://b", "notes://c"]


def test_p39_a_subscription_that_a_person_denies_says_why(gatehouse: Gatehouse, approver: Approver) -> None:
    gatehouse.change_policy(policy(resources={"notes://*": asking()}), approver.stream)
    server = gatehouse.running("watched", [sys.executable, str(PEERS / "watched.py")])

    async def scenario() -> str:
        async with sdk.session(server) as client, anyio.create_task_group() as group:

            async def deny() -> None:
                approver.deny(await anyio.to_thread.run_sync(approver.asked, "notes://b", 0), "not these")

            group.start_soon(deny)
            with pytest.raises(MCPError) as refused:
                async with client.listen(resource_subscriptions=["notes://b"]):
                    pass
            # The session lives on.
            await client.call_tool("change", {"uri": "notes://b"})
            return str(refused.value)

    assert "not these" in sdk.run(scenario, 120)


def test_p39_a_client_that_gives_a_subscription_up_withdraws_it(gatehouse: Gatehouse, approver: Approver) -> None:
    gatehouse.change_policy(policy(resources={"notes://*": asking()}), approver.stream)
    server = gatehouse.running("watched", [sys.executable, str(PEERS / "watched.py")])

    async def scenario() -> None:
        async with sdk.session(server) as client, anyio.create_task_group() as group:

            async def watch() -> None:
                async with client.listen(resource_subscriptions=["notes://b"]):
                    raise AssertionError("nobody has approved it")

            group.start_soon(watch)
            asked = await anyio.to_thread.run_sync(approver.asked, "notes://b", 0)
            group.cancel_scope.cancel()
            with anyio.CancelScope(shield=True):
                await anyio.to_thread.run_sync(approver.becomes, asked, "withdrawn")

    sdk.run(scenario, 120)
