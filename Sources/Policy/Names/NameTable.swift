import JSONText

/// Values by name: exact names first, then the glob with the most literal characters.
struct NameTable<Value: Sendable>: Sendable {
  private(set) var exact: [ExactText: Value] = [:]
  /// The most specific first.
  ///
  /// INVARIANT: no two that match one name are equally specific; the reader refuses that.
  private(set) var globs: [(glob: Glob, value: Value)] = []

  init(_ entries: [(pattern: NamePattern, value: Value)]) {
    exact.reserveCapacity(entries.count)
    for entry in entries {
      switch entry.pattern {
      case .exact(let name): exact[name] = entry.value
      case .glob(let glob): globs.append((glob, entry.value))
      }
    }
    globs.sort { $0.glob.literals > $1.glob.literals }
  }

  func find(_ name: ExactText) -> Value? { find(name) { _ in true } }

  /// The most specific value of a name that is wanted.
  func find(_ name: ExactText, where isWanted: (Value) -> Bool) -> Value? {
    if !exact.isEmpty, let value = exact[name], isWanted(value) { return value }
    if globs.isEmpty { return nil }
    let bytes = name.utf8.span
    for index in globs.indices where globs[index].glob.matches(bytes) && isWanted(globs[index].value) {
      return globs[index].value
    }
    return nil
  }

  /// All values of a name, the most specific first.
  func all(_ name: ExactText) -> [Value] {
    (exact[name].map { [$0] } ?? []) + globs.filter { $0.glob.matches(name) }.map(\.value)
  }
}
