package import Replica

/// A legal entity of the company (法人): its branches are one taxpayer. The roster says which there are and whose
/// a branch is; the rest stands in registers of the catalog, `entity/<name>`.
package struct EntityFacts: Hashable, Sendable {
    package let name: String
    /// 统一社会信用代码, or whatever the tax office knows it by.
    package let taxNumber: String?
    package let address: String?
    /// By which chart its statements are shown; nil: as the book's are.
    package let chart: String?
    package let contested: [String]

    package enum Attribute {
        package static let taxNumber = "tax-number", address = "address", chart = "chart"
    }

    package static let prefix = "entity/"
    /// So that the register's name has room.
    package static let nameBytesMax = 100

    package static func entity(_ name: String) -> String { prefix + name }

    package init(name: String, values: [String: [Value]]) {
        func last(_ attribute: String) -> String? { values[attribute]?.last?.text }
        self.name = name
        taxNumber = last(Attribute.taxNumber)
        address = last(Attribute.address)
        chart = last(Attribute.chart)
        contested = values.filter { Set($0.value).count > 1 }.map(\.key).sorted()
    }
}

/// Texts that are nil stay as they are; empty ones are taken away.
package struct EntityChange: Codable, Hashable, Sendable {
    package var name: String
    package var taxNumber: String?
    package var address: String?
    package var chart: String?

    package init(
        name: String, taxNumber: String? = nil, address: String? = nil, chart: String? = nil
    ) {
        self.name = name
        self.taxNumber = taxNumber
        self.address = address
        self.chart = chart
    }
}
