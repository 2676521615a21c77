//! Hashes that collide, for which an engine is opened with few bits of them.

use super::Limits;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::sqlite::{Sqlite, check};
use crate::task::Seat;
use std::path::PathBuf;
use std::sync::Arc;
use tollgate_domain::batch::CommandJob;
use tollgate_domain::command::Command;
use tollgate_domain::environment::Environment::Test;
use tollgate_domain::feature::{CreateFeature, FeatureKind};
use tollgate_domain::metadata::{Metadata, MetadataPatch};
use tollgate_domain::quantity::Quantity;
use tollgate_domain::usage::{DeleteUsageEvents, Track, TrackBatch, Tracked};
use tollgate_domain::window::{ResetAnchor, ResetInterval};

fn ask<C: Command>(sqlite: &Sqlite, command: C) -> C::Reply {
    let (task, answer) = Seat::take(CommandJob::new(Test, command));
    sqlite.submit(task).unwrap();
    let job = answer.blocking_recv().unwrap().unwrap();
    job.reply.unwrap().unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

fn open(path: &std::path::Path) -> Sqlite {
    let limits = Limits { tail: 7, key_bits: 3 };
    Sqlite::open_within(path, &Options::default(), limits, Arc::new(Metrics::default())).unwrap()
}

fn batch(customer: &str, keys: std::ops::Range<u32>) -> TrackBatch {
    let event = |key: u32| Track {
        customer: customer.into(),
        feature_key: "seats".to_owned(),
        amount: Quantity::whole(1),
        key: Some(format!("k{key}")),
        occurred: None,
        metadata: Metadata::new(),
    };
    TrackBatch { events: keys.map(event).collect() }
}

fn repeated(replies: &[Result<Tracked, tollgate_domain::refusal::Refusal>]) -> usize {
    replies.iter().filter(|reply| matches!(reply, Ok(Tracked::Repeated { .. }))).count()
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn keys_whose_hashes_are_equal_are_kept_apart() {
    let folder = Folder(std::env::temp_dir().join(format!("tollgate-collisions-{}", std::process::id())));
    std::fs::create_dir_all(&folder.0).unwrap();
    let path = folder.0.join("tollgate.db");
    let mut sqlite = open(&path);
    let seats = CreateFeature {
        key: "seats".into(),
        name: "seats".into(),
        description: None,
        kind: FeatureKind::Limit,
        tracks_usage: true,
        interval: ResetInterval::Never,
        anchor: ResetAnchor::Calendar,
        metadata: MetadataPatch::default(),
    };
    ask(&sqlite, seats);
    for round in 0..6 {
        for customer in ["a", "b"] {
            // Each round some are new.
            let replies = ask(&sqlite, batch(customer, 0..10 * (round + 1)));
            assert_eq!(repeated(&replies), 10 * round as usize, "{customer} {round}");
        }
        if round % 2 == 1 {
            drop(sqlite);
            sqlite = open(&path);
        }
    }
    let replies = ask(&sqlite, batch("a", 20..30));
    let ids = replies.into_iter().map(|reply| match reply {
        Ok(Tracked::Repeated { event, .. }) => event,
        other => panic!("{other:?}"),
    });
    ask(&sqlite, DeleteUsageEvents { ids: ids.collect(), must_exist: true });
    assert_eq!(repeated(&ask(&sqlite, batch("a", 0..60))), 50);
    assert_eq!(repeated(&ask(&sqlite, batch("b", 0..60))), 60);
    drop(sqlite);
    // The doctor hashes with all bits, so that it misses every key, and nothing else.
    let report = check(&path).unwrap();
    assert!(report.findings.iter().all(|finding| finding.check == "usage index"), "{report}");
}
