"""Clients of the stateless era ask again by themselves while a person thinks: all of it is one call."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conftest import ENVIRONMENTS
from rig.agent import JSON, MODERN, PEERS, SERVER, Agent, Call, Ledger
from rig.approvals import REASON, Scene
from rig.gatehouse import Gatehouse
from rig.stream import Event
from rig.wire import Wire

#: A wait is over after a second, and a client waits for less than three of them.
TOOL, PATIENCE = "pay_within_a_second_or_later", 2.9
META = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "wire", "version": "1"},
    "io.modelcontextprotocol/clientCapabilities": {},
}


@pytest.fixture(scope="module")
def scene(make_gatehouse: Callable[[], Gatehouse], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    names = [*MODERN, *(f"{sdk}-2" for sdk in MODERN)]
    scene = Scene(make_gatehouse(), ENVIRONMENTS, tmp_path_factory.mktemp("agents"), names)
    yield scene
    scene.close()


def polled(scene: Scene, agent: Agent, rounds: int = 1, tool: str = TOOL, **more: Any) -> tuple[Call, Event]:
    """A call whose client has asked again so often."""
    call, asked = scene.ask(agent, tool, **more)
    after = asked
    for _ in range(rounds):
        for held in (False, True):
            start = scene.approver.stream.events.index(after) + 1
            after = scene.approver.becomes(asked, "pending", start=start, held=held)
    assert call.end is None
    return call, asked


@pytest.mark.parametrize("sdk", MODERN)
def test_p63_a_call_waits_longer_than_its_client_would(scene: Scene, sdk: str) -> None:
    agent = scene[sdk]
    call, asked = polled(scene, agent, 3, timeout=PATIENCE, progress=True)
    scene.approver.approve(asked)
    assert call.text() == f"ran {TOOL}"
    # One question, one run, and the server sees nothing of how its client waited.
    scene.ran_once(agent, call, asked)
    assert {message for _, _, message in call.progress} == {"waiting for approval"}
    scene.asks_again(agent, call)


@pytest.mark.parametrize("sdk", MODERN)
def test_p63_a_denial_reaches_who_asks_again(scene: Scene, sdk: str) -> None:
    call, asked = polled(scene, scene[sdk])
    scene.approver.deny(asked, "no, and stop asking")
    assert call.text() == f"[gatehouse] denied: no, and stop asking. Rule /tools/{TOOL}."
    scene.never_runs(scene[sdk], call, asked)


@pytest.mark.parametrize("sdk", MODERN)
def test_p63_what_nobody_decides_while_its_client_asks_again_is_denied(scene: Scene, sdk: str) -> None:
    call, asked = scene.ask(scene[sdk], "pay_within_two_seconds_or_never")
    assert call.text() == f"[gatehouse] denied: {REASON}, and nobody decided within 2 s. Rule {asked['rule']}."
    scene.approver.becomes(asked, "expired")
    scene.never_runs(scene[sdk], call, asked)


@pytest.mark.parametrize("sdk", MODERN)
def test_p65_a_call_that_is_cancelled_while_its_client_asks_again_never_runs(scene: Scene, sdk: str) -> None:
    agent = scene[sdk]
    # Time enough to be cancelled while its second request waits.
    call, asked = polled(scene, agent, tool="pay_within_two_seconds_or_later")
    call.cancel()
    assert "error" in call.finish()
    scene.approver.becomes(asked, "withdrawn")
    scene.never_runs(agent, call, asked)
    scene.asks_again(agent, call)


@pytest.mark.parametrize("sdk", MODERN)
def test_p65_a_client_that_is_killed_while_it_asks_again_withdraws(scene: Scene, sdk: str) -> None:
    agent = scene[f"{sdk}-2"]
    call, asked = polled(scene, agent)
    server = agent.ledger.server
    agent.kill()
    scene.approver.becomes(asked, "withdrawn")
    assert scene.approver.tell("approve", asked) is not None
    scene.gone(server)
    assert agent.ledger.runs(call.arguments) == []


# MARK: What no SDK does


class Hand:
    """Writes each request of a call by hand."""

    def __init__(self, scene: Scene, ledger: Ledger) -> None:
        server = [sys.executable, str(PEERS / "ledger.py"), str(ledger.path), str(scene.gatehouse.home / "record")]
        self.wire = Wire(scene.gatehouse.start("run", "--name", SERVER, "--", *server), within=30)
        self.ledger = ledger
        self._ids = 0

    def send(self, arguments: JSON, tool: str = "pay_at_once_or_later", **more: Any) -> int:
        """One request; returns its id."""
        self._ids += 1
        parameters = {"name": tool, "arguments": arguments, "_meta": META, **more}
        self.wire.send({"jsonrpc": "2.0", "id": self._ids, "method": "tools/call", "params": parameters})
        return self._ids

    def answer(self, id: int) -> JSON:
        """The next message, which must be the answer to a request."""
        message = self.wire.message()
        assert message["id"] == id, message
        return message

    def call(self, arguments: JSON, *tool: str, **more: Any) -> JSON:
        """One request, and its answer."""
        return self.answer(self.send(arguments, *tool, **more))

    def state(self, arguments: JSON, *tool: str, **more: Any) -> str:
        """What a request is answered that is to be made again."""
        result = self.call(arguments, *tool, **more)["result"]
        assert result.keys() == {"resultType", "requestState"}, result
        assert result["resultType"] == "input_required"
        return result["requestState"]


@pytest.fixture
def hand(scene: Scene, tmp_path: Path) -> Iterator[Hand]:
    hand = Hand(scene, Ledger(tmp_path / "ledger"))
    yield hand
    assert hand.wire.finish() == 0
    hand.wire.process.stderr.close()


def refused(answer: JSON) -> None:
    """A state that is not good."""
    assert answer["error"]["code"] == -32602
    assert "requestState" in answer["error"]["message"]


def test_p38_what_a_client_brings_along_is_good_once_and_for_its_call(scene: Scene, hand: Hand) -> None:
    start = scene.approver.stream.mark()
    arguments = scene.note()
    first = hand.state(arguments)
    asked = scene.approver.asked("pay_at_once_or_later", start)
    refused(hand.call({**arguments, "more": 1}, requestState=first))
    refused(hand.call(arguments, "pay_within_two_seconds_or_later", requestState=first))
    refused(hand.call(arguments, requestState=first[:-1] + ("a" if first[-1] != "a" else "b")))
    second = hand.state(arguments, requestState=first)
    assert second != first
    refused(hand.call(arguments, requestState=first))
    scene.approver.approve(asked)
    # It is no approval: who has none of it passes, and it passes with nothing else.
    refused(hand.call({**arguments, "more": 1}, requestState=second))
    done = hand.call(arguments, requestState=second)["result"]
    assert done["content"][0]["text"] == "ran pay_at_once_or_later"
    refused(hand.call(arguments, requestState=second))
    run, = hand.ledger.runs()
    assert (run["arguments"], run["others"]) == (arguments, [])


def test_p38_a_state_is_used_up_while_its_call_waits(scene: Scene, hand: Hand) -> None:
    start = scene.approver.stream.mark()
    arguments, tool = scene.note(), "pay_within_two_seconds_or_later"
    state = hand.state(arguments, tool)
    asked = scene.approver.asked(tool, start)
    waiting = hand.send(arguments, tool, requestState=state)
    refused(hand.answer(hand.send(arguments, tool, requestState=state)))
    scene.approver.approve(asked)
    assert hand.answer(waiting)["result"]["content"][0]["text"] == f"ran {tool}"
    assert len(hand.ledger.runs()) == 1


def test_p63_a_client_is_told_to_ask_again_eight_times_and_then_in_words(scene: Scene, hand: Hand) -> None:
    start = scene.approver.stream.mark()
    arguments = scene.note()
    state = hand.state(arguments)
    for _ in range(7):
        state = hand.state(arguments, requestState=state)
    ninth = hand.call(arguments, requestState=state)["result"]
    assert (ninth["resultType"], ninth["isError"]) == ("complete", True)
    assert "waiting for approval" in ninth["content"][0]["text"]
    scene.approver.stream.mark()
    questions = {one["id"] for one in scene.approver.stream.events[start:] if one["event"] == "approval"}
    assert len(questions) == 1
    assert hand.ledger.runs() == []


def test_p38_a_state_of_an_approval_that_was_denied_brings_the_denial(scene: Scene, hand: Hand) -> None:
    start = scene.approver.stream.mark()
    arguments = scene.note()
    state = hand.state(arguments)
    scene.approver.deny(scene.approver.asked("pay_at_once_or_later", start), "no")
    assert "denied: no." in hand.call(arguments, requestState=state)["result"]["content"][0]["text"]
    refused(hand.call(arguments, requestState=state))
    assert hand.ledger.runs() == []
