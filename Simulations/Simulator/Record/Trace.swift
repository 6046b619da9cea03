/// A running hash of everything that happened, and the last happenings in words.
///
/// Law: two runs of one plan have one hash, in whatever process.
struct Trace {
    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    private(set) var events: UInt64 = 0
    private var last: [Line] = []
    private var next = 0

    struct Line {
        let at: Milliseconds
        let machines: [Int]
        let what: String
    }

    /// Lines that are kept for whoever reads of a failure.
    static let linesMax = 4_000

    mutating func mix(_ value: UInt64) {
        hash = (hash ^ value) &* 0x0000_0100_0000_01b3
        hash ^= hash >> 29
    }

    mutating func mix(_ bytes: [UInt8]) {
        var word: UInt64 = 0
        for (place, byte) in bytes.enumerated() {
            word = word << 8 | UInt64(byte)
            if place & 7 == 7 { mix(word) }
        }
        mix(word)
        mix(UInt64(bytes.count))
    }

    mutating func mix(_ text: String) { mix(Array(text.utf8)) }

    mutating func happened(
        at now: Milliseconds, _ machines: [Int], _ what: @autoclosure () -> String
    ) {
        events += 1
        let line = Line(at: now, machines: machines, what: what())
        mix(UInt64(bitPattern: now))
        mix(line.what)
        if last.count < Self.linesMax {
            last.append(line)
        } else {
            last[next] = line
            next = (next + 1) % Self.linesMax
        }
    }

    /// The last lines that concern one of these machines; all of them where none is named.
    func tail(_ count: Int, of machines: [Int]) -> [Line] {
        let ordered = last[next...] + last[..<next]
        let concerned = ordered.filter { line in
            machines.isEmpty || line.machines.contains(where: machines.contains)
        }
        return Array(concerned.suffix(count))
    }
}
