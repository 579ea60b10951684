package import JSONText

/// A JSON Schema, of draft 2020-12 or draft-07, in the form that validates.
package final class JSONSchema: Sendable {
  /// Why a schema cannot be used.
  package struct Mistake: Error, Hashable, Sendable, CustomStringConvertible {
    /// Lower case, the schema's text in backticks, no full stop.
    package var message: String
    /// The JSON pointer of the place in the schema.
    package var pointer: String
    package var description: String { pointer.isEmpty ? message : "\(message) (at \(pointer))" }

    package init(_ message: String, at pointer: String) {
      self.message = message
      self.pointer = pointer
    }
  }

  /// The first thing about a value that a schema does not allow.
  package struct Failure: Hashable, Sendable, CustomStringConvertible {
    /// Lower case, no full stop; never repeats a string of the value.
    package var message: String
    /// The JSON pointer into the value.
    package var place: String
    /// The JSON pointer of the keyword in the schema.
    package var keyword: String
    package var description: String { "\(place.isEmpty ? "the arguments" : place): \(message)" }

    package init(_ message: String, place: String, keyword: String) {
      self.message = message
      self.place = place
      self.keyword = keyword
    }
  }

  /// Prepares a schema.
  ///
  /// Throws: `Mistake` for a schema that is malformed, refers to something outside of itself, or uses what is not known here: a
  /// schema that is only half understood must not say that a value is good.
  package init(_ schema: JSONNode) throws(Mistake) {
    throw Mistake("no schema is understood yet", at: "")
  }

  /// Nil if the value satisfies the schema.
  ///
  /// The work is bounded; a value that needs more fails.
  package func failure(of value: JSONNode) -> Failure? {
    Failure("no schema is understood yet", place: "", keyword: "")
  }
}
