internal import CCurl

/// Reads a body that comes compressed by gzip or zlib, though nobody asked for that.
@LoopActor
@safe final class Inflater {
  private let inflater: OpaquePointer
  /// Whether all of it was read.
  private(set) var isWhole = false

  private static let pieceLength = 64 << 10

  /// Nil for a coding that is not known here, and where there is no zlib.
  init?(_ coding: ArraySlice<UInt8>) {
    guard ["gzip", "x-gzip", "deflate"].contains(where: { coding.elementsEqual($0.utf8) }) else { return nil }
    guard let inflater = unsafe ccurl_inflater_new() else { return nil }
    unsafe self.inflater = inflater
  }

  isolated deinit { unsafe ccurl_inflater_free(inflater) }

  /// Gives what is in a piece, in pieces of a bounded length, for as long as it is wanted.
  ///
  /// - Returns: Whether the piece could be read.
  func read(_ bytes: [UInt8], _ take: (Span<UInt8>) -> Bool) -> Bool {
    var piece = [UInt8](repeating: 0, count: Self.pieceLength)
    var start = 0
    while !isWhole {
      var used = 0
      var made = 0
      let state = unsafe bytes.withUnsafeBufferPointer { bytes in
        unsafe piece.withUnsafeMutableBufferPointer { piece in
          guard let room = piece.baseAddress else { return Int32(-1) }
          return unsafe ccurl_inflater_go(
            inflater, bytes.baseAddress.map { unsafe $0 + start }, bytes.count - start, &used, room, piece.count, &made)
        }
      }
      guard state >= 0 else { return false }
      start += used
      isWhole = state == 1
      if made > 0, !take(piece.span.extracting(..<made)) { return true }
      if used == 0, made == 0 { break }
    }
    return !isWhole || start == bytes.count
  }
}
