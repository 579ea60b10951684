"""A server with as many tools as it is told, the first few of them with names that do things to terminals.

    crowd.py NUMBER
"""

import json
import sys

NAMES = [
    "\x1b]0;owned\x07title", "up\x9b2J", "\u202egnp.exe", " " * 4000, "p\u0430ypal", "zero\u200bwidth", "del\x7f",
    "two\nlines", "back\b\b\r", "\ufeffmark", "\u2028line", "\u2066isolate",
]


def main() -> None:
    names = (NAMES + [f"tool_{number}" for number in range(int(sys.argv[1]))])[: int(sys.argv[1])]
    tools = [{"name": name, "description": f"\x1b[2J{name}", "inputSchema": {"type": "object"}} for name in names]
    for line in sys.stdin:
        message = json.loads(line)
        if "id" not in message or "method" not in message:
            continue
        if message["method"] == "initialize":
            result = {
                "protocolVersion": message["params"]["protocolVersion"],
                "capabilities": {"tools": {}},
                "serverInfo": {"name": "crowd", "version": "1"},
            }
        elif message["method"] == "tools/list":
            result = {"tools": tools}
        else:
            result = {"content": [{"type": "text", "text": "ok"}], "isError": False}
        print(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}), flush=True)


if __name__ == "__main__":
    main()
