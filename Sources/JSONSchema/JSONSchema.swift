package import JSONText
import RegularExpressions

/// A JSON Schema in the form that validates.
///
/// Known are 2020-12, which a schema without `$schema` has, 2019-09, draft-07 and draft-06; every keyword of theirs that asserts or
/// applies something is enforced, and so is `dependencies` in the newer two. The others only annotate: `format` (as 2020-12 has it by
/// itself), `contentEncoding`, `contentMediaType`, `contentSchema`, `default` and all that is unknown. Numbers are compared by their
/// exact decimal value, and lengths count Unicode scalars.
///
/// References lead anywhere within the schema's own text, by pointer, `$anchor`, `$dynamicAnchor` or `$id`; nothing is ever fetched, and
/// the meta-schemas are not known either. Patterns are those of ECMA-262 with Unicode semantics as far as RE2 can search for them in
/// linear time: no look-around, no back-references, no `\B`, no flags. A schema that needs more than this is a `Mistake`.
///
/// Schemas and values may both be hostile: a schema is bounded in its values, depth and patterns, a validation in its work and depth;
/// what goes beyond fails.
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

  /// A schema that was read, with what it takes to validate.
  struct Program: Sendable {
    let document: SchemaDocument
    let schemas: [Kept<Subschema>]
    let patterns: [RegularExpression]
    /// The dynamic anchors of each schema resource.
    let dynamicAnchors: [[ExactText: Int]]
    let hasDynamicReferences: Bool
    /// Whether there is book to be kept.
    let tracks: Bool
  }

  private let program: Program

  /// Prepares a schema.
  ///
  /// Throws: `Mistake` for a schema that is malformed, refers to something outside of itself, or uses what is not known here: a
  /// schema that is only half understood must not say that a value is good.
  package init(_ schema: JSONNode) throws(Mistake) {
    var reader = try SchemaReader(schema)
    let schemas = try reader.readSchemas()
    program = Program(
      document: reader.document, schemas: schemas, patterns: try reader.patterns.compile(in: reader.document),
      dynamicAnchors: reader.resources.map { $0.dynamicAnchors.compactMapValues(reader.schema(at:)) },
      hasDynamicReferences: reader.hasDynamicReferences,
      tracks: reader.hasDynamicReferences || reader.hasUnevaluated)
  }

  /// Nil if the value satisfies the schema.
  ///
  /// The work is bounded; a value that needs more fails.
  package func failure(of value: JSONNode) -> Failure? {
    var silent = Validation(program, speaks: false)
    if silent.check(0, value, Validation.none), silent.exhaustion == nil { return nil }
    if let reason = silent.exhaustion { return Failure(reason, place: "", keyword: "") }
    var speaking = Validation(program, speaks: true)
    _ = speaking.check(0, value, Validation.none)
    if speaking.exhaustion == nil, let failure = speaking.failure { return failure }
    return Failure("it does not satisfy the schema", place: "", keyword: "")
  }
}
