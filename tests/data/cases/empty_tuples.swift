protocol Shelf {
    /// Counts what lies on it.
    func count(of kind: Kind) -> Result<Int>
}
func open(hour: Int, then: () -> Void = { }) {
    switch consume hour {
    #if os(Linux)
    case 1:
        ()
    #endif
    default:
        return .success(())
    }
    do { try ring() } catch let error as BellError where error.code == .silent {
        knock()
    }
}
@inlinable // for speed
func close() -> sending Shelf { }
