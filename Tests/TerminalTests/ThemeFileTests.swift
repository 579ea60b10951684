import ConsoleCore
import Foundation
import Testing

/// Themes of the user's own on a real terminal: files that change, are wrong, and go away; and a choice that stays.
struct ThemeFileTests {
  private final class Home {
    let folder: URL
    var settings: URL { folder.appending(path: "config.json") }

    init() throws {
      // A short path: what the last line tells of its files has 80 columns.
      folder = URL(filePath: "/tmp/gatehouse-\(UUID().uuidString.prefix(8))")
      try FileManager.default.createDirectory(
        at: folder.appending(path: "themes"), withIntermediateDirectories: true)
      try "{\"version\": \"1\", \"default\": \"deny\"}\n".write(
        to: folder.appending(path: "policy.json"), atomically: true, encoding: .utf8)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func theme(_ name: String, _ text: String?) throws {
      let file = folder.appending(path: "themes/\(name).toml")
      guard let text else { return try FileManager.default.removeItem(at: file) }
      try text.write(to: file, atomically: true, encoding: .utf8)
    }

    func console(_ words: String..., more: [String: String] = [:]) throws -> Pseudoterminal {
      try Pseudoterminal(
        ["console"] + words,
        environment: [
          "TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8", "GATEHOUSE_TEST": "1",
          "GATEHOUSE_HOME": folder.path, "PATH": "/usr/bin:/bin", "TMPDIR": folder.path,
          "LSAN_OPTIONS": ProcessInfo.processInfo.environment["LSAN_OPTIONS"] ?? "",
        ].merging(more) { $1 })
    }
  }

  // ncurses skips what is there already, so single words are waited for.
  @Test func aThemeThatChangesIsShownAndABrokenOneIsNot() throws {
    let home = try Home()
    try home.theme("base", "[palette]\naccent = \"#010203\"\n")
    try home.theme("mine", "inherits = \"base\"\n")
    let terminal = try home.console("--theme=mine")
    try terminal.wait(for: "38;2;1;2;3")
    try home.theme("mine", "inherits = \"base\"\n[palette]\naccent = \"#0a0b0c\"\n")
    try terminal.wait(for: "38;2;10;11;12")
    try terminal.wait(for: "again")
    terminal.forget()
    try home.theme("mine", "[palette]\naccent = \"#0d0e0")
    try terminal.wait(for: "stays")
    #expect(!terminal.output.contains(Array("38;2;1;2;3".utf8)))
    terminal.forget()
    try home.theme("mine", nil)
    try terminal.wait(for: "`mine`")
    terminal.forget()
    // What it inherits from counts as well, if it is right.
    try home.theme("mine", "inherits = \"base\"\n")
    try terminal.wait(for: "38;2;1;2;3")
    terminal.forget()
    try home.theme("base", "[palette]\naccent = \"#10\"\n")
    try terminal.wait(for: "base.toml:2:10")
    try home.theme("base", "[palette]\naccent = \"#102030\"\n")
    try terminal.wait(for: "38;2;16;32;48")
    // A name that nobody knows is told and does no harm.
    try home.theme("base", "[palette]\naccent = \"#405060\"\n")
    try home.theme("mine", "inherits = \"base\"\n[style]\ndimm = \"red\"\n")
    try terminal.wait(for: "38;2;64;80;96")
    try terminal.wait(for: "`dim`?")
    terminal.send("q")
    #expect(try terminal.ending() == .code(0))
  }

  @Test func theListTriesThemesAndEnterKeepsOne() throws {
    let home = try Home()
    try home.theme("zz-mine", "[palette]\naccent = \"#010203\"\n")
    let terminal = try home.console()
    try terminal.wait(for: "saved")
    terminal.forget()
    terminal.send(":theme\r")
    try terminal.wait(for: "zz-mine")
    terminal.send("G")
    try terminal.wait(for: "38;2;1;2;3")
    terminal.send("\u{1B}")
    try terminal.wait(for: "before")
    #expect(!FileManager.default.fileExists(atPath: home.settings.path))
    terminal.forget()
    terminal.send(":theme\rG\r")
    try terminal.wait(for: "config.json")
    #expect(try String(contentsOf: home.settings, encoding: .utf8) == "{\n  \"console\": {\"theme\": \"zz-mine\"}\n}\n")
    terminal.send("q")
    #expect(try terminal.ending() == .code(0))
    // And at the next start it is there.
    try home.console().wait(for: "38;2;1;2;3")
  }

  @Test func settingsSayHowItLooks() throws {
    let home = try Home()
    try home.theme("mine", "[palette]\nbg = \"#101112\"\naccent = \"#010203\"\n")
    try "{\"console\": {\"theme\": \"mine\", \"background\": false, \"mouse\": false, \"extra\": 1}}".write(
      to: home.settings, atomically: true, encoding: .utf8)
    let terminal = try home.console()
    try terminal.wait(for: "38;2;1;2;3")
    try terminal.wait(for: "`extra`")
    #expect(!terminal.output.contains(Array("48;2;16;17;18".utf8)))
    #expect(!terminal.output.contains(Array("\u{1B}[?1000h".utf8)))
    let forced = try home.console("--color=256")
    try forced.wait(for: "saved")
    #expect(!forced.output.contains(Array("38;2;".utf8)))
    #expect(forced.output.contains(Array("38;5;232".utf8)))
  }

  @Test func aLightTerminalHasAThemeOfItsOwn() throws {
    let home = try Home()
    try home.theme("day", "[palette]\naccent = \"#010203\"\n")
    try home.theme("night", "[palette]\naccent = \"#040506\"\n")
    try "{\"console\": {\"theme\": \"night\", \"light_theme\": \"day\"}}".write(
      to: home.settings, atomically: true, encoding: .utf8)
    try home.console(more: ["COLORFGBG": "0;15"]).wait(for: "38;2;1;2;3")
    try home.console(more: ["COLORFGBG": "15;0"]).wait(for: "38;2;4;5;6")
    try home.console().wait(for: "38;2;4;5;6")
  }
}
