/// What people do with an order. An order is named by its number; reasons stand in the memo.
package enum OrderAct: Codable, Hashable, Sendable {
    case open(OrderForm)
    /// Another version of the lines; what was approved was the version before.
    case write(order: String, [Line])
    /// The customer was told of it.
    case quote(order: String)
    case submit(order: String)
    /// One step of the workflow; the next open one where none is named.
    case approve(order: String, step: String?)
    case refuse(order: String)
    /// Takes one's own approval back.
    case withdraw(order: String)
    /// The supplier was told, or the customer agreed.
    case place(order: String)
    case cancel(order: String)
    /// Keeps goods for it: these, or all that is outstanding. With `atMost` what is there of them.
    case reserve(order: String, [Line], atMost: Bool)
    /// Lets goods go that were kept: these, or all.
    case release(order: String, [Line])
    /// Nothing more is expected of it.
    case close(order: String)

    package var order: String? {
        switch self {
        case .open: nil
        case .write(let order, _), .quote(let order), .submit(let order), .approve(let order, _),
            .refuse(let order), .withdraw(let order), .place(let order), .cancel(let order),
            .reserve(let order, _, _), .release(let order, _), .close(let order):
            order
        }
    }
}

/// A new order. Its lines read `cost` where it is a purchase, `price` where it is a sale.
package struct OrderForm: Codable, Hashable, Sendable {
    package enum Kind: String, Codable, Sendable, CaseIterable {
        case purchase, sale
        /// Of goods of another branch.
        case request
    }

    package var kind: Kind
    /// The supplier, the customer, or the branch that has the goods.
    package var party: String
    package var lines: [Line]
    /// Is it ready to be looked at?
    package var submits: Bool

    package init(kind: Kind, party: String, lines: [Line], submits: Bool = false) {
        self.kind = kind
        self.party = party
        self.lines = lines
        self.submits = submits
    }
}

/// Who has to approve what is of a kind, in order; no steps mean nobody.
package struct WorkflowChange: Codable, Hashable, Sendable {
    package var kind: Workflow.Kind
    /// `NAME:ROLE`, behind it `>AMOUNT` where only greater orders need it, and `/DAYS` it may take.
    package var steps: [String]

    package init(kind: Workflow.Kind, steps: [String]) {
        self.kind = kind
        self.steps = steps
    }
}

/// What is said of a person. Nil stays; empty is taken away.
package struct PersonChange: Codable, Hashable, Sendable {
    package var name: String
    package var roles: [String]?
    /// Who acts for this person.
    package var deputy: String?
    /// The last day on which the deputy does.
    package var deputyUntil: String?
    /// How many days back their documents may be dated, where their roles say something else.
    package var daysBack: String?
    /// Where they work; everywhere where empty.
    package var branches: [String]?

    package init(
        name: String, roles: [String]? = nil, deputy: String? = nil, deputyUntil: String? = nil,
        daysBack: String? = nil, branches: [String]? = nil
    ) {
        self.daysBack = daysBack
        self.branches = branches
        self.name = name
        self.roles = roles
        self.deputy = deputy
        self.deputyUntil = deputyUntil
    }
}
