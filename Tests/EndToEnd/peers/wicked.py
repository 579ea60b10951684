"""An MCP server over HTTP that does to each call what the called tool is named after: wicked.py LEDGER.

Every request that it gets is a line of the ledger: the method, the tool where there is one, and what of its headers is of
interest. The port is the first line that it prints.
"""

import gzip
import json
import socket
import sys
import threading
import time

LEDGER = open(sys.argv[1], "a")
LOCK = threading.Lock()
BROKEN: dict[str, bytes] = {}


def note(**words: object) -> None:
    with LOCK:
        LEDGER.write(json.dumps(words) + "\n")
        LEDGER.flush()


def head(status: str, *headers: str) -> bytes:
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode()


def whole(body: bytes, *headers: str, status: str = "200 OK", kind: str = "application/json") -> bytes:
    kinds = [f"Content-Type: {kind}"] if kind else []
    return head(status, *kinds, f"Content-Length: {len(body)}", *headers) + body


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


STREAM = head("200 OK", "Content-Type: text/event-stream", "Transfer-Encoding: chunked")


def result(id: object, text: str = "done") -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": id, "result": {"content": [{"type": "text", "text": text}]}}).encode()


def event(data: bytes, id: str = "") -> bytes:
    return chunk((f"id: {id}\n".encode() if id else b"") + b"data: " + data + b"\n\n")


class Over(Exception):
    """The connection is to be closed."""


def act(tool: str, id: object, connection: socket.socket, port: int) -> bytes:
    send = connection.sendall
    match tool:
        case "redirect":
            return whole(b"", f"Location: http://127.0.0.1:{port}/elsewhere", status="307 Temporary Redirect")
        case "endless-head":
            send(b"HTTP/1.1 200 OK\r\n")
            for _ in range(100_000):
                send(b"X-More: " + b"y" * 1000 + b"\r\n")
            raise Over
        case "slow-head":
            for byte in head("200 OK", "X: " + "y" * 5000):
                send(bytes([byte]))
                time.sleep(0.05)
            raise Over
        case "huge-event":
            send(STREAM)
            for _ in range(60):
                send(chunk(b"data: " + b"x" * (1 << 20)))
            raise Over
        case "huge-json":
            send(head("200 OK", "Content-Type: application/json", "Transfer-Encoding: chunked"))
            for _ in range(60):
                send(chunk(b" " * (1 << 20)))
            raise Over
        case "html":
            return whole(b"<html>hello</html>", kind="text/html")
        case "gzip":
            return whole(gzip.compress(result(id)), "Content-Encoding: gzip")
        case "bomb":
            return whole(gzip.compress(b" " * (100 << 20)), "Content-Encoding: gzip")
        case "odd-encoding":
            return whole(result(id), "Content-Encoding: odd")
        case "two-answers":
            return STREAM + event(result(id)) + event(result(id, "again")) + chunk(b"")
        case "other-id":
            return whole(result(int(id) + 1000))
        case "dies":
            send(STREAM + chunk(b"data: {\"jsonrpc\""))
            raise Over
        case "goes-on":
            BROKEN["e7"] = result(id, "the rest")
            send(STREAM + event(b"", "e7"))
            raise Over
        case "hangs-up":
            raise Over
        case "no-http":
            send(b"hello there\r\n\r\n")
            raise Over
        case "bad-chunks":
            send(STREAM + b"zz\r\n" + result(id) + b"\r\n")
            raise Over
        case "short":
            send(head("200 OK", "Content-Type: application/json", "Content-Length: 1000") + result(id))
            raise Over
        case "lines":
            return whole(result(id).replace(b", ", b",\r\n\t"), "Set-Cookie: a=b")
        case "trailing":
            return whole(result(id) + b"\n" + result(id, "smuggled"))
        case "unauthorized":
            return whole(b"", "WWW-Authenticate: Bearer resource_metadata=\"http://127.0.0.1/x\"", status="401 No", kind="")
        case "unavailable":
            return whole(b"", "Retry-After: 3", status="503 No", kind="")
        case "lost-session":
            return whole(b"", status="404 Gone", kind="")
        case _:
            return whole(result(id, tool))


def answer(method: str, target: str, headers: dict[str, str], body: bytes, connection: socket.socket, port: int) -> bytes:
    if method == "GET":
        last = headers.get("last-event-id")
        note(method="GET", last=last)
        if last in BROKEN:
            return STREAM + event(BROKEN[last]) + chunk(b"")
        return whole(b"", status="405 No", kind="")
    if method != "POST":
        note(method=method)
        return whole(b"", kind="")
    message = json.loads(body)
    name = message.get("method", "answer")
    tool = message.get("params", {}).get("name") if name == "tools/call" else None
    seen = {key: headers[key] for key in ("authorization", "cookie", "mcp-session-id", "accept-encoding", "expect", "x-key") if key in headers}
    note(method=name, tool=tool, target=target, **seen)
    if "id" not in message:
        return whole(b"", status="202 Accepted", kind="")
    if name == "initialize":
        greeting = {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": {"name": "wicked", "version": "1"}}
        body = json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": greeting}).encode()
        return whole(body, "Mcp-Session-Id: the-session")
    if name == "tools/list":
        tools = [{"name": "fine", "inputSchema": {"type": "object"}}]
        return whole(json.dumps({"jsonrpc": "2.0", "id": message["id"], "result": {"tools": tools}}).encode())
    return act(tool or "", message["id"], connection, port)


def serve(connection: socket.socket, port: int) -> None:
    with connection:
        data = b""
        try:
            while True:
                while b"\r\n\r\n" not in data:
                    more = connection.recv(1 << 16)
                    if not more:
                        return
                    data += more
                start, data = data.split(b"\r\n\r\n", 1)
                line, *rest = start.decode().split("\r\n")
                headers = {key.strip().lower(): value.strip() for key, _, value in (one.partition(":") for one in rest)}
                length = int(headers.get("content-length", 0))
                while len(data) < length:
                    more = connection.recv(1 << 16)
                    if not more:
                        return
                    data += more
                body, data = data[:length], data[length:]
                method, target, _ = line.split(" ")
                connection.sendall(answer(method, target, headers, body, connection, port))
        except (Over, OSError):
            pass


listening = socket.socket()
listening.bind(("127.0.0.1", 0))
listening.listen(100)
port = listening.getsockname()[1]
print(port, flush=True)
while True:
    connection, _ = listening.accept()
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(target=serve, args=(connection, port), daemon=True).start()
