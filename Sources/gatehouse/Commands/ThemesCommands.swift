import Console
import ConsoleCore
import Glibc
import JSONText
import Store
import System

extension Gatehouse {
  static let themes = Command(
    ["themes"], operands: "[NAME]", count: 0...1,
    summary: "The console's themes, or what one of them looks like.",
    details: """
      Yours are the files NAME.toml in the folder `themes` beside servers.json; they come before those of the same name that
      the program brings along. `:theme` in the console tries them and keeps one; so does "console": {"theme": NAME} in
      config.json.
      """,
    options: [
      colourOption, .init("--json", "print JSON: name, title, variant, file and problems"),
    ]
  ) { arguments throws(Failure) in
    let paths = try environmentPaths()
    let (settings, problem) = ConsoleConfiguration.load(paths.settings)
    let finder = ThemeFinder(
      folder: paths.themes,
      on: Theme.Surroundings(environment: ThisProcess.environment, paintsBackground: settings.background))
    if let problem { StandardError.write("gatehouse: \(TerminalText.safe(problem))\n") }
    guard let name = arguments.operands.first else {
      return arguments.has("--json") ? listAsJSON(finder) : list(finder, paths, settings)
    }
    let found: ThemeFinder.Found
    do throws(ThemeFinder.Missing) {
      found = try finder.find(name)
    } catch {
      throw Failure(error.message, help: "see `gatehouse themes`")
    }
    if arguments.has("--json") {
      var writer = JSONWriter()
      write(found, &writer)
      StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
      return 0
    }
    let depth = try shownDepth(arguments)
    let title = TerminalText.safe(found.theme.title)
    let colours = depth.map { ", \(words(for: $0))" } ?? ""
    StandardOutput.write("\(title), \(found.theme.variant.rawValue), \(TerminalText.safe(source(found)))\(colours)\n")
    let lines = ThemeSample.lines(of: found.theme, depth: depth, .unicode)
    StandardOutput.write(lines.map { $0 + "\n" }.joined())
    for problem in found.problems { StandardError.write("\(TerminalText.safe(problem))\n") }
    return 0
  }

  static let themesCheck = Command(
    ["themes", "check"], operands: "FILE...", count: 1...1000,
    summary: "Check theme files; everything odd with line, column and remedy.",
    details: "A theme with problems is used all the same, without what could not be read. Exit 1 if there are any."
  ) { arguments throws(Failure) in
    let finder = ThemeFinder(folder: try environmentPaths().themes)
    var count = 0
    for file in arguments.operands {
      let shown = TerminalText.safe(file)
      let name = file.split(separator: "/").last.map(String.init) ?? file
      let stem = name.hasSuffix(".toml") ? String(name.dropLast(5)) : name
      let problems = Theme.read(name: stem, text: try readText(file)) { finder.text($0) }.problems
      for problem in problems { StandardError.write("\(shown):\(TerminalText.safe("\(problem)"))\n") }
      if problems.isEmpty { StandardOutput.write("\(shown): good\n") }
      count += problems.count
    }
    return count == 0 ? 0 : 1
  }

  static let colourOption = Command.Option(
    "--color", "DEPTH", "never, 8, 16, 256 or true (24 bits); otherwise what NO_COLOR, COLORTERM and TERM say")

  /// What `--color` says; nil where it is not there.
  static func colours(_ arguments: Arguments) throws(Failure) -> ColourDepth? {
    guard let word = arguments.value("--color") else { return nil }
    guard let depth = ColourDepth(word: word) else {
      let words = ColourDepth.allCases.map(\.word).joined(separator: ", ")
      throw .usage("`\(word)` is no value of `--color`", help: "there are: \(words)")
    }
    return depth
  }

  /// How to colour what is printed; nil for not at all, as for a file.
  private static func shownDepth(_ arguments: Arguments) throws(Failure) -> ColourDepth? {
    if let depth = try colours(arguments) { return depth }
    return isatty(STDOUT_FILENO) == 1 ? ConsoleProgram.depth(environment: ThisProcess.environment) : nil
  }

  private static func words(for depth: ColourDepth) -> String {
    switch depth {
    case .mono: "without colour"
    case .eight: "8 colours"
    case .sixteen: "16 colours"
    case .indexed: "256 colours"
    case .direct: "24-bit colour"
    }
  }

  private static func source(_ found: ThemeFinder.Found) -> String { found.path ?? "shipped" }

  private static func list(_ finder: ThemeFinder, _ paths: Paths, _ settings: ConsoleConfiguration) -> Int32 {
    var table = Table(header: ["", "THEME", "VARIANT", "FROM", "PROBLEMS"])
    let inUse = settings.theme ?? ShippedThemes.standard
    var problems: [String] = []
    for name in finder.names {
      guard let found = try? finder.find(name) else { continue }
      table.add([
        name == inUse ? "*" : "", name, found.theme.variant.rawValue, source(found),
        found.problems.isEmpty ? "" : "\(found.problems.count)",
      ])
      problems += found.problems
    }
    StandardOutput.write(table.text)
    for problem in problems { StandardError.write("\(TerminalText.safe(problem))\n") }
    return 0
  }

  private static func listAsJSON(_ finder: ThemeFinder) -> Int32 {
    var writer = JSONWriter()
    writer.beginArray()
    for name in finder.names {
      if let found = try? finder.find(name) { write(found, &writer) }
    }
    writer.endArray()
    StandardOutput.write(String(decoding: writer.bytes, as: UTF8.self) + "\n")
    return 0
  }

  private static func write(_ found: ThemeFinder.Found, _ writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("name", found.theme.name)
    writer.member("title", found.theme.title)
    writer.member("variant", found.theme.variant.rawValue)
    writer.member("file", ifPresent: found.path)
    writer.key("problems")
    writer.beginArray()
    for problem in found.problems { writer.string(problem) }
    writer.endArray()
    writer.endObject()
  }
}
