import JSONText
import Store
import System
import Testing

/// Remote servers in the registry: what an entry may say, and how headers get their values.
struct RemoteEntryTests {
  static func entry(_ members: String) throws -> RemoteEntry {
    let registry = try ServerRegistry(
      text: Array(#"{"mcpServers":{"a":{"url":"https://example.com/mcp"\#(members)}}}"#.utf8))
    guard case .http(let entry)? = registry["a"]?.transport else { throw RegistryError("not over HTTP") }
    return entry
  }

  @Test func readsAllOfAnEntry() throws {
    let entry = try Self.entry(
      #","type":"http","headers":{"Authorization":"Bearer ${T}","X-Key":{"file":"/k"}},"caFile":"/ca.pem","proxy":"environment","privateAddresses":true"#
    )
    var expected = RemoteEntry(url: "https://example.com/mcp")
    expected.headers = [.init("Authorization", .text("Bearer ${T}")), .init("X-Key", .file("/k"))]
    expected.certificates = "/ca.pem"
    expected.usesProxy = true
    expected.allowsPrivate = true
    #expect(entry == expected)
    // And writes the same again.
    var registry = ServerRegistry.empty
    try registry.add(RegisteredServer(name: "b", transport: .http(entry)))
    let again = try ServerRegistry(text: registry.text ?? [])
    #expect(again["b"]?.transport == .http(entry))
  }

  @Test(
    arguments: [
      #","headers":[]"#, #","headers":{"a b":"x"}"#, #","headers":{"":"x"}"#, #","headers":{"X":1}"#,
      #","headers":{"X":{}}"#,
      #","caFile":"relative"# + "\"", #","caFile":1"#, #","proxy":"http://p"# + "\"",
      #","privateAddresses":"yes"# + "\"",
    ]) func refusesWhatCannotBe(members: String)
  {
    #expect(throws: RegistryError.self) { try Self.entry(members) }
  }

  @Test func passesOverWhatTheGateSetsItself() throws {
    let entry = try Self.entry(
      #","headers":{"Host":"x","content-LENGTH":"1","Accept":"*/*","Mcp-Session-Id":"x","X-Key":"k"}"#)
    #expect(entry.headers == [.init("X-Key", .text("k"))])
    #expect(throws: RegistryError.self) { try RemoteEntry.check(header: "accept") }
  }

  @Test func headersGetTheirValues() throws {
    let path = "/tmp/gatehouse-header-\(UInt64.random(in: 0 ... .max))"
    try SafeFile.replace(path, with: Array("from a file\r\n".utf8))
    defer { try? SafeFile.remove(path) }
    var entry = RemoteEntry(url: "https://example.com/")
    entry.headers = [
      .init("A", .text("plain $HOME $ {x")), .init("B", .text("Bearer ${TOKEN}!")), .init("C", .text("${NONE:-other}")),
      .init("D", .file(path)), .init("E", .text("${BOTH}")),
    ]
    let first = ProcessEnvironment(["TOKEN": "secret", "BOTH": "client"])
    let second = ProcessEnvironment(["BOTH": "gate"])
    let (lines, values) = try entry.lines(environments: [first, second])
    #expect(
      lines.map { String(decoding: $0, as: UTF8.self) } == [
        "A: plain $HOME $ {x", "B: Bearer secret!", "C: other", "D: from a file", "E: client",
      ])
    #expect(values.contains(Array("secret!".utf8)))
  }

  @Test func anErrorRepeatsNoValue() throws {
    var entry = RemoteEntry(url: "https://example.com/")
    entry.headers = [.init("A", .text("x ${GONE}"))]
    #expect(
      throws: RegistryError("the header `A` needs the environment variable `GONE`, which is not set")
    ) { try entry.lines(environments: []) }
    entry.headers = [.init("A", .text("${LINES}"))]
    let environment = ProcessEnvironment(["LINES": "a\r\nInjected: secret"])
    #expect(throws: RegistryError("the value of the header `A` must be one line of text")) {
      try entry.lines(environments: [environment])
    }
  }
}
