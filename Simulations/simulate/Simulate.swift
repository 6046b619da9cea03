import ArgumentParser

@main
struct Simulate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Runs whole companies under every fault, each from one seed.",
        subcommands: [
            ReplayCommand.self, SweepCommand.self, WorkerCommand.self, ShrinkCommand.self,
            MutantsCommand.self,
        ])
}
