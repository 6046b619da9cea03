package import Replica

/// A list of sale prices. Each price holds from a day on, until the next one of the same item and unit: what
/// is asked is the price of a business day, so that no clock decides it.
package struct PriceList: Hashable, Sendable {
    package let name: String
    package let title: String?
    /// Do its prices hold the tax already?
    package let isTaxIncluded: Bool
    /// The branch that writes its prices; several where two made one list beside each other, and none of a list that
    /// anybody may write.
    package let owners: [BranchCode]

    package init(
        name: String, title: String? = nil, isTaxIncluded: Bool = false, owners: [BranchCode] = []
    ) {
        self.name = name
        self.owners = owners
        self.title = title
        self.isTaxIncluded = isTaxIncluded
    }

    /// One price: from a day on, of a pack or, where that is empty, of a base unit.
    package struct Price: Hashable, Comparable, Sendable {
        package let pack: String
        package let from: Day
        /// In millionths of the currency; nil where the item is not on the list from then on.
        package let millionths: Int64?
        /// Values that were written beside each other.
        package let isContested: Bool

        package static func < (a: Self, b: Self) -> Bool {
            (a.pack, a.from.number) < (b.pack, b.from.number)
        }
    }
}

/// How lists stand in registers of the catalog: `price-list/<list>`, `price/<list>/<item>` with an attribute for
/// each pack and day, and `branch-prices/<branch>`.
extension PriceList {
    package enum Attribute {
        package static let title = "title", taxIncluded = "tax-included", list = "list"
        package static let owner = "owner"
    }

    package static let prefix = "price-list/"

    package static func entity(_ list: String) -> String { prefix + list }

    package static func prices(_ list: String) -> String { "price/\(list)/" }

    package static func entity(_ list: String, _ item: ItemCode) -> String {
        prices(list) + item.text
    }

    /// What says which list a branch sells by.
    package static func entity(ofBranch branch: BranchCode) -> String { "branch-prices/\(branch)" }

    package static func attribute(pack: String, from day: Day) -> String { "\(day) \(pack)" }

    package init(name: String, values: [String: [Value]]) {
        self.init(
            name: name, title: values[Attribute.title]?.last?.text,
            isTaxIncluded: values[Attribute.taxIncluded]?.last?.integer == 1,
            owners: Set((values[Attribute.owner] ?? []).compactMap(\.text))
                .compactMap { BranchCode($0) }.sorted())
    }

    /// All prices of one item, by pack and day.
    package static func prices(_ values: [String: [Value]]) -> [Price] {
        values.compactMap { attribute, shown in
            guard let blank = attribute.firstIndex(of: " "), let day = Day(attribute[..<blank])
            else { return nil }
            return Price(
                pack: String(attribute[attribute.index(after: blank)...]), from: day,
                millionths: shown.last?.integer, isContested: Set(shown).count > 1)
        }.sorted()
    }

    /// The price of a day; nil where there is none.
    package static func price(_ prices: [Price], pack: String, on day: Day) -> Int64? {
        prices.last { $0.pack == pack && $0.from <= day }?.millionths
    }
}

package struct PriceListChange: Codable, Hashable, Sendable {
    package var name: String
    package var title: String?
    package var isTaxIncluded: Bool?
    /// The branch that writes it from now on; this one where the list is new.
    package var owner: String?
    package var prices: [Price]

    package struct Price: Codable, Hashable, Sendable {
        /// A code or barcode; with a pack behind it, `TEA/box`, the price of one of these.
        package var item: String
        /// Empty: the item is not on the list any more.
        package var price: String
        /// The first day; today where nil.
        package var from: String?

        package init(item: String, price: String, from: String? = nil) {
            self.item = item
            self.price = price
            self.from = from
        }
    }

    package init(
        name: String, title: String? = nil, isTaxIncluded: Bool? = nil, owner: String? = nil,
        prices: [Price] = []
    ) {
        self.name = name
        self.owner = owner
        self.title = title
        self.isTaxIncluded = isTaxIncluded
        self.prices = prices
    }
}
