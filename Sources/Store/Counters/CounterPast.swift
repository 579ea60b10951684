internal import Glibc
package import Policy
package import System

/// What the files of a lane say was counted.
package struct CounterPast: ~Copyable {
  package private(set) var counters: Counters
  /// What is wrong with the files, in words.
  package private(set) var problems: [String] = []
  /// What comes after has greater numbers.
  private(set) var greatestNumber = 0
  private(set) var journalBytes = 0
  private(set) var snapshotBytes = 0
  private(set) var damaged: Set<String> = []
  /// Whether what was read is to be written down anew.
  private(set) var isSnapshotDue = false

  /// More than this of one file is not read.
  private static let longest = 256 << 20

  /// Reads the files of a lane; what cannot be read is told and does not count.
  ///
  /// Throws: `SystemError` if there can be no such folder.
  package init(in folder: String, lane: Int) throws(SystemError) {
    counters = Counters()
    try SafeFile.makeFolder(folder)
    try SafeFile.checkOwnFolder(folder)
    let all = try SafeFile.names(in: folder)
    // A snapshot that was being written when the gate was killed.
    for name in all where name.hasSuffix(".tmp") && CounterFileName(String(name.dropLast(4)))?.lane == lane {
      try? SafeFile.remove("\(folder)/\(name)")
    }
    var names = all.compactMap { CounterFileName($0) }.filter { $0.lane == lane }
    names.sort { $0.number < $1.number }
    greatestNumber = names.last?.number ?? 0

    var restoration = CounterRestoration()
    var first = 0
    var partial: CounterRestoration?
    for name in names.reversed() where name.kind == .snapshot {
      var attempt = CounterRestoration()
      guard let reading = read(name, in: folder, &attempt) else { continue }
      if reading.isWhole || partial == nil {
        first = name.number
        restoration = attempt
        snapshotBytes = reading.bytes
      }
      if reading.isWhole { break }
      partial = partial ?? attempt
    }
    for name in names where name.kind == .journal && name.number >= first {
      if let reading = read(name, in: folder, &restoration) {
        journalBytes += reading.bytes
      } else {
        restoration.passOver()
      }
    }
    if restoration.refused > 0 {
      problems.append("\(restoration.refused) changes belong to more counts than can be kept, and are lost")
    }
    counters = restoration.finish()
  }

  /// How many counts there are.
  package var restored: Int { counters.count }

  /// Gives the counts away with the files that go on from here.
  package consuming func files(in folder: String, lane: Int, size: Int = CounterFiles.standardSize) -> CounterFiles {
    CounterFiles(folder: folder, lane: lane, size: size, past: self)
  }

  private struct Reading {
    var bytes: Int
    var isWhole: Bool
  }

  /// Nil for a file of which nothing counts.
  private mutating func read(
    _ name: CounterFileName, in folder: String, _ restoration: inout CounterRestoration
  ) -> Reading? {
    let path = "\(folder)/\(name.text)"
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    do throws(SystemError) {
      let file = try RegularFile(path)
      var count = try file.read(at: 0, into: &buffer)
      let header: CounterHeader
      do throws(CounterHeader.Refusal) {
        header = try CounterHeader(buffer.span.extracting(0..<count))
      } catch {
        switch error {
        case .later: setAside(path, "a later build of Gatehouse wrote `\(path)`")
        case .foreign: setAside(path, "`\(path)` is no file of counts, or its beginning is damaged")
        }
        return nil
      }
      guard header.lane == name.lane, header.number == name.number, header.kind == name.kind else {
        setAside(path, "`\(path)` was written under another name")
        return nil
      }
      restoration.begin(header)
      var (place, start) = (0, CounterHeader.size)
      while count > start, place < Self.longest, restoration.take(buffer.span.extracting(start..<count)) {
        place += count
        start = 0
        count = try file.read(at: place, into: &buffer)
      }
      guard case .damaged(let missing) = restoration.end() else { return Reading(bytes: file.size, isWhole: true) }
      problems.append("`\(path)` is damaged: what could be read of it counts, and \(missing) entries are lost")
      damaged.insert(name.text)
      isSnapshotDue = true
      return Reading(bytes: file.size, isWhole: false)
    } catch {
      setAside(path, "\(error)")
      return nil
    }
  }

  private mutating func setAside(_ path: String, _ problem: String) {
    let place = Self.setAside(path).map { "it is kept as `\($0)`, and" } ?? "it stays, and"
    problems.append("\(problem); \(place) what it holds does not count")
  }

  /// Renames a file that is not to be read again; answers its new path, nil if that failed.
  static func setAside(_ path: String) -> String? {
    unsafe rename(path, path + ".aside") == 0 ? path + ".aside" : nil
  }
}
