package import Replica

/// What came of a purchase order, held against what it says: quantity and price, receipt by receipt, in the order's currency.
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
        /// What they were put on the books for, minor units of the order's currency; none of what was received where no money is
        /// booked, or in another currency.
        package let values: [ItemCode: Int128]
        /// How far shares of an amount of another currency may be off, since goods are worth the book's own.
        let roundings: Int128

        /// - Parameters:
        ///   - transactions: those of the receipt itself.
        ///   - returns: those of what went back of it and stands.
        ///   - figures: the order's.
        ///   - own: the book's own currency.
        package init?(
            _ number: DocumentNumber, _ transactions: [Transaction], returns: [Transaction],
            entered: HybridTime, in figures: CurrencyCode, own: CurrencyCode
        ) {
            guard number.kind == .goodsReceipt, let head = transactions.first?.document else {
                return nil
            }
            var (goods, worth): ([ItemCode: Int128], [ItemCode: Int128]) = ([:], [:])
            var owed: [CurrencyCode: Int128] = [:]
            for posting in transactions.flatMap(\.postings) {
                switch (posting.account.root, posting.commodity, posting.item) {
                case (.supplier, .item(let item), _):
                    goods[item, default: 0] -= Int128(posting.amount)
                case (.inventory, .currency(own), let item?),
                    (.variance, .currency(own), let item?):
                    worth[item, default: 0] += Int128(posting.amount)
                case (.payable, .currency(let code), _):
                    owed[code, default: 0] -= Int128(posting.amount)
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
            let foreign = owed.filter { $0.key != own && $0.value != 0 }
            if figures == own {
                values = foreign.isEmpty ? worth : [:]
                roundings = 0
            } else {
                (values, roundings) = Self.shares(of: foreign[figures] ?? 0, by: worth)
            }
        }

        /// What goods came for in another currency, by what they are worth in the book's own, and how far that may be off.
        private static func shares(
            of amount: Int128, by worth: [ItemCode: Int128]
        ) -> ([ItemCode: Int128], Int128) {
            let sum = worth.values.reduce(0, +)
            guard amount > 0, sum > 0, worth.values.allSatisfy({ $0 >= 0 }) else {
                return ([:], 0)
            }
            var shares = Shares(of: amount, in: sum)
            var values: [ItemCode: Int128] = [:]
            for (item, part) in worth.sorted(by: { $0.key < $1.key }) {
                guard let share = try? shares.next(part) else { return ([:], 0) }
                values[item] = Int128(share)
            }
            // Each was rounded to a minor unit of the book's own, and the largest took what that left.
            let units = amount.multipliedReportingOverflow(by: Int128(worth.count))
            return (values, units.overflow ? amount : units.partialValue / sum + 1)
        }

        /// What all of it was put on the books for.
        package var worth: Int128 { values.values.reduce(0, +) }
    }

    /// An item that came at another price than was ordered.
    package struct Price: Sendable {
        package let receipt: Receipt
        /// Nil where all goods of the receipt together did, and none of them by itself.
        package let item: ItemCode?
        package let booked: Int128
        package let agreed: Int128
    }

    /// In the order in which they were entered: so lines were taken up by them.
    package let receipts: [Receipt]
    /// Beyond the tolerance, in the order of receipts and items.
    package private(set) var prices: [Price] = []
    /// What all units of an item that came are worth at the order's prices, by receipt; no item where a price is not known here.
    private var agreed: [DocumentNumber: [ItemCode: Int128]] = [:]

    /// A minor unit more or less is how parts of a line are rounded.
    private static let rounding: Int128 = 1

    package init(_ order: Order, _ receipts: [Receipt], tolerance: Int64, _ ledger: Ledger) {
        self.receipts = receipts.sorted { ($0.entered, $0.number) < ($1.entered, $1.number) }
        var left = order
        left.fulfilled = [:]
        for receipt in self.receipts {
            var sums: (booked: Int128, agreed: Int128)? = (0, 0)
            var isTold = false
            for (item, quantity) in receipt.goods.sorted(by: { $0.key < $1.key }) {
                guard let units = Int64(exactly: quantity),
                    let worth = try? left.take(units, of: item, ledger)
                else {
                    sums = nil
                    continue
                }
                let agreed = Int128(worth)
                self.agreed[receipt.number, default: [:]][item] = agreed
                // Who may book no money received it: no price was said.
                guard let booked = receipt.values[item] else {
                    sums = nil
                    continue
                }
                sums = sums.map { ($0.booked + booked, $0.agreed + agreed) }
                let difference = booked - agreed
                if !Self.isWithin(difference, tolerance, of: agreed),
                    abs(difference) > receipt.roundings
                {
                    isTold = true
                    prices.append(
                        Price(receipt: receipt, item: item, booked: booked, agreed: agreed))
                }
            }
            // What is owed is exact, where shares of it are not.
            guard receipt.roundings > 0, !isTold, let sums,
                !Self.isWithin(sums.booked - sums.agreed, tolerance, of: sums.agreed),
                abs(sums.booked - sums.agreed) > Int128(receipt.goods.count)
            else { continue }
            prices.append(
                Price(receipt: receipt, item: nil, booked: sums.booked, agreed: sums.agreed))
        }
    }

    /// What of a receipt of this order these invoices are for is worth at the order's prices, as far as it has not gone back:
    /// all of it, or so many units of some items, of which no more than came count. Nil where a price is not known here.
    package func worth(
        of receipt: Receipt, on invoices: [Invoice]
    ) -> Int128? {
        Self.worth(of: receipt, at: agreed[receipt.number] ?? [:], on: invoices)
    }

    /// The same at what it was put on the books for, of a receipt of another order, or of none.
    package static func booked(of receipt: Receipt, on invoices: [Invoice]) -> Int128? {
        worth(of: receipt, at: receipt.values, on: invoices)
    }

    private static func worth(
        of receipt: Receipt, at prices: [ItemCode: Int128], on invoices: [Invoice]
    ) -> Int128? {
        let own = invoices.filter { $0.documents.contains(receipt.number) }
        let isWhole = own.contains { $0.isWhole(of: receipt.number) }
        var named: [ItemCode: Int128] = [:]
        for part in own.lazy.flatMap(\.parts) where part.receipt == receipt.number {
            named[part.item, default: 0] += Int128(part.units)
        }
        var sum = Int128(0)
        for (item, came) in receipt.goods {
            guard isWhole || named[item] != nil else { continue }
            guard let price = prices[item] else { return nil }
            let left = came - min(max(receipt.back[item] ?? 0, 0), came)
            let units = isWhole ? left : min(named[item] ?? 0, left)
            // A part's share in favour of who asks for it.
            let (product, over) = price.multipliedReportingOverflow(by: units)
            guard !over, came > 0 else { return nil }
            let (quotient, rest) = product.quotientAndRemainder(dividingBy: came)
            sum += rest > 0 ? quotient + 1 : quotient
        }
        return sum
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
