//! Threads for work that would starve the reactor: signing, and hashing passwords. Bounded: past the bound the answer
//! is *busy*, at once.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use tokio::sync::oneshot;

pub struct Pool {
    shared: Arc<Shared>,
    bound: usize,
}

struct Shared {
    queue: Mutex<Queue>,
    waiting: Condvar,
}

#[derive(Default)]
struct Queue {
    work: VecDeque<Work>,
    closed: bool,
}

/// Does the work; what it gives back hands the outcome over.
type Work = Box<dyn FnOnce() -> Handover + Send>;
type Handover = Box<dyn FnOnce()>;

/// While many wait, up to this many are done before their outcomes are handed over. Each handover wakes the reactor, which
/// takes the core from this thread at once: waking it less often is worth more than the wait costs.
const TOGETHER: usize = 8;

/// The pool's queue is full: try again in a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Busy;

impl Pool {
    pub fn start(name: &str, threads: usize, bound: usize, niceness: i32) -> std::io::Result<Pool> {
        let shared = Arc::new(Shared { queue: Mutex::default(), waiting: Condvar::new() });
        for number in 0..threads.max(1) {
            let shared = shared.clone();
            std::thread::Builder::new().name(format!("{name}-{number}")).spawn(move || {
                // On Linux this is the thread's own priority. Where it cannot be set, work is only less polite.
                let _ = rustix::process::setpriority_process(None, niceness);
                shared.work();
            })?;
        }
        Ok(Pool { shared, bound })
    }

    /// Runs `work` on one of the threads.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        let (answer, answered) = oneshot::channel();
        {
            let mut queue = self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner);
            if queue.work.len() >= self.bound {
                return Err(Busy);
            }
            queue.work.push_back(Box::new(move || {
                // Nobody waits any more: a flood of requests that are given up must not cost what it asked for.
                if answer.is_closed() {
                    return Box::new(|| ());
                }
                let outcome = work();
                Box::new(move || drop(answer.send(outcome)))
            }));
        }
        self.shared.waiting.notify_one();
        answered.await.map_err(|_| Busy)
    }
}

impl Shared {
    fn work(&self) {
        loop {
            let Some(batch) = self.next() else { return };
            // One panicking job must not take the thread with it; its caller hears *busy*.
            let done = batch.into_iter().map(|work| std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)));
            let done: Vec<_> = done.collect();
            for handover in done.into_iter().flatten() {
                handover();
            }
        }
    }

    /// Waits for work. `None`: the pool is closed.
    fn next(&self) -> Option<Vec<Work>> {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        while queue.work.is_empty() {
            if queue.closed {
                return None;
            }
            queue = self.waiting.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        // Of few, one at a time, so that other threads have work too and nobody waits for company.
        let take = (queue.work.len() / 2).clamp(1, TOGETHER);
        Some(queue.work.drain(..take).collect())
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.shared.queue.lock().unwrap_or_else(PoisonError::into_inner).closed = true;
        self.shared.waiting.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn work_is_done_and_a_panic_harms_nobody_else() {
        let pool = Pool::start("test", 1, 4, 0).expect("a thread");
        assert_eq!(pool.run(|| 2 + 2).await, Ok(4));
        assert_eq!(pool.run(|| -> i32 { panic!("on purpose") }).await, Err(Busy));
        assert_eq!(pool.run(|| 3).await, Ok(3));
    }

    #[tokio::test]
    async fn past_the_bound_the_pool_is_busy() {
        let pool = Pool::start("test", 1, 1, 0).expect("a thread");
        let (hold, held) = std::sync::mpsc::channel::<()>();
        let (begun, begin) = std::sync::mpsc::channel::<()>();
        let busy = pool.run(move || {
            let _ = begun.send(());
            let _ = held.recv();
        });
        let rest = async {
            tokio::task::yield_now().await;
            begin.recv().expect("the first job has begun");
            let queued = pool.run(|| 1);
            let refused = async {
                tokio::task::yield_now().await;
                let outcome = pool.run(|| 2).await;
                let _ = hold.send(());
                outcome
            };
            tokio::join!(queued, refused)
        };
        let (_, (queued, refused)) = tokio::join!(busy, rest);
        assert_eq!((queued, refused), (Ok(1), Err(Busy)));
    }
}
