import Sodium
import Wire

@testable import Replica

/// Runs as a messenger hands them over: any bytes behind a valid beginning, as they are, or with every
/// signature in them made by the author.
struct RunTarget: FuzzTarget {
    static let name = "run"

    private let company: Company
    private let key: ScopeKey
    private let signing: SigningKey
    private let start: LogTip
    private let honest: [(bytes: [UInt8], after: LogTip, chapter: Chapter)]

    init() throws {
        company = try Company()
        let scope = Scope.trade(Company.branches[0])
        key = try company.key(scope)
        signing = company.signing[0]
        start = LogTip(company.log(0, scope), in: company.book)
        var writer = LogWriter(tip: start, chapter: Chapter())
        var honest: [(bytes: [UInt8], after: LogTip, chapter: Chapter)] = []
        for number in 1...6 {
            let before = writer.tip
            let entry = try writer.append(
                [company.operations[number % 5]],
                at: .init(
                    commit: UInt64(number), part: number == 3 ? 1 : 0, parts: number == 3 ? 2 : 1,
                    time: HybridTime(milliseconds: 1_790_000_000_000, counter: UInt16(number)),
                    rosterHeads: number < 4
                        ? []
                        : [RosterHead(log: start.id, seq: 3, hash: Array(repeating: 1, count: 16))],
                    references: number == 2 ? [Array(repeating: 2, count: 16)] : []),
                key: key, signing: signing, signs: number % 2 == 0)
            honest.append((RunCodec.encode(entry, after: before), writer.tip, writer.chapter))
        }
        self.honest = honest
    }

    func run(_ input: [UInt8]) {
        var input = Input(input)
        let given = min(input.choice(4) * 2, honest.count)
        let (tip, chapter) =
            given == 0
            ? (start, Chapter()) : (honest[given - 1].after, honest[given - 1].chapter)
        let isSigned = input.flag()
        var bytes = input.rest()
        if isSigned { bytes = signed(bytes, after: tip) }
        RunLaws(after: tip, chapter: chapter, key: key).check(bytes)
    }

    /// The entries at the front of the bytes, with signatures that hold wherever there are any. What
    /// is no entry stays as it is.
    private func signed(_ bytes: [UInt8], after tip: LogTip) -> [UInt8] {
        var reader = ByteReader(bytes)
        var tip = tip
        var out: [UInt8] = []
        var read = 0
        while !reader.isAtEnd, let entry = try? RunCodec.decode(from: &reader, after: tip) {
            var original = Array(bytes[read..<reader.position])
            read = reader.position
            if entry.signature != nil {
                original.removeLast(Signature.count)
                original += signing.sign(Entry.signedBytes(entry.hash)).bytes
            }
            out += original
            tip.advance(past: entry)
        }
        return out + bytes[read...]
    }

    func seeds() -> [[UInt8]] {
        (0..<3).flatMap { part -> [[UInt8]] in
            let rest = honest[(part * 2)...].flatMap(\.bytes)
            return [[UInt8(part), 0] + rest, [UInt8(part), 1] + rest]
        }
    }
}

/// What holds of every run, whoever made it.
///
/// A run that a member takes, a relay takes, and both keep the same bytes and stand at the same tip;
/// what is kept is a run again, of the same entries; a run has one spelling, but for signatures that
/// nobody checks and nobody keeps.
struct RunLaws {
    let tip: LogTip
    let chapter: Chapter
    let key: ScopeKey

    init(after tip: LogTip, chapter: Chapter, key: ScopeKey) {
        self.tip = tip
        self.chapter = chapter
        self.key = key
    }

    private func prepared(_ bytes: [UInt8], key: ScopeKey?) -> Result<PreparedRun, EntryError> {
        do throws(EntryError) {
            return .success(
                try PreparedRun(
                    verifying: bytes, after: tip, chapter: chapter,
                    key: { $0 == key?.epoch ? key : nil }))
        } catch {
            return .failure(error)
        }
    }

    /// The run, where it is one.
    @discardableResult
    func check(_ bytes: [UInt8]) -> PreparedRun? {
        let (member, relay) = (prepared(bytes, key: key), prepared(bytes, key: nil))
        switch (member, relay) {
        case (.failure(let a), .failure(let b)):
            law(a == b, "a member says \(a), a relay \(b)")
            return nil
        case (.success(let run), .success(let blind)):
            law(run.tip == blind.tip, "member and relay stand at two tips")
            law(run.items.map(\.bytes) == blind.items.map(\.bytes), "they keep two spellings")
            checkKept(run, of: bytes)
            return run
        case (.success, .failure(let error)), (.failure(let error), .success):
            law(false, "one takes what the other refuses: \(error)")
            return nil
        }
    }

    private func checkKept(_ run: PreparedRun, of bytes: [UInt8]) {
        let kept = run.items.flatMap(\.bytes)
        let dropped = bytes.count - kept.count
        law(
            dropped >= 0 && dropped % Signature.count == 0 && (dropped > 0 || kept == bytes),
            "\(bytes.count) bytes are kept as \(kept.count): a second spelling")
        guard case .success(let again) = prepared(kept, key: key) else {
            return law(false, "what is kept cannot be read again")
        }
        law(
            again.tip == run.tip && again.items.map(\.entry) == run.items.map(\.entry),
            "what is kept is another run")
        law(
            again.chapter.names == run.chapter.names
                && again.items.map(\.ops) == run.items.map(\.ops),
            "what is kept says something else")
        law(run.items.last?.entry.signature != nil, "a run ends without a signature")
    }
}
