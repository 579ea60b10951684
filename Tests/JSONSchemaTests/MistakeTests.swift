import JSONSchema
import JSONText
import Testing

/// What is said of a schema that cannot be used.
struct MistakeTests {
  static let cases: [(String, String)] = [
    ("3", "a number is no schema; write an object, true or false"),
    (
      #"{"type": "strin"}"#,
      "`strin` is no type; types are string, number, integer, boolean, array, object or null (at /type)"
    ),
    (#"{"type": []}"#, "`type` names no type (at /type)"),
    (#"{"type": [3]}"#, "`type` is a number, not the name of a type (at /type)"),
    (#"{"minLength": -1}"#, "`minLength` is not a whole number from 0 on (at /minLength)"),
    (#"{"maxItems": 1.5}"#, "`maxItems` is not a whole number from 0 on (at /maxItems)"),
    (#"{"maxItems": "1"}"#, "`maxItems` is a string, not a number (at /maxItems)"),
    (#"{"maximum": 1e99999999999}"#, "`maximum` is too extreme a number (at /maximum)"),
    (#"{"exclusiveMaximum": true}"#, "`exclusiveMaximum` is a boolean, not a number (at /exclusiveMaximum)"),
    (#"{"multipleOf": 0}"#, "`multipleOf` is not above 0 (at /multipleOf)"),
    (#"{"enum": "a"}"#, "`enum` is a string, not an array (at /enum)"),
    (#"{"const": {"a": [1e99999999999]}}"#, "there is too extreme a number (at /const)"),
    (#"{"uniqueItems": 1}"#, "`uniqueItems` is a number, not a boolean (at /uniqueItems)"),
    (#"{"required": true}"#, "`required` is a boolean, not an array of names (at /required)"),
    (#"{"required": [1]}"#, "a number is no name (at /required/0)"),
    (#"{"properties": []}"#, "`properties` is an array, not an object (at /properties)"),
    (
      #"{"properties": {"a/b": {"items": null}}}"#,
      "null is no schema; write an object, true or false (at /properties/a~1b/items)"
    ),
    (#"{"anyOf": []}"#, "`anyOf` is empty (at /anyOf)"),
    (#"{"anyOf": {}}"#, "`anyOf` is an object, not an array (at /anyOf)"),
    (
      #"{"items": [true]}"#,
      "a list of schemas is `prefixItems` in this dialect; write that, or `$schema` of an older one (at /items)"
    ),
    (#"{"pattern": "("}"#, "the pattern `(` cannot be used: a `(` is never closed (at /pattern)"),
    (
      #"{"pattern": "\\p{sc=Klingon}"}"#,
      "a pattern cannot be used: invalid character class range: \\p{Klingon} (at /pattern)"
    ),
    (
      #"{"patternProperties": {"(?=a)": {}}}"#,
      "the pattern `(?=a)` cannot be used: RE2 knows no look-ahead (at /patternProperties/(?=a))"
    ),
    (#"{"$ref": 3}"#, "`$ref` is a number, not a string (at /$ref)"),
    (##"{"$ref": "#/$defs/a"}"##, "`#/$defs/a` leads nowhere in the schema (at /$ref)"),
    (##"{"$ref": "#a"}"##, "`#a` leads nowhere in the schema (at /$ref)"),
    (##"{"$ref": "#%zz"}"##, "`#%zz` is no reference (at /$ref)"),
    (
      ##"{"$ref": "#/required", "required": ["a"]}"##,
      "an array is no schema; write an object, true or false (at /required)"
    ),
    (
      #"{"$ref": "https://example.com/a.json"}"#,
      "`https://example.com/a.json` leads out of the schema, and nothing is fetched; put what it means under `$defs` (at /$ref)"
    ),
    (
      #"{"$schema": "http://json-schema.org/draft-04/schema#"}"#,
      "the dialect `http://json-schema.org/draft-04/schema#` is not known here; known are 2020-12, 2019-09, draft-07 and draft-06 (at /$schema)"
    ),
    (
      #"{"items": {"$schema": "http://json-schema.org/draft-07/schema#"}}"#,
      "a schema without `$id` cannot have another `$schema` than the one around it (at /items)"
    ),
    (#"{"$schema": 7}"#, "`$schema` is a number, not a string (at /$schema)"),
    (#"{"$id": "a.json#b"}"#, "`$id` has a fragment; write `$anchor` for that (at /$id)"),
    (#"{"$anchor": "1a"}"#, "`1a` is no name for an anchor (at /$anchor)"),
    (#"{"allOf": [{"$anchor": "a"}, {"$anchor": "a"}]}"#, "two schemas have the anchor `a` (at /allOf/0/$anchor)"),
    (#"{"allOf": [{"$id": "a"}, {"$id": "./a"}]}"#, "two schemas are called `a` (at /allOf/0/$id)"),
    (
      #"{"$vocabulary": {"https://example.com/v": true}}"#,
      "the vocabulary `https://example.com/v` is not known here (at /$vocabulary/https:~1~1example.com~1v)"
    ),
    (
      ##"{"$schema": "https://json-schema.org/draft/2019-09/schema", "$recursiveRef": "#a"}"##,
      "`$recursiveRef` can only be `#` (at /$recursiveRef)"
    ),
  ]

  @Test(arguments: cases)
  func says(_ schema: String, _ message: String) throws {
    #expect(try mistake(schema) == message)
  }

  /// What means nothing in a dialect is an annotation, whatever it holds.
  @Test(arguments: [
    #"{"x-unknown": {"type": 3}}"#, #"{"format": "email", "title": 3, "default": {"$ref": "nowhere"}}"#,
    #"{"$schema": "http://json-schema.org/draft-06/schema#", "if": 3, "$anchor": 3, "unevaluatedItems": 3}"#,
    ##"{"$schema": "http://json-schema.org/draft-07/schema", "$ref": "#/definitions/a", "type": 3, "definitions": {"a": true}}"##,
    #"{"additionalItems": 3, "$recursiveRef": 3}"#, #"{"$vocabulary": {"https://example.com/v": false}}"#,
  ])
  func reads(_ schema: String) throws {
    #expect(try mistake(schema) == nil)
  }
}
