//! Which of several derived trigger ids to use, so that the same wish from two shells is one operation.

use super::operation::{OperationStatus, Outcome};

/// How many attempts under one key are looked at, and made, while the cluster remembers them.
pub const ATTEMPTS: u32 = 5;

/// What to do, from what the cluster says of each attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// This attempt is under way: wait for it.
    Join(u32),
    /// This attempt has succeeded, with this location, and no later one is known.
    Done(u32, String),
    /// Begin this attempt.
    Start(u32),
    /// All have failed, and the cluster remembers every one of them.
    Exhausted,
}

/// Chooses the attempt. `statuses` holds what the cluster says of attempts 0 to [`ATTEMPTS`] - 1, in this order.
///
/// A free attempt below a known one has expired. It is never used again: whoever still waits under its id would take
/// the new result for his own.
pub fn choose(statuses: &[OperationStatus]) -> Choice {
    let mut choice = Choice::Start(0);
    for (attempt, status) in (0..ATTEMPTS).zip(statuses) {
        choice = match status {
            OperationStatus::Unknown => continue,
            OperationStatus::InProgress => return Choice::Join(attempt),
            OperationStatus::Completed(Outcome::Location(location)) => {
                Choice::Done(attempt, location.clone())
            }
            OperationStatus::Completed(_) => after(attempt),
        };
    }
    choice
}

/// The attempt to begin when `attempt` does not count any more.
pub fn after(attempt: u32) -> Choice {
    if attempt + 1 < ATTEMPTS {
        Choice::Start(attempt + 1)
    } else {
        Choice::Exhausted
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::throwable::Throwable;

    fn failed() -> OperationStatus {
        OperationStatus::Completed(Outcome::Failed(Throwable::parse("a.B: why")))
    }

    fn done(location: &str) -> OperationStatus {
        OperationStatus::Completed(Outcome::Location(location.to_owned()))
    }

    fn chosen(known: &[(usize, OperationStatus)]) -> Choice {
        let mut statuses = vec![OperationStatus::Unknown; ATTEMPTS as usize];
        for (attempt, status) in known {
            statuses[*attempt] = status.clone();
        }
        choose(&statuses)
    }

    #[test]
    fn the_first_attempt_is_begun_when_none_is_known() {
        assert_eq!(chosen(&[]), Choice::Start(0));
    }

    #[test]
    fn an_attempt_in_progress_is_joined_whatever_else_is_known() {
        assert_eq!(
            chosen(&[(0, failed()), (1, OperationStatus::InProgress)]),
            Choice::Join(1)
        );
    }

    #[test]
    fn after_a_failure_comes_the_next_attempt_and_never_an_expired_one() {
        assert_eq!(chosen(&[(0, failed())]), Choice::Start(1));
        assert_eq!(chosen(&[(2, failed())]), Choice::Start(3));
    }

    #[test]
    fn a_success_is_the_answer_unless_a_later_attempt_is_known() {
        assert_eq!(
            chosen(&[(0, failed()), (1, done("/a"))]),
            Choice::Done(1, "/a".to_owned())
        );
        assert_eq!(chosen(&[(0, done("/a")), (1, failed())]), Choice::Start(2));
    }

    #[test]
    fn five_known_failures_are_enough() {
        assert_eq!(chosen(&[(4, failed())]), Choice::Exhausted);
    }
}
