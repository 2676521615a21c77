//! Recording usage, one event or many. Nothing is held against the limit: that is for whoever consumes.

use super::Source;
use super::tab::{NewEvent, Tab};
use crate::command::{Changes, Command, Cx, Stop};
use crate::facts::{Facts, Key, ReadSet};
use crate::id::{CustomerId, UsageEventId};
use crate::metadata::Metadata;
use crate::quantity::Quantity;
use crate::refusal::Refusal;
use crate::time::Timestamp;

/// Records an event. A customer that is not there is made.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "as in `UsageEvent`")]
pub struct Track {
    pub customer: CustomerId,
    pub feature_key: String,
    pub amount: Quantity,
    pub key: Option<String>,
    /// Now, where not given.
    pub occurred: Option<Timestamp>,
    pub metadata: Metadata,
}

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tracked {
    /// It was recorded.
    Applied {
        /// Its id.
        event: UsageEventId,
        /// The raw total of the open window.
        total: Quantity,
    },
    /// An event with its key was recorded before.
    Repeated {
        /// That event.
        event: UsageEventId,
        /// The raw total of the open window.
        total: Quantity,
    },
    /// Usage of the feature is not counted here.
    NotTracked,
}

impl Track {
    fn reads(&self) -> [Key; 2] {
        [Key::Catalog, Key::account(&self.customer)]
    }

    fn run(&self, tab: &mut Tab<'_>, cx: &mut Cx<'_>) -> Result<Tracked, Stop> {
        let occurred = tab.occurred(Some(&self.customer), self.occurred)?;
        let feature = tab.feature(&self.feature_key)?;
        if !feature.tracks_usage {
            tab.open(&self.customer, occurred)?;
            return Ok(Tracked::NotTracked);
        }
        let key = self.key.as_deref();
        if let Some(event) = tab.key_holder(&feature.id, &self.customer, key)? {
            let account = tab.account(&self.customer)?.expect("whoever has an event is there");
            return Ok(Tracked::Repeated { event, total: tab.standing(account, feature)?.total });
        }
        tab.open(&self.customer, occurred)?;
        let (source, metadata) = (Source::Usage, &self.metadata);
        let new = NewEvent { feature, amount: self.amount, occurred, source, key, metadata };
        let (event, total) = tab.record(&self.customer, &new, cx)?;
        Ok(Tracked::Applied { event, total })
    }
}

impl Command for Track {
    type Reply = Tracked;

    fn reads(&self) -> ReadSet {
        Self::reads(self).into_iter().collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let mut tab = Tab::new(facts, cx)?;
        let tracked = self.run(&mut tab, cx)?;
        Ok((tracked, tab.finish()))
    }
}

/// Records many events in one step; one that is refused leaves the others alone.
#[derive(Debug, Clone)]
pub struct TrackBatch {
    /// Up to [`BATCH_MAX`](super::BATCH_MAX), in order.
    pub events: Vec<Track>,
}

impl Command for TrackBatch {
    /// One for each event, in order.
    type Reply = Vec<Result<Tracked, Refusal>>;

    fn reads(&self) -> ReadSet {
        self.events.iter().flat_map(Track::reads).collect()
    }

    fn decide(&self, facts: &Facts, cx: &mut Cx<'_>) -> Result<(Self::Reply, Changes), Stop> {
        let mut tab = Tab::new(facts, cx)?;
        let (mut outcomes, mut missing) = (Vec::with_capacity(self.events.len()), ReadSet::default());
        for event in &self.events {
            match missing.gather(event.run(&mut tab, cx)) {
                Ok(tracked) => outcomes.extend(tracked.map(Ok)),
                Err(Stop::Refused(refusal)) => outcomes.push(Err(refusal)),
                Err(stop) => return Err(stop),
            }
        }
        missing.known()?;
        Ok((outcomes, tab.finish()))
    }
}
