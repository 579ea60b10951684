internal import JSONText
package import Policy
internal import System

/// How a gate is to run, by its `config.json`.
package struct GateConfiguration: Hashable, Sendable {
  package struct Record: Hashable, Sendable {
    package var onFailure = RecordFailurePolicy.deny
    package var sync = RecordSync.write
    /// How much of it stays.
    package var retention = RecordRetention()
    package var arguments = Arguments.digest
    /// Names of patterns, and what they find: in redacted arguments it is replaced by the name.
    package var mask: [Mask] = []

    /// How the record has the arguments of calls.
    package enum Arguments: String, CaseIterable, Hashable, Sendable {
      case digest, redacted, full
    }

    package struct Mask: Hashable, Sendable {
      package var name: String
      /// In RE2's syntax, and one that is understood.
      package var expression: String
    }

    package static let mostMasks = 64
  }

  /// How many seconds a server may take for an answer; nil for ever.
  package struct Timeouts: Hashable, Sendable {
    package var initialize: Int? = 60
    package var discover: Int? = 3
    /// For `tools/list`.
    package var list: Int? = 10
    /// For what is judged, where the server's own entry in the registry says nothing.
    package var call: Int?

    package static let longest = 86_400
  }

  package struct Approvals: Hashable, Sendable {
    /// Whose decisions are taken.
    package enum Source: String, CaseIterable, Hashable, Sendable {
      /// Any program of this user that is not below a guarded client.
      case anyone
      /// A console on a terminal.
      case console
    }

    package var from = Source.anyone
    /// What is run for each question, the program first; nil for nothing.
    package var notify: [String]?

    package static let mostWords = 100
  }

  /// Where the gate listens for HTTP clients; nowhere by default.
  package struct HTTP: Hashable, Sendable {
    /// Addresses as `127.0.0.1:8787`.
    package var listen: [String] = []
    /// The path of a socket's file.
    package var socket: String?
    /// Names by which clients may call this machine.
    package var hosts: [String] = []
    /// Web pages that may use the gate, as `https://example.org`.
    package var origins: [String] = []
    /// By what address clients reach the gate through a proxy, as `https://gate.example.org`.
    package var url: String?

    package static let most = 100
  }

  package var http = HTTP()
  package var record = Record()
  package var approvals = Approvals()
  package var timeouts = Timeouts()

  package struct Pins: Hashable, Sendable {
    /// Whether a tool is denied until somebody accepts its definition.
    package var isStrict = false
  }

  package var pins = Pins()

  /// What holds where there is no file.
  package init() {}

  package static let longestText = 1 << 20

  /// Reads a configuration as strictly as a policy: a key that nobody knows is an error.
  ///
  /// Throws: `ConfigurationError` with everything that is wrong.
  package static func read(_ text: [UInt8]) throws(ConfigurationError) -> GateConfiguration {
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONNode.read(text)
    } catch {
      let place = TextPlace(of: error.offset, in: text)
      throw ConfigurationError([PolicyProblem(weight: .error, place: place, pointer: "", message: "\(error)")])
    }
    var reader = ConfigurationReader(text)
    var configuration = GateConfiguration()
    // The console's part is read by the console alone: a slip in it must not stop a gate.
    reader.object(
      root, "a configuration", ["record", "timeouts", "approvals", "pins", "http", ConsoleConfiguration.key]
    ) {
      reader, key, value in
      switch key {
      case "http": reader.http(value, &configuration.http)
      case "approvals": reader.approvals(value, &configuration.approvals)
      case "pins": reader.pins(value, &configuration.pins)
      case "record": reader.record(value, &configuration.record)
      case "timeouts": reader.timeouts(value, &configuration.timeouts)
      default: break
      }
    }
    guard reader.problems.isEmpty else { throw ConfigurationError(reader.problems) }
    return configuration
  }

  /// Reads the file at a path; without one everything is as it is by default.
  ///
  /// Throws: `ConfigurationError` that names the file.
  package static func load(_ path: String) throws(ConfigurationError) -> GateConfiguration {
    let text: [UInt8]
    do throws(SystemError) {
      text = try SafeFile.read(path, limit: longestText)
    } catch {
      if error.isAbsence { return GateConfiguration() }
      throw ConfigurationError("\(error)")
    }
    do {
      return try read(text)
    } catch {
      throw ConfigurationError(error.problems, in: path)
    }
  }
}

extension ConfigurationReader {
  fileprivate mutating func record(_ node: JSONNode, _ record: inout GateConfiguration.Record) {
    let known = ["on_failure", "sync", "arguments", "mask", "keep_days", "keep_megabytes"]
    object(node, "`record`", known) { reader, key, value in
      switch key {
      case "on_failure": reader.word(value, "`on_failure`", &record.onFailure)
      case "sync": reader.word(value, "`sync`", &record.sync)
      case "arguments": reader.word(value, "`arguments`", &record.arguments)
      case "mask": reader.mask(value, &record.mask)
      case "keep_days": reader.amount(value, "`keep_days`", "days", &record.retention.days)
      case "keep_megabytes": reader.amount(value, "`keep_megabytes`", "megabytes", &record.retention.megabytes)
      default: break
      }
    }
  }
}

extension ConfigurationReader {
  /// A number from 1 on, or null for no bound.
  private mutating func amount(_ node: JSONNode, _ name: String, _ unit: String, _ amount: inout Int?) {
    guard node.isNull || node.integer.map({ 1...1_000_000 ~= $0 }) ?? false else {
      return error(
        at: node.range.lowerBound, "\(name) must be a whole number of \(unit)",
        help: "write one from 1 to 1000000, or null to keep everything")
    }
    amount = node.integer
  }
}

extension ConfigurationReader {
  fileprivate mutating func approvals(_ node: JSONNode, _ approvals: inout GateConfiguration.Approvals) {
    object(node, "`approvals`", ["from", "notify"]) { reader, key, value in
      switch key {
      case "from": reader.word(value, "`from`", &approvals.from)
      case "notify": reader.command(value, "`notify`", &approvals.notify)
      default: break
      }
    }
  }

  private mutating func command(_ node: JSONNode, _ name: String, _ command: inout [String]?) {
    guard !node.isNull else { return }
    let most = GateConfiguration.Approvals.mostWords
    let words = node.elements?.map(\.string) ?? []
    // A word with a null byte can be given to no program.
    guard 1...most ~= words.count, let first = words[0], !first.isEmpty,
      words.allSatisfy({ $0.map { !$0.utf8.contains(0) } ?? false })
    else {
      return error(
        at: node.range.lowerBound, "\(name) must be an array of strings, a program and its arguments",
        help: "write `[\"notify-send\", \"Gatehouse\"]`, \(most) words at most, or null for none")
    }
    command = words.compactMap { $0 }
  }
}

extension ConfigurationReader {
  fileprivate mutating func pins(_ node: JSONNode, _ pins: inout GateConfiguration.Pins) {
    object(node, "`pins`", ["strict"]) { reader, _, value in
      guard let isStrict = value.bool else {
        return reader.error(
          at: value.range.lowerBound, "`strict` must be true or false, not \(value.kindInWords)",
          help: "write true to have tools denied until they are accepted")
      }
      pins.isStrict = isStrict
    }
  }

  fileprivate mutating func timeouts(_ node: JSONNode, _ timeouts: inout GateConfiguration.Timeouts) {
    object(node, "`timeouts`", ["initialize", "discover", "list", "call"]) { reader, key, value in
      let most = GateConfiguration.Timeouts.longest
      guard value.isNull || value.integer.map({ 1...most ~= $0 }) ?? false else {
        return reader.error(
          at: value.range.lowerBound, "`\(key)` must be a whole number of seconds",
          help: "write one from 1 to \(most), or null for no limit")
      }
      switch key {
      case "initialize": timeouts.initialize = value.integer
      case "discover": timeouts.discover = value.integer
      case "list": timeouts.list = value.integer
      case "call": timeouts.call = value.integer
      default: break
      }
    }
  }
}

/// What is wrong with a configuration.
package struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Empty where the file cannot be read at all.
  package let problems: [PolicyProblem]
  /// One line for each, with the file's name where it is known.
  package let description: String

  init(_ message: String) {
    problems = []
    description = message
  }

  init(_ problems: [PolicyProblem], in path: String? = nil) {
    self.problems = problems
    let prefix = path.map { "\($0):" } ?? ""
    description = problems.map { "\(prefix)\($0)" }.joined(separator: "\n")
  }
}
