//! The Stripe dialect: products, and subscriptions.

use super::{About, Ask, Ground, Statement, Turn, Work, any};
use std::net::SocketAddr;

pub(super) const PRODUCT_RETRIEVE: Work = Work {
    name: "product_retrieve",
    writes: false,
    about: About::Products,
    events: None,
    ask: Ask { write: product_retrieve, will_do: any },
    statement: Some(Statement::Reads(product_retrieve_statement)),
    redis: None,
};

pub(super) const PRODUCT_LIST: Work = Work {
    name: "product_list",
    writes: false,
    about: About::Products,
    events: None,
    ask: Ask { write: product_list, will_do: any },
    statement: Some(Statement::Reads(product_list_statement)),
    redis: None,
};

pub(in crate::bench) const PRODUCT_CREATE: Work = Work {
    name: "product_create",
    writes: true,
    about: About::Products,
    events: None,
    ask: Ask { write: product_create, will_do: any },
    statement: Some(Statement::Creates),
    redis: None,
};

pub(super) const SUBSCRIPTION_CREATE: Work = Work {
    name: "subscription_create",
    writes: true,
    about: About::Subscribers,
    events: None,
    ask: Ask { write: subscription_create, will_do: any },
    statement: None,
    redis: None,
};

/// Puts in what is subscribed to.
pub(in crate::bench) const PUT_SUBSCRIBED: Ask = Ask { write: put_subscribed, will_do: any };
/// Puts in one who subscribes.
pub(in crate::bench) const PUT_SUBSCRIBER: Ask = Ask { write: put_subscriber, will_do: any };

/// Puts in the subscription of the customer in place `turn.number`, of which a period ends when renewals are due.
pub(in crate::bench) const PUT_RENEWAL: Ask = Ask { write: put_renewal, will_do: any };

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

fn put_subscribed(ground: &Ground, _: &mut Turn, buffer: &mut Vec<u8>) {
    let price = "default_price_data[currency]=usd&default_price_data[unit_amount]=1000\
                 &default_price_data[recurring][interval]=month";
    post(ground, "/v1/products", &format!("id=prod_bench_subscribed&name=Gold%20Plan&{price}"), buffer);
}

fn put_subscriber(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    post(ground, "/v1/customers", &format!("name=Bench%20{}", turn.number), buffer);
}

/// Asks for an endpoint that everything is sent to.
pub(in crate::bench) fn ask_endpoint(ground: &Ground, address: SocketAddr, buffer: &mut Vec<u8>) {
    post(ground, "/v1/webhook_endpoints", &format!("url=http://{address}/&enabled_events[0]=*"), buffer);
}

/// Asks for the prices of what is subscribed to.
pub(in crate::bench) fn ask_price(ground: &Ground, buffer: &mut Vec<u8>) {
    super::get(&ground.stripe_head, format_args!("/v1/prices?product=prod_bench_subscribed"), buffer);
}

/// Asks for a page of those who subscribe.
pub(in crate::bench) fn ask_subscribers(ground: &Ground, after: Option<&str>, buffer: &mut Vec<u8>) {
    let after = after.map_or_else(String::new, |id| format!("&starting_after={id}"));
    super::get(&ground.stripe_head, format_args!("/v1/customers?limit=100{after}"), buffer);
}

fn subscription_create(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let place = usize::try_from(turn.below(ground.subscribers.len() as u64)).expect("it is an index");
    let form = format!("customer={}&items[0][price]={}", ground.subscribers[place], ground.price);
    post(ground, "/v1/subscriptions", &form, buffer);
}

fn put_renewal(ground: &Ground, turn: &mut Turn, buffer: &mut Vec<u8>) {
    let place = usize::try_from(turn.number).expect("it is an index");
    let (customer, price, due) = (&ground.subscribers[place], &ground.price, ground.due);
    post(
        ground,
        "/v1/subscriptions",
        &format!("customer={customer}&items[0][price]={price}&billing_cycle_anchor={due}"),
        buffer,
    );
}

fn post(ground: &Ground, target: &str, form: &str, buffer: &mut Vec<u8>) {
    super::post(&ground.stripe_head, target, "application/x-www-form-urlencoded", form.as_bytes(), buffer);
}
