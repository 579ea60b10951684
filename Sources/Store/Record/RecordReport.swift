/// What was found when a record was looked through.
package struct RecordReport: Sendable {
  /// Where a line stands: a file and a line in it, from 1; line 0 stands for the file itself.
  package struct Place: Hashable, Sendable {
    package var segment: RecordSegment
    package var line: Int

    package init(segment: RecordSegment, line: Int) {
      self.segment = segment
      self.line = line
    }
  }

  package enum Kind: String, CaseIterable, Hashable, Sendable {
    case changed, removed, added, duplicated, reordered
    /// A line has no end.
    case torn
    /// A segment is not there.
    case missing
    /// Lines are gone from the end of a segment, or of the record.
    case cut
    case unreadable
  }

  /// The first thing in a lane that is not as a gate wrote it.
  package struct Problem: Hashable, Sendable {
    package var kind: Kind
    package var place: Place
    /// The last line that it may be in: where lines share a hash, not always the first.
    package var through: Int
    /// In words, without the place.
    package var message: String
  }

  /// The last line of a lane, which stands for all lines before it.
  package struct Head: Hashable, Sendable {
    package var place: Place
    package var hash: RecordHash
  }

  package struct Lane: Hashable, Sendable {
    package var number: Int
    package var segments = 0
    package var lines = 0
    package var bytes = 0
    /// Lines that could not be written, as the record itself tells.
    package var lost = 0
    /// The times of the first line and of the last, as they are written.
    package var first: String?
    package var last: String?
    package var head: Head?
    /// Where it begins, where the gate removed what was before.
    package var begins: RecordSegment?
    /// Ends of segments that are no whole line, each told by the segment after it.
    package var torn: [RecordSegment] = []
    package var problem: Problem?

    init(_ number: Int) { self.number = number }
  }

  package var lanes: [Lane] = []
  /// Hashes that were looked for, with the place of each that was found.
  package var wanted: [(hash: RecordHash, place: Place?)] = []

  package var isWhole: Bool { lanes.allSatisfy { $0.problem == nil } && wanted.allSatisfy { $0.place != nil } }
}
