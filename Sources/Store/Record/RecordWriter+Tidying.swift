package import Policy
package import System

extension RecordWriter {
  /// Why a new segment begins.
  enum Opening: String {
    /// With this writer.
    case begun
    /// The one before is full, or nothing more may be written to it.
    case segment
    /// The lane's gate runs no more, and another one removes what is too much of it.
    case tidied
  }
}

// MARK: What becomes too old or too much while nothing is written
extension RecordWriter {
  /// Removes what is too old or too much, which begins another segment: its first line tells of it.
  ///
  /// Where nothing is, nothing is written. The segment that was written to may be among them, and is then followed by one
  /// of a single line. Throws: `SystemError` as `commit`.
  package func tidy() throws(SystemError) {
    guard options.retention.isLimited, !isFailing else { return }
    let removal = RecordRemoval.find(options, at: options.now(), since: started, isFollowed: true)
    if let removal, removal.hasEvents {
      guard removal.isTold else {
        opening = .segment
        return try commit()
      }
      options.remove(removal.paths)
    }
    tidyOthers()
  }

  /// Has the lanes tidied whose gates run no more.
  func tidyOthers() {
    if options.retention.isLimited { options.tidyOthers?(options, started) }
  }

  /// When that is worth another try; nil where nothing ever goes.
  package var nextTidy: Moment? {
    var due: [Moment] = []
    if options.retention.days != nil {
      due.append(RecordRemoval.nextDue(options) ?? options.now().advanced(byMicroseconds: RecordAge.day))
    }
    // Other gates write, too.
    if options.retention.megabytes != nil { due.append(options.now().advanced(byMicroseconds: RecordAge.day / 24)) }
    return due.min()
  }
}
