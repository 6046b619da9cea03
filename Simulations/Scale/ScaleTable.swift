/// Results as people read them: a Markdown table, one row for each run and phase.
package enum ScaleTable {
    package static func render(_ results: [ScaleResult]) -> String {
        [overlays(results), phases(results), kinds(results)].joined(separator: "\n")
    }

    private static func overlays(_ results: [ScaleResult]) -> String {
        var rows: [[String]] = [
            [
                "nodes", "authors", "seed", "links", "degree", "pieces", "flooding: copies",
                "delivery p50/p99, ms", "last node p50/p99, ms", "delivery later, ms",
                "idle B/min a link", "framed",
                "events", "trace",
            ]
        ]
        for result in results {
            let overlay = result.overlay
            rows.append([
                "\(result.nodes)", "\(result.authors)", "\(result.seed)", "\(overlay.links)",
                "\(overlay.degreeLeast)–\(overlay.degreeMost), \(decimal(overlay.degreeMean, 1))",
                "\(overlay.pieces)",
                result.flooding.map { decimal($0.copiesPerDelivery, 2) } ?? "–",
                result.flooding.map { "\($0.deliveryP50) / \($0.deliveryP99)" } ?? "–",
                result.flooding.map { "\($0.lastNodeP50) / \($0.lastNodeP99)" } ?? "–",
                result.floodingLater.map { "\($0.deliveryP50) / \($0.deliveryP99)" } ?? "–",
                result.idleBytesPerLinkMinute.map { decimal($0, 1) } ?? "–",
                result.idleFramedBytesPerLinkMinute.map { decimal($0, 1) } ?? "–",
                "\(result.events)", String(result.trace, radix: 16),
            ])
        }
        return table(rows)
    }

    private static func phases(_ results: [ScaleResult]) -> String {
        var rows: [[String]] = [
            [
                "nodes", "phase", "entries", "deliveries", "copies", "control B", "framed B",
                "run headers B", "delivery p50/p99, ms", "last node p50/p99/most, ms", "missing",
            ]
        ]
        for result in results {
            for phase in result.phases {
                rows.append([
                    "\(result.nodes)", phase.name, "\(phase.published)", "\(phase.deliveries)",
                    decimal(phase.copiesPerDelivery, 3), decimal(phase.controlPerDelivery, 1),
                    decimal(phase.framedControlPerDelivery, 1),
                    decimal(phase.runHeaderPerDelivery, 1),
                    "\(phase.deliveryP50) / \(phase.deliveryP99)",
                    "\(phase.lastNodeP50) / \(phase.lastNodeP99) / \(phase.lastNodeMost)",
                    "\(phase.missing)",
                ])
            }
        }
        return table(rows)
    }

    /// Bytes for each delivery, by kind of message.
    private static func kinds(_ results: [ScaleResult]) -> String {
        let names = Set(results.flatMap { $0.phases.flatMap { $0.kinds.map(\.name) } })
            .subtracting(["run"]).sorted()
        var rows: [[String]] = [["nodes", "phase"] + names.map { "\($0) B" }]
        for result in results {
            for phase in result.phases {
                let deliveries = Double(max(phase.deliveries, 1))
                let cells = names.map { name in
                    let bytes = phase.kinds.first { $0.name == name }?.bytes ?? 0
                    return decimal(Double(bytes) / deliveries, 2)
                }
                rows.append(["\(result.nodes)", phase.name] + cells)
            }
        }
        return table(rows)
    }

    private static func table(_ rows: [[String]]) -> String {
        guard let head = rows.first else { return "" }
        var lines = [line(head), line(head.map { _ in "---" })]
        lines += rows.dropFirst().map(line)
        return lines.joined(separator: "\n") + "\n"
    }

    private static func line(_ cells: [String]) -> String {
        "| " + cells.joined(separator: " | ") + " |"
    }

    /// With so many digits after the point, rounded half away from zero.
    static func decimal(_ value: Double, _ digits: Int) -> String {
        var scale = 1
        for _ in 0..<digits { scale *= 10 }
        let scaled = Int((value * Double(scale)).rounded())
        let fraction = "\(abs(scaled) % scale)"
        let zeros = String(repeating: "0", count: max(0, digits - fraction.utf8.count))
        let sign = scaled < 0 ? "-" : ""
        return digits == 0
            ? "\(sign)\(abs(scaled))" : "\(sign)\(abs(scaled) / scale).\(zeros)\(fraction)"
    }
}
