extension StateRef {
  /// Whether the page that a thread's derivation looks at is inside its file, for a derivation that reads a word with a
  /// shared key through a private mapping of a file that can be written; `nil` for every other thread.
  public func isPrivateCopyInsideFile(ofThread index: Int) -> Bool? {
    let bytes = thread(index)
    let (mode, address) = (bytes[ThreadField.mode], bytes[ThreadField.address])
    let mm = Int(bytes[ThreadField.mm] & 0x0f)
    guard bytes[ThreadField.deriving] == Deriving.key, mode & 3 == 0, address < 16, (1...Layout.mms).contains(mm) else {
      return nil
    }
    let page = Int(address >> 2)
    let flags = self[mm: mm, MMField.flags + page]
    let file = Int(self[mm: mm, MMField.files + page] & 0x0f)
    guard flags & VMFlag.write != 0, flags & VMFlag.shared == 0, (1...Layout.inodes).contains(file) else { return nil }
    return self[mm: mm, MMField.offsets + page] < self[inode: file, InodeField.size]
  }
}
