protocol Shelf: Equatable {
  /// Whether both are as wide
  static func == (left: Self, right: Self) -> Bool
  static func <(left: Self, right: Self) -> Bool
  static func +++ (left: Self, right: Self) -> Self
  func close(softly: Bool)
}

@attached(extension, conformances: Shelf)
public macro Shelved() =
  #externalMacro(module: "Shop", type: "ShelvedMacro")

struct Store<Place> {
  var place: Place

  init<Owner, Keeper>(owner: Owner, keeper: Keeper)
  where Owner: Person,
        Keeper: Person,
        Owner.Shop == Place
  {
    place = owner.place
  }

  subscript<Key>(key: Key) -> Int where
    Key: Hashable,
    Key: Sendable
  { 1 }

  func serve(order: Order) {
    switch order {
    case .head(let first):
      prepare(first)
      @Sendable func next() {
        serve()
      }
      next()
    case .end:
      stop()
    }
  }

  func stop() {}
}
