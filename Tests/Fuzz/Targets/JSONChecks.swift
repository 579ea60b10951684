import JSONText

/// The reader and the cursor agree; what is read can be written, read again, and stands where it says.
func checkJSON(_ input: [UInt8]) throws(Complaint) {
  let skipped = skipWhole(input)
  let node: JSONNode
  do throws(JSONError) {
    node = try JSONNode.read(input)
  } catch {
    try demand(0...input.count ~= error.offset, "an error stands outside of the text")
    try demand(!"\(error)".isEmpty, "an error says nothing")
    if error.reason != .byteOrderMark {
      try demand(skipped == error, "the cursor says otherwise: \(String(describing: skipped))")
    }
    return
  }
  try demand(skipped == nil, "the cursor refuses what the reader takes: \(String(describing: skipped))")
  try checkPlaces(node, inside: 0..<input.count, input)
  let compact = node.compact
  let again: JSONNode
  do throws(JSONError) {
    again = try JSONNode.read(compact)
  } catch {
    throw Complaint(text: "what we write is refused: \(error)")
  }
  try demand(again.compact == compact, "writing twice writes two things")
  try demand(node.means(again) && again.means(node), "what was written means something else")
  try demand(!compact.contains { $0 < 0x20 }, "a control character was written")
  try demand(
    JSONMeaning(node).hashValue == JSONMeaning(again).hashValue, "values that mean the same have two hashes")
}

private func skipWhole(_ input: [UInt8]) -> JSONError? {
  do throws(JSONError) {
    var cursor = JSONCursor()
    try cursor.skipValue(input.span)
    try cursor.expectEnd(input.span)
    return nil
  } catch {
    return error
  }
}

/// Every value stands inside the one around it, behind the one before it, and reads alone as what it is.
private func checkPlaces(_ node: JSONNode, inside outer: Range<Int>, _ input: [UInt8]) throws(Complaint) {
  let range = node.range
  try demand(
    outer.lowerBound <= range.lowerBound && range.upperBound <= outer.upperBound, "a value leaves its container")
  var rest = range
  switch node.content {
  case .null, .bool, .number, .string:
    let alone = try? JSONNode.read(Array(input[range]))
    try demand(alone?.content == node.content, "the place of a value holds another")
  case .array(let elements):
    for element in elements {
      try checkPlaces(element, inside: rest, input)
      rest = element.range.upperBound..<rest.upperBound
    }
  case .object(let members):
    for member in members {
      let key = try? JSONNode.read(Array(input[member.keyRange]))
      try demand(key?.text == member.key, "the place of a key holds another")
      try demand(rest.lowerBound <= member.keyRange.lowerBound, "a key stands before the member before it")
      rest = member.keyRange.upperBound..<rest.upperBound
      try checkPlaces(member.value, inside: rest, input)
      rest = member.value.range.upperBound..<rest.upperBound
    }
  }
}
