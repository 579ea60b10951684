"""A server of the SDK of today with a tool, a prompt and a resource: shop.py NAME [http]

With `http` it listens on a free port of 127.0.0.1 and prints it. The tool `die` ends it.
"""

import os
import socket
import sys

from mcp.server import MCPServer

name = sys.argv[1]
server = MCPServer(name)


@server.tool()
def whoami(text: str = "") -> str:
    """Returns the server's name."""
    return f"{name}: {text}"


@server.tool()
def close_account(account: str) -> str:
    """Deletes an account for ever."""
    return f"{name} deleted {account}"


@server.tool()
def die() -> str:
    """Ends the server."""
    os._exit(3)


@server.prompt()
def greet(who: str) -> str:
    """Greets somebody."""
    return f"Greet {who} from {name}."


@server.resource("note://today")
def today() -> str:
    """The note of today."""
    return f"a note of {name}"


if "http" in sys.argv:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    print(port, flush=True)
    server.run(transport="streamable-http", host="127.0.0.1", port=port)
else:
    server.run()
