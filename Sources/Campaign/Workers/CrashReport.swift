/// How a worker's crash is told of: its stack, in libFuzzer's form, as the last lines of standard error.
public enum CrashReport {
  /// The environment variable that asks a `keywake` command for it.
  public static let variable = "KEYWAKE_CRASH_REPORT"
}
