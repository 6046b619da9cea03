/// The strips of the picture.
extension Timeline {
    func row(_ site: Int) -> String {
        let top = Self.top + site * Self.rowHeight
        let base = top + Self.rowHeight - 8
        let head = Self.label(
            record.sites[site], "\(Self.left - 8)", "\(top + 24)", "end", "name")
        let most = Self.label(
            "≤ \(Markup.number(lackingMost(site)))", "\(Self.left - 8)", "\(top + 40)", "end")
        let line = Markup.tag(
            "line",
            [
                "x1": "\(Self.left)", "x2": "\(Self.width - Self.right)", "y1": "\(base)",
                "y2": "\(base)", "class": "base",
            ])
        return Markup.tag(
            "g", [:],
            bands(of: site, top: top + 6, height: base - top - 6) + lag(site, base: base) + line
                + head + most)
    }

    private func bands(of site: Int, top: Int, height: Int) -> String {
        var labelledUntil = 0.0
        return record.bands.filter { $0.sites.contains(site) && $0.from >= record.began }
            .map { band in
                let (from, to) = (x(band.from), x(min(band.to, record.healed)))
                let width = max(to - from, 1.5)
                let title = Markup.tag(
                    "title", [:],
                    Markup.text(
                        "\(band.kind), \(ScenarioTime.text(band.from - record.began)), for "
                            + ScenarioTime.span(band.to - band.from)))
                let rect = Markup.tag(
                    "rect",
                    [
                        "x": Self.figure(from), "y": "\(top)", "width": Self.figure(width),
                        "height": "\(height)", "fill": "url(#\(Self.pattern(band.kind)))",
                        "class": "band",
                    ], title)
                // Where there is no room for the word, the table below has it.
                let room = Double(band.kind.count) * 6.4 + 6
                guard width >= min(room, 40), from >= labelledUntil,
                    from + room < Double(Self.width)
                else { return rect }
                labelledUntil = from + room
                return rect
                    + Self.label(
                        band.kind, Self.figure(from + 3), "\(top + 11)", "start", "kind")
            }.joined()
    }

    static func pattern(_ kind: String) -> String {
        switch kind {
        case "cut", "isolated", "split", "bridged", "swizzled", "flapping", "slow": "p-line"
        case "disk fails", "lying disk", "disk lost", "bit flipped", "restored", "cloned": "p-disk"
        case "clock stands": "p-clock"
        default: "p-off"
        }
    }

    func lackingMost(_ site: Int) -> Int {
        record.lag.filter { $0.at >= record.began }
            .compactMap { $0.lacking.indices.contains(site) ? $0.lacking[site] : nil }.max() ?? 0
    }

    /// The most that was lacking in each column; a gap where the node was off.
    private func lag(_ site: Int, base: Int) -> String {
        var most: [Int?] = Array(repeating: nil, count: Self.columns + 1)
        for sample in record.lag where sample.at >= record.began {
            guard sample.lacking.indices.contains(site), let lacking = sample.lacking[site] else {
                continue
            }
            let column = Int((x(sample.at) - Double(Self.left)) / 2)
            most[column] = max(most[column] ?? 0, lacking)
        }
        let top = max(record.sites.indices.map(lackingMost).max() ?? 1, 1)
        let room = Double(Self.rowHeight - 26)
        var path = ""
        var area = ""
        var isDrawing = false
        for (column, lacking) in most.enumerated() {
            guard let lacking else { continue }
            let x = Self.figure(Double(Self.left + 2 * column))
            let height = lacking == 0 ? 0 : max(Double(lacking) / Double(top) * room, 2)
            let y = Self.figure(Double(base) - height)
            path += isDrawing ? " L\(x),\(y)" : "M\(x),\(y)"
            area += isDrawing ? " L\(x),\(y)" : "M\(x),\(base) L\(x),\(y)"
            isDrawing = true
        }
        guard isDrawing, let last = most.lastIndex(where: { $0 != nil }) else { return "" }
        area += " L\(Self.left + 2 * last),\(base) Z"
        return Markup.tag("path", ["d": area, "class": "area"])
            + Markup.tag("path", ["d": path, "class": "lag"])
    }

    // MARK: Lines and people

    /// Bytes over all lines: entries below, everything else on top.
    var traffic: String {
        let top = bottom + 20
        let base = top + Self.trafficHeight
        let most = max(record.traffic.map { $0.payloadBytes + $0.controlBytes }.max() ?? 1, 1)
        // A catch-up is many times what goes on a usual day: by square roots both can be seen.
        let scale = Double(Self.trafficHeight) / Double(most).squareRoot()
        let bars = record.traffic.enumerated().map { place, part in
            let all = part.payloadBytes + part.controlBytes
            let height = Double(all).squareRoot() * scale
            let from = x(record.began + Milliseconds(place) * record.trafficPart)
            let to = x(record.began + Milliseconds(place + 1) * record.trafficPart)
            func bar(_ bytes: Int, _ below: Int, _ kind: String) -> String {
                guard bytes > 0 else { return "" }
                let share = height / Double(max(all, 1))
                return Markup.tag(
                    "rect",
                    [
                        "x": Self.figure(from), "width": Self.figure(max(to - from - 0.4, 0.4)),
                        "y": Self.figure(Double(base) - Double(below + bytes) * share),
                        "height": Self.figure(Double(bytes) * share), "class": kind,
                    ])
            }
            return bar(part.payloadBytes, 0, "payload")
                + bar(part.controlBytes, part.payloadBytes, "control")
        }.joined()
        return strip(
            "lines", "≤ \(Markup.bytes(most))", top: top, base: base,
            note:
                "bytes in each \(ScenarioTime.span(record.trafficPart)), by square roots: dark entries, light all else"
        )
            + bars
    }

    /// What people asked, in the same parts.
    var work: String {
        let top = bottom + Self.trafficHeight + 42
        let base = top + Self.trafficHeight
        var counts = [Int](repeating: 0, count: RunRecord.Traffic.parts + 1)
        for act in acts { counts[min(Int(act.at / record.trafficPart), counts.count - 1)] += 1 }
        let most = max(counts.max() ?? 1, 1)
        let bars = counts.enumerated().filter { $0.element > 0 }.map { place, count in
            let from = x(record.began + Milliseconds(place) * record.trafficPart)
            let to = x(record.began + Milliseconds(place + 1) * record.trafficPart)
            let height = Double(count) / Double(most) * Double(Self.trafficHeight)
            return Markup.tag(
                "rect",
                [
                    "x": Self.figure(from), "width": Self.figure(max(to - from - 0.4, 0.4)),
                    "y": Self.figure(Double(base) - height), "height": Self.figure(height),
                    "class": "acts",
                ])
        }.joined()
        return strip(
            "people", "≤ \(Markup.number(most))", top: top, base: base,
            note: "what clerks asked in each \(ScenarioTime.span(record.trafficPart))") + bars
    }

    private func strip(
        _ name: String, _ most: String, top: Int, base: Int, note: String
    ) -> String {
        Self.label(name, "\(Self.left - 8)", "\(top + 22)", "end", "name")
            + Self.label(most, "\(Self.left - 8)", "\(top + 38)", "end")
            + Self.label(note, "\(Self.left + 3)", "\(top - 4)", "start", "kind")
            + Markup.tag(
                "line",
                [
                    "x1": "\(Self.left)", "x2": "\(Self.width - Self.right)", "y1": "\(base)",
                    "y2": "\(base)", "class": "base",
                ])
    }

    // MARK: Laws

    /// When one law was looked at, as small strokes over the whole run.
    func strokes(_ checks: RunRecord.Checks) -> String {
        let width = 150.0
        let path = checks.times.filter { $0 >= record.began }.map { time in
            let x = Double(min(time - record.began, end)) / Double(end) * width
            return "M\(Self.figure(x)),1 v10"
        }.joined(separator: " ")
        let text = "looked at \(checks.count) times"
        return Markup.tag(
            "svg",
            [
                "viewBox": "0 0 150 12", "width": "150", "height": "12", "role": "img",
                "aria-label": text, "class": "strokes",
            ], Markup.tag("title", [:], text) + Markup.tag("path", ["d": path, "class": "stroke"]))
    }
}
