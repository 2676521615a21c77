//! Time passes.

use super::Subscription;
use super::draft::Draft;
use crate::command::{Changes, Command, Cx, Stop};
use crate::facts::{Facts, Key, ReadSet};
use crate::id::SubscriptionId;
use crate::record::Noun;
use crate::time::Timestamp;
use std::sync::Arc;

/// Makes the next change that time has brought a subscription, where one is due: [`Subscription::due`] of what comes back
/// says when the next one is. Doing it again once nothing is due changes nothing.
#[derive(Debug, Clone)]
pub struct AdvanceSubscription {
    /// Which one.
    pub id: SubscriptionId,
    /// Up to when; what time it is for its customer, where not given.
    pub until: Option<Timestamp>,
}

impl Command for AdvanceSubscription {
    /// The subscription as it is then, and whether anything was due; nothing where it is gone.
    type Reply = Option<(Arc<Subscription>, bool)>;

    fn reads(&self) -> ReadSet {
        Key::Row(Noun::Subscription, self.id.to_string()).into()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let Some(mut draft) = Draft::read(&self.id, facts, cx)? else { return Ok((None, Changes::default())) };
        let was_due = draft.step(self.until.unwrap_or(draft.holder.now), cx);
        if !was_due {
            return Ok((Some((draft.now_is, false)), Changes::default()));
        }
        let (subscription, changes) = draft.close(cx);
        Ok((Some((subscription, true)), changes))
    }
}
