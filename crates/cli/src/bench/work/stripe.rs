//! The Stripe dialect: products.

use super::{Ask, Ground, Statement, Turn, Work, any};

pub(super) const PRODUCT_RETRIEVE: Work = Work {
    name: "product_retrieve",
    writes: false,
    about_customers: false,
    events: None,
    ask: Ask { write: product_retrieve, will_do: any },
    statement: Some(Statement::Reads(product_retrieve_statement)),
    redis: None,
};

pub(super) const PRODUCT_LIST: Work = Work {
    name: "product_list",
    writes: false,
    about_customers: false,
    events: None,
    ask: Ask { write: product_list, will_do: any },
    statement: Some(Statement::Reads(product_list_statement)),
    redis: None,
};

pub(super) const PRODUCT_CREATE: Work = Work {
    name: "product_create",
    writes: true,
    about_customers: false,
    events: None,
    ask: Ask { write: product_create, will_do: any },
    statement: Some(Statement::Creates),
    redis: None,
};

/// Puts in product number `turn.number`, under an id that [`product_retrieve`] can name again.
pub(in crate::bench) const PUT_PRODUCT: Ask = Ask { write: put_product, will_do: any };

fn put_product(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let number = turn.number;
    post(ground, "/v1/products", &format!("id=prod_bench{number:014}&name=Gold%20Plan%20{number:014}"), buffer);
}

fn product_retrieve(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let number = turn.below(ground.size.products);
    super::get(&ground.stripe_head, format_args!("/v1/products/prod_bench{number:014}"), buffer);
}

fn product_list(ground: &Ground, _: &mut Turn, buffer: &mut Vec<u8>) {
    super::get(&ground.stripe_head, format_args!("/v1/products?limit=10"), buffer);
}

fn product_retrieve_statement(products: u64) -> String {
    format!(
        "\\set number random(0, {})\n\
         SELECT body FROM product WHERE live = false AND id = 'prod_bench' || lpad(:number::text, 14, '0');\n",
        products - 1
    )
}

/// One more than the page, as the server asks to learn whether there are more.
fn product_list_statement(_: u64) -> String {
    "SELECT created, seq, body FROM product WHERE live = false ORDER BY created DESC, seq DESC LIMIT 11;\n".to_owned()
}

fn product_create(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let number = turn.number;
    post(ground, "/v1/products", &format!("name=Gold%20Plan%20{number:014}"), buffer);
}

fn post(ground: &Ground, target: &str, form: &str, buffer: &mut Vec<u8>) {
    super::post(&ground.stripe_head, target, "application/x-www-form-urlencoded", form.as_bytes(), buffer);
}
