extension HTTPHead {
  /// Which kinds of answer a client takes.
  package struct Accepted: Hashable, Sendable {
    package var json: Bool
    package var events: Bool

    package init(json: Bool, events: Bool) {
      self.json = json
      self.events = events
    }
  }

  /// Which kinds of answer the client takes; all where it says nothing.
  package var accepted: Accepted {
    let values = all("accept")
    guard !values.isEmpty else { return Accepted(json: true, events: true) }
    var accepted = Accepted(json: false, events: false)
    for range in values.flatMap({ $0.split(separator: 0x2C) }) {
      let parts = range.split(separator: 0x3B)
      guard let type = parts.first?.trimmed, !parts.dropFirst().contains(where: Self.isNothing) else { continue }
      if type.isEqualIgnoringCase(to: "*/*") { return Accepted(json: true, events: true) }
      if type.isEqualIgnoringCase(to: "application/json") || type.isEqualIgnoringCase(to: "application/*") {
        accepted.json = true
      }
      if type.isEqualIgnoringCase(to: "text/event-stream") || type.isEqualIgnoringCase(to: "text/*") {
        accepted.events = true
      }
    }
    return accepted
  }

  /// Whether a parameter of a range is a weight of nothing.
  private static func isNothing(_ parameter: ArraySlice<UInt8>) -> Bool {
    let text = parameter.trimmed
    guard text.count > 2, text.prefix(2).lowered == [0x71, 0x3D] else { return false }
    return text.dropFirst(2).allSatisfy { $0 == 0x30 || $0 == 0x2E }
  }

  /// What is wrong with the kind of the body; nil for nothing.
  package var contentRefusal: HTTPRefusal? {
    let refusal = HTTPRefusal(.unsupportedMediaType, "the body has to be of the kind `application/json`")
    let values = all("content-type")
    guard values.count == 1, let value = values.first else { return refusal }
    let parts = value.split(separator: 0x3B, omittingEmptySubsequences: false).map(\.trimmed)
    guard let type = parts.first, type.isEqualIgnoringCase(to: "application/json") else { return refusal }
    for parameter in parts.dropFirst() where parameter.prefix(8).isEqualIgnoringCase(to: "charset=") {
      let name = parameter.dropFirst(8).filter { $0 != 0x22 }
      guard name[...].isEqualIgnoringCase(to: "utf-8") else { return refusal }
    }
    guard all("content-encoding").isEmpty else {
      return HTTPRefusal(.unsupportedMediaType, "the body has to come as it is, without a `Content-Encoding`")
    }
    return nil
  }

  /// The token of `Authorization: Bearer TOKEN`.
  package var bearer: ArraySlice<UInt8>? {
    let values = all("authorization")
    guard values.count == 1, let value = values.first, value.count > 7,
      value.prefix(7).isEqualIgnoringCase(to: "bearer ")
    else { return nil }
    return value.dropFirst(7).trimmed
  }
}
