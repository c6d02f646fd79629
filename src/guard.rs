//! Turns a panic of a foreign library on damaged input into the absence of a value.
//!
//! Readers of foreign formats assume in places that a file is whole. What they then report helps
//! nobody, so the panic's own message is left out as well; the caller says which file is damaged. Every other panic
//! is a defect of the program and is reported.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};

thread_local! {
    /// Whether a panic of this thread is expected.
    static GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Does the work; `None` if it panicked.
///
/// Whatever the work has changed outside itself must not be used after a panic.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    let outer = GUARDED.replace(true);
    let result = catch_unwind(AssertUnwindSafe(work));
    GUARDED.set(outer);
    result.ok()
}

/// Reports where a panic happened that nobody expects. Its own words are left out: values may stand in them.
pub fn report_panics(report: impl Fn(&str) + Send + Sync + 'static) {
    set_hook(Box::new(move |panic| {
        if !GUARDED.get() {
            let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
            report(&place.unwrap_or_default());
        }
    }));
}

#[cfg(test)]
mod tests {
    use super::guarded;

    #[test]
    fn a_panic_is_no_value_and_the_next_work_goes_on() {
        assert_eq!(guarded(|| [1, 2].iter().position(|n| *n == 3).unwrap()), None);
        assert_eq!(guarded(|| 1 + 1), Some(2));
    }
}
