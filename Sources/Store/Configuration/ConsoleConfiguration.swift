internal import Glibc
internal import JSONText
package import Policy
internal import System

/// How the console is to look and behave: the `console` part of `config.json`, which the gate does not look at.
package struct ConsoleConfiguration: Hashable, Sendable {
  /// How many colours are used at most, whatever the terminal has.
  package enum Colours: String, CaseIterable, Hashable, Sendable {
    case never
    case sixteen = "16"
    case indexed = "256"
    case direct = "true"
  }

  /// How wide a terminal draws the characters whose width depends on the country.
  package enum Width: String, CaseIterable, Hashable, Sendable { case narrow, wide }

  package var theme: String?
  /// The theme for terminals that say that their background is light.
  package var lightTheme: String?
  /// False keeps the terminal's own background.
  package var background = true
  package var color: Colours?
  package var mouse = true
  package var ambiguous: Width?
  package var approvals = Approvals()

  /// How a person is called to a call that waits.
  package struct Approvals: Hashable, Sendable {
    package enum Opening: String, CaseIterable, Hashable, Sendable { case never, idle }
    /// A sequence that some terminals make a notice of the desktop from.
    package enum Notice: String, CaseIterable, Hashable, Sendable { case off, osc9, osc777 }

    package var open = Opening.never
    package var bell = true
    package var title = true
    package var notify = Notice.off

    package init() {}

    static let keys = ["open", "bell", "title", "notify"]
  }

  /// What holds where there is no file.
  package init() {}

  static let key = "console"
  static let keys = ["theme", "light_theme", "background", "color", "mouse", "ambiguous", "approvals"]

  /// Reads the console's part of a configuration; what is wrong is left out, and said.
  package static func read(_ text: [UInt8]) -> (ConsoleConfiguration, problems: [PolicyProblem]) {
    var configuration = ConsoleConfiguration()
    // What is wrong with the gate's part is the gate's to say.
    guard let root = try? JSONNode.read(text), let part = root[ExactText(key)] else { return (configuration, []) }
    var reader = ConfigurationReader(text)
    reader.within(key) { reader in reader.console(part, &configuration) }
    return (configuration, reader.problems)
  }

  /// Reads the file at a path; the problem names it.
  package static func load(_ path: String) -> (ConsoleConfiguration, problem: String?) {
    guard let text = try? SafeFile.read(path, limit: GateConfiguration.longestText) else {
      return (ConsoleConfiguration(), nil)
    }
    let (configuration, problems) = read(text)
    let more = problems.count > 1 ? " (and \(problems.count - 1) more)" : ""
    return (configuration, problems.first.map { "\(path):\($0)\(more)" })
  }

  /// Why a configuration is not changed.
  package struct NotKept: Error { package var message: String }

  /// A configuration's text with another theme; nothing else in it changes.
  package static func text(
    _ text: [UInt8]?, theme: String, forLightBackground: Bool
  ) throws(NotKept) -> [UInt8] {
    let path = [ExactText(Self.key), ExactText(forLightBackground ? "light_theme" : "theme")]
    guard var editor = try? JSONTextEditor(text ?? Array("{\n}\n".utf8)),
      (try? editor.set(path, to: JSONNode(.string(ExactText(theme))))) != nil
    else { throw NotKept(message: "config.json is not what it should be") }
    return editor.text
  }

  /// Writes a theme into the file at a path.
  package static func keep(theme: String, forLightBackground: Bool, in path: String) throws(NotKept) {
    do throws(SystemError) {
      let before: [UInt8]? =
        SafeFile.exists(path) ? try SafeFile.read(path, limit: GateConfiguration.longestText) : nil
      guard let after = try? text(before, theme: theme, forLightBackground: forLightBackground) else {
        throw SystemError("change", path, code: EINVAL, help: "it is not what it should be")
      }
      guard after != before else { return }
      try SafeFile.makeFolder(SafeFile.folder(of: path))
      try SafeFile.replace(path, with: after)
    } catch {
      throw NotKept(message: "\(error)")
    }
  }
}

extension ConfigurationReader {
  fileprivate mutating func console(_ node: JSONNode, _ console: inout ConsoleConfiguration) {
    object(node, "`\(ConsoleConfiguration.key)`", ConsoleConfiguration.keys) { reader, key, value in
      switch key {
      case "theme": reader.text(value, "`theme`", &console.theme)
      case "light_theme": reader.text(value, "`light_theme`", &console.lightTheme)
      case "background": reader.flag(value, "`background`", &console.background)
      case "mouse": reader.flag(value, "`mouse`", &console.mouse)
      case "color":
        var colours = console.color ?? .never
        reader.word(value, "`color`", &colours)
        if value.text.flatMap({ ConsoleConfiguration.Colours(rawValue: $0.string) }) != nil { console.color = colours }
      case "ambiguous":
        var width = console.ambiguous ?? .narrow
        reader.word(value, "`ambiguous`", &width)
        if value.text.flatMap({ ConsoleConfiguration.Width(rawValue: $0.string) }) != nil { console.ambiguous = width }
      case "approvals": reader.approvals(value, &console.approvals)
      default: break
      }
    }
  }

  private mutating func approvals(_ node: JSONNode, _ approvals: inout ConsoleConfiguration.Approvals) {
    object(node, "`approvals`", ConsoleConfiguration.Approvals.keys) { reader, key, value in
      switch key {
      case "open": reader.word(value, "`open`", &approvals.open)
      case "bell": reader.flag(value, "`bell`", &approvals.bell)
      case "title": reader.flag(value, "`title`", &approvals.title)
      case "notify": reader.word(value, "`notify`", &approvals.notify)
      default: break
      }
    }
  }

  private mutating func text(_ node: JSONNode, _ name: String, _ text: inout String?) {
    guard let value = node.text else {
      return error(at: node.range.lowerBound, "\(name) must be a string, not \(node.kindInWords)")
    }
    text = value.string
  }

  private mutating func flag(_ node: JSONNode, _ name: String, _ flag: inout Bool) {
    guard let value = node.bool else {
      return error(
        at: node.range.lowerBound, "\(name) must be true or false, not \(node.kindInWords)")
    }
    flag = value
  }
}
