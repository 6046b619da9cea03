import ArgumentParser
import Testing

@testable import simulate

/// What the command `simulate scale` takes.
@Suite struct ScaleOptionsTests {
    @Test(arguments: [
        ["--nodes", "1"], ["--nodes"], ["--nodes", "50,,200"], ["--nodes", "50,x"],
        ["--what", "5"], ["--mode", "x"], ["--authors", "0"], ["--seed", "-1"],
    ])
    func wrongArgumentsAreAnswered(arguments: [String]) {
        #expect(throws: (any Error).self) { try ScaleModeCommand.parse(arguments) }
    }

    @Test func sizesAreSeparatedByCommas() throws {
        let command = try ScaleModeCommand.parse(["--nodes", "50,200", "--quick"])
        #expect(command.nodes.values == [50, 200])
        #expect(command.quick)
        #expect(try ScaleModeCommand.parse([]).nodes.values == [50, 200, 1_000, 2_000])
    }
}
