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
    guard let length = try? file?.length(), file?.reserve(Self.mostAhead) == true else { return }
    let path = RecordAhead.path(options.folder, lane: options.lane)
    ahead = try? WriteAhead(new: path, number: segmentNumber, length: length, size: Self.mostAhead)
    if ahead == nil { file?.giveBackRoom() }
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
    if file?.reserve(Self.mostAhead) != true { end(ahead) }
  }

  private func end(_ ahead: WriteAhead) {
    ahead.remove()
    self.ahead = nil
    file?.giveBackRoom()
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
      try file?.take(ahead)
    } catch {
      throw AppendFile.Failure(code: error.code, isUndone: true)
    }
    if isShort, ahead.append(bytes) { return }
    try file?.append(bytes)
    do throws(SystemError) {
      try file?.show(ahead)
    } catch {
      throw AppendFile.Failure(code: error.code, isUndone: file?.takeBack(bytes.count) == true)
    }
  }

  /// As many as come between two times that a busy gate settles, and more.
  private static let mostAhead = 9 << 18
  /// What is longer is written at once: it takes as long to copy it.
  private static let mostCopied = 8 << 10
}
