import ClientFiles
import Foundation
import JSONText
import Testing

/// Every client's file in its real shape: what is read of it, and that each entry goes through the gate and back.
struct FixtureTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Fixtures/clients")
    .standardized
  static let gate = EntryWrap.Gate(program: "/usr/local/bin/gatehouse")

  struct Fixture: Sendable, CustomTestStringConvertible {
    var kind: ClientKind
    var file: String
    /// Names, with what stands before each: `=` stdio, `@` HTTP, `~` SSE, `?` nothing of these; `-` behind it for off.
    var servers: [String]
    /// Those that stay as they are.
    var refused: Set<String> = []
    /// Those whose command stays in the entry.
    var run: Set<String> = []
    var testDescription: String { file }

    var text: [UInt8] {
      get throws { Array(try Data(contentsOf: FixtureTests.folder.appending(path: file))) }
    }
    var place: ClientPlace { ClientPlace(kind, "/home/me/\(file)") }
    func read(_ text: [UInt8]) -> ClientFile { ClientFile(text, at: place, home: "/home/me") }
  }

  static let all: [Fixture] = [
    Fixture(kind: .claudeDesktop, file: "claude-desktop.json", servers: ["=filesystem", "=literal"]),
    Fixture(
      kind: .claudeCode, file: "claude-code.json", servers: ["=git", "@issues", "~events", "=git", "=db"], run: ["db"]),
    Fixture(kind: .cursor, file: "cursor.json", servers: ["=notes", "@remote"]),
    Fixture(kind: .vscode, file: "vscode.json", servers: ["=github", "=search", "@web"], run: ["search"]),
    Fixture(kind: .windsurf, file: "windsurf.json", servers: ["=memory", "@figma-"]),
    Fixture(
      kind: .zed, file: "zed.json", servers: ["=new", "=old", "@far", "?from-an-extension"],
      refused: ["from-an-extension"]),
    Fixture(
      kind: .codex, file: "codex.toml",
      servers: ["=git", "=the docs-", "=dotted", "=inline", "=bare", "@far", "@wide", "=last"]),
    Fixture(
      kind: .gemini, file: "gemini.json", servers: ["=files", "=weather", "@stream", "~events", "=off-"], run: ["files"]
    ),
    Fixture(
      kind: .goose, file: "goose.yaml", servers: ["?developer", "=github", "=flow-", "=plain", "@far"],
      refused: ["developer"]),
    Fixture(kind: .copilot, file: "copilot-cli.json", servers: ["=playwright", "@remote"]),
    Fixture(kind: .cline, file: "cline.json", servers: ["=tasks-", "@far"]),
    Fixture(kind: .continueDev, file: "continue.yaml", servers: ["=sqlite", "=second one", "=flow", "@far"]),
    Fixture(kind: .opencode, file: "opencode.jsonc", servers: ["=local", "@remote-", "=bare"]),
    Fixture(kind: .crush, file: "crush.json", servers: ["=filesystem", "@github", "~stream"]),
    Fixture(kind: .lmStudio, file: "lm-studio.json", servers: ["@hf", "=calc"]),
    Fixture(kind: .kiro, file: "kiro.json", servers: ["=aws"]),
    Fixture(kind: .antigravity, file: "antigravity.json", servers: ["@maps", "=local"]),
    Fixture(kind: .kimi, file: "kimi.json", servers: ["@context7", "=devtools"]),
    Fixture(kind: .factory, file: "factory.json", servers: ["=playwright", "@linear"]),
    Fixture(kind: .amp, file: "amp.json", servers: ["=semgrep", "@far"]),
    Fixture(kind: .inspector, file: "inspector.json", servers: ["=everything"]),
  ]

  @Test func everyFixtureIsTried() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path)
    #expect(files.sorted() == Self.all.map(\.file).sorted())
  }

  @Test(arguments: all)
  func whatIsReadOfIt(_ fixture: Fixture) throws {
    let file = fixture.read(try fixture.text)
    #expect(file.problem == nil)
    let words = file.listed.map { server in
      let mark =
        switch server.transport {
        case .stdio: "="
        case .http: "@"
        case .sse: "~"
        case nil: "?"
        }
      return mark + server.name.string + (server.isOff ? "-" : "")
    }
    #expect(words == fixture.servers)
    #expect(!"\(file.listed) \(file.servers)".contains("s3cret"))
  }

  /// One entry of a text through the gate.
  static func wrap(
    _ text: [UInt8], _ server: ListedServer, _ fixture: Fixture, gate: EntryWrap.Gate = gate
  ) throws(EditRefusal) -> (text: [UInt8], record: WrapRecord, wrap: EntryWrap) {
    let wrap = try EntryWrap(server, of: fixture.kind, home: "/home/me")
    let name = ExactText("x-\(server.name.string.filter { $0 != " " })")
    let done = try WrapRecord.wrap(text, server, at: fixture.place, wrap, name: name, gate: gate)
    return (done.text, done.record, wrap)
  }

  @Test(arguments: all)
  func eachEntryGoesThereAndBack(_ fixture: Fixture) throws {
    let text = try fixture.text
    for gate in [Self.gate, .init(program: "/opt/a b/gatehouse", variables: [.init("GATEHOUSE_HOME", "/srv/\"g\"")])] {
      for server in fixture.read(text).listed {
        let done: (text: [UInt8], record: WrapRecord, wrap: EntryWrap)
        do throws(EditRefusal) {
          done = try Self.wrap(text, server, fixture, gate: gate)
        } catch {
          #expect(fixture.refused.contains(server.name.string), "\(server.name): \(error.message)")
          continue
        }
        #expect(!fixture.refused.contains(server.name.string), "\(server.name)")
        #expect((done.wrap.registered == nil) == fixture.run.contains(server.name.string), "\(server.name)")
        let now = String(decoding: done.text, as: UTF8.self)
        let secret = "s3cret-of-\(server.name.string)"
        #expect(!now.contains(secret), "\(now)")
        let again = try #require(fixture.read(done.text).listed.first { $0.address == server.address })
        #expect(again.guarded == done.record.name && again.transport == .stdio && again.isOff == server.isOff)
        let secrets = String(decoding: text, as: UTF8.self).contains(secret)
        let registered = String(decoding: done.wrap.registered?.compact ?? [], as: UTF8.self)
        #expect(registered.contains(secret) == secrets, "\(server.name)")
        let back = done.record.unwrap(done.text)
        #expect(back?.text == text && back?.how == .exact, "\(server.name)")
      }
    }
  }

  @Test(arguments: all)
  func allEntriesGoThereAndBackInAnyOrder(_ fixture: Fixture) throws {
    let before = try fixture.text
    for isBackwards in [false, true] {
      var text = before
      var records: [WrapRecord] = []
      for server in fixture.read(before).listed where !fixture.refused.contains(server.name.string) {
        let done = try Self.wrap(text, server, fixture)
        text = done.text
        records.append(done.record)
      }
      for record in isBackwards ? records.reversed() : records {
        let back = try #require(record.unwrap(text))
        #expect(back.how == .exact, "\(record.address.name)")
        text = back.text
      }
      #expect(String(decoding: text, as: UTF8.self) == String(decoding: before, as: UTF8.self))
      #expect(text == before)
    }
  }
}
