//! Jobs other than plain commands, and what becomes of a batch with a bad one in it.

use crate::world::{Engine, World, get_product, product, run};
use tollgate_domain::batch::{CommandJob, Job};
use tollgate_domain::command::{Changes, Given, Write};
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Facts, Key, ReadSet};
use tollgate_domain::idempotency::{Claim, Receipt, Verdict};
use tollgate_domain::product::CreateProduct;
use tollgate_domain::record::{Noun, Record};
use tollgate_store::StoreError;

/// A command under an idempotency key, as a server would run it.
pub(crate) struct Keyed {
    key: String,
    ask: CommandJob<CreateProduct>,
    pub(crate) answer: Option<String>,
    pub(crate) replayed: bool,
}

impl Keyed {
    pub(crate) fn new(key: &str, command: CreateProduct) -> Self {
        let ask = CommandJob::new(Environment::Test, command);
        Self { key: key.to_owned(), ask, answer: None, replayed: false }
    }
}

impl Job for Keyed {
    fn environment(&self) -> Environment {
        Environment::Test
    }

    fn reads(&self) -> ReadSet {
        let mut reads = self.ask.reads();
        reads.push(Key::receipt(&self.key));
        reads
    }

    fn decide(&mut self, facts: &Facts, given: Given, random: &mut dyn FnMut() -> u64) -> Result<Changes, ReadSet> {
        let found = facts.receipt(&self.key).map_err(|_| ReadSet::from(Key::receipt(&self.key)))?;
        let claim = Claim { key: self.key.clone(), endpoint: "/v1/products".into(), fingerprint: String::new() };
        if claim.verdict(found.as_deref(), given.now) == Verdict::Replay {
            (self.replayed, self.answer) = (true, found.map(|receipt| receipt.body.clone()));
            return Ok(Changes::default());
        }
        let mut changes = self.ask.decide(facts, given, random)?;
        let body = format!("{:?}", self.ask.reply);
        let receipt = Receipt {
            key: self.key.clone(),
            endpoint: claim.endpoint,
            fingerprint: claim.fingerprint,
            request: "req_1".into(),
            status: 200,
            body: body.clone(),
            session: None,
            created: given.now,
        };
        let after = Record::Receipt(receipt.into());
        changes.writes.push(Write::Put { before: found.map(Record::Receipt), after });
        self.answer = Some(body);
        Ok(changes)
    }
}

/// Writes a product that is there already, without having looked.
struct Blind(Record);

impl Job for Blind {
    fn environment(&self) -> Environment {
        Environment::Test
    }

    fn reads(&self) -> ReadSet {
        ReadSet::default()
    }

    fn decide(&mut self, _: &Facts, _: Given, _: &mut dyn FnMut() -> u64) -> Result<Changes, ReadSet> {
        let writes = vec![Write::Put { before: None, after: self.0.clone() }];
        Ok(Changes { writes, ..Changes::default() })
    }
}

/// Never has enough.
struct Insatiable(u32);

impl Job for Insatiable {
    fn environment(&self) -> Environment {
        Environment::Test
    }

    fn reads(&self) -> ReadSet {
        ReadSet::default()
    }

    fn decide(&mut self, _: &Facts, _: Given, _: &mut dyn FnMut() -> u64) -> Result<Changes, ReadSet> {
        self.0 += 1;
        Err(Key::Row(Noun::Product, self.0.to_string()).into())
    }
}

#[test]
fn only_the_culprit_of_a_batch_fails() {
    for engine in Engine::all() {
        run(async {
            let world = World::new(engine).await;
            let store = std::sync::Arc::new(world.store);
            let there = store.submit(CommandJob::new(Environment::Test, product("there", "x"))).await.unwrap();
            let there = Record::Product(there.reply.unwrap().unwrap());
            let mut good = Vec::new();
            let mut bad = Vec::new();
            for index in 0..60 {
                let (store, id) = (store.clone(), format!("p{index}"));
                if index % 20 == 10 {
                    let there = there.clone();
                    bad.push(tokio::spawn(async move { store.submit(Blind(there)).await.map(|_| ()) }));
                } else if index % 20 == 15 {
                    bad.push(tokio::spawn(async move { store.submit(Insatiable(0)).await.map(|_| ()) }));
                } else {
                    let ask = CommandJob::new(Environment::Test, product(&id, "x"));
                    good.push((id, tokio::spawn(async move { store.submit(ask).await.map(|ask| ask.reply.unwrap()) })));
                }
            }
            for (id, answer) in good {
                answer.await.unwrap().unwrap().unwrap();
                assert!(get_product(&store, &id).await.is_some());
            }
            for answer in bad {
                let error = answer.await.unwrap().unwrap_err();
                assert!(matches!(error, StoreError::Conflict(_) | StoreError::Endless), "{error}");
            }
        });
    }
}
