import JSONSchema
import JSONText
import Testing

/// What is said of a value that does not fit.
struct FailureTests {
  struct Case: CustomTestStringConvertible {
    let schema: String
    let value: String
    let message: String?
    var testDescription: String { "\(schema) \(value)" }

    init(_ schema: String, _ value: String, _ message: String?) {
      self.schema = schema
      self.value = value
      self.message = message
    }
  }

  static let cases: [Case] = [
    Case(#"{"required": ["name"]}"#, "{}", "the arguments: `name` is missing"),
    Case(
      #"{"properties": {"a/b": {"type": "integer"}}}"#, #"{"a/b": "x"}"#, "/a~1b: a string where an integer is wanted"),
    Case(#"{"type": ["integer", "null"]}"#, "1.5", "the arguments: a number where an integer or null is wanted"),
    Case(#"{"items": {"items": {"maximum": 3}}}"#, "[[1], [2, 4]]", "/1/1: it is above the maximum"),
    Case(#"{"maxItems": 1}"#, "[1, 2]", "the arguments: more than 1 item"),
    Case(#"{"minItems": 3}"#, "[1, 2]", "the arguments: fewer than 3 items"),
    Case(
      #"{"additionalProperties": false, "properties": {"a": true}}"#, #"{"a": 1, "b": 2}"#,
      "the arguments: `b` is not allowed"),
    Case(#"{"additionalProperties": {"type": "null"}}"#, #"{"b": 2}"#, "/b: a number where null is wanted"),
    Case(#"{"unevaluatedProperties": false}"#, #"{"b": 2}"#, "the arguments: `b` is not allowed"),
    Case(
      #"{"propertyNames": {"maxLength": 2}}"#, #"{"abc": 2}"#,
      "the arguments: `abc` is no name that is allowed: more than 2 characters"),
    Case(#"{"dependentRequired": {"a": ["b"]}}"#, #"{"a": 1}"#, "the arguments: `b` is missing, which `a` needs"),
    Case(#"{"enum": ["a", "b"]}"#, #""secret""#, "the arguments: it is none of the 2 values that are allowed"),
    Case(#"{"const": 5}"#, "6", "the arguments: it is not the one value that is allowed"),
    Case(#"{"pattern": "^a"}"#, #""secret""#, "the arguments: it does not match the pattern"),
    Case(#"{"maxLength": 2}"#, #""😀😀""#, nil),
    Case(#"{"maxLength": 2}"#, #""😀😀😀""#, "the arguments: more than 2 characters"),
    Case(#"{"multipleOf": 0.01}"#, "19.99", nil),
    Case(#"{"multipleOf": 0.01}"#, "19.995", "the arguments: it is no multiple of what it must be one of"),
    Case(#"{"maximum": 9007199254740992}"#, "9007199254740993", "the arguments: it is above the maximum"),
    Case(
      #"{"uniqueItems": true}"#, #"[{"a": 1, "b": 2}, {"b": 2.0, "a": 1e0}]"#, "the arguments: item 1 is there twice"),
    Case(#"{"not": {"type": "string"}}"#, #""a""#, "the arguments: it is what the schema excludes"),
    Case(#"{"contains": {"const": 1}}"#, "[2]", "the arguments: fewer than 1 item of a kind that must be among them"),
    Case(#"{"properties": {"a": false}}"#, #"{"a": 1}"#, "/a: nothing is allowed here"),
    Case(
      #"{"anyOf": [{"type": "integer"}, {"type": "null"}]}"#, #""a""#,
      "the arguments: a string where an integer or null is wanted"),
    Case(
      #"{"anyOf": [{"type": "null"}, {"properties": {"a": {"minimum": 3}}}, {"required": ["z"]}]}"#, #"{"a": 2}"#,
      "the arguments: none of the 3 alternatives fits; the closest says: /a: it is below the minimum"),
    Case(
      #"{"oneOf": [{"minimum": 3}, true, {"type": "number"}]}"#, "4",
      "the arguments: alternatives 1 and 2 both fit, where only one may"),
    Case(
      #"{"anyOf": [{"type": "null"}, {"properties": {"a": {"oneOf": [false, {"items": {"minimum": 1}}]}}}]}"#,
      #"{"a": [1, 0]}"#,
      "the arguments: none of the 2 alternatives fits; the closest says: /a/1: it is below the minimum"),
    Case(#"{"contains": {"const": 1}, "unevaluatedItems": false}"#, "[1]", nil),
    Case(
      #"{"$schema": "https://json-schema.org/draft/2019-09/schema", "contains": {"const": 1}, "unevaluatedItems": false}"#,
      "[1]", "/0: nothing is allowed here"),
    Case(
      ##"{"$ref": "#/$defs/a", "$defs": {"a": {"type": "object"}}}"##, "[]",
      "the arguments: an array where an object is wanted"),
  ]

  @Test(arguments: cases)
  func says(_ given: Case) throws {
    #expect(try failure(given.schema, given.value) == given.message)
  }

  /// The keyword's pointer leads into the schema's own text, also through a reference.
  @Test func names() throws {
    let schema = try schema(
      ##"{"properties": {"a": {"$ref": "#/$defs/x"}}, "$defs": {"x": {"items": {"maximum": 1}}}}"##)
    let failure = schema.failure(of: try node(#"{"a": [1, 2]}"#))
    #expect(failure?.place == "/a/1")
    #expect(failure?.keyword == "/$defs/x/items/maximum")
  }

  @Test func cutsLongKeys() throws {
    let key = String(repeating: "k", count: 1000)
    let missing = try failure(#"{"required": ["\#(key)"]}"#, "{}")
    #expect(missing == "the arguments: `\(String(repeating: "k", count: 64))…` is missing")
    let nested = try failure(#"{"additionalProperties": {"type": "null"}}"#, #"{"\#(key)": 1}"#)
    #expect(nested == "/\(String(repeating: "k", count: 64))…: a number where null is wanted")
  }

  /// However deep alternatives stand within each other, a message stays short, and so do the pointers.
  @Test func cutsLongReasons() throws {
    let key = String(repeating: "k", count: 60)
    let value = try node(String(repeating: "{\"\(key)\": ", count: 40) + "{}" + String(repeating: "}", count: 40))
    let recursive = ##"{"additionalProperties": {"$ref": "#"}, "minProperties": 1}"##
    let plain = try #require(try schema(recursive).failure(of: value))
    #expect(plain.place.hasPrefix("/\(key)/\(key)/") && plain.place.hasSuffix("/…") && plain.place.utf8.count < 700)
    let alternatives = try schema(#"{"anyOf": [{"type": "null"}, \#(recursive)]}"#)
    let failure = try #require(alternatives.failure(of: value))
    #expect(failure.message.hasPrefix("none of the 2 alternatives fits"))
    #expect(failure.message.hasSuffix("/…: fewer than 1 member") && failure.description.utf8.count < 1500)
    let deep = String(repeating: #"{"properties": {"\#(key)": "#, count: 40) + "3" + String(repeating: "}}", count: 40)
    let mistake = try #require(try mistake(deep))
    #expect(mistake.hasSuffix("/…)") && mistake.utf8.count < 1000)
  }

  /// A value's strings are secrets: no message repeats one.
  @Test(arguments: cases)
  func keepsSecrets(_ given: Case) throws {
    let secret = "hunter2"
    let failure = try failure(given.schema, "[\"\(secret)\", {\"a\": \"\(secret)\"}, [\"\(secret)\"]]")
    #expect(failure?.contains(secret) != true)
    let member = try self.failure(given.schema, #"{"a": "\#(secret)"}"#)
    #expect(member?.contains(secret) != true)
    #expect(try self.failure(given.schema, "\"\(secret)\"")?.contains(secret) != true)
  }

  private func failure(_ schema: String, _ value: String) throws -> String? {
    try JSONSchemaTests.failure(schema, value)
  }
}
