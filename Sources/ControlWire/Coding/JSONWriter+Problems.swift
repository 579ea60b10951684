package import JSONText
package import Policy

extension JSONWriter {
  /// Writes what was found in a policy, as the socket and the commands tell it.
  package mutating func member(_ key: StaticString, _ problems: [PolicyProblem]) {
    self.key(key)
    beginArray()
    for problem in problems {
      beginObject()
      member("weight", problem.weight.rawValue)
      member("line", problem.place.line)
      member("column", problem.place.column)
      member("pointer", problem.pointer)
      member("message", problem.message)
      member("help", ifPresent: problem.help)
      endObject()
    }
    endArray()
  }
}
