/// One command of the program: what `--help` says of it and what it does.
struct Command: Sendable {
  struct Option: Sendable {
    /// With its dashes: `--json`.
    let name: String
    /// The word for its value in help; nil for a switch.
    let value: String?
    let summary: String

    /// An option with a value.
    init(_ name: String, _ value: String, _ summary: String) {
      self.name = name
      self.value = value
      self.summary = summary
    }

    /// A switch.
    init(_ name: String, _ summary: String) {
      self.name = name
      value = nil
      self.summary = summary
    }
  }

  /// The words that name it: `["servers", "add"]`; empty for the console.
  let path: [String]
  /// What stands behind the options in its usage line: `NAME -- COMMAND...`.
  let operands: String
  /// How many operands it takes.
  let count: ClosedRange<Int>
  /// Whether `--` and a command of the user's may follow.
  let takesCommand: Bool
  let summary: String
  /// More lines for its own `--help`.
  let details: String
  let options: [Option]
  /// Started by the program itself, not by people.
  let isInternal: Bool
  let run: @Sendable (Arguments) throws(Failure) -> Int32

  init(
    _ path: [String], operands: String = "", count: ClosedRange<Int> = 0...0, takesCommand: Bool = false,
    summary: String, details: String = "", options: [Option] = [], isInternal: Bool = false,
    run: @escaping @Sendable (Arguments) throws(Failure) -> Int32
  ) {
    self.path = path
    self.operands = operands
    self.count = count
    self.takesCommand = takesCommand
    self.summary = summary
    self.details = details
    self.options = options
    self.isInternal = isInternal
    self.run = run
  }

  var name: String { (["gatehouse"] + path).joined(separator: " ") }

  var usage: String {
    ([name] + (options.isEmpty ? [] : ["[OPTIONS]"]) + (operands.isEmpty ? [] : [operands])).joined(separator: " ")
  }

  /// What `--help` prints.
  var help: String {
    var lines = [summary, "", "Usage: \(usage)"]
    if !details.isEmpty { lines += ["", details] }
    if !options.isEmpty {
      lines += ["", "Options:"]
      let names = options.map { option in option.name + (option.value.map { " \($0)" } ?? "") }
      let width = names.map(\.count).max() ?? 0
      for (name, option) in zip(names, options) {
        lines.append("  \(name)\(String(repeating: " ", count: width - name.count))  \(option.summary)")
      }
    }
    return lines.joined(separator: "\n") + "\n"
  }
}

/// Why a command ends without having done its work.
struct Failure: Error {
  /// 1: refused or found wrong; 2: the command line is wrong.
  let code: Int32
  let message: String
  let help: String?

  init(_ message: String, help: String? = nil, code: Int32 = 1) {
    self.message = message
    self.help = help
    self.code = code
  }

  static func usage(_ message: String, help: String? = nil) -> Failure { Failure(message, help: help, code: 2) }
}
