import Engine
import SimulatedDisk
import Sodium

/// What mends by itself after the time its fault named.
extension Simulation {
    func mend(_ mending: Mending) throws {
        guard !isHealing else { return }
        trace.happened(at: now, [], "mends: \(mending)")
        switch mending {
        case .uncut(let a, let b, let manner):
            cables.mend(a, b, manner)
            release(between: a, and: b)
        case .cutOnce(let a, let b, let lasts):
            cutNow(a, b, .reset)
            queue.add(.mend(.uncut(a, b, .reset)), at: now + lasts)
        case .isolate(let site, let lasts):
            for other in plan.sites.indices where other != site {
                cutNow(site, other, .reset)
                queue.add(.mend(.uncut(site, other, .reset)), at: now + lasts)
            }
        case .unslow(let a, let b): cables.slow(a, b, to: nil)
        case .unfreeze(let machine): machines[machine].clock.unfreeze()
        case .undrift(let machine): machines[machine].clock.setDrift(0, at: now)
        case .diskIsWell(let machine):
            guard machines[machine].isUp else { return }
            machines[machine].disk.heal()
            witness.diskIsWell(machine)
        case .honestAgain(let machine, let loss): try honestAgain(machines[machine], loss)
        case .restore(let machine, let down): try restore(machines[machine], down)
        case .stopClone(let machine): try stopClone(machines[machine])
        }
    }

    /// The lie comes out: power goes, and what was never synced with it.
    func honestAgain(_ machine: Machine, _ loss: Fault.Loss) throws {
        crash(machine, "by a power cut, on a disk that lied")
        machine.disk.liesAboutSync = false
        try powerOn(machine, losing: loss)
        witness.directoryChanged(machine.index, at: now)
        if try !doubt(machine) { record.reached(.setAside) }
        restart(machine, after: 5_000, "no power")
    }

    func restore(_ machine: Machine, _ down: Milliseconds) throws {
        guard let backup = backups.removeValue(forKey: machine.index) else { return }
        try witnessNonces(machine)
        try witnessLeaving(machine)
        crash(machine, "and an older copy of its directory is put back")
        record.reached(.restored)
        try machine.disk.restore(backup.disk)
        // Often the database alone is put back, and what lies beside it stays.
        if disks.next() % 2 == 0 {
            machine.secret = backup.secret
            machine.mark = backup.mark
        }
        witness.directoryChanged(machine.index, at: now)
        restart(machine, after: down, "restored")
    }

    func stopClone(_ machine: Machine) throws {
        try witnessNonces(machine)
        try witnessLeaving(machine)
        crash(machine, "for good: it was a copy")
        machine.isRetired = true
    }
}
