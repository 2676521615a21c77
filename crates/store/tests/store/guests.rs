//! Other processes on the same file: one serves it, guests may come.

use crate::world::{Engine, World, ask, ask_in, product, run};
use tollgate_domain::api_key::CreateApiKey;
use tollgate_domain::environment::Environment;
use tollgate_domain::facts::{Facts, Key};
use tollgate_domain::record::{Noun, Record};
use tollgate_domain::user::{CreateUser, HOME, Role};
use tollgate_store::{DatabaseUrl, OpenError, Options, Store, StoreError};

#[test]
fn a_second_server_is_refused_and_a_guest_may_make_keys_and_let_people_in() {
    run(async {
        let World { store, folder, .. } = World::new(Engine::Sqlite).await;
        let url = DatabaseUrl::Sqlite(folder.file());
        let second = Store::open(&url, &Options::default()).await.unwrap_err();
        assert!(matches!(second, OpenError::InUse(_)), "{second}");
        ask(&store, product("a", "x")).await.unwrap();
        let guest = Store::open(&url, &Options { exclusive: false, ..Options::default() }).await.unwrap();
        ask(&guest, CreateApiKey { hash: "h".into(), name: "n".into(), hint: "…".into() }).await.unwrap();
        let mut facts = Facts::default();
        store.load(Environment::Test, &Key::api_key_hash("h").into(), &mut facts).await.unwrap();
        assert!(facts.api_key_by_hash("h").unwrap().is_some(), "the server sees it");
        let ann = CreateUser { email: "a@b".into(), role: Role::Admin, password: "p".into() };
        let ann = ask_in(&guest, HOME, ann).await.unwrap().unwrap().unwrap();
        let seen = store.get(HOME, Noun::User, ann.id.as_str()).await.unwrap();
        assert_eq!(seen, Some(Record::User(ann)), "the server sees it");
        let refused = ask_in(&guest, Environment::Test, product("b", "x")).await;
        assert!(matches!(refused, Err(StoreError::Guest)));
        ask(&store, product("b", "x")).await.unwrap();
        guest.close().await;
        store.close().await;
        drop(Store::open(&url, &Options::default()).await.unwrap());
    });
}
