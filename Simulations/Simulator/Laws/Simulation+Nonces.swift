import Engine
import Replica
import Sodium
import Store

/// Keys and nonces over all nodes, restores and clones.
extension Simulation {
    /// Looks at every entry that a machine wrote itself: a body's nonce is a hash of its header, so one
    /// header must never stand above two bodies.
    func witnessNonces(_ machine: Machine) throws {
        guard let engine = machine.engine else { return }
        for (held, _) in try engine.store.logs(of: engine.credentials.node) {
            var tip = LogTip(held.name, id: held.id)
            var chapter = Chapter()
            while tip.head.seq < held.head.seq {
                let (bytes, _) = try engine.store.run(
                    of: held.id, from: tip.head.seq + 1, bytesMax: 256 << 10)
                let run = try PreparedRun(
                    verifying: bytes, after: tip, chapter: chapter, key: { _ in nil })
                for item in run.items { try witness(item.entry, of: machine) }
                tip = run.tip
                chapter = run.chapter
            }
        }
    }

    private func witness(_ entry: Entry, of machine: Machine) throws {
        let header = Blake2b.hash256(entry.header.bytes)
        guard let seen = witness.bodies.updateValue(entry.hash, forKey: header), seen != entry.hash
        else { return }
        throw Violation(
            .noNonceTwice, at: now,
            "\(machine.name) sealed two payloads under one key and nonce, entry \(entry.header.seq)",
            machines: [machine.index])
    }
}
