import Testing

@testable import Printing

/// A symbol as characters and as a picture: the modules come back from both.
@Suite struct DrawingTests {
    @Test(arguments: [1, 30, 100, 150, 600])
    func halfBlocksGiveTheModulesBack(characters: Int) throws {
        let symbol = try Symbol.qr(Samples.alphanumeric(characters, seed: 7))
        let lines = try #require(symbol.halfBlocks(columns: symbol.width + 4))
        #expect(lines.count == (symbol.height + 4 + 1) / 2)
        var rows: [[Bool]] = []
        for line in lines {
            #expect(line.count == symbol.width + 4)
            rows.append(line.map { "▀█".contains($0) })
            rows.append(line.map { "▄█".contains($0) })
        }
        for y in rows.indices {
            for x in rows[y].indices {
                // Two modules of white all around.
                #expect(rows[y][x] == symbol[x - 2, y - 2], "at \(x),\(y)")
            }
        }
    }

    @Test func whatIsWiderThanThePaperIsNotDrawn() throws {
        let symbol = try Symbol.qr("HZ-1")
        #expect(symbol.halfBlocks(columns: 24) == nil)
        #expect(symbol.halfBlocks(columns: 25)?.count == 13)
        #expect(try Symbol.code128("HZ-1").halfBlocks(columns: 500) == nil, "bars have no height")
    }

    /// (x, y, width, height) of the rectangles of a picture's path.
    private func rectangles(_ svg: String) -> [(x: Int, y: Int, width: Int, height: Int)] {
        svg.matches(of: /M(\d+) (\d+)h(\d+)v(\d+)H(\d+)z/).compactMap { match in
            guard let x = Int(match.1), let y = Int(match.2), let width = Int(match.3),
                let height = Int(match.4), Int(match.5) == x
            else { return nil }
            return (x, y, width, height)
        }
    }

    @Test(arguments: [0, 4])
    func thePathOfAPictureGivesTheModulesBack(quiet: Int) throws {
        let symbol = try Symbol.qr(Samples.alphanumeric(90, seed: 3))
        var dark: Set<[Int]> = []
        for run in rectangles(symbol.svg(module: 3, quiet: quiet)) {
            #expect(run.height == 1)
            for x in run.x..<run.x + run.width { dark.insert([x - quiet, run.y - quiet]) }
        }
        var expected: Set<[Int]> = []
        for y in 0..<symbol.height {
            for x in 0..<symbol.width where symbol[x, y] { expected.insert([x, y]) }
        }
        #expect(dark == expected)
    }

    @Test func barsAreStretchedAndStandBetweenQuietZones() throws {
        let symbol = try Symbol.ean13("4006381333931")
        let svg = symbol.svg(module: 2, quiet: 11)
        #expect(svg.hasPrefix("<svg "))
        #expect(svg.contains("width=\"234\" height=\"100\" viewBox=\"0 0 117 50\""))
        let runs = rectangles(svg)
        #expect(runs.count == 30, "two bars a digit, and six guards")
        #expect(runs.allSatisfy { $0.y == 0 && $0.height == 50 })
        #expect(runs.first?.x == 11)
    }

    @Test(arguments: [(Int.min, Int.min), (0, -1), (Int.max, Int.max)])
    func noSizeTraps(module: Int, quiet: Int) throws {
        let svg = try Symbol.qr("A").svg(module: module, quiet: quiet)
        let side = (21 + 2 * min(max(quiet, 0), 64)) * min(max(module, 1), 64)
        #expect(svg.contains("width=\"\(side)\" height=\"\(side)\""))
    }
}
