package import JSONText

/// What a gate knows of pins: what was accepted, and what its servers tell now.
///
/// It knows no file: what is to be written down is in `edits` until somebody takes them. All of it is bounded.
package struct PinBook: Sendable {
  /// A tool as a list told of it.
  package struct Told: Sendable {
    package var name: ExactText
    package var digest: ContentDigest
    package var definition: JSONNode

    package init(name: ExactText, digest: ContentDigest, definition: JSONNode) {
      self.name = name
      self.digest = digest
      self.definition = definition
    }
  }

  /// What a session's client was told of a tool.
  package enum Known: Hashable, Sendable {
    case definition(ContentDigest)
    /// One list told of it twice, in different words.
    case twice
    /// More tools were told of than a session remembers.
    case forgotten
    /// Nothing.
    case nothing
  }

  /// What was heard of a tool that is not as it was accepted.
  package struct Heard: Hashable, Sendable {
    package var digest: ContentDigest
    /// Compact JSON; nil where it is too long to be kept.
    package var definition: [UInt8]?
    package var since: Moment
    /// Told in two ways at once: nobody knows which one the server goes by.
    package var isTwice = false
    /// False where the server has told of it since as it was accepted.
    package var isCurrent = true

    package init(digest: ContentDigest, definition: [UInt8]?, since: Moment, isTwice: Bool = false) {
      self.digest = digest
      self.definition = definition
      self.since = since
      self.isTwice = isTwice
    }
  }

  /// What a server tells beside what was accepted.
  package struct Deviations: Hashable, Sendable {
    package var tools: [ExactText: Heard] = [:]
    /// Tools that its last whole list left out, and since when.
    package var gone: [ExactText: Moment] = [:]
    package var instructions: PinLock.Instructions?

    package init() {}
    package var isEmpty: Bool { tools.isEmpty && gone.isEmpty && instructions == nil }
    var bytes: Int { tools.values.reduce(0) { $0 + ($1.definition?.count ?? 0) } }
  }

  /// What is accepted, and that is nothing where the file cannot be read.
  package internal(set) var lock: PinLock
  package internal(set) var deviations: [ExactText: Deviations]
  /// Why the file cannot be read; then every call of a tool needs a person.
  package internal(set) var mistake: String?
  /// Whether a tool that is new is denied until somebody accepts it.
  package var isStrict: Bool { didSet { if isStrict != oldValue { revision += 1 } } }
  /// Counts whatever may change a verdict.
  package internal(set) var revision = 0
  /// What is to be written down.
  package internal(set) var edits: [PinEdit] = []
  /// Whether `deviations` are others than were written down.
  package internal(set) var hasHeard = false
  /// The list with which the gate began to know a server: what is in it is no addition.
  var first: [ExactText: PinListing] = [:]
  /// Servers with tools that were heard of first, and of which no file tells yet.
  package private(set) var unkept: Set<ExactText> = []
  /// What the file takes with `edits`, about.
  var fileBytes = 0
  /// Bytes of the definitions in `deviations`, at least.
  var heardBytes = 0

  package init(_ lock: PinLock = PinLock(), deviations: [ExactText: Deviations] = [:], isStrict: Bool = false) {
    self.lock = lock
    self.deviations = deviations.filter { !$0.value.isEmpty }
    self.isStrict = isStrict
    heardBytes = self.deviations.values.reduce(0) { $0 + $1.bytes }
  }

  // MARK: A call

  /// What a tool's pin says to a call by a session whose client was told this of it.
  package func verdict(_ server: ExactText, _ tool: ExactText, told: Known) -> PinVerdict {
    if let mistake { return .asks("tools.lock.json cannot be read, so no tool is known to be unchanged: \(mistake)") }
    if let rejected = rejectedInstructions(of: server) {
      return .denies("the server's instructions were rejected on \(rejected.at.second) by \(rejected.by)")
    }
    let pin = lock[server, tool]
    let digest: ContentDigest?
    switch told {
    case .definition(let told): digest = told
    case .twice: return refusal(pin, "the server describes the tool in two ways at once")
    case .forgotten: return refusal(pin, "the server tells of more tools than can be watched")
    case .nothing:
      // Its client may know the tool from elsewhere: what others were told counts.
      guard let heard = deviations[server]?.tools[tool] else {
        if pin?.digest != nil { return .passes }
        if pin?.rejected != nil { return refusal(pin, "") }
        return isStrict ? .denies(Self.unaccepted) : .passes
      }
      if heard.isTwice { return refusal(pin, "the server describes the tool in two ways at once") }
      digest = heard.digest
    }
    if let digest, pin?.digest == digest { return .passes }
    guard let pin, pin.digest != nil, let accepted = pin.accepted else {
      return refusal(pin, "no definition of the tool is accepted")
    }
    return refusal(pin, "the tool's definition changed since \(accepted.second)")
  }

  /// The rejection that stands against what a server tells of itself now; nil where that is as it was accepted.
  func rejectedInstructions(of server: ExactText) -> PinLock.Rejection? {
    guard let pin = lock.servers[server]?.instructions, let rejected = pin.rejected else { return nil }
    return deviations[server]?.instructions == nil && pin.isAccepted ? nil : rejected
  }

  /// Whether a person has rejected what a server tells agents of itself now.
  package func rejectsInstructions(of server: ExactText) -> Bool { rejectedInstructions(of: server) != nil }

  /// What a server told agents of itself last, or nothing; nil where that is not known, or was too long to be kept.
  package func instructions(of server: ExactText) -> String? {
    guard let last = deviations[server]?.instructions ?? lock.servers[server]?.instructions else {
      return lock.servers[server]?.tools == nil ? nil : ""
    }
    return last.text
  }

  private func refusal(_ pin: PinLock.Tool?, _ why: String) -> PinVerdict {
    if let rejected = pin?.rejected {
      return .denies("the tool's definition was rejected on \(rejected.at.second) by \(rejected.by)")
    }
    if isStrict, pin?.digest == nil { return .denies(Self.unaccepted) }
    return .asks(why)
  }

  private static let unaccepted = "nobody has accepted the tool's definition yet, and pins are strict"

  // MARK: What is in the file

  /// The file holds this now, in so many bytes.
  package mutating func take(_ lock: PinLock, bytes: Int) {
    fileBytes = edits.reduce(bytes) { $0 + $1.bytes }
    var newer = lock
    for edit in edits { newer.apply(edit) }
    guard mistake != nil || newer != self.lock else { return }
    mistake = nil
    self.lock = newer
    revision += 1
    for server in deviations.keys { tidy(server) }
  }

  /// The file cannot be read, and never could be since the gate has begun.
  package mutating func take(mistake: String) {
    self.mistake = mistake
    revision += 1
  }

  /// The first edits, so many of them, are in the file now, which holds this.
  package mutating func wrote(_ lock: PinLock, bytes: Int, edits count: Int) {
    edits.removeFirst(min(count, edits.count))
    unkept = []
    for case .record(let server, _, _) in edits { unkept.insert(server) }
    take(lock, bytes: bytes)
  }

  /// Whether anything is to be written down.
  package var hasNews: Bool { !edits.isEmpty || hasHeard }

  package mutating func wroteHeard() { hasHeard = false }

  mutating func edit(_ edit: PinEdit) {
    revision += 1
    let edit = fileBytes < PinLock.mostWithDefinitions ? edit : edit.withoutDefinition
    fileBytes += edit.bytes
    lock.apply(edit)
    edits.append(edit)
    if case .record(let server, _, _) = edit { unkept.insert(server) }
  }

  /// Whether there is room for another pin.
  var hasRoom: Bool { fileBytes < PinLock.mostBytes }

  /// Drops what is as it was accepted.
  mutating func tidy(_ server: ExactText) {
    guard var found = deviations[server] else { return }
    let tools = lock.servers[server]?.tools ?? [:]
    for (name, heard) in found.tools where !heard.isTwice && tools[name]?.digest == heard.digest {
      found.tools[name] = nil
    }
    for name in found.gone.keys where tools[name] == nil { found.gone[name] = nil }
    if let told = found.instructions, lock.servers[server]?.instructions?.digest == told.digest {
      found.instructions = nil
    }
    guard found != deviations[server] else { return }
    deviations[server] = found.isEmpty ? nil : found
    heardBytes = deviations.values.reduce(0) { $0 + $1.bytes }
    hasHeard = true
  }
}

/// One list of tools of one session, whatever pages it has.
package struct PinListing: Hashable, Sendable {
  package var session: ExactText
  package var list: Int

  package init(session: ExactText, list: Int) {
    self.session = session
    self.list = list
  }
}

extension Moment {
  /// As RFC 3339 without what is less than a second.
  package var second: String { String(rfc3339.prefix(19)) + "Z" }

  /// The beginning of this second, as a file says it.
  var wholeSecond: Moment {
    let rest = microseconds % 1_000_000
    return advanced(byMicroseconds: rest < 0 ? -rest - 1_000_000 : -rest)
  }
}
