internal import History
internal import JSONText
internal import Store
internal import System

/// The record, to be looked at on a thread as long as somebody waits for the answer.
struct RecordLookup: Sendable {
  let paths: Paths
  let isWanted: @Sendable () -> Bool

  enum Outcome<Value> {
    case found(Value)
    /// Why there is nothing to tell.
    case nothing(String)
  }

  private static let givenUp = "another question was asked"

  init(_ paths: Paths, isWanted: @escaping @Sendable () -> Bool) {
    self.paths = paths
    self.isWanted = isWanted
  }

  /// Brings the index up to date and looks at it; what is damaged is made anew once.
  func look<Value>(_ body: (RecordIndex) throws(StoreError) -> Value) -> Outcome<Value> {
    guard SafeFile.exists(paths.record) else {
      return .nothing("there is no record yet: a gate writes one as soon as it decides")
    }
    do throws(StoreError) {
      let index = try RecordIndex(of: paths.record, at: paths.recordIndex) { _ in }
      do throws(StoreError) {
        return .found(try read(index, body))
      } catch {
        guard error.isDamaged else { throw error }
        try index.reset(because: error.message)
        return .found(try read(index, body))
      }
    } catch {
      return .nothing("the record cannot be read: \(error)")
    }
  }

  private func read<Value>(
    _ index: RecordIndex, _ body: (RecordIndex) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try index.refresh()
    return try index.reading { () throws(StoreError) in try body(index) }
  }

  /// Ends the work where nobody waits for it any more; to be called between two blocks.
  func goOn() throws(StoreError) {
    guard isWanted() else { throw StoreError(Self.givenUp, path: paths.record) }
  }

  /// What servers declared of their tools' arguments, as far as the catalogue knows it.
  func schemas() -> KnownSchemas {
    guard SafeFile.exists(paths.database), let catalogue = try? Catalogue(path: paths.database),
      let entries = try? catalogue.entries()
    else { return KnownSchemas([:]) }
    return KnownSchemas(Dictionary(entries.map { ($0.server, $0.definitions) }, uniquingKeysWith: { $1 }))
  }
}
