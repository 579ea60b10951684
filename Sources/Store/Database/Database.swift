internal import CSQLite
internal import Glibc

/// What SQLite refused, in its own words.
package struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  package let message: String
  package let path: String
  /// The file is no database, or a damaged one: it can be set aside and made anew.
  package let isDamaged: Bool

  package init(_ message: String, path: String, isDamaged: Bool = false) {
    self.message = message
    self.path = path
    self.isDamaged = isDamaged
  }

  package var description: String { "\(path): \(message)" }
}

/// One connection to an SQLite file; used by one thread.
@safe final class Database {
  private let handle: OpaquePointer
  let path: String

  /// Opens the file, which is made with mode 0600 if it is missing.
  ///
  /// Other processes may use it at the same time: readers never wait (WAL), writers wait two seconds for each other.
  /// `pageSize` is for a file that is made now.
  init(path: String, pageSize: Int? = nil) throws(StoreError) {
    self.path = path
    if path != Database.inMemory {
      // SQLite would make it readable to all; its other files take over the mode of this one.
      let made = unsafe Glibc.open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0o600)
      if made >= 0 { close(made) }
    }
    var opened: OpaquePointer?
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_FULLMUTEX
    let code = unsafe sqlite3_open_v2(path, &opened, flags, nil)
    guard let opened = unsafe opened else { throw StoreError("there is no memory for a database", path: path) }
    guard code == SQLITE_OK else {
      let error = unsafe Database.error(code, opened, path)
      unsafe sqlite3_close_v2(opened)
      throw error
    }
    unsafe handle = opened
    setPatience(milliseconds: Database.patience)
    if let pageSize { try execute("PRAGMA page_size = \(pageSize)") }
    try execute("PRAGMA journal_mode = WAL")
    try execute("PRAGMA synchronous = NORMAL")
    try execute("PRAGMA foreign_keys = ON")
    // A hostile file must not run code of its own.
    try execute("PRAGMA trusted_schema = OFF")
  }

  deinit { unsafe sqlite3_close_v2(handle) }

  /// The path of a database that ends with its connection.
  static let inMemory = ":memory:"

  /// How long a writer waits for another, in milliseconds, unless it is told otherwise.
  static let patience: Int32 = 2_000

  func setPatience(milliseconds: Int32) { unsafe sqlite3_busy_timeout(handle, milliseconds) }

  func execute(_ sql: String) throws(StoreError) {
    let code = unsafe sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw unsafe Database.error(code, handle, path) }
  }

  /// Does all of `body` or nothing of it.
  func transaction<Result>(_ body: () throws(StoreError) -> Result) throws(StoreError) -> Result {
    try execute("BEGIN IMMEDIATE")
    do {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      try? execute("ROLLBACK")
      throw error
    }
  }

  /// Runs a statement with values for its question marks and calls `row` for each row of its answer.
  func query(
    _ sql: String, _ values: [Value] = [], row: (Row) throws(StoreError) -> Void = { _ in }
  ) throws(StoreError) {
    var prepared: OpaquePointer?
    var code = unsafe sqlite3_prepare_v2(handle, sql, -1, &prepared, nil)
    guard code == SQLITE_OK, let statement = unsafe prepared else {
      throw unsafe Database.error(code, handle, path)
    }
    defer { unsafe sqlite3_finalize(statement) }
    for (index, value) in values.enumerated() {
      code = unsafe value.bind(to: statement, at: Int32(index + 1))
      guard code == SQLITE_OK else { throw unsafe Database.error(code, handle, path) }
    }
    while true {
      code = unsafe sqlite3_step(statement)
      switch code {
      case SQLITE_ROW: try row(unsafe Row(statement: statement))
      case SQLITE_DONE: return
      default: throw unsafe Database.error(code, handle, path)
      }
    }
  }

  private static func error(_ code: Int32, _ handle: OpaquePointer, _ path: String) -> StoreError {
    let message = unsafe sqlite3_errmsg(handle).map { unsafe String(cString: $0) } ?? "error \(code)"
    return StoreError(message, path: path, isDamaged: code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
  }
}

extension Database {
  enum Value {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])

    fileprivate func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
      // SQLite copies what it is given before the call returns (SQLITE_TRANSIENT, a macro that Swift does not see).
      let copies = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
      switch self {
      case .null: return unsafe sqlite3_bind_null(statement, index)
      case .integer(let value): return unsafe sqlite3_bind_int64(statement, index, value)
      case .text(let text):
        return unsafe sqlite3_bind_text(statement, index, text, Int32(clamping: text.utf8.count), copies)
      case .blob(let bytes):
        return unsafe sqlite3_bind_blob(statement, index, bytes, Int32(clamping: bytes.count), copies)
      }
    }
  }

  /// The row that a statement stands on; valid only while it is handed out.
  @safe struct Row {
    fileprivate let statement: OpaquePointer

    func integer(_ column: Int32) -> Int64? {
      guard unsafe sqlite3_column_type(statement, column) == SQLITE_INTEGER else { return nil }
      return unsafe sqlite3_column_int64(statement, column)
    }

    func text(_ column: Int32) -> String? {
      guard unsafe sqlite3_column_type(statement, column) == SQLITE_TEXT else { return nil }
      return bytes(column).map { String(decoding: $0, as: UTF8.self) }
    }

    func bytes(_ column: Int32) -> [UInt8]? {
      guard let start = unsafe sqlite3_column_blob(statement, column) else { return nil }
      let count = Int(unsafe sqlite3_column_bytes(statement, column))
      return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
  }
}
