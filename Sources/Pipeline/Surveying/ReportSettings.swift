/// What a run writes about itself for people: a page, and the data that it is made from.
package struct ReportSettings: Sendable, Codable {
  /// The HTML file; nil if it isn't requested.
  package var page: String?
  /// The JSON file; nil if it isn't requested.
  package var data: String?
  /// The field of a document's domain; nil if domains aren't counted.
  package var domainField: String?
  /// The field with a document's name.
  package var idField = "id"

  package init(page: String? = nil, data: String? = nil, domainField: String? = nil) {
    self.page = page
    self.data = data
    self.domainField = domainField
  }

  package var isRequested: Bool { page != nil || data != nil }
  package var paths: [String] { [page, data].compactMap { $0 } }
}

extension ReportSettings {
  /// The field of the domain, if no document of these sides has it.
  func missingDomainField(in sides: SurveyStep.Side...) -> String? {
    sides.allSatisfy(\.domains.isEmpty) ? domainField : nil
  }
}

/// Makes a page from data. The words of pages aren't a matter of this module.
package typealias PageMaker = @Sendable (ReportData) -> [UInt8]
