package import Replica

/// A customer or a supplier, as the company knows them.
package struct PartyFacts: Hashable, Sendable {
    package let name: String
    /// How they are called on paper, where to reach them.
    package let title: String?
    package let contact: String?
    package let taxNumber: String?
    /// Days in which they pay, or are paid.
    package let terms: Int64?
    /// Days from an order until its goods come.
    package let lead: Int64?
    /// What a customer may owe at most, in minor units.
    package let creditLimit: Int64?
    /// Which part of it each branch may give by itself; empty where they all look at the whole.
    package let creditShares: [BranchCode: Int64]
    /// The list that a customer's prices are on.
    package let priceList: String?
    package let isActive: Bool
    /// The party that this one turned out to be.
    package let alias: String?
    package let contested: [String]
}

/// How a party stands in registers: the entity `party/<name>`.
extension PartyFacts {
    package enum Attribute {
        package static let title = "title", contact = "contact", taxNumber = "tax-number"
        package static let terms = "terms", lead = "lead", creditLimit = "credit-limit"
        package static let creditShare = "credit-share:"
        package static let priceList = "price-list", active = "active", alias = "is"
    }

    package static let prefix = "party/"

    package static func entity(_ name: String) -> String { prefix + name }

    package init(name: String, values: [String: [Value]]) {
        func last(_ attribute: String) -> Value? { values[attribute]?.last }
        self.name = name
        title = last(Attribute.title)?.text
        contact = last(Attribute.contact)?.text
        taxNumber = last(Attribute.taxNumber)?.text
        terms = last(Attribute.terms)?.integer
        lead = last(Attribute.lead)?.integer
        creditLimit = last(Attribute.creditLimit)?.integer
        var shares: [BranchCode: Int64] = [:]
        for (attribute, values) in values where attribute.hasPrefix(Attribute.creditShare) {
            guard let branch = BranchCode(attribute.dropFirst(Attribute.creditShare.count)) else {
                continue
            }
            // Of two that were said beside each other the lesser holds.
            shares[branch] = values.compactMap(\.integer).min()
        }
        creditShares = shares
        priceList = last(Attribute.priceList)?.text
        isActive = last(Attribute.active)?.integer != 0
        alias = last(Attribute.alias)?.text
        contested = values.filter { Set($0.value).count > 1 }.map(\.key).sorted()
    }
}

/// Figures and texts that are nil stay as they are; empty ones are taken away.
package struct PartyChange: Codable, Hashable, Sendable {
    package var name: String
    package var title: String?
    package var contact: String?
    package var taxNumber: String?
    package var terms: String?
    package var lead: String?
    package var creditLimit: String?
    /// A branch's part of it; empty takes it away.
    package var creditShares: [String: String]?
    package var priceList: String?
    package var isActive: Bool?
    /// The party that this one is from now on.
    package var alias: String?

    package init(
        name: String, title: String? = nil, contact: String? = nil, taxNumber: String? = nil,
        terms: String? = nil, lead: String? = nil, creditLimit: String? = nil,
        creditShares: [String: String]? = nil, priceList: String? = nil,
        isActive: Bool? = nil, alias: String? = nil
    ) {
        self.name = name
        self.title = title
        self.contact = contact
        self.taxNumber = taxNumber
        self.terms = terms
        self.lead = lead
        self.creditLimit = creditLimit
        self.creditShares = creditShares
        self.priceList = priceList
        self.isActive = isActive
        self.alias = alias
    }
}
