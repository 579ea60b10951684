internal import CSystem
internal import Glibc

/// A new file of a fixed size that is written like memory: what was written is the system's, also when the process is
/// killed the moment after.
@safe package final class MappedFile {
  private let bytes: UnsafeMutablePointer<UInt8>
  package let size: Int

  /// Makes a file that must not be there yet, that only its owner may read, and that the disk has room for.
  package init(new path: String, size: Int) throws(SystemError) {
    let file = try Descriptor.open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, mode: 0o600)
    guard let bytes = unsafe csys_map(file.number, size) else {
      let error = SystemError.last("make room for", path)
      unsafe unlink(path)
      throw error
    }
    unsafe self.bytes = bytes
    self.size = size
  }

  deinit { unsafe csys_unmap(bytes, size) }

  /// Has the system find the memory of a part now, which it otherwise does page by page when it is first written to.
  package func prepare(_ part: Range<Int>) {
    guard !part.isEmpty, part.lowerBound >= 0, part.upperBound <= size else { return }
    unsafe csys_prepare(bytes + part.lowerBound, part.count)
  }

  /// Copies bytes to a place; they must fit.
  package func write(_ source: RawSpan, at place: Int) {
    precondition(place >= 0 && place <= size && source.byteCount <= size - place)
    unsafe source.withUnsafeBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe UnsafeMutableRawPointer(bytes + place).copyMemory(from: start, byteCount: source.count)
    }
  }

  /// Gives bytes of it to somebody who does not keep them; they must be there.
  func read<Value>(
    _ part: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(SystemError) -> Value
  ) throws(SystemError) -> Value {
    precondition(part.lowerBound >= 0 && part.upperBound <= size)
    return try unsafe body(UnsafeRawBufferPointer(start: bytes + part.lowerBound, count: part.count))
  }

  /// Writes a word after everything that was written before it; its place is a multiple of eight.
  package func writeLast(_ word: UInt64, at place: Int) {
    precondition(place >= 0 && place <= size - 8 && place % 8 == 0)
    unsafe csys_store_last(bytes + place, word)
  }
}
