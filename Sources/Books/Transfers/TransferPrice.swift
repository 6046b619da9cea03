package import Replica

/// At what goods go from one branch to another: a register of the catalog, `transfer-price/<from>/<to>`.
package enum TransferRule: Hashable, Sendable {
    case cost
    /// What they cost and a part of it, in millionths.
    case costAnd(Int64)
    /// The prices of a list, beside tax.
    case list(String)

    package static let attribute = "rule"
    /// A hundred times what it cost.
    package static let markupMax: Int64 = 99_000_000

    package static func entity(from: BranchCode, to: BranchCode) -> String {
        "transfer-price/\(from)/\(to)"
    }

    /// As a register has it.
    package var text: String {
        switch self {
        case .cost: "cost"
        case .costAnd(let millionths): "cost+\(millionths)"
        case .list(let name): "list:\(name)"
        }
    }

    package init?(_ text: String) {
        if text == "cost" {
            self = .cost
        } else if text.utf8.starts(with: "cost+".utf8) {
            guard let millionths = Int64(text.utf8.dropFirst(5).text),
                (0...Self.markupMax).contains(millionths)
            else { return nil }
            self = millionths == 0 ? .cost : .costAnd(millionths)
        } else if text.utf8.starts(with: "list:".utf8), text.utf8.count > 5 {
            self = .list(text.utf8.dropFirst(5).text)
        } else {
            return nil
        }
    }

    /// As a person writes it: `cost`, `cost+10%`, `list:wholesale`.
    package init(asked text: String) throws {
        let bytes = text.utf8
        guard bytes.starts(with: "cost+".utf8), bytes.last == UInt8(ascii: "%") else {
            guard let rule = Self(text), text.utf8.first != nil,
                !bytes.starts(with: "cost+".utf8)
            else {
                throw Refusal(
                    .badOption, "\(text) is no rule for the price of transfers",
                    next: "write cost, cost+10% or list:NAME")
            }
            self = rule
            return
        }
        let millionths = try Amount.parse(bytes.dropFirst(5).dropLast().text, scale: 4)
        guard (0...Self.markupMax).contains(millionths) else {
            throw Refusal(.badNumber, "\(text) is not between 0 and 9900 % more than cost")
        }
        self = millionths == 0 ? .cost : .costAnd(millionths)
    }

    package var shown: String {
        if case .costAnd(let millionths) = self {
            "cost+\(Amount.text(millionths, scale: 4))%"
        } else {
            text
        }
    }
}

/// What the receiver of a shipment is charged for one item of it: said with the shipment, so that no later rule changes
/// it. A field `#<item>` of the event `priced` of `transfer/<number>`.
package struct TransferPrice: Hashable, Sendable {
    package enum Basis: Hashable, Sendable {
        /// For all of the item on the shipment, beside tax: minor units.
        case value(Int64)
        /// What they cost and a part of it, in millionths.
        case costAnd(Int64)
    }

    package let basis: Basis
    /// Between legal entities: the rate of tax on it, in millionths.
    package let taxMillionths: Int64

    package init(_ basis: Basis, taxMillionths: Int64) {
        self.basis = basis
        self.taxMillionths = taxMillionths
    }

    package var text: String {
        switch basis {
        case .value(let value): "value \(value) \(taxMillionths)"
        case .costAnd(let part): "cost+ \(part) \(taxMillionths)"
        }
    }

    /// Nil for what a peer wrote that is no price.
    package init?(_ text: String) {
        let parts = text.utf8.split(separator: UInt8(ascii: " ")).map(\.text)
        guard parts.count == 3, let figure = Int64(parts[1]), let tax = Int64(parts[2]),
            (0...ItemFacts.taxMillionthsMax).contains(tax)
        else { return nil }
        switch parts[0] {
        case "value" where figure >= 0: basis = .value(figure)
        case "cost+" where (0...TransferRule.markupMax).contains(figure): basis = .costAnd(figure)
        default: return nil
        }
        taxMillionths = tax
    }

    /// Beside tax, of goods that cost so much.
    package func net(cost: Int128) throws(BooksError) -> Int64 {
        guard let cost = Int64(exactly: cost) else { throw .overflow }
        switch basis {
        case .value(let value): return value
        case .costAnd(let part):
            return try Amount.divide(
                Int128(cost) * Int128(1_000_000 + part), by: 1_000_000)
        }
    }

    /// The tax on so much.
    package func tax(on net: Int64) throws(BooksError) -> Int64 {
        try Amount.divide(Int128(net) * Int128(taxMillionths), by: 1_000_000)
    }

    /// The tax that is in so much. Law: of what `net` and `tax(on:)` make together it is that tax, to the cent.
    package func tax(in gross: Int64) throws(BooksError) -> Int64 {
        try Amount.divide(
            Int128(gross) * Int128(taxMillionths), by: Int128(1_000_000 + taxMillionths))
    }
}

extension TransferPrice {
    /// What the sender said of a shipment; of two words on one item the first, as it cannot be taken back.
    package static func prices(_ events: [Event]) -> [ItemCode: TransferPrice] {
        var prices: [ItemCode: TransferPrice] = [:]
        for event in events where event.kind == Event.pricingKind {
            for field in event.fields where field.name.utf8.first == UInt8(ascii: "#") {
                guard let item = ItemCode(field.name.utf8.dropFirst().text), prices[item] == nil,
                    let price = field.value.text.flatMap({ TransferPrice($0) })
                else { continue }
                prices[item] = price
            }
        }
        return prices
    }
}

extension Sequence<UInt8> {
    fileprivate var text: String { String(decoding: Array(self), as: UTF8.self) }
}
