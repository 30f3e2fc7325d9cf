{-# LANGUAGE TypeFamilies #-}
module Shop.Families where

-- | What a shelf holds
type family Item shelf

-- | Books lie on book shelves
type instance Item BookShelf = Book
type instance forall a. Item (Shelf a)
  = a

data family Crate a
data instance Crate Book = BookCrate Int
newtype instance Crate Pen = PenCrate { pens :: Int }

class Container f where
  type Elem f
  data Handle f
  empty :: f

instance Container (Shelf a) where
  -- | Anything
  type Elem (Shelf a) = a
  data Handle (Shelf a) = ShelfHandle Int
  empty = Shelf []

-- | The widest and the highest
(widest, highest) = (12, 20)
