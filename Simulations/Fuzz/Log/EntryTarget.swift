import Sodium
import Wire

@testable import Replica

/// A hostile member's own log: headers and payloads of his choice, sealed, chained and signed as they
/// should be.
struct EntryTarget: FuzzTarget {
    static let name = "entry"

    private let company: Company
    private let key: ScopeKey
    private let start: LogTip

    init() throws {
        company = try Company()
        let scope = Scope.trade(Company.branches[0])
        key = try company.key(scope)
        start = LogTip(company.log(0, scope), in: company.book)
    }

    func run(_ input: [UInt8]) {
        var input = Input(input)
        var tip = start
        tip.rulesLevel = 1
        tip.entriesSinceCheckpoint = input.choice(2) * 250
        tip.head = Head(
            seq: input.flag() ? Chapter.entriesMax - 1 : 0, hash: Blake2b.hash256([1]))
        let first = tip
        var bytes: [UInt8] = []
        while !input.isAtEnd {
            let entry = entry(&input, after: tip)
            bytes += RunCodec.encode(entry, after: tip)
            tip.advance(past: entry)
        }
        guard !bytes.isEmpty else { return }
        let laws = RunLaws(after: first, chapter: Chapter(), key: key)
        guard let run = laws.check(bytes) else { return }
        law(run.tip == tip, "the reader stands elsewhere than the author")
        for item in run.items {
            for op in item.ops ?? [] {
                _ = company.roster.verdict(
                    on: op, log: tip.name, commit: item.entry.header.commit)
            }
        }
    }

    /// Forward in time and commit, which the codec's differences demand of an author; all else free.
    private func entry(_ input: inout Input, after tip: LogTip) -> Entry {
        let choice = input.byte()
        let (sum, over) = tip.time.raw.addingReportingOverflow(max(1, input.number()))
        let (commit, past) = tip.commit.addingReportingOverflow(
            choice & 1 == 0 ? 1 : input.number())
        let parts = choice & 2 == 0 ? 1 : UInt32(input.byte())
        let heads = choice & 4 == 0 ? tip.rosterHeads : [head(&input)]
        let payload = input.blob()
        let isPlain = choice & 8 != 0
        let header = EntryHeader(
            rulesLevel: choice & 16 == 0 ? max(1, tip.rulesLevel) : input.number(), log: tip.id,
            seq: tip.head.seq + 1, previous: tip.head.hash, commit: past ? tip.commit : commit,
            part: parts == 1 ? 0 : UInt32(input.byte()), parts: parts,
            time: HybridTime(raw: over ? .max : sum), rosterHeads: heads,
            references: choice & 32 == 0
                ? []
                : [input.taking(16) + [UInt8](repeating: 0, count: 16)]
                    .map { Array($0.prefix(16)) },
            epoch: isPlain ? .zero : key.epoch,
            ciphertextBytes: payload.count + (isPlain ? 0 : XChaCha.tagBytes),
            isCheckpoint: choice & 64 != 0
                || tip.mustCheckpoint(ciphertextBytes: payload.count + 16),
            salt: Array(repeating: 5, count: EntryHeader.saltBytes))
        var body = isPlain ? payload : BodyCipher.seal(payload, header: header, key: key)
        // A body that its own key does not open.
        if choice & 128 != 0, !body.isEmpty { body[0] ^= 1 }
        let entry = Entry(header: header, body: body, signature: nil)
        return entry.signed(company.signing[0].sign(Entry.signedBytes(entry.hash)))
    }

    private func head(_ input: inout Input) -> RosterHead {
        let log = company.log(input.choice(3), .roster).id(in: company.book)
        return RosterHead(
            log: log, seq: input.number(), hash: [UInt8](repeating: input.byte(), count: 16))
    }

    func seeds() throws -> [[UInt8]] {
        try [0, 1, 2, 4, 8, 16, 32, 64, 128].map { choice in
            try Script.bytes { script in
                script.byte(0)
                script.byte(choice & 1)
                for (number, op) in company.operations.prefix(7).enumerated() {
                    guard let payload = Payload.encode([op], chapter: Chapter())?.bytes else {
                        throw Company.Failure.sample
                    }
                    script.byte(number == 3 ? choice : 0)
                    script.number(1)
                    if number == 3, choice & 1 != 0 { script.number(4) }
                    if number == 3, choice & 2 != 0 { script.byte(3) }
                    if number == 3, choice & 4 != 0 { script.rest([0, 5, 1]) }
                    script.blob(payload)
                    if number == 3, choice & 16 != 0 { script.number(2) }
                    if number == 3, choice & 2 != 0 { script.byte(1) }
                    if number == 3, choice & 32 != 0 {
                        script.rest([UInt8](repeating: 3, count: 16))
                    }
                }
            }
        }
    }
}
