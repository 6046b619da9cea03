import Wire

@testable import Replica

/// What a member wrote beneath a valid seal: payloads of one log, one after the other, so that later
/// ones use the names of earlier ones. All bytes are read; what cannot be is void.
struct PayloadTarget: FuzzTarget {
    static let name = "payload"

    private let company: Company
    /// Chapters with room for so many more names.
    private let full: [Chapter]

    init() throws {
        company = try Company()
        full = (0..<4).map { room in
            Chapter(start: 1, names: (room..<Chapter.namesMax).map { "n\($0)" })
        }
    }

    func run(_ input: [UInt8]) {
        var input = Input(input)
        var chapter = input.flag() ? full[input.choice(full.count)] : Chapter()
        while !input.isAtEnd {
            let bytes = input.blob()
            let (before, first) = (chapter.names.count, chapter.names.first)
            let ops = Payload.decode(bytes, chapter: &chapter)
            law(!ops.isEmpty && ops.count <= Payload.opsMax, "\(ops.count) ops")
            law(chapter.names.count <= Chapter.namesMax, "\(chapter.names.count) names")
            law(before == 0 || chapter.names.first == first, "a name has another index")
            let new = chapter.names.count - before
            law((0...Chapter.definitionsMax).contains(new), "\(new) names at once")
            for op in ops { check(op) }
        }
    }

    /// An op says the same with other names before it, and every verdict on it is a value.
    private func check(_ result: Result<Operation, VoidReason>) {
        for scope: Scope in [.roster, .catalog, .trade(Company.branches[0])] {
            _ = company.roster.verdict(on: result, log: company.log(0, scope), commit: 1)
        }
        guard case .success(let op) = result,
            let (bytes, _) = Payload.encode([op], chapter: Chapter())
        else { return }
        var chapter = Chapter()
        let again = Payload.decode(bytes, chapter: &chapter)
        guard again.count == 1, case .success(let same) = again[0] else {
            return law(false, "\(op) is written as what is void")
        }
        law(same.standaloneBytes == op.standaloneBytes, "\(op) comes back as \(same)")
        if case .post(let transaction) = op {
            let sums = transaction.postings.reduce(into: [Commodity: Int128]()) {
                $0[$1.commodity, default: 0] += Int128($1.amount)
            }
            law(sums.values.allSatisfy { $0 == 0 }, "\(transaction) does not balance")
        }
    }

    func seeds() throws -> [[UInt8]] {
        var all = Script()
        var chapter = Chapter()
        var seeds: [[UInt8]] = []
        all.byte(0)
        for op in company.operations {
            guard let single = Payload.encode([op], chapter: Chapter()),
                let next = Payload.encode([op, op], chapter: chapter)
            else { throw Company.Failure.sample }
            chapter = next.chapter
            all.blob(next.bytes)
            seeds.append(
                Script.bytes {
                    $0.byte(0)
                    $0.blob(single.bytes)
                })
        }
        let full = Script.bytes {
            $0.byte(1)
            $0.byte(1)
            $0.blob(
                Payload.encode(Array(company.operations.prefix(3)), chapter: Chapter())?.bytes ?? []
            )
        }
        return seeds + [all.bytes, full]
    }
}
