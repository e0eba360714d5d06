import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Reads what the test asks of a JUnit file with Foundation's own XML parser.
final class XMLDocumentReader: NSObject, XMLParserDelegate {
  private(set) var suite: [String: String] = [:]
  private(set) var names: [String] = []

  struct Unreadable: Error {}

  static func read(_ text: String) throws -> XMLDocumentReader {
    let reader = XMLDocumentReader()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = reader
    guard parser.parse() else { throw Unreadable() }
    return reader
  }

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    if element == "testsuite" { suite = attributes }
    if element == "testcase", let name = attributes["name"] { names.append(name) }
  }
}
