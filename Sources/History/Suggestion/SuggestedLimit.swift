internal import JSONText
internal import Risk

/// How often something may be called within a minute, an hour or a day, by what was seen.
struct SuggestedLimit: Hashable, Sendable {
  enum Window: String { case minute, hour, day }

  let window: Window
  let most: Int
  let peak: Int

  /// A minute for all, and an hour and a day for what was called in several of them.
  ///
  /// A shorter window is left out where a longer one lets no more calls pass.
  static func all(for use: SeenCalls.Use, _ category: Category) -> [SuggestedLimit] {
    var limits = [SuggestedLimit(.minute, use.peaks.minute, category)]
    if use.hours.count >= SeenCalls.enoughWindows { limits.append(SuggestedLimit(.hour, use.peaks.hour, category)) }
    if use.days.count >= SeenCalls.enoughWindows { limits.append(SuggestedLimit(.day, use.peaks.day, category)) }
    return limits.enumerated().filter { place, limit in
      limits.dropFirst(place + 1).allSatisfy { $0.most > limit.most }
    }.map(\.element)
  }

  /// Twice the peak, three times for what only reads, at least 5, and a round number.
  private init(_ window: Window, _ peak: Int, _ category: Category) {
    (self.window, self.peak) = (window, peak)
    let most = max(category == .read ? 10 : 5, min(peak, 1_000_000) * (category == .read ? 3 : 2))
    let step = most <= 10 ? 1 : most <= 100 ? 5 : most <= 1_000 ? 50 : 500
    self.most = (most + step - 1) / step * step
  }

  /// `24/minute`.
  var words: String { "\(most)/\(window.rawValue)" }

  var reason: String {
    let length = window == .hour ? "an hour" : "a \(window.rawValue)"
    return
      "\(most) \(length): at most \(peak == 1 ? "1 was" : "\(peak) were") made within one, and a margin over that"
  }

  static func node(_ limits: [SuggestedLimit]) -> JSONNode {
    JSONNode(
      .array(
        limits.map { limit in
          JSONNode(
            .object([
              JSONMember(key: "window", value: JSONNode(.string(ExactText(limit.window.rawValue)))),
              JSONMember(key: "max", value: JSONNode(.number(JSONNumber(limit.most)))),
            ]))
        }))
  }
}
