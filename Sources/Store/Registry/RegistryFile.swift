internal import Glibc
internal import JSONText
internal import System

/// The registry's file: read whole, and changed by one process at a time.
package enum RegistryFile {
  /// How long a change waits for another one, in milliseconds.
  private static let patience = 5_000

  /// What the file holds; an absent one is an empty registry.
  package static func read(_ path: String) throws(RegistryError) -> ServerRegistry {
    let text: [UInt8]
    do throws(SystemError) {
      text = try SafeFile.read(path, limit: ServerRegistry.longestText)
    } catch {
      if error.isAbsence { return .empty }
      throw RegistryError("\(error)")
    }
    do throws(RegistryError) {
      return try ServerRegistry(text: text)
    } catch {
      throw RegistryError("\(path):\(error)")
    }
  }

  /// Changes the file in one step, and answers with its text before and after; nil is no file.
  ///
  /// The file is the user's alone from its beginning, for it holds the variables of servers.
  @discardableResult
  package static func change(
    _ path: String, waiting milliseconds: Int = patience, _ body: (inout ServerRegistry) throws(RegistryError) -> Void
  ) throws(RegistryError) -> (before: [UInt8]?, after: [UInt8]) {
    let lock = try lock(path, milliseconds)
    do throws(RegistryError) {
      var registry = try read(path)
      let before = registry.text
      do throws(RegistryError) {
        try body(&registry)
      } catch {
        throw RegistryError(error.place == nil ? error.message : "\(path):\(error)")
      }
      let after = registry.text ?? []
      if after != before { try write(after, to: path) }
      lock.remove()
      return (before, after)
    } catch {
      lock.remove()
      throw error
    }
  }

  /// Puts a text back that the file had, if it is still what came of changing that.
  package static func restore(
    _ path: String, from after: [UInt8], to before: [UInt8]?, waiting milliseconds: Int = patience
  ) throws(RegistryError) {
    let lock = try lock(path, milliseconds)
    do throws(RegistryError) {
      guard try read(path).text == after else {
        throw RegistryError("\(path) was changed since by something else; edit it by hand")
      }
      try write(before ?? Array("{\n  \"mcpServers\": {}\n}\n".utf8), to: path)
      lock.remove()
    } catch {
      lock.remove()
      throw error
    }
  }

  private static func write(_ text: [UInt8], to path: String) throws(RegistryError) {
    do throws(SystemError) {
      try SafeFile.replace(path, with: text)
    } catch {
      throw RegistryError("\(error)")
    }
  }

  private static func lock(_ path: String, _ milliseconds: Int) throws(RegistryError) -> FileLock {
    do throws(SystemError) {
      try SafeFile.makeFolder(SafeFile.folder(of: path))
      for waited in stride(from: 0, through: max(0, milliseconds), by: 10) {
        if waited > 0 { usleep(10_000) }
        if let lock = try FileLock.take(path + ".lock") { return lock }
      }
    } catch {
      throw RegistryError("\(error)")
    }
    throw RegistryError("another command is changing \(path)")
  }
}
