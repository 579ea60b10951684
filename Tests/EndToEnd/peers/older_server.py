"""A server of the last SDK that knows only the older era."""

from mcp.server.fastmcp import FastMCP

server = FastMCP("older")


@server.tool()
def echo(text: str) -> str:
    """Says it again."""
    return text


if __name__ == "__main__":
    server.run("stdio")
