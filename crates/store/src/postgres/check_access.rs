//! The doctor's look at access: what no single row and no index can promise.
//!
//! A counter is the sum of the events of its window, and no event lies after the latest that it knows. Whoever has events
//! has a counter of them, and everything of a customer has that customer. No bonus has burnt more than its amount. Of
//! default products there is one; of features with a key, too, and of products with a key.

use super::session::Session;
use super::trouble::Trouble;
use super::usage;
use super::{table, text};
use crate::record;
use crate::report::Report;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;
use tollgate_domain::account::Account;
use tollgate_domain::bonus::Bonus;
use tollgate_domain::environment::Environment;
use tollgate_domain::id::{CustomerId, FeatureId};
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::usage::{Counter, Counters, subject};

/// Which keys must be kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Keys {
    Features,
    /// Of either kind.
    Products,
}

/// What was seen so far. Features and custom products are few; of the rest only what one piece of rows has is kept.
#[derive(Default)]
pub(super) struct AccessCheck {
    defaults: FxHashMap<Environment, String>,
    keys: FxHashMap<(Keys, Environment, String), String>,
    counters: Vec<(Environment, CustomerId, FeatureId, Counter)>,
    owners: BTreeSet<(Environment, CustomerId)>,
    subjects: BTreeSet<(Environment, CustomerId, FeatureId)>,
}

impl AccessCheck {
    /// Looks at a record by itself, and notes what is to be compared with others.
    pub(super) fn note(&mut self, environment: Environment, record: &Record, report: &mut Report) {
        if let Some(owner) = Account::owner(record).filter(|_| record.noun() != Noun::Customer) {
            self.owners.insert((environment, owner.clone()));
        }
        match record {
            Record::Feature(feature) => {
                self.note_key((Keys::Features, environment, feature.key.clone()), record.id(), report);
            }
            Record::Product(product) => {
                self.note_key((Keys::Products, environment, product.key.clone()), record.id(), report);
            }
            Record::CustomProduct(product) => {
                self.note_key((Keys::Products, environment, product.key.clone()), record.id(), report);
                if product.is_default
                    && let Some(other) = self.defaults.insert(environment, record.id().to_owned())
                {
                    report.add("default product", format!("both {other} and {} are it", record.id()));
                }
            }
            Record::Bonus(bonus) => check_bonus(bonus, report),
            Record::Counters(counters) => self.counters.extend(
                counters
                    .by_feature
                    .iter()
                    .map(|(feature, counter)| (environment, counters.customer.clone(), feature.clone(), *counter)),
            ),
            Record::UsageEvent(event) => {
                self.subjects.insert((environment, event.customer.clone(), event.feature.clone()));
            }
            _ => {}
        }
    }

    fn note_key(&mut self, key: (Keys, Environment, String), id: &str, report: &mut Report) {
        let text = key.2.clone();
        if let Some(other) = self.keys.insert(key, id.to_owned()) {
            report.add("keys", format!("both {other} and {id} have {text}"));
        }
    }

    /// Compares what one piece of rows has with what it rests on.
    pub(super) async fn compare(&mut self, session: &Session, report: &mut Report) -> Result<(), Trouble> {
        check_counters(session, std::mem::take(&mut self.counters), report).await?;
        check_owners(session, std::mem::take(&mut self.owners), report).await?;
        check_subjects(session, std::mem::take(&mut self.subjects), report).await
    }
}

fn check_bonus(bonus: &Bonus, report: &mut Report) {
    let (burnt, id) = (bonus.burnt(), &bonus.id);
    if burnt > bonus.amount {
        report.add("bonus", format!("{id} has burnt {burnt} of {}", bonus.amount));
    }
    if let Some(burn) = bonus.burns.iter().find(|burn| !burn.amount.is_positive()) {
        report.add("bonus", format!("{id} has burnt {} at once", burn.amount));
    }
}

async fn check_counters(
    session: &Session,
    counters: Vec<(Environment, CustomerId, FeatureId, Counter)>,
    report: &mut Report,
) -> Result<(), Trouble> {
    if counters.is_empty() {
        return Ok(());
    }
    let subjects: Vec<String> = counters.iter().map(|(_, customer, feature, _)| subject(feature, customer)).collect();
    let stretches = counters.iter().zip(&subjects);
    let stretches = stretches.map(|((environment, .., counter), subject)| (*environment, &**subject, counter.window));
    let tallies = session.query(usage::TALLY, &super::session::borrowed(&usage::stretches(stretches))).await?;
    let latest = "SELECT (SELECT max(created) FROM usage_event WHERE live = asked.live AND subject = asked.subject) \
         FROM unnest($1::boolean[], $2::text[]) WITH ORDINALITY AS asked (live, subject, place) ORDER BY place";
    let lives: Vec<bool> = counters.iter().map(|(environment, ..)| environment.is_live()).collect();
    let names: Vec<String> = subjects.iter().map(|subject| text::encode(subject).into_owned()).collect();
    let latest = session.query(latest, &[&lives, &names]).await?;
    for (((_, customer, feature, counter), tally), latest) in counters.iter().zip(tallies).zip(latest) {
        let sum = usage::tally(&tally)?.sum;
        if counter.total != sum {
            let total = counter.total;
            report.add("counters", format!("{customer} has used {sum} of {feature}, and the counter says {total}"));
        }
        if latest.try_get::<_, Option<i64>>(0)?.is_some_and(|latest| latest > counter.latest.millis()) {
            report.add("counters", format!("{customer} has used {feature} later than the counter says"));
        }
    }
    Ok(())
}

/// Everything of a customer has that customer.
async fn check_owners(
    session: &Session,
    owners: BTreeSet<(Environment, CustomerId)>,
    report: &mut Report,
) -> Result<(), Trouble> {
    if owners.is_empty() {
        return Ok(());
    }
    let exist = table::kept(Noun::Customer)?.exist();
    let (lives, ids): (Vec<bool>, Vec<String>) =
        owners.iter().map(|(environment, id)| (environment.is_live(), text::encode(id.as_str()).into_owned())).unzip();
    for ((_, id), row) in owners.iter().zip(session.query(&exist, &[&lives, &ids]).await?) {
        if !row.try_get::<_, bool>(0)? {
            report.add("customer", format!("{id} does not exist, and has something"));
        }
    }
    Ok(())
}

/// Whoever has events has a counter of them.
async fn check_subjects(
    session: &Session,
    subjects: BTreeSet<(Environment, CustomerId, FeatureId)>,
    report: &mut Report,
) -> Result<(), Trouble> {
    if subjects.is_empty() {
        return Ok(());
    }
    let (lives, ids): (Vec<bool>, Vec<String>) = subjects
        .iter()
        .map(|(environment, id, _)| (environment.is_live(), text::encode(id.as_str()).into_owned()))
        .unzip();
    let sql = "SELECT counters.body FROM unnest($1::boolean[], $2::text[]) WITH ORDINALITY AS asked (live, id, place) \
         LEFT JOIN counters ON counters.live = asked.live AND counters.id = asked.id ORDER BY place";
    for ((_, customer, feature), row) in subjects.iter().zip(session.query(sql, &[&lives, &ids]).await?) {
        let body: Option<&str> = row.try_get(0)?;
        // A body that cannot be read is a finding of its own.
        let counters = body.map(|body| record::decode(Noun::Counters, body.as_bytes()));
        let counts = |counters: &Counters| counters.of(feature).is_some();
        let is_counted = match &counters {
            Some(Ok(Record::Counters(counters))) => counts(counters),
            Some(_) => true,
            None => false,
        };
        if !is_counted {
            report.add("counters", format!("{customer} has used {feature}, and there is no counter of it"));
        }
    }
    Ok(())
}
