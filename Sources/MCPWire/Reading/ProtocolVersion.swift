package import JSONText

/// The released versions of the protocol.
package enum ProtocolVersion: String, CaseIterable, Hashable, Sendable {
  case november2024 = "2024-11-05"
  case march2025 = "2025-03-26"
  case june2025 = "2025-06-18"
  case november2025 = "2025-11-25"
  case july2026 = "2026-07-28"

  /// Whether it has no handshake, and each request says all that is needed to understand it.
  package var isStateless: Bool {
    switch self {
    case .november2024, .march2025, .june2025, .november2025: false
    case .july2026: true
    }
  }

  /// The version of that name, byte by byte; nil for one that nobody here knows.
  package init?(_ name: ExactText) {
    guard let known = Self.allCases.first(where: { ExactText($0.rawValue) == name }) else { return nil }
    self = known
  }
}
