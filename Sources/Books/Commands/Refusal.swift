/// An error as a person meets it: what happened, why, and what to do next; the code is stable and
/// stands in `docs/errors.md`.
package struct Refusal: Error, Codable, Hashable, Sendable {
    package let code: Code
    /// What happened and why, one sentence.
    package let what: String
    /// What to do next; empty where nothing helps.
    package let next: String
    /// With `alreadyRecorded`: which lines of the other system's document stand in the books.
    package let recorded: [LineRange]?

    package struct LineRange: Codable, Hashable, Sendable {
        package let first: UInt32
        package let last: UInt32
    }

    package init(
        _ code: Code, _ what: String, next: String = "", recorded: [ClosedRange<UInt32>]? = nil
    ) {
        self.recorded = recorded?.map { LineRange(first: $0.lowerBound, last: $0.upperBound) }
        self.code = code
        self.what = what
        self.next = next
    }

    /// Ranges: B01 bad input, B02 refused by the books, B03 membership, B04 store and directory,
    /// B05 peers and sync, B06 import and export, B09 our own fault.
    package enum Code: String, Codable, CaseIterable, Sendable {
        case badNumber = "B0101"
        case tooPrecise = "B0102"
        case overflow = "B0103"
        case badDate = "B0104"
        case badText = "B0105"
        case badAccount = "B0106"
        case badDocumentNumber = "B0107"
        case badCode = "B0108"
        case emptyDocument = "B0109"
        case badOption = "B0110"

        case unknownItem = "B0201"
        case itemExists = "B0202"
        case itemInactive = "B0203"
        case noPrice = "B0204"
        /// More than the shelf holds, where the policy or the command refuses it.
        case notEnough = "B0205"
        case unknownDocument = "B0206"
        case alreadyReversed = "B0207"
        case notReversible = "B0208"
        case tooMuchReturned = "B0209"
        case unknownBranch = "B0210"
        case notForThisBranch = "B0211"
        case unbalanced = "B0212"
        case scaleFixed = "B0213"
        case alreadyRecorded = "B0214"
        case serviceHasNoStock = "B0215"
        case notPositive = "B0216"
        case ambiguousBarcode = "B0217"
        case tooManyLines = "B0218"
        case costingFixed = "B0219"
        case sheetClosed = "B0220"
        /// Differences of a count that are to be looked at again.
        case beyondTolerance = "B0221"
        case ownApproval = "B0222"
        case unknownUnit = "B0223"
        case unknownLocation = "B0224"
        /// Goods in quarantine, or damaged ones.
        case notForSale = "B0225"
        case locationHoldsGoods = "B0226"
        /// The sender wants the goods back.
        case recalled = "B0227"
        /// An order that is not in the state for this step.
        case orderState = "B0228"
        /// Somebody else has to take this step.
        case notThisPerson = "B0229"
        /// A customer owes too much to buy on credit.
        case creditLimit = "B0230"
        case unknownPriceList = "B0231"
        case partyInactive = "B0232"
        /// A till shift that is open, or is over.
        case shiftState = "B0233"
        /// An item that is told apart by lots or serial numbers, or is not.
        case lotNeeded = "B0234"
        /// Master data that says what is said already.
        case nothingChanges = "B0235"
        /// A moment of which this node kept no bookmark.
        case unknownBookmark = "B0236"
        /// A paper that no node of this book signed, or that says something else.
        case badClaim = "B0237"
        /// A day of a period that is closed.
        case periodClosed = "B0238"
        /// Work of a period that has to end before it is closed.
        case periodUnfinished = "B0239"
        /// A task that is done or cancelled.
        case taskOver = "B0250"

        /// A day further back than who acts may date a document.
        case backDated = "B0240"
        /// A period that administrators sealed.
        case sealed = "B0241"

        /// No rate of a currency is known for a day.
        case noRate = "B0260"
        /// A document, or an account, that is of the book's own currency alone.
        case ownCurrencyOnly = "B0261"
        /// Nobody said at what goods go to a branch of another legal entity.
        case noTransferPrice = "B0286"
        case unknownEntity = "B0287"

        /// A charge that is not in the state for this step.
        case chargeState = "B0277"
        /// A chart of accounts, a code of one or a line of the statements that is not known.
        case unknownChart = "B0278"
        /// A line of the statements that would change a total.
        case chartLine = "B0279"
        /// Figures of two currencies that are to be of one.
        case twoCurrencies = "B0267"

        /// The last administrator of the book.
        case lastAdministrator = "B0270"
        /// A key that is not the book's recovery key.
        case badRecoveryKey = "B0271"
        /// Keys that this administrator does not hold and cannot hand on.
        case lacksKeys = "B0272"

        case noGrant = "B0301"
        case notAdministrator = "B0302"
        case badInvitation = "B0303"
        case invitationUsed = "B0304"
        case invitationExpired = "B0305"
        case otherBook = "B0306"
        case branchExists = "B0307"
        case seriesTaken = "B0308"
        case revoked = "B0309"
        /// This node asks who acts.
        case notSignedIn = "B0310"
        /// A PIN or a token that is not theirs.
        case wrongSecret = "B0311"
        /// Too many wrong ones.
        case signInLocked = "B0312"
        /// Their roles do not allow it.
        case notAllowed = "B0313"

        case noBook = "B0401"
        case bookExists = "B0402"
        case locked = "B0403"
        case newerBook = "B0404"
        case readOnly = "B0405"
        case diskFull = "B0406"
        case damaged = "B0407"
        case secretExposed = "B0408"
        case storage = "B0409"

        case noPeer = "B0501"
        case waitedInVain = "B0502"
        case forked = "B0503"
        case ownLogBehind = "B0504"
        /// A peer's run is not what it says it is.
        case badRun = "B0505"

        case badFile = "B0601"
        case badMapping = "B0602"
        case tooWide = "B0603"
        /// A directory to write into that holds something.
        case folderNotEmpty = "B0604"
        /// Entries came while a package was written.
        case booksMoved = "B0605"

        case notVerified = "B0901"
        case fault = "B0999"
    }
}
