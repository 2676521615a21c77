//! The pricing table: a public page of what is sold, to embed in other pages, and its preview for those who make it.
//!
//! It shows the products that are meant to be shown: active, with an active price, and with marketing features, which are
//! there for nothing else. So a product that is prepared in silence stays silent.

use super::api::{Api, Fault};
use super::form::{Fields, Form};
use super::frame::{Frame, Section};
use super::json::Json;
use super::page::{Page, Shown, Trouble};
use super::visit::Visit;
use crate::app::App;
use crate::money;
use askama::Template;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderValue, Response, header};
use axum::response::IntoResponse;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tollgate_domain::environment::Environment;
use tollgate_domain::record::{Noun, Record};
use tollgate_wire::form::percent_encoded;
use tollgate_wire::stripe::operation::Operation;

/// Products that are looked at, the newest first.
const PRODUCTS_MAX: &str = "100";
/// Prices of a product that are looked at, the newest first.
const PRICES_MAX: &str = "100";
/// How long the public page may show what was on offer.
const SHELF_LASTS: Duration = Duration::from_secs(1);
/// How often a price is charged, in the order in which a table offers it.
const INTERVALS: [(&str, &str); 5] =
    [("month", "Monthly"), ("year", "Yearly"), ("week", "Weekly"), ("day", "Daily"), ("once", "Once")];
const THEMES: [&str; 3] = ["auto", "light", "dark"];

/// How a table looks, as its address says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Look {
    environment: Environment,
    theme: &'static str,
    /// Six hexadecimal digits.
    accent: Option<String>,
    interval: Option<&'static str>,
    /// The ids of the products to show, in this order; all where empty.
    products: Vec<String>,
}

impl Look {
    /// Reads a query; or says which field cannot be read, and why.
    fn read(query: &Form) -> Result<Self, (&'static str, &'static str)> {
        let environment = match query.given("environment") {
            None | Some("live") => Environment::Live,
            Some("test") => Environment::Test,
            Some(_) => return Err(("environment", "This is `live` or `test`.")),
        };
        let theme = query.given("theme").unwrap_or(THEMES[0]);
        let theme = THEMES.into_iter().find(|known| *known == theme);
        let interval = match query.given("interval") {
            None => None,
            Some(word) => {
                let known = INTERVALS.into_iter().find(|(known, _)| *known == word);
                Some(known.ok_or(("interval", "This is `month`, `year`, `week`, `day` or `once`."))?.0)
            }
        };
        let accent = query.given("accent").map(|accent| accent.trim_start_matches('#').to_ascii_lowercase());
        if accent
            .as_ref()
            .is_some_and(|accent| accent.len() != 6 || !accent.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            return Err(("accent", "This is a colour of six hexadecimal digits, such as 2346c7."));
        }
        let products = query.text("products").split(',').map(str::trim).filter(|id| !id.is_empty());
        Ok(Self {
            environment,
            theme: theme.ok_or(("theme", "This is `auto`, `light` or `dark`."))?,
            accent,
            interval,
            products: products.map(str::to_owned).collect(),
        })
    }

    /// The path and query of this look with another interval.
    fn path(&self, interval: Option<&str>) -> String {
        let mut path = format!("/pricing-table?environment={}", self.environment.as_str());
        let mut add = |name: &str, value: &str| {
            path.push('&');
            path.push_str(name);
            path.push('=');
            path.push_str(&percent_encoded(value));
        };
        if self.theme != THEMES[0] {
            add("theme", self.theme);
        }
        if let Some(accent) = &self.accent {
            add("accent", accent);
        }
        if let Some(interval) = interval {
            add("interval", interval);
        }
        if !self.products.is_empty() {
            add("products", &self.products.join(","));
        }
        path
    }

    /// The style sheet within the page: the one thing of it that depends on the address.
    fn style(&self) -> String {
        let accent = self.accent.as_ref().map_or_else(String::new, |accent| {
            let on = if is_light(accent) { "#111111" } else { "#ffffff" };
            format!(":root{{--accent:#{accent};--on-accent:{on}}}")
        });
        let scheme = match self.theme {
            "light" => ":root{color-scheme:light}",
            "dark" => ":root{color-scheme:dark}",
            _ => "",
        };
        format!("{scheme}{accent}")
    }
}

/// Whether dark text is easier to read on a colour than white text.
fn is_light(colour: &str) -> bool {
    let part = |place: usize| {
        let digits = colour.get(place..place + 2).unwrap_or("00");
        let value = f64::from(u8::from_str_radix(digits, 16).unwrap_or_default()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4) > 0.179
}

/// A product as the table shows it.
struct Offer {
    name: String,
    description: String,
    price: String,
    features: Vec<String>,
    url: Option<String>,
}

/// A way to charge, to choose.
struct Choice {
    name: &'static str,
    link: String,
    is_here: bool,
}

#[derive(Template)]
#[template(path = "pricing_table.html")]
struct TablePage {
    style: String,
    offers: Vec<Offer>,
    choices: Vec<Choice>,
}

/// Shows the table to anybody.
pub(super) async fn show(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Result<impl IntoResponse, Trouble> {
    let query = Form::read(query.unwrap_or_default().as_bytes()).ok_or(Trouble::BadForm)?;
    let look = Look::read(&query).map_err(|(field, problem)| {
        Trouble::Refused(Fault { status: 400, param: None, message: format!("{field}: {problem}") })
    })?;
    let page = table(&app, &look).await?;
    let hash = STANDARD.encode(Sha256::digest(&page.style));
    let mut response = Page::of(&page)?.into_response();
    embed(&mut response, &hash);
    Ok(response)
}

/// This page, of all, may stand in a page of anybody.
fn embed<B>(response: &mut Response<B>, style_hash: &str) {
    let policy = format!(
        "default-src 'none'; style-src 'self' 'sha256-{style_hash}'; frame-ancestors *; base-uri 'none'; form-action 'none'"
    );
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::try_from(policy).expect("a digest is ASCII"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    headers.remove(header::X_FRAME_OPTIONS);
}

/// A product that is sold, with the prices it has.
struct Sold {
    product: Json,
    prices: Vec<Json>,
}

async fn table(app: &App, look: &Look) -> Result<TablePage, Trouble> {
    let on_offer = on_offer(app, look.environment).await?;
    let mut sold: Vec<&Sold> = on_offer.iter().collect();
    if !look.products.is_empty() {
        let place = |sold: &&Sold| look.products.iter().position(|id| *id == sold.product.text("id"));
        sold.retain(|sold| place(sold).is_some());
        sold.sort_by_key(|sold| place(sold));
    }
    let offered: Vec<(&str, &str)> = INTERVALS
        .into_iter()
        .filter(|(word, _)| sold.iter().any(|sold| sold.prices.iter().any(|price| interval(price) == *word)))
        .collect();
    // Where nothing is sold at the interval that was asked for, there is another to see.
    let asked = offered.iter().find(|(word, _)| Some(*word) == look.interval);
    let chosen = asked.or(offered.first()).map_or("", |(word, _)| *word);
    let mut offers = Vec::new();
    for one in sold {
        offers.extend(offer(app, look.environment, one, chosen).await?);
    }
    let choices =
        offered.iter().map(|(word, name)| Choice { name, link: look.path(Some(word)), is_here: *word == chosen });
    let choices: Vec<Choice> = if offered.len() > 1 { choices.collect() } else { Vec::new() };
    Ok(TablePage { style: look.style(), offers, choices })
}

/// What is on offer in the environments, test and live.
#[derive(Default)]
pub(crate) struct Shelves([Mutex<Option<Shelf>>; 2]);

/// What was on offer at an instant.
struct Shelf {
    since: Instant,
    sold: Arc<Vec<Sold>>,
}

impl Shelves {
    fn of(&self, environment: Environment) -> MutexGuard<'_, Option<Shelf>> {
        self.0[usize::from(environment.is_live())].lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is on offer, the oldest first: looked up anew after a moment, however many ask, since anybody may.
async fn on_offer(app: &App, environment: Environment) -> Result<Arc<Vec<Sold>>, Fault> {
    let shelves = &app.dashboard.shelves;
    let fresh = shelves
        .of(environment)
        .as_ref()
        .filter(|shelf| shelf.since.elapsed() < SHELF_LASTS)
        .map(|shelf| shelf.sold.clone());
    if let Some(sold) = fresh {
        return Ok(sold);
    }
    let since = Instant::now();
    let mut sold = sold(Api { app, environment }).await?;
    sold.retain(|sold| why_not(sold).is_none());
    sold.reverse();
    let sold = Arc::new(sold);
    *shelves.of(environment) = Some(Shelf { since, sold: sold.clone() });
    Ok(sold)
}

/// The products of an environment with their active prices, the newest first.
async fn sold(api: Api<'_>) -> Result<Vec<Sold>, Fault> {
    let mut sold = Vec::new();
    for product in api.stripe(Operation::ProductList, &[], &[("limit", PRODUCTS_MAX)]).await?.list("data") {
        let id = product.text("id");
        let params = [("product", id.as_str()), ("active", "true"), ("limit", PRICES_MAX)];
        let prices = api.stripe(Operation::PriceList, &[], &params).await?.list("data");
        sold.push(Sold { product, prices });
    }
    Ok(sold)
}

/// Why a product is not shown, where it is not.
fn why_not(sold: &Sold) -> Option<&'static str> {
    if !sold.product.flag("active") {
        Some("It is not active.")
    } else if sold.prices.is_empty() {
        Some("It has no active price.")
    } else if sold.product.list("marketing_features").is_empty() {
        Some("It has no marketing features.")
    } else {
        None
    }
}

/// An address that leads into the web from any page, whatever it was written like.
fn web_address(address: &str) -> String {
    let is_whole = ["http://", "https://"].iter().any(|scheme| address.to_ascii_lowercase().starts_with(scheme));
    if is_whole { address.to_owned() } else { format!("https://{address}") }
}

/// How often a price is charged.
fn interval(price: &Json) -> String {
    let interval = price.get("recurring").text("interval");
    if interval.is_empty() { "once".to_owned() } else { interval }
}

/// A product at its price of an interval: its default price, or else the newest; nothing where it has none.
async fn offer(app: &App, environment: Environment, sold: &Sold, chosen: &str) -> Result<Option<Offer>, Trouble> {
    let Sold { product, prices } = sold;
    let default = product.text("default_price");
    let mut fitting: Vec<&Json> = prices.iter().filter(|price| interval(price) == chosen).collect();
    fitting.sort_by_key(|price| price.text("id") != default);
    let Some(price) = fitting.first() else { return Ok(None) };
    let found = app.store.get(environment, Noun::Price, &price.text("id")).await.map_err(Trouble::store)?;
    let Some(Record::Price(price)) = found else { return Ok(None) };
    Ok(Some(Offer {
        name: product.text("name"),
        description: product.text("description"),
        price: money::price(&price),
        features: product.list("marketing_features").iter().map(|feature| feature.text("name")).collect(),
        url: product.has("url").then(|| web_address(&product.text("url"))),
    }))
}

#[derive(Template)]
#[template(path = "pricing_table_preview.html")]
struct PreviewPage {
    frame: Frame,
    fields: Fields,
    /// Where the table is, on this server.
    path: Option<String>,
    /// What makes browsers ask for it anew.
    now: i64,
    /// What to put into another page.
    code: String,
    products: Vec<(String, String, Option<&'static str>)>,
}

/// Shows the table to those who make it, how it is embedded, and what it leaves out.
pub(super) async fn preview(visit: Visit) -> Shown {
    let mut query = visit.query.clone();
    query.set("environment", visit.environment.as_str());
    let fields = Fields::new(query.clone());
    let (fields, path) = match Look::read(&query) {
        Ok(look) => (fields, Some(look.path(look.interval))),
        Err((field, problem)) => (fields.with(field, problem), None),
    };
    let code = path.as_ref().map_or_else(String::new, |path| {
        format!(
            "<iframe src=\"{}{path}\" title=\"Pricing\" width=\"100%\" height=\"640\" frameborder=\"0\"></iframe>",
            visit.address()
        )
    });
    let products = sold(visit.api()).await?;
    let products = products.iter().map(|sold| (sold.product.text("name"), sold.product.text("id"), why_not(sold)));
    let products = products.collect();
    let frame = visit.frame(Section::Products, "Pricing table");
    let now = visit.app.store.clock().now().millis();
    Page::of(&PreviewPage { frame, fields, path, now, code, products })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(query: &str) -> Result<Look, (&'static str, &'static str)> {
        Look::read(&Form::read(query.as_bytes()).unwrap())
    }

    #[test]
    fn a_product_leads_into_the_web() {
        for (typed, expected) in [
            ("https://a.example/x", "https://a.example/x"),
            ("HTTP://a.example", "HTTP://a.example"),
            ("a.example/x", "https://a.example/x"),
            ("javascript:alert(1)", "https://javascript:alert(1)"),
        ] {
            assert_eq!(web_address(typed), expected);
        }
    }

    #[test]
    fn an_address_says_how_the_table_looks() {
        let read = look("environment=test&theme=dark&accent=%23FFcc00&interval=year&products=prod_b,prod_a").unwrap();
        assert_eq!(read.products, ["prod_b", "prod_a"]);
        assert_eq!(
            read.path(Some("month")),
            "/pricing-table?environment=test&theme=dark&accent=ffcc00&interval=month&products=prod_b%2Cprod_a"
        );
        assert_eq!(read.style(), ":root{color-scheme:dark}:root{--accent:#ffcc00;--on-accent:#111111}");
        assert_eq!(look("").unwrap().environment, Environment::Live);
    }

    #[test]
    fn what_an_address_cannot_say_is_refused_by_name() {
        for (query, field) in [
            ("environment=prod", "environment"),
            ("theme=neon", "theme"),
            ("interval=hour", "interval"),
            ("accent=red", "accent"),
            ("accent=12345%3B", "accent"),
        ] {
            assert_eq!(look(query).unwrap_err().0, field, "{query}");
        }
    }
}
