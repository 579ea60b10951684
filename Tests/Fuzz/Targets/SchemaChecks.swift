import JSONSchema
import JSONText

/// A schema is refused or judges every value, and judges it alike each time.
///
/// The input's first line is the schema, the others are the value.
func checkSchema(_ input: [UInt8]) throws(Complaint) {
  let parts = lines(input, 2)
  guard parts.count == 2, let node = try? JSONNode.read(parts[0]) else { return }
  let schema: JSONSchema
  do throws(JSONSchema.Mistake) {
    schema = try JSONSchema(node)
  } catch {
    return try demand(!error.message.isEmpty, "a mistake says nothing")
  }
  guard let value = try? JSONNode.read(parts[1]) else { return }
  let failure = schema.failure(of: value)
  if let failure { try demand(!failure.message.isEmpty, "a failure says nothing") }
  try demand(schema.failure(of: value) == failure, "a value is judged in two ways")
  if let again = try? JSONNode.read(value.compact) {
    try demand((schema.failure(of: again) == nil) == (failure == nil), "a value is judged by its spelling")
  }
}
