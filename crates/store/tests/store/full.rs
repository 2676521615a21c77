//! A full disk: writes are refused, reads go on, and writes go on when there is room again.

use crate::jobs::Keyed;
use crate::world::{Engine, World, ask, ask_in, get_product, open, product, run};
use tollgate_domain::environment::Environment;
use tollgate_domain::idempotency::RECEIPT_LIFETIME_MILLIS;
use tollgate_store::{DatabaseUrl, OpenError, Options, Store, StoreError, check};

#[test]
fn a_full_database_refuses_writes_serves_reads_and_recovers() {
    run(async {
        let options = Options { max_bytes: Some(1024 * 1024), ..Options::default() };
        let world = World::with(Engine::Sqlite, &options).await;
        let store = &world.store;
        let mut kept = 0;
        let error = loop {
            let id = format!("p{kept}");
            match store.submit(Keyed::new(&id, product(&id, &"x".repeat(1000)))).await {
                Ok(_) => kept += 1,
                Err(error) => break error,
            }
        };
        assert!(matches!(error, StoreError::Full) && !error.is_retryable(), "{error}");
        assert!(kept > 20, "{kept}");
        for number in 0..kept {
            assert!(get_product(store, &format!("p{number}")).await.is_some());
        }
        assert!(get_product(store, &format!("p{kept}")).await.is_none());
        let found = store.search(Environment::Test, &crate::searches::named(&"x".repeat(1000)), None, 1, true).await;
        assert_eq!(found.unwrap().total, Some(kept));
        // Old receipts make room.
        world.pass(RECEIPT_LIFETIME_MILLIS + 1);
        assert_eq!(store.prune().await.unwrap(), kept);
        ask(store, product("later", "small")).await.unwrap();
        assert!(get_product(store, "later").await.is_some());
        let World { store, folder, .. } = world;
        drop(store);
        let url = DatabaseUrl::Sqlite(folder.file());
        assert!(check(&url).await.unwrap().is_healthy());
        let small = Options { max_bytes: Some(64 * 1024), ..Options::default() };
        assert!(matches!(Store::open(&url, &small).await, Err(OpenError::LimitTooSmall(_))));
        let store = open(&folder.file()).await;
        for number in 0..100 {
            ask_in(&store, Environment::Live, product(&number.to_string(), &"y".repeat(4000))).await.unwrap().unwrap();
        }
    });
}
