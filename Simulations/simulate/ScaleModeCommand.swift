import ArgumentParser
import Scale

struct ScaleModeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Gossip among up to thousands of nodes, in memory: copies, bytes, times.")

    @Argument(parsing: .captureForPassthrough, help: "As `simulate scale --help` lists them.")
    var options: [String] = []

    func run() throws {
        do {
            try ScaleCommand.run(options) { print($0) }
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
