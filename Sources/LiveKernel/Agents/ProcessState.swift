import SystemPackage

/// What `/proc/PID/stat` says of a process.
enum ProcessState {
  /// The letter of its state, or `nil` when there is no such process.
  static func letter(_ process: Int32) -> UInt8? {
    guard let file = try? FileDescriptor.open("/proc/\(process)/stat", .readOnly) else { return nil }
    defer { try? file.close() }
    let read = try? withUnsafeTemporaryAllocation(byteCount: 512, alignment: 1) { buffer -> UInt8? in
      let text = UnsafeRawBufferPointer(rebasing: buffer[..<(try file.read(into: buffer))])
      // The name in brackets may hold anything: the state follows the last bracket.
      guard let bracket = text.lastIndex(of: UInt8(ascii: ")")), bracket + 2 < text.count else { return nil }
      return text[bracket + 2]
    }
    return read ?? nil
  }

  static func isStopped(_ process: Int32) -> Bool {
    let letter = letter(process)
    return letter == UInt8(ascii: "T") || letter == UInt8(ascii: "t")
  }
}
