import Foundation
import JSONSchema
import JSONText
import SeededChance
import Testing

/// Schemas and values that are meant to hurt.
struct BoundsTests {
  static let tooDeep = "the arguments: it is nested too deep for the schema"
  static let tooMuch = "the arguments: checking it is too much work"

  /// Runs on a thread with a stack of 512 KiB.
  private static func onSmallStack<Result: Sendable>(_ body: @escaping @Sendable () -> Result) async -> Result {
    await withCheckedContinuation { continuation in
      let thread = Thread { continuation.resume(returning: body()) }
      thread.stackSize = 512 << 10
      thread.start()
    }
  }

  // MARK: Depth

  private static func nested(_ open: String, _ count: Int, _ close: String) -> String {
    String(repeating: open, count: count) + "1" + String(repeating: close, count: count)
  }

  /// Every way to go deeper, as deep as it goes.
  static let recursions: [(schema: String, value: String)] = [
    (##"{"anyOf": [{"$ref": "#"}]}"##, "1"),
    (##"{"oneOf": [{"$ref": "#"}]}"##, "1"),
    (##"{"allOf": [{"$ref": "#"}]}"##, "1"),
    (##"{"not": {"$ref": "#"}}"##, "1"),
    (##"{"if": {"$ref": "#"}}"##, "1"),
    (##"{"if": true, "then": {"$ref": "#"}}"##, "1"),
    (##"{"$dynamicAnchor": "a", "$dynamicRef": "#a"}"##, "1"),
    (##"{"$dynamicAnchor": "a", "$ref": "#a", "unevaluatedProperties": false}"##, "1"),
    (##"{"items": {"$ref": "#"}}"##, nested("[", 120, "]")),
    (##"{"prefixItems": [{"$ref": "#"}], "unevaluatedItems": false}"##, nested("[", 120, "]")),
    (##"{"unevaluatedItems": {"$ref": "#"}}"##, nested("[", 120, "]")),
    (##"{"contains": {"$ref": "#"}}"##, nested("[", 120, "]")),
    (##"{"properties": {"a": {"$ref": "#"}}}"##, nested(#"{"a": "#, 120, "}")),
    (##"{"patternProperties": {"a": {"$ref": "#"}}, "unevaluatedProperties": false}"##, nested(#"{"a": "#, 120, "}")),
    (##"{"additionalProperties": {"$ref": "#"}}"##, nested(#"{"a": "#, 120, "}")),
    (##"{"unevaluatedProperties": {"$ref": "#"}}"##, nested(#"{"a": "#, 120, "}")),
    (##"{"dependentSchemas": {"a": {"$ref": "#"}}}"##, nested(#"{"a": "#, 120, "}")),
    (
      ##"{"$dynamicAnchor": "a", "anyOf": [{"additionalProperties": {"$dynamicRef": "#a"}}], "unevaluatedProperties": false}"##,
      nested(#"{"a": "#, 120, "}")
    ),
  ]

  /// A failure, not a crash; and `not` makes no success of it.
  @Test(arguments: recursions)
  func endsOnASmallStack(_ schema: String, _ value: String) async throws {
    let schema = try JSONSchemaTests.schema(schema)
    let value = try node(value)
    let description = await Self.onSmallStack { schema.failure(of: value)?.description }
    #expect(description == Self.tooDeep)
  }

  /// Looking at a whole value at the deepest place.
  @Test(arguments: [
    (#"{"uniqueItems": true}"#, "the arguments: item 1 is there twice"),
    (#"{"not": {"const": [VALUE, VALUE]}}"#, "the arguments: it is what the schema excludes"),
  ])
  func looksDeepOnASmallStack(_ last: String, _ message: String) async throws {
    let inner = Self.nested("[", 120, "]")
    let levels = (0..<105).map { ##""d\##($0)": {"allOf": [{"$ref": "#/$defs/d\##($0 + 1)"}]}"## }.joined(
      separator: ",")
    let end = last.replacing("VALUE", with: inner)
    let schema = try JSONSchemaTests.schema(##"{"$ref": "#/$defs/d0", "$defs": {\##(levels), "d105": \##(end)}}"##)
    let value = try node("[\(inner), \(inner)]")
    let description = await Self.onSmallStack { schema.failure(of: value)?.description }
    #expect(description == message)
  }

  /// A failure that is put in words has more to remember on its way out.
  @Test func speaksOnASmallStack() async throws {
    let schema = try schema(
      ##"{"anyOf": [{"type": "null"}, {"oneOf": [{"properties": {"a": {"$ref": "#"}, "b": false}}, {"type": "null"}]}]}"##
    )
    let value = try node(String(repeating: #"{"a": "#, count: 34) + #"{"b": 1}"# + String(repeating: "}", count: 34))
    let description = await Self.onSmallStack { schema.failure(of: value)?.description }
    #expect(description?.hasSuffix("nothing is allowed here") == true, "\(description ?? "fine")")
  }

  @Test func goesAsDeepAsIsUsual() throws {
    let schema = try schema(
      ##"{"$defs": {"t": {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#/$defs/t"}, {"type": "null"}]}}}}, "$ref": "#/$defs/t"}"##
    )
    let value = try node(String(repeating: #"{"next": "#, count: 50) + "null" + String(repeating: "}", count: 50))
    #expect(schema.failure(of: value) == nil)
  }

  /// References that lead in a circle past every value.
  @Test(arguments: [
    ##"{"$ref": "#"}"##, ##"{"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}}"##,
    ##"{"not": {"$ref": "#/not"}}"##,
  ])
  func endsCircles(_ text: String) throws {
    #expect(try failure(text, "1") == Self.tooMuch)
  }

  // MARK: Work

  /// Two alternatives, each with two alternatives, and so on.
  private static func doubling(_ keyword: String, _ levels: Int) -> String {
    let definitions = (0..<levels).map { level in
      let next = ##"{"$ref": "#/$defs/\##(level + 1)"}"##
      return #""\#(level)": {"\#(keyword)": [\#(next), \#(next)]}"#
    }
    return
      ##"{"$ref": "#/$defs/0", "$defs": {\##(definitions.joined(separator: ", ")), "\##(levels)": {"type": "null"}}}"##
  }

  @Test(arguments: ["anyOf", "oneOf"])
  func endsExplosions(_ keyword: String) throws {
    #expect(try failure(Self.doubling(keyword, 60), "1") == Self.tooMuch)
  }

  /// Where a hostile schema has the verdict depend on work that was cut off, it fails all the same.
  @Test func turnsNoCutIntoSuccess() throws {
    let inner = Self.doubling("anyOf", 60)
    #expect(
      try failure(#"{"not": {"$id": "x", "allOf": [\#(inner.replacing("#/", with: "x#/allOf/0/"))]}}"#, "1")
        == Self.tooMuch)
  }

  @Test(.timeLimit(.minutes(1))) func looksAtManyItemsOnce() throws {
    let schema = try schema(#"{"uniqueItems": true}"#)
    let items = (0..<20_000).map { #"{"id": \#($0), "name": "x"}"# }
    #expect(schema.failure(of: try node("[\(items.joined(separator: ","))]")) == nil)
    let twice = schema.failure(of: try node("[\(items.joined(separator: ",")),{\"name\":\"x\",\"id\":5e0}]"))
    #expect(twice?.message == "item 20000 is there twice")
  }

  /// Patterns whose automaton grows out of its memory, on a long text.
  @Test(.timeLimit(.minutes(1))) func boundsSearches() throws {
    let schema = try schema(#"{"items": {"pattern": "(?:a|b)*a(?:a|b){400}c"}}"#)
    var chance = Chance(7)
    let text = String(decoding: (0..<60_000).map { _ in chance.happens(oneIn: 2) ? UInt8(0x61) : 0x62 }, as: UTF8.self)
    let items = [String](repeating: "\"\(text)\"", count: 100).joined(separator: ",")
    let failure = schema.failure(of: try node("[\(items)]"))
    #expect(failure != nil)
  }

  @Test(.timeLimit(.minutes(1))) func boundsComparisons() throws {
    let constant = JSONNode(.array([JSONNode(.string(ExactText(String(repeating: "x", count: 64_000))))]))
    let allowed = JSONNode(.object([JSONMember(key: "const", value: constant)]))
    let schema = try JSONSchema(JSONNode(.object([JSONMember(key: "items", value: allowed)])))
    let few = schema.failure(of: JSONNode(.array(Array(repeating: constant, count: 100))))
    #expect(few == nil)
    let many = schema.failure(of: JSONNode(.array(Array(repeating: constant, count: 1100))))
    #expect(many?.description == Self.tooMuch)
  }

  // MARK: Size

  @Test func boundsSchemas() throws {
    let many = "[\([String](repeating: "1", count: 50_000).joined(separator: ","))]"
    #expect(try mistake(#"{"default": \#(many)}"#) == "the schema has more than 50000 values")
    var deep = JSONNode(.bool(true))
    for _ in 0..<129 { deep = JSONNode(.object([JSONMember(key: "not", value: deep)])) }
    var said: String?
    do throws(JSONSchema.Mistake) { _ = try JSONSchema(deep) } catch { said = error.description }
    #expect(said == "the schema is nested deeper than 128")
    let patterns = (0...128).map { #""\#($0)": {"pattern": "^\#($0)$"}"# }.joined(separator: ", ")
    #expect(try mistake(#"{"properties": {\#(patterns)}}"#)?.hasPrefix("the schema has more than 128 patterns") == true)
    let letters = (1...100).map { #""\#($0)": {"pattern": "\\p{L}x{\#($0)}"}"# }.joined(separator: ", ")
    #expect(
      try mistake(#"{"properties": {\#(letters)}}"#)?.hasPrefix("the patterns up to this one are too big together")
        == true)
    let long = String(repeating: "a", count: 4097)
    #expect(try mistake(##"{"$ref": "#\##(long)"}"##) == "the reference is longer than 4096 bytes (at /$ref)")
    #expect(try mistake(#"{"$id": "\#(long)"}"#) == "`$id` is longer than 4096 bytes (at /$id)")
  }

  /// Many references into one big object cost no search each.
  @Test(.timeLimit(.minutes(1))) func readsManyReferences() throws {
    let definitions = (0..<9000).map { #""a\#($0)": {}"# }.joined(separator: ",")
    let references = (0..<9000).map { ##"{"$ref": "#/$defs/a\##($0)"}"## }.joined(separator: ",")
    #expect(try failure(#"{"$defs": {\#(definitions)}, "allOf": [\#(references)]}"#, "1") == nil)
  }
}
