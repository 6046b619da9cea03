import Replica

/// Gathers the postings of one document, scope by scope, in groups that balance by themselves, and
/// cuts them into transactions of a size that fits an entry.
struct DocumentBuilder {
    let header: DocumentHeader
    private(set) var notices: [String] = []
    private var groups: [Scope: [[Posting]]] = [:]
    private var events: [Scope: [Event]] = [:]

    /// Postings in a transaction, so that its op fits an entry with room to spare.
    static let postingsMax = 400

    init(_ header: DocumentHeader) { self.header = header }

    /// Postings that sum to zero.
    mutating func add(_ scope: Scope, _ postings: [Posting]) {
        groups[scope, default: []].append(postings.filter { !$0.movesNothing })
    }

    /// `amount` from one account to another.
    mutating func move(
        _ scope: Scope, _ amount: Int64, of commodity: Commodity, from: Account, to: Account,
        taggedFrom: ItemCode? = nil, taggedTo: ItemCode? = nil
    ) throws {
        guard amount != .min else { throw BooksError.overflow }
        add(
            scope,
            [
                Posting(from, commodity, -amount, item: taggedFrom),
                Posting(to, commodity, amount, item: taggedTo),
            ])
    }

    /// What goes with the postings, behind them.
    mutating func append(_ event: Event, to scope: Scope) {
        events[scope, default: []].append(event)
    }

    /// What it moves on an account.
    func amount(of account: Account, _ commodity: Commodity) -> Int128 {
        groups.values.joined().joined().reduce(Int128(0)) {
            $1.account == account && $1.commodity == commodity ? $0 + Int128($1.amount) : $0
        }
    }

    mutating func note(_ text: String) { notices.append(text) }

    /// - Throws: `FactError` where a group does not balance or a sum does not fit, `Refusal` for a
    ///   document that posts nothing.
    func draft(references: [DocumentNumber] = [], total: Int64? = nil) throws -> Draft {
        var parts: [Draft.Part] = []
        for scope in Set(groups.keys).union(events.keys).sorted() {
            let ops = try operations(in: scope)
            if !ops.isEmpty { parts.append(Draft.Part(scope, ops)) }
        }
        guard !parts.isEmpty else {
            throw Refusal(.emptyDocument, "the document moves neither goods nor money")
        }
        var shown = notices
        if shown.count > Planner.noticesMax {
            let more = shown.count - Planner.noticesMax
            shown = Array(shown.prefix(Planner.noticesMax)) + ["… and \(more) more"]
        }
        return Draft(
            number: header.number, parts: parts, references: references, notices: shown,
            total: total)
    }

    /// What the document writes in one scope.
    func operations(in scope: Scope) throws -> [Operation] {
        var ops: [Operation] = []
        var postings: [Posting] = []
        for group in groups[scope] ?? [] where !group.isEmpty {
            if postings.count + group.count > Self.postingsMax, !postings.isEmpty {
                ops.append(.post(try Transaction(header, try Self.merged(postings))))
                postings = []
            }
            postings += group
        }
        if !postings.isEmpty {
            ops.append(.post(try Transaction(header, try Self.merged(postings))))
        }
        return ops + (events[scope] ?? []).map { .append($0) }
    }

    /// Money lines without a tag that go to one account become one; lines that name an item stay.
    private static func merged(_ postings: [Posting]) throws -> [Posting] {
        var merged: [Posting] = []
        var places: [Account: Int] = [:]
        for posting in postings {
            guard case .currency = posting.commodity, posting.item == nil, posting.base == nil
            else {
                merged.append(posting)
                continue
            }
            if let place = places[posting.account] {
                let (sum, over) = merged[place].amount.addingReportingOverflow(posting.amount)
                guard !over else { throw BooksError.overflow }
                merged[place] = Posting(posting.account, posting.commodity, sum)
            } else {
                places[posting.account] = merged.count
                merged.append(posting)
            }
        }
        let standing = merged.filter { !$0.movesNothing }
        return standing.isEmpty ? postings : standing
    }
}

extension Posting {
    /// Neither an amount, nor what one is carried at.
    fileprivate var movesNothing: Bool { amount == 0 && (base ?? 0) == 0 }
}
