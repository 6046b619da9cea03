import Books
import Replica
import Sodium
import Store

/// Reports on the company and on this node.
extension Engine {
    func status(at now: Instant) throws -> Report {
        guard let standing else {
            return Report(
                schema: "branchbook.status/1", title: "No book",
                notes: ["Found one with `branchbook init`, or join one with `branchbook join`."])
        }
        let extent = try store.extent()
        let roster = standing.roster
        var report = Report(
            schema: "branchbook.status/1", title: roster.founding?.name ?? "A book not yet met",
            columns: [
                .text("scope", "Scope"), .text("readable", "Readable"),
                .number("logs", "Logs"), .number("entries", "Entries"),
                .number("waiting", "Waiting"),
            ])
        report.facts = [
            .init("book", "Book", .text(standing.book.description)),
            .init("node", "Node", .text(standing.node.description)),
            .init("name", "Name", .optional(standing.member?.admission.name)),
            .init("branch", "Branch", .optional(standing.branch?.text)),
            .init("series", "Series", .optional(standing.series?.description)),
            .init("administrator", "Administrator", .flag(standing.isAdministrator)),
            .init("entries", "Entries", .integer(extent.entries)),
            .init("documents", "Document parts", .integer(extent.documents)),
            .init("postings", "Postings", .integer(extent.postings)),
            .init("voids", "Void ops", .integer(extent.voids)),
            .init("online", "Talks to peers", .flag(isOnline)),
            .init("peers", "Peers connected", .integer(Int64(peersConnected))),
        ]
        if let reconciled {
            let minutes = max(now.milliseconds - reconciled.at.milliseconds, 0) / 60_000
            report.facts.append(
                .init("differences", "Differences", .integer(Int64(reconciled.differences))))
            report.facts.append(
                .init("reconciled", "Reconciled, minutes ago", .integer(minutes)))
        }
        let waiting = Dictionary(
            uniqueKeysWithValues: try store.waiting().map { ($0.scope, $0.entries) })
        for scope in try store.scopesHeld() {
            let logs = try store.logs(in: scope)
            report.rows.append([
                .text(scope.name), .flag(standing.keyring.scopes.contains(scope)),
                .integer(Int64(logs.count)),
                .integer(Int64(clamping: logs.reduce(UInt64(0)) { $0 &+ $1.head.seq })),
                .integer(waiting[scope.name] ?? 0),
            ])
        }
        if let cut = roster.cuts[standing.node] {
            report.notes.append(
                "This node was revoked above commit \(cut.limits.last?.commit ?? 0): what it writes "
                    + "counts for nothing."
            )
        }
        if standing.member == nil {
            report.notes.append("The roster that admits this node has not arrived yet.")
        }
        return report
    }

    func members() throws -> Report {
        let standing = try needStanding()
        let roster = standing.roster
        var report = Report(
            schema: "branchbook.members/1", title: "Members",
            columns: [
                .text("node", "Node"), .text("name", "Name"), .text("branch", "Branch"),
                .text("series", "Series"), .text("roles", "Roles"), .text("state", "State"),
            ])
        let members = roster.nodes.values.sorted { $0.admission.series < $1.admission.series }
        for member in members {
            let (node, branch) = (member.admission.node, member.admission.branch)
            var roles: [String] = []
            if roster.administrators.contains(node) { roles.append("administrator") }
            if roster.isKeeper(node, of: branch) { roles.append("keeper") }
            if roster.holders[branch] == node { roles.append("holder") }
            report.rows.append([
                .text(node.description), .text(member.admission.name), .text(branch.text),
                .text(member.admission.series.description),
                .text(roles.joined(separator: ", ")),
                .text(roster.isMember(node) ? "member" : "revoked"),
            ])
        }
        return report
    }

    func invitations(at now: Instant) throws -> Report {
        let standing = try needStanding()
        var report = Report(
            schema: "branchbook.invitations/1", title: "Invitations",
            columns: [
                .text("id", "Invitation"), .text("branch", "Branch"), .text("state", "State"),
                .text("by", "Used by"),
            ])
        for (id, state) in standing.roster.invitations.sorted(by: { $0.key < $1.key }) {
            let isOver = state.invitation.expiresMilliseconds < now.milliseconds
            let text =
                state.usedBy != nil
                ? "used" : state.isWithdrawn ? "withdrawn" : isOver ? "expired" : "open"
            report.rows.append([
                .text(id.description), .text(state.invitation.branch.text), .text(text),
                .optional(state.usedBy.flatMap { standing.roster.nodes[$0]?.admission.name }),
            ])
        }
        return report
    }

    /// State digests of the scopes that are held: equal at every node with the same entries.
    func digests() throws -> Report {
        _ = try needStanding()
        var report = Report(
            schema: "branchbook.digests/1", title: "State digests",
            columns: [
                .text("scope", "Scope"), .text("root", "Frontier"), .text("digest", "Digest"),
            ])
        for scope in try store.scopesHeld() {
            let root = try store.frontier(of: scope).root
            report.rows.append([
                .text(scope.name), .text(Self.hex(root)),
                .text(try store.digest(of: scope).description),
            ])
        }
        return report
    }

    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// The newest entries of the logs, and how many peers hold them durably.
    func log(scope: String?, limit: Int) throws -> Report {
        let standing = try needStanding()
        let only = try scope.map { text in
            guard let scope = Scope(text) else {
                throw Refusal(
                    .badOption, "\(text) is not a scope", next: "write it as in trade/HZ")
            }
            return scope
        }
        var report = Report(
            schema: "branchbook.log/1", title: "Log",
            columns: [
                .text("scope", "Scope"), .text("author", "Author"), .number("seq", "Seq"),
                .text("hash", "Hash"), .number("bytes", "Bytes"), .number("heldBy", "Held by"),
            ])
        for row in try store.newestEntries(scope: only, limit: bounded(limit)) {
            let name = standing.roster.nodes[row.author]?.admission.name
            report.rows.append([
                .text(row.scope), .text(name ?? row.author.short),
                .integer(Int64(clamping: row.seq)),
                .text(String(row.hash.prefix(16))), .integer(Int64(row.bytes)),
                .integer(Int64(try holders(of: row.log, seq: row.seq, in: row.scope))),
            ])
        }
        return report
    }

    /// Checks everything that can be checked here; `verify` at the control socket adds the peers'.
    func verify(at now: Instant) throws -> Report {
        let book = try needStanding().book
        var report = Report(
            schema: Report.verification, title: "Verify",
            columns: [
                .text("check", "Check"), .text("result", "Result"), .text("detail", "Detail"),
            ])
        var isSound = true
        func add(_ check: String, _ faults: [String], _ detail: String = "") {
            isSound = isSound && faults.isEmpty
            report.rows.append([
                .text(check), .text(faults.isEmpty ? "ok" : "FAULT"),
                .text(faults.isEmpty ? detail : faults.prefix(5).joined(separator: "; ")),
            ])
        }
        // Entries of this batch are signed before anything is read again.
        try author?.seal(in: store)
        let integrity = try store.integrity()
        add("SQLite's own check", integrity == "ok" ? [] : [integrity])
        add("names of logs", try store.misnamedLogs(in: book))
        try foldCosts()
        if case let standing = try needStanding(), standing.ledger != nil {
            add("sums of days", try store.keptDifferences(standing.currencies))
        }
        let before = try store.fingerprint()
        do {
            try store.dryRun {
                try reread()
                try foldCosts()
                let after = try store.fingerprint()
                let changed = before.filter { after[$0.key] != $0.value }.map(\.key).sorted()
                add("chains and signatures", [], "\(try store.extent().entries) entries")
                add("projections equal a rebuild", changed)
            }
        } catch let StoreError.damaged(what) {
            add("chains and signatures", [what])
        }
        add("zero sum per scope and commodity", try store.imbalances())
        add("bridges between scopes", try store.unmatchedBridges())
        add("cost pools hold what the shelves hold", try store.poolDifferences())
        report.facts.append(.init("sound", "Sound", .flag(isSound)))
        return report
    }
}
