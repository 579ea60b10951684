internal import CSystem
internal import Glibc

/// Bytes for a file's end that are the system's before they are in the file, in a file of their own.
///
/// To copy them into memory takes a fiftieth of what writing them takes, and many of them are then written at once. Of a
/// process that is killed meanwhile none are lost: `finish` writes the rest. One process at a time may do either.
package final class WriteAhead {
  private let path: String
  private let memory: MappedFile
  /// Which file they are for, as its owner numbers it.
  private let number: UInt64
  /// Bytes from `written` on, to `end`, are not in the file yet.
  private var written = 0
  private var end = 0
  /// Writing failed; nothing more is taken until it does not.
  private var isStuck = false
  /// How long the file was when something was last written to it.
  package private(set) var fileLength: Int

  private enum Place {
    static let mark = 0
    static let number = 8
    /// How long the file was before the first of the bytes was written to it.
    static let start = 16
    static let end = 24
    static let bytes = 64
  }

  /// "gh ahead" as a word.
  private static let mark: UInt64 = 0x6461_6568_6120_6867

  /// Makes it for the file of a number, which is `length` bytes long; there must be none of its own name yet.
  ///
  /// Throws: `SystemError`, also where the disk has no room for `size` bytes.
  package init(new path: String, number: Int, length: Int, size: Int) throws(SystemError) {
    self.path = path
    self.number = UInt64(number)
    fileLength = length
    memory = try MappedFile(new: path, size: Place.bytes + size)
    // Now, and not while somebody waits for what is appended.
    memory.prepare(0..<memory.size)
    memory.writeLast(self.number, at: Place.number)
    memory.writeLast(UInt64(length), at: Place.start)
    memory.writeLast(Self.mark, at: Place.mark)
  }

  package var isEmpty: Bool { written == end }

  /// Takes all of it, or nothing where there is no room.
  package func append(_ bytes: Span<UInt8>) -> Bool {
    guard !isStuck, bytes.count <= memory.size - Place.bytes - end else { return false }
    unsafe memory.write(bytes.bytes, at: Place.bytes + end)
    end += bytes.count
    memory.writeLast(UInt64(end), at: Place.end)
    return true
  }

  /// Takes the last bytes away again, if they are not written yet.
  package func takeBack(_ count: Int) -> Bool {
    guard count <= end - written else { return false }
    end -= count
    memory.writeLast(UInt64(end), at: Place.end)
    return true
  }

  /// Writes to the file what is not in it yet.
  ///
  /// Throws: `SystemError`; what was not written is kept, and goes on where it broke off.
  package func write(to file: borrowing AppendFile) throws(SystemError) {
    guard !isEmpty else { return }
    isStuck = true
    while written < end {
      let part = Place.bytes + written..<Place.bytes + end
      written += try unsafe memory.read(part) { bytes throws(SystemError) in try unsafe file.appendSome(bytes) }
    }
    // In this order: whoever finds something to write finds where.
    memory.writeLast(0, at: Place.end)
    written = 0
    end = 0
    try goOn(from: file)
    isStuck = false
  }

  /// Something was written to the file in another way, when there was nothing to write here.
  package func goOn(from file: borrowing AppendFile) throws(SystemError) {
    fileLength = try file.length()
    memory.writeLast(UInt64(fileLength), at: Place.start)
  }

  /// Ends it; nothing may be left to write.
  package func remove() {
    guard isEmpty else { return }
    unsafe _ = unlink(path)
  }

  // MARK: What somebody left behind

  /// Writes what is left of one that its process can write no more; does nothing where there is none.
  ///
  /// `name` tells the path of the file of a number. Where that file is gone, so are they. Throws: `SystemError`.
  package static func finish(_ path: String, file name: (Int) -> String) throws(SystemError) {
    let left: RegularFile
    do throws(SystemError) {
      left = try RegularFile(path)
    } catch {
      guard error.isAbsence else { throw error }
      return
    }
    // Its process had time for no more than its name.
    if left.size == 0 { return try SafeFile.remove(path) }
    guard left.size >= Place.bytes, left.size <= greatest else { throw foreign(path) }
    var all = [UInt8](repeating: 0, count: left.size)
    guard try left.read(at: 0, into: &all) == all.count else { throw foreign(path) }
    func word(_ place: Int) -> UInt64 { (0..<8).reduce(0) { $0 | UInt64(all[place + $1]) << (8 * UInt64($1)) } }
    let isMade = word(Place.mark) == mark
    guard isMade || word(Place.mark) == 0 else { throw foreign(path) }
    let end = word(Place.end)
    guard end <= all.count - Place.bytes, let number = Int(exactly: word(Place.number)),
      let start = Int(exactly: word(Place.start))
    else { throw foreign(path) }
    if isMade, end > 0 {
      try finish(name(number), Array(all[Place.bytes..<Place.bytes + Int(end)]), from: start)
    }
    try SafeFile.remove(path)
  }

  /// None is as large.
  private static let greatest = 64 << 20

  private static func foreign(_ path: String) -> SystemError {
    SystemError("go on from", path, code: EINVAL, help: "no gate wrote it; move it away")
  }

  private static func finish(_ path: String, _ bytes: [UInt8], from start: Int) throws(SystemError) {
    let there: [UInt8]
    do throws(SystemError) {
      let file = try RegularFile(path)
      var part = [UInt8](repeating: 0, count: min(max(0, file.size - start), bytes.count))
      part.removeLast(part.count - (try file.read(at: start, into: &part)))
      there = part
    } catch {
      guard error.isAbsence else { throw error }
      return
    }
    // What somebody else wrote there stays, and they come after it.
    let rest = bytes.starts(with: there) ? bytes[there.count...] : bytes[...]
    let file = try AppendFile(path)
    do throws(AppendFile.Failure) {
      try file.append(rest.span)
    } catch {
      throw SystemError("write", path, code: error.code)
    }
    file.giveBackRoom()
  }
}
