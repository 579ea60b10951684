internal import JSONText

/// The methods of the protocol, of every version.
package enum MCPMethod: String, CaseIterable, Hashable, Sendable {
  // Requests of a client
  case initialize
  case discover = "server/discover"
  case toolsList = "tools/list"
  case toolsCall = "tools/call"
  case resourcesList = "resources/list"
  case resourceTemplatesList = "resources/templates/list"
  case resourcesRead = "resources/read"
  case resourcesSubscribe = "resources/subscribe"
  case resourcesUnsubscribe = "resources/unsubscribe"
  case promptsList = "prompts/list"
  case promptsGet = "prompts/get"
  case completionComplete = "completion/complete"
  case loggingSetLevel = "logging/setLevel"
  case subscriptionsListen = "subscriptions/listen"

  // Requests of either side
  case ping
  case tasksGet = "tasks/get"
  case tasksResult = "tasks/result"
  case tasksList = "tasks/list"
  case tasksCancel = "tasks/cancel"
  case tasksUpdate = "tasks/update"

  // Requests of a server
  case samplingCreateMessage = "sampling/createMessage"
  case elicitationCreate = "elicitation/create"
  case rootsList = "roots/list"

  // Notifications that need more than to be passed on
  case cancelled = "notifications/cancelled"
  case initialized = "notifications/initialized"
  case subscriptionsAcknowledged = "notifications/subscriptions/acknowledged"
  case taskChanged = "notifications/tasks"

  /// Whether it is about one task.
  package var concernsTask: Bool {
    self == .tasksGet || self == .tasksResult || self == .tasksCancel || self == .tasksUpdate
  }

  /// Whether it is sent without an id and gets no answer.
  package var isNotification: Bool {
    switch self {
    case .cancelled, .initialized, .subscriptionsAcknowledged, .taskChanged: true
    case .initialize, .discover, .toolsList, .toolsCall, .resourcesList, .resourceTemplatesList, .resourcesRead,
      .resourcesSubscribe, .resourcesUnsubscribe, .promptsList, .promptsGet, .completionComplete, .loggingSetLevel,
      .subscriptionsListen, .ping, .tasksGet, .tasksResult, .tasksList, .tasksCancel, .tasksUpdate,
      .samplingCreateMessage,
      .elicitationCreate, .rootsList:
      false
    }
  }

  private static let spellings: [(bytes: [UInt8], method: MCPMethod)] = allCases.map {
    (Array($0.rawValue.utf8), $0)
  }

  /// The method that a string names, which is compared byte by byte after its escapes are resolved.
  init?(_ text: WireText, _ bytes: Span<UInt8>) {
    if bytes.isEqual(text.body, to: "tools/call") {
      self = .toolsCall
      return
    }
    let found: MCPMethod?
    if text.hasEscapes {
      let decoded = Array(text.decoded(bytes).utf8)
      found = Self.spellings.first { $0.bytes == decoded }?.method
    } else {
      found = Self.find(bytes.extracting(text.body))
    }
    guard let found else { return nil }
    self = found
  }

  private static func find(_ wanted: Span<UInt8>) -> MCPMethod? {
    candidates: for candidate in spellings where candidate.bytes.count == wanted.count {
      for index in wanted.indices where candidate.bytes[index] != wanted[index] { continue candidates }
      return candidate.method
    }
    return nil
  }

  /// Whether a method that is none of the protocol's could be read as one of them: by who overlooks case and blanks around
  /// it, by who ends a text at NUL, or by who folds letters of other alphabets, of which no method has any.
  static func isMistakable(_ text: WireText, _ bytes: Span<UInt8>) -> Bool {
    if text.holdsControls(bytes) || text.decoded(bytes).utf8.contains(where: { $0 >= 0x80 }) { return true }
    // An escaped letter takes six bytes, so that nothing longer can fold to a known method.
    guard text.body.count <= 6 * 64 else { return false }
    var folded = FoldedKey.of(Array(text.decoded(bytes).utf8))[...]
    while folded.first == 0x20 { folded.removeFirst() }
    while folded.last == 0x20 { folded.removeLast() }
    return foldedSpellings.contains(Array(folded))
  }

  private static let foldedSpellings: Set<[UInt8]> = Set(spellings.map { FoldedKey.of($0.bytes) })
}
