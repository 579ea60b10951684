package import JSONText
internal import MCPWire
package import Policy

/// One client of all servers at once: passes each of its messages to the session of the server that it is for, asks all
/// of them where it wants a list, and gives it what they say under names that tell them apart.
///
/// What is allowed each server's own session decides, by the server's own names. A server that does not start, answer or
/// live takes nothing from the others: lists wait for it for a while, once, and tell who is missing.
///
/// Each method is one event; `takeActions` answers what is to be done.
package struct AllServers: Sendable {
  package enum Action: Hashable, Sendable {
    /// Begins a session with a server.
    case start(ExactText)
    /// A line of the client's, without its end, for a server's session.
    case toServer(ExactText, [UInt8])
    /// A line with its end.
    case toClient([UInt8])
    /// The client gets what `greeting` answers.
    case greet(ExactText, isDiscovery: Bool)
    /// A server is not in a list, and why: to be told to those who watch.
    case missing(ExactText, String)
  }

  /// One server's session.
  struct Part: Sendable {
    enum State: Hashable, Sendable {
      /// Leads to `joining`, or in the stateless era to `probing`.
      case absent
      /// It was asked whether it speaks the client's version. Leads to `ready`, or else to `joining`, and to `gone`.
      case probing
      /// The handshake is not over. Leads to `ready` and `gone`.
      case joining
      /// Leads to `gone`.
      case ready
      /// Leads to `joining` or `ready` when it is needed again, but not at once.
      case gone(String, at: Moment)
    }

    var state = State.absent
    /// What the server has, as it said.
    var features: Set<Feature> = []
    /// What the server tells agents of itself.
    var instructions: String?
    /// The same as it was when the server was there last; nil where nobody knows.
    var earlier: String?
    /// It speaks the older versions alone, and its client is of the stateless era.
    var isOlder = false
    /// Lines that wait for the end of the handshake, with the requests' numbers.
    var queue: [(number: UInt64, line: [UInt8])] = []
    /// A list was given without it, which waits for it no more.
    var isLate = false

    var isGone: Bool { if case .gone = state { true } else { false } }
    /// Whether it is on its way.
    var isBeginning: Bool { state == .probing || state == .joining }
  }

  enum Feature: String, CaseIterable, Hashable, Sendable {
    case tools, prompts, resources, logging, completions
  }

  /// A request of ours to a server.
  struct Asked: Sendable {
    enum Purpose: Sendable {
      case handshake
      case probe
      /// A request of the client's: its id as it is written and in one spelling, and its progress token.
      case routed(id: ExactText, key: ExactText, token: ExactText?, mayBeTask: Bool)
      /// A page of a list.
      case page(Int)
      case listen(Int)
      /// Nobody waits for the answer.
      case nothing
    }

    let server: ExactText
    let purpose: Purpose
  }

  /// What a request of the client's has become.
  enum Wanted: Hashable, Sendable {
    case one(UInt64)
    case round(Int)
    case listening(Int)
    /// Its session's beginning.
    case greeting
  }

  /// A server's request as the client knows it.
  struct Question: Hashable, Sendable {
    let server: ExactText
    let id: ExactText
  }

  /// All servers, in the order in which their tools are listed.
  package let servers: [ExactText]
  var parts: [ExactText: Part]
  var names = ExposedNames()
  var asked: [UInt64: Asked] = [:]
  var wanted: [ExactText: Wanted] = [:]
  var tokens: [ExactText: ExactText] = [:]
  var questions: [UInt64: Question] = [:]
  var rounds: [Int: ListRound] = [:]
  var listenings: [Int: Listening] = [:]
  /// The parameters of the client's handshake, for each server's; nil in the stateless era.
  var handshake: [UInt8]?
  /// What the client says of itself with each request, in the stateless era.
  var caller: Caller?
  /// The client's requests that are answered with what all servers have.
  var greetings: [Greeting] = []
  /// Which server has the task of an id.
  var tasks = TaskPlaces()
  package internal(set) var version: ExactText?
  /// The client's last `logging/setLevel`, for servers that come later.
  var level: [UInt8]?
  var reader = MessageReader()
  var last: UInt64 = 0
  private var actions: [Action] = []
  let build: String

  /// How long a list waits for a server that says nothing.
  static let patience: Int64 = 10_000_000
  /// How long a server that ended is left alone.
  static let respite: Int64 = 10_000_000
  static let mostRequests = 4_096
  static let mostQueued = 256

  /// `build` is the version that the gate tells of itself, `known` what servers told agents of themselves earlier.
  package init(_ servers: [ExactText], build: String, known: [ExactText: String] = [:]) {
    self.servers = servers
    self.build = build
    parts = Dictionary(servers.map { ($0, Part(earlier: known[$0])) }, uniquingKeysWith: { first, _ in first })
  }

  package mutating func takeActions() -> [Action] {
    defer { actions = [] }
    return actions
  }

  mutating func act(_ action: Action) { actions.append(action) }

  mutating func number() -> UInt64 {
    last += 1
    return last
  }

  /// When `timePassed` is to be called; nil for never.
  package var wakeUp: Moment? { (rounds.values.map(\.due) + greetings.map(isDue)).min() }

  // MARK: Answers of the gate's own

  mutating func answer(_ id: ExactText, _ result: String) {
    var line: [UInt8] = []
    line.appendResult(result.utf8, id: id.utf8)
    act(.toClient(line))
  }

  mutating func refuse(_ id: ExactText?, _ code: Int, _ message: String) {
    var line: [UInt8] = []
    line.appendError(code: code, message: "[gatehouse] \(message)", id: id?.utf8)
    act(.toClient(line))
  }

  /// The answer to a call of a tool that no server has, as a server would give it.
  mutating func refuseTool(_ id: ExactText, _ name: ExactText, isModern: Bool) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("content")
    writer.beginArray()
    writer.beginObject()
    writer.member("type", "text")
    writer.member("text", "Unknown tool: \(String(name.string.unicodeScalars.prefix(200)))")
    writer.endObject()
    writer.endArray()
    writer.member("isError", true)
    if isModern { writer.member("resultType", "complete") }
    writer.endObject()
    var line: [UInt8] = []
    line.appendResult(writer.bytes, id: id.utf8)
    act(.toClient(line))
  }
}
