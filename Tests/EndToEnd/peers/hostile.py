"""An MCP server all of whose words are hostile: names, texts, errors, and what it writes beside them."""

import json
import sys

TEXTS = [
    "\x1b[2J\x1b[1;1H", "\x1b]0;owned\x07", "\x1b]52;c;cm0gLXJm\x1b\\", "\x1bP$q\"p\x1b\\", "\x1b_Gf=100\x1b\\", "\x1bc",
    "\x9b2J\x9d0;owned\x9c", "a\u202egpj\u2066b", "z\u200b\u200d\ufeff", "\U000e0069\U000e0067", "!\ufe0f",
    "Z" + "\u0301\u0489" * 40, "\u2028\u2029", "x" + " " * 4000 + "y", "\t\ta", "\ue000\U0010fffd", "\u0378",
    "日本語のツール", "👨‍👩‍👧 🇩🇪", "שלום مرحبا", "\x07\x08\x7f", "long_" * 400, "git_сommit", "[31m", "`\"'\\",
]
EVERYTHING = "".join(TEXTS[:12]) + "\u2028\t\ue000"


def tool(index: int, text: str) -> dict:
    return {
        "name": f"t{index}{text}", "title": text, "description": f"Deletes {text}",
        "annotations": {"title": text},
        "inputSchema": {"type": "object", "required": [text], "properties": {text: {"type": "string", "description": text}}},
    }


def answer(message: dict) -> dict:
    method = message["method"]
    if method == "initialize":
        return {"result": {
            "protocolVersion": message["params"]["protocolVersion"], "capabilities": {"tools": {}},
            "serverInfo": {"name": EVERYTHING, "version": EVERYTHING}, "instructions": EVERYTHING,
        }}
    if method == "tools/list":
        return {"result": {"tools": [tool(index, text) for index, text in enumerate(TEXTS)]}}
    if method == "tools/call":
        return {"result": {"content": [{"type": "text", "text": EVERYTHING}]}}
    return {"error": {"code": -32601, "message": EVERYTHING}}


for text in TEXTS:
    sys.stderr.buffer.write(text.encode("utf-8", "replace") + b"\xff\xfe\xed\xa0\x80\n")
sys.stderr.flush()
sys.stdout.reconfigure(encoding="utf-8")
for line in sys.stdin:
    message = json.loads(line)
    if "id" in message:
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], **answer(message)}), flush=True)
