import ControlWire
import Store
import Testing

struct ServerPackageTests {
  static let known: [(command: String, package: String)] = [
    ("uvx mcp-server-git", "uvx PyPI mcp-server-git -"),
    ("uvx mcp-server-git==1.2", "uvx PyPI mcp-server-git 1.2"),
    ("uvx mcp-server-git@latest --repository /x", "uvx PyPI mcp-server-git latest"),
    ("uvx --from mcp-git[all]==2.0 mcp-git --token s3cret", "uvx PyPI mcp-git 2.0"),
    ("uvx --from=mcp-git>=2,<3 mcp-git", "uvx PyPI mcp-git >=2,<3"),
    ("uvx -q --python 3.12 --with httpx awslabs.aws-doc@1", "uvx PyPI awslabs.aws-doc 1"),
    ("uvx --from git+https://me:s3cret@github.com/a/b.git@v1 b", "uvx repository github.com/a/b v1"),
    ("uvx git+https://github.com/a/b.git", "uvx repository github.com/a/b -"),
    ("/usr/bin/uv tool run thing", "uv tool run PyPI thing -"),
    ("pipx run --spec thing==3 thing", "pipx run PyPI thing 3"),
    ("npx -y @scope/name@1.2 /home/me", "npx npm @scope/name 1.2"),
    ("npx --yes @scope/name", "npx npm @scope/name -"),
    ("npx -y --package=name@2 -- name", "npx npm name 2"),
    ("npx name@^1.0", "npx npm name ^1.0"),
    ("npx.cmd -y name", "npx npm name -"),
    ("npm exec -- name@4", "npm exec npm name 4"),
    ("pnpm dlx name", "pnpm dlx npm name -"),
    ("bunx name@1", "bunx npm name 1"),
    ("bun x name@1", "bun x npm name 1"),
    ("env TOKEN=s3cret npx -y name", "npx npm name -"),
    ("docker run -i --rm mcp/github", "docker image mcp/github -"),
    ("docker run -it --rm -e TOKEN=s3cret mcp/github:1.2", "docker image mcp/github 1.2"),
    (
      "podman run --env=A=b -v /a:/b host:5000/mcp/x@sha256:0a1b --flag",
      "podman image host:5000/mcp/x sha256:0a1b"
    ),
    ("docker run host:5000/mcp/x", "docker image host:5000/mcp/x -"),
    ("deno run --allow-net npm:@a/b@1", "deno npm @a/b 1"),
    ("deno run jsr:@a/b", "deno jsr @a/b -"),
    ("dnx Name.Of.It --version 1.0 --yes", "dnx NuGet Name.Of.It -"),
    ("dnx --version 1.0 Name.Of.It", "dnx NuGet Name.Of.It 1.0"),
    ("go run example.com/a/b@v1.0.0", "go Go module example.com/a/b v1.0.0"),
    ("python3 -m mcp_server_time --zone UTC", "python3 Python module mcp_server_time -"),
    ("node /srv/node_modules/@a/b/dist/index.js", "node npm @a/b -"),
    ("node /srv/node_modules/b/index.js", "node npm b -"),
  ]

  @Test(arguments: known.indices)
  func readsWhatACommandStarts(_ index: Int) throws {
    let words = Self.known[index].command.split(separator: " ").map(String.init)
    let package = try #require(ServerPackage(program: words[0], arguments: Array(words.dropFirst())))
    #expect(
      "\(package.runner) \(package.kind.rawValue) \(package.name) \(package.version ?? "-")"
        == Self.known[index].package)
  }

  /// A word that may be a secret, a path or an option's value is never taken for a package.
  @Test(arguments: [
    "mcp-server-git", "bash -c s3cret", "npx", "npx -y", "npx --unknown s3cret name", "npx /home/me/thing",
    "npx ./thing",
    "npx -p", "uvx --frobnicate s3cret name", "uvx /home/me/x", "uv run thing", "uv tool install thing",
    "docker run --frobnicate s3cret name", "docker run -z s3cret name", "docker run -e", "docker exec name",
    "docker run s3cret=1", "python3 server.py", "python3 -c s3cret", "node server.js", "node --inspect x",
    "node /srv/node_modules", "node /srv/node_modules/@a", "node /srv/node_modules/.bin/x", "env -i npx name", "env",
    "npx na|me", "npx name@1;2", "go build x", "uvx git+https://", "uvx git+nonsense", "",
    "npx " + String(repeating: "n", count: 300), "npx name@" + String(repeating: "1", count: 300),
  ])
  func tellsNothingUncertain(_ command: String) {
    let words = command.split(separator: " ").map(String.init)
    #expect(ServerPackage(program: words.first ?? "", arguments: Array(words.dropFirst())) == nil)
  }

  @Test(arguments: [
    ("1.2", true), ("v1", true), ("sha256:0a1b", true), ("2026.11.21", true), (nil, false), ("latest", false),
    ("^1.0", false), (">=1,<2", false), ("1.*", false), ("next", false), ("~=1.4", false),
  ])
  func isPinned(_ version: String?, _ expected: Bool) {
    #expect(ServerPackage(runner: "npx", kind: .npm, name: "n", version: version).isPinned == expected)
  }
}
