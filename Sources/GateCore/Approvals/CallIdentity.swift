package import JSONText

/// By what one call is known to be the same as another.
///
/// Not by session: an agent that starts anew and makes the same call goes on with it.
package struct CallIdentity: Hashable, Sendable {
  /// The digest of grant, server, method, name and all that the call says, in one spelling.
  package let call: ContentDigest
  /// The digest of the tool's definition as the session was told it; nil where it was not.
  package internal(set) var definition: ContentDigest?
  /// The policy's revision.
  package var revision: String?

  /// `params` are the request's own; `_meta` says how a call is made, not what it does, and is left out.
  package init(
    grant: ExactText, server: ExactText, method: ExactText, subject: ExactText?, params: JSONNode?,
    definition: ContentDigest?, revision: String?
  ) {
    // The name is once more in the parameters, except where they are missing.
    let members = (params?.members ?? []).filter { $0.key != "_meta" }
    var writer = JSONWriter()
    writer.beginArray()
    for text in [grant, server, method, subject ?? ""] { writer.string(text.string) }
    writer.raw(JSONNode(.object(members)).canonical)
    writer.endArray()
    call = ContentDigest(of: writer.bytes)
    self.definition = definition
    self.revision = revision
  }

  /// What a person's decision binds to.
  package var digest: String {
    var bytes: [UInt8] = []
    call.appendHexadecimal(to: &bytes)
    bytes.append(0x20)
    definition?.appendHexadecimal(to: &bytes)
    bytes.append(0x20)
    bytes.append(contentsOf: (revision ?? "").utf8)
    return ContentDigest(of: bytes).hexadecimal
  }

  /// Whether both are the same call of the same tool, whatever the policy is; a definition that one of them does not know is
  /// no difference.
  func isSameCall(as other: CallIdentity) -> Bool {
    call == other.call && isSameTool(as: other)
  }

  func isSameTool(as other: CallIdentity) -> Bool {
    definition == nil || other.definition == nil || definition == other.definition
  }

  /// Whether an approval of one is good for the other where the tool is not as it was accepted: only if it is the very same.
  func isSamePinned(as other: CallIdentity) -> Bool { definition == other.definition }

  /// Whether an approval of one is good for the other.
  func isIdentical(to other: CallIdentity) -> Bool { isSameCall(as: other) && revision == other.revision }
}
