import Testing

@testable import Books
@testable import Engine
@testable import Replica
@testable import Store

/// What was done; a refusal is an issue of the test.
@discardableResult
func done(_ reply: Reply, _ place: SourceLocation = #_sourceLocation) -> String {
    if case .outcome(let outcome) = reply { return outcome.subject }
    Issue.record("\(reply)", sourceLocation: place)
    return ""
}

func code(_ reply: Reply) -> Refusal.Code? {
    if case .refused(let refusal) = reply { refusal.code } else { nil }
}

extension TestNode {
    /// By name, in order.
    func administrators() throws -> [String] {
        try report(.administrators).rows.filter { $0[3].plain == "administrator" }
            .map { $0[1].plain }.sorted()
    }

    /// Past every rule of the commands, in one entry.
    func write(_ ops: [Operation], to scope: Scope) throws {
        try engine.store.transact {
            _ = try engine.commit([Draft.Part(scope, ops)], at: now)
        }
    }

    /// 5.00 of rent, today.
    func enterRent() throws {
        try perform(
            .journal(
                Details(),
                [
                    JournalLine(account: "expense/rent", amount: "5.00"),
                    JournalLine(account: "bank/main", amount: "-5.00"),
                ]))
    }

    func members() throws -> [String] {
        try report(.members).rows.filter { $0[5].plain == "member" }.map { $0[1].plain }.sorted()
    }
}

extension TestNetwork {
    /// A node joins by the invitation of an administrator.
    func join(_ name: String, branch: String, by inviter: String, seed: UInt64) throws {
        let order = InvitationOrder(
            branch: branch, branchName: branch, readsAll: false,
            addresses: [Self.address(inviter)])
        let line = done(try self[inviter].ask(.invite(order)))
        let node = try TestNode(seed: seed, options: .init(ownAddresses: [Self.address(name)]))
        add(name, node)
        deliver(.request(RequestID(999), .join(line: line, name: name)), to: name)
        settle()
        guard case .outcome = replies[name]?[RequestID(999)] else {
            throw Refusal(.fault, "\(name) did not join")
        }
    }

    /// All of them are sound, at hand and on the disk, hold the same, and know the same administrators and members.
    func expectAlike(
        _ names: [String], _ place: SourceLocation = #_sourceLocation
    ) throws {
        run(milliseconds: 120_000)
        for name in names {
            #expect(try verify(name).isSound, "\(name)", sourceLocation: place)
            #expect(
                try self[name].engine.store.staleMemory().isEmpty, "\(name)",
                sourceLocation: place)
        }
        let rows = try names.map { try self[$0].report(.digests).rows }
        #expect(Set(rows).count == 1, sourceLocation: place)
        #expect(
            try Set(names.map { try self[$0].administrators() }).count == 1, sourceLocation: place)
        #expect(try Set(names.map { try self[$0].members() }).count == 1, sourceLocation: place)
    }
}
