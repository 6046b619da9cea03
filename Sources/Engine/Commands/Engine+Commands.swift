package import Books
import Gossip
package import Replica
import Sodium
package import Store

extension Engine {
    /// Plans and writes one command within the running transaction.
    ///
    /// - Throws: `Refusal` for what the books refuse; the store's errors.
    func perform(_ command: Command, at now: Instant) throws -> (Outcome, Author.Receipt) {
        let (standing, _) = try needLedger()
        guard let member = standing.member, let branch = standing.branch,
            let series = standing.series
        else {
            throw Refusal(
                .noGrant, "the roster that admits this node has not arrived yet",
                next: "wait until `branchbook status` names a branch")
        }
        let ledger = standing.ledger(of: branch)
        guard standing.roster.isMember(standing.node) else {
            throw Refusal(.revoked, "this node was revoked", next: "ask an administrator")
        }
        guard !lacksOwnEntries(at: now) else {
            throw Refusal(
                .ownLogBehind, "a peer says that it holds more of this node's own documents",
                next: "a backup was restored: repeat in a moment")
        }
        let view = BooksNow(
            store: store, book: standing.book, roster: standing.roster, series: series,
            ledger: ledger, currencies: standing.currencies,
            author: standing.node,
            incarnation: author?.incarnation ?? 0, comparisons: comparisons)
        let planner = Planner(
            branch: branch, ledger: ledger, grants: member.grants,
            today: Day(now, utcOffsetMinutes: utcOffsetMinutes),
            person: actor?.person ?? person)
        if command.isKeepers, keptBranch != branch {
            throw Refusal(
                .noGrant, "the keeper of \(branch) books that by itself",
                next: "wait until it has heard of it: `branchbook peers`")
        }
        let draft = try planner.plan(command, view)
        if case .work = command, draft.parts.contains(where: { isHidden($0.scope) }) {
            throw Refusal(
                .notAllowed,
                "\(planner.person) may not speak of what stands beside what goods cost",
                next: "leave it to somebody who sees what goods cost")
        }
        try requireValid(draft, standing, branch)
        let references = try store.references(to: draft.references, otherThan: standing.node)
        let receipt = try commit(draft.parts, references: references, at: now)
        if case .setPerson(let change) = command {
            note(.roles, change.audited, by: planner.person, at: now)
        }
        let total = draft.total.map {
            Amount.text($0, scale: draft.currency.map { ledger.scale(of: $0) } ?? ledger.scale)
        }
        // What goods cost is not told to who may not see it.
        let hidesCost = actor.map { !$0.may(.seeCost) && !command.tellsPrices } ?? false
        let told = hidesCost ? nil : total
        var notices = draft.notices
        if case .close = command {
            let open = try reconcile(branch: branch.text, at: now).rows.count
            if open > 0 {
                notices.append("\(open) differences are open: see `branchbook reconcile`")
            }
        }
        return (
            Outcome(
                subject: draft.number?.description ?? draft.parts.first?.scope.name ?? "catalog",
                summary: try summary(command, draft, told, ledger), total: told,
                currency: draft.currency?.text ?? (ledger.isBook ? nil : ledger.currency.text),
                notices: notices + (isForked ? [Self.forkNotice] : [])),
            receipt
        )
    }

    /// What every replica would call void is not written: whoever acts is told instead.
    private func requireValid(
        _ draft: Draft, _ standing: Standing, _ branch: BranchCode
    ) throws {
        for part in draft.parts {
            let log = LogName(
                author: standing.node, incarnation: author?.incarnation ?? 0, scope: part.scope)
            // A seal counts where its entry says that its author had seen that it may.
            let seen = part.scope == .catalog ? author?.heads(standing, in: .catalog) : nil
            for op in part.ops {
                func verdict(_ seen: [RosterHead]?) -> Verdict {
                    standing.roster.verdict(on: .success(op), log: log, commit: 0, seen: seen)
                }
                // Whether it is above a cut is asked of the whole node, before.
                guard case .void(let reason) = verdict(seen), reason != .cut else { continue }
                if verdict(nil) == .valid { throw Self.isNotTaken }
                let holder = standing.roster.holders[branch]
                let isShelf = reason == .account && holder != standing.node
                throw Refusal(
                    .noGrant,
                    isShelf
                        ? "the goods of \(branch) are another node's to move"
                        : "this node may not write that in \(part.scope)",
                    next: isShelf
                        ? "do it at "
                            + (holder.flatMap { standing.roster.nodes[$0]?.admission.name }
                                ?? "the node that holds them")
                        : "work at a node that may: `branchbook members`")
            }
        }
    }

    /// A peer's word alone stops nobody's work: it is told with every document.
    private static let forkNotice =
        "\(Refusal.Code.forked.rawValue): a peer holds another history of this node's log; "
        + "if a copy of its directory was in use, see `branchbook exceptions`"

    /// Does a peer say so of a log that this node goes on writing?
    var isForked: Bool {
        guard let author else { return false }
        return forks.keys.contains {
            $0.author == author.node && $0.incarnation == author.incarnation
        }
    }

    private func summary(
        _ command: Command, _ draft: Draft, _ total: String?, _ ledger: Ledger
    ) throws -> String {
        let what: String
        switch (draft.number, command) {
        case (let number?, .order): what = try told(number, ledger)
        case (let number?, .work(_, let act)):
            what = act.summary(number, word: number.kind.word)
        case (_, .acceptBoth(_, let numbers)):
            what = "\(numbers.joined(separator: " and ")) are two payments"
        case (let number?, _): what = "\(number.kind.word) \(number)"
        case (nil, .setLocation(let change)): what = "location \(change.name) written"
        case (nil, .setStocking(let change)): what = "stocking of \(change.item) written"
        case (nil, .setWorkflow(let change)): what = "workflow of \(change.kind.rawValue) written"
        case (nil, .setPerson(let change)): what = "\(change.name) written"
        case (nil, .setTarget(let change)):
            what = "targets of \(change.branch) for \(change.month) written"
        case (nil, .setParty(let change)): what = "\(change.name) written"
        case (nil, .setPrices(let change)): what = "price list \(change.name) written"
        case (nil, .setTender(let change)): what = "tender \(change.name) written"
        case (nil, .seal(_, .seal(let day, _))): what = "period sealed up to \(day)"
        case (nil, .seal(_, .confirm(let day, _))): what = "seal of \(day) confirmed"
        case (nil, .setRecurring(let change)): what = "recurring entry \(change.name) written"
        case (nil, .bank): what = "bank statement written"
        case (nil, .setLead(let from, let to, _)): what = "lead time from \(from) to \(to) written"
        case (nil, .setEntity(let change)): what = "\(change.name) written"
        case (nil, .setTransferPrice(let from, let to, _)):
            what = "price of goods from \(from) to \(to) written"
        case (nil, .setChart(.set(let chart, _, _, _, _, _))): what = "chart \(chart) written"
        case (nil, .setTolerance): what = "tolerance of prices written"
        case (nil, .setChart): what = "chart of the reports written"
        case (nil, .setRate(let currency, _, _, _)): what = "rate of \(currency) written"
        case (nil, .setBranchPrices(_, let branch)): what = "prices of \(branch) written"
        default: what = "items written"
        }
        return total.map { "\(what), \($0) \(draft.currency ?? ledger.currency)" } ?? what
    }

    /// How far the order is now.
    private func told(
        _ number: DocumentNumber, _ ledger: Ledger
    ) throws -> String {
        guard let order = try order(number) else { return "order \(number)" }
        let open = order.openSteps(ledger).first
        let waits =
            order.state(ledger) == .submitted
            ? open.map { ", waits for \($0.name) by a \($0.role)" } ?? "" : ""
        return "order \(number) is \(order.state(ledger).rawValue)\(waits)"
    }

    /// One command with a savepoint of its own: what fails leaves nothing behind.
    func performed(_ command: Command, at now: Instant) throws -> (CommandResult, Author.Receipt?) {
        do {
            let (outcome, receipt) = try undoable { try perform(command, at: now) }
            return (.done(outcome), receipt)
        } catch let refusal as Refusal {
            if let actor, refusal.code == .notAllowed {
                note(.refused, refusal.what, code: refusal.code, by: actor.person, at: now)
            }
            return (.refused(refusal), nil)
        } catch let error as BooksError {
            return (.refused(Refusal(error)), nil)
        } catch let error as FactError {
            return (.refused(Refusal(error)), nil)
        }
    }
}

extension PersonChange {
    /// As the audit log tells it: what is said of the person, and no more.
    fileprivate var audited: String {
        var said: [String] = []
        func say(_ what: String, _ text: String?, orElse empty: String) {
            if let text { said.append("\(what) \(text.isEmpty ? empty : text)") }
        }
        say("roles", roles?.joined(separator: " "), orElse: "none")
        say("days back", daysBack, orElse: "as the roles say")
        say("branches", branches?.joined(separator: " "), orElse: "all")
        say("deputy", deputy, orElse: "nobody")
        say("until", deputyUntil, orElse: "nobody said when")
        return "\(name): " + (said.isEmpty ? "as before" : said.joined(separator: ", "))
    }
}

extension Refusal {
    package init(_ error: BooksError) {
        switch error {
        case .overflow:
            self.init(.overflow, "the figure does not fit 64 bits", next: "split the document")
        case .notANumber(let text): self.init(.badNumber, "\(text) is not a decimal number")
        case .tooPrecise(let text, let scale):
            self.init(.tooPrecise, "\(text) has more than \(scale) decimal places")
        case .notPositive(let value): self.init(.notPositive, "\(value) is not positive")
        }
    }

    package init(_ error: FactError) {
        switch error {
        case .overflow: self.init(.overflow, "a sum of the document does not fit 64 bits")
        case .unbalanced(let commodity, let sum):
            self.init(.unbalanced, "the document does not balance: \(commodity) by \(sum)")
        case .carrying(let commodity):
            self.init(.unbalanced, "what \(commodity) is carried at does not balance")
        case .emptyTransaction: self.init(.emptyDocument, "the document has no lines")
        case .tooManyPostings: self.init(.tooManyLines, "the document has too many lines")
        }
    }

    /// The store's errors as an operator meets them.
    package init(_ error: StoreError) {
        switch error {
        case .newer(let found, let known):
            self.init(
                .newerBook, "this book is of version \(found), this program knows \(known)",
                next: "install a newer branchbook; nothing was changed")
        case .sqlite(13, _):
            self.init(
                .diskFull, "the disk is full; nothing of this was written",
                next: "make room, then repeat")
        case .sqlite(8, _):
            self.init(
                .readOnly, "the directory cannot be written to", next: "check its permissions")
        case .sqlite(11, let message), .sqlite(26, let message):
            self.init(
                .damaged, "the database is damaged: \(message)",
                next: "keep the files, and join again from a peer")
        case .sqlite(let code, let message):
            self.init(.storage, "SQLite failed (\(code)): \(message)")
        case .pragma(let name, let actual):
            self.init(.storage, "SQLite did not take \(name): it is \(actual)")
        case .notNext(let held): self.init(.fault, "a run does not follow entry \(held)")
        case .damaged(let what): self.init(.damaged, "cannot be read: \(what)")
        }
    }
}
