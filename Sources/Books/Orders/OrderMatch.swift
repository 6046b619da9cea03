package import Replica

/// What came of a purchase order, held against what it says: quantity and price, receipt by receipt. Of an order in another
/// currency than the book's own the quantity alone.
package struct OrderMatch: Sendable {
    /// Goods of one receipt that stands.
    package struct Receipt: Sendable {
        package let number: DocumentNumber
        package let day: Day
        /// When it was entered, by its author's clock.
        package let entered: HybridTime
        package let person: String
        /// Base units; above zero.
        package let goods: [ItemCode: Int128]
        /// What went back of them.
        package let back: [ItemCode: Int128]
        /// What they were put on the books for, minor units; none of what was received where no money is booked.
        package let values: [ItemCode: Int128]

        /// - Parameters:
        ///   - transactions: those of the receipt itself.
        ///   - returns: those of what went back of it and stands.
        package init?(
            _ number: DocumentNumber, _ transactions: [Transaction], returns: [Transaction],
            entered: HybridTime, _ currency: CurrencyCode
        ) {
            guard number.kind == .goodsReceipt, let head = transactions.first?.document else {
                return nil
            }
            var (goods, values): ([ItemCode: Int128], [ItemCode: Int128]) = ([:], [:])
            for posting in transactions.flatMap(\.postings) {
                switch (posting.account.root, posting.commodity, posting.item) {
                case (.supplier, .item(let item), _):
                    goods[item, default: 0] -= Int128(posting.amount)
                case (.inventory, .currency(currency), let item?),
                    (.variance, .currency(currency), let item?):
                    values[item, default: 0] += Int128(posting.amount)
                default: break
                }
            }
            var back: [ItemCode: Int128] = [:]
            for posting in returns.flatMap(\.postings) {
                if case .item(let item) = posting.commodity, posting.account.root == .supplier {
                    back[item, default: 0] += Int128(posting.amount)
                }
            }
            self.number = number
            self.back = back
            self.entered = entered
            (day, person) = (head.effectiveDate, head.person)
            self.goods = goods.filter { $0.value > 0 }
            self.values = values
        }

        /// What all of it was put on the books for.
        package var worth: Int128 { values.values.reduce(0, +) }

        /// The same less what went back; nil where no money is booked for some of it.
        package var kept: Int128? {
            goods.keys.reduce(Int128?.some(0)) { sum, item in
                guard let sum, let value = values[item] else { return nil }
                return sum + kept(value, of: item)
            }
        }

        /// What is left of an amount for all units of an item where some went back.
        func kept(_ amount: Int128, of item: ItemCode) -> Int128 {
            guard let came = goods[item].flatMap({ Int64(exactly: $0) }), came > 0,
                let back = back[item].flatMap({ Int64(exactly: $0) }), back > 0,
                let amount = Int64(exactly: amount)
            else { return amount }
            return Int128(amount) - Int128(amount) * Int128(min(back, came)) / Int128(came)
        }
    }

    /// An item that came at another price than was ordered.
    package struct Price: Sendable {
        package let receipt: Receipt
        package let item: ItemCode
        package let booked: Int128
        package let agreed: Int128
    }

    /// In the order in which they were entered: so lines were taken up by them.
    package let receipts: [Receipt]
    /// Beyond the tolerance, in the order of receipts and items.
    package private(set) var prices: [Price] = []
    /// What is left of each receipt is worth at the order's prices; none where a price is not known here.
    package private(set) var agreed: [DocumentNumber: Int128] = [:]

    /// A minor unit more or less is how parts of a line are rounded.
    private static let rounding: Int128 = 1

    package init(_ order: Order, _ receipts: [Receipt], tolerance: Int64, _ ledger: Ledger) {
        self.receipts = receipts.sorted { ($0.entered, $0.number) < ($1.entered, $1.number) }
        // Prices of another currency and what goods were put on the books for are no figures of one kind.
        guard order.figures(ledger) == ledger else { return }
        var left = order
        left.fulfilled = [:]
        for receipt in self.receipts {
            var sum: Int128? = 0
            for (item, quantity) in receipt.goods.sorted(by: { $0.key < $1.key }) {
                guard let units = Int64(exactly: quantity),
                    let worth = try? left.take(units, of: item, ledger)
                else {
                    sum = nil
                    continue
                }
                let agreed = Int128(worth)
                sum = sum.map { $0 + receipt.kept(agreed, of: item) }
                // Who may book no money received it: no price was said.
                guard let booked = receipt.values[item] else { continue }
                if !Self.isWithin(booked - agreed, tolerance, of: agreed) {
                    prices.append(
                        Price(receipt: receipt, item: item, booked: booked, agreed: agreed))
                }
            }
            if let sum { agreed[receipt.number] = sum }
        }
    }

    /// - Parameter tolerance: millionths: 2 % is 20,000.
    package static func isWithin(
        _ difference: Int128, _ tolerance: Int64, of agreed: Int128
    ) -> Bool {
        let allowed = abs(agreed) * Int128(max(tolerance, 0)) / 1_000_000
        return abs(difference) <= max(allowed, rounding)
    }
}

/// How far a price may be from what was ordered before it is a difference: a register of the catalog.
package enum PriceTolerance {
    package static let entity = "order-match", attribute = "price-tolerance"
    package static let most: Int64 = 1_000_000

    /// Millionths; of two that were said beside each other the lesser.
    package static func read(_ values: [Value]) -> Int64 {
        values.compactMap(\.integer).filter { (0...most).contains($0) }.min() ?? 0
    }
}

extension Planner {
    /// Percent; nothing takes it away.
    func setTolerance(_ percent: String, _ view: some BookView) throws -> Draft {
        try requireCatalog()
        let value = try percent.isEmpty ? 0 : Amount.parse(percent, scale: 4)
        guard (0...PriceTolerance.most).contains(value) else {
            throw Refusal(
                .badNumber, "\(percent) is not 0 to 100 percent", next: "write it as in 2.5")
        }
        return Draft(
            number: nil,
            parts: [
                Draft.Part(
                    .catalog,
                    [
                        try set(
                            PriceTolerance.entity, PriceTolerance.attribute, .integer(value), view)
                    ])
            ])
    }
}
