import Sodium

/// The line between each two sites: how long bytes take, and whether they pass.
struct Cables {
    /// From one site to another.
    struct Direction: Hashable {
        let from: Int
        let to: Int
    }

    private var latency: [Direction: Milliseconds] = [:]
    /// How many faults hold bytes back in this direction.
    private var holds: [Direction: Int] = [:]
    /// How many faults have cut the cable: dials fail, connections were reset.
    private var cuts: [Direction: Int] = [:]
    private var speed: [Direction: Int64] = [:]
    /// What a line is capable of where nothing is wrong.
    private var capacity: [Direction: Int64] = [:]
    /// Sites that have no line between them, in both directions.
    private var absent: Set<Direction> = []

    /// Seconds that TCP tries to connect.
    static let dialTimeout: Milliseconds = 5_000

    /// Bytes take so long one way: near sites 1 to 15 ms, far ones up to 60.
    mutating func lay(from: Int, to: Int, random: inout SeededRandom) {
        let near = random.next() % 3 != 0
        let base = Milliseconds(1 + random.next() % (near ? 15 : 60))
        latency[Direction(from: from, to: to)] = base
        latency[Direction(from: to, to: from)] = base
    }

    /// With a long tail: one in fifty takes up to forty times as long.
    func delay(from: Int, to: Int, random: inout SeededRandom) -> Milliseconds {
        let base = latency[Direction(from: from, to: to)] ?? 1
        guard random.next() % 50 == 0 else { return base + Milliseconds(random.next() % 3) }
        return base * Milliseconds(1 + random.next() % 40)
    }

    func bytesPerSecond(from: Int, to: Int) -> Int64 {
        let direction = Direction(from: from, to: to)
        return speed[direction] ?? capacity[direction] ?? 12_500_000
    }

    func isSlow(from: Int, to: Int) -> Bool { speed[Direction(from: from, to: to)] != nil }

    func isHeld(from: Int, to: Int) -> Bool { holds[Direction(from: from, to: to)] ?? 0 > 0 }

    func isCut(_ a: Int, _ b: Int) -> Bool {
        let direction = Direction(from: a, to: b)
        return cuts[direction] ?? 0 > 0 || absent.contains(direction)
    }

    /// Does a new connection between the two stand a chance?
    func isOpen(_ a: Int, _ b: Int) -> Bool {
        !isCut(a, b) && !isHeld(from: a, to: b) && !isHeld(from: b, to: a)
    }

    mutating func cut(_ a: Int, _ b: Int, _ manner: Fault.Manner) {
        change(a, b, manner, by: 1)
    }

    mutating func mend(_ a: Int, _ b: Int, _ manner: Fault.Manner) {
        change(a, b, manner, by: -1)
    }

    private mutating func change(_ a: Int, _ b: Int, _ manner: Fault.Manner, by step: Int) {
        let (there, back) = (Direction(from: a, to: b), Direction(from: b, to: a))
        switch manner {
        case .reset:
            cuts[there, default: 0] += step
            cuts[back, default: 0] += step
        case .hold:
            holds[there, default: 0] += step
            holds[back, default: 0] += step
        case .oneWay: holds[there, default: 0] += step
        }
    }

    /// Makes the line as a plan has it.
    mutating func lay(_ line: PlanLine) {
        for direction in [
            Direction(from: line.from, to: line.to), Direction(from: line.to, to: line.from),
        ] {
            if let milliseconds = line.latency { latency[direction] = max(milliseconds, 1) }
            if let speed = line.bytesPerSecond { capacity[direction] = max(speed, 1) }
            if line.isAbsent { absent.insert(direction) } else { absent.remove(direction) }
        }
    }

    mutating func slow(_ a: Int, _ b: Int, to bytesPerSecond: Int64?) {
        speed[Direction(from: a, to: b)] = bytesPerSecond
        speed[Direction(from: b, to: a)] = bytesPerSecond
    }

    /// No line comes into being by it.
    mutating func mendAll() {
        holds = [:]
        cuts = [:]
        speed = [:]
    }
}
