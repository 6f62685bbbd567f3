//! Workers that do many things side by side, each in a thread, while the runner goes on deciding.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

/// A few threads that take orders and hand back what came of them.
#[derive(Debug)]
pub struct Crew<O, A> {
    orders: Option<Sender<O>>,
    answers: Receiver<(O, Option<A>)>,
    threads: Vec<JoinHandle<()>>,
    busy: usize,
}

impl<O: Send + 'static, A: Send + 'static> Crew<O, A> {
    /// Starts `count` workers; each does `work` with one order at a time.
    pub fn new(count: usize, work: impl Fn(&O) -> A + Send + Sync + 'static) -> Self {
        let (orders, taken) = channel::<O>();
        let (done, answers) = channel();
        let (taken, work) = (Arc::new(Mutex::new(taken)), Arc::new(work));
        let threads = (0..count.max(1)).map(|_| {
            let (taken, done, work) = (Arc::clone(&taken), done.clone(), Arc::clone(&work));
            thread::spawn(move || {
                while let Some(order) = next(&taken) {
                    // A worker that dies of an order still answers for it.
                    let answer = catch_unwind(AssertUnwindSafe(|| work(&order))).ok();
                    if done.send((order, answer)).is_err() {
                        return;
                    }
                }
            })
        });
        Self { orders: Some(orders), answers, threads: threads.collect(), busy: 0 }
    }

    /// Hands over an order; it waits until a worker is free.
    pub fn give(&mut self, order: O) {
        let taken = self.orders.as_ref().is_some_and(|orders| orders.send(order).is_ok());
        self.busy += usize::from(taken);
    }

    /// How many orders have not been answered.
    pub fn busy(&self) -> usize {
        self.busy
    }

    /// The next answer, waited for at most so long. It is `None` inside if the worker broke down.
    pub fn take(&mut self, wait: Duration) -> Option<(O, Option<A>)> {
        if self.busy == 0 {
            return None;
        }
        let answer = self.answers.recv_timeout(wait).ok()?;
        self.busy -= 1;
        Some(answer)
    }
}

impl<O, A> Drop for Crew<O, A> {
    /// Waits for the workers; what they were given before is still done.
    fn drop(&mut self) {
        self.orders = None;
        for thread in self.threads.drain(..) {
            // A thread that broke down has answered before.
            drop(thread.join());
        }
    }
}

fn next<O>(orders: &Mutex<Receiver<O>>) -> Option<O> {
    orders.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_answered_once_even_by_a_worker_that_breaks_down() {
        let mut crew = Crew::new(3, |number: &u32| {
            assert_ne!(*number % 10, 7, "an order that cannot be done");
            number * 2
        });
        (0..40).for_each(|number| crew.give(number));
        let mut answered: Vec<(u32, Option<u32>)> = Vec::new();
        while crew.busy() > 0 {
            answered.extend(crew.take(Duration::from_secs(60)));
        }
        answered.sort_unstable();
        let expected = (0..40).map(|number| (number, (number % 10 != 7).then_some(number * 2)));
        assert_eq!(answered, expected.collect::<Vec<_>>());
        assert!(crew.take(Duration::from_secs(60)).is_none(), "nothing is awaited");
    }
}
