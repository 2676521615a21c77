//! A product and its event as the server wrote them, and the script that writes more of the same kind.
//!
//! The rows are as large as the server's, and their columns agree with their bodies, so that the catalog stays sound.

use super::programs::Programs;
use anyhow::Context;
use serde::Deserialize;
use std::time::Duration;

/// How long the query may take.
const PATIENCE: Duration = Duration::from_secs(60);
const NEWEST: &str = "SELECT json_build_object( \
    'product', (SELECT row_to_json(found) FROM (SELECT id, created, key, terms::text, body FROM product \
    WHERE live = false ORDER BY created DESC, seq DESC LIMIT 1) AS found), \
    'event', (SELECT row_to_json(found) FROM (SELECT id, body FROM event \
    WHERE live = false AND type = 'product.created' ORDER BY created DESC, seq DESC LIMIT 1) AS found))";

/// Where pgbench enters its transactions, as a server enters its own among the changes that others read.
const ENTRIES: &str = "CREATE TABLE IF NOT EXISTS pgbench_entry (LIKE change_set INCLUDING ALL)";

/// Rows of the server's own.
#[derive(Deserialize)]
pub(super) struct Template {
    product: Product,
    event: Event,
}

#[derive(Deserialize)]
struct Product {
    id: String,
    created: i64,
    key: String,
    terms: String,
    body: String,
}

#[derive(Deserialize)]
struct Event {
    id: String,
    body: String,
}

impl Template {
    /// The product that was created last.
    pub(super) async fn newest(programs: &Programs) -> anyhow::Result<Self> {
        programs.query(ENTRIES, PATIENCE).await?;
        let found = programs.query(NEWEST, PATIENCE).await?;
        serde_json::from_str(&found).context("there is no product with an event to go by")
    }

    /// Writes a product, its event and the entry, in one statement and so in one transaction. Ids are as long as the server's,
    /// and grow as those do; `run`, `connections` and `n` come with the command.
    pub(super) fn script(&self) -> String {
        let Self { product, event } = self;
        let created = product.created.to_string();
        let names = [
            (&*product.id, "product_id"),
            (&*product.key, "product_key"),
            (&*event.id, "event_id"),
            (&*created, "created"),
        ];
        let (product_body, event_body) = (expression(&product.body, &names), expression(&event.body, &names));
        format!(
            "\\set n :n + 1\n\
             \\set number :n * :connections + :client_id\n\
             WITH key AS (SELECT :run::text || lpad(to_hex(:number::bigint), 6, '0') AS key), \
             new AS (SELECT 'prod_' || key AS product_id, 'gold_plan_' || key AS product_key, 'evt_' || key || 'pgbenchrow' AS event_id, \
             (extract(epoch FROM now()) * 1000)::bigint AS created FROM key), \
             written AS (INSERT INTO product (live, id, created, active, shippable, url, key, terms, body) \
             SELECT true, product_id, created, true, NULL::boolean, NULL::text, product_key, '{}'::integer[], {product_body} \
             FROM new RETURNING 1), \
             entered AS (INSERT INTO pgbench_entry (lane, version, void, keys) \
             SELECT :client_id::bigint, (extract(epoch FROM now()) * 1000000)::bigint, false, '{{}}'::text[] RETURNING 1) \
             INSERT INTO event (live, id, created, type, body) \
             SELECT true, event_id, created, 'product.created', {event_body} FROM new;\n",
            product.terms
        )
    }
}

/// SQL for a text in which each name is whatever its expression gives.
fn expression(text: &str, names: &[(&str, &str)]) -> String {
    let (mut parts, mut rest) = (Vec::new(), text);
    let next = |rest: &str| names.iter().filter_map(|(name, sql)| Some((rest.find(name)?, *name, *sql))).min();
    while let Some((at, name, sql)) = next(rest) {
        parts.extend([literal(&rest[..at]), sql.to_owned()]);
        rest = &rest[at + name.len()..];
    }
    parts.push(literal(rest));
    parts.join(" || ")
}

/// A text in SQL, with no colon in it: pgbench takes what follows one for a variable.
fn literal(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\'', "''").replace(':', "\\003A");
    format!("U&'{text}'")
}

#[cfg(test)]
mod tests {
    use super::expression;

    #[test]
    fn what_distinguishes_a_row_is_put_in_by_the_statement() {
        let text = r#"{"id":"p_1","name":"it's \n","created":12,"updated":12}"#;
        let sql = expression(text, &[("p_1", "product_id"), ("12", "created")]);
        let expected = concat!(
            r#"U&'{"id"\003A"' || product_id || U&'","name"\003A"it''s \\n","created"\003A' || created || "#,
            r#"U&',"updated"\003A' || created || U&'}'"#
        );
        assert_eq!(sql, expected);
    }
}
