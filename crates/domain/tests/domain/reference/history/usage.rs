//! Steps of usage and of its mending.

use super::super::model::{Event, Period, quantity};
use super::super::op::{CUSTOMERS, FEATURES, Op, Stretch, Use};
use super::{Difference, History, key, pick, refusal, same};
use crate::world::Seen;
use tollgate_domain::id::UsageEventId;
use tollgate_domain::metadata::{Metadata, MetadataPatch};
use tollgate_domain::refusal::AccessRefusal;
use tollgate_domain::usage::{
    self, Consume, Consumed, DeleteUsageEvents, DeleteUsageOf, SetUsage, Track, TrackBatch, Tracked, UpdateUsageEvent,
    UsageSet,
};
use tollgate_domain::window::Window;

impl History {
    pub(super) fn take_usage(&mut self, op: &Op) -> Result<(), Difference> {
        match op {
            Op::Track(usage) => {
                let track = self.track_of(usage);
                let got = self.run(&track);
                let id = self.recorded(&got);
                same("track", &got, &self.model.track(&track, id))
            }
            Op::Batch(uses) => self.batch(uses),
            Op::Consume(usage) => self.consume(usage),
            Op::Set(usage) => self.set(usage),
            Op::Edit { nth, amount, occurred, key } => {
                let id = pick(&self.events, *nth);
                let about = self.world.event(&id).map_or((0, 0), |event| {
                    let of = |name: &str, names: &[&str]| names.iter().position(|one| *one == name).unwrap_or(0);
                    let feature = self.world.catalog().feature(&event.feature).unwrap();
                    (of(event.customer.as_str(), &CUSTOMERS), of(&feature.key, &FEATURES))
                });
                let edit = UpdateUsageEvent {
                    id,
                    amount: amount.map(quantity),
                    occurred: occurred.map(|when| self.instant(when, about.0, about.1)),
                    key: key.clone(),
                    metadata: MetadataPatch::default(),
                };
                let got = self.run(&edit).map(|event| (event.amount, event.occurred.millis(), event.key.clone()));
                let plain = |Event { amount, occurred, key, .. }| (quantity(amount), occurred, key);
                same("edit", &got, &self.model.edit(&edit).map(plain))
            }
            Op::Delete { nth, must_exist } => {
                let ids: Vec<UsageEventId> = nth.iter().map(|nth| pick(&self.events, *nth)).collect();
                let got = self.run(&DeleteUsageEvents { ids: ids.clone(), must_exist: *must_exist });
                same("delete", &got, &self.model.delete(&ids, *must_exist))
            }
            Op::Sweep { customer, feature, stretch } => self.sweep(*customer, *feature, *stretch),
            _ => unreachable!("{op:?}"),
        }
    }

    fn track_of(&self, usage: &Use) -> Track {
        Track {
            customer: CUSTOMERS[usage.customer].into(),
            feature_key: key(usage.feature),
            amount: quantity(usage.amount),
            key: usage.key.clone(),
            occurred: usage.occurred.map(|when| self.instant(when, usage.customer, usage.feature)),
            metadata: Metadata::new(),
        }
    }

    fn recorded(&mut self, tracked: &Result<Tracked, AccessRefusal>) -> Option<UsageEventId> {
        let Ok(Tracked::Applied { event, .. }) = tracked else { return None };
        self.events.push(event.clone());
        Some(event.clone())
    }

    fn batch(&mut self, uses: &[Use]) -> Result<(), Difference> {
        let events: Vec<Track> = uses.iter().map(|usage| self.track_of(usage)).collect();
        let got = self.run(&TrackBatch { events: events.clone() }).expect("a batch as a whole is never refused");
        for (track, got) in events.iter().zip(got) {
            let got = refusal(got);
            let id = self.recorded(&got);
            same("an entry of a batch", &got, &self.model.track(track, id))?;
        }
        Ok(())
    }

    fn consume(&mut self, usage: &Use) -> Result<(), Difference> {
        let Track { customer, feature_key, amount, key, metadata, .. } = self.track_of(usage);
        let name = customer.as_str().to_owned();
        let before = self.world.account(&name).map(|_| self.world.entries(&name));
        let consume = Consume { customer, feature_key: feature_key.clone(), amount, key, metadata };
        let got = self.run(&consume);
        let id = match &got {
            Ok(Consumed::Accepted { event, .. }) => Some(event.clone()),
            _ => None,
        };
        self.events.extend(id.clone());
        // What was seen before is what decides.
        let before = before.and_then(|entries| entries.into_iter().find(|entry| entry.feature.key == feature_key));
        if let Some(Seen { usage: Some(seen), has_access, .. }) = before.as_ref().map(Seen::from) {
            let fits = has_access && seen.remaining.is_none_or(|left| amount <= left.plus(seen.bonus_remaining));
            match &got {
                Ok(Consumed::Accepted { .. }) if !fits => return Err("accepted what does not fit".to_owned()),
                Ok(Consumed::LimitReached { .. } | Consumed::NoAccess { .. }) if fits => {
                    return Err("refused what fits".to_owned());
                }
                _ => {}
            }
        }
        same("consume", &got, &self.model.consume(&consume, id))
    }

    fn set(&mut self, usage: &Use) -> Result<(), Difference> {
        let Track { customer, feature_key, amount, key, metadata, .. } = self.track_of(usage);
        let set = SetUsage { customer, feature_key, used: amount, key, metadata };
        let got = self.run(&set);
        let id = match &got {
            Ok(UsageSet::Adjusted { event, .. }) => Some(event.clone()),
            _ => None,
        };
        self.events.extend(id.clone());
        same("set", &got, &self.model.set(&set, id))
    }

    fn sweep(&mut self, customer: usize, feature: Option<usize>, stretch: Stretch) -> Result<(), Difference> {
        let (period, asked) = match stretch {
            Stretch::Current => (usage::Period::Current, Period::Current),
            Stretch::Previous => (usage::Period::Previous, Period::Previous),
            Stretch::All => (usage::Period::All, Period::All),
            Stretch::Range(one, other) => {
                let ends = [one, other].map(|when| self.instant(when, customer, feature.unwrap_or(0)));
                let (start, end) = (ends[0].min(ends[1]), ends[0].max(ends[1]));
                (usage::Period::Range(Window::new(start, end)), Period::Range(start.millis(), end.millis()))
            }
        };
        let (customer, feature_key) = (CUSTOMERS[customer], feature.map(key));
        let got = self.run(&DeleteUsageOf { customer: customer.into(), feature_key: feature_key.clone(), period });
        same("sweep", &got, &self.model.sweep(customer, feature_key.as_deref(), &asked))
    }
}
