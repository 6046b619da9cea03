import Foundation

/// Measures the bars of the design, beside their floors in one run (reports have none), and prints JSON.
///
///     bench [SALES] [--branchbook PATH] [--only store|goods|daemons]
///
/// In this process: catch-up of a store from runs of entries against plain inserts of the rows that it
/// ends with (`store`); what a sale costs after all the others, a late receipt, and reports of a month
/// (`goods`). With two real daemons on loopback: a newcomer's catch-up, local sales of one client and of 32,
/// the way to a peer, reports, memory, an idle link (`daemons`). Ratios and medians mean something; seconds
/// are this machine's at this hour.
@main
struct Bench {
    static func main() throws {
        var sales = 50_000
        var program: String?
        var only: String?
        var rest = CommandLine.arguments.dropFirst()
        while let argument = rest.popFirst() {
            if argument == "--branchbook" {
                program = rest.popFirst()
            } else if argument == "--only", let part = rest.popFirst(),
                ["store", "goods", "daemons"].contains(part)
            {
                only = part
            } else if let count = Int(argument), count > 0 {
                sales = count
            } else {
                FileHandle.standardError.write(
                    Data(
                        "usage: bench [SALES] [--branchbook PATH] [--only store|goods|daemons]\n"
                            .utf8))
                exit(64)
            }
        }
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "branchbook-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var figures: [(String, Double)] = [("sales", Double(sales))]
        func isAsked(_ part: String) -> Bool { only == nil || only == part }
        if isAsked("store") {
            note("catch-up of a store, three rounds of \(sales) sales")
            figures += try StoreCatchUp(sales: sales, folder: folder).measure()
        }
        if isAsked("goods") {
            note("goods: \(sales) sales, a late receipt, reports of a month")
            figures += try Goods(sales: sales, folder: folder).measure()
        }
        if isAsked("daemons"), let program {
            figures += try Daemons(program: program, sales: sales, folder: folder).measure()
        }
        let lines = figures.map { "  \"\($0.0)\": \(String(format: "%.3f", $0.1))" }
        print("{\n\(lines.joined(separator: ",\n"))\n}")
    }

    static func note(_ text: String) {
        FileHandle.standardError.write(Data("\(text)\n".utf8))
    }
}

func seconds(_ work: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let span = try clock.measure(work)
    return Double(span.components.seconds) + Double(span.components.attoseconds) / 1e18
}

/// The value at a share of the way through, from 0 to 1.
func quantile(_ values: [Double], _ share: Double) -> Double {
    let sorted = values.sorted()
    return sorted[min(sorted.count - 1, Int(Double(sorted.count) * share))]
}

func median(_ values: [Double]) -> Double { quantile(values, 0.5) }
