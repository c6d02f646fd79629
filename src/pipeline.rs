//! Turns a sequence of items into a sequence of results on all cores, in the same order.
//!
//! The results of the workers are taken in turn, so that the outcome does not depend on which of
//! them is faster, and every queue is short, so that a file of any length needs the same memory.

use std::sync::mpsc::{Receiver, sync_channel};

/// Items that wait before and behind each worker.
const AHEAD: usize = 2;

/// More workers than this only wait for the disk and for each other.
const MOST_WORKERS: usize = 8;

/// Does `work` on every item, and hands the results to `consume` in the order of the items.
///
/// # Errors
/// The first error of `consume`; the items after it are abandoned.
pub fn in_order<I: Send, T: Send, E>(
    items: impl Iterator<Item = I> + Send,
    work: impl Fn(I) -> T + Sync,
    mut consume: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E> {
    let work = &work;
    std::thread::scope(|scope| {
        let mut inputs = Vec::new();
        let mut outputs: Vec<Receiver<T>> = Vec::new();
        for _ in 0..workers() {
            let (input, waiting) = sync_channel::<I>(AHEAD);
            let (done, output) = sync_channel(AHEAD);
            scope.spawn(move || {
                for item in waiting {
                    // Nobody listens after an error.
                    if done.send(work(item)).is_err() {
                        break;
                    }
                }
            });
            inputs.push(input);
            outputs.push(output);
        }
        scope.spawn(move || {
            for (item, input) in items.zip(inputs.iter().cycle()) {
                if input.send(item).is_err() {
                    break;
                }
            }
        });
        // The items went round the workers in the same way, so the first one without is the end.
        for output in outputs.iter().cycle() {
            let Ok(result) = output.recv() else { break };
            consume(result)?;
        }
        Ok(())
    })
}

fn workers() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from).min(MOST_WORKERS)
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn results_come_in_the_order_of_the_items() {
        let mut seen = Vec::new();
        let slow_first = |item: u64| {
            std::thread::sleep(std::time::Duration::from_millis(if item == 0 { 20 } else { 0 }));
            item * 2
        };
        let done: Result<(), ()> = in_order(0..100, slow_first, |result| {
            seen.push(result);
            Ok(())
        });
        assert!(done.is_ok());
        assert_eq!(seen, (0..100).map(|item| item * 2).collect::<Vec<_>>());
    }

    #[test]
    fn an_error_ends_the_work_and_no_items_are_no_work() {
        let mut calls = 0;
        let stop = |_| {
            calls += 1;
            if calls == 3 { Err("enough") } else { Ok(()) }
        };
        assert_eq!(in_order(0.., |item: u64| item, stop), Err("enough"));
        assert_eq!(in_order(0..0, |item: u64| item, |_| Err("never")), Ok(()));
    }
}
