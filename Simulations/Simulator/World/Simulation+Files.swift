import SimulatedDisk

/// The files of the simulated disks, to be looked into with tools for real ones.
extension Simulation {
    package var files: [(machine: String, name: String, bytes: [UInt8])] {
        machines.flatMap { machine in
            machine.disk.files.map { (machine.name, $0.name, $0.bytes) }
        }
    }
}
