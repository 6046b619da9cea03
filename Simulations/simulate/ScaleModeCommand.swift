import ArgumentParser
import Scale

extension ScaleRun.Mode: ExpressibleByArgument {}

struct ScaleModeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Gossip among up to thousands of nodes, in memory: copies, bytes, times.",
        discussion: "Prints Markdown tables; the same seed, the same tables.")

    @Option(help: "Numbers of nodes, each from 2 to 10,000 and a run of its own.")
    var nodes = Sizes(values: [50, 200, 1_000, 2_000])

    @Option var seed: UInt64 = 1

    @Option(help: "How many nodes write; no more than there are.")
    var authors = ScaleRun.Options().authors

    @Option(help: "trees: the product's, and flooding beside them; flooding: that alone.")
    var mode: ScaleRun.Mode = .trees

    @Flag(help: "Shorter phases, no kills, no churn.")
    var quick = false

    /// `50`, or `50,200`.
    struct Sizes: ExpressibleByArgument {
        let values: [Int]
    }

    func validate() throws {
        guard authors > 0 else { throw ValidationError("somebody has to write: --authors 1") }
    }

    func run() throws {
        let results = try nodes.values.map { try ScaleRun.result(options($0)) }
        print(ScaleTable.render(results))
    }

    private func options(_ nodes: Int) -> ScaleRun.Options {
        var options = ScaleRun.Options()
        (options.nodes, options.seed, options.mode) = (nodes, seed, mode)
        options.authors = min(nodes, authors)
        if quick {
            (options.quietSeconds, options.busySeconds) = (60, 2)
            (options.killPercent, options.churnSeconds) = ([], 0)
        }
        return options
    }
}

extension ScaleModeCommand.Sizes {
    init?(argument: String) {
        let words = argument.split(separator: ",", omittingEmptySubsequences: false)
        values = words.compactMap { Int($0) }
        guard values.count == words.count, values.allSatisfy({ (2...10_000).contains($0) }) else {
            return nil
        }
    }

    var defaultValueDescription: String {
        values.map(String.init).joined(separator: ",")
    }
}
