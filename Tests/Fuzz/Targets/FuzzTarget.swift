/// One reader of text from outside, and what must hold for it whatever the text is.
package enum FuzzTarget: String, CaseIterable, Sendable {
  case json, policy, conditions, schema, suite, intercept, counts, http, clients, lock

  /// What does not hold for an input; nil where all does.
  ///
  /// Nothing may trap either, take seconds, or fill the memory.
  package func complaint(about input: [UInt8]) -> String? {
    do throws(Complaint) {
      switch self {
      case .json: try checkJSON(input)
      case .policy: try checkPolicy(input)
      case .conditions: try checkConditions(input)
      case .schema: try checkSchema(input)
      case .suite: try checkSuite(input)
      case .intercept: try checkIntercept(input)
      case .counts: try checkCounts(input)
      case .http: try checkHTTP(input)
      case .clients: try checkClients(input)
      case .lock: try checkLock(input)
      }
      return nil
    } catch {
      return error.text
    }
  }
}

/// Something that does not hold.
struct Complaint: Error {
  var text: String
}

/// Complains unless something holds.
func demand(_ holds: Bool, _ text: @autoclosure () -> String) throws(Complaint) {
  if !holds { throw Complaint(text: text()) }
}

/// The lines of an input; the last holds all that is left.
func lines(_ input: [UInt8], _ count: Int) -> [[UInt8]] {
  input.split(separator: 0x0A, maxSplits: count - 1, omittingEmptySubsequences: false).map { Array($0) }
}
