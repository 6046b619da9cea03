import Foundation
import Simulator
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// Runs of scenarios, what they measure, and the page about them. One simulation at a time: the
/// simulated disk is the process's.
@Suite(.serialized, .oneAtATime) struct ScenarioRunTests {
    static let short = """
        scenario A morning with a cut
        about    Two branches, & one of them "cut off" <for a while>.
        begins   2026-11-02
        lasts    3h
        branch   HZ
        branch   GZ
        branch   SH reads-own
        line     all 10ms
        work     all 00:00-03:00 sell 10/h receive 2/h
        at       0d 00:30 for 1h split GZ
        at       0d 02:00 power SH down 5m loses tear
        must     confirmed at least 30
        must     catch up within 2m after each fault
        must     equal within 5m after the heal
        must     reports as at 2026-11-02 agree
        must     no exception of kind fork
        must     reach restart
        """

    static func run(_ text: String, seed: UInt64 = 1, lane: Lane = .fast) throws -> ScenarioRun {
        try ScenarioRun(try ScenarioReader.read(text), seed: seed, lane: lane)
    }

    @Test func aShortOneHoldsAndItsPageSaysSo() throws {
        let run = try Self.run(Self.short)
        #expect(run.record.violation == nil, "\(run.record.violation.map { "\($0)" } ?? "")")
        #expect(run.unmet.isEmpty, "\(run.unmet)")
        #expect(run.record.entriesDelivered > 0)
        #expect(run.record.delivery?.count ?? 0 > 0)
        // Whoever was cut off lacked something, and had it soon.
        let catchUps = run.record.catchUps.filter { run.record.sites[$0.site] == "GZ" }
        #expect(catchUps.contains { $0.lacking > 0 && $0.milliseconds != nil })
        #expect(run.record.traffic.reduce(0) { $0 + $1.payloadBytes } > 0)
        try checkPage(ReportPage(run, command: "simulate run short --seed 1").html)
    }

    private func checkPage(_ html: String) throws {
        let words = [
            "A morning with a cut", "&quot;cut off&quot; &lt;for a while&gt;", "Held:",
            "id=\"timeline-title\"", "id=\"timeline-description\"", "Messages by kind",
            "From the end of a fault", "Entries, from their author", "What people asked",
            "When", "Law", "simulate run short --seed 1", "@media print", ">split<", ">no power<",
        ]
        for word in words { #expect(html.contains(word), "the page lacks \(word)") }
        // Self-contained: no script, nothing fetched.
        for word in ["<script", "src=", "<link", "@import", "url(http"] {
            #expect(!html.contains(word), "the page has \(word)")
        }
        let listener = Listener()
        let parser = XMLParser(data: Data(html.utf8))
        parser.delegate = listener
        #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "")")
        #expect(listener.counts["table"] == listener.counts["caption"])
        #expect(listener.counts["table"] ?? 0 >= 6)
        #expect(listener.counts["svg"] ?? 0 >= 2)
        #expect(listener.texts.isSuperset(of: ["HZ", "GZ", "SH"]))
    }

    private final class Listener: NSObject, XMLParserDelegate {
        var counts: [String: Int] = [:]
        var texts: Set<String> = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?,
            qualifiedName: String?, attributes: [String: String]
        ) { counts[name, default: 0] += 1 }

        func parser(_ parser: XMLParser, foundCharacters text: String) { texts.insert(text) }
    }

    @Test func measuringChangesNothing() throws {
        let plan = try ScenarioReader.read(Self.short).plan(seed: 2, lane: .fast)
        let hashes = try [true, false].map { measures in
            let simulation = try Simulation(plan, measures: measures)
            try simulation.run()
            return simulation.currentRecord.traceHash
        }
        #expect(hashes[0] == hashes[1])
    }

    @Test func theFullLaneHoldsToo() throws {
        let run = try Self.run(Self.short, seed: 3, lane: .full)
        #expect(run.isHeld, "\(run.record.violation.map { "\($0)" } ?? "\(run.unmet)")")
    }

    @Test func demandsThatAreNotMetAreTold() throws {
        let strict = Self.short.replacingOccurrences(
            of: "must     reach restart",
            with: """
                must     bytes at most 1kB
                must     confirmed at least 99999
                must     100% delivered within 1ms
                must     an exception of kind fork
                must     reach cloned
                must     catch up within 1ms after each fault
                """)
        let run = try Self.run(strict)
        #expect(run.record.violation == nil)
        #expect(run.unmet.count == 6, "\(run.unmet)")
        let html = ReportPage(run, command: "x").html
        #expect(html.contains("Not held: 6 of"))
    }

    @Test func aCompanyGoesOnWithoutHeadOffice() throws {
        let run = try Self.run(
            """
            scenario Head office dies
            lasts 3h
            branch HQ
            branch HZ
            branch GZ
            line all 10ms
            star HQ
            work HZ GZ 00:00-03:00 sell 10/h
            at 0d 01:00 die HQ
            at 0d 02:00 connect all
            must confirmed at least 30
            must equal within 5m after the heal
            """)
        #expect(run.isHeld, "\(run.record.violation.map { "\($0)" } ?? "\(run.unmet)")")
        // For an hour the two could not reach each other.
        let lag = run.record.lag.filter { $0.lacking.dropFirst().contains { $0 ?? 0 > 5 } }
        #expect(!lag.isEmpty)
    }

    @Test func histogramsKnowTheirParts() {
        var times = Histogram()
        for value in 1...10_000 { times.add(Milliseconds(value)) }
        for (thousandths, exact) in [(500, 5_000), (900, 9_000), (990, 9_900), (1_000, 10_000)] {
            let found = times.part(thousandths) ?? -1
            #expect(found >= exact && found <= exact + exact / 16, "\(thousandths): \(found)")
        }
        #expect(times.mean == 5_000)
        var both = Histogram()
        both.add(times)
        both.add(times)
        #expect(both.part(500) == times.part(500) && both.count == 20_000)
        #expect(Histogram().part(500) == nil)
    }
}
