import CKeywake
import Scenario

extension ProgramWriter {
  /// Opens what a process has not opened yet, right before it acts. Until then nobody can tell the difference.
  func openPending(by process: ActorID) {
    for index in files.indices where !files[index].pending.isEmpty {
      guard let place = files[index].pending.firstIndex(of: process) else { continue }
      files[index].pending.remove(at: place)
      append(KW_FILE_OPEN, seat: seat(of: process)) { $0.file = UInt8(index) }
    }
  }

  /// The maker's descriptor is about to go: those who have not opened the file yet do so now.
  func openAll(madeBy process: ActorID, file only: FileID? = nil) {
    for index in files.indices where files[index].maker == process {
      if let only, Int(only.index) != index { continue }
      let pending = files[index].pending
      files[index].pending = []
      for process in pending { append(KW_FILE_OPEN, seat: seat(of: process)) { $0.file = UInt8(index) } }
    }
  }

  /// `next`: the process that acts next, so that it can make the file without a change of turns.
  func writeFile(_ file: FileID, _ kind: FileKind, pages: UInt8, next: ActorID?) {
    let processes = aliveProcesses
    var written = WrittenFile()
    written.kind = kind
    guard let maker = next.flatMap({ processes.contains($0) ? $0 : nil }) ?? processes.first else {
      files[Int(file.index)] = written
      return
    }
    put(KW_FILE, by: maker) {
      $0.file = file.index
      $0.argument = kind.rawValue
      $0.address = UInt64(pages) * UInt64(kind.pageBytes)
    }
    written.maker = maker
    written.pending = processes.filter { $0 != maker }
    files[Int(file.index)] = written
  }

  func writeFileOperation(_ action: Action, by actor: ActorID) {
    switch action {
    case .truncate(let file, let pages):
      put(KW_TRUNCATE, by: actor) {
        $0.file = file.index
        $0.address = UInt64(pages) * pageBytes(of: file)
      }
    case .grow(let file, let pages):
      put(KW_GROW, by: actor) {
        $0.file = file.index
        $0.address = UInt64(pages) * pageBytes(of: file)
      }
    case .punch(let file, let pages):
      put(KW_PUNCH, by: actor) {
        $0.file = file.index
        $0.address = UInt64(pages.first) * pageBytes(of: file)
        $0.address2 = UInt64(pages.count) * pageBytes(of: file)
      }
    case .dropCaches(let file?): put(KW_DROP_FILE, by: actor) { $0.file = file.index }
    case .dropCaches(nil): put(KW_DROP_SYSTEM, by: actor)
    case .close(let file):
      openAll(madeBy: process(of: actor), file: file)
      put(KW_CLOSE, by: actor) { $0.file = file.index }
    case .unlink(let file):
      put(KW_UNLINK, by: actor) {
        $0.file = file.index
        $0.first = files[Int(file.index)].name
      }
    case .rename(let file):
      let name = files[Int(file.index)].name
      put(KW_RENAME, by: actor) {
        $0.file = file.index
        $0.first = name
        $0.last = name + 1
      }
      files[Int(file.index)].name = name + 1
    case .reopen(let file):
      openAll(madeBy: process(of: actor), file: file)
      put(KW_REOPEN, by: actor) {
        $0.file = file.index
        $0.first = files[Int(file.index)].name
      }
    default: break
    }
  }

  func pageBytes(of file: FileID) -> UInt64 { UInt64(files[Int(file.index)].kind.pageBytes) }
}
