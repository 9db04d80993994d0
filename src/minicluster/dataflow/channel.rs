//! Bounded channels into one task, and its mailbox for commands: whoever sends to a full channel waits.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::barrier::Barrier;
use super::task::Command;
use crate::minicluster::lock::lock;
use crate::minicluster::program::Value;

/// How many elements a channel holds: batches, mostly.
const CAPACITY: usize = 4;

/// What travels through a channel.
#[derive(Debug)]
pub(super) enum Element {
    Records(Vec<Value>),
    Barrier(Barrier),
    /// There are no more records. Barriers may follow.
    End,
}

/// What a task has to do next.
#[derive(Debug)]
pub(super) enum Due {
    Command(Command),
    /// From the channel of that number.
    Element(usize, Element),
    /// Nothing within the time.
    Nothing,
    /// The task is cancelled.
    Closed,
}

/// The channel is closed: the receiver is cancelled, and so is the sender soon.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Closed;

/// All channels into a task.
#[derive(Debug)]
pub(in crate::minicluster) struct Gate {
    inner: Mutex<Inner>,
    /// Something came for the task.
    arrived: Condvar,
    /// A full channel has room again.
    drained: Condvar,
}

#[derive(Debug)]
struct Inner {
    channels: Vec<Channel>,
    commands: VecDeque<Command>,
    /// The channel to look into first, so that none is starved.
    first: usize,
    closed: bool,
}

#[derive(Debug, Default)]
struct Channel {
    queue: VecDeque<Element>,
    /// Its barrier waits for those of the other channels.
    blocked: bool,
}

impl Gate {
    pub(super) fn new(channels: usize) -> Self {
        let inner = Inner {
            channels: (0..channels).map(|_| Channel::default()).collect(),
            commands: VecDeque::new(),
            first: 0,
            closed: false,
        };
        Self {
            inner: Mutex::new(inner),
            arrived: Condvar::new(),
            drained: Condvar::new(),
        }
    }

    pub(super) fn channels(&self) -> usize {
        lock(&self.inner).channels.len()
    }

    /// Puts an element into a channel, once there is room.
    pub(super) fn send(&self, channel: usize, element: Element) -> Result<(), Closed> {
        let mut inner = lock(&self.inner);
        while !inner.closed && inner.channels[channel].queue.len() >= CAPACITY {
            let waited = self.drained.wait(inner);
            inner = waited.unwrap_or_else(PoisonError::into_inner);
        }
        if inner.closed {
            return Err(Closed);
        }
        inner.channels[channel].queue.push_back(element);
        drop(inner);
        self.arrived.notify_one();
        Ok(())
    }

    /// Gives the task a command; they overtake elements.
    pub(in crate::minicluster) fn command(&self, command: Command) {
        lock(&self.inner).commands.push_back(command);
        self.arrived.notify_one();
    }

    /// Cancels the task, and wakes everyone who waits here.
    pub(in crate::minicluster) fn close(&self) {
        lock(&self.inner).closed = true;
        self.arrived.notify_all();
        self.drained.notify_all();
    }

    /// What to do next; waits for it until the time is over, or for ever.
    pub(super) fn next(&self, wait: Option<Duration>) -> Due {
        let deadline = wait.map(|wait| Instant::now() + wait);
        let mut inner = lock(&self.inner);
        loop {
            if inner.closed {
                return Due::Closed;
            }
            if let Some(command) = inner.commands.pop_front() {
                return Due::Command(command);
            }
            if let Some((channel, element, was_full)) = inner.take() {
                drop(inner);
                if was_full {
                    self.drained.notify_all();
                }
                return Due::Element(channel, element);
            }
            inner = match self.wait(inner, deadline) {
                Some(inner) => inner,
                None => return Due::Nothing,
            };
        }
    }

    fn wait<'a>(
        &self,
        inner: MutexGuard<'a, Inner>,
        deadline: Option<Instant>,
    ) -> Option<MutexGuard<'a, Inner>> {
        let Some(deadline) = deadline else {
            let waited = self.arrived.wait(inner);
            return Some(waited.unwrap_or_else(PoisonError::into_inner));
        };
        let left = deadline.checked_duration_since(Instant::now())?;
        let waited = self.arrived.wait_timeout(inner, left);
        let (inner, _) = waited.unwrap_or_else(PoisonError::into_inner);
        Some(inner)
    }

    /// Waits for so long, or until the task is cancelled: then true.
    pub(super) fn is_closed_within(&self, wait: Duration) -> bool {
        let deadline = Instant::now() + wait;
        let mut inner = lock(&self.inner);
        while !inner.closed {
            match self.wait(inner, Some(deadline)) {
                Some(woken) => inner = woken,
                None => return false,
            }
        }
        true
    }

    /// Takes nothing more from a channel until [`unblock`](Self::unblock).
    pub(super) fn block(&self, channel: usize) {
        lock(&self.inner).channels[channel].blocked = true;
    }

    pub(super) fn unblock(&self) {
        for channel in &mut lock(&self.inner).channels {
            channel.blocked = false;
        }
    }
}

impl Inner {
    /// The next element of a channel that is not blocked, each in turn, and whether the channel was full.
    fn take(&mut self) -> Option<(usize, Element, bool)> {
        let count = self.channels.len();
        for step in 0..count {
            let at = (self.first + step) % count;
            let channel = &mut self.channels[at];
            if channel.blocked {
                continue;
            }
            let was_full = channel.queue.len() >= CAPACITY;
            if let Some(element) = channel.queue.pop_front() {
                self.first = (at + 1) % count;
                return Some((at, element, was_full));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::thread;

    const NOW: Option<Duration> = Some(Duration::ZERO);

    #[test]
    fn a_blocked_channel_keeps_its_elements_and_the_others_go_on() {
        let gate = Gate::new(2);
        gate.send(0, Element::Records(vec![Value::Long(0)]))
            .unwrap();
        gate.send(1, Element::Records(vec![Value::Long(1)]))
            .unwrap();
        gate.block(0);
        assert!(matches!(gate.next(NOW), Due::Element(1, _)));
        assert!(matches!(gate.next(NOW), Due::Nothing));
        gate.unblock();
        assert!(matches!(gate.next(NOW), Due::Element(0, _)));
    }

    #[test]
    fn a_sender_waits_for_room_and_a_cancellation_wakes_it() {
        let gate = Arc::new(Gate::new(1));
        for _ in 0..CAPACITY {
            gate.send(0, Element::End).unwrap();
        }
        let sender = thread::spawn({
            let gate = Arc::clone(&gate);
            move || {
                let first = gate.send(0, Element::End);
                (first, gate.send(0, Element::End))
            }
        });
        assert!(matches!(gate.next(NOW), Due::Element(0, _)));
        gate.close();
        let (_, second) = sender.join().unwrap();
        assert_eq!(second, Err(Closed));
        assert!(matches!(gate.next(None), Due::Closed));
    }
}
