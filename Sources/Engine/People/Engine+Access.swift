import Books
import Replica
import Store

/// Who asks, and whether they may. A node asks once anybody has a PIN or a token at it.
extension Engine {
    /// Does this node ask who acts?
    func asksWho() throws -> Bool {
        guard !options.isCopy else { return false }
        return try !store.settings(prefix: Secrets.pinPrefix, limit: 1).isEmpty
            || !store.settings(prefix: Secrets.tokenPrefix, limit: 1).isEmpty
    }

    /// The request itself, where who asks may ask it; sets the actor for as long as it is answered.
    func admitted(_ request: Request, at now: Instant) throws -> Request {
        guard try asksWho() else {
            if case .signed(_, let inner) = request { return try Self.single(inner) }
            return request
        }
        switch request {
        case .signed(let access, let inner):
            let inner = try Self.single(inner)
            let actor = try signedIn(access, at: now)
            try authorize(inner, actor, at: now)
            self.actor = actor
            return inner
        case .signIn, .query(.status), .resetAccess: return request
        default:
            throw Refusal(
                .notSignedIn, "this node asks who acts",
                next: "`branchbook sign-in NAME`, and set what it prints")
        }
    }

    /// Names within names make no sense.
    private static func single(_ request: Request) throws(Refusal) -> Request {
        if case .signed = request {
            throw Refusal(.badOption, "a request is in one person's name")
        }
        return request
    }

    private func authorize(_ request: Request, _ actor: Actor, at now: Instant) throws {
        switch request {
        case .perform(let command, _, _): try authorize(command, actor, at: now)
        case .performAll(let commands), .checkAll(let commands):
            for command in commands.prefix(Self.commandsMax) {
                try authorize(command, actor, at: now)
            }
        case .query(let query):
            try authorize(query, actor)
            if query.isPackage { note(.exported, query.name, by: actor.person, at: now) }
        case .record(let query):
            try authorize(query, actor)
            note(
                query.isPackage ? .exported : .printed, query.name, by: actor.person, at: now)
        case .export(let query, let isPart):
            try actor.require(.export, Right.export.verb)
            try authorize(query, actor)
            if query.isPackage || !isPart && !query.goesOn {
                note(.exported, query.name, by: actor.person, at: now)
            }
        // A copy is asked without anybody's name.
        case .lookBack(let query, _):
            try actor.require(.seeCost, Right.seeCost.verb)
            try authorize(query, actor)
            if query.isPackage { note(.exported, query.name, by: actor.person, at: now) }
        case .draftOrders(let details):
            try actor.require(.buy, Right.buy.verb)
            try authorize(details, actor, at: now)
        case .bookBank(let details, _):
            try actor.require(.book, Right.book.verb)
            try authorize(details, actor, at: now)
        case .invite, .addEntity, .withdrawInvitation, .revoke, .nameAdministrator,
            .removeAdministrator,
            .recover, .setOnline, .addPeer, .removePeer, .rebuild:
            try actor.require(.members, Right.members.verb)
        case .setPIN(let person, _):
            guard person != actor.person else {
                guard !actor.isByToken || actor.may(.people) else {
                    throw Refusal(
                        .notAllowed, "a token does not set a PIN",
                        next: "sign in with the old one, or ask an administrator")
                }
                break
            }
            try actor.require(.people, Right.people.verb)
        case .makeToken: try actor.require(.people, Right.people.verb)
        case .dropSecrets: try actor.require(.people, Right.people.verb)
        case .signIn, .verify, .join, .resetAccess, .signed: break
        }
    }

    /// A document is of who enters it, and of a day that is theirs to date.
    private func authorize(_ command: Command, _ actor: Actor, at now: Instant) throws {
        try actor.require(command.right, command.right?.verb ?? "")
        if let details = command.details { try authorize(details, actor, at: now) }
    }

    /// What the node itself makes of a request is of who asked, and of days that are theirs.
    func authorize(_ commands: [Command], at now: Instant) throws {
        guard let actor else { return }
        for command in commands { try authorize(command, actor, at: now) }
    }

    private func authorize(_ details: Details, _ actor: Actor, at now: Instant) throws {
        if let person = details.person, person != actor.person {
            throw Refusal(
                .notThisPerson, "\(actor.person) enters this, not \(person)",
                next: "leave --person out, or let \(person) sign in")
        }
        guard let bound = actor.daysBack, let text = details.date,
            let day = Day(text)
        else { return }
        let today = Day(now, utcOffsetMinutes: utcOffsetMinutes)
        guard Int64(today.number) - Int64(day.number) > Int64(bound) else { return }
        throw Refusal(
            .backDated, "\(actor.person) dates documents up to \(bound) days back, not to \(day)",
            next: "leave --date out, or ask a bookkeeper")
    }

    private func authorize(_ query: Query, _ actor: Actor) throws {
        // Keys and sealed entries are the books themselves.
        if case .handingOn = query { try actor.require(.export, Right.export.verb) }
        guard case .none = query.showing else { return }
        try actor.require(.seeCost, Right.seeCost.verb)
    }

    /// Is what stands there kept from who asks? Nobody is asked where there is no actor.
    func isHidden(_ scope: Scope) -> Bool {
        guard let actor else { return false }
        return scope.holdsCost && !actor.may(.seeCost)
    }

    /// What who asks may see of a report.
    func shown(_ query: Query, at now: Instant) throws -> Report {
        hidden(try report(query, at: now), of: query)
    }

    /// Without what goods cost, where who asks may not see it.
    func hidden(_ report: Report, of query: Query) -> Report {
        guard let actor, !actor.may(.seeCost) else { return report }
        switch query.showing {
        case .all: return report
        case .none: return Report(schema: report.schema, title: report.title)
        case .hiding(let keys): return report.hiding(keys)
        case .tradeOnly: return report.tradeOnly()
        case .withoutRows(let key, let values):
            return report.withoutRows { report.plain($0, key).map(values.contains) ?? false }
        case .tradeScopes:
            return report.withoutRows {
                report.plain($0, "scope").flatMap { Scope($0) }?.holdsCost ?? false
            }
        }
    }
}

/// What of a report somebody sees who may not see what goods cost.
enum Showing: Sendable {
    case all
    /// Without these columns and facts.
    case hiding(Set<String>)
    /// Rows of accounts alone that a clerk's own replica would hold.
    case tradeOnly
    /// Without rows in which a column says one of these.
    case withoutRows(String, Set<String>)
    /// Without rows of what stands where cost stands.
    case tradeScopes
    case none
}

extension Report {
    fileprivate func hiding(_ keys: Set<String>) -> Report {
        var shown = self
        shown.facts.removeAll { fact in
            keys.contains { fact.key == $0 || fact.key.hasPrefix($0 + " ") }
        }
        for (place, column) in columns.enumerated() where keys.contains(column.key) {
            for row in shown.rows.indices where shown.rows[row].indices.contains(place) {
                shown.rows[row][place] = .empty
            }
        }
        return shown
    }

    /// What a row says under a column.
    fileprivate func plain(_ row: [Cell], _ key: String) -> String? {
        guard let place = columns.firstIndex(where: { $0.key == key }),
            row.indices.contains(place)
        else { return nil }
        return row[place].plain
    }

    fileprivate func withoutRows(_ isHidden: ([Cell]) -> Bool) -> Report {
        var shown = self
        shown.rows.removeAll(where: isHidden)
        return shown
    }

    fileprivate func tradeOnly() -> Report {
        var shown = hiding(["cost", "margin", "profit", "value", "total", "price", "worth"])
        shown.rows = rows.filter { row in
            plain(row, "account").flatMap { Account($0) }?.home.map { !$0.holdsCost } ?? false
        }
        return shown
    }
}

extension Query {
    /// The keys of the books: whoever has them has an auditor's package, however they were asked for.
    var isPackage: Bool { self == .handingOn(.keys) }

    /// As the audit log names it: the case alone, or what is taken along as a whole.
    var name: String {
        if isPackage { return "package" }
        if case .handingOn(.books) = self { return "books" }
        let text = "\(self)"
        return String(text.prefix { $0 != "(" }.prefix(64))
    }

    /// A further piece of what was noted with its first one.
    var goesOn: Bool {
        switch self {
        case .journal(let filter): filter.after != nil
        case .handingOn(.run), .handingOn(.logs), .handingOn(.derived): true
        case .handingOn(.documents(_, _, let after, _)), .handingOn(.stock(_, let after)),
            .handingOn(.parties(let after)), .handingOn(.notes(_, _, let after)):
            after != nil
        default: false
        }
    }

    /// Every question has its answer here: who adds one has to say what it shows.
    var showing: Showing {
        switch self {
        case .status, .peers, .log, .items, .item, .transfers, .locations, .board, .movement,
            .card, .reorder, .bookmarks, .digests, .invitations, .members, .administrators, .paper,
            .labels,
            .counts, .count, .lots, .units, .quotas, .quotaProposals, .parties, .prices,
            .priceLists, .entities, .transferPrices, .shift, .shifts, .workflows, .people, .debts,
            .tenders, .periods, .seals,
            .rates, .charts, .chart,
            .lateEntries:
            .all
        // What is said where cost stands is left out where it is read: see `isHidden`.
        case .notices, .notice, .todo, .tasks, .task: .all
        case .targets, .targetReport, .league: .withoutRows("measure", ["margin", "turn"])
        case .stock, .stockAsAt, .slowStock:
            .hiding(["value", "uncosted"])
        case .stockAge:
            .hiding(["value"])
        case .sales: .hiding(["cost", "margin", "profit", "uncosted"])
        case .orders(let filter):
            filter.kind == .sale ? .all : .hiding(["total"])
        case .order(let number):
            DocumentNumber(number)?.kind == .salesOrder
                ? .all : .hiding(["price", "worth", "total"])
        case .document(let number):
            switch DocumentNumber(number)?.kind {
            // The page of an order, as above.
            case .purchaseOrder, .transferRequest: .hiding(["price", "worth", "total"])
            default: .tradeOnly
            }
        case .entries: .tradeScopes
        case .openItems(let side, _, _), .matchProposals(let side, _),
            .partyStatement(let side, _, _, _, _, _):
            side == .receivable ? .all : .none
        case .ageing(let filter): filter.of == "receivable" ? .all : .none
        case .ledger(let filter):
            Account(filter.account)?.home.map { !$0.holdsCost } ?? false ? .all : .none
        case .journal, .balance, .margin, .exceptions, .derived, .purchases, .accounts, .profit,
            .position, .taxes, .reconcile, .invoices, .bankStatement, .auditLog, .currencies,
            .recurring, .cash, .charges,
            .handingOn:
            .none
        }
    }
}
