//! The file: opened again, copied, refused.

use crate::world::{Engine, Folder, World, ask, get_product, open, product, rename, run};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tollgate_store::{DatabaseUrl, OpenError, Options, Store, StoreError, backup, check};

async fn opened(path: &Path) -> Result<Store, OpenError> {
    Store::open(&DatabaseUrl::Sqlite(path.to_owned()), &Options::default()).await
}

fn execute(path: &Path, sql: &str) {
    rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn what_was_answered_is_there_after_a_restart() {
    run(async {
        let World { store, folder, .. } = World::new(Engine::Sqlite).await;
        let made = ask(&store, product("a", "Gold")).await.unwrap();
        drop(store);
        assert_eq!(get_product(&open(&folder.file()).await, "a").await, Some(made));
    });
}

#[test]
fn closing_finishes_what_was_accepted_and_refuses_the_rest() {
    run(async {
        let World { store, folder, .. } = World::new(Engine::Sqlite).await;
        let store = Arc::new(store);
        let begun = Arc::new(AtomicU32::new(0));
        let accepted: Vec<_> = (0..200)
            .map(|number| {
                let (store, begun) = (store.clone(), begun.clone());
                tokio::spawn(async move {
                    begun.fetch_add(1, Ordering::SeqCst);
                    ask(&store, product(&format!("p{number}"), "x")).await.unwrap()
                })
            })
            .collect();
        while begun.load(Ordering::SeqCst) < 200 {
            tokio::task::yield_now().await;
        }
        store.close().await;
        for answer in accepted {
            answer.await.unwrap();
        }
        let late =
            crate::world::ask_in(&store, tollgate_domain::environment::Environment::Test, product("b", "x")).await;
        assert!(matches!(late, Err(StoreError::Closed)));
        store.close().await;
        assert!(get_product(&open(&folder.file()).await, "p199").await.is_some());
    });
}

#[test]
fn a_backup_taken_while_writing_is_whole() {
    run(async {
        let World { store, folder, .. } = World::new(Engine::Sqlite).await;
        let store = Arc::new(store);
        for number in 0..300 {
            ask(&store, product(&format!("p{number}"), "x")).await.unwrap();
        }
        let writing = tokio::spawn({
            let store = store.clone();
            async move {
                for number in 0..300 {
                    ask(&store, rename(&format!("p{number}"), "y")).await.unwrap();
                    ask(&store, product(&format!("q{number}"), "x")).await.unwrap();
                }
            }
        });
        for copy in ["one.db", "two.db", "three.db"] {
            store.backup(&folder.path().join(copy)).await.unwrap();
            tokio::task::yield_now().await;
        }
        writing.await.unwrap();
        for copy in ["one.db", "two.db", "three.db"].map(|copy| folder.path().join(copy)) {
            let report = check(&DatabaseUrl::Sqlite(copy.clone())).await.unwrap();
            assert!(report.is_healthy() && report.objects >= 600, "{report}");
            assert!(get_product(&open(&copy).await, "p299").await.is_some());
        }
        let again = store.backup(&folder.path().join("one.db")).await;
        assert!(matches!(again, Err(OpenError::FileExists(_))));
        let nowhere = backup(&DatabaseUrl::Sqlite(folder.file()), &folder.path().join("no/such/copy.db"));
        assert!(matches!(nowhere, Err(OpenError::NoFolder(_))), "{nowhere:?}");
    });
}

#[test]
fn a_file_that_is_not_ours_is_refused_and_left_alone() {
    run(async {
        let folder = Folder::new();
        let text = folder.path().join("text.db");
        std::fs::write(&text, "x".repeat(5000)).unwrap();
        let refused = opened(&text).await.unwrap_err();
        assert!(matches!(refused, OpenError::NotOurs(_)), "{refused}");
        assert_eq!(std::fs::read_to_string(&text).unwrap(), "x".repeat(5000));
        let other = folder.path().join("other.db");
        execute(&other, "CREATE TABLE t (a)");
        let before = std::fs::read(&other).unwrap();
        assert!(matches!(opened(&other).await, Err(OpenError::NotOurs(_))));
        assert_eq!(std::fs::read(&other).unwrap(), before);
        assert!(matches!(opened(folder.path()).await, Err(OpenError::IsFolder(_))));
        assert!(matches!(opened(&folder.path().join("no/such.db")).await, Err(OpenError::NoFolder(_))));
        let missing = DatabaseUrl::Sqlite(folder.path().join("missing.db"));
        assert!(matches!(check(&missing).await, Err(OpenError::NoFile(_))));
        assert!(matches!(backup(&missing, &folder.path().join("copy.db")), Err(OpenError::NoFile(_))));
        assert!(!folder.path().join("missing.db").exists());
    });
}

#[test]
fn a_file_of_another_version_is_refused() {
    run(async {
        let folder = Folder::new();
        drop(open(&folder.file()).await);
        execute(&folder.file(), "INSERT INTO migration VALUES (99, 'x')");
        let error = opened(&folder.file()).await.unwrap_err();
        assert!(matches!(error, OpenError::Newer { found: 99, .. }), "{error}");
        assert!(error.to_string().starts_with("this database was written by a newer Tollgate"));
        execute(&folder.file(), "DELETE FROM migration WHERE version = 99; UPDATE migration SET checksum = 'x'");
        assert!(matches!(opened(&folder.file()).await, Err(OpenError::OtherMigration(1))));
    });
}

#[test]
fn the_doctor_sees_what_does_not_fit() {
    run(async {
        let World { store, folder, .. } = World::new(Engine::Sqlite).await;
        let url = DatabaseUrl::Sqlite(folder.file());
        for id in ["a", "b", "c"] {
            let price = Some(crate::conformance::new_price(None));
            let create = tollgate_domain::product::CreateProduct { default_price: price, ..product(id, "Gold") };
            ask(&store, create).await.unwrap();
        }
        crate::world::indexed(&store).await;
        drop(store);
        assert!(check(&url).await.unwrap().is_healthy());
        for (harm, expected) in [
            ("UPDATE product SET active = 0 WHERE id = 'a'", "columns"),
            ("UPDATE product SET body = '{' WHERE id = 'b'", "body"),
            ("DELETE FROM price WHERE product = 'c'", "default price"),
            ("DELETE FROM product WHERE id = 'a'", "product"),
            ("DELETE FROM product_search WHERE rowid = 3", "search index"),
        ] {
            let copy = folder.path().join("copy.db");
            let _ = std::fs::remove_file(&copy);
            backup(&url, &copy).unwrap();
            execute(&copy, harm);
            let report = check(&DatabaseUrl::Sqlite(copy)).await.unwrap();
            assert!(report.findings.iter().any(|finding| finding.check == expected), "{harm}: {report}");
        }
    });
}
