"""A server that is as quick as Python lets it be, and writes down each call that it ran before it answers.

    counting.py FILE [--hold N] [--pad BYTES]

FILE gets the name of each tool that was called, one a line; --hold lets the first N calls wait for ever; --pad makes
answers long.
"""

import argparse
import json
import os


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("--hold", type=int, default=0)
    parser.add_argument("--pad", type=int, default=0)
    options = parser.parse_args()
    run = os.open(options.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    hold, pad = options.hold, " " * options.pad
    rest = b""
    while data := os.read(0, 1 << 16):
        *lines, rest = (rest + data).split(b"\n")
        ran: list[str] = []
        answers: list[str] = []
        for message in map(json.loads, lines):
            if "id" not in message:
                continue
            if message["method"] == "initialize":
                result = {
                    "protocolVersion": message["params"]["protocolVersion"], "capabilities": {"tools": {}},
                    "serverInfo": {"name": "counting", "version": "1"},
                }
            else:
                ran.append(message["params"]["name"] + "\n")
                if hold > 0:
                    hold -= 1
                    continue
                result = {"content": [{"type": "text", "text": message["params"]["name"] + pad}], "isError": False}
            answers.append(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": result}) + "\n")
        write(run, "".join(ran).encode())
        write(1, "".join(answers).encode())


def write(number: int, data: bytes) -> None:
    while data:
        data = data[os.write(number, data):]


if __name__ == "__main__":
    main()
