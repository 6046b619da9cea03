package import Replica

/// One line of an order.
package struct OrderLine: Hashable, Sendable {
    package let item: ItemCode
    /// Base units.
    package let quantity: Int64
    /// The unit that it was ordered in; nil for base units.
    package let pack: String?
    /// Base units that the price is of.
    package let per: Int64
    /// Price or cost of `per` base units in millionths of the currency; nil where nobody said one, or
    /// where it stands in a scope that is not read here.
    package var millionths: Int64?
    /// The rate of tax that was agreed, in millionths; the item's own where nil.
    package var tax: Int64?

    package init(
        item: ItemCode, quantity: Int64, pack: String? = nil, per: Int64, millionths: Int64? = nil
    ) {
        self.item = item
        self.quantity = quantity
        self.pack = pack
        self.per = per
        self.millionths = millionths
    }

    /// As an event's field holds it. Neither an item's code nor a unit holds a control character.
    var text: String {
        [
            item.text, String(quantity), pack ?? "", String(per),
            millionths.map(String.init) ?? "",
        ].joined(separator: "\t")
    }

    init?(_ text: String) {
        let parts = text.split(separator: "\t", omittingEmptySubsequences: false)
        guard parts.count == 5, let item = ItemCode(parts[0]), let quantity = Int64(parts[1]),
            quantity > 0, let per = Int64(parts[3]), per > 0,
            parts[4].isEmpty || Int64(parts[4]) != nil
        else { return nil }
        self.init(
            item: item, quantity: quantity, pack: parts[2].isEmpty ? nil : String(parts[2]),
            per: per, millionths: Int64(parts[4]))
    }
}
