package import Replica

/// What lines of a bank's statement that are not booked surely are: payments of what is open. What was proposed for one line
/// is not proposed for the next.
package struct BankProposals: Sendable {
    /// What a customer owes, or a supplier is owed.
    package struct Party: Sendable {
        package let side: MatchSide
        package let name: String
        /// Debts alone, in the order of days; none of whom only the name is known.
        package let items: [OpenItem]

        package init(side: MatchSide, name: String, items: [OpenItem]) {
            self.side = side
            self.name = name
            self.items = items
        }
    }

    package struct Proposal: Hashable, Sendable {
        package let side: MatchSide
        package let party: String
        package let settles: [DocumentNumber]
        package let why: Why
    }

    package enum Why: String, Sendable {
        /// Its text names documents.
        case reference
        /// It names a party, of whose documents one, or all, have the amount.
        case name
        /// One open document alone has its amount.
        case equal
    }

    /// An entry may be open on the accounts of several parties.
    private struct Place: Hashable {
        let side: MatchSide
        let party: String
        let number: DocumentNumber
    }

    private typealias Hit = (party: Party, item: OpenItem)

    private let open: [Party]
    private let names: DocumentNames
    private var used: Set<Place> = []

    package init(_ open: [Party], _ names: DocumentNames) {
        self.open = open
        self.names = names
    }

    /// Documents first, the party's name then; without either the amount alone. Nothing where two look alike, and nothing
    /// where a party is named and neither one of its documents nor all of them have the amount. Cost: a look at every open
    /// item of its side, and at the name of everybody known.
    package mutating func take(_ line: BankLine) -> Proposal? {
        let side: MatchSide = line.amount > 0 ? .receivable : .payable
        let amount = Int128(line.amount.magnitude)
        guard let (hits, why) = sure(side, amount, line.text), let party = hits.first?.party else {
            return nil
        }
        var rest = amount
        var settles: [DocumentNumber] = []
        for (_, item) in hits where rest > 0 && settles.count < Match.linesMax - 1 {
            rest -= min(rest, Int128(item.open.magnitude))
            settles.append(item.number)
            used.insert(Place(side: side, party: party.name, number: item.number))
        }
        return Proposal(side: side, party: party.name, settles: settles, why: why)
    }

    /// The one party that a text names.
    package func named(by line: BankLine) -> String? {
        let side: MatchSide = line.amount > 0 ? .receivable : .payable
        let those = named(side, in: line.text)
        return those.count == 1 ? those.first : nil
    }

    private func sure(
        _ side: MatchSide, _ amount: Int128, _ text: String
    ) -> (hits: [Hit], why: Why)? {
        let free: [Hit] = open.filter { $0.side == side }.flatMap { party in
            party.items.filter {
                !used.contains(Place(side: side, party: party.name, number: $0.number))
            }.map { (party, $0) }
        }
        func worth(_ hits: [Hit]) -> Int128 {
            hits.reduce(0) { $0 + Int128($1.item.open.magnitude) }
        }
        func parties(_ hits: [Hit]) -> Set<String> { Set(hits.map(\.party.name)) }
        let known = named(side, in: text)
        let equal = free.filter { Int128($0.item.open.magnitude) == amount }

        let numbered = free.filter { names.isNumbered($0.item, in: text) }
        if !numbered.isEmpty {
            if parties(numbered).count == 1 { return (numbered, .reference) }
            // One entry with debts of several parties: that of the party, or of the amount, that the line says.
            let some = numbered.filter { known.contains($0.party.name) }
            if parties(some).count == 1 { return (some, .reference) }
            let same = numbered.filter { Int128($0.item.open.magnitude) == amount }
            return known.isEmpty && same.count == 1 ? (same, .reference) : nil
        }
        let called = free.filter {
            (known.isEmpty || known.contains($0.party.name)) && names.isCalled($0.item, in: text)
        }
        // What others call it may be in a text by chance: its party is named beside it, or the amount is its own.
        if !called.isEmpty {
            return parties(called).count == 1 && (!known.isEmpty || worth(called) == amount)
                ? (called, .reference) : nil
        }
        guard !known.isEmpty else {
            return equal.count == 1 && !Self.namesDocument(text) ? (equal, .equal) : nil
        }
        guard known.count == 1 else { return nil }
        let all = free.filter { known.contains($0.party.name) }
        let same = equal.filter { known.contains($0.party.name) }
        if same.count == 1 { return (same, .name) }
        return same.isEmpty && worth(all) == amount ? (all, .name) : nil
    }

    /// Of two names of which the one is in the other the longer.
    private func named(_ side: MatchSide, in text: String) -> Set<String> {
        let all = open.filter { $0.side == side && Self.isNamed($0, in: text) }.map(\.name)
        return Set(all.filter { name in !all.contains { $0 != name && $0.names(name) } })
    }

    /// A number of the book's own of which nothing is open any more.
    private static func namesDocument(_ text: String) -> Bool {
        text.utf8.split {
            !(0x30...0x39 ~= $0 || 0x61...0x7a ~= ($0 | 0x20) || $0 == UInt8(ascii: "-"))
        }.contains { DocumentNumber(String(decoding: Array($0), as: UTF8.self)) != nil }
    }

    /// As a word of its own, and of more than two letters: a name is in many words by chance.
    private static func isNamed(_ party: Party, in text: String) -> Bool {
        party.name.utf8.count > 2 && text.names(party.name)
    }
}
