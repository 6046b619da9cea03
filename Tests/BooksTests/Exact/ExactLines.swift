@testable import Books
@testable import Replica

/// What lines are worth by the rules of `docs/goods.md` and `docs/money.md`, in exact fractions: a line is rounded once, a discount of all is
/// shared by amounts and its rest is the largest line's, tax is rounded once for a document and rate, and what is left of
/// a price that holds it is the largest line's.
struct ExactLines {
    struct Line {
        let item: ItemCode
        /// In the item's own units.
        let quantity: Rational
        /// Of one unit, or of as many as `per`; in major units.
        let price: Rational
        let per: Rational
        /// 13 % is 13/100.
        let rate: Rational
        let isTaxIncluded: Bool
        var discount: Discount?
    }

    enum Discount {
        case part(Rational)
        /// Minor units.
        case amount(Int128)

        func off(_ amount: Int128) -> Int128 {
            switch self {
            case .part(let part): (Rational(amount) * part).rounded
            case .amount(let off): off
            }
        }
    }

    /// Minor units, of each line, without tax.
    private(set) var nets: [Int128]
    /// By rate.
    private(set) var taxes: [Int128] = []
    var tax: Int128 { taxes.reduce(0, +) }
    var total: Int128 { nets.reduce(tax, +) }

    /// A line before any discount.
    static func gross(_ line: Line, scale: Int) -> Int128 {
        (line.price * line.quantity / line.per * Rational(Rational.ten(scale))).rounded
    }

    init(_ lines: [Line], discount: Discount? = nil, scale: Int) {
        var amounts = lines.map { line in
            let gross = Self.gross(line, scale: scale)
            return gross - (line.discount?.off(gross) ?? 0)
        }
        if let discount { Self.share(discount.off(amounts.reduce(0, +)), over: &amounts) }
        var groups: [(rate: Rational, isIncluded: Bool, places: [Int])] = []
        for (place, line) in lines.enumerated() {
            let known = groups.firstIndex {
                $0.rate == line.rate && $0.isIncluded == line.isTaxIncluded
            }
            if let known {
                groups[known].places.append(place)
            } else {
                groups.append((line.rate, line.isTaxIncluded, [place]))
            }
        }
        nets = amounts
        for group in groups where group.rate > Rational(0) {
            let sum = group.places.reduce(Int128(0)) { $0 + amounts[$1] }
            guard group.isIncluded else {
                taxes.append((Rational(sum) * group.rate).rounded)
                continue
            }
            let whole = Rational(1) + group.rate
            taxes.append((Rational(sum) * group.rate / whole).rounded)
            for place in group.places { nets[place] = (Rational(amounts[place]) / whole).rounded }
            let rest =
                sum - taxes[taxes.count - 1] - group.places.reduce(Int128(0)) { $0 + nets[$1] }
            nets[Self.largest(amounts, group.places)] += rest
        }
    }

    private static func share(_ whole: Int128, over amounts: inout [Int128]) {
        let sum = amounts.reduce(0, +)
        guard sum > 0, whole > 0 else { return }
        let shares = amounts.map { (Rational(whole) * Rational($0, sum)).rounded }
        let largest = largest(amounts, Array(amounts.indices))
        for place in amounts.indices { amounts[place] -= shares[place] }
        amounts[largest] -= whole - shares.reduce(0, +)
    }

    /// The first of the greatest.
    private static func largest(_ amounts: [Int128], _ places: [Int]) -> Int {
        places.first { place in places.allSatisfy { amounts[$0] <= amounts[place] } } ?? places[0]
    }
}
