package import Replica

/// What a command writes, before it is sealed: ops per scope, all of one commit. The engine cuts a
/// scope's ops into as many entries as they need.
package struct Draft: Sendable {
    package struct Part: Sendable {
        package let scope: Scope
        package var ops: [Operation]

        package init(_ scope: Scope, _ ops: [Operation]) {
            self.scope = scope
            self.ops = ops
        }
    }

    /// Nil for master data.
    package let number: DocumentNumber?
    package private(set) var parts: [Part]
    /// Numbers of documents whose entries the new ones lean on.
    package let references: [DocumentNumber]
    /// What the person should know although nothing is refused, such as a shortage with its figure.
    package private(set) var notices: [String]
    /// Total for the reply: what the customer pays, what the receipt is worth; minor units.
    package let total: Int64?
    /// Of which currency the total is; the book's own where nil.
    package private(set) var currency: CurrencyCode?

    package init(
        number: DocumentNumber?, parts: [Part], references: [DocumentNumber] = [],
        notices: [String] = [], total: Int64? = nil
    ) {
        self.number = number
        self.parts = parts
        self.references = references
        self.notices = notices
        self.total = total
    }

    /// With other ops in each part; a part that has none is left out.
    func changing(_ ops: (Part) throws -> [Operation]) rethrows -> Draft {
        var changed = self
        changed.parts = []
        for part in parts {
            let ops = try ops(part)
            if !ops.isEmpty { changed.parts.append(Part(part.scope, ops)) }
        }
        return changed
    }

    /// With something more that the person should know.
    func noting(_ text: String) -> Draft {
        var changed = self
        changed.notices.append(text)
        return changed
    }

    /// With a total of another currency.
    func totalled(in currency: CurrencyCode?) -> Draft {
        var changed = self
        changed.currency = currency
        return changed
    }

    mutating func add(_ ops: [Operation], to scope: Scope) {
        if let place = parts.firstIndex(where: { $0.scope == scope }) {
            parts[place].ops += ops
        } else {
            parts.append(Part(scope, ops))
        }
    }
}
