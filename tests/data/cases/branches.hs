module Shop where

#if MIN_VERSION_base(4,9,0)
run :: Int -> Int
run = id
#else
-- | A shelf.
newtype Shelf a = Shelf { content :: a }

run :: Int -> Shelf Int
run = Shelf
#endif

total :: Int
total =
#ifdef FAST
  1
#else
  2
#endif
