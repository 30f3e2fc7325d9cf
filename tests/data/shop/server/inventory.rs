use std::collections::HashMap;

/// What lies on the shelves.
pub struct Inventory {
    counts: HashMap<String, u32>,
}

impl Inventory {
    /// Take an article off the shelf; fails when it is sold out.
    pub fn reserve(&mut self, article: &str) -> Result<(), SoldOut> {
        match self.counts.get_mut(article) {
            Some(count) if *count > 0 => {
                *count -= 1;
                Ok(())
            }
            _ => Err(SoldOut),
        }
    }
}

/// Nothing left to sell.
#[derive(Debug)]
pub struct SoldOut;
