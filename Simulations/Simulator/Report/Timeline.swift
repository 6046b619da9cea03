/// The run as a picture: a strip for each branch with what broke there and what it lacked, what went
/// over the lines, and when people worked. Times run from the beginning of the work to the end.
struct Timeline {
    let record: RunRecord
    let lasts: Milliseconds
    /// When acts were, since the beginning.
    let acts: [Act]

    static let width = 960
    static let left = 64
    static let right = 12
    static let top = 26
    static let rowHeight = 58
    static let trafficHeight = 54
    /// Of the drawing area: one figure for two points.
    static let columns = (width - left - right) / 2

    var bottom: Int { Self.top + record.sites.count * Self.rowHeight }
    var height: Int { bottom + 2 * (Self.trafficHeight + 22) + 14 }
    /// What is shown beside the time of faults: the heal and the quiet after it.
    var end: Milliseconds { max(record.ended - record.began, lasts, 1) }

    func x(_ time: Milliseconds) -> Double {
        let part = Double(min(max(time - record.began, 0), end)) / Double(end)
        return Double(Self.left) + part * Double(Self.width - Self.left - Self.right)
    }

    var markup: String {
        let title = "What happened, branch by branch"
        let body =
            Self.patterns + grid + record.sites.indices.map(row).joined(separator: "\n")
            + traffic + work + heal
        return Markup.tag(
            "svg",
            [
                "viewBox": "0 0 \(Self.width) \(height)", "role": "img",
                "aria-labelledby": "timeline-title timeline-description", "class": "timeline",
                "xmlns": "http://www.w3.org/2000/svg",
            ],
            Markup.tag("title", ["id": "timeline-title"], title)
                + Markup.tag("desc", ["id": "timeline-description"], Markup.text(description))
                + body)
    }

    /// What a person who does not see the picture is told.
    private var description: String {
        let bands = record.bands.prefix(12).map { band in
            let sites = band.sites.map { record.sites[$0] }.joined(separator: ", ")
            return "\(band.kind) \(sites) from \(ScenarioTime.text(band.from - record.began)) for "
                + ScenarioTime.span(band.to - band.from)
        }
        let most = record.sites.indices.map { site in
            "\(record.sites[site]) \(lackingMost(site))"
        }
        return "Faults: \(bands.isEmpty ? "none" : bands.joined(separator: "; ")). "
            + "Entries that each branch lacked at most: \(most.joined(separator: ", "))."
    }

    // MARK: Axes

    private var grid: String {
        ticks.map { tick in
            let x = Self.figure(self.x(record.began + tick.at))
            let line = Markup.tag(
                "line",
                [
                    "x1": x, "x2": x, "y1": "\(Self.top - 4)", "y2": "\(height - 14)",
                    "class": tick.isDay ? "day" : "hour",
                ])
            let isLast = self.x(record.began + tick.at) > Double(Self.width - 40)
            return line + Self.label(tick.label, x, "16", isLast ? "end" : "middle")
        }.joined()
    }

    private struct Tick {
        let at: Milliseconds
        let isDay: Bool
        let label: String
    }

    /// At most a dozen labels, at whole hours or days.
    private var ticks: [Tick] {
        let hour: Milliseconds = 3_600_000
        let steps: [Milliseconds] = [1, 2, 3, 6, 12, 24, 48, 120, 240, 720].map { $0 * hour }
        let step = steps.first { end / $0 <= 12 } ?? end
        return stride(from: 0, through: end, by: Int64.Stride(step)).map { at in
            let isDay = at % (24 * hour) == 0
            let text = ScenarioTime.text(at)
            let label =
                step >= 24 * hour
                ? "\(at / (24 * hour))d" : isDay && at > 0 ? text : String(text.suffix(5))
            return Tick(at: at, isDay: isDay, label: label)
        }
    }

    // MARK: Pieces

    static func figure(_ value: Double) -> String { Markup.tenths(value) }

    static func label(
        _ text: String, _ x: String, _ y: String, _ anchor: String, _ kind: String = "label"
    ) -> String {
        Markup.tag(
            "text", ["x": x, "y": y, "text-anchor": anchor, "class": kind], Markup.text(text))
    }

    /// Where all is mended: everything to the right is the heal and the quiet after it.
    private var heal: String {
        guard record.healed > 0 else { return "" }
        let x = Self.figure(self.x(record.healed))
        return Markup.tag(
            "line",
            ["x1": x, "x2": x, "y1": "\(Self.top - 4)", "y2": "\(height - 14)", "class": "heal"])
    }

    /// Kinds of fault are told apart by their pattern, and by the word in the band.
    static let patterns: String = {
        func pattern(_ id: String, _ body: String) -> String {
            Markup.tag(
                "pattern",
                ["id": id, "width": "7", "height": "7", "patternUnits": "userSpaceOnUse"], body)
        }
        let slanted = Markup.tag(
            "path", ["d": "M-1,8 L8,-1 M-1,1 L1,-1 M6,8 L8,6", "class": "ink"])
        let crossed = Markup.tag("path", ["d": "M0,0 L7,7 M0,7 L7,0", "class": "ink"])
        let dotted = Markup.tag("circle", ["cx": "3.5", "cy": "3.5", "r": "1", "class": "dot"])
        let lined = Markup.tag("path", ["d": "M0,3.5 L7,3.5", "class": "ink"])
        return Markup.tag(
            "defs", [:],
            pattern("p-line", slanted) + pattern("p-disk", crossed) + pattern("p-clock", dotted)
                + pattern("p-off", lined))
    }()
}
