import GateCore
import JSONText
import Policy

/// A client of all servers, told in short words.
struct Crowd {
  var all: AllServers
  var now = Moment(microseconds: 1_000_000_000)
  /// Whose instructions a person has rejected.
  var rejected: Set<ExactText> = []

  init(_ servers: ExactText..., known: [ExactText: String] = [:]) {
    all = AllServers(servers, build: "1", known: known)
  }

  /// What is to be done now: `start a`, `a < LINE`, `> LINE`, `missing a: REASON`.
  mutating func done() -> [String] {
    all.takeActions().map { action in
      switch action {
      case .start(let server): "start \(server)"
      case .toServer(let server, let line): "\(server) < \(String(decoding: line, as: UTF8.self))"
      case .toClient(let line): "> " + String(decoding: line.dropLast(), as: UTF8.self)
      case .greet(let id, let isDiscovery):
        "> "
          + String(
            decoding: all.greeting(id, isDiscovery: isDiscovery, without: rejected).dropLast(), as: UTF8.self)
      case .missing(let server, let reason): "missing \(server): \(reason)"
      }
    }
  }

  mutating func say(_ line: String) -> [String] {
    all.fromClient(Array(line.utf8).span, at: now)
    return done()
  }

  mutating func hear(_ server: ExactText, _ lines: String...) -> [String] {
    all.fromServer(server, Array(lines.map { $0 + "\n" }.joined().utf8).span, at: now)
    return done()
  }

  mutating func lose(_ server: ExactText, _ reason: String = "it died") -> [String] {
    all.gone(server, reason, at: now)
    return done()
  }

  mutating func wait(_ seconds: Int64) -> [String] { wait(milliseconds: seconds * 1_000) }

  mutating func wait(milliseconds: Int64) -> [String] {
    now = now.advanced(byMicroseconds: milliseconds * 1_000)
    all.timePassed(at: now)
    return done()
  }

  static let hello =
    #"{"jsonrpc":"2.0","id":"h","method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{}}}"#

  /// Begins, with every server there and having these features.
  mutating func begin(_ features: String = #"{"tools":{},"prompts":{},"resources":{},"logging":{}}"#) {
    _ = say(Self.hello)
    for (place, server) in Array("ab".utf8).enumerated() {
      let name = ExactText(String(UnicodeScalar(server)))
      _ = hear(name, Self.greeting(place + 1, features))
    }
  }

  static func greeting(_ number: Int, _ features: String) -> String {
    #"{"jsonrpc":"2.0","id":\#(number),"result":{"protocolVersion":"2025-06-18","capabilities":\#(features)}}"#
  }
}
