package import System

// MARK: Many lines in a short time
extension RecordWriter {
  /// Has lines kept in memory that outlives this process, until they are written together: by `settle`, or by whoever
  /// goes on with the lane.
  ///
  /// Only where lines are to be written, not synchronized, and where the disk keeps room for them; else each commit
  /// goes on writing.
  package func hurry() {
    guard ahead == nil, options.sync == .write, opening == nil, !isFailing else { return }
    guard let length = try? file?.length(), keepRoom(behind: length) else { return }
    let path = RecordAhead.path(options.folder, lane: options.lane)
    ahead = try? WriteAhead(new: path, number: segmentNumber, length: length, size: Self.mostAhead)
    if ahead == nil { giveBackRoom() }
  }

  /// Writes what is kept, and goes on like that.
  ///
  /// Throws: `SystemError`, "cannot write the record: ..."; then it is still kept.
  package func settle() throws(SystemError) {
    guard let ahead, !ahead.isEmpty else { return }
    do throws(SystemError) {
      if let code = trouble(.write) { throw SystemError(Self.action, code: code) }
      try file?.take(ahead)
    } catch {
      throw SystemError(Self.action, code: error.code)
    }
    // Nothing is to be ahead that the disk may have no room for.
    if !keepRoom(behind: ahead.fileLength) { end(ahead) }
  }

  /// Sees to it that all that may be ahead has room behind so many bytes of the file; answers whether it has.
  private func keepRoom(behind length: Int) -> Bool {
    if roomEnd - length >= Self.mostAhead { return true }
    // Finding room takes the disk's file system its time, so that it is not asked for each time.
    for size in [Self.mostRoom, Self.mostAhead] where file?.reserve(size, from: length) == true {
      roomEnd = length + size
      return true
    }
    return false
  }

  private func giveBackRoom() {
    roomEnd = 0
    file?.giveBackRoom()
  }

  private func end(_ ahead: WriteAhead) {
    ahead.remove()
    self.ahead = nil
    giveBackRoom()
  }

  /// Writes what is kept, and from now on what comes at once.
  ///
  /// Throws: as `settle`.
  package func calm() throws(SystemError) {
    try settle()
    if let ahead { end(ahead) }
  }

  /// Brings bytes to where this process cannot lose them.
  func put(_ bytes: Span<UInt8>) throws(AppendFile.Failure) {
    guard let ahead else {
      try file?.append(bytes)
      return
    }
    let isShort = bytes.count <= Self.mostCopied
    if isShort, ahead.append(bytes) { return }
    do throws(SystemError) {
      try settle()
    } catch {
      throw AppendFile.Failure(code: error.code, isUndone: true)
    }
    if isShort, self.ahead?.append(bytes) == true { return }
    try file?.append(bytes)
    guard let ahead = self.ahead else { return }
    do throws(SystemError) {
      try file?.show(ahead)
    } catch {
      throw AppendFile.Failure(code: error.code, isUndone: file?.takeBack(bytes.count) == true)
    }
    if !keepRoom(behind: ahead.fileLength) { end(ahead) }
  }

  /// As many as come between two times that a busy gate settles, one call after the other.
  private static let mostAhead = 5 << 18
  /// For how many bytes room is kept, where there is as much.
  private static let mostRoom = 9 << 18
  /// What is longer is written at once, which for so many bytes is as good as later together with others.
  private static let mostCopied = 64 << 10
}
