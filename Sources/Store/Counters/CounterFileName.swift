internal import Policy

/// What a file that keeps counts is called: `<lane>-<number>.journal`, `.snapshot`.
struct CounterFileName: Hashable, Sendable {
  let lane: Int
  let number: Int
  let kind: CounterHeader.Kind

  /// The numbers of files go up to here; whoever writes a greater one is not us.
  static let greatest = 999_999_999_999

  init(lane: Int, number: Int, _ kind: CounterHeader.Kind) {
    self.lane = lane
    self.number = number
    self.kind = kind
  }

  /// Nil for any other name.
  init?(_ name: String) {
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    switch parts[1] {
    case "journal": kind = .journal
    case "snapshot": kind = .snapshot
    default: return nil
    }
    let numbers = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard numbers.count == 2, let lane = Int(numbers[0]), let number = Int(numbers[1]),
      (0...Self.greatest).contains(lane), (1...Self.greatest).contains(number)
    else { return nil }
    self.lane = lane
    self.number = number
    guard text == name else { return nil }
  }

  var text: String { "\(lane)-\(number).\(kind == .journal ? "journal" : "snapshot")" }
}
