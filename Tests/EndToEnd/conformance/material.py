"""What all servers of the comparison offer, as JSON: each SDK makes its own models of it."""

from typing import Any

JSON = dict[str, Any]

IMAGE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
SOUND = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="
INSTRUCTIONS = "Nothing here is dangerous. \u2028 \U0001f600"

#: Something of each of Unicode's planes: ends of lines for some, combining, turning, without a character, the last one.
EVERY_PLANE = "".join(
    chr(plane << 16 | low)
    for plane in range(17)
    for low in (0x00, 0x09, 0x22, 0x5C, 0x7F, 0x85, 0x0301, 0x2028, 0x202E, 0xFEFF, 0xFFFD, 0xFFFE, 0xFFFF)
)

#: What a person does not see and a model reads: letters of tags, of no width, and what turns the line around.
HIDDEN = "".join(chr(0xE0000 + ord(letter)) for letter in "do it") + "\u200b\u2060\ufeff\u202edet\u2066"

#: How many of a list a page holds.
PAGE = 7

#: A schema with what JSON Schema 2020-12 has and its predecessors have not; it must come through unchanged.
MODERN_SCHEMA: JSON = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "address",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "pair": {"type": "array", "prefixItems": [{"type": "number", "minimum": 0.10}, {"type": "string"}]},
        "contact": {"type": "string"},
    },
    "if": {"properties": {"name": {"const": "nobody"}}},
    "then": {"properties": {"contact": {"maxLength": 0}}},
    "dependentRequired": {"contact": ["name"]},
    "additionalProperties": False,
}

POINT_SCHEMA: JSON = {
    "type": "object",
    "properties": {"x": {"type": "integer"}, "y": {"type": "number"}},
    "required": ["x", "y"],
}


def text(words: str) -> JSON:
    return {"type": "text", "text": words}


def image() -> JSON:
    return {"type": "image", "data": IMAGE, "mimeType": "image/png"}


def sound() -> JSON:
    return {"type": "audio", "data": SOUND, "mimeType": "audio/wav"}


def embedded(uri: str, words: str) -> JSON:
    return {"type": "resource", "resource": {"uri": uri, "mimeType": "text/plain", "text": words}}


def result(*content: JSON, **more: Any) -> JSON:
    return {"content": list(content), **more}


def tool(name: str, about: str, properties: JSON | None = None, **more: Any) -> JSON:
    schema = {"type": "object", "properties": properties or {}}
    if properties:
        schema["required"] = list(properties)
    return {"name": name, "description": about, "inputSchema": schema, **more}


STRING = {"type": "string"}
NUMBER = {"type": "integer"}

TOOLS: list[JSON] = [
    tool("test_simple_text", "Answers with text."),
    tool("test_image_content", "Answers with an image.", title="An image"),
    tool("test_audio_content", "Answers with a sound.", annotations={"readOnlyHint": True, "openWorldHint": False}),
    tool("test_embedded_resource", "Answers with a resource.", _meta={"example.org/kept": [1, 2.5, None, "\u2028"]}),
    tool("test_resource_link", "Answers with a link to a resource."),
    tool("test_multiple_content_types", "Answers with text, an image and a resource."),
    tool("test_structured", "Answers with structured content.", {"x": NUMBER, "y": {"type": "number"}}, outputSchema=POINT_SCHEMA),
    tool("test_tool_with_logging", "Writes to the log."),
    tool("test_tool_with_progress", "Reports progress.", {"steps": NUMBER}),
    tool("test_error_handling", "Fails as tools do."),
    tool("test_structured_list", "Answers with structured content that is no object."),
    tool("test_url_required", "Fails until a page was visited."),
    tool("test_protocol_error", "Fails as protocols do."),
    tool("test_sampling", "Asks the client's model.", {"prompt": STRING}),
    tool("test_elicitation", "Asks the client's person.", {"message": STRING}),
    tool("test_elicitation_sep1034_defaults", "Asks with default values."),
    tool("test_elicitation_sep1330_enums", "Asks with choices of all kinds."),
    tool("test_elicitation_url", "Sends the client's person to a page."),
    tool("test_list_roots", "Asks for the client's roots."),
    tool("test_ping_client", "Asks whether the client is there."),
    {"name": "json_schema_2020_12_tool", "description": "Has a schema of 2020-12.", "inputSchema": MODERN_SCHEMA},
    tool("test_echo", "Says it again.", {"text": STRING}),
    tool("test_in_turn", "Answers once all calls are there, in another order.", {"number": NUMBER, "of": NUMBER}),
    tool("test_endless", "Answers never."),
    tool("test_given_up", "How many calls were given up."),
    tool("test_hidden_text", f"Looks harmless.{HIDDEN}", title=f"Harmless{HIDDEN}"),
    tool("test_touch", "Says that a resource changed.", {"uri": STRING}),
    tool("test_announce", "Says that the lists changed."),
    *(
        tool(f"test_input_required_{name}", f"Asks with an unfinished result: {name}.")
        for name in ("elicitation", "sampling", "roots", "state", "many", "rounds", "waiting", "without_end", "capabilities")
    ),
]

#: What tools answer that do nothing.
ANSWERS: dict[str, JSON] = {
    "test_simple_text": result(text("This is a simple text response for testing.")),
    "test_image_content": result(image()),
    "test_audio_content": result(sound()),
    "test_embedded_resource": result(embedded("test://embedded", "An embedded resource.")),
    "test_resource_link": result({"type": "resource_link", "uri": "test://static-text", "name": "text", "size": 41}),
    "test_multiple_content_types": result(text("Several:"), image(), embedded("test://mixed", '{"x": 1.50}')),
    "json_schema_2020_12_tool": result(text("valid")),
    "test_hidden_text": result(text(f"Harmless.{HIDDEN}")),
}

TEXT = "The text of a resource."
RESOURCES: list[JSON] = [
    {"uri": "test://static-text", "name": "text", "mimeType": "text/plain", "description": "A text."},
    {"uri": "test://static-binary", "name": "binary", "mimeType": "image/png", "size": 70},
    {"uri": "test://watched", "name": "watched", "mimeType": "text/plain"},
    {"uri": "test://asking", "name": "asking", "mimeType": "text/plain"},
    *({"uri": f"test://many/{number}", "name": f"many-{number}"} for number in range(6)),
]
TEMPLATES: list[JSON] = [
    {"uriTemplate": "test://template/{id}/data", "name": "template", "mimeType": "application/json"},
    *({"uriTemplate": f"test://more-{number}/{{id}}", "name": f"more-{number}"} for number in range(8)),
]
PROMPTS: list[JSON] = [
    {"name": "test_simple_prompt", "description": "A prompt."},
    {
        "name": "test_prompt_with_arguments",
        "arguments": [{"name": "arg1", "description": "One.", "required": True}, {"name": "arg2", "required": True}],
    },
    {"name": "test_prompt_with_embedded_resource", "arguments": [{"name": "resourceUri", "required": True}]},
    {"name": "test_prompt_with_image"},
    {"name": "test_input_required_prompt"},
    *({"name": f"prompt_{number}"} for number in range(5)),
]


def contents(uri: str) -> list[JSON] | None:
    """What a resource holds; None if there is none."""
    if uri in ("test://static-text", "test://watched") or uri.startswith("test://many/"):
        return [{"uri": uri, "mimeType": "text/plain", "text": TEXT}]
    if uri == "test://static-binary":
        return [{"uri": uri, "mimeType": "image/png", "blob": IMAGE}]
    if uri.startswith("test://template/") and uri.endswith("/data"):
        number = uri.removeprefix("test://template/").removesuffix("/data")
        return [{"uri": uri, "mimeType": "application/json", "text": f'{{"id": "{number}", "templateTest": true}}'}]
    return None


def prompt(name: str, arguments: dict[str, str]) -> list[JSON] | None:
    """The messages of a prompt; None if there is none."""
    blocks = {
        "test_simple_prompt": [text("This is a simple prompt for testing.")],
        "test_prompt_with_arguments": [text(f"arg1='{arguments.get('arg1')}', arg2='{arguments.get('arg2')}'")],
        "test_prompt_with_embedded_resource": [
            embedded(arguments.get("resourceUri", "test://none"), "Embedded."), text("Use the resource above."),
        ],
        "test_prompt_with_image": [image(), text("Look at the image above.")],
    }.get(name)
    return blocks and [{"role": "user", "content": block} for block in blocks]


def completion(argument: JSON) -> JSON:
    """What completes an argument."""
    values = [word for word in ("paris", "park", "party", "test") if word.startswith(argument["value"])]
    return {"values": values, "total": len(values), "hasMore": False}


def page(kind: str, cursor: str | None) -> JSON:
    """A page of a list; cursors are as odd as a cursor may be. Raises ValueError for a cursor that was never given."""
    things = {"tools": TOOLS, "resources": RESOURCES, "resourceTemplates": TEMPLATES, "prompts": PROMPTS}[kind]
    cursors = {None: 0, **{f"\u2192 {kind} \"{start}\" %2F+": start for start in range(PAGE, len(things), PAGE)}}
    if cursor not in cursors:
        raise ValueError("no such cursor")
    start = cursors[cursor]
    following = next((name for name, place in cursors.items() if name and place == start + PAGE), None)
    return {kind: things[start : start + PAGE], **({"nextCursor": following} if following else {})}
