import Foundation
import Scale

do {
    try ScaleCommand.run(Array(CommandLine.arguments.dropFirst())) { print($0) }
} catch {
    FileHandle.standardError.write(Data("\(error)\n".utf8))
    exit(2)
}
