import Glibc

/// What a fuzz target is without libFuzzer: a program that runs it on the files that are named.
public enum FileReplay {
  /// Runs `test` on each file of the command line. Exits with 4 when there is none, with 2 when one cannot be read.
  public static func run(_ test: (UnsafeBufferPointer<UInt8>) -> Void) {
    let paths = CommandLine.arguments.dropFirst()
    if paths.isEmpty {
      print("usage: NAME FILE... (built without libFuzzer; nothing was executed)")
      exit(4)
    }
    for path in paths {
      guard let bytes = read(path) else {
        print("\(path): cannot be read")
        exit(2)
      }
      bytes.withUnsafeBufferPointer(test)
      print("\(path): \(bytes.count) bytes, done")
    }
  }

  /// The bytes of a file; `nil` when it cannot be read.
  public static func read(_ path: String) -> [UInt8]? {
    let file = open(path, O_RDONLY)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(file, &buffer, buffer.count)
      if count < 0 { return nil }
      if count == 0 { return bytes }
      bytes += buffer[..<count]
    }
  }

  /// Names in a folder, in order; empty when it cannot be read.
  public static func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      withUnsafePointer(to: &entry.pointee.d_name) { name in
        name.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: name.pointee)) {
          names.append(String(cString: $0))
        }
      }
    }
    return names.sorted()
  }
}
