import JSONText

/// A key as bytes: what kind of name, what is counted, whose count, what is there; the window's seconds in four bytes;
/// then each text behind its length in two bytes.
extension CounterKey {
  /// A key in bytes is never longer.
  static let longest = 8 + 4 * (2 + longestText)

  /// Whether the count ends with a session, and so with the gate at the latest.
  var endsWithSession: Bool {
    if case .session = holder { true } else { false }
  }

  /// Appends the key; only for one that does not end with a session.
  func append(to bytes: inout [UInt8]) {
    var texts: [ExactText] = []
    switch name {
    case .named(let name):
      bytes += [0, 0]
      texts.append(name)
    case .own(let place, _, _, let count):
      bytes += [1, UInt8(PolicyLimit.Counting.allCases.firstIndex(of: count) ?? 0)]
      texts.append(place)
    }
    bytes.append(holder.tag)
    if case .own(_, let tool, let cost, _) = name {
      bytes.append((tool == nil ? 0 : 1) | (cost == nil ? 0 : 2))
      if let tool { texts.append(tool) }
      if let cost { texts.append(cost) }
    } else {
      bytes.append(0)
    }
    let seconds = UInt32(window.seconds)
    for shift: UInt32 in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: seconds >> shift)) }
    if let holder = holder.text { texts.append(holder) }
    for text in texts {
      let count = text.utf8.count
      bytes.append(UInt8(truncatingIfNeeded: count))
      bytes.append(UInt8(truncatingIfNeeded: count >> 8))
      bytes.append(contentsOf: text.utf8)
    }
  }

  /// Reads what `append` wrote; nil for anything else.
  init?(_ bytes: Span<UInt8>) {
    guard bytes.count >= 8 else { return nil }
    var seconds = 0
    for index in 0..<4 { seconds |= Int(bytes[4 + index]) << (8 * index) }
    guard let window = LimitWindow(seconds: seconds) else { return nil }
    var rest = bytes.extracting(8...)
    switch (bytes[0], bytes[1], bytes[3]) {
    case (0, 0, 0):
      guard let text = Self.text(&rest) else { return nil }
      name = .named(text)
    case (1, let count, let parts) where parts < 4:
      guard PolicyLimit.Counting.allCases.indices.contains(Int(count)), let place = Self.text(&rest) else { return nil }
      var (tool, cost): (ExactText?, ExactText?)
      if parts & 1 != 0 {
        tool = Self.text(&rest)
        if tool == nil { return nil }
      }
      if parts & 2 != 0 {
        cost = Self.text(&rest)
        if cost == nil { return nil }
      }
      name = .own(place: place, tool: tool, cost: cost, count: PolicyLimit.Counting.allCases[Int(count)])
    default: return nil
    }
    switch bytes[2] {
    case 0: holder = .everyone
    case 1:
      guard let text = Self.text(&rest) else { return nil }
      holder = .grant(text)
    case 2:
      guard let text = Self.text(&rest) else { return nil }
      holder = .server(text)
    default: return nil
    }
    guard rest.isEmpty else { return nil }
    self.window = window
  }

  private static func text(_ rest: inout Span<UInt8>) -> ExactText? {
    guard rest.count >= 2 else { return nil }
    let count = Int(rest[0]) | Int(rest[1]) << 8
    guard count <= longestText, rest.count >= 2 + count else { return nil }
    guard let text = try? UTF8Span(validating: rest.extracting(2..<2 + count)) else { return nil }
    rest = rest.extracting((2 + count)...)
    return ExactText(String(copying: text))
  }
}

extension CounterKey.Holder {
  fileprivate var tag: UInt8 {
    switch self {
    case .everyone: 0
    case .grant: 1
    case .server: 2
    case .session: 3
    }
  }

  fileprivate var text: ExactText? {
    switch self {
    case .everyone: nil
    case .grant(let name), .server(let name), .session(let name): name
    }
  }
}
