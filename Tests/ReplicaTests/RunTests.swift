import Testing

@testable import Replica
@testable import Sodium
@testable import Wire

@Suite struct RunTests {
    private func verify(_ run: [UInt8], _ sample: Sample, holdsKey: Bool = true) throws
        -> PreparedRun
    {
        let key = sample.key
        return try PreparedRun(
            verifying: run, after: LogTip(sample.name, in: sample.book), chapter: Chapter(),
            key: { holdsKey && $0 == key.epoch ? key : nil })
    }

    @Test(arguments: [1, 2, 255, 256, 257, 600])
    func readerEndsWhereTheWriterDid(count: Int) throws {
        var sample = Sample(seed: UInt64(count))
        let (run, tip, entries) = try sample.entries(count)
        let prepared = try verify(run, sample)
        #expect(prepared.tip == tip)
        #expect(prepared.items.map(\.entry) == entries)
        #expect(prepared.items.flatMap(\.bytes) == run)
        var again = Sample(seed: UInt64(count))
        for (number, item) in zip(1..., prepared.items) {
            let sale = Operation.post(try again.sale(number))
            #expect(item.ops == [.success(sale)])
        }
    }

    @Test func aRelayChecksWhatItCannotRead() throws {
        var sample = Sample(seed: 7)
        let (run, tip, _) = try sample.entries(300)
        let prepared = try verify(run, sample, holdsKey: false)
        #expect(prepared.tip == tip)
        #expect(prepared.items.allSatisfy { $0.ops == nil })
        let plain = Array("HZa".utf8)
        #expect(!run.indices.contains { run[$0...].starts(with: plain) })
    }

    @Test func everyFlippedBitIsRefused() throws {
        var sample = Sample(seed: 8)
        let (run, _, _) = try sample.entries(3)
        for bit in 0..<run.count * 8 {
            var changed = run
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: EntryError.self, "bit \(bit)") { try verify(changed, sample) }
        }
    }

    /// Found by `Scripts/fuzz`: rules level, roster heads and epoch were read where they say what the
    /// entry before said, so that one run had many spellings.
    @Test func whatHasNotChangedIsNotSaidAgain() throws {
        var sample = Sample(seed: 10)
        let (run, tip, entries) = try sample.entries(2)
        var first = LogTip(sample.name, in: sample.book)
        let start = RunCodec.encode(entries[0], after: first)
        first.advance(past: entries[0])
        let honest = Array(run[start.count...])
        // flags, milliseconds, counter, commit step; then what a flag brings.
        let fields: [(flag: UInt8, bytes: [UInt8])] = [
            (4, [1]), (8, [0]), (16, sample.key.epoch.bytes),
        ]
        for (flag, bytes) in fields {
            var second = honest
            second[0] |= flag
            second.insert(contentsOf: bytes, at: 4)
            #expect(throws: EntryError.malformed, "flag \(flag)") {
                try verify(start + second, sample)
            }
        }
        #expect(try verify(start + honest, sample).tip == tip)
    }

    @Test func everyTruncationIsRefused() throws {
        var sample = Sample(seed: 9)
        let (run, _, _) = try sample.entries(3)
        for length in 0..<run.count {
            #expect(throws: EntryError.self) { try verify(Array(run.prefix(length)), sample) }
        }
    }

    @Test func hostileBytesNeverTrap() {
        let sample = Sample(seed: 10)
        for seed in 0..<2_000 as Range<UInt64> {
            var random = SeededRandom(seed: seed)
            let bytes = random.bytes(Int(random.next() % 300))
            #expect(throws: EntryError.self, "seed \(seed)") { try verify(bytes, sample) }
        }
    }

    @Test func overheadIsWithinItsBudget() throws {
        var sample = Sample(seed: 11)
        let (run, _, entries) = try sample.entries(1_000)
        let payload = entries.reduce(0) { $0 + $1.body.count - XChaCha.tagBytes }
        #expect(run.count - payload <= 1_000 * 36, "\(run.count - payload) bytes for 1,000 entries")
    }

    @Test func aForkIsSeenAsOne() throws {
        var sample = Sample(seed: 12)
        let (run, _, _) = try sample.entries(1)
        let tip = try verify(run, sample).tip
        var forked = LogTip(sample.name, in: sample.book)
        forked.head = Head(seq: 1, hash: .zero)
        forked.rulesLevel = 1
        forked.epoch = sample.key.epoch
        var writer = LogWriter(tip: tip, chapter: Chapter())
        let entry = try writer.append(
            [.append(Event(entity: "e", kind: "k", person: "p", effectiveDate: Day(number: 0)))],
            at: .init(commit: 2, time: HybridTime(raw: tip.time.raw + 1)), key: sample.key,
            signing: sample.signing, signs: true)
        #expect(throws: EntryError.fork(seq: 2)) { try forked.check(entry.header) }
    }

    /// The genesis entry is not encrypted, and no other log may do without.
    @Test func onlyGenesisIsPlain() throws {
        var sample = Sample(seed: 13)
        let op = Operation.append(
            Event(entity: "e", kind: "k", person: "p", effectiveDate: Day(number: 0)))
        var writer = sample.writer
        #expect(throws: EntryError.notEncrypted) {
            _ = try writer.append(
                [op], at: .init(commit: 1, time: HybridTime(raw: 1)), key: nil,
                signing: sample.signing, signs: true)
        }
        let genesis = LogName(author: sample.name.author, incarnation: 1, scope: .roster)
        var first = LogWriter(tip: LogTip(genesis, in: .genesis), chapter: Chapter())
        let entry = try first.append(
            [op], at: .init(commit: 1, time: HybridTime(raw: 1)), key: nil,
            signing: sample.signing, signs: true)
        #expect(entry.isSigned(by: sample.name.author))
        _ = sample.random.next()
    }
}
