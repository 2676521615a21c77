//! Where jobs wait for a lane. A job goes to the lane that was idle last: while there is little to do, one connection
//! does it all, and its process in the database stays awake.

use crate::task::Task;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Jobs, and lanes that have none.
#[derive(Default)]
pub(super) struct Queue(Mutex<State>);

#[derive(Default)]
struct State {
    tasks: VecDeque<Box<dyn Task>>,
    /// In the order in which they became idle.
    idle: Vec<Arc<Notify>>,
    closed: bool,
}

/// Why a job was not taken.
pub(super) enum Refused {
    /// So many wait already.
    Full,
    /// No more are taken.
    Closed,
}

impl Queue {
    /// Adds a job, unless `max` wait already.
    pub(super) fn push(&self, task: Box<dyn Task>, max: usize) -> Result<(), Refused> {
        let mut state = self.state();
        if state.closed {
            return Err(Refused::Closed);
        }
        if state.tasks.len() >= max {
            return Err(Refused::Full);
        }
        state.tasks.push_back(task);
        if let Some(lane) = state.idle.pop() {
            lane.notify_one();
        }
        Ok(())
    }

    /// The jobs that wait, up to `max`, once there is one; nothing when it is closed and none is left. `lane` is told
    /// when to look.
    pub(super) async fn take(&self, lane: &Arc<Notify>, max: usize) -> Vec<Box<dyn Task>> {
        loop {
            {
                let mut state = self.state();
                if !state.tasks.is_empty() {
                    let count = state.tasks.len().min(max);
                    return state.tasks.drain(..count).collect();
                }
                if state.closed {
                    return Vec::new();
                }
                state.idle.push(lane.clone());
            }
            lane.notified().await;
        }
    }

    /// Takes no more; what waits is still done.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        for lane in state.idle.drain(..) {
            lane.notify_one();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
