package import Replica

/// One document on a party's account, and what of it is not settled yet. Debits are above zero.
package struct OpenItem: Hashable, Sendable {
    package let number: DocumentNumber
    /// The document's own day.
    package let day: Day
    /// What it moved on the account, less what a reversal of it took back.
    package internal(set) var amount: Int128
    package internal(set) var open: Int128
    package let memo: String?
    /// What the document is called elsewhere.
    package let key: String?
    package let person: String

    /// One line of the account.
    package struct Line: Sendable {
        /// Nil for a keeper's statement.
        package let number: DocumentNumber?
        package let day: Day
        package let amount: Int128
        package let link: DocumentLink?
        package let memo: String?
        package let key: String?
        package let person: String

        /// Of two documents of one number the same one everywhere, in whatever order they came.
        fileprivate func isBefore(_ other: Line) -> Bool {
            guard day == other.day else { return day < other.day }
            func text(_ line: Line) -> [String] {
                [
                    line.link.map { "\($0.relation.rawValue) \($0.target)" } ?? "",
                    line.memo ?? "", line.key ?? "", line.person,
                ]
            }
            return text(self).lexicographicallyPrecedes(text(other))
        }

        package init(
            number: DocumentNumber?, day: Day, amount: Int128, link: DocumentLink? = nil,
            memo: String? = nil, key: String? = nil, person: String = ""
        ) {
            self.number = number
            self.day = day
            self.amount = amount
            self.link = link
            self.memo = memo
            self.key = key
            self.person = person
        }
    }
}

/// The items of one account, in the order of days and numbers; those that are settled as well.
package struct OpenItems: Sendable {
    package private(set) var items: [OpenItem] = []
    /// Matches that ask for more than is open: of two that were made beside each other the one with the higher number.
    package private(set) var unfit: [Match] = []
    private var places: [DocumentNumber: Int] = [:]

    /// A fold over what is on the account and who said what settles what.
    ///
    /// Law: a function of the two sets; the order in which they came changes nothing. A document and its reversal settle
    /// each other; then come the matches, in the order of their numbers; then what is left of a return settles what is left
    /// of its sale.
    package init(_ lines: [OpenItem.Line], _ matches: [Match]) {
        var sums: [DocumentNumber: Int128] = [:]
        var heads: [DocumentNumber: OpenItem.Line] = [:]
        for line in lines {
            // What has no number is about a document that has one.
            guard let number = line.number ?? line.link?.target else { continue }
            sums[number, default: 0] += line.amount
            if line.number != nil, heads[number].map({ line.isBefore($0) }) ?? true {
                heads[number] = line
            }
        }
        // A reversal's amount belongs to what it takes back, and so does that of a reversal of one that was too many.
        for (number, head) in heads.sorted(by: { $0.key < $1.key }) {
            var target = number
            var link = head.link
            var steps = 0
            while let next = link, next.relation == .reverses, let other = heads[next.target],
                steps < Self.stepsMax
            {
                (target, link, steps) = (next.target, other.link, steps + 1)
            }
            guard target != number else { continue }
            sums[target, default: 0] += sums.removeValue(forKey: number) ?? 0
        }
        for (number, amount) in sums {
            guard let head = heads[number] else { continue }
            items.append(
                OpenItem(
                    number: number, day: head.day, amount: amount, open: amount, memo: head.memo,
                    key: head.key, person: head.person))
        }
        items.sort { ($0.day, $0.number) < ($1.day, $1.number) }
        for (place, item) in items.enumerated() { places[item.number] = place }
        for match in matches.sorted(by: { $0.number < $1.number }) where match.stands {
            if fits(match) {
                for line in match.lines {
                    if let place = places[line.document] {
                        items[place].open -= Int128(line.amount)
                    }
                }
            } else {
                unfit.append(match)
            }
        }
        for place in items.indices {
            guard let link = heads[items[place].number]?.link, link.relation == .returns,
                let sale = places[link.target],
                items[sale].open.signum() == -items[place].open.signum()
            else { continue }
            let settled = min(items[sale].open.magnitude, items[place].open.magnitude)
            take(Int128(settled), at: sale)
            take(Int128(settled), at: place)
        }
    }

    /// Documents that take each other back in a chain: more than a few nobody writes.
    private static let stepsMax = 16

    package subscript(number: DocumentNumber) -> OpenItem? { places[number].map { items[$0] } }

    /// Towards zero.
    private mutating func take(_ amount: Int128, at place: Int) {
        items[place].open -= items[place].open < 0 ? -amount : amount
    }

    private func fits(_ match: Match) -> Bool {
        match.lines.allSatisfy { line in
            guard let item = self[line.document] else { return false }
            return item.open.signum() == line.amount.signum()
                && line.amount.magnitude <= item.open.magnitude
        }
    }

    /// What is owed where what was paid, and is matched with nothing, settles the oldest first: of each document that is
    /// left. `sign` is 1 for what customers owe, -1 for what is owed to suppliers.
    package func owed(_ sign: Int128) -> [(item: OpenItem, amount: Int128)] {
        var paid = items.reduce(Int128(0)) { $0 + max(-$1.open * sign, 0) }
        var left: [(item: OpenItem, amount: Int128)] = []
        for item in items where item.open * sign > 0 {
            let settled = min(paid, item.open * sign)
            paid -= settled
            let amount = item.open * sign - settled
            if amount > 0 { left.append((item, amount)) }
        }
        return left
    }
}
