import ArgumentParser
import SimulatedDisk

@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs whole companies under every fault, each from one seed.",
        subcommands: [
            RunCommand.self, ReplayCommand.self, SweepCommand.self, ShrinkCommand.self,
            KeptCommand.self, DiskCommand.self, MutantsCommand.self, BaselineCommand.self,
            RepeatCommand.self, ScaleModeCommand.self, WorkerCommand.self,
            MutantsWorkerCommand.self,
        ])

    static func main() {
        do {
            try SimulatedDisk.useOneThread()
        } catch {
            exit(withError: error)
        }
        main(nil)
    }
}
