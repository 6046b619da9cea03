import ArgumentParser
import Foundation

/// Plants bugs in a copy of the core, one at a time, and demands that a law sees each.
struct MutantsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mutants",
        abstract: "Plants the bugs of Simulations/Mutants and proves that the laws see each.")

    @Option(help: "The package; mutations are applied to a copy of it.")
    var package = "."

    @Option(help: "Where the copy and its build are kept.")
    var scratch = ".build-mutants"

    @Option(help: "Only these, as in 3,7,20..25.")
    var only: String?

    @Option(help: "Seeds to try in each lane.")
    var seeds: UInt64 = 400

    @Option(help: "Seconds for one mutation.")
    var seconds: Double = 180

    @Option(help: "Seconds for one seed; one that takes longer does not end.")
    var seedSeconds: Double = 60

    @Option(help: "Mutations at once.")
    var jobs = 2

    @Option(help: "How many branches a run has, as in 5 or 3..8.")
    var nodes = "3..5"

    @Option(help: "Seeds of each lane that must pass with no mutation switched on.")
    var sample: UInt64 = 8

    @Flag(help: "Take the copy as it was built the last time.")
    var skipBuild = false

    @Flag(help: "Build and stop: what follows needs no compiler.")
    var buildOnly = false

    @Flag(help: "Only list the mutations, each with the laws that should see it.")
    var list = false

    @Option(help: "Write the table to this file too.")
    var table: String?

    func run() throws {
        let root = URL(fileURLWithPath: package)
        let patches = try chosen(
            MutantsPatch.all(in: root.appendingPathComponent("Simulations/Mutants")))
        if list {
            for patch in patches {
                let laws = patch.laws.map { "\($0)" }.joined(separator: ", ")
                print("\(patch.number) \(patch.name) (laws \(laws)): \(patch.what)")
            }
            return
        }
        let tree = MutantsTree(root: root, folder: URL(fileURLWithPath: scratch))
        if !skipBuild {
            // All of them are applied, whichever are looked for.
            try tree.write(MutantsPatch.all(in: root.appendingPathComponent("Simulations/Mutants")))
            try tree.build()
        }
        if buildOnly { return }
        let hunt = MutantsHunt(
            tree.binary,
            MutantsHunt.Limits(
                seeds: max(seeds, 1), seconds: seconds, secondsOfSeed: seedSeconds, nodes: nodes))
        try checkBaseline(hunt)
        let findings = hunt.run(patches, jobs: max(1, min(jobs, 64))) { finding in
            print(MutantsTable.line(finding))
            fflush(nil)
        }
        try report(findings)
    }

    private func checkBaseline(_ hunt: MutantsHunt) throws {
        guard sample > 0 else { return }
        for ground in [MutantsPatch.Ground.fastGentle, .fullGentle] {
            let failed = hunt.baseline(ground, count: sample)
            for (seed, what) in failed {
                print("without any mutation, seed \(seed) (\(ground.rawValue)): \(what)")
            }
            guard failed.isEmpty else { throw ExitCode(2) }
            print("without any mutation, seeds 1..\(sample) (\(ground.rawValue)) pass")
        }
        for (_, what) in hunt.baseline(.disk, count: 1) {
            print("without any mutation, the disk: \(what)")
            throw ExitCode(2)
        }
        fflush(nil)
    }

    private func report(_ findings: [MutantsHunt.Finding]) throws {
        let text = ([MutantsTable.head] + findings.map(MutantsTable.row)).joined(separator: "\n")
        print("")
        print(text)
        if let table {
            try (text + "\n").write(toFile: table, atomically: true, encoding: .utf8)
        }
        let survivors = findings.filter { $0.how == .notCaught }
        let runs = findings.map(\.runs).sorted()
        print("")
        print(
            "\(findings.count - survivors.count) of \(findings.count) caught, half of them within "
                + "\(runs.isEmpty ? 0 : runs[runs.count / 2]) runs")
        if !survivors.isEmpty {
            print("not caught: \(survivors.map { "\($0.patch.number)" }.joined(separator: " "))")
            throw ExitCode(1)
        }
    }

    private func chosen(_ all: [MutantsPatch]) throws -> [MutantsPatch] {
        guard let only else { return all }
        var numbers: Set<Int> = []
        for part in only.components(separatedBy: ",") {
            guard let range = PlanOptions.Range(argument: part) else {
                throw ValidationError("--only \(part) is neither a number nor a range")
            }
            numbers.formUnion(range.values)
        }
        return all.filter { numbers.contains($0.number) }
    }
}
