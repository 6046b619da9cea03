import Books
import Replica
import Store

/// A reply that goes out after the transaction, and what it still waits for.
struct Answer {
    let reply: Reply
    /// Own heads that peers should hold before the reply goes.
    var receipt: Author.Receipt?
    var wait = 0
    var until: Instant?
}

extension Engine {
    /// Answers one request within the running transaction.
    func answer(_ request: Request, at now: Instant) throws -> Answer {
        switch request {
        case .perform(let command, let wait, let waitMilliseconds):
            let (result, receipt) = try performed(command, at: now)
            switch result {
            case .refused(let refusal): return Answer(reply: .refused(refusal))
            case .done(let outcome):
                let until = now.advanced(byMilliseconds: min(max(waitMilliseconds, 0), 3_600_000))
                return Answer(
                    reply: .outcome(outcome), receipt: receipt, wait: max(wait, 0), until: until)
            }
        case .performAll(let commands):
            guard commands.count <= Self.commandsMax else {
                throw Refusal(.tooManyLines, "a batch has at most \(Self.commandsMax) commands")
            }
            return Answer(
                reply: .outcomes(try commands.map { try performed($0, at: now).0 }))
        case .checkAll(let commands):
            guard commands.count <= Self.commandsMax else {
                throw Refusal(.tooManyLines, "a batch has at most \(Self.commandsMax) commands")
            }
            return Answer(reply: .outcomes(try tried(commands, at: now)))
        case .query(let query): return Answer(reply: .report(try shown(query, at: now)))
        case .record(let query):
            return Answer(reply: .report(hidden(try recorded(query, at: now), of: query)))
        case .lookBack: throw Refusal(.badOption, "a look back goes its own way")
        case .invite(let order):
            return Answer(reply: .outcome(try undoable { try invite(order, at: now) }))
        case .addEntity(let name, let currency):
            return Answer(
                reply: .outcome(try undoable { try addEntity(name, currency: currency, at: now) }))
        case .withdrawInvitation(let id):
            return Answer(
                reply: .outcome(try undoable { try withdraw(invitation: id, at: now) }))
        case .revoke(let node, let confirms):
            return Answer(
                reply: .outcome(
                    try undoable { try revoke(node: node, confirms: confirms, at: now) }))
        case .nameAdministrator(let node, let readsAll):
            return Answer(
                reply: .outcome(
                    try undoable { try nameAdministrator(node, readsAll: readsAll, at: now) }))
        case .removeAdministrator(let node, let confirms):
            return Answer(
                reply: .outcome(
                    try undoable { try removeAdministrator(node, confirms: confirms, at: now) }))
        case .recover(let order):
            return Answer(reply: .outcome(try undoable { try recover(order, at: now) }))
        case .setOnline(let isOnline):
            return Answer(reply: .outcome(try setOnline(isOnline, at: now)))
        case .addPeer(let address): return Answer(reply: .outcome(try addPeer(address)))
        case .removePeer(let address): return Answer(reply: .outcome(try removePeer(address)))
        case .join: throw Refusal(.badOption, "a join goes its own way")
        case .verify: return Answer(reply: .report(try verify(at: now)))
        case .draftOrders(let details):
            let commands = try reorderDrafts(details)
            try authorize(commands, at: now)
            return Answer(reply: .outcomes(try commands.map { try performed($0, at: now).0 }))
        case .bookBank(let details, let bank):
            let commands = try bankPayments(details, bank: bank, at: now)
            try authorize(commands, at: now)
            return Answer(reply: .outcomes(try commands.map { try performed($0, at: now).0 }))
        case .signed(_, let inner): return try answer(inner, at: now)
        case .export(let query, _): return Answer(reply: .report(try shown(query, at: now)))
        case .signIn(let person, let pin):
            return Answer(reply: .outcome(try signIn(person, pin: pin, at: now)))
        case .setPIN(let person, let pin):
            return Answer(reply: .outcome(try setPIN(person, pin, at: now)))
        case .makeToken(let person, let days):
            return Answer(reply: .outcome(try makeToken(person, days: days, at: now)))
        case .dropSecrets(let person):
            return Answer(reply: .outcome(try dropSecrets(person, at: now)))
        case .resetAccess: return Answer(reply: .outcome(try resetAccess(at: now)))
        case .rebuild:
            try reread()
            let entries = try store.extent().entries
            return Answer(
                reply: .outcome(
                    Outcome(subject: "rebuild", summary: "\(entries) entries were read again")))
        }
    }

    /// Commands in one batch of an import.
    package static let commandsMax = 10_000

    private struct Tried: Error { let results: [CommandResult] }

    /// What would come of commands, one after the other; undone as a whole.
    private func tried(_ commands: [Command], at now: Instant) throws -> [CommandResult] {
        do {
            return try undoable {
                throw Tried(results: try commands.map { try performed($0, at: now).0 })
            }
        } catch let tried as Tried {
            return tried.results
        }
    }

    /// With a savepoint: when `body` throws, the author's state and the standing are as before.
    func undoable<T>(_ body: () throws -> T) throws -> T {
        let (author, standing) = (self.author, self.standing)
        do {
            return try store.savepoint(body)
        } catch {
            (self.author, self.standing) = (author, standing)
            store.sealers = standing?.roster.sealers ?? [:]
            throw error
        }
    }

    func report(_ query: Query, at now: Instant) throws -> Report {
        switch query {
        case .status: try status(at: now)
        case .peers: try peers(at: now)
        case .log(let scope, let limit): try log(scope: scope, limit: limit)
        case .items(let search, let after, let limit):
            try items(search: search, after: after, limit: limit)
        case .item(let code): try item(code: code)
        case .transfers(let openOnly): try transfers(openOnly: openOnly)
        case .journal(let filter): try journal(filter)
        case .balance(let branch, let asAt, let group):
            try balance(branch: branch, asAt: asAt, of: group, at: now)
        case .stock(let branch, let item, let limit):
            try stock(branch: branch, item: item, limit: limit)
        case .locations(let branch): try locations(branch: branch)
        case .board(let item): try board(item: item)
        case .movement(let filter): try movement(filter)
        case .card(let filter): try stockCard(filter)
        case .margin(let filter): try margin(filter)
        case .reorder(let branch, let all): try reorder(branch: branch, all: all)
        case .exceptions: try exceptions(at: now)
        case .bookmarks(let limit): try bookmarks(limit: limit)
        case .digests: try digests()
        case .invitations: try invitations(at: now)
        case .members: try members()
        case .administrators: try administrators()
        case .document(let number): try document(number: number)
        case .paper(let number): try paper(number: number)
        case .labels(let items): try labels(items, at: now)
        case .derived: try derived()
        case .count(let sheet): try count(sheet: sheet)
        case .counts(let openOnly): try counts(openOnly: openOnly)
        case .order(let number): try order(number: number)
        case .orders(let filter): try orders(filter)
        case .lots(let branch, let item, let within):
            try lots(branch: branch, item: item, within: within, at: now)
        case .purchases(let branch, let from, let to):
            try purchases(branch: branch, from: from, to: to)
        case .slowStock(let branch, let days, let day):
            try slowStock(branch: branch, days: days, asAt: day, at: now)
        case .units(let item, let day): try units(item: item, asAt: day)
        case .stockAge(let branch, let day): try stockAge(branch: branch, asAt: day, at: now)
        case .stockAsAt(let branch, let item, let day, let limit):
            try stock(branch: branch, item: item, asAt: day, limit: limit)
        case .quotas(let branch): try quotas(branch: branch)
        case .quotaProposals(let branch, let cover, let past):
            try quotaProposals(branch: branch, cover: cover, past: past, at: now)
        case .parties(let search): try parties(search: search)
        case .prices(let list, let day): try prices(list: list, at: day)
        case .priceLists: try priceLists()
        case .entities: try entities()
        case .transferPrices: try transferPrices()
        case .shift(let number): try shift(number: number)
        case .shifts(let openOnly): try shifts(openOnly: openOnly)
        case .workflows: try workflows()
        case .people: try people()
        case .accounts(let filter): try accounts(filter)
        case .profit(let filter): try profit(filter)
        case .position(let filter): try position(filter, at: now)
        case .taxes(let filter): try taxes(filter)
        case .ledger(let filter): try ledger(filter)
        case .ageing(let filter): try ageing(filter, at: now)
        case .openItems(let side, let party, let branch):
            try openItems(side, party: party, branch: branch)
        case .matchProposals(let side, let party): try matchProposals(side, party: party)
        case .partyStatement(let side, let party, let branch, let from, let to, let currency):
            try partyStatement(
                side, party: party, branch: branch, from: from, to: to, currency: currency)
        case .invoices(let party, let openOnly):
            try invoices(party: party, openOnly: openOnly, at: now)
        case .debts: try debts()
        case .tenders(let branch, let from, let to):
            try tenders(branch: branch, from: from, to: to)
        case .bankStatement(let bank, let from, let to, let currency):
            try bankStatement(bank: bank, from: from, to: to, currency: currency)
        case .auditLog(let branch, let limit): try auditLog(branch: branch, limit: limit)
        case .reconcile(let branch): try reconcile(branch: branch, at: now)
        case .charts: try charts()
        case .chart(let name): try chart(name: name)
        case .charges(let branch, let openOnly, let limit):
            try charges(branch: branch, openOnly: openOnly, limit: limit)
        case .rates: try rates()
        case .currencies(let branch, let day): try currencies(branch: branch, asAt: day, at: now)
        case .periods(let branch): try periods(branch: branch)
        case .closeCheck(let day): try closeCheck(through: day, at: now)
        case .seals: try seals()
        case .recurring: try recurring()
        case .lateEntries(let limit): try lateEntries(limit: limit)
        case .tasks(let filter): try tasks(filter, at: now)
        case .task(let number): try task(number: number)
        case .notices: try notices()
        case .notice(let number): try notice(number: number)
        case .todo(let filter): try todo(filter, at: now)
        case .targets(let branch): try targets(branch: branch)
        case .targetReport(let month, let branch):
            try targetReport(month: month, branch: branch)
        case .league(let month, let measure): try league(month: month, measure: measure)
        case .cash(let filter): try cash(filter)
        case .entries(let number): try entries(of: number)
        case .handingOn(let query): try handingOn(query)
        case .sales(let branch, let from, let to, let byDay):
            try sales(branch: branch, from: from, to: to, byDay: byDay)
        }
    }
}
