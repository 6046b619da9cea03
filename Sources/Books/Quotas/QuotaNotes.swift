package import Replica

/// What branches tell each other of rights beside them.
package enum QuotaNotes {
    package enum Kind {
        package static let asked = "asked"
        package static let reclaimed = Event.openingKind
    }

    /// What a seller wants more of.
    package static func entity(shelf: BranchCode, seller: BranchCode) -> String {
        "quota/\(shelf)/\(seller)"
    }

    /// What the shelf wants back.
    package static func entity(reclaim number: DocumentNumber) -> String {
        Event.reclaimPrefix + number.description
    }

    package static func reclaim(ofEntity entity: String) -> DocumentNumber? {
        guard entity.utf8.starts(with: Event.reclaimPrefix.utf8) else { return nil }
        return DocumentNumber(entity.dropFirst(Event.reclaimPrefix.count)).flatMap {
            $0.kind == .quota ? $0 : nil
        }
    }
}
