import Foundation
import Simulator
import Testing

/// The scenarios of the repository, the reader's errors, and `docs/scenarios.md`.
@Suite struct ScenarioTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func files() throws -> [String] {
        let folder = root.appendingPathComponent("Simulations/Scenarios")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".scenario") }.sorted()
    }

    static func scenario(_ file: String) throws -> Scenario {
        let url = root.appendingPathComponent("Simulations/Scenarios/\(file)")
        return try ScenarioReader.read(try String(contentsOf: url, encoding: .utf8))
    }

    @Test func theFolderHasThoseThatWerePromised() throws {
        let promised = [
            "thirty-days-off", "sale-day-split", "dying-head-office", "rolling-upgrade",
            "flapping-line", "ten-branches-one-warehouse", "month-end-split", "cloned-disk",
            "clock-ten-years-ahead", "restored-backup", "full-disk", "slow-line",
        ]
        let found = try Self.files().map { String($0.dropLast(9)) }
        #expect(Set(promised).subtracting(found).isEmpty)
    }

    @Test func everyScenarioBecomesAPlan() throws {
        for file in try Self.files() {
            let scenario = try Self.scenario(file)
            let plan = try scenario.plan(seed: 7, lane: .fast)
            #expect(!plan.acts.isEmpty && !plan.faults.isEmpty, "\(file)")
            #expect(plan.acts.allSatisfy { $0.at < plan.duration }, "\(file)")
            #expect(plan.acts.map(\.at) == plan.acts.map(\.at).sorted(), "\(file)")
            let again = try Self.scenario(file).plan(seed: 7, lane: .fast)
            #expect(again == plan, "\(file): one scenario and one seed have one plan")
            let other = try scenario.plan(seed: 8, lane: .fast)
            #expect(other.acts != plan.acts, "\(file): another seed is another day")
        }
    }

    @Test func ratesAreKeptByHours() throws {
        let plan = try ScenarioReader.read(
            """
            scenario Rates
            lasts 10d
            branch HZ
            branch GZ
            work HZ GZ 09:00-19:00 sell 6/h
            rush 2d 00:00 for 1d times 3 GZ
            must equal within 5m after the heal
            """
        ).plan(seed: 3, lane: .fast)
        let day: Milliseconds = 86_400_000
        let hours = plan.acts.map { $0.at % day / 3_600_000 }
        #expect(hours.allSatisfy { (9..<19).contains($0) })
        // 60 a day and branch, and 180 on one day at one of them: binomial, six deviations away.
        let usual = plan.acts.filter { $0.site == 0 }.count
        #expect((460...740).contains(usual))
        let rush = plan.acts.filter { $0.site == 1 && $0.at / day == 2 }.count
        #expect((110...250).contains(rush))
    }

    /// Text, the line of the fault, and words of the error.
    static let faults: [(text: String, line: Int, words: String)] = [
        ("colour blue", 1, "no directive"),
        ("scenario A\nscenario B", 2, "a second `scenario`"),
        ("lasts soon", 1, "no duration"),
        ("lasts 500d", 1, "too long"),
        ("begins 2026-02-30", 1, "no day"),
        ("branch hz", 1, "no code of a branch"),
        ("branch HZ\nbranch HZ", 2, "a second HZ"),
        ("branch HZ painted", 1, "nothing that a branch has"),
        ("branch HZ\nline HZ GZ 10ms", 2, "no branch GZ"),
        ("branch HZ\nline HZ HZ 10ms", 2, "to itself"),
        ("branch HZ\nwork HZ 21:00-09:00 sell 1/h", 2, "no opening hours"),
        ("branch HZ\nwork HZ 09:00-21:00 juggle 1/h", 2, "no act"),
        ("branch HZ\nwork HZ 09:00-21:00 sell often", 2, "no rate"),
        ("branch HZ\nwork HZ 09:00-21:00", 2, "nothing is done"),
        ("branch HZ\nbranch GZ\nat 0d 25:00 drop HZ GZ", 3, "no time"),
        ("branch HZ\nbranch GZ\nat 0d 10:00 cut HZ GZ", 3, "has no end"),
        ("branch HZ\nbranch GZ\nat 0d 10:00 for 1h drop HZ GZ", 3, "takes no time"),
        ("branch HZ\nbranch GZ\nat 0d 10:00 for 1h split HZ GZ", 3, "other side"),
        ("branch HZ\nat 0d 10:00 power HZ", 2, "`down` is missing"),
        ("branch HZ\nat 0d 10:00 explode HZ", 2, "nothing that happens"),
        ("branch HZ\nat 1d 10:00 restore HZ as-of 2d 10:00 down 1m", 2, "younger"),
        ("must be nice", 1, "begins no demand"),
        ("must reach heaven", 1, "no marker"),
        ("must equal within 5m of it", 1, "`after` is missing"),
        ("scenario A\nlasts 1d\nmust copies at most 2", 0, "no branch"),
        ("lasts 1d\nbranch HZ\nmust copies at most 2", 0, "no title"),
        ("scenario A\nlasts 1d\nbranch HZ", 0, "no demand"),
        (
            "scenario A\nlasts 1d\nbranch HZ\nmust copies at most 2\nat 1d 10:00 die HZ", 5,
            "after the end"
        ),
    ]

    @Test(arguments: faults.indices)
    func faultsNameTheirLine(place: Int) throws {
        let fault = Self.faults[place]
        let error = try #require(throws: ScenarioError.self) {
            try ScenarioReader.read(fault.text)
        }
        #expect(error.line == fault.line, "\(error)")
        #expect(error.what.contains(fault.words), "\(error)")
        #expect(!error.why.isEmpty && !error.next.isEmpty)
    }

    @Test func tooMuchWorkIsRefused() throws {
        let scenario = try ScenarioReader.read(
            """
            scenario A
            lasts 1d
            branch HZ
            work HZ 00:00-24:00 sell 3600/h
            rush 0d 00:00 for 1d times 100
            must copies at most 2
            """)
        // 8,640,000 acts are more than a run may hold.
        let error = try #require(throws: ScenarioError.self) {
            try scenario.plan(seed: 1, lane: .fast)
        }
        #expect(error.line == 4)
    }

    @Test func theDocumentNamesEveryWord() throws {
        let url = Self.root.appendingPathComponent("docs/scenarios.md")
        // In a table a bar is escaped.
        let text = try String(contentsOf: url, encoding: .utf8)
            .replacingOccurrences(of: "\\|", with: "|")
        for directive in Directive.allCases {
            for form in directive.form.components(separatedBy: " | ") {
                #expect(text.contains("`\(form)`"), "docs/scenarios.md lacks `\(form)`")
            }
        }
        for event in EventWord.allCases {
            #expect(text.contains("`\(event.form)`"), "docs/scenarios.md lacks `\(event.form)`")
        }
        for form in Expectation.forms {
            #expect(text.contains("`\(form)`"), "docs/scenarios.md lacks `\(form)`")
        }
        for act in Act.Kind.allCases {
            let name = ScenarioReader.dashed(act.rawValue)
            #expect(text.contains("`\(name)`"), "docs/scenarios.md lacks `\(name)`")
        }
        // And nothing that the reader does not know: every form in a table is one of these.
        let forms = Set(
            Directive.allCases.flatMap { $0.form.components(separatedBy: " | ") }
                + EventWord.allCases.map(\.form) + Expectation.forms)
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cell = line.dropFirst(3).prefix { $0 != "`" }
            #expect(forms.contains(String(cell)), "docs/scenarios.md has `\(cell)`")
        }
    }
}
