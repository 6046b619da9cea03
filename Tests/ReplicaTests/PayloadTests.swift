import Testing

@testable import Replica
@testable import Sodium
@testable import Wire

@Suite struct PayloadTests {
    /// Ops of every kind, with names that repeat and names that do not.
    private func ops(_ random: inout SeededRandom) throws -> [Operation] {
        var sample = Sample(seed: random.next())
        let dot = Dot(log: LogID(random.digest()), seq: random.next(), index: 3)
        let node = NodeID(SigningKey(random: &random).publicKey)
        let agreement = AgreementKey(random: &random).publicKey
        let hz = BranchCode("HZ")!
        let day = Day("2026-11-24")!
        let linked = try Transaction(
            DocumentHeader(
                kind: .customerReturn, number: DocumentNumber("HZa-R-2026-000001"),
                effectiveDate: day, person: "林", party: "Café",
                link: DocumentLink(.returns, DocumentNumber("HZa-S-2026-000009")!), memo: "退货",
                external: ExternalReference(source: "retail", key: "536365", first: 1, last: 9)),
            [
                Posting(.stock(hz), .item(ItemCode("茶")!), 2),
                Posting(.simple(.customer, hz), .item(ItemCode("茶")!), -2),
                Posting(
                    .named(.receivable, hz, "Café"), .currency(CurrencyCode("USD")!), 10_000,
                    base: -Int64.max),
                Posting(
                    .simple(.tradeExchange, hz), .currency(CurrencyCode("USD")!), -10_000,
                    base: Int64.max),
            ])
        let acts: [RosterAct] = [
            .addEntity(name: "Company", currency: CurrencyCode("CNY")!),
            .changeGrants(node: node, grants: [.catalog, .trade(hz), .money(hz)].sorted()),
            .openEpoch(scope: .money(hz), commitment: random.digest()),
            .handKey(
                KeyHandout(
                    subject: .tradePair(hz), to: node,
                    sealed: random.bytes(KeyHandout.sealedBytes))),
            .invite(
                Invitation(
                    id: random.digest(), branch: hz, grants: [.trade(hz)], expiresMilliseconds: -1)),
            .withdrawInvitation(id: random.digest()),
            .revoke(
                Cut(
                    node: node,
                    limits: [
                        .init(incarnation: 1, commit: 7), .init(incarnation: 2, commit: .max),
                    ],
                    heads: [.init(log: LogID(random.digest()), head: Head(seq: 1, hash: .zero))])),
            .admit(
                Admission(
                    node: node, name: "till", transport: agreement, box: agreement, branch: hz,
                    grants: [.catalog], series: Series("HZb")!, invitation: random.digest())),
            .addBranch(
                BranchFacts(
                    code: hz, name: "杭州", entity: "Company", isHeadOffice: false,
                    tradePairKey: agreement, moneyPairKey: agreement)),
            .nameKeeper(branch: hz, node: node),
        ]
        let values: [Value] = [.absent, .integer(.min), .text("绿茶"), .bytes([0, 255])]
        return [.post(try sample.sale(1)), .post(linked)]
            + values.map {
                .set(
                    RegisterWrite(entity: "item/茶", attribute: "name", value: $0, supersedes: [dot])
                )
            }
            + [
                .append(
                    Event(
                        entity: "order/1", kind: "approved", person: "林", effectiveDate: day,
                        fields: values.map { Event.Field("note", $0) })),
                .unknown(kind: 99, bytes: [1, 2, 3]),
            ] + acts.map { .roster($0) }
    }

    private func decode(
        _ bytes: [UInt8], after chapter: Chapter = Chapter()
    ) -> (ops: [Result<Operation, VoidReason>], chapter: Chapter) {
        var chapter = chapter
        return (Payload.decode(bytes, chapter: &chapter), chapter)
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func whatIsReadIsWhatWasWritten(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var written = Chapter()
        var read = Chapter()
        for _ in 0..<3 {
            let ops = try ops(&random)
            let (bytes, next) = try #require(Payload.encode(ops, chapter: written))
            let decoded = decode(bytes, after: read)
            #expect(decoded.ops == ops.map { .success($0) })
            #expect(decoded.chapter.names == next.names)
            let again = try #require(Payload.encode(ops, chapter: written)).bytes
            #expect(again == bytes, "one value, one encoding")
            (written, read) = (next, decoded.chapter)
        }
    }

    /// A member's reader takes anything: what it cannot read is void, and it never traps.
    @Test(arguments: 0..<40 as Range<UInt64>)
    func changedPayloadsNeverTrap(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let (bytes, _) = try #require(Payload.encode(try ops(&random), chapter: Chapter()))
        for _ in 0..<250 {
            var changed = bytes
            for _ in 0...random.next() % 4 {
                let place = Int(random.next() % UInt64(changed.count))
                switch random.next() % 3 {
                case 0: changed[place] = UInt8(truncatingIfNeeded: random.next())
                case 1: changed.removeLast(min(place, changed.count - 1))
                default: changed.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
                }
            }
            let decoded = decode(changed)
            #expect(!decoded.ops.isEmpty && decoded.ops.count <= Payload.opsMax, "seed \(seed)")
            #expect(decoded.chapter.names.count <= Chapter.definitionsMax, "seed \(seed)")
        }
    }

    /// One op that cannot be read takes no other with it.
    @Test func aBadOpIsVoidByItself() throws {
        var random = SeededRandom(seed: 1)
        let good = Operation.append(
            Event(entity: "e", kind: "k", person: "p", effectiveDate: Day(number: 1)))
        let bad = Operation.unknown(kind: 3, bytes: random.bytes(2))
        let (bytes, _) = try #require(Payload.encode([good, bad, good], chapter: Chapter()))
        let ops = decode(bytes).ops
        #expect(ops == [.success(good), .failure(.operationForm), .success(good)])
    }

    @Test func aLargeDocumentMustSpanEntries() throws {
        let event = Operation.append(
            Event(
                entity: "e", kind: "k", person: "p", effectiveDate: Day(number: 1),
                fields: [.init("text", .text(String(repeating: "x", count: 4_000)))]))
        #expect(Payload.encode(Array(repeating: event, count: 16), chapter: Chapter()) != nil)
        #expect(Payload.encode(Array(repeating: event, count: 17), chapter: Chapter()) == nil)
        let small = Operation.unknown(kind: 99, bytes: [])
        #expect(Payload.encode(Array(repeating: small, count: 1_024), chapter: Chapter()) != nil)
        #expect(Payload.encode(Array(repeating: small, count: 1_025), chapter: Chapter()) == nil)
        #expect(Payload.encode([], chapter: Chapter()) == nil)
    }

    /// When a chapter is full, names are written out: an author is never stuck.
    @Test func aFullChapterStillTakesNames() throws {
        let full = Chapter(start: 1, names: (0..<Chapter.namesMax).map { "n\($0)" })
        let op = Operation.append(
            Event(entity: "new", kind: "n7", person: "p", effectiveDate: Day(number: 1)))
        let (bytes, next) = try #require(Payload.encode([op], chapter: full))
        #expect(next.names.count == Chapter.namesMax)
        #expect(decode(bytes, after: full).ops == [.success(op)])
        let (defining, _) = try #require(Payload.encode([op], chapter: Chapter()))
        let refused = decode(defining, after: full)
        #expect(refused.ops == [.failure(.payloadForm)])
        #expect(refused.chapter.names.count == Chapter.namesMax)
    }
}
