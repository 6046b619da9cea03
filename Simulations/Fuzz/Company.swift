@testable import Gossip
@testable import Replica
@testable import Sodium

/// A small company from one seed: what targets take for honest, and what seeds are made from.
struct Company {
    static let branches = ["HZ", "GZ", "SH"].compactMap { BranchCode($0) }

    let book: BookID
    let signing: [SigningKey]
    let transports: [AgreementPublicKey]
    let roster: Roster
    let acts: [RosterAct]
    let operations: [Operation]

    enum Failure: Error { case sample }

    init() throws {
        var random = SeededRandom(seed: 2)
        book = BookID(random.digest())
        signing = Self.branches.map { _ in SigningKey(random: &random) }
        transports = Self.branches.map { _ in AgreementKey(random: &random).publicKey }
        acts = try Self.acts(signing, transports, &random)
        let founder = NodeID(signing[0].publicKey)
        roster = Roster(
            acts.enumerated().map { number, act in
                Roster.Step(
                    time: HybridTime(raw: UInt64(number + 1)), author: founder,
                    dot: Dot(log: LogID(.zero), seq: UInt64(number + 1), index: 0), act: act)
            })
        operations = try Self.operations(acts)
    }

    func node(_ number: Int) -> NodeID { NodeID(signing[number].publicKey) }

    func key(_ scope: Scope) throws -> ScopeKey {
        guard let key = SymmetricKey(Blake2b.hash256(Array(scope.name.utf8)).bytes) else {
            throw Failure.sample
        }
        return ScopeKey(scope: scope, key: key, book: book)
    }

    func log(_ author: Int, _ scope: Scope) -> LogName {
        LogName(author: node(author), incarnation: 1, scope: scope)
    }

    /// One of each kind; the founding and the branches first, so that the rest means something.
    private static func acts(
        _ signing: [SigningKey], _ transports: [AgreementPublicKey], _ random: inout SeededRandom
    ) throws -> [RosterAct] {
        guard let cny = CurrencyCode("CNY"), let pair = BranchPair(branches[0], branches[1]) else {
            throw Failure.sample
        }
        let nodes = signing.map { NodeID($0.publicKey) }
        var acts: [RosterAct] = [
            .found(
                Founding(
                    name: "Company", currency: cny, scale: 2, recovery: signing[2].publicKey,
                    transport: transports[0], box: transports[0], rosterEpoch: random.digest())),
            .addEntity(name: "Company", currency: cny),
        ]
        for (number, branch) in branches.enumerated() {
            guard let series = Series(branch: branch, letters: "a") else { throw Failure.sample }
            acts.append(
                .addBranch(
                    BranchFacts(
                        code: branch, name: branch.text, entity: "Company",
                        isHeadOffice: number == 0, tradePairKey: transports[number],
                        moneyPairKey: transports[number])))
            acts.append(
                .admit(
                    Admission(
                        node: nodes[number], name: branch.text, transport: transports[number],
                        box: transports[number], branch: branch,
                        grants: [.catalog, .trade(branch), .money(branch)], series: series,
                        invitation: number == 0 ? nil : random.digest())))
        }
        let scopes: [Scope] = [.board, .trade(branches[0]), .between(pair), .betweenMoney(pair)]
        acts += scopes.map { .openEpoch(scope: $0, commitment: random.digest()) }
        let subjects: [KeyHandout.Subject] = [
            .scope(.trade(branches[1])), .tradePair(branches[0]), .moneyPair(branches[2]),
        ]
        acts += subjects.map {
            .handKey(
                KeyHandout(
                    subject: $0, to: nodes[1], sealed: random.bytes(KeyHandout.sealedBytes)))
        }
        let log = LogID(random.digest())
        acts += [
            .changeGrants(
                node: nodes[1], grants: [.readTrade(branches[0]), .readMoney(branches[0])]),
            .nameKeeper(branch: branches[0], node: nodes[0]),
            .invite(
                Invitation(
                    id: random.digest(), branch: branches[1], grants: [.trade(branches[1])],
                    expiresMilliseconds: 1_790_000_000_000)),
            .withdrawInvitation(id: random.digest()),
            .revoke(
                Cut(
                    node: nodes[2],
                    limits: [.init(incarnation: 1, commit: 9), .init(incarnation: 3, commit: 2)],
                    heads: [.init(log: log, head: Head(seq: 4, hash: random.digest()))])),
        ]
        return acts
    }

    private static func operations(_ acts: [RosterAct]) throws -> [Operation] {
        let (hz, gz) = (branches[0], branches[1])
        guard let item = ItemCode("TEA"), let currency = CurrencyCode("CNY"),
            let pair = BranchPair(hz, gz), let series = Series(branch: hz, letters: "a")
        else { throw Failure.sample }
        let (tea, cny) = (Commodity.item(item), Commodity.currency(currency))
        let log = LogID(.zero)
        func document(_ kind: DocumentKind, _ link: DocumentLink? = nil) -> DocumentHeader {
            DocumentHeader(
                kind: kind,
                number: kind == .statement
                    ? nil : DocumentNumber(series: series, kind: kind, year: 2026, running: 7),
                effectiveDate: Day(number: 20_000), person: "Lin", party: "ACME", link: link,
                memo: "茶",
                external: ExternalReference(
                    source: "till", key: "536365", first: 1, last: 3))
        }
        let target = DocumentNumber(series: series, kind: .shipment, year: 2026, running: 3)
        return try [
            .post(
                Transaction(
                    document(.sale),
                    [
                        Posting(.stock(hz), tea, -3), Posting(.simple(.customer, hz), tea, 3),
                        Posting(.simple(.sales, hz), cny, -900, item: item, base: -900),
                        Posting(.tender(hz, "cash"), cny, 900, base: 900),
                    ])),
            .post(
                Transaction(
                    document(.arrival, DocumentLink(.receives, target)),
                    [
                        Posting(.via(.between(pair)), tea, -2), Posting(.stock(hz), tea, 2),
                    ])),
            .post(
                Transaction(
                    document(.statement, DocumentLink(.values, target)),
                    [
                        Posting(.dueFrom(hz, gz), cny, 20, item: item),
                        Posting(.via(.money(hz)), cny, -20),
                    ])),
            .set(
                RegisterWrite(
                    entity: "item/TEA", attribute: "name", value: .text("茶"),
                    supersedes: [Dot(log: log, seq: 1, index: 0)])),
            .set(RegisterWrite(entity: "item/TEA", attribute: "price", value: .integer(-900))),
            .append(
                Event(
                    entity: "order/1", kind: "step", person: "Lin",
                    effectiveDate: Day(number: 20_000),
                    fields: [.init("to", .bytes([1, 2])), .init("why", .absent)])),
            .unknown(kind: 9, bytes: [1, 2, 3]),
        ] + acts.map { .roster($0) }
    }
}

extension Company {
    func reference(_ author: Int, _ scope: Scope) -> LogReference {
        LogReference(log(author, scope), in: book)
    }

    /// One of each kind that members say, over a few logs.
    var messages: [Message] {
        let trade = Scope.trade(Self.branches[1])
        let (first, second) = (reference(1, .catalog), reference(1, trade))
        let half = [UInt8](repeating: 7, count: 16)
        func root(_ scope: Scope) -> ScopeRoot {
            ScopeRoot(tag: ScopeTag(scope, in: book), root: half, digest: half)
        }
        return [
            .hello(
                Hello(
                    features: 0, node: node(1), incarnation: 1, milliseconds: 5_000,
                    links: 2, scopes: [root(.roster), root(.catalog)],
                    contacts: [.init(node: node(2), addresses: ["host:7700", "[::1]:7700"])])),
            .roots(Roots(wantsReply: true, isComplete: true, scopes: [root(trade)])),
            .heads(
                Heads(
                    tag: first.tag, isFirst: true, isLast: true,
                    heads: [PeerHead(log: first, first: 1, last: 4, hash: half)])),
            .want(Want(log: second, from: 1, credit: 1 << 20)),
            .graft([Reach(log: first, seq: 0), Reach(log: second, seq: 900)]),
            .view(
                View(
                    wantsReply: true, links: 3,
                    contacts: [.init(node: node(2), addresses: ["host:7700"])])),
            .run(RunMessage(log: first, first: 1, last: 1, isEnd: true, bytes: [1, 2, 3])),
            .note([Reach(log: first, seq: 9), Reach(log: second, seq: .max)]),
            .ack([Reach(log: second, seq: 1)]),
            .prune(first),
            .ping(Ping(nonce: 5_000, milliseconds: 5_000)),
            .pong(Ping(nonce: 5_000, milliseconds: -1)),
            .bye(Bye(reason: .stopping, text: "回头见")),
        ]
    }

    /// What passes between an inviter and a newcomer.
    var joinMessages: [[UInt8]] {
        let signature = signing[0].sign([1])
        return [
            JoinRequest(node: node(0), box: transports[0], name: "till", signature: signature)
                .bytes,
            JoinAccept(
                book: book, rosterKey: [UInt8](repeating: 3, count: 32), inviter: node(0),
                branch: Self.branches[1], series: "GZa", company: "Company"
            ).bytes,
            JoinRefusal(code: "B0101", what: "no").bytes,
        ]
    }
}
