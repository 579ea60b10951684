import JSONText

extension PolicyDocument {
  /// The policy in its canonical layout: rules and what holds them have lines of their own, and all else that fits one stands on one.
  ///
  /// Only white space changes. Nil where the result would be too long to be read again.
  package var formatted: [UInt8]? {
    var formatter = JSONFormatter()
    formatter.longest = Self.longest
    formatter.isAlwaysSpread = { path in
      path.reduce(PolicyShape.policy) { shape, key in shape.child(key) }.isContainer
    }
    // The text was read once, so it is JSON.
    return try? formatter.formatted(text)
  }
}
