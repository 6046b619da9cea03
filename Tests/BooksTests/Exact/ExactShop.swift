@testable import Books
@testable import Replica
@testable import Sodium

/// A shop with random items, and random documents of it: of each the command, and what it has to come to.
struct ExactShop {
    let branch: BranchCode
    let ledger: Ledger
    let planner: Planner
    private(set) var book: MemoryBook
    private var random: SeededRandom
    private let codes: [ItemCode]
    private static let rates = ["0", "13", "9", "6", "1", "19", "7.7", "5.5", "20", "0.0333"]

    init(seed: UInt64) throws {
        random = SeededRandom(seed: seed)
        guard let branch = BranchCode("HZ"), let currency = CurrencyCode("CNY"),
            let today = Day("2026-11-24")
        else { throw Refusal(.fault, "no shop") }
        self.branch = branch
        let scale = [0, 2, 2, 2, 3, 4][Int(random.next() % 6)]
        ledger = Ledger(currency: currency, scale: scale)
        planner = Planner(
            branch: branch, ledger: ledger, grants: [.trade(branch), .money(branch)],
            today: today, person: "Lin")
        book = MemoryBook(branch: branch)
        codes = (0..<8).compactMap { ItemCode("I\($0)") }
        for code in codes { book.items[code] = item(code) }
        if below(3) == 0 {
            let list = PriceList(name: "retail", isTaxIncluded: below(2) == 0)
            var prices: [ItemCode: [PriceList.Price]] = [:]
            for code in codes where below(3) > 0 {
                prices[code] = [
                    .init(
                        pack: "", from: Day(number: 20_000), millionths: price(), isContested: false
                    )
                ]
                if below(2) == 0, book.items[code]?.packs["box"] != nil {
                    prices[code]?.append(
                        .init(
                            pack: "box", from: Day(number: 20_000), millionths: price(),
                            isContested: false))
                }
            }
            book.lists["retail"] = (list, prices)
            book.branchList = "retail"
        }
    }

    private mutating func below(_ count: UInt64) -> Int { Int(random.next() % count) }

    /// Millionths, with up to six places, or up to two.
    private mutating func price() -> Int64 {
        let places = below(7)
        return Int64(1 + random.next() % 2_000_000) * Int64(Rational.ten(6 - places))
            / [1, 1, 10, 1_000][below(4)]
    }

    private mutating func item(_ code: ItemCode) -> ItemFacts {
        let scale = below(4)
        var packs: [String: Pack] = [:]
        if below(2) == 0 {
            packs["box"] = Pack(
                quantity: Int64(2 + below(23)) * Int64(Rational.ten(scale)),
                priceMillionths: below(2) == 0 ? price() : nil)
        }
        return ItemFacts(
            code: code, name: code.text, scale: scale, priceMillionths: price(), packs: packs,
            taxMillionths: (Rational(Self.rates[below(10)]) * Rational(10_000)).rounded
                .asInt64, isService: below(8) == 0)
    }

    // MARK: Lines

    struct Made {
        var typed: Line
        var exact: ExactLines.Line
        /// Base units.
        let quantity: Int64
        let facts: ItemFacts
    }

    /// - Parameter onlyGoods: what has a shelf.
    mutating func line(_ code: ItemCode, withDiscount: Bool) -> Made? {
        guard let facts = book.items[code] else { return nil }
        let one = Int64(Rational.ten(facts.scale))
        let pack = below(3) == 0 ? facts.packs["box"] : nil
        let count = Int64(1 + random.next() % 400)
        let (text, quantity): (String, Int64) =
            if let pack {
                ("\(count) box", count * pack.quantity)
            } else {
                (Amount.text(count, scale: facts.scale), count)
            }
        let own = below(2) == 0 ? price() : nil
        var (unit, per, isIncluded) = unitPrice(facts, pack, one)
        let isTyped = below(3) == 0
        if let own { (unit, per) = (own, pack?.quantity ?? one) }
        if own != nil || book.branchList == nil || isFromItem(facts) { isIncluded = isTyped }
        let rate = below(2) == 0 ? Self.rates[below(10)] : nil
        var typed = Line(
            item: code.text, quantity: text, price: own.map { Amount.text($0, scale: 6) },
            tax: rate, isTaxIncluded: isTyped)
        var exact = ExactLines.Line(
            item: code, quantity: Rational(Int128(quantity), Int128(one)),
            price: Rational(Int128(unit), 1_000_000), per: Rational(Int128(per), Int128(one)),
            rate: rate.map { Rational($0) / Rational(100) }
                ?? Rational(Int128(facts.taxMillionths), 1_000_000),
            isTaxIncluded: isIncluded)
        if withDiscount, below(3) == 0 {
            let gross = ExactLines.gross(exact, scale: ledger.scale)
            (typed.discount, exact.discount) = discount(upTo: gross)
        }
        return Made(typed: typed, exact: exact, quantity: quantity, facts: facts)
    }

    /// Has the list no price that the line could take?
    private func isFromItem(_ facts: ItemFacts) -> Bool {
        book.lists["retail"]?.prices[facts.code] == nil
    }

    /// By the list, or else by the item: its pack's own price, or that of one unit.
    private func unitPrice(
        _ facts: ItemFacts, _ pack: Pack?, _ one: Int64
    ) -> (unit: Int64, per: Int64, isIncluded: Bool) {
        let listed = book.lists["retail"]
        let prices = listed?.prices[facts.code] ?? []
        if let pack, let price = prices.first(where: { $0.pack == "box" })?.millionths {
            return (price, pack.quantity, listed?.list.isTaxIncluded ?? false)
        }
        if let price = prices.first(where: { $0.pack.isEmpty })?.millionths {
            return (price, one, listed?.list.isTaxIncluded ?? false)
        }
        if let pack, let price = pack.priceMillionths { return (price, pack.quantity, false) }
        return (facts.priceMillionths ?? 0, one, false)
    }

    private mutating func discount(upTo amount: Int128) -> (String, ExactLines.Discount) {
        if below(2) == 0 {
            let percent = Amount.text(Int64(random.next() % 1_000_001), scale: 4)
            return ("\(percent)%", .part(Rational(percent) / Rational(100)))
        }
        let off = amount == 0 ? 0 : Int128(random.next()) % (amount + 1)
        return (Amount.text(off, scale: ledger.scale), .amount(off))
    }

    /// At least one of goods.
    mutating func lines(withDiscount: Bool) -> [Made] {
        var made: [Made] = []
        for _ in 0..<(1 + below(7)) {
            // Twice the same: which of the greatest has the rest is a rule as well.
            if let last = made.last, below(4) == 0 {
                made.append(last)
                continue
            }
            if let line = line(codes[below(8)], withDiscount: withDiscount) { made.append(line) }
        }
        let goods = codes.first { book.items[$0]?.isService == false }
        if !made.contains(where: { !$0.facts.isService }), let goods,
            let line = line(goods, withDiscount: withDiscount)
        {
            made.append(line)
        }
        return made.contains { !$0.facts.isService } ? made : []
    }

    /// What is taken off all of a document.
    mutating func documentDiscount(_ made: [Made]) -> (String, ExactLines.Discount)? {
        guard below(3) == 0 else { return nil }
        let sum = made.reduce(Int128(0)) { sum, line in
            let gross = ExactLines.gross(line.exact, scale: ledger.scale)
            return sum + gross - (line.exact.discount?.off(gross) ?? 0)
        }
        return discount(upTo: sum)
    }

    mutating func chance(_ of: UInt64) -> Bool { below(of) == 0 }
    mutating func part(of count: Int64) -> Int64 { 1 + Int64(random.next() % UInt64(count)) }

    mutating func plan(_ command: Command) throws -> Draft {
        let draft = try planner.plan(command, book)
        book.add(draft)
        return draft
    }
}

extension Int128 {
    /// Of a figure that fits.
    fileprivate var asInt64: Int64 { Int64(self) }
}
