slot! {
    CartSlot,

    /// Compares two carts.
    unsafe fn compare(self) -> bool {
        true
    }
}

/// Adds a line.
#[allow(non_snake_case)] // as in Python
#[inline]
pub fn Add() {
    thread_local! {
        /// Lines that wait.
        static QUEUE: Cell<u8> = const { Cell::new(0) };
    }
    cfg_if::cfg_if! {
        if #[cfg(unix)] {
            fn lines() -> u8 { 1 }
        }
    }
}
