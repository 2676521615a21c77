//! The doctor of a PostgreSQL database; that of a file is with the files.

use crate::conformance::new_price;
use crate::world::{ask, open_url, product, run};
use tollgate_domain::product::CreateProduct;
use tollgate_store::check;
use tollgate_testkit::postgres::Postgres;

#[test]
fn the_doctor_sees_what_does_not_fit_in_postgres_also_while_it_is_served() {
    let Some(postgres) = Postgres::shared() else { return };
    run(async {
        let text = postgres.create_database();
        let url = text.parse().unwrap();
        let store = open_url(&url).await;
        for id in ["a", "b", "c", "\u{0}"] {
            let default_price = Some(new_price(None));
            ask(&store, CreateProduct { default_price, ..product(id, "Gold") }).await.unwrap();
        }
        let report = check(&url).await.unwrap();
        assert!(report.is_healthy() && report.objects >= 16, "{report}");
        for (harm, expected) in [
            ("UPDATE product SET active = false WHERE id = 'a'", "columns: product a: active differ"),
            ("UPDATE product SET terms = '{1}' WHERE id = 'c'", "search index: product c is not"),
            ("DELETE FROM price WHERE product = 'c'", "default price: of c: does not exist"),
            ("UPDATE product SET body = '{' WHERE id = 'b'", "body: product b: "),
            ("DELETE FROM product WHERE id = 'a'", "product: a of price_"),
            ("SELECT setval('event_seq_seq', 1)", "sequence: that of event is at 1"),
            ("UPDATE change_set SET version = version + 10 WHERE version > 1", "change sets: lane "),
            ("DELETE FROM migration", "schema: version 0"),
        ] {
            postgres.psql(&text, harm);
            let report = check(&url).await.unwrap().to_string();
            assert!(report.contains(expected), "{harm}: {report}");
        }
    });
}
