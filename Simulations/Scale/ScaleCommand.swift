/// The command `scale`, without the process around it.
package enum ScaleCommand {
    package struct Usage: Error, CustomStringConvertible {
        package let description: String
    }

    package static let usage = """
        usage: scale [--nodes N[,N…]] [--seed S] [--authors A] [--mode trees|flooding] [--quick]
          measures gossip among N nodes and prints a Markdown table; the same seed, the same table
          --quick  shorter phases, no kills, no churn
        """

    /// Runs once for each number of nodes; `report` gets the tables.
    package static func run(_ arguments: [String], report: (String) -> Void) throws {
        var sizes = [50, 200, 1_000, 2_000]
        var options = ScaleRun.Options()
        var authors = options.authors
        var rest = arguments[...]
        while let name = rest.popFirst() {
            if name == "--quick" {
                (options.quietSeconds, options.busySeconds) = (60, 2)
                (options.killPercent, options.churnSeconds) = ([], 0)
                continue
            }
            guard let value = rest.popFirst() else { throw Usage(description: usage) }
            switch name {
            case "--nodes":
                sizes = value.split(separator: ",").compactMap { Int($0) }
                guard !sizes.isEmpty, sizes.allSatisfy({ (2...10_000).contains($0) }) else {
                    throw Usage(description: usage)
                }
            case "--seed":
                guard let seed = UInt64(value) else { throw Usage(description: usage) }
                options.seed = seed
            case "--authors":
                guard let count = Int(value), count > 0 else { throw Usage(description: usage) }
                authors = count
            case "--mode":
                guard let mode = ScaleRun.Mode(rawValue: value) else {
                    throw Usage(description: usage)
                }
                options.mode = mode
            default: throw Usage(description: usage)
            }
        }
        var results: [ScaleResult] = []
        for size in sizes {
            options.nodes = size
            options.authors = min(size, authors)
            results.append(try ScaleRun.result(options))
        }
        report(ScaleTable.render(results))
    }
}
