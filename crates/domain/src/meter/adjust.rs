//! Taking a meter event back.

use super::{CANCEL_MAX_MILLIS, MeterEvent};
use crate::command::{Changes, Command, Cx, Stop, Write};
use crate::facts::{Facts, Key, ReadSet};
use crate::id::MeterEventId;
use crate::record::{Field, Record};
use crate::refusal::MeterRefusal;
use crate::usage::DeleteUsageEvents;
use std::sync::Arc;

/// Cancels an event, and with it the usage that was recorded with it. One that was cancelled before stays so.
#[derive(Debug, Clone)]
pub struct CancelMeterEvent {
    /// The name of the event.
    pub event_name: String,
    /// What the caller calls it.
    pub identifier: String,
}

impl Command for CancelMeterEvent {
    /// The command itself: all that is shown of it.
    type Reply = Self;

    fn reads(&self) -> ReadSet {
        [Key::holder(Field::MeterEventIdentifier, &self.identifier), Key::Catalog].into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let event = self.event(facts)?;
        if cx.now.millis().saturating_sub(event.recorded.millis()) > CANCEL_MAX_MILLIS {
            return Err(MeterRefusal::TooLate { identifier: self.identifier.clone() }.into());
        }
        let mut changes = Changes::default();
        let Some(counted) = &event.counted else { return Ok((self.clone(), changes)) };
        if let Some(usage) = &counted.usage {
            (_, changes) = DeleteUsageEvents { ids: vec![usage.clone()], must_exist: false }.decide(facts, cx)?;
        }
        let after = MeterEvent { counted: None, ..(*event).clone() };
        changes
            .writes
            .push(Write::Put { before: Some(Record::MeterEvent(event)), after: Record::MeterEvent(Arc::new(after)) });
        Ok((self.clone(), changes))
    }
}

impl CancelMeterEvent {
    fn event(&self, facts: &Facts) -> Result<Arc<MeterEvent>, Stop> {
        let id = facts.holder(Field::MeterEventIdentifier, &self.identifier)?.map(MeterEventId::from);
        if let Some(event) = id.map(|id| facts.meter_event(&id)).transpose()?.flatten()
            && facts.meter(&event.meter)?.is_some_and(|meter| meter.event_name == self.event_name)
        {
            return Ok(event);
        }
        Err(MeterRefusal::NoEvent { identifier: self.identifier.clone() }.into())
    }
}
