extension LiveOptions {
  /// Moves the run's folders into folders of the journal's, so that whatever ends this process, its files go too.
  /// - Returns: why one of them could not be made; then files of its kind are not to be had.
  public mutating func useFolders(of journal: HostJournal) -> [String] {
    var failures: [String] = []
    for folder in [\LiveOptions.tmpfsFolder, \LiveOptions.diskFolder] {
      do throws(HostError) {
        self[keyPath: folder] = try TemporaryFolder.make(in: self[keyPath: folder], journal: journal).path
      } catch {
        failures.append("\(error)")
      }
    }
    return failures
  }
}
