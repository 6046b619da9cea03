import Foundation
import Testing

/// One of the published cases, as their file has it.
struct ReferenceCase: Decodable {
    let id: String
    let title: String
    let steps: [[String: Value]]?
    let data: Value?

    /// Any JSON, as far as the cases use it.
    enum Value: Decodable {
        case text(String)
        case list([Value])
        case fields([String: Value])
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let text = try? container.decode(String.self) {
                self = .text(text)
            } else if let number = try? container.decode(Int.self) {
                self = .text("\(number)")
            } else if let list = try? container.decode([Value].self) {
                self = .list(list)
            } else if let fields = try? container.decode([String: Value].self) {
                self = .fields(fields)
            } else {
                self = .other
            }
        }

        var text: String? { if case .text(let text) = self { text } else { nil } }
        subscript(_ key: String) -> Value? {
            if case .fields(let fields) = self { fields[key] } else { nil }
        }
        var list: [Value] { if case .list(let list) = self { list } else { [] } }
        var texts: [String] { list.compactMap(\.text) }
    }

    private static let file: URL? = {
        let shared =
            ProcessInfo.processInfo.environment["BRANCHBOOK_SHARED"].map {
                URL(fileURLWithPath: $0)
            }
            ?? URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "shared")
        let file = shared.appending(path: "data/reference_cases.json")
        return FileManager.default.fileExists(atPath: file.path) ? file : nil
    }()

    /// Nil, and said so, where the published data are absent.
    static func load(_ id: String) throws -> ReferenceCase? {
        guard let file else {
            print("skipped: reference_cases.json is not in the folder of published data")
            return nil
        }
        let cases = try JSONDecoder().decode([ReferenceCase].self, from: Data(contentsOf: file))
        let found: ReferenceCase = try #require(cases.first { $0.id == id }, "no case \(id)")
        return found
    }
}
