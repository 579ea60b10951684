package import JSONText

/// Something that is wrong, or odd, in a policy file: where, what, and how to mend it.
package struct PolicyProblem: Error, Hashable, Sendable {
  package enum Weight: String, CaseIterable, Hashable, Sendable { case error, warning }

  package var weight: Weight
  package var place: TextPlace
  /// The JSON pointer of the value that it is about; empty for the whole file.
  package var pointer: String
  /// Lower case, user's text in backticks, no full stop.
  package var message: String
  /// What to write instead.
  package var help: String?

  package init(weight: Weight, place: TextPlace, pointer: String, message: String, help: String? = nil) {
    self.weight = weight
    self.place = place
    self.pointer = pointer
    self.message = message
    self.help = help
  }
}

extension PolicyProblem: CustomStringConvertible {
  /// `12:3: error: ...` as compilers print it, to be put behind a file's name and a colon.
  package var description: String {
    let pointer = pointer.isEmpty ? "" : " (at \(pointer))"
    let help = help.map { ": \($0)" } ?? ""
    return "\(place.line):\(place.column): \(weight.rawValue): \(message)\(help)\(pointer)"
  }
}
