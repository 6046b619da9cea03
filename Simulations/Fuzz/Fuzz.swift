import Foundation

/// The one executable of all targets: `fuzz TARGET [libFuzzer's options] [CORPUS…]`, `fuzz list`,
/// `fuzz seeds FOLDER`. `Scripts/fuzz` builds and drives it.
enum Fuzz {
    static var targets: [any FuzzTarget.Type] {
        [
            HandshakeTarget.self, RecordsTarget.self, MessagesTarget.self, GossipTarget.self,
            RunTarget.self, EntryTarget.self, PayloadTarget.self, RosterTarget.self,
            StoreTarget.self, InvitationTarget.self, CredentialsTarget.self, CSVTarget.self,
            SalesTarget.self, ControlTarget.self,
        ]
    }
    static let variable = "BRANCHBOOK_FUZZ_TARGET"

    /// libFuzzer calls from one thread, and begins only after `begin` returned.
    nonisolated(unsafe) fileprivate static var target: (any FuzzTarget)?

    /// What the first word asks for; libFuzzer's own words begin with a dash.
    fileprivate static func begin(_ words: [String]) throws {
        switch words.first {
        case "list":
            for type in targets {
                print(type.name, type.bytesMax, type.allocationMegabytesMax)
            }
            exit(0)
        case "seeds":
            guard words.count == 2 else { throw Failure.usage }
            try writeSeeds(to: URL(filePath: words[1]))
            exit(0)
        case let name?:
            guard let type = targets.first(where: { $0.name == name }) else { throw Failure.usage }
            target = try type.init()
        case nil: throw Failure.usage
        }
    }

    enum Failure: Error { case usage }

    /// One folder a target, one file a seed, numbered.
    private static func writeSeeds(to folder: URL) throws {
        for type in targets {
            let place = folder.appending(path: type.name)
            try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
            for (number, seed) in try type.init().seeds().enumerated()
            where seed.count <= type.bytesMax {
                try Data(seed).write(to: place.appending(path: "seed-\(number)"))
            }
        }
    }

    fileprivate static func fail(_ error: any Error) -> Never {
        let names = targets.map { $0.name }.joined(separator: " ")
        let text = "fuzz: \(error)\nusage: fuzz TARGET | list | seeds FOLDER\ntargets: \(names)\n"
        FileHandle.standardError.write(Data(text.utf8))
        exit(64)
    }
}

/// Takes the target's name out of the words before libFuzzer reads them. Processes that libFuzzer
/// starts itself have it from the environment.
@_cdecl("LLVMFuzzerInitialize")
func fuzzInitialize(
    _ count: UnsafeMutablePointer<CInt>,
    _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
    var spoken: [String] = []
    for index in 1..<max(1, Int(count.pointee)) {
        guard let word = words.pointee[index].map({ String(cString: $0) }), !word.hasPrefix("-")
        else { break }
        spoken.append(word)
    }
    do {
        if let inherited = ProcessInfo.processInfo.environment[Fuzz.variable] {
            try Fuzz.begin([inherited])
        } else {
            try Fuzz.begin(spoken)
            setenv(Fuzz.variable, spoken[0], 1)
            for index in 1..<Int(count.pointee) { words.pointee[index] = words.pointee[index + 1] }
            count.pointee -= 1
        }
    } catch {
        Fuzz.fail(error)
    }
    return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
func fuzzTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let target = Fuzz.target else { return -1 }
    do {
        try target.run(Array(UnsafeBufferPointer(start: start, count: count)))
    } catch {
        law(false, "an error that no decoder states: \(error)")
    }
    return 0
}
