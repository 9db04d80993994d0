//! The operators' ids: from uids, or from the structure of the program.
//!
//! Source: apache/flink `StreamGraphHasherV2`; the structure is walked as there, so that a program has the ids that the
//! same program has in Flink.

use std::collections::VecDeque;

use super::chain::Chains;
use super::draft::Draft;
use super::error::Complaint;
use crate::domain::ids::OperatorId;

/// The id of each operator.
///
/// # Errors
/// Two operators have the same uid.
pub(super) fn ids(drafts: &[Draft], chains: &Chains) -> Result<Vec<OperatorId>, Complaint> {
    refuse_equal_uids(drafts)?;
    let readers = readers(drafts);
    let mut ids: Vec<Option<OperatorId>> = vec![None; drafts.len()];
    let mut queue: VecDeque<usize> = (0..drafts.len())
        .filter(|index| drafts[*index].inputs.is_empty())
        .collect();
    let mut queued: Vec<bool> = drafts.iter().map(|draft| draft.inputs.is_empty()).collect();
    let mut given = 0;
    while let Some(index) = queue.pop_front() {
        let draft = &drafts[index];
        let id = match &draft.uid {
            Some(uid) => Some(OperatorId::from_uid(&uid.value)),
            None => {
                let inputs: Option<Vec<OperatorId>> =
                    draft.inputs.iter().map(|(from, _)| ids[*from]).collect();
                let chained = readers[index]
                    .iter()
                    .filter(|reader| chains.is_chained(**reader))
                    .count();
                inputs.map(|inputs| OperatorId::generated(given, chained, &inputs))
            }
        };
        if id.is_none() {
            // it comes back through its last input
            queued[index] = false;
            continue;
        }
        ids[index] = id;
        given += 1;
        for reader in &readers[index] {
            if !std::mem::replace(&mut queued[*reader], true) {
                queue.push_back(*reader);
            }
        }
    }
    // every operator is behind a source, so none is left
    Ok(ids.into_iter().flatten().collect())
}

/// Per operator those that read it, an entry for each edge.
fn readers(drafts: &[Draft]) -> Vec<Vec<usize>> {
    let mut readers = vec![Vec::new(); drafts.len()];
    for (index, draft) in drafts.iter().enumerate() {
        for (from, _) in &draft.inputs {
            readers[*from].push(index);
        }
    }
    readers
}

fn refuse_equal_uids(drafts: &[Draft]) -> Result<(), Complaint> {
    for (index, draft) in drafts.iter().enumerate() {
        let Some(uid) = &draft.uid else { continue };
        let same = |other: &&Draft| {
            other
                .uid
                .as_ref()
                .is_some_and(|other| other.value == uid.value)
        };
        if let Some(other) = drafts[..index].iter().find(same) {
            let message = format!(
                "'{}' and '{}' have the same uid '{}': state is found by it, so each operator needs its own",
                other.name, draft.name, uid.value
            );
            return Err(Complaint::new(uid.at, message));
        }
    }
    Ok(())
}

/// The first savepoint design: a chain has one id, its head's.
///
/// # Errors
/// An operator behind a head has a uid, which would count for nothing.
pub(super) fn strict(
    drafts: &[Draft],
    chains: &Chains,
    ids: &[OperatorId],
) -> Result<Vec<OperatorId>, Complaint> {
    for (index, draft) in drafts
        .iter()
        .enumerate()
        .filter(|(index, _)| chains.is_chained(*index))
    {
        if let Some(uid) = &draft.uid {
            let message = format!(
                "'{}' has the uid '{}' and is chained behind '{}': with strict chains only the id of a chain's first \
                 operator counts, so give the uid to that",
                draft.name, uid.value, drafts[chains.heads[index]].name
            );
            return Err(Complaint::new(uid.at, message));
        }
    }
    Ok(chains.heads.iter().map(|head| ids[*head]).collect())
}
