extension Symbol {
    /// Quiet zones in modules: what a reader asks for (ISO/IEC 18004; GS1 for EAN-13).
    static let qrQuiet = 4
    static let barsQuiet = 11

    /// Modules that bars are high; 15 % of a long symbol's width, so that a hand-held reader finds it.
    private var drawnHeight: Int { isBars ? max(50, width * 15 / 100) : height }

    /// A picture to stand in a page: a white ground, one black path. Bars may be stretched by a style.
    /// - Parameters:
    ///   - module: pixels that a module is wide, 1...64.
    ///   - quiet: modules of white around it, 0...64; only left and right of bars.
    package func svg(module: Int, quiet: Int) -> String {
        let (module, quiet) = (min(max(module, 1), 64), min(max(quiet, 0), 64))
        let wide = width + 2 * quiet
        let high = drawnHeight + (isBars ? 0 : 2 * quiet)
        let stretch = isBars ? " preserveAspectRatio=\"none\"" : ""
        return "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(wide * module)\""
            + " height=\"\(high * module)\" viewBox=\"0 0 \(wide) \(high)\"\(stretch)"
            + " shape-rendering=\"crispEdges\" aria-hidden=\"true\">"
            + "<rect width=\"\(wide)\" height=\"\(high)\" fill=\"#fff\"/>"
            + "<path d=\"\(path(quiet))\"/></svg>"
    }

    /// A rectangle for each run of dark modules of a row.
    private func path(_ quiet: Int) -> String {
        var path = ""
        let (top, rowHeight) = isBars ? (0, drawnHeight) : (quiet, 1)
        for y in 0..<height {
            var x = 0
            while x < width {
                guard self[x, y] else {
                    x += 1
                    continue
                }
                let start = x
                while self[x, y] { x += 1 }
                path += "M\(start + quiet) \(y + top)h\(x - start)v\(rowHeight)H\(start + quiet)z"
            }
        }
        return path
    }
}
