internal import JSONText

/// One tool of the demonstration's server: what is declared of it, and what it does to the shop.
struct DemoTool: Sendable {
  var name: String
  var title: String
  var description: String
  var parameters: [DemoParameter] = []
  var hints = Hints.changes
  /// How long a call takes, so that results do not look made up.
  var milliseconds: UInt32 = 4
  var run: @Sendable (inout Shop, DemoArguments) throws(DemoFailure) -> JSONNode

  /// What the server says of its tool in the hints of the protocol.
  enum Hints: Sendable {
    case reads, changes, destroys
  }
}

/// A call that the shop refuses; the model reads why.
struct DemoFailure: Error, Hashable {
  var message: String
  init(_ message: String) { self.message = message }
}

struct DemoParameter: Sendable {
  enum Kind: Sendable {
    case text
    case whole(ClosedRange<Int>)
    /// A sum of money with at most two digits after the point.
    case sum
    case choice([String])
  }

  var name: String
  var kind: Kind
  var isRequired: Bool
  var description: String

  init(_ name: String, _ kind: Kind, isRequired: Bool = true, _ description: String) {
    self.name = name
    self.kind = kind
    self.isRequired = isRequired
    self.description = description
  }
}

extension DemoTool {
  /// The tool as an element of a `tools/list` result.
  func write(to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("name", name)
    writer.member("title", title)
    writer.member("description", description)
    writer.key("inputSchema")
    writer.beginObject()
    writer.member("type", "object")
    writer.key("properties")
    writer.beginObject()
    for parameter in parameters { parameter.write(to: &writer) }
    writer.endObject()
    writer.key("required")
    writer.beginArray()
    for parameter in parameters where parameter.isRequired { writer.string(parameter.name) }
    writer.endArray()
    writer.member("additionalProperties", false)
    writer.endObject()
    writer.key("annotations")
    writer.beginObject()
    switch hints {
    case .reads: writer.member("readOnlyHint", true)
    case .changes:
      writer.member("readOnlyHint", false)
      writer.member("destructiveHint", false)
    case .destroys:
      writer.member("readOnlyHint", false)
      writer.member("destructiveHint", true)
    }
    writer.endObject()
    writer.endObject()
  }
}

extension DemoParameter {
  func write(to writer: inout JSONWriter) {
    writer.key(text: name)
    writer.beginObject()
    switch kind {
    case .text: writer.member("type", "string")
    case .whole(let range):
      writer.member("type", "integer")
      writer.member("minimum", range.lowerBound)
      writer.member("maximum", range.upperBound)
    case .sum:
      writer.member("type", "number")
      writer.member("minimum", 0)
    case .choice(let values):
      writer.member("type", "string")
      writer.key("enum")
      writer.beginArray()
      for value in values { writer.string(value) }
      writer.endArray()
    }
    writer.member("description", description)
    writer.endObject()
  }
}
