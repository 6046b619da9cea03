package import Replica

/// What people are told, and who says that they have read it: a fold over what was said of it.
package struct Notice: Hashable, Sendable {
    package let number: DocumentNumber
    package let scope: Scope
    package let text: String
    package let person: String
    package let day: Day
    /// For whom it is; everybody where there are none.
    package let branches: [BranchCode]
    /// Everybody once, in the order of time; who posted it is the first.
    package private(set) var readers: [WorkMark]

    enum Kind { static let opened = Event.openingKind, read = "read" }

    package static let prefix = Event.noticePrefix
    package static let branchesMax = Event.fieldsMax - 8

    package static func entity(_ number: DocumentNumber) -> String { prefix + number.description }

    package static func number(ofEntity entity: String) -> DocumentNumber? {
        guard entity.utf8.starts(with: prefix.utf8) else { return nil }
        return DocumentNumber(entity.dropFirst(prefix.count)).flatMap {
            $0.kind == .notice ? $0 : nil
        }
    }

    /// Nil where it was never posted.
    package init?(_ number: DocumentNumber, _ all: [Said]) {
        typealias Field = Said.Field
        guard number.kind == .notice,
            let first = all.first(where: {
                $0.event.kind == Kind.opened && $0.text(Field.text) != nil
            }), let text = first.text(Field.text)
        else { return nil }
        self.number = number
        self.text = text
        scope = first.scope
        person = first.event.person
        day = first.event.effectiveDate
        branches = first.event.fields.filter { $0.name == Field.branch }
            .compactMap { $0.value.text.flatMap { BranchCode($0) } }
        readers = [WorkMark(first)]
        var seen: Set<String> = [person]
        for said in all
        where said.event.kind == Kind.read && said.scope == scope && said.branch != nil {
            if seen.insert(said.event.person).inserted { readers.append(WorkMark(said)) }
        }
    }

    package func isRead(by person: String) -> Bool { readers.contains { $0.person == person } }

    package func isFor(_ branch: BranchCode) -> Bool {
        branches.isEmpty || branches.contains(branch)
    }
}
