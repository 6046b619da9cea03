package import Replica

/// Lines of a bank's statement held against what is booked on its account.
package struct BankMatching: Sendable {
    /// A document on the bank's account.
    package struct Booked: Hashable, Sendable {
        package let number: DocumentNumber
        package let day: Day
        package let amount: Int128
        /// The line that it was booked from, where it was.
        package let key: String?

        package init(number: DocumentNumber, day: Day, amount: Int128, key: String?) {
            self.number = number
            self.day = day
            self.amount = amount
            self.key = key
        }

        /// Of whatever amount: a document is of its line's day.
        fileprivate func isBooked(from line: BankLine) -> Bool {
            key == line.key && day == line.day
        }
    }

    /// Days that a line and a document may be apart.
    package static let daysMax: Int32 = 7

    package private(set) var pairs: [(line: BankLine, document: Booked?)] = []
    package private(set) var unpaired: [Booked] = []
    /// What was booked from a line that somebody struck beside it.
    package private(set) var booked: [(struck: BankLine, document: Booked)] = []

    /// What was booked from a line belongs to it; then equal amounts, those that are nearest in time first.
    ///
    /// Law: a function of the two sets.
    package init(_ lines: [BankLine], _ booked: [Booked], struck: [BankLine] = []) {
        let lines = lines.sorted { ($0.day, $0.key) < ($1.day, $1.key) }
        var open: [Int128: [Booked]] = [:]
        for document in booked.sorted(by: { ($0.day, $0.number) < ($1.day, $1.number) }) {
            open[document.amount, default: []].append(document)
        }
        func distance(_ line: BankLine, _ document: Booked) -> Int32 {
            abs(line.day.number &- document.day.number)
        }
        var found = [Booked?](repeating: nil, count: lines.count)
        for round in [true, false] {
            for (place, line) in lines.enumerated() where found[place] == nil {
                let amount = Int128(line.amount)
                let candidates = (open[amount] ?? []).indices.filter { index in
                    guard let document = open[amount]?[index] else { return false }
                    return round
                        ? document.isBooked(from: line)
                        : document.key == nil && distance(line, document) <= Self.daysMax
                }
                let best = candidates.min { a, b in
                    guard let a = open[amount]?[a], let b = open[amount]?[b] else { return false }
                    return distance(line, a) < distance(line, b)
                }
                if let best { found[place] = open[amount]?.remove(at: best) }
            }
        }
        pairs = zip(lines, found).map { ($0, $1) }
        unpaired = open.values.joined().sorted { ($0.day, $0.number) < ($1.day, $1.number) }
        self.booked = unpaired.compactMap { document in
            struck.first { document.isBooked(from: $0) }.map { ($0, document) }
        }
    }

    /// What is of some days.
    package func within(_ from: Day, _ to: Day) -> BankMatching {
        var some = self
        some.pairs.removeAll { !(from...to).contains($0.line.day) }
        some.unpaired.removeAll { !(from...to).contains($0.day) }
        some.booked.removeAll { !(from...to).contains($0.document.day) }
        return some
    }
}
