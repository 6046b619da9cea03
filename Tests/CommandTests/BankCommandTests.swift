import Foundation
import Testing

/// Money at banks, as a bookkeeper types it.
@Suite struct BankCommandTests {
    @Test func figuresBelowZeroAreTaken() throws {
        let shell = try Shell.shop()
        let entered = try shell(
            "invoice enter ACME CN-1 --net -10.00 --tax -0.60 --account expense/purchases --json")
        #expect(
            entered.status == 0 && entered.output.contains(#""total":"-10.60""#),
            "\(entered.talk)")
        let balance = try shell("bank balance main -5.00")
        #expect(balance.status == 0, "\(balance.talk)")
        #expect(try shell("reconcile").output.contains("-5.00"))
        #expect(try shell("bank balance main -- -5.00").status == 0)
        #expect(try shell("bank balance main").status == 64)
        #expect(try shell("bank balance main -5 --dte 1").status == 64)
        #expect(try shell("receive TEA:10@4.00 --supplier ACME").status == 0)
        #expect(try shell("revalue TEA --by -1.00").status == 0)
        #expect(try shell("balance").output.contains("39.00"))
    }

    private func run(
        _ shell: Shell, _ rows: String, _ more: String = ""
    ) throws -> (output: String, rejects: String) {
        let file = shell.folder.appending(path: "nov.csv")
        try Data("date,amount,text\n\(rows)".utf8).write(to: file)
        let told = try shell("import table bank \(file.path) --bank main --json\(more)")
        #expect(told.status == 0, "\(told.talk)")
        let rejects = try? String(
            contentsOf: URL(fileURLWithPath: file.path + ".rejects.csv"), encoding: .utf8)
        return (told.output, rejects ?? "")
    }

    /// Bad rows are named, all at once, and keep no good one out; known ones are counted.
    @Test func badRowsKeepNoGoodOneOut() throws {
        let shell = try Shell.shop()
        let good = "2026-11-02,5.00,a\n2026-11-03,6.00,b\n"
        let first = try run(shell, good)
        #expect(first.output.contains(#""done":2"#) && first.rejects == "")
        let rows = good + "2026-11-04,\"1,234.50\",c\n2026-11-05,7.00,d\n2026-11-06,1.2345,e\n"
        for (more, done) in [(" --dry-run", 1), ("", 1), ("", 0)] {
            let told = try run(shell, rows, more)
            #expect(told.output.contains("\"done\":\(done),"), "\(told.output)")
            #expect(told.output.contains("\"unchanged\":\(3 - done)"), "\(told.output)")
            #expect(told.output.contains(#""refused":2"#), "\(told.output)")
            let lines = told.rejects.split(whereSeparator: \.isNewline).dropFirst()
            #expect(lines.map { $0.prefix(4) } == ["4,4,", "6,6,"], "\(told.rejects)")
        }
    }

    /// What was booked is told, also where another line is refused before it.
    @Test func whatWasBookedIsTold() throws {
        let shell = try Shell.shop()
        func day(_ ago: Double) -> String {
            String(Date(timeIntervalSinceNow: -86_400 * ago).ISO8601Format().prefix(10))
        }
        for debt in ["Hotel=20.00 equity/capital=-20.00", "Inn=5.00 equity/capital=-5.00"] {
            #expect(try shell("post receivable/\(debt) --date \(day(40))").status == 0)
        }
        _ = try run(shell, "\(day(30)),20.00,Hotel\n\(day(5)),5.00,Inn\n")
        let closed = try shell("period close \(day(20))")
        #expect(closed.status == 0, "\(closed.talk)")
        let booked = try shell("bank book main --json")
        #expect(booked.status == 65, "\(booked.talk)")
        #expect(booked.output.contains(#""total":"5.00""#), "\(booked.output)")
        #expect(booked.talk.contains("B0"), "\(booked.talk)")
    }
}
