import ConsoleCore
import Foundation
import Testing

/// The console as a whole on a terminal, with a policy file and without a gate.
struct ConsoleTests {
  private static let idle = "\u{1B}]7770;idle\u{1B}\\"
  private static let policy = """
    {"version": "1", "default": "deny", "tools": {"git_status": {}}}

    """

  /// A folder of its own with a policy file.
  private final class Home {
    let folder: URL
    var file: URL { folder.appending(path: "policy.json") }

    init(policy: String? = ConsoleTests.policy) throws {
      folder = FileManager.default.temporaryDirectory.appending(path: "gatehouse-\(UUID().uuidString.prefix(8))")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try policy.map { try write($0) }
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func write(_ text: String) throws { try text.write(to: file, atomically: true, encoding: .utf8) }
    func read() throws -> String { try String(contentsOf: file, encoding: .utf8) }

    func environment(_ more: [String: String] = [:]) -> [String: String] {
      [
        "TERM": "xterm-256color", "LANG": "C.UTF-8", "GATEHOUSE_TEST": "1", "GATEHOUSE_HOME": folder.path,
        "PATH": "/usr/bin:/bin", "TMPDIR": folder.path,
        "LSAN_OPTIONS": ProcessInfo.processInfo.environment["LSAN_OPTIONS"] ?? "",
      ].merging(more) { $1 }
    }
  }

  /// Types, and waits until the answer is drawn.
  private func type(_ text: String, on terminal: Pseudoterminal) throws {
    terminal.forget()
    terminal.send(text)
    try terminal.wait(for: Self.idle)
  }

  @Test func itShowsTheFileAndLeaves() throws {
    let home = try Home()
    let terminal = try Pseudoterminal("console", environment: home.environment())
    try terminal.wait(for: "saved")
    try terminal.wait(for: "LOST")
    terminal.send("q")
    #expect(try terminal.ending() == .code(0))
    #expect(terminal.modesNow == terminal.modesBefore)
    #expect(terminal.output.contains(Array("\u{1B}[?1049l".utf8)))
  }

  @Test func anEditIsSaved() throws {
    let home = try Home()
    let terminal = try Pseudoterminal("console", environment: home.environment())
    try terminal.wait(for: "saved")
    try type(":default allow\r", on: terminal)
    // Opening everything up is asked about; where it is not, the key says nothing here.
    try type("y", on: terminal)
    terminal.send("\u{13}")
    try terminal.wait(for: "aved")
    let deadline = Date(timeIntervalSinceNow: 10)
    while try !home.read().contains("\"allow\""), Date() < deadline { try terminal.wait(for: "aved") }
    #expect(try home.read() == Self.policy.replacing("\"deny\"", with: "\"allow\""))
  }

  @Test func aFileThatChangesIsShown() throws {
    let home = try Home()
    let terminal = try Pseudoterminal("console", environment: home.environment())
    try terminal.wait(for: "saved")
    terminal.forget()
    try home.write("{\"version\": \"1\", \"defualt\": \"deny\"}\n")
    try terminal.wait(for: "defualt")
  }

  @Test(arguments: ["\u{1A}"]) func controlZStops(_ key: String) throws {
    let home = try Home()
    let terminal = try Pseudoterminal("console", environment: home.environment())
    try terminal.wait(for: Self.idle)
    terminal.forget()
    terminal.send(key)
    #expect(try terminal.ending(stopped: true) == .stopped(SIGSTOP))
    #expect(terminal.modesNow == terminal.modesBefore)
    kill(terminal.process, SIGCONT)
    try terminal.wait(for: "\u{1B}[?1049h")
    try terminal.wait(for: Self.idle)
    terminal.send("q")
    #expect(try terminal.ending() == .code(0))
    #expect(terminal.modesNow == terminal.modesBefore)
  }

  @Test func theEditorGetsTheTerminalAndTheFileIsReadAfterwards() throws {
    let home = try Home()
    let editor = home.folder.appending(path: "editor")
    try """
    #!/bin/sh
    echo "editing $1" > /dev/tty
    read answer
    echo "{\\"version\\": \\"1\\", \\"$answer\\": 1}" > "$1"
    """.write(to: editor, atomically: true, encoding: .utf8)
    #expect(unsafe chmod(editor.path, 0o700) == 0)
    let terminal = try Pseudoterminal("console", environment: home.environment(["EDITOR": editor.path]))
    try terminal.wait(for: "saved")
    terminal.forget()
    terminal.send("E")
    try terminal.wait(for: "editing \(home.file.path)")
    #expect(terminal.modesNow == terminal.modesBefore)
    terminal.forget()
    terminal.send("strange_key\n")
    try terminal.wait(for: "\u{1B}[?1049h")
    try terminal.wait(for: "strange_key")
    terminal.send("q")
    #expect(try terminal.ending() == .code(0))
  }

  @Test(arguments: [SIGTERM, SIGINT, SIGQUIT]) func signalsEndIt(number: Int32) throws {
    let home = try Home()
    let terminal = try Pseudoterminal("console", environment: home.environment())
    try terminal.wait(for: Self.idle)
    kill(terminal.process, number)
    #expect(try terminal.ending() == .code(128 + number))
    #expect(terminal.modesNow == terminal.modesBefore)
  }

  @Test func aClosedTerminalEndsItInOrder() throws {
    let home = try Home()
    let terminal = try Pseudoterminal("console", environment: home.environment())
    try terminal.wait(for: Self.idle)
    kill(terminal.process, SIGHUP)
    #expect(try terminal.ending() == .code(0))
  }

  @Test func aTerminalThatTakesNothingDoesNotHoldItUp() throws {
    let home = try Home()
    let terminal = try Pseudoterminal("console", environment: home.environment(), size: Size(columns: 250, rows: 70))
    try terminal.wait(for: Self.idle)
    // Nobody reads: redraws pile up until the terminal's buffer is full, and the program still ends when told.
    for _ in 0..<40 { terminal.send("\u{C}") }
    kill(terminal.process, SIGTERM)
    #expect(try terminal.ending(reading: false) == .code(128 + SIGTERM))
  }

  @Test(arguments: [["TERM": "dumb"], ["TERM": ""], ["TERM": "no-such-terminal"]])
  func aPlainTerminalGetsText(_ environment: [String: String]) throws {
    let home = try Home()
    let terminal = try Pseudoterminal("console", environment: home.environment(environment))
    try terminal.wait(for: "so this is --plain")
    try terminal.wait(for: "> ")
    #expect(!terminal.output.contains(0x1B))
    terminal.send("changes\n")
    try terminal.wait(for: "nothing is changed")
    terminal.send("default allow\n")
    terminal.send("yes\n")
    terminal.send("save\n")
    terminal.send("quit\n")
    #expect(try terminal.ending() == .code(0))
    #expect(try home.read().contains("\"allow\""))
  }

  @Test func readOnlySavesNothing() throws {
    let home = try Home()
    let terminal = try Pseudoterminal("console", "--plain", "--read-only", environment: home.environment())
    try terminal.wait(for: "> ")
    terminal.send("default allow\nsave\nquit!\n")
    #expect(try terminal.ending() == .code(0))
    #expect(try home.read() == Self.policy)
    #expect(terminal.output.contains(Array("read-only".utf8)))
  }

  @Test func noColorMeansNone() throws {
    let home = try Home()
    let terminal = try Pseudoterminal("console", environment: home.environment(["NO_COLOR": "1"]))
    try terminal.wait(for: "LOST")
    let text = String(decoding: terminal.output, as: UTF8.self)
    #expect(text.firstMatch(of: /\u{1B}\[[0-9;]*[34][0-7][;m]/) == nil)
  }

  @Test func aThemeIsUsed() throws {
    let home = try Home()
    let terminal = try Pseudoterminal(
      "console", "--theme=dracula", environment: home.environment(["COLORTERM": "truecolor"]))
    try terminal.wait(for: "48;2;40;42;54m")
    terminal.send(":theme nord\r")
    try terminal.wait(for: "48;2;46;52;64m")
  }

  @Test func aScriptTypesAndSavesThePicture() throws {
    let home = try Home()
    let picture = home.folder.appending(path: "picture.txt")
    let script = home.folder.appending(path: "script")
    try "6\n:save-screen \(picture.path)\nq\nq\n".write(to: script, atomically: true, encoding: .utf8)
    let terminal = try Pseudoterminal("console", "--script=\(script.path)", environment: home.environment())
    #expect(try terminal.ending() == .code(0))
    #expect(try String(contentsOf: picture, encoding: .utf8).contains("Changes"))
  }

  // MARK: Unsaved edits

  /// The files in the folder of unsaved edits, without locks.
  private func kept(in home: Home) -> [URL] {
    let folder = home.folder.appending(path: "unsaved")
    let all = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
    return all.filter { $0.pathExtension == "json" }
  }

  /// Makes an edit, and waits until it is kept.
  private func edited(_ home: Home) throws -> Pseudoterminal {
    let terminal = try Pseudoterminal("console", environment: home.environment())
    try terminal.wait(for: "saved")
    try type(":default allow\r", on: terminal)
    try type("y", on: terminal)
    let deadline = Date(timeIntervalSinceNow: 20)
    while kept(in: home).isEmpty, Date() < deadline { usleep(2000) }
    #expect(kept(in: home).count == 1)
    return terminal
  }

  @Test(arguments: [SIGKILL, SIGHUP, SIGTERM]) func unsavedEditsSurviveTheEnd(number: Int32) throws {
    let home = try Home()
    let first = try edited(home)
    let mode = try FileManager.default.attributesOfItem(atPath: kept(in: home)[0].path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    kill(first.process, number)
    _ = try first.ending()
    #expect(try home.read() == Self.policy)
    #expect(kept(in: home).count == 1)
    let second = try Pseudoterminal("console", environment: home.environment())
    try second.wait(for: "r restore")
    second.send("r")
    try second.wait(for: "are back")
    second.send("\u{13}")
    try second.wait(for: "saved as rev")
    #expect(try home.read() == Self.policy.replacing("\"deny\"", with: "\"allow\""))
    second.send("q")
    #expect(try second.ending() == .code(0))
    #expect(kept(in: home).isEmpty)
  }

  @Test func whoeverQuitsOnPurposeKeepsNothing() throws {
    let home = try Home()
    let terminal = try edited(home)
    terminal.send("q")
    try terminal.wait(for: "quit and lose")
    terminal.send("y")
    #expect(try terminal.ending() == .code(0))
    #expect(kept(in: home).isEmpty)
  }

  @Test func editsOfAConsoleThatRunsAreItsOwn() throws {
    let home = try Home()
    let first = try edited(home)
    let second = try Pseudoterminal("console", environment: home.environment())
    try second.wait(for: Self.idle)
    #expect(!second.output.contains(Array("r restore".utf8)))
    second.send("q")
    #expect(try second.ending() == .code(0))
    #expect(kept(in: home).count == 1)
    kill(first.process, SIGKILL)
    _ = try first.ending()
    let third = try Pseudoterminal("console", environment: home.environment())
    try third.wait(for: "r restore")
    third.send("d")
    try third.wait(for: "for ever")
    third.send("y")
    try third.wait(for: "are dropped")
    #expect(kept(in: home).isEmpty)
  }

  @Test func brokenEditsAreToldAndLeftAlone() throws {
    let home = try Home()
    let first = try edited(home)
    kill(first.process, SIGKILL)
    _ = try first.ending()
    let file = kept(in: home)[0]
    try "{\"gatehouse_unsaved".write(to: file, atomically: false, encoding: .utf8)
    let second = try Pseudoterminal("console", environment: home.environment(), size: Size(columns: 250, rows: 48))
    try second.wait(for: "left alone")
    second.send("q")
    #expect(try second.ending() == .code(0))
    #expect(try String(contentsOf: file, encoding: .utf8) == "{\"gatehouse_unsaved")
  }

  @Test func readOnlyKeepsAndOffersNothing() throws {
    let home = try Home()
    let first = try edited(home)
    kill(first.process, SIGKILL)
    _ = try first.ending()
    let folder = home.folder.appending(path: "unsaved").path
    let before = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    let terminal = try Pseudoterminal("console", "--read-only", environment: home.environment())
    try terminal.wait(for: Self.idle)
    #expect(!terminal.output.contains(Array("r restore".utf8)))
    terminal.send("q")
    #expect(try terminal.ending() == .code(0))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == before)
  }

  @Test func aLinkIntoAFolderThatOthersMayChangeIsNotFollowed() throws {
    let home = try Home(policy: nil)
    let elsewhere = home.folder.appending(path: "elsewhere")
    try FileManager.default.createDirectory(at: elsewhere, withIntermediateDirectories: true)
    let target = elsewhere.appending(path: "other.json")
    try Self.policy.write(to: target, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: elsewhere.path)
    try FileManager.default.createSymbolicLink(at: home.file, withDestinationURL: target)
    let terminal = try edited(home)
    terminal.send("\u{13}")
    try terminal.wait(for: "not saved")
    #expect(try home.read() == Self.policy)
    kill(terminal.process, SIGKILL)
    _ = try terminal.ending()
  }
}
