/// What a document is; its letter stands in its number.
package enum DocumentKind: UInt8, CaseIterable, Sendable {
    case sale = 1
    case customerReturn = 2
    case goodsReceipt = 3
    case shipment = 4
    case arrival = 5
    case writeOff = 6
    case found = 7
    case revaluation = 8
    case payment = 9
    case journal = 10
    case reversal = 11
    /// A keeper's automatic statement about another document; it has no number.
    case statement = 12
    /// Goods that go back to their supplier.
    case supplierReturn = 13
    /// A stocktake.
    case count = 14
    /// Goods that go from one location of a branch to another.
    case move = 15
    /// Items of which another item was made.
    case repack = 16
    /// Goods ordered from a supplier; a fold over events, as the next two are.
    case purchaseOrder = 17
    /// Goods that a customer ordered, or was offered.
    case salesOrder = 18
    /// Goods that a branch asks another one for.
    case transferRequest = 19
    /// Rights on goods of a branch that another one may sell: given, asked back, given back.
    case quota = 20
    /// Drawers of a till, counted.
    case tillShift = 21
    /// A branch's books up to a day, closed: what the cost fold derived, frozen.
    case close = 22
    /// An invoice: a supplier's, or the tax invoice of own sales.
    case invoice = 23
    /// What settles what on a party's account; it posts nothing.
    case match = 24
    /// Work that somebody has to do.
    case task = 25
    /// What people are told, and say that they have read.
    case notice = 26

    package var letter: String {
        switch self {
        case .sale: "S"
        case .customerReturn: "R"
        case .goodsReceipt: "G"
        case .shipment: "T"
        case .arrival: "A"
        case .writeOff: "W"
        case .found: "F"
        case .revaluation: "V"
        case .payment: "P"
        case .journal: "J"
        case .reversal: "X"
        case .statement: "K"
        case .supplierReturn: "B"
        case .count: "C"
        case .move: "M"
        case .repack: "U"
        case .purchaseOrder: "O"
        case .salesOrder: "D"
        case .transferRequest: "Q"
        case .quota: "Y"
        case .tillShift: "H"
        case .close: "E"
        case .invoice: "I"
        case .match: "N"
        case .task: "L"
        case .notice: "Z"
        }
    }

    /// As people say it.
    package var word: String {
        switch self {
        case .sale: "sale"
        case .customerReturn: "return"
        case .goodsReceipt: "receipt"
        case .shipment: "shipment"
        case .arrival: "arrival"
        case .writeOff: "write-off"
        case .found: "find"
        case .revaluation: "revaluation"
        case .payment: "payment"
        case .journal: "journal entry"
        case .reversal: "reversal"
        case .statement: "statement"
        case .supplierReturn: "return to supplier"
        case .count: "stocktake"
        case .move: "move"
        case .repack: "repack"
        case .purchaseOrder: "purchase order"
        case .salesOrder: "sales order"
        case .transferRequest: "request"
        case .quota: "quota"
        case .tillShift: "till shift"
        case .close: "close"
        case .invoice: "invoice"
        case .match: "match"
        case .task: "task"
        case .notice: "notice"
        }
    }

    package init?(letter: some StringProtocol) {
        guard let kind = Self.allCases.first(where: { $0.letter == letter }) else { return nil }
        self = kind
    }
}

/// A node's letters for its documents, given by the roster: branch and one to three small letters.
package struct Series: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let branch: BranchCode
    package let letters: String

    package init?(branch: BranchCode, letters: some StringProtocol) {
        guard (1...3).contains(letters.utf8.count),
            letters.utf8.allSatisfy({ (0x61...0x7a).contains($0) })
        else { return nil }
        self.branch = branch
        self.letters = String(letters)
    }

    package init?(_ text: some StringProtocol) {
        let capitals = text.prefix { !("a"..."z").contains($0) }
        guard let branch = BranchCode(capitals) else { return nil }
        self.init(branch: branch, letters: text.dropFirst(capitals.count))
    }

    package static func < (a: Self, b: Self) -> Bool { a.description < b.description }
    package var description: String { branch.text + letters }
}

/// `HZa-S-2026-000123`: gapless per series, kind and year of writing.
package struct DocumentNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let series: Series
    package let kind: DocumentKind
    package let year: UInt16
    package let running: UInt64

    /// Of the longest one.
    package static let charactersMax = 40

    package init(series: Series, kind: DocumentKind, year: UInt16, running: UInt64) {
        self.series = series
        self.kind = kind
        self.year = year
        self.running = running
    }

    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, let series = Series(parts[0]),
            let kind = DocumentKind(letter: parts[1]), parts[2].utf8.count == 4,
            let year = UInt16(parts[2]), let running = UInt64(parts[3]), running > 0
        else { return nil }
        self.init(series: series, kind: kind, year: year, running: running)
        guard description == text else { return nil }
    }

    package static func < (a: Self, b: Self) -> Bool {
        (a.series, a.kind.rawValue, a.year, a.running)
            < (b.series, b.kind.rawValue, b.year, b.running)
    }

    package var description: String {
        "\(series)-\(kind.letter)-\(padded(year, 4))-\(padded(running, 6))"
    }
}

/// What one document says about another.
package struct DocumentLink: Hashable, Sendable {
    package enum Relation: UInt8, CaseIterable, Sendable {
        case reverses = 1
        /// Goods of a sale or of a receipt that went back.
        case returns = 2
        /// An arrival of a shipment.
        case receives = 3
        /// A statement of value about a shipment or an arrival.
        case values = 4
        /// A price difference, freight or revaluation about an earlier receipt.
        case adjusts = 5
        case settles = 6
        /// Goods of an order that came or went.
        case fulfils = 7
        /// Goods that are kept for an order, or free again.
        case reserves = 8
    }

    package let relation: Relation
    package let target: DocumentNumber

    package init(_ relation: Relation, _ target: DocumentNumber) {
        self.relation = relation
        self.target = target
    }
}

/// The head of a document, repeated in each of its parts.
package struct DocumentHeader: Hashable, Sendable {
    package let kind: DocumentKind
    /// Nil only for a statement.
    package let number: DocumentNumber?
    package let effectiveDate: Day
    /// The person who acted, as the node knows them.
    package let person: String
    /// Customer or supplier.
    package let party: String?
    package let link: DocumentLink?
    package let memo: String?
    /// Where the document came from: (source, key), such as a file's invoice number.
    package let external: ExternalReference?

    package init(
        kind: DocumentKind, number: DocumentNumber?, effectiveDate: Day, person: String,
        party: String? = nil, link: DocumentLink? = nil, memo: String? = nil,
        external: ExternalReference? = nil
    ) {
        self.kind = kind
        self.number = number
        self.effectiveDate = effectiveDate
        self.person = person
        self.party = party
        self.link = link
        self.memo = memo
        self.external = external
    }

    /// The stocktake whose difference this document moves: its own, a correction of it, its reversal.
    package var count: DocumentNumber? {
        switch (kind, link?.relation) {
        case (.count, _): number
        case (.statement, .adjusts), (.reversal, .reverses):
            link.flatMap { $0.target.kind == .count ? $0.target : nil }
        default: nil
        }
    }

    /// The period's close that it is, or takes back. What it posts to inventory is no cost input.
    package var close: DocumentNumber? {
        if kind == .close { return number }
        return link.flatMap {
            $0.relation == .reverses && $0.target.kind == .close ? $0.target : nil
        }
    }

    package static let personBytesMax = 64
    package static let partyBytesMax = 100
    package static let memoBytesMax = 1_000
}

/// The lines `first...last` of a document of another system; what makes an import repeatable.
package struct ExternalReference: Hashable, Sendable {
    package let source: String
    package let key: String
    package let first: UInt32
    package let last: UInt32

    package init(source: String, key: String, first: UInt32, last: UInt32) {
        self.source = source
        self.key = key
        self.first = first
        self.last = last
    }

    package static let bytesMax = 64
}
