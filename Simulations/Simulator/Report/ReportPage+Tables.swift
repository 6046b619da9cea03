/// The tables of the page.
extension ReportPage {
    private typealias Table = MarkupTable

    private func time(_ at: Milliseconds) -> String { ScenarioTime.text(at - record.began) }

    private func section(_ title: String, _ body: String) -> String {
        Markup.tag("section", [:], Markup.tag("h2", [:], Markup.text(title)) + body)
    }

    var demands: String {
        var table = Table(
            caption: "What the scenario demands beside the laws",
            columns: [.text("Demand"), .text("Held"), .text("What was found")])
        for expectation in run.scenario.expectations {
            let finding = run.findings.first { $0.expectation == expectation }
            table.rows.append([
                .head(expectation.text),
                .text(finding.map { $0.isMet ? "yes" : "NO" } ?? "not judged"),
                .text(finding?.what ?? "the run ended early"),
            ])
        }
        var markup = table.markup
        for (site, times) in run.compared.sorted(by: { $0.key < $1.key }) {
            markup += compared(site, times.slow, times.quick)
        }
        return section("Demands", markup)
    }

    private func compared(
        _ site: Int, _ slow: RunRecord.Delivery, _ quick: RunRecord.Delivery
    ) -> String {
        var table = Table(
            caption: "Entries of the others, from their author's disk to another's",
            note: "Law 34: all branches but \(record.sites[site]), with its line slow and without.",
            columns: [
                .text("Line of \(record.sites[site])"), .number("Half within"),
                .number("99 in 100"), .number("The last"),
            ])
        for (name, times) in [("slow", slow), ("as usual", quick)] {
            table.rows.append([
                .head(name), .text(Markup.span(times.p50)), .text(Markup.span(times.p99)),
                .text(Markup.span(times.most)),
            ])
        }
        return table.markup
    }

    var faults: String {
        let bands = record.bands.filter { $0.from >= record.began }
        guard !bands.isEmpty else { return "" }
        var table = Table(
            caption: "What broke",
            note: bands.count > Self.rowsMax
                ? "The first \(Self.rowsMax) of \(bands.count)." : nil,
            columns: [.text("Fault"), .text("Branches"), .number("At"), .number("For")])
        for band in bands.prefix(Self.rowsMax) {
            table.rows.append([
                .head(band.kind),
                .text(band.sites.map { record.sites[$0] }.joined(separator: ", ")),
                .text(time(band.from)), .text(ScenarioTime.span(band.to - band.from)),
            ])
        }
        return section("Faults", table.markup)
    }

    static let rowsMax = 40

    /// A row for each fault after which somebody lacked something, a column for each branch.
    var catchUps: String {
        let bands = record.catchUps.reduce(into: [Int]()) { bands, catchUp in
            if bands.last != catchUp.band { bands.append(catchUp.band) }
        }
        guard !bands.isEmpty else { return "" }
        var table = Table(
            caption: "From the end of a fault until all was there that anybody had",
            note:
                "In brackets the entries that were lacking; “–”: nothing lacked, or the node was off"
                + (bands.count > Self.rowsMax
                    ? "; the first \(Self.rowsMax) of \(bands.count)." : "."),
            columns: [.text("After"), .number("At")] + record.sites.map { .number($0) })
        for band in bands.prefix(Self.rowsMax) {
            let found = record.catchUps.filter { $0.band == band }
            let kind = record.bands.indices.contains(band) ? record.bands[band].kind : "the heal"
            let cells = record.sites.indices.map { site -> Table.Cell in
                guard let catchUp = found.first(where: { $0.site == site }) else {
                    return .text("–")
                }
                let time = catchUp.milliseconds.map(Markup.span) ?? "not yet"
                return .text("\(time) (\(Markup.number(catchUp.lacking)))")
            }
            table.rows.append(
                [.head(kind), .text(found.first.map { time($0.from) } ?? "")] + cells)
        }
        return section("Catching up", table.markup)
    }

    var deliveries: String {
        guard let all = record.delivery else { return "" }
        var table = Table(
            caption: "Entries, from their author's disk to another's",
            note:
                "\(record.copiesPerDelivery.map(hundredths) ?? "–") copies came for each entry that a "
                + "node needed: \(Markup.number(record.entriesAgain)) came although they were held.",
            columns: [
                .text("To"), .number("Entries"), .number("Half within"), .number("Nine in ten"),
                .number("99 in 100"), .number("The last"),
            ])
        func row(_ name: String, _ times: RunRecord.Delivery) -> [Table.Cell] {
            [
                .head(name), .text(Markup.number(times.count)), .text(Markup.span(times.p50)),
                .text(Markup.span(times.p90)), .text(Markup.span(times.p99)),
                .text(Markup.span(times.most)),
            ]
        }
        for site in record.sites {
            if let times = record.deliveries[site] { table.rows.append(row(site, times)) }
        }
        table.rows.append(row("all", all))
        return section("Deliveries", table.markup)
    }

    var messages: String {
        var table = Table(
            caption: "Messages by kind",
            note: "Before sealing, from the founding of the company on.",
            columns: [
                .text("Kind"), .number("Messages"), .number("Bytes"), .number("Share of bytes"),
                .number("Bytes each"),
            ])
        let kinds = record.bytes.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        for (kind, bytes) in kinds {
            let count = record.messages[kind] ?? 0
            table.rows.append([
                .head(kind), .text(Markup.number(count)), .text(Markup.number(bytes)),
                .text(Markup.percent(bytes, of: record.totalBytes)),
                .text(count == 0 ? "–" : Markup.number(bytes / count)),
            ])
        }
        table.rows.append([
            .head("all"), .text(Markup.number(record.totalMessages)),
            .text(Markup.number(record.totalBytes)), .text("100 %"), .text("–"),
        ])
        return section("Messages", table.markup)
    }

    var people: String {
        var table = Table(
            caption: "What people asked",
            columns: [.text("What came of it"), .number("Number")])
        table.rows = [
            [.head("asked"), .text(Markup.number(record.acts))],
            [.head("documents confirmed"), .text(Markup.number(record.acknowledged))],
            [
                .head("could not be asked: the node was off, or there was nothing to do"),
                .text(Markup.number(record.actsSkipped)),
            ],
        ]
        for (code, count) in record.refusals.sorted(by: { $0.key < $1.key }) {
            table.rows.append([
                .head("refused: \(RunRecord.words(ofRefusal: code)) (\(code))"),
                .text(Markup.number(count)),
            ])
        }
        return section("People", table.markup)
    }

    var exceptions: String {
        guard !record.exceptionsSeen.isEmpty else {
            return section(
                "Exceptions",
                Markup.tag("p", [:], "At the end no node shows anything that needs a person."))
        }
        var rows: [(seen: RunRecord.Seen, nodes: [String])] = []
        for seen in record.exceptionsSeen {
            let place = rows.firstIndex {
                ($0.seen.kind, $0.seen.subject, $0.seen.figure)
                    == (seen.kind, seen.subject, seen.figure)
            }
            if let place {
                rows[place].nodes.append(seen.machine)
            } else {
                rows.append((seen, [seen.machine]))
            }
        }
        var table = Table(
            caption: "What needs a person at the end",
            note: "As `branchbook exceptions` shows it at each node"
                + (rows.count > Self.rowsMax
                    ? "; the first \(Self.rowsMax) of \(rows.count)." : "."),
            columns: [
                .text("Kind"), .text("Subject"), .number("Figure"), .text("What to do"),
                .text("Seen at"),
            ])
        for (seen, nodes) in rows.prefix(Self.rowsMax) {
            table.rows.append([
                .head(seen.kind), .text(seen.subject), .text(seen.figure), .text(seen.next),
                .text(nodes.joined(separator: ", ")),
            ])
        }
        return section("Exceptions", table.markup)
    }

    var laws: String {
        var table = Table(
            caption: "The laws, and when each was looked at",
            note: "Strokes are times over the whole run, evenly thinned. Laws without figures are "
                + "looked at by the event that could break them.",
            columns: [
                .number("Law"), .text("What it says"), .number("Times"), .number("Last"),
                .text("When"),
            ])
        for law in Law.allCases {
            let checks = record.checks[law.rawValue]
            table.rows.append([
                .head("\(law.rawValue)"), .text(law.sentence),
                .text(checks.map { Markup.number($0.count) } ?? "–"),
                .text(checks.map { time($0.last) } ?? "–"),
                .markup(checks.map(timeline.strokes) ?? "–"),
            ])
        }
        return section("Laws", table.markup)
    }
}
