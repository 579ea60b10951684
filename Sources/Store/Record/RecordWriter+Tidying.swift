package import Policy
package import System

// MARK: What becomes too old while nothing is written
extension RecordWriter {
  /// Removes what is too old, which begins another segment: its first line tells of it.
  ///
  /// Where nothing is, nothing is written; nor where the segment that is written to is younger than a day, so that each
  /// removal does not leave a file behind. Throws: `SystemError` as `commit`.
  package func tidy() throws(SystemError) {
    guard options.retention.days != nil, !isFailing else { return }
    let now = options.now()
    guard now.microseconds(since: begun) > RecordRetention.longestAge else { return }
    if hasEvents || RecordRemoval.find(options, at: now, since: started)?.hasEvents == true { opening = .segment }
    try commit()
  }

  /// When that is worth another try; nil where nothing goes in time.
  package var nextTidy: Moment? {
    guard options.retention.days != nil else { return nil }
    let earliest = begun.advanced(byMicroseconds: RecordRetention.longestAge + 1)
    guard !hasEvents else { return earliest }
    return max(earliest, RecordRemoval.nextDue(options) ?? options.now().advanced(byMicroseconds: RecordAge.day))
  }
}
