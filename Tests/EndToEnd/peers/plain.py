"""A server of the protocol's older era, written against nothing but the standard library, so that every byte is known.

    plain.py [--log FILE] [--status N] [--noise] [--stubborn]

--log writes down each line that arrives; --status is what it exits with when its input ends; --noise writes lines that
are no JSON; --stubborn ignores SIGTERM and the end of its input and starts a helper that does too.
"""

import argparse
import json
import signal
import subprocess
import sys
import time

TOOLS = [
    {
        "name": name,
        "description": about,
        "inputSchema": {"type": "object", "properties": {"text": {"type": "string"}}},
    }
    for name, about in (
        ("get_note", "Reads a note."),
        ("delete_note", "Deletes a note for ever."),
        ("run_script", "Executes a shell command."),
    )
]
STUBBORN = "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(1000)"


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--log")
    parser.add_argument("--status", type=int, default=0)
    parser.add_argument("--noise", action="store_true")
    parser.add_argument("--stubborn", action="store_true")
    options = parser.parse_args()
    log = open(options.log, "ab", buffering=0) if options.log else None
    if options.stubborn:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        subprocess.Popen([sys.executable, "-c", STUBBORN], stdin=subprocess.DEVNULL)
    for line in sys.stdin.buffer:
        if log:
            log.write(line)
        message = json.loads(line)
        if "id" not in message or "method" not in message:
            continue
        if options.noise:
            sys.stdout.write("starting up...\n\n{not json\n")
        answer(message)
    while options.stubborn:
        time.sleep(1000)
    return options.status


def answer(message: dict) -> None:
    method, parameters = message["method"], message.get("params") or {}
    if method == "initialize":
        send(message, {
            "protocolVersion": parameters["protocolVersion"],
            "capabilities": {"tools": {}},
            "serverInfo": {"name": "plain", "version": "1"},
        })
    elif method == "tools/list":
        # Two pages, so that clients must follow the cursor.
        page = {"tools": TOOLS[:2], "nextCursor": "2"} if "cursor" not in parameters else {"tools": TOOLS[2:]}
        send(message, page)
    elif method == "tools/call":
        send(message, {"content": [{"type": "text", "text": f"did {parameters['name']}"}], "isError": False})
    elif method == "ping":
        send(message, {})
    else:
        fail = {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32601, "message": "Method not found"}}
        sys.stdout.write(json.dumps(fail) + "\n")
        sys.stdout.flush()


def send(message: dict, result: dict) -> None:
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
