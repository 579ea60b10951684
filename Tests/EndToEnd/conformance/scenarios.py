"""What a client does in each scenario, and what it writes down; every SDK's client plays all of them.

A scenario gets the client and a record, and tells whether it saw what it is about: a client and a server that agree to
fail prove nothing. Names are those of the public suite where it has them.
"""

import json
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio

import acts
import material
from material import JSON

Scenario = Callable[[Any, "Record"], Awaitable[bool]]
SCENARIOS: dict[str, Scenario] = {}
#: Those that are only to be seen with a policy that does something; played when they are asked for by name.
POLICED: dict[str, Scenario] = {}
#: The longest that any one scenario may take.
LONGEST = 30


class Absent(Exception):
    """The SDK has nothing to play a scenario with."""


class Record:
    """What a client sees in one scenario."""

    def __init__(self) -> None:
        self.outcome: list[Any] = []
        self.log: list[Any] = []
        self.progress: list[Any] = []
        self.messages: list[Any] = []
        self.asked: list[Any] = []

    async def note(self, awaitable: Awaitable[Any]) -> Any:
        """Writes down how a request ended."""
        try:
            value = await awaitable
        except Absent:
            raise
        except Exception as error:
            value = failure(error)
        self.outcome.append(value)
        return value


def failure(error: Exception) -> JSON:
    """An exception as JSON: its type, and all that the protocol put into it."""
    inner = getattr(error, "error", None)
    if inner is not None and hasattr(inner, "code"):
        data = getattr(inner, "data", None)
        return {"exception": type(error).__name__, "code": inner.code, "message": inner.message, "data": data}
    return {"exception": type(error).__name__, "text": str(error)}


def words(value: Any) -> str:
    """The texts of a tool's result, a resource or a prompt."""
    if not isinstance(value, dict):
        return ""
    blocks = value.get("content") or value.get("contents") or [one["content"] for one in value.get("messages", [])]
    return "\n".join(block.get("text") or (block.get("resource") or {}).get("text") or "" for block in blocks)


def kinds(value: Any) -> list[str]:
    """The kinds of the blocks of a tool's result or a prompt."""
    blocks = value.get("content") or [one["content"] for one in value.get("messages", [])]
    return [block["type"] for block in blocks]


# MARK: What the client answers when it is asked


def elicited(params: JSON) -> JSON:
    """A person's answer to a form: what it proposes, else the first choice, else a word."""
    if "decline" in params["message"] or "cancel" in params["message"]:
        return {"action": "decline" if "decline" in params["message"] else "cancel"}
    if params.get("mode") == "url":
        return {"action": "accept"}
    content = {}
    for name, schema in params["requestedSchema"]["properties"].items():
        items = schema.get("items", {})
        choices = schema.get("enum") or [one["const"] for one in schema.get("oneOf", [])]
        several = items.get("enum") or [one["const"] for one in items.get("anyOf", [])]
        content[name] = schema.get("default", choices[0] if choices else several[:2] if several else "Ada \U0001f600")
    return {"action": "accept", "content": content}


def sampled(params: JSON) -> JSON:
    """A model's answer."""
    block = params["messages"][-1]["content"]
    question = (block[0] if isinstance(block, list) else block)["text"]
    said = {"type": "text", "text": f"about {question}"}
    return {"role": "assistant", "content": said, "model": "model-1", "stopReason": "endTurn"}


ROOTS: JSON = {"roots": [{"uri": "file:///tmp/root%20one", "name": "root"}, {"uri": "file:///tmp/two"}]}


# MARK: The scenarios


def scenario(name: str) -> Callable[[Scenario], Scenario]:
    def add(function: Scenario) -> Scenario:
        SCENARIOS[name] = function
        return function

    return add


def calling(name: str, tool: str, arguments: JSON, shown: Callable[[Any, Record], bool], progress: bool = False) -> None:
    """A scenario of one call."""

    async def play(client: Any, record: Record) -> bool:
        value = await record.note(client.call(tool, arguments, progress=progress))
        return "exception" not in value and shown(value, record)

    SCENARIOS[name] = play


@scenario("server-initialize")
async def introduction(client: Any, record: Record) -> bool:
    value = await record.note(client.introduction())
    return not client.modern and value["instructions"] == material.INSTRUCTIONS


@scenario("server-stateless")
async def stateless(client: Any, record: Record) -> bool:
    value = await record.note(client.introduction())
    await record.note(client.raw("server/discover", {}))
    await record.note(client.raw("resources/list", {"_meta": {"example.org/unknown": 1, "traceparent": "00-a-b-01"}}))
    await record.note(client.raw("not/a-method", {"x": 1}))
    return client.modern and value["version"] == "2026-07-28"


@scenario("wrong-version")
async def wrong_version(client: Any, record: Record) -> bool:
    if not client.modern:
        raise Absent("requests of the older era have no version")
    for meta in (
        {"io.modelcontextprotocol/protocolVersion": "1999-01-01"},
        {"io.modelcontextprotocol/protocolVersion": "2025-11-25"},
        {"io.modelcontextprotocol/clientCapabilities": None},
    ):
        await record.note(client.raw("prompts/list", {"_meta": meta}))
    await record.note(client.raw("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {}}))
    return [one.get("code") for one in record.outcome] == [-32022, -32022, -32602, -32022]


@scenario("ping")
async def ping(client: Any, record: Record) -> bool:
    return "exception" not in await record.note(client.ping())


@scenario("logging-set-level")
async def level(client: Any, record: Record) -> bool:
    return "exception" not in await record.note(client.set_level("info"))


@scenario("completion-complete")
async def completion(client: Any, record: Record) -> bool:
    reference = {"type": "ref/prompt", "name": "test_prompt_with_arguments"}
    value = await record.note(client.complete(reference, {"name": "arg1", "value": "par"}))
    await record.note(client.complete({"type": "ref/resource", "uri": "test://template/{id}/data"}, {"name": "id", "value": "x"}))
    return value.get("completion", {}).get("values") == ["paris", "park", "party"]


async def listed(client: Any, record: Record, kind: str) -> list[JSON]:
    """All pages of a list, each written down."""
    found: list[JSON] = []
    cursor = None
    for _ in range(20):
        page = await record.note(client.page(kind, cursor))
        found += page.get(kind, [])
        cursor = page.get("nextCursor")
        if cursor is None:
            break
    return found


@scenario("tools-list")
async def tools(client: Any, record: Record) -> bool:
    return len(await listed(client, record, "tools")) == len(material.TOOLS)


@scenario("resources-list")
async def resources(client: Any, record: Record) -> bool:
    found = await listed(client, record, "resources")
    await listed(client, record, "resourceTemplates")
    return len(found) > material.PAGE


@scenario("prompts-list")
async def prompts(client: Any, record: Record) -> bool:
    return len(await listed(client, record, "prompts")) > material.PAGE


@scenario("pagination")
async def pagination(client: Any, record: Record) -> bool:
    for kind in ("tools", "resources", "resourceTemplates", "prompts"):
        await record.note(client.page(kind, "made up \u2028"))
    return any("exception" in one for one in record.outcome)


@scenario("json-schema-2020-12")
async def modern_schema(client: Any, record: Record) -> bool:
    found = [one for one in await listed(client, record, "tools") if one["name"] == "json_schema_2020_12_tool"]
    value = await record.note(client.call("json_schema_2020_12_tool", {"name": "a", "contact": "b"}))
    return [one["inputSchema"] for one in found] == [material.MODERN_SCHEMA] and words(value) == "valid"


@scenario("hidden-text")
async def hidden_text(client: Any, record: Record) -> bool:
    found = [one["description"] for one in await listed(client, record, "tools") if one["name"] == "test_hidden_text"]
    value = await record.note(client.call("test_hidden_text", {}))
    return material.HIDDEN in found[0] and material.HIDDEN in words(value)


calling("tools-call-structured-list", "test_structured_list", {}, lambda value, _: value.get("structuredContent") == [1, None])


@scenario("elicitation-url-required")
async def url_required(client: Any, record: Record) -> bool:
    value = await record.note(client.call("test_url_required", {}))
    return value.get("code") == -32042 and "https://example.org" in str(value["data"])


calling("tools-call-simple-text", "test_simple_text", {}, lambda value, _: words(value).startswith("This is"))
calling("tools-call-image", "test_image_content", {}, lambda value, _: kinds(value) == ["image"])
calling("tools-call-audio", "test_audio_content", {}, lambda value, _: kinds(value) == ["audio"])
calling("tools-call-embedded-resource", "test_embedded_resource", {}, lambda value, _: kinds(value) == ["resource"])
calling("tools-call-resource-link", "test_resource_link", {}, lambda value, _: kinds(value) == ["resource_link"])
calling("tools-call-mixed-content", "test_multiple_content_types", {}, lambda value, _: len(kinds(value)) == 3)
calling("tools-call-structured", "test_structured", {"x": 2**53 + 1, "y": 1e-7}, lambda value, _: "structuredContent" in value)
calling("tools-call-with-logging", "test_tool_with_logging", {}, lambda _, record: len(record.log) == 4)
calling("tools-call-error", "test_error_handling", {}, lambda value, _: value["isError"] and "fails" in words(value))
calling("tools-call-with-progress", "test_tool_with_progress", {"steps": 5}, lambda _, record: len(record.progress) == 5, True)
for name, tool, arguments in (
    ("tools-call-sampling", "test_sampling", {"prompt": "rivers \u2028"}),
    ("tools-call-elicitation", "test_elicitation", {"message": "Your name?"}),
    ("elicitation-sep1034-defaults", "test_elicitation_sep1034_defaults", {}),
    ("elicitation-sep1330-enums", "test_elicitation_sep1330_enums", {}),
    ("elicitation-url", "test_elicitation_url", {}),
    ("roots-list", "test_list_roots", {}),
):
    calling(name, tool, arguments, lambda value, record: "answered: {" in words(value) and len(record.asked) == 1)
calling("ping-from-the-server", "test_ping_client", {}, lambda value, _: words(value) == "answered: {}")


@scenario("elicitation-declined")
async def declined(client: Any, record: Record) -> bool:
    first = await record.note(client.call("test_elicitation", {"message": "Please decline."}))
    second = await record.note(client.call("test_elicitation", {"message": "Please cancel."}))
    return "'decline'" in words(first) and "'cancel'" in words(second)


@scenario("tools-call-refused")
async def refusals(client: Any, record: Record) -> bool:
    value = await record.note(client.call("test_protocol_error", {}))
    await record.note(client.call("not_there", {}))
    await record.note(client.call("test_echo", {"words": 1}))
    await record.note(client.prompt("not_there", {}))
    await record.note(client.prompt("test_prompt_with_arguments", {}))
    return value.get("code") == 4711


@scenario("resources-read-text")
async def read_text(client: Any, record: Record) -> bool:
    return words(await record.note(client.read("test://static-text"))) == material.TEXT


@scenario("resources-read-binary")
async def read_binary(client: Any, record: Record) -> bool:
    value = await record.note(client.read("test://static-binary"))
    return [one.get("blob") for one in value.get("contents", [])] == [material.IMAGE]


@scenario("resources-templates-read")
async def read_template(client: Any, record: Record) -> bool:
    return '"id": "7"' in words(await record.note(client.read("test://template/7/data")))


@scenario("sep-2164-resource-not-found")
async def read_nothing(client: Any, record: Record) -> bool:
    value = await record.note(client.read("test://not-there"))
    return client.modern and value.get("code") == -32602


@scenario("resources-subscribe")
async def subscribe(client: Any, record: Record) -> bool:
    value = await record.note(client.subscribe("test://watched"))
    await record.note(client.call("test_touch", {"uri": "test://watched"}))
    await client.settle()
    return "exception" not in value and len(record.messages) == 1


@scenario("resources-unsubscribe")
async def unsubscribe(client: Any, record: Record) -> bool:
    return "exception" not in await record.note(client.unsubscribe("test://watched"))


for name, prompt, arguments, wanted in (
    ("prompts-get-simple", "test_simple_prompt", {}, ["text"]),
    ("prompts-get-with-args", "test_prompt_with_arguments", {"arg1": "\u2028", "arg2": "two"}, ["text"]),
    ("prompts-get-embedded-resource", "test_prompt_with_embedded_resource", {"resourceUri": "test://x"}, ["resource", "text"]),
    ("prompts-get-with-image", "test_prompt_with_image", {}, ["image", "text"]),
):

    async def get_prompt(
        client: Any, record: Record, prompt: str = prompt, arguments: JSON = arguments, wanted: list[str] = wanted
    ) -> bool:
        value = await record.note(client.prompt(prompt, arguments))
        return "exception" not in value and kinds(value) == wanted

    SCENARIOS[name] = get_prompt


@scenario("caching")
async def caching(client: Any, record: Record) -> bool:
    shown = []
    for method, params in (
        ("tools/list", {}), ("prompts/list", {}), ("resources/list", {}), ("resources/templates/list", {}),
        ("resources/read", {"uri": "test://static-text"}),
    ):
        shown.append(await record.note(client.raw(method, params)))
    return client.modern and all("ttlMs" in one and "cacheScope" in one for one in shown)


# MARK: Unfinished results


def asks(name: str, kind: str, asked: int, said: str) -> None:
    """A scenario in which the SDK itself answers what the server asks for."""

    async def play(client: Any, record: Record) -> bool:
        value = await record.note(client.call(f"test_input_required_{kind}", {}))
        return said in words(value) and len(record.asked) == asked

    SCENARIOS[f"input-required-result-{name}"] = play


asks("basic-elicitation", "elicitation", 1, "Hello, Ada")
asks("basic-sampling", "sampling", 1, "about Name a river.")
asks("basic-list-roots", "roots", 1, "file:///tmp/root%20one")
asks("request-state", "state", 1, "state: first \u2192 state")
asks("multiple-input-requests", "many", 3, "all: ['model', 'roots', 'who'] all three")
asks("multi-round", "rounds", 2, "round 2 of Ada")


@scenario("input-required-result-without-requests")
async def waiting(client: Any, record: Record) -> bool:
    value = await record.note(client.call("test_input_required_waiting", {}))
    return words(value) == "waited until round 3" and not record.asked


@scenario("input-required-result-without-end")
async def endless_rounds(client: Any, record: Record) -> bool:
    value = await record.note(client.call("test_input_required_without_end", {}))
    return value.get("exception") == "InputRequiredRoundsExceededError" and len(record.asked) == 10


async def leg(client: Any, record: Record, tool: str, answers: JSON | None = None, state: str | None = None) -> JSON:
    """One round of a call, by hand."""
    params: JSON = {"name": f"test_input_required_{tool}", "arguments": {}}
    if answers is not None:
        params["inputResponses"] = answers
    if state is not None:
        params["requestState"] = state
    return await record.note(client.raw("tools/call", params))


ADA: JSON = {"action": "accept", "content": {"name": "Ada"}}


@scenario("input-required-result-missing-input-response")
async def missing_answer(client: Any, record: Record) -> bool:
    await leg(client, record, "elicitation")
    again = await leg(client, record, "elicitation", {"somebody else": ADA})
    return again.get("resultType") == "input_required"


@scenario("input-required-result-validate-input")
async def invalid_answer(client: Any, record: Record) -> bool:
    again = await leg(client, record, "elicitation", {"who": {"action": "accept", "content": {"name": 7}}})
    await leg(client, record, "elicitation", {"who": {"action": "decline"}})
    await leg(client, record, "elicitation", {"who": "no answer at all"})
    return again.get("resultType") == "input_required"


@scenario("input-required-result-ignore-extra-params")
async def extra_answers(client: Any, record: Record) -> bool:
    value = await leg(client, record, "elicitation", {"who": ADA, "more": {"action": "decline"}})
    return "Hello, Ada!" in words(value)


@scenario("input-required-result-non-tool-request")
async def asking_elsewhere(client: Any, record: Record) -> bool:
    value = await record.note(client.prompt("test_input_required_prompt", {}))
    await record.note(client.read("test://asking"))
    return "Greet Ada" in words(value)


@scenario("input-required-result-result-type")
async def result_types(client: Any, record: Record) -> bool:
    asked = await leg(client, record, "elicitation")
    done = await leg(client, record, "elicitation", {"who": ADA})
    return (asked.get("resultType"), done.get("resultType")) == ("input_required", "complete")


@scenario("input-required-result-unsupported-methods")
async def asking_nowhere(client: Any, record: Record) -> bool:
    value = await record.note(client.raw("prompts/list", {"inputResponses": {"who": ADA}}))
    return client.modern and value.get("resultType") == "complete"


@scenario("input-required-result-tampered-state")
async def tampered(client: Any, record: Record) -> bool:
    asked = await leg(client, record, "state")
    if "requestState" not in asked:
        return False
    sealed = asked["requestState"]
    end = "A" if sealed[-9] != "A" else "B"
    forged = await leg(client, record, "state", {"who": ADA}, sealed[:-9] + end + sealed[-8:])
    # The same state with a call that it was not made for.
    await leg(client, record, "rounds", {"who": ADA}, sealed)
    honest = await leg(client, record, "state", {"who": ADA}, sealed)
    return forged.get("code") == -32602 and "state: first" in words(honest)


@scenario("input-required-result-capability-check")
async def capabilities(client: Any, record: Record) -> bool:
    params: JSON = {"name": "test_input_required_capabilities", "arguments": {}}
    for able in ({"elicitation": {}}, {"sampling": {}}, {"elicitation": {}, "roots": {}}, {}):
        await record.note(client.raw("tools/call", params, able))
    asked = [sorted(one.get("inputRequests", {})) for one in record.outcome]
    return asked == [["elicitation"], ["sampling"], ["elicitation", "roots"], []]


# MARK: Beyond the public suite


@scenario("subscriptions-listen")
async def listening(client: Any, record: Record) -> bool:
    async def play() -> Any:
        return await client.listen("test://watched", [("test_touch", {"uri": "test://watched"}), ("test_announce", {})])

    seen = await record.note(play())
    return "exception" not in seen and len(seen["events"]) == 4


@scenario("announced-changes")
async def announced(client: Any, record: Record) -> bool:
    await record.note(client.call("test_announce", {}))
    await client.settle()
    return len(record.messages) >= 2


@scenario("roots-list-changed")
async def roots_changed(client: Any, record: Record) -> bool:
    return "exception" not in await record.note(client.roots_changed())


@scenario("cancellation")
async def cancellation(client: Any, record: Record) -> bool:
    before = words(await client.call("test_given_up", {}))
    await record.note(client.give_up("test_endless", {}))
    # By the clock: on a busy machine each question takes its time.
    end = anyio.current_time() + 10
    while (after := words(await client.call("test_given_up", {}))) == before and anyio.current_time() < end:
        await anyio.sleep(0.01)
    record.outcome.append([before, after])
    return int(after) == int(before) + 1


@scenario("cancellation-under-load")
async def busy_cancellation(client: Any, record: Record) -> bool:
    before = int(words(await client.call("test_given_up", {})))
    ends: dict[int, Any] = {}

    async def call(number: int) -> None:
        try:
            ends[number] = await client.call("test_echo", {"text": f"{number}"})
        except Exception as error:
            ends[number] = failure(error)

    async with anyio.create_task_group() as group:
        for number in range(40):
            if number % 4 == 0:
                group.start_soon(record.note, client.give_up("test_endless", {}))
            group.start_soon(call, number)
    record.outcome += [ends[number] for number in range(40)]
    for _ in range(500):
        after = int(words(await client.call("test_given_up", {})))
        if after == before + 10:
            break
        await anyio.sleep(0.01)
    return after == before + 10 and all(words(ends[number]) == f"{number}" for number in range(40))


@scenario("questions-at-once")
async def questions(client: Any, record: Record) -> bool:
    ends: dict[int, Any] = {}

    async def call(number: int) -> None:
        try:
            ends[number] = await client.call("test_sampling", {"prompt": f"river {number}"})
        except Exception as error:
            ends[number] = failure(error)

    async with anyio.create_task_group() as group:
        for number in range(40):
            group.start_soon(call, number)
    record.outcome += [ends[number] for number in range(40)]
    record.asked.sort(key=str)
    return all(f"about river {number}'" in words(ends[number]) for number in range(40))


@scenario("many-at-once")
async def many(client: Any, record: Record) -> bool:
    answers: dict[int, Any] = {}
    order: list[int] = []

    async def call(number: int) -> None:
        answers[number] = await client.call("test_in_turn", {"number": number, "of": 200})
        order.append(number)

    async with anyio.create_task_group() as group:
        for number in range(200):
            group.start_soon(call, number)
    record.outcome += [answers[number] for number in range(200)]
    return order != sorted(order) and all(words(answers[number]) == str(number) for number in range(200))


@scenario("progress-under-load")
async def busy_progress(client: Any, record: Record) -> bool:
    seen: dict[int, list[Any]] = {number: [] for number in range(20)}

    async def call(number: int) -> None:
        seen[number].append(await client.call("test_tool_with_progress", {"steps": 10}, progress=seen[number]))

    async with anyio.create_task_group() as group:
        for number in seen:
            group.start_soon(call, number)
    await client.settle()
    # Of what comes while the answer does, an SDK may hand over either first.
    record.outcome += [sorted(map(json.dumps, seen[number])) for number in seen]
    return all(len(one) == 11 for one in seen.values())


@scenario("every-plane")
async def every_plane(client: Any, record: Record) -> bool:
    value = await record.note(client.call("test_echo", {"text": material.EVERY_PLANE}))
    return words(value) == material.EVERY_PLANE


@scenario("tasks-call")
async def tasks(client: Any, record: Record) -> bool:
    ends = await client.task("test_simple_text", record)
    return ends == "the task's end"


# MARK: With a policy


def policed(name: str) -> Callable[[Scenario], Scenario]:
    def add(function: Scenario) -> Scenario:
        POLICED[name] = function
        return function

    return add


@policed("pages")
async def pages(client: Any, record: Record) -> bool:
    return bool(await listed(client, record, "tools"))


@policed("denials")
async def denials(client: Any, record: Record) -> bool:
    """Asks for what the policy allows and denies; the test knows the order."""
    await record.note(client.call("test_image_content", {}))
    await record.note(client.call("test_structured", {"x": 1, "y": 2.5}))
    for _ in range(3):
        await record.note(client.call("test_embedded_resource", {}))
    await record.note(client.call("test_given_up", {}))
    await record.note(client.call("test_hidden_text", {}))
    await record.note(client.read("test://static-binary"))
    await record.note(client.prompt("test_prompt_with_image", {}))
    sampling = client.call("test_input_required_sampling", {}) if client.modern else client.call("test_sampling", {"prompt": ""})
    await record.note(sampling)
    await record.note(client.call("test_simple_text", {}))
    return True


@policed("replaced-policy")
async def replaced_policy(client: Any, record: Record) -> bool:
    """Replaces the policy while it listens, as a person would: hides a tool, changes what no client can see, shows it."""
    allow: JSON = {"version": "1", "default": "allow"}
    others: JSON = {"test_image_content": {"action": "deny"}}
    said = await client.changes()
    async with said as changes:
        record.outcome.append(await client.tool_names())
        for policy in (
            {**allow, "hide": ["test_echo"]},
            {**allow, "hide": ["test_echo"], "tools": others},
            {**allow, "tools": others},
        ):
            client.set_policy(policy)
            if "tools" not in policy or "hide" not in policy:
                await changes()
            else:
                await client.denied("test_image_content")
            record.outcome.append(await client.tool_names())
            await record.note(client.call("test_echo", {"text": "here"}))
    return True


class Player:
    """What the clients of all SDKs have in common."""

    def __init__(self, job: JSON) -> None:
        self.record = Record()
        self._home = Path(job["environment"]["GATEHOUSE_HOME"])

    async def settle(self) -> None:
        """Waits until what the server has said so far has been handed over."""
        await self.call("test_simple_text", {})
        for _ in range(10):
            await anyio.sleep(0)

    def set_policy(self, policy: JSON) -> None:
        """Replaces the policy of this client's gate in one step."""
        draft = self._home / "policy.json.new"
        draft.write_text(json.dumps(policy))
        draft.chmod(0o600)
        draft.replace(self._home / "policy.json")

    async def denied(self, tool: str) -> None:
        """Waits until a tool is denied."""
        while not (await self.call(tool, {})).get("isError"):
            await anyio.sleep(0.01)

    async def changes(self) -> Any:
        """What, once entered, waits for the next word of changed tools; in the older era it comes to every client."""

        @asynccontextmanager
        async def listening() -> Any:
            seen = 0

            async def wait() -> None:
                nonlocal seen
                while len(self.record.messages) <= seen:
                    await anyio.sleep(0.01)
                seen += 1

            yield wait

        return listening()


# MARK: Playing them


async def play(client: Any, only: list[str] | None = None) -> dict[str, JSON]:
    """Plays scenarios with a connected client and returns what it saw in each."""
    seen: dict[str, JSON] = {}
    chosen = {name: {**SCENARIOS, **POLICED}[name] for name in only} if only else SCENARIOS
    for name, function in chosen.items():
        record = client.record = Record()
        ending: JSON = {}
        try:
            with anyio.fail_after(LONGEST):
                exercised = await function(client, record)
                await client.settle()
        except Absent as reason:
            ending, exercised = {"absent": str(reason)}, False
        except Exception as error:
            ending, exercised = {"failed": f"{type(error).__name__}: {error}"}, False
        seen[name] = {**ending, "exercised": bool(exercised), **vars(record)}
    return seen


async def play_all(jobs: list[JSON], connect: Callable[[JSON], Awaitable[Any]]) -> JSON:
    """Plays every job at the same time, each with a connection of its own."""
    seen: JSON = {}

    async def one(job: JSON) -> None:
        try:
            async with connect(job) as client:
                seen[job["name"]] = await play(client, job.get("only"))
        except Exception as error:
            seen[job["name"]] = {"connection": {"failed": f"{error!r}: {getattr(error, 'exceptions', '')}"}}

    async with anyio.create_task_group() as group:
        for job in jobs:
            group.start_soon(one, job)
    return seen
