package import Replica

extension Account {
    /// The branch in whose ledger a posting to it stands; `scope` is where it was posted.
    package func owner(in scope: Scope) -> BranchCode? {
        switch place {
        case .branch(let owner), .side(let owner, _): return owner
        case .pair: return nil
        case .bridge(let far):
            for end in [scope, far] {
                if case .trade(let branch) = end { return branch }
                if case .money(let branch) = end { return branch }
            }
            return nil
        }
    }
}
