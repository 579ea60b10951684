internal import Glibc
package import JSONText
package import Policy

/// What is known of servers and their tools, also while they do not run: the last answer of each to `tools/list`.
///
/// It is a copy of what servers said, so it may be deleted at any time; a damaged file is set aside and made anew.
package final class Catalogue {
  /// One server's last known tools.
  package struct Entry: Hashable, Sendable {
    package var server: ExactText
    /// When the tools were last asked for, with success or not; nil if never.
    package var asked: Moment?
    /// Why the last asking failed.
    package var failure: String?
    /// The tools' definitions as the server wrote them, compact, in its order.
    package var definitions: [[UInt8]]

    package init(server: ExactText, asked: Moment?, failure: String?, definitions: [[UInt8]]) {
      self.server = server
      self.asked = asked
      self.failure = failure
      self.definitions = definitions
    }
  }

  /// A server that lists more is cut off here.
  package static let mostTools = 10_000
  private static let layout: Int64 = 1

  private let database: Database

  /// Opens the file at `path`; `setAside` renames a damaged one and answers whether it did.
  package init(path: String, setAside: (String) -> Bool = { _ in false }) throws(StoreError) {
    do {
      database = try Catalogue.open(path)
    } catch  where error.isDamaged && setAside(path) {
      database = try Catalogue.open(path)
    }
  }

  /// Whether an operation waits, two seconds at most, while another process writes; otherwise it fails at once.
  package var waitsForOthers = true {
    didSet { database.setPatience(milliseconds: waitsForOthers ? Database.patience : 0) }
  }

  /// Renames a damaged file, so that it can be looked at, and removes what belongs to it.
  package static func setAside(_ path: String) -> Bool {
    unsafe unlink(path + "-wal")
    unsafe unlink(path + "-shm")
    return unsafe rename(path, path + ".damaged") == 0
  }

  private static func open(_ path: String) throws(StoreError) -> Database {
    let database = try Database(path: path)
    var layout: Int64 = 0
    try database.query("PRAGMA user_version") { row in layout = row.integer(0) ?? 0 }
    guard layout <= Catalogue.layout else {
      throw StoreError("a later build of Gatehouse wrote this file; use that one, or delete the file", path: path)
    }
    guard layout < Catalogue.layout else { return database }
    try database.transaction { () throws(StoreError) in
      try database.execute(
        """
        CREATE TABLE IF NOT EXISTS server (name BLOB PRIMARY KEY, asked INTEGER, failure TEXT) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS tool (
          server BLOB NOT NULL REFERENCES server (name) ON DELETE CASCADE,
          position INTEGER NOT NULL,
          definition BLOB NOT NULL,
          PRIMARY KEY (server, position)
        ) WITHOUT ROWID;
        PRAGMA user_version = \(Catalogue.layout);
        """)
    }
    return database
  }

  /// Every server that was ever asked, by name.
  package func entries() throws(StoreError) -> [Entry] {
    var entries: [Entry] = []
    var places: [ExactText: Int] = [:]
    try database.query("SELECT name, asked, failure FROM server ORDER BY name") { row in
      let name = ExactText(String(decoding: row.bytes(0) ?? [], as: UTF8.self))
      places[name] = entries.count
      entries.append(
        Entry(
          server: name, asked: row.integer(1).map(Moment.init(microseconds:)), failure: row.text(2), definitions: []))
    }
    try database.query("SELECT server, definition FROM tool ORDER BY server, position") { row in
      let name = ExactText(String(decoding: row.bytes(0) ?? [], as: UTF8.self))
      guard let place = places[name], let definition = row.bytes(1) else { return }
      entries[place].definitions.append(definition)
    }
    return entries
  }

  /// Keeps a server's complete list of tools.
  ///
  /// - Returns: Whether it differs from the list that was kept before.
  @discardableResult
  package func keep(_ definitions: [[UInt8]], of server: ExactText, at now: Moment) throws(StoreError) -> Bool {
    let name = Database.Value.blob(Array(server.utf8))
    let definitions = definitions.prefix(Catalogue.mostTools)
    return try database.transaction { () throws(StoreError) in
      var known: [[UInt8]] = []
      try database.query("SELECT definition FROM tool WHERE server = ? ORDER BY position", [name]) { row in
        known.append(row.bytes(0) ?? [])
      }
      try database.query(
        "INSERT INTO server (name, asked) VALUES (?1, ?2) "
          + "ON CONFLICT (name) DO UPDATE SET asked = ?2, failure = NULL",
        [name, .integer(now.microseconds)])
      guard !known.elementsEqual(definitions) else { return false }
      try database.query("DELETE FROM tool WHERE server = ?", [name])
      for (position, definition) in definitions.enumerated() {
        try database.query(
          "INSERT INTO tool (server, position, definition) VALUES (?, ?, ?)",
          [name, .integer(Int64(position)), .blob(definition)])
      }
      return true
    }
  }

  /// Notes that a server could not be asked; its last known tools stay.
  package func note(failure: String, of server: ExactText, at now: Moment) throws(StoreError) {
    try database.query(
      "INSERT INTO server (name, asked, failure) VALUES (?1, ?2, ?3) "
        + "ON CONFLICT (name) DO UPDATE SET asked = ?2, failure = ?3",
      [.blob(Array(server.utf8)), .integer(now.microseconds), .text(failure)])
  }

  package func forget(_ server: ExactText) throws(StoreError) {
    try database.query("DELETE FROM server WHERE name = ?", [.blob(Array(server.utf8))])
  }
}
