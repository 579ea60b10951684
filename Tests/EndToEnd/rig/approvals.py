"""A gate whose policy asks, the agents that it guards, and the person who decides."""

import itertools
import json
import threading
from pathlib import Path
from typing import Any

from . import processes
from .agent import JSON, Agent, Call
from .gatehouse import Gatehouse
from .stream import Event, Stream
from .waiting import eventually
from .wire import Wire

#: Why the policy asks.
REASON = "it moves money"


def asking(hold: int = 60, timeout: int = 120, reason: str = REASON, **more: Any) -> JSON:
    """A rule that asks, with short times where a test waits for their end."""
    return {"action": "require_approval", "reason": reason, "approval": {"hold": hold, "timeout": timeout}, **more}


def denied_by_a_person(gatehouse: Gatehouse, wire: Wire, tool: str) -> JSON:
    """Calls a tool for which a person is asked, who says no; what the client is told."""
    wire.send({"jsonrpc": "2.0", "id": tool, "method": "tools/call", "params": {"name": tool, "arguments": {}}})
    waits = eventually(lambda: json.loads(gatehouse.succeed("pending", "--json")), what="the call to wait for a person")
    assert [event["tool"] for event in waits] == [tool]
    gatehouse.person.succeed("deny", waits[0]["id"], "-m", "not today")
    return wire.message()["result"]


#: One call an hour, whichever of the tools that have it.
BUDGET = [{"counter": "budget", "window": "hour", "max": 1, "scope": "session"}]
TOOLS: dict[str, JSON] = {
    "look": {},
    "pay": asking(),
    "pay_at_once_or_later": asking(hold=0),
    "pay_within_a_second_or_later": asking(hold=1),
    "pay_within_two_seconds_or_later": asking(hold=2),
    "pay_within_a_second_or_never": asking(hold=1, timeout=1),
    "pay_within_two_seconds_or_never": asking(hold=1, timeout=2),
    "pay_from_a_budget": asking(limits=BUDGET),
    "pay_soon_from_a_budget": asking(hold=1, timeout=1, limits=BUDGET),
    "pay_by_default": {"action": "require_approval"},
}


def policy(**changed: JSON) -> JSON:
    """The policy, with other rules for some tools."""
    return {"version": "1", "default": "deny", "tools": {**TOOLS, **changed}}


class Approver:
    """A person with a console open, as the gate sees it: it hears of everything, and decides."""

    def __init__(self, gatehouse: Gatehouse) -> None:
        self.stream: Stream = gatehouse.person.stream(subscribe=False)
        self.stream.ask({"op": "subscribe", "approver": True})

    def asked(self, tool: str, start: int) -> Event:
        """The first question about a tool from a place in the stream on."""
        return self.stream.until(
            lambda event: event["event"] == "approval" and event["state"] == "pending" and event["tool"] == tool,
            30, f"a question about {tool}", start,
        )

    def becomes(self, asked: Event, state: str, within: float = 30, start: int = 0, **members: Any) -> Event:
        """Waits until a question has a state, and members of the event have values."""
        wanted = {"event": "approval", "id": asked["id"], "state": state, **members}
        return self.stream.until(
            lambda event: all(event.get(key) == value for key, value in wanted.items()), within, f"{wanted}", start
        )

    def tell(self, op: str, asked: Event, **more: Any) -> str | None:
        """Sends a decision; returns the words with which it was refused, or None."""
        return self.answer(self.send(op, asked, **more))

    def send(self, op: str, asked: Event, **more: Any) -> int:
        """Sends a decision and waits for nothing; returns its number."""
        request = {"op": op, "approval": asked["id"], **more}
        if op == "approve":
            request = {"digest": asked["digest"], "scope": "once", **request}
        return self.stream.begin(request)

    def answer(self, number: int) -> str | None:
        answer = self.stream.answer(number, 30)
        return None if answer["event"] == "done" else answer["message"]

    def approve(self, asked: Event, **more: Any) -> None:
        assert self.tell("approve", asked, **more) is None

    def deny(self, asked: Event, message: str = "no") -> None:
        assert self.tell("deny", asked, message=message) is None


class Approving:
    """A person who approves whatever is asked, at once."""

    def __init__(self, gatehouse: Gatehouse) -> None:
        self._approver = Approver(gatehouse)
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run)
        #: The questions, and what the gate said where it did not take an approval.
        self.asked: list[Event] = []
        self.refusals: list[str] = []

    def __enter__(self) -> "Approving":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join(30)
        self._approver.stream.close()

    def _run(self) -> None:
        stream, position = self._approver.stream, 0
        while not self._is_over.is_set():
            if position == len(stream.events):
                stream.wait(0.05)
                continue
            event = stream.events[position]
            position += 1
            if event["event"] == "approval" and event["state"] == "pending" and event["held"]:
                self.asked.append(event)
                refusal = self._approver.tell("approve", event)
                self.refusals += [] if refusal is None else [refusal]


class Scene:
    """All of them together."""

    def __init__(self, gatehouse: Gatehouse, environments: Path, folder: Path, names: list[str]) -> None:
        self.gatehouse = gatehouse
        self._environments, self._folder = environments, folder
        self._notes = itertools.count(1)
        self.agents: dict[str, Agent] = {}
        gatehouse.environment["LEDGER_TOOLS"] = " ".join(TOOLS)
        gatehouse.set_policy(policy())
        self.begin(*names)

    def begin(self, *names: str) -> None:
        """Starts a gate, and agents at the same time, which costs the most; `older-2` is another one of `older`."""
        self.gate = self.gatehouse.serve()
        self.approver = Approver(self.gatehouse)
        for name in names:
            sdk = name.rsplit("-", 1)[0] if name[-1].isdigit() else name
            folder = self._folder / f"{name}-{next(self._notes)}"
            self.agents[name] = Agent(self.gatehouse, self._environments, sdk, folder)
        for name in names:
            self.agents[name].ready()

    def __getitem__(self, name: str) -> Agent:
        return self.agents[name]

    def close(self) -> None:
        for agent in self.agents.values():
            agent.leave()
        for agent in self.agents.values():
            agent.close()
        self.agents = {}
        self.approver.stream.close()

    # What happens

    def note(self) -> JSON:
        """Arguments that no other call has."""
        return {"note": f"n{next(self._notes)}"}

    def ask(self, agent: Agent, tool: str, arguments: JSON | None = None, **more: Any) -> tuple[Call, Event]:
        """Makes a call about which a person is asked."""
        start = self.approver.stream.mark()
        call = agent.call(tool, self.note() if arguments is None else arguments, **more)
        return call, self.approver.asked(tool, start)

    def asks_again(self, agent: Agent, call: Call) -> None:
        """The same call is a new question; it is denied."""
        again, asked = self.ask(agent, call.tool, call.arguments)
        self.approver.deny(asked)
        again.finish()

    # What must be

    def runs(self, agent: Agent, call: Call) -> list[JSON]:
        """How often a call has run; all that was sent to the server before is in it."""
        assert agent.call("look", {}).text() == "ran look"
        return agent.ledger.runs(call.arguments)

    def never_runs(self, agent: Agent, call: Call, asked: Event) -> None:
        """A question is closed for ever, and its call has not run."""
        assert self.approver.tell("approve", asked) is not None
        assert self.runs(agent, call) == []

    def ran_once(self, agent: Agent, call: Call, asked: Event, state: str = "approved") -> None:
        """A call has run once, when the record told of the approval already, and before it told of the result."""
        run, = self.runs(agent, call)
        assert (run["tool"], run["others"]) == (call.tool, [])
        told = [one for one in self.recorded(run["record"]) if one["event"] == "approval" and one["id"] == asked["id"]]
        assert told[-1]["state"] == state, told
        decision = told[-1]["seq_of_decision"]
        result = self.approver.stream.until(
            lambda event: event["event"] == "result" and event["seq_of_decision"] == decision, what="the result"
        )
        assert decision < told[-1]["seq"] < result["seq"]

    def recorded(self, lengths: dict[str, int] | None = None) -> list[Event]:
        """What the record tells; with lengths of its files, what it told when they had these."""
        events: list[Event] = []
        for path in sorted((self.gatehouse.home / "record").iterdir()):
            text = path.read_bytes()[: None if lengths is None else lengths.get(path.name, 0)]
            events += [json.loads(line) for line in text.split(b"\n")[:-1]]
        return events

    def gone(self, pid: int) -> None:
        """A process has ended, so that it does nothing any more."""
        processes.all_gone([pid], 20)
