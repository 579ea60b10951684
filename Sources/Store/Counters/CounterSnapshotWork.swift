internal import Glibc
internal import Policy
package import System

/// Writes a snapshot of counts and removes what it takes the place of; on any thread.
package struct CounterSnapshotWork: Sendable {
  /// What became of it.
  package struct Outcome: Hashable, Sendable {
    let number: Int
    let bytes: Int
    let setAside: Set<String>
  }

  let folder: String
  let lane: Int
  /// That of the journal whose beginning it is.
  let number: Int
  let seed: UInt64
  let damaged: Set<String>
  let snapshot: CounterSnapshot

  package func run() throws(SystemError) -> Outcome {
    let name = CounterFileName(lane: lane, number: number, .snapshot).text
    // With nothing that counts, nothing is written: the journals from the number on say it all.
    let bytes = snapshot.isEmpty ? 0 : try write(name)
    return Outcome(number: number, bytes: bytes, setAside: try removeOlder())
  }

  private func write(_ name: String) throws(SystemError) -> Int {
    let temporary = "\(folder)/\(name).tmp"
    if SafeFile.identity(of: temporary) != nil { try SafeFile.remove(temporary) }
    let file = try AppendFile(new: temporary)
    do throws(SystemError) {
      var cells: [CounterCell] = []
      var (count, counting) = (0, snapshot)
      while counting.appendNext(to: &cells) {
        count += cells.count
        cells.removeAll(keepingCapacity: true)
      }
      let header = CounterHeader(
        .snapshot, lane: lane, number: number, seed: seed, latest: snapshot.latest, count: count)
      try append(header.bytes, to: file)
      var (place, writing) = (0, snapshot)
      while writing.appendNext(to: &cells) {
        for index in cells.indices { cells[index].seal(seed, at: place + index) }
        place += cells.count
        try append(unsafe cells.withUnsafeBytes { unsafe Array($0) }, to: file)
        cells.removeAll(keepingCapacity: true)
      }
      try file.synchronize()
      guard unsafe rename(temporary, "\(folder)/\(name)") == 0 else { throw SystemError.last("write", name) }
      SafeFile.synchronizeFolder(folder)
      return CounterHeader.size + count * CounterCell.size
    } catch {
      unsafe unlink(temporary)
      throw error
    }
  }

  private func append(_ bytes: [UInt8], to file: borrowing AppendFile) throws(SystemError) {
    do throws(AppendFile.Failure) {
      try file.append(bytes.span)
    } catch {
      throw SystemError("write", file.path, code: error.code)
    }
  }

  /// Snapshots go first: while one is there, so are the journals that belong to it.
  private func removeOlder() throws(SystemError) -> Set<String> {
    let older = try SafeFile.names(in: folder).compactMap { CounterFileName($0) }
      .filter { $0.lane == lane && $0.number < number }
      .sorted { ($0.kind.rawValue, $1.number) > ($1.kind.rawValue, $0.number) }
    var setAside: Set<String> = []
    for name in older {
      let path = "\(folder)/\(name.text)"
      if damaged.contains(name.text) {
        if CounterPast.setAside(path) != nil { setAside.insert(name.text) }
      } else {
        try SafeFile.remove(path)
      }
    }
    return setAside
  }
}
