package import Policy
internal import System

/// The lanes of gates that run no more, which nobody but another gate tidies.
///
/// Such a lane is taken for that, as a gate that starts would: its lock is proof that nobody writes to it, and while it is
/// held nobody will; a gate that wants the lane waits for it. Then the lane's own chain goes on: a new segment, whose first
/// line has `"state":"tidied"`, tells from which file on the lane's record begins from now on, and only then do those
/// before it go. So each lane's record tells of itself what is gone, whoever removed it, and a verifier needs no other
/// lane to tell what was removed by a gate from what somebody took away. That last file stays, of one line, which also
/// says where the numbers of the lane go on.
package enum AbandonedLanes {
  /// Removes what is too old or too much of the lanes beside the one that the options are for.
  ///
  /// Takes its time. Where a lane's lock is not there to be taken, nothing proves that its gate is dead, and it stays.
  package static func tidy(_ options: RecordOptions, since started: Moment, lanesIn folder: String) {
    guard options.retention.isLimited else { return }
    for lane in RecordShelf(options.folder).lanes.keys.sorted() where lane != options.lane {
      var its = options
      its.lane = lane
      its.keeper = RecordKeeper(lane: options.lane, started: started)
      its.tidyOthers = nil
      guard removal(its) != nil, let held = StateLane.hold(lane, in: folder) else { continue }
      // Another gate may have been faster.
      if let removal = removal(its) {
        if removal.isTold { its.remove(removal.paths) } else { _ = try? RecordWriter(its) }
      }
      withExtendedLifetime(held) {}
    }
  }

  /// Writes what gates that were killed had recorded and not written yet.
  ///
  /// Does nothing where nothing proves that a gate is dead, or where it cannot: then the next gate of the lane does.
  package static func finish(_ folder: String, lanesIn state: String) {
    guard let names = try? SafeFile.names(in: folder) else { return }
    for name in names {
      guard let lane = RecordAhead.lane(of: name), let held = StateLane.hold(lane, in: state) else { continue }
      try? RecordAhead.finish(folder, lane: lane)
      withExtendedLifetime(held) {}
    }
  }

  private static func removal(_ options: RecordOptions) -> RecordRemoval? {
    guard let keeper = options.keeper,
      let removal = RecordRemoval.find(options, at: options.now(), since: keeper.started, isFollowed: true),
      removal.hasEvents
    else { return nil }
    return removal
  }
}
