import Engine
import SimulatedDisk

/// Bounds that no single node sees.
extension Simulation {
    /// A write-ahead log that is moved into the database in time: its trigger, and a large batch.
    static let walBytesMax: UInt64 = 2 << 20

    func checkBounds() throws {
        for machine in machines where machine.isUp {
            guard let engine = machine.engine else { continue }
            if let excess = engine.excess {
                throw Violation(
                    .bounded, at: now, "\(machine.name): \(excess)", machines: [machine.index])
            }
            let bytes = UInt64(machine.disk.size(of: "book.db-wal") ?? 0)
            guard bytes <= Self.walBytesMax || witness.isDiskFailing(machine.index) else {
                throw Violation(
                    .bounded, at: now,
                    "\(machine.name) has \(bytes) bytes of write-ahead log",
                    machines: [machine.index])
            }
        }
        try checkDials()
    }

    /// An address that does not answer is dialled twice a minute at most, after a first hurry; each link
    /// that stood, and each start, is a reason to hurry again.
    private func checkDials() throws {
        let addresses = machines.count * machines.count
        let links = machines.reduce(0) { $0 + Int($1.nextLink) + $1.boot }
        let most = addresses * (24 + 2 * Int(now / 60_000)) + 24 * links
        guard connectionCount <= most else {
            throw Violation(
                .bounded, at: now, "\(connectionCount) dials; \(most) would be many")
        }
    }

    /// In the quiet: one link between two nodes at most, and none that died without a word.
    func checkLinks() throws {
        var pairs: Set<[Int]> = []
        for number in connections.keys.sorted() {
            guard let connection = connections[number], let listener = connection.listener,
                connection.dialler.link != nil, listener.link != nil
            else { continue }
            let ends = [connection.dialler, listener].filter { end in
                !end.isClosed && machines[end.machine].isUp
                    && machines[end.machine].boot == end.boot
            }
            if connection.isDead, let end = ends.first {
                throw Violation(
                    .bounded, at: now,
                    "\(machines[end.machine].name) keeps a link that has been dead for long",
                    machines: [end.machine])
            }
            guard ends.count == 2 else { continue }
            let pair = [connection.dialler.machine, listener.machine].sorted()
            guard pairs.insert(pair).inserted else {
                throw Violation(
                    .bounded, at: now,
                    "\(machines[pair[0]].name) and \(machines[pair[1]].name) keep two links",
                    machines: pair)
            }
        }
    }
}
