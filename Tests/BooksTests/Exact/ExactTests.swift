import Foundation
import Testing

@testable import Books
@testable import Replica

/// Random documents through the planner, and every total, tax and line of them held against exact fractions.
///
/// Everyday about 5,000; `Scripts/exact` runs a million. A seed that fails is printed, and given again with
/// `BRANCHBOOK_EXACT_SEED`.
@Suite struct ExactTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let count = environment["BRANCHBOOK_EXACT"].flatMap { UInt64($0) } ?? 5_000
    private static let pieces: UInt64 = 4

    /// In pieces, which may run beside each other.
    @Test(arguments: 0..<pieces) func everyFigureIsExact(_ piece: UInt64) throws {
        if let seed = Self.environment["BRANCHBOOK_EXACT_SEED"].flatMap({ UInt64($0) }) {
            return piece == 0 ? try Self.check(seed) : ()
        }
        var seed = piece
        var documents = 0
        while seed < Self.count {
            do {
                documents += 1
                try Self.check(seed)
            } catch {
                Issue.record("BRANCHBOOK_EXACT_SEED=\(seed): \(error)")
                return
            }
            seed += Self.pieces
        }
        #expect(documents > 0 || Self.count < Self.pieces)
    }

    private struct Wrong: Error, CustomStringConvertible { let description: String }

    private static func check(_ seed: UInt64) throws {
        var shop = try ExactShop(seed: seed)
        switch seed % 5 {
        case 0: try receive(&shop)
        case 1: try giveBackByPrice(&shop)
        case 2: try exchange(&shop)
        default: try sellAndReturn(&shop)
        }
    }

    // MARK: Documents

    private static func sellAndReturn(_ shop: inout ExactShop) throws {
        let made = shop.lines(withDiscount: true)
        guard !made.isEmpty else { return }
        let (draft, exact) = try sell(&shop, made)
        guard let number = draft.number?.description else { throw Wrong(description: "no number") }
        // Goods come back in parts: together never more, and in the end exactly what was paid for them.
        var left: [ItemCode: Int64] = [:]
        for line in made where !line.facts.isService {
            left[line.facts.code, default: 0] += line.quantity
        }
        var (items, taxCredited) = (credits(made, exact), Int128(0))
        let isWhole = shop.chance(2)
        while let code = left.keys.sorted().first {
            let whole = left[code] ?? 0
            let quantity = shop.part(of: whole)
            left[code] = quantity == whole ? nil : whole - quantity
            guard let facts = shop.book.items[code] else { return }
            let back = try shop.plan(
                .giveBack(
                    Details(),
                    [Line(item: code.text, quantity: Amount.text(quantity, scale: facts.scale))],
                    sale: number, tender: "cash"))
            items[code]?.returned += Int128(quantity)
            let due = items[code]?.due ?? 0
            let net = due - (items[code]?.credited ?? 0)
            items[code]?.credited = due
            let nets = exact.nets.reduce(0, +)
            let credited = items.values.reduce(Int128(0)) { $0 + $1.credited }
            let taxDue = nets == 0 ? 0 : (Rational(exact.tax) * Rational(credited, nets)).rounded
            try expect(
                Figures(back), Figures(nets: [(code, -net)], tax: taxCredited - taxDue),
                "return of \(quantity) \(code)")
            taxCredited = taxDue
            if !isWhole, shop.chance(3) { return }
        }
        if made.allSatisfy({ !$0.facts.isService }), exact.nets.reduce(0, +) != 0 {
            try expect(taxCredited, exact.tax, "tax of all that came back")
            try expect(
                items.values.reduce(Int128(0)) { $0 + $1.credited }, exact.nets.reduce(0, +),
                "all that came back")
        }
    }

    /// Of one item on a sale: what was sold, and what of it came back.
    private struct Credit {
        var quantity = Int128(0)
        var net = Int128(0)
        var returned = Int128(0)
        var credited = Int128(0)
        var due: Int128 { (Rational(net) * Rational(returned, quantity)).rounded }
    }

    private static func credits(
        _ made: [ExactShop.Made], _ exact: ExactLines
    ) -> [ItemCode: Credit] {
        var credits: [ItemCode: Credit] = [:]
        for (line, net) in zip(made, exact.nets) where !line.facts.isService {
            credits[line.facts.code, default: Credit()].quantity += Int128(line.quantity)
            credits[line.facts.code, default: Credit()].net += net
        }
        return credits
    }

    private static func sell(
        _ shop: inout ExactShop, _ made: [ExactShop.Made]
    ) throws -> (Draft, ExactLines) {
        let off = shop.documentDiscount(made)
        let exact = ExactLines(made.map(\.exact), discount: off?.1, scale: shop.ledger.scale)
        var tender = "cash"
        if shop.chance(3), exact.total > 0 {
            let part = exact.total / Int128(shop.part(of: 4))
            tender = "card=\(Amount.text(part, scale: shop.ledger.scale)),cash"
        }
        let draft = try shop.plan(
            .sell(Details(discount: off?.0), made.map(\.typed), tender: tender))
        try expect(
            Figures(draft),
            Figures(nets: zip(made, exact.nets).map { ($0.facts.code, $1) }, tax: exact.tax),
            "sale")
        try expect(Int128(draft.total ?? 0), exact.total, "total")
        try checkLaws(made, exact, hasDiscount: off != nil, scale: shop.ledger.scale)
        try expect(goods(draft), goods(made), "goods")
        return (draft, exact)
    }

    /// What holds whatever the rules of rounding are: nothing is lost, and no figure is further from the exact one than rounding
    /// may bring it.
    private static func checkLaws(
        _ made: [ExactShop.Made], _ exact: ExactLines, hasDiscount: Bool, scale: Int
    ) throws {
        guard !hasDiscount, made.allSatisfy({ $0.exact.discount == nil }) else { return }
        let minor = Rational(Rational.ten(scale))
        let unrounded = made.reduce(Rational(0)) { sum, line in
            let worth = line.exact.price * line.exact.quantity / line.exact.per * minor
            return sum
                + (line.exact.isTaxIncluded ? worth : worth * (Rational(1) + line.exact.rate))
        }
        let off = unrounded - Rational(exact.total)
        let bound = Rational(Int128(made.count) * 11 + 1)
        guard off < bound, Rational(0) - bound < off else {
            throw Wrong(description: "the total \(exact.total) is \(off) away")
        }
    }

    private static func giveBackByPrice(_ shop: inout ExactShop) throws {
        let made = shop.lines(withDiscount: false)
        guard !made.isEmpty else { return }
        let exact = ExactLines(made.map(\.exact), scale: shop.ledger.scale)
        let draft = try shop.plan(
            .giveBack(Details(), made.map(\.typed), sale: nil, tender: "cash"))
        try expect(
            Figures(draft),
            Figures(nets: zip(made, exact.nets).map { ($0.facts.code, -$1) }, tax: -exact.tax),
            "return by price")
        try expect(Int128(draft.total ?? 0), exact.total, "total")
    }

    private static func exchange(_ shop: inout ExactShop) throws {
        let (back, new) = (shop.lines(withDiscount: false), shop.lines(withDiscount: true))
        guard !back.isEmpty, !new.isEmpty else { return }
        let off = shop.documentDiscount(new)
        let returned = ExactLines(back.map(\.exact), scale: shop.ledger.scale)
        let sold = ExactLines(new.map(\.exact), discount: off?.1, scale: shop.ledger.scale)
        let draft = try shop.plan(
            .exchange(
                Details(discount: off?.0), back.map(\.typed), sale: nil, for: new.map(\.typed),
                tender: "cash"))
        try expect(
            Figures(draft, of: .customerReturn),
            Figures(
                nets: zip(back, returned.nets).map { ($0.facts.code, -$1) }, tax: -returned.tax),
            "what came back")
        try expect(
            Figures(draft, of: .sale),
            Figures(nets: zip(new, sold.nets).map { ($0.facts.code, $1) }, tax: sold.tax),
            "what left for it")
        try expect(Int128(draft.total ?? 0), sold.total - returned.total, "difference")
    }

    private static func receive(_ shop: inout ExactShop) throws {
        let made = shop.lines(withDiscount: false).filter { !$0.facts.isService }
        guard !made.isEmpty else { return }
        // A price is a cost here: of a unit, or of a pack.
        let lines = made.map { line in
            let cost = Amount.text(
                (line.exact.price * Rational(1_000_000)).rounded, scale: 6)
            return Line(item: line.typed.item, quantity: line.typed.quantity, cost: cost)
        }
        let values = made.map { line in
            let per =
                line.typed.quantity.hasSuffix("box")
                ? Rational(
                    Int128(line.facts.packs["box"]?.quantity ?? 1), Rational.ten(line.facts.scale))
                : Rational(1)
            return
                (line.exact.price * line.exact.quantity / per
                * Rational(Rational.ten(shop.ledger.scale))).rounded
        }
        let draft = try shop.plan(.receive(Details(), lines, supplier: "ACME"))
        let booked = postings(draft).filter { $0.account.root == .inventory }
            .map { Int128($0.amount) }
        try expect(booked, values.filter { $0 != 0 }, "costs")
        try expect(Int128(draft.total ?? 0), values.reduce(0, +), "total of a receipt")
        try expect(
            postings(draft).reduce(Int128(0)) {
                $1.account.root == .payable ? $0 - Int128($1.amount) : $0
            }, values.reduce(0, +), "what is owed")
    }

    // MARK: What a draft says

    private static func postings(_ draft: Draft, of kind: DocumentKind? = nil) -> [Posting] {
        draft.parts.flatMap(\.ops).compactMap(\.transaction)
            .filter { kind == nil || $0.document.kind == kind }.flatMap(\.postings)
    }

    /// What left for customers, in base units.
    private static func goods(_ draft: Draft) -> [String: Int128] {
        postings(draft).reduce(into: [:]) { sums, posting in
            guard posting.account.root == .customer else { return }
            sums[posting.commodity.name, default: 0] += Int128(posting.amount)
        }
    }

    private static func goods(_ made: [ExactShop.Made]) -> [String: Int128] {
        made.reduce(into: [:]) { sums, line in
            guard !line.facts.isService else { return }
            sums[Commodity.item(line.facts.code).name, default: 0] += Int128(line.quantity)
        }
    }

    /// Money of a document: its lines in their order, its tax, and what the drawers had of it.
    private struct Figures: Equatable {
        let lines: [String]
        let tax: Int128
        let taken: Int128

        init(nets: [(item: ItemCode, net: Int128)], tax: Int128) {
            lines = nets.filter { $0.net != 0 }.map { "\($0.item) \($0.net)" }
            self.tax = tax
            taken = nets.reduce(tax) { $0 + $1.net }
        }

        init(_ draft: Draft, of kind: DocumentKind? = nil) {
            let postings = ExactTests.postings(draft, of: kind)
            func sum(_ root: Account.Root) -> Int128 {
                postings.reduce(0) { $1.account.root == root ? $0 + Int128($1.amount) : $0 }
            }
            lines = postings.filter { $0.account.root == .sales }.map {
                "\($0.item?.text ?? "") \(-Int128($0.amount))"
            }
            tax = -sum(.tax)
            taken = sum(.tender)
        }
    }

    private static func expect<T: Equatable>(_ found: T, _ exact: T, _ what: String) throws {
        guard found == exact else {
            throw Wrong(description: "\(what) is \(found), and exactly \(exact)")
        }
    }
}
