import CrossCheck
import LiveKernel
import SystemPackage

extension KernelLogWatch {
  /// Opens what `--kernel-log` names. Not every user may read the kernel's own log; a file that was asked for has to be
  /// there.
  static func open(_ path: String) throws(CommandFailure) -> Result<KernelLogWatch, Errno> {
    do throws(Errno) {
      return .success(KernelLogWatch(try KernelLog(.init(path))))
    } catch {
      if path != KernelLog.path.string { throw .usage("--kernel-log \(path): cannot be read: \(error)") }
      return .failure(error)
    }
  }
}
