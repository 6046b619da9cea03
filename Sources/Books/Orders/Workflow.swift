package import Replica

/// Who has to approve an order or the differences of a stocktake, in order. It is data in the catalog; a document keeps
/// what held when it was opened.
package struct Workflow: Hashable, Sendable {
    /// What is approved.
    package enum Kind: String, Codable, CaseIterable, Sendable {
        case purchase, sale, request, count
        /// What a customer owes, and is given up.
        case debt

        package init(_ kind: OrderForm.Kind) {
            switch kind {
            case .purchase: self = .purchase
            case .sale: self = .sale
            case .request: self = .request
            }
        }
    }

    package struct Step: Hashable, Sendable {
        package let name: String
        /// Who may take it.
        package let role: String
        /// Only orders worth more need it, in minor units; all where nil.
        package let above: Int64?
        /// Days that it may take.
        package let days: Int32?

        /// As an event holds it: name, role, amount and days, of which the last two may be empty.
        package var text: String {
            "\(name):\(role):\(above.map(String.init) ?? ""):\(days.map(String.init) ?? "")"
        }

        package init(name: String, role: String, above: Int64? = nil, days: Int32? = nil) {
            self.name = name
            self.role = role
            self.above = above
            self.days = days
        }

        fileprivate init?(_ text: some StringProtocol) {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 4, !parts[0].isEmpty, !parts[1].isEmpty,
                parts[2].isEmpty || Int64(parts[2]) != nil,
                parts[3].isEmpty || Int32(parts[3]) != nil
            else { return nil }
            self.init(
                name: String(parts[0]), role: String(parts[1]), above: Int64(parts[2]),
                days: Int32(parts[3]))
        }

        /// Does what is worth so much need it? Where nobody knows what it is worth it does.
        package func isNeeded(of total: Int64?) -> Bool {
            guard let above, let total else { return true }
            return total > above
        }
    }

    /// Grows with each change.
    package let version: Int64
    package let steps: [Step]

    package static let stepsMax = 8

    package init(version: Int64 = 0, steps: [Step] = []) {
        self.version = version
        self.steps = steps
    }

    package var text: String { steps.map(\.text).joined(separator: ";") }

    /// A step that cannot be read is left out.
    package init(version: Int64, text: String) {
        self.version = version
        steps = text.split(separator: ";").prefix(Self.stepsMax).compactMap { Step($0) }
    }
}

/// How it stands in registers: the entity `workflow/<kind>`.
extension Workflow {
    package enum Attribute { package static let steps = "steps", version = "version" }

    package static func entity(_ kind: Kind) -> String { "workflow/\(kind.rawValue)" }

    package init(values: [String: [Value]]) {
        self.init(
            version: values[Attribute.version]?.last?.integer ?? 0,
            text: values[Attribute.steps]?.last?.text ?? "")
    }
}
