import Policy

/// Files that keep counts, in memory: a snapshot, and the journals from it on.
struct KeptFiles {
  struct File {
    var header: CounterHeader
    var body: [UInt8] = []

    mutating func append(_ cells: [CounterCell]) {
      for cell in cells { unsafe withUnsafeBytes(of: cell) { unsafe body.append(contentsOf: $0) } }
    }

    /// The file as it is when so many of its bytes behind the header were written.
    func cut(_ count: Int) -> File {
      var file = self
      file.body = Array(body.prefix(count))
      file.header.count = count / CounterCell.size
      return file
    }
  }

  var snapshot: File?
  var journals: [File] = []
  private var number = 0

  /// Begins a journal, and with `isWhole` a snapshot with which it begins.
  mutating func begin(_ counters: inout Counters, isWhole: Bool = false) {
    number += 1
    if isWhole {
      snapshot = Self.snapshot(counters, number: number)
      journals = []
    }
    counters.journal.end()
    counters.journal.begin()
    journals.append(
      File(
        header: CounterHeader(.journal, lane: 0, number: number, seed: UInt64(number), latest: counters.takeLatest())))
  }

  static func snapshot(_ counters: Counters, number: Int) -> File {
    var snapshot = counters.snapshot()
    var file = File(header: CounterHeader(.snapshot, lane: 0, number: number, seed: 77, latest: snapshot.latest))
    var cells: [CounterCell] = []
    while snapshot.appendNext(to: &cells) {}
    for index in cells.indices { cells[index].seal(77, at: index) }
    file.append(cells)
    file.header.count = cells.count
    return file
  }

  /// Writes down what is new, as the gate does before it passes a call on.
  mutating func keep(_ counters: inout Counters) {
    guard counters.hasNews, var file = journals.popLast() else { return }
    counters.journal.seal(file.header.seed, from: file.header.count)
    file.append(counters.journal.cells)
    file.header.count += counters.journal.cells.count
    file.header.latest = counters.takeLatest()
    counters.journal.clear()
    journals.append(file)
  }

  func restore(times: Int = Counters.standardTimes) -> (counters: Counters, ends: [CounterRestoration.End]) {
    var restoration = CounterRestoration(times: times)
    var ends: [CounterRestoration.End] = []
    for file in (snapshot.map { [$0] } ?? []) + journals {
      restoration.begin(file.header)
      // In pieces, as a file is read.
      var start = 0
      while start < file.body.count {
        let end = min(start + 40 * CounterCell.size, file.body.count)
        guard restoration.take(Array(file.body[start..<end]).span) else { break }
        start = end
      }
      ends.append(restoration.end())
    }
    return (restoration.finish(), ends)
  }
}
