internal import ControlWire
internal import JSONText
internal import Policy
internal import System

/// Remembers a lockdown in a file of the state folder, so that it outlives the gate however that ends.
struct LockdownFile {
  private let path: String

  init(_ path: String) { self.path = path }

  /// The lockdown that was not lifted; nil where there is none.
  ///
  /// A file that cannot be read, or not be understood, is a lockdown: whoever set it did not do so by chance.
  func read() -> LockdownEvent? {
    let text: [UInt8]
    do throws(SystemError) {
      text = try SafeFile.read(path, limit: 4_096)
    } catch {
      return error.isAbsence ? nil : LockdownEvent(isOn: true, by: "\(error)")
    }
    guard let node = try? JSONNode.read(text), node.members != nil else {
      return LockdownEvent(isOn: true, by: "`\(path)`, which is not what a gate writes")
    }
    return LockdownEvent(
      isOn: true, since: node["since"]?.string.flatMap { Moment(rfc3339: $0) }, by: node["by"]?.string)
  }

  func write(_ lockdown: LockdownEvent) throws(SystemError) {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("since", ifPresent: lockdown.since?.rfc3339)
    writer.member("by", ifPresent: lockdown.by)
    writer.endObject()
    try SafeFile.makeFolder(SafeFile.folder(of: path))
    try SafeFile.replace(path, with: writer.bytes + [0x0A])
  }

  func remove() throws(SystemError) {
    do throws(SystemError) {
      try SafeFile.remove(path)
    } catch {
      guard error.isAbsence else { throw error }
    }
    SafeFile.synchronizeFolder(SafeFile.folder(of: path))
  }
}
