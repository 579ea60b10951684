/// One try to get past a policy: what is sent, and by whom.
package struct Attack: Sendable {
  /// What the attack relies on.
  package enum Category: String, CaseIterable, Sendable {
    case batches = "batches"
    case secondDocuments = "second documents"
    case lineEnds = "line ends"
    case duplicateKeys = "duplicate keys"
    case foldedKeys = "folded keys"
    case wrongTypes = "wrong types"
    case notJSON = "not JSON"
    case encoding = "encoding"
    case numbers = "numbers"
    case depth = "depth"
    case oversized = "oversized lines"
    case ids = "ids"
    case notifications = "notifications that act"
    case methods = "methods"
    case escapes = "escapes in names"
    case lookalikes = "look-alike names"
    case headers = "header-like members"
    case limits = "limits and retries"
    case others = "resources, prompts, tasks"
    case forgedAnswers = "forged answers"
    case lists = "hostile lists"
    case serverRequests = "requests of servers"
  }

  /// The protocol version that the attack's session speaks.
  package enum Era: String, CaseIterable, Sendable {
    case legacy = "2025-11-25"
    /// The one version that has batches.
    case batches = "2025-03-26"
    /// The stateless one: no handshake.
    case stateless = "2026-07-28"
  }

  /// The hostile part of the server.
  ///
  /// `$ID` in it is the request's id as the server got it.
  package struct ServerPart: Sendable {
    /// Written, one line each, in place of the answer to the call of `allowed` that carries the attack's name.
    package var onCall: [[UInt8]] = []
    /// The same in place of the answer to the next `tools/list`.
    package var onList: [[UInt8]] = []

    package init() {}
  }

  package let name: String
  package let category: Category
  /// The points of the protocol's checklist that forbid it.
  package let points: String
  /// What it tries, as the end of "it ...".
  package let tries: String
  package var era = Era.legacy
  /// Whether it needs a policy that allows what no rule names.
  package var isOpen = false
  /// What the client writes, line ends included.
  package var client: [UInt8]
  package var server = ServerPart()
  /// How many calls of a tool with a limit may arrive.
  package var callsWithinLimit = 1
  /// Why no reader is fooled even where nothing stands in the way; nil where one is.
  package var harmlessAlone: String?

  init(_ name: String, _ category: Category, _ points: String, _ tries: String, client: [UInt8]) {
    self.name = name
    self.category = category
    self.points = points
    self.tries = tries
    self.client = client
  }
}

/// Attacks of one category, as they are written down.
struct Shelf {
  let category: Attack.Category
  private(set) var attacks: [Attack] = []

  init(_ category: Attack.Category) { self.category = category }

  /// Adds an attack whose client writes `text` and a line feed.
  ///
  /// `@@` in it and in what the server writes is the attack's name.
  mutating func add(
    _ name: String, _ points: String, _ tries: String, _ text: String, _ change: (inout Attack) -> Void = { _ in }
  ) {
    add(name, points, tries, bytes: Array(text.utf8), change)
  }

  mutating func add(
    _ name: String, _ points: String, _ tries: String, bytes: [UInt8], _ change: (inout Attack) -> Void = { _ in }
  ) {
    var attack = Attack(name, category, points, tries, client: bytes + [0x0A])
    change(&attack)
    let name = Array(name.utf8)
    attack.client = Self.named(attack.client, name)
    attack.server.onCall = attack.server.onCall.map { Self.named($0, name) }
    attack.server.onList = attack.server.onList.map { Self.named($0, name) }
    attacks.append(attack)
  }

  private static func named(_ text: [UInt8], _ name: [UInt8]) -> [UInt8] {
    text.replacing(Array("@@".utf8), with: name)
  }
}

extension [UInt8] {
  /// These bytes with one sequence replaced by another.
  package func replacing(_ wanted: [UInt8], with replacement: [UInt8]) -> [UInt8] {
    guard let first = wanted.first else { return self }
    var out: [UInt8] = []
    out.reserveCapacity(count)
    var index = 0
    while index < count {
      if self[index] == first, self[index...].starts(with: wanted) {
        out += replacement
        index += wanted.count
      } else {
        out.append(self[index])
        index += 1
      }
    }
    return out
  }
}

extension Attack.ServerPart {
  static func call(_ lines: String...) -> Self {
    var part = Self()
    part.onCall = lines.map { Array($0.utf8) }
    return part
  }

  static func list(_ lines: String...) -> Self {
    var part = Self()
    part.onList = lines.map { Array($0.utf8) }
    return part
  }
}

// MARK: Words of attacks

/// A `tools/call`.
func call(_ tool: String, _ arguments: String = "{}", id: String = #""@@1""#) -> String {
  #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":{"name":"\#(tool)","arguments":\#(arguments)}}"#
}

/// A call with any params.
func call(params: String, id: String = #""@@1""#) -> String {
  #"{"jsonrpc":"2.0","id":\#(id),"method":"tools/call","params":\#(params)}"#
}

func request(_ method: String, _ params: String = "{}", id: String = #""@@1""#) -> String {
  #"{"jsonrpc":"2.0","id":\#(id),"method":"\#(method)","params":\#(params)}"#
}

/// A call that the policy denies, whatever else there is.
let forbidden = call("forbidden", id: #""@@9""#)

/// A call that makes the server play its part.
let play = call("allowed", #"{"play":"@@"}"#)
