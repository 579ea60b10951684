import JSONText
import Risk
import Testing

/// A definition made from JSON text; the test fails where it is none.
func tool(_ json: String, sourceLocation: SourceLocation = #_sourceLocation) throws -> ToolDefinition {
  let node = try JSONNode.read(Array(json.utf8))
  return try #require(ToolDefinition(node), sourceLocation: sourceLocation)
}

/// A definition with parameters of a type each: `["sql": "string"]`.
func tool(_ name: String, _ description: String, _ parameters: KeyValuePairs<String, String> = [:]) throws
  -> ToolDefinition
{
  var writer = JSONWriter()
  writer.beginObject()
  writer.member("name", name)
  writer.member("description", description)
  writer.key("inputSchema")
  writer.beginObject()
  writer.member("type", "object")
  writer.key("properties")
  writer.beginObject()
  for parameter in parameters {
    writer.key(text: parameter.key)
    writer.beginObject()
    writer.member("type", parameter.value)
    writer.endObject()
  }
  writer.endObject()
  writer.endObject()
  writer.endObject()
  return try tool(String(decoding: writer.bytes, as: UTF8.self))
}
