extension MachineState {
  /// For each word of the shared part, ones in the bytes on which ``VisiblePromise`` or what a reverse-map lookup keeps
  /// up with can depend. A step that changes none of them adds nothing to what other threads may come to.
  ///
  /// Left out is what neither looks at: references, locks, the swap cache, the page cache's slots, waiters.
  public static let promisedPart: [UInt64] = {
    var bytes = [UInt8](repeating: 0, count: Layout.sharedBytes)
    for page in 0..<Layout.pages {
      for field in [PageField.mapping, PageField.index, PageField.mapcount, PageField.head, PageField.state] {
        bytes[page * Layout.pageStride + field] = 0xff
      }
    }
    for inode in 0..<Layout.inodes {
      for field in [InodeField.state, InodeField.size, InodeField.life, InodeField.unsettled] {
        bytes[Layout.inodeBase + inode * Layout.inodeStride + field] = 0xff
      }
    }
    for mm in 0..<Layout.mms {
      let base = Layout.mmBase + mm * Layout.mmStride
      for field in [MMField.state, MMField.life] { bytes[base + field] = 0xff }
      for field in MMField.ptes..<Layout.mmStride { bytes[base + field] = 0xff }
    }
    for anon in 0..<Layout.anonVMAs {
      for field in [AnonVMAField.state, AnonVMAField.life, AnonVMAField.root] {
        bytes[Layout.anonVMABase + anon * Layout.anonVMAStride + field] = 0xff
      }
    }
    var words = [UInt64](repeating: 0, count: sharedWords)
    for (offset, byte) in bytes.enumerated() { words[offset / 8] |= UInt64(byte) << UInt64(offset % 8 * 8) }
    return words
  }()
}
