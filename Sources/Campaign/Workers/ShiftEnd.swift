/// How a worker's shift ended, in the campaign's eyes.
struct ShiftEnd {
  var state: ShiftRow.State
  var note: String?
  /// How it crashed, when that is a finding of its own.
  var crash: String?

  init(_ kind: WorkerKind, _ job: Slot.Job, hasFindings: Bool, isStopping: Bool) {
    let process = job.process
    if let verdict = job.verdict {
      state = verdict
      switch verdict {
      case .hung:
        note = "still there after \(Int(process.seconds)) s"
        crash = "hang"
      case .outgrew:
        note = "held \(process.peakMemory / 1024) MiB"
        crash = "memory"
      case .flooded:
        note = "wrote \(process.output.total + process.errors.total) bytes"
        crash = "flood"
      default: break
      }
      return
    }
    if let signal = process.signal {
      if isStopping {
        state = .interrupted
      } else {
        state = .crashed
        note = CrashSignature.signalName(signal)
        // Killed from outside: nobody here does that, and it says nothing of the worker.
        crash = signal == 9 || signal == 15 ? nil : CrashSignature.signalName(signal)
      }
      return
    }
    let code = process.exitCode ?? -1
    if kind.isTarget {
      let log = LibFuzzerLog(process.errors.text)
      if code == 0 || isStopping {
        state = log.isInstrumented || isStopping ? .done : .failed
        if state == .failed { note = "it runs blind: there are no coverage counters" }
      } else if hasFindings {
        // It kept a finding, and stopped at it.
        state = .done
        note = log.complaint
      } else {
        state = .crashed
        note = log.complaint ?? "exit code \(code)"
        crash = "crash"
      }
      return
    }
    switch code {
    case 0, 1, 4: state = .done
    case 2, 3:
      state = isStopping ? .interrupted : .failed
      note = process.errors.lastLines(1).joined()
    default:
      state = .crashed
      note = "exit code \(code)"
      crash = "exit-\(code)"
    }
  }
}
