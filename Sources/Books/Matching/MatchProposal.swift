import Replica

/// Documents of an account that look as if they settled each other.
package struct MatchProposal: Hashable, Sendable {
    /// Why, the surest first.
    package enum How: String, Codable, CaseIterable, Sendable {
        /// What was paid names what was bought.
        case reference
        /// One and one of the same amount.
        case equal
        /// Some of the oldest together.
        case sum
        /// The oldest first, as far as it goes.
        case oldest
    }

    package let how: How
    package let lines: [Match.Line]

    /// Payments that are looked at, and documents that several of which may be one payment.
    private static let paymentsMax = 500
    private static let sumMax = 12

    /// What is not settled of an account, proposed. Each amount is proposed once; what is surer goes first.
    /// Cost: for each payment a look at every open item, and up to 4,096 sums.
    package static func all(
        _ items: OpenItems, _ side: MatchSide, _ names: DocumentNames = DocumentNames()
    ) -> [MatchProposal] {
        var pairing = Pairing(items, side, names)
        var found: [MatchProposal] = []
        for how in How.allCases {
            for place in pairing.payments.indices.prefix(paymentsMax)
            where pairing.payments[place].open > 0 {
                let parts: [(Int, Int128)]
                switch how {
                case .reference: parts = pairing.named(by: place)
                case .equal: parts = pairing.equal(to: place)
                case .sum: parts = pairing.sum(of: place)
                case .oldest: parts = pairing.oldest(for: place)
                }
                for lines in pairing.settle(parts, by: place) {
                    found.append(MatchProposal(how: how, lines: lines))
                }
            }
        }
        return found
    }

    /// Debts and payments with what is left of each, above zero.
    private struct Pairing {
        struct Side {
            let item: OpenItem
            var open: Int128
        }

        var debts: [Side] = []
        var payments: [Side] = []
        let sign: Int128
        let names: DocumentNames

        init(_ items: OpenItems, _ side: MatchSide, _ names: DocumentNames) {
            self.names = names
            sign = side.sign
            for item in items.items where item.open != 0 {
                let left = Side(item: item, open: Int128(item.open.magnitude))
                if item.open * sign > 0 { debts.append(left) } else { payments.append(left) }
            }
        }

        func named(by place: Int) -> [(Int, Int128)] {
            let payment = payments[place]
            let said = [payment.item.memo, payment.item.key].compactMap { $0 }
            guard !said.isEmpty else { return [] }
            return take(
                payment.open,
                debts.indices.filter { debt in
                    said.contains { names.isNamed(debts[debt].item, in: $0) }
                })
        }

        func equal(to place: Int) -> [(Int, Int128)] {
            debts.indices.first { debts[$0].open == payments[place].open }.map {
                [($0, debts[$0].open)]
            } ?? []
        }

        /// The first of the subsets of the oldest, those of few documents first.
        func sum(of place: Int) -> [(Int, Int128)] {
            let open = Array(debts.indices.filter { debts[$0].open > 0 }.prefix(sumMax))
            let wanted = payments[place].open
            var best: Int?
            for subset in 1..<(1 << open.count) where subset.nonzeroBitCount > 1 {
                guard best.map({ subset.nonzeroBitCount < $0.nonzeroBitCount }) ?? true else {
                    continue
                }
                let sum = open.indices.reduce(Int128(0)) {
                    subset >> $1 & 1 == 1 ? $0 + debts[open[$1]].open : $0
                }
                if sum == wanted { best = subset }
            }
            guard let best else { return [] }
            return open.indices.filter { best >> $0 & 1 == 1 }.map {
                (open[$0], debts[open[$0]].open)
            }
        }

        func oldest(for place: Int) -> [(Int, Int128)] {
            take(payments[place].open, Array(debts.indices))
        }

        private func take(_ amount: Int128, _ places: [Int]) -> [(Int, Int128)] {
            var rest = amount
            var taken: [(Int, Int128)] = []
            for place in places where rest > 0 && debts[place].open > 0 {
                let part = min(rest, debts[place].open)
                taken.append((place, part))
                rest -= part
            }
            return taken
        }

        /// The lines of as many matches as they need.
        mutating func settle(_ parts: [(Int, Int128)], by place: Int) -> [[Match.Line]] {
            var found: [[Match.Line]] = []
            var rest = parts[...]
            while !rest.isEmpty {
                var lines: [Match.Line] = []
                var sum = Int128(0)
                for (debt, amount) in rest.prefix(Match.linesMax - 1) {
                    guard let narrow = Int64(exactly: amount * sign) else { continue }
                    lines.append(Match.Line(debts[debt].item.number, narrow))
                    sum += amount
                    debts[debt].open -= amount
                }
                rest = rest.dropFirst(Match.linesMax - 1)
                guard !lines.isEmpty, let paid = Int64(exactly: -sum * sign) else { continue }
                payments[place].open -= sum
                found.append([Match.Line(payments[place].item.number, paid)] + lines)
            }
            return found
        }
    }
}

extension String {
    /// Is it in the text, and no part of a longer word? Only letters and digits of ASCII make words here: Chinese is
    /// written without blanks.
    package func names(_ word: String) -> Bool {
        let (text, word) = (Array(utf8), Array(word.utf8))
        guard let first = word.first, let last = word.last, text.count >= word.count else {
            return false
        }
        func isLetter(_ byte: UInt8) -> Bool {
            (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte)
        }
        func joins(_ place: Int, _ edge: UInt8) -> Bool {
            text.indices.contains(place) && isLetter(text[place]) && isLetter(edge)
        }
        return (0...(text.count - word.count)).contains { start in
            text[start..<start + word.count].elementsEqual(word)
                && !joins(start - 1, first) && !joins(start + word.count, last)
        }
    }
}
