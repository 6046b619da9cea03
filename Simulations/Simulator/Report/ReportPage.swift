/// One run as one page: no script, nothing fetched, made to be read on a phone and on paper.
package struct ReportPage {
    let run: ScenarioRun
    /// What repeats it.
    let command: String
    let timeline: Timeline

    var record: RunRecord { run.record }

    package init(_ run: ScenarioRun, command: String) {
        self.run = run
        self.command = command
        timeline = Timeline(record: run.record, lasts: run.plan.duration, acts: run.plan.acts)
    }

    /// Well-formed as XML too.
    package var html: String {
        let head =
            Markup.tag("meta", ["charset": "utf-8"])
            + Markup.tag(
                "meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"])
            + Markup.tag("title", [:], Markup.text("\(run.scenario.title) · Branchbook simulation"))
            + "<style>\n\(PageStyle.css)\n</style>"
        let body = Markup.tag(
            "main", [:],
            [
                header, verdict, figures, picture, demands, faults, catchUps, deliveries, messages,
                people, exceptions, laws, footer,
            ].joined(separator: "\n"))
        return "<!DOCTYPE html>\n"
            + Markup.tag(
                "html", ["lang": "en"],
                Markup.tag("head", [:], head) + Markup.tag("body", [:], body))
            + "\n"
    }

    private var header: String {
        let about = run.scenario.about.joined(separator: " ")
        let days = Double(run.plan.duration) / 86_400_000
        let line =
            "\(record.sites.count) branches, \(Markup.tenths(days)) days, seed \(record.seed), "
            + "\(record.lane.rawValue) lane"
        return Markup.tag(
            "header", [:],
            Markup.tag("p", ["class": "kicker"], "Branchbook simulation")
                + Markup.tag("h1", [:], Markup.text(run.scenario.title))
                + Markup.tag("p", ["class": "about"], Markup.text(about))
                + Markup.tag("p", ["class": "meta"], Markup.text(line)))
    }

    private var verdict: String {
        guard let violation = record.violation else {
            let text =
                run.isHeld
                ? "Held: every law, and all \(run.scenario.expectations.count) demands of the scenario."
                : "Not held: \(run.unmet.count) of \(run.scenario.expectations.count) demands."
            return Markup.tag(
                "p", ["class": run.isHeld ? "verdict held" : "verdict failed"],
                Markup.text((run.isHeld ? "✓ " : "✗ ") + text))
        }
        let events = run.lines.map { Markup.tag("li", [:], Markup.text($0)) }.joined()
        return Markup.tag(
            "section", ["class": "verdict failed"],
            Markup.tag(
                "p", [:],
                Markup.text(
                    "✗ Law \(violation.law.rawValue) did not hold at "
                        + "\(ScenarioTime.text(violation.at - record.began)): "
                        + violation.law.sentence))
                + Markup.tag("p", [:], Markup.text(violation.what))
                + (events.isEmpty ? "" : Markup.tag("ol", ["class": "events"], events)))
    }

    private var figures: String {
        var list: [(String, String)] = [
            ("documents confirmed", Markup.number(record.acknowledged)),
            ("refused", Markup.number(record.refused)),
            ("entries", Markup.number(Int(clamping: record.entries))),
            ("over all lines", Markup.bytes(record.totalBytes)),
            ("copies for each entry needed", record.copiesPerDelivery.map(hundredths) ?? "–"),
        ]
        if let delivery = record.delivery {
            list.append(("until half are elsewhere", Markup.span(delivery.p50)))
        }
        list.append(
            (
                "slowest catch-up",
                record.catchUps.compactMap(\.milliseconds).max().map(Markup.span) ?? "–"
            ))
        list.append(
            (
                "all equal after the heal",
                record.converged.map { $0 == 0 ? "at once" : Markup.span($0) } ?? "never"
            ))
        let items = list.map { name, value in
            Markup.tag(
                "div", [:],
                Markup.tag("dt", [:], Markup.text(name)) + Markup.tag("dd", [:], Markup.text(value))
            )
        }
        return Markup.tag("dl", ["class": "figures"], items.joined())
    }

    private var picture: String {
        let legend =
            "Each strip is a branch. The curve is what its node lacks of what others hold, in entries; "
            + "“≤” gives the most there was. Patterns are faults: slanted lines a line cut or slow, "
            + "level lines a node that is off, crosses a disk, dots a clock. The dashed line is the heal."
        return Markup.tag(
            "figure", [:],
            Markup.tag(
                "div",
                [
                    "class": "wide", "role": "region", "tabindex": "0",
                    "aria-label": "What happened, branch by branch",
                ], timeline.markup) + Markup.tag("figcaption", [:], Markup.text(legend)))
    }

    private var footer: String {
        let trace = String(record.traceHash, radix: 16)
        return Markup.tag(
            "footer", [:],
            Markup.tag("p", [:], "Again:" + " " + Markup.tag("code", [:], Markup.text(command)))
                + Markup.tag(
                    "p", [:],
                    Markup.text(
                        "The same scenario, seed and program give the same run; this one's trace is \(trace). "
                            + "Times are virtual, from the beginning of the scenario.")))
    }
}
