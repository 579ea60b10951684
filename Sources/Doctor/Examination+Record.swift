internal import ControlWire
internal import Store
internal import System

// MARK: What the gate writes
extension Examination {
  /// A longer record takes its time: it is looked through by the command that is made for it.
  private static let longestRecord: UInt64 = 256 << 20
  /// Less room than that is told.
  private static let littleRoom: UInt64 = 64 << 20

  mutating func lookAtRecord(_ gate: RunningGate?) {
    lookAtRoom()
    if let record = gate?.status.record {
      if let failure = record.failure {
        wrong(.record, "record", "it cannot be written: \(failure)", remedy: "make room, or see `ls -l \(record.path)`")
      }
      if record.lost > 0 {
        wrong(
          .record, "record", "\(counted(Int(clamping: record.lost), "line")) could not be recorded",
          remedy: "gatehouse log verify names the place")
      }
    }
    lookThroughRecord()
    lookAtCatalogue()
  }

  private mutating func lookAtRoom() {
    guard let free = FileFacts.freeBytes(at: paths.state) else { return }
    guard free >= Self.littleRoom else {
      return wrong(
        .record, "disk", "\(free >> 20) MB are free at \(paths.state); a full disk denies every call",
        remedy: "make room on the disk that `df \(paths.state)` names\(wordsOfRecord)")
    }
    good(.record, "disk", "\(free >> 20) MB are free")
  }

  /// How much of a full disk the record has, where that is worth knowing.
  private var wordsOfRecord: String {
    let size = sizeOfRecord((try? SafeFile.names(in: paths.record)) ?? [])
    guard size >> 20 > 0 else { return "" }
    return "; \(size >> 20) MB are the record, which `\"record\": {\"keep_megabytes\": N}` in \(paths.settings) bounds"
  }

  private func sizeOfRecord(_ names: [String]) -> UInt64 {
    names.reduce(into: UInt64(0)) { $0 += FileFacts("\(paths.record)/\($1)")?.size ?? 0 }
  }

  private mutating func lookThroughRecord() {
    let names: [String]
    do throws(SystemError) {
      names = try SafeFile.names(in: paths.record)
    } catch {
      if let facts = FileFacts(paths.record), facts.kind != .folder {
        return wrong(
          .record, "record", "\(paths.record) is no folder, so nothing can be recorded",
          remedy: "mv \(paths.record) \(paths.record).old")
      }
      guard !error.isAbsence else { return hint(.record, "record", "nothing is recorded yet") }
      return wrong(.record, "record", "\(error)", remedy: "see `ls -ld \(paths.record)`")
    }
    let size = sizeOfRecord(names)
    guard size <= Self.longestRecord else {
      return hint(
        .record, "record", "\(size >> 20) MB in \(counted(names.count, "file")) were not looked through",
        remedy: "gatehouse log verify")
    }
    do throws(SystemError) {
      let report = try RecordVerifier.verify(paths.record)
      for lane in report.lanes {
        guard let problem = lane.problem else { continue }
        wrong(
          .record, "record", "\(problem.place.segment.fileName):\(problem.place.line): \(problem.message)",
          remedy: "gatehouse log verify")
      }
      if report.isWhole {
        good(.record, "record", "\(counted(report.lanes.reduce(0) { $0 + $1.lines }, "line")), as the gates wrote them")
      }
    } catch {
      wrong(.record, "record", "\(error)", remedy: "gatehouse log verify")
    }
  }

  private mutating func lookAtCatalogue() {
    guard SafeFile.exists(paths.database) else { return }
    do throws(StoreError) {
      let entries = try Catalogue(path: paths.database).entries()
      good(.record, "catalogue", "tools of \(counted(entries.count { !$0.definitions.isEmpty }, "server"))")
    } catch {
      wrong(
        .record, "catalogue", "\(error)",
        remedy: error.isDamaged ? "mv \(paths.database) \(paths.database).damaged, then gatehouse servers scan" : nil)
    }
  }
}
