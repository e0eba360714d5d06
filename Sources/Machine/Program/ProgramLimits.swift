/// Bounds on programs. A text that goes beyond one is refused with a message; nothing grows while a program runs.
public enum ProgramLimits {
  public static let textBytes = 256 << 10
  public static let programsInFile = 64
  public static let lines = 400
  public static let variables = 24
  public static let nameLength = 40
  /// Depth of an expression.
  public static let depth = 12
  /// Programs inside programs.
  public static let callDepth = 8
  /// Lines of a lane, with all programs that it calls put in place.
  public static let linkedLines = 4000
  /// Lines that a thread may run in one go because they touch nothing shared.
  public static let localLines = 256
}
