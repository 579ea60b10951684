internal import JSONText
package import Policy

/// Unsaved edits as they are kept for the case that the console ends before they are saved.
package struct UnsavedEdits: Hashable, Sendable {
  /// The policy file that they are for.
  package var path: String
  /// When the last of them was made.
  package var time: Moment
  /// How many things they change.
  package var count: Int
  /// What the file was when they were made on it; with it they can be put on what the file has become.
  package var base: PolicyDocument
  package var mine: PolicyDocument

  package init(path: String, time: Moment, count: Int, base: PolicyDocument, mine: PolicyDocument) {
    self.path = path
    self.time = time
    self.count = count
    self.base = base
    self.mine = mine
  }

  /// Why something is not read as unsaved edits.
  package struct Problem: Error, Hashable, Sendable, CustomStringConvertible {
    /// Lower case, without a full stop.
    package var description: String
    /// They are another policy's, and none of our business.
    package var isForeign = false

    package init(description: String, isForeign: Bool = false) {
      self.description = description
      self.isForeign = isForeign
    }
  }

  package var encoded: [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("gatehouse_unsaved_edits", 1)
    writer.member("policy", path)
    writer.member("time", time.rfc3339)
    writer.member("count", count)
    writer.member("base", String(decoding: base.text, as: UTF8.self))
    writer.member("mine", String(decoding: mine.text, as: UTF8.self))
    writer.endObject()
    return writer.bytes + [0x0A]
  }

  /// Reads what `encoded` wrote, for one policy file.
  package static func read(_ bytes: [UInt8], for path: String) throws(Problem) -> UnsavedEdits {
    let root: JSONNode
    do throws(JSONError) {
      root = try JSONNode.read(bytes)
    } catch {
      throw Problem(description: "it is cut off or no JSON")
    }
    guard root["gatehouse_unsaved_edits"]?.integer == 1 else {
      throw Problem(description: "another version of gatehouse wrote it")
    }
    guard let policy = root["policy"]?.text, let time = root["time"]?.string.flatMap({ Moment(rfc3339: $0) }),
      let count = root["count"]?.integer, count >= 0, let base = root["base"]?.string, let mine = root["mine"]?.string
    else { throw Problem(description: "a part of it is missing") }
    guard policy == ExactText(path) else { throw Problem(description: "it is another policy's", isForeign: true) }
    do throws(PolicyRejection) {
      return UnsavedEdits(
        path: path, time: time, count: count, base: try PolicyDocument.read(Array(base.utf8)),
        mine: try PolicyDocument.read(Array(mine.utf8)))
    } catch {
      throw Problem(description: "its texts are no policies")
    }
  }
}

/// Unsaved edits that a console left behind.
package struct LeftEdits: Hashable, Sendable {
  /// What the keeper calls them.
  package var name: String
  package var edits: UnsavedEdits

  package init(name: String, edits: UnsavedEdits) {
    self.name = name
    self.edits = edits
  }
}

extension ConsoleState {
  /// What would be lost if the console ended now; nil for nothing.
  package var unsavedEdits: UnsavedEdits? {
    guard !options.isReadOnly, let draft = policy.draft, draft.isDirty else { return nil }
    return UnsavedEdits(
      path: options.policyPath, time: draft.position > 0 ? draft.step(draft.position - 1)?.time ?? now : now,
      count: policy.unsaved, base: draft.base, mine: draft.current)
  }
}
