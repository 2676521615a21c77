#![allow(clippy::all, clippy::pedantic, clippy::unwrap_used)]
use std::sync::Arc;
use std::time::Instant;
use tollgate_domain::{
    batch::{self, Job},
    command::*,
    environment::Environment,
    facts::*,
    list::*,
    product::*,
    record::*,
    search::*,
    time::Timestamp,
};
use tollgate_store::*;
struct Ask(CreateProduct, Option<String>);
impl Job for Ask {
    fn environment(&self) -> Environment {
        Environment::Test
    }
    fn reads(&self) -> ReadSet {
        self.0.reads()
    }
    fn decide(&mut self, f: &Facts, now: Timestamp, random: &mut dyn FnMut() -> u64) -> Result<Changes, ReadSet> {
        let mut cx = Cx { environment: Environment::Test, now, cause: None, random };
        let (r, c) = batch::decide(&self.0, f, &mut cx)?;
        self.1 = r.ok().map(|p| p.id.to_string());
        Ok(c)
    }
}
fn rss() -> u64 {
    std::fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
        .find(|l| l.starts_with("VmRSS"))
        .unwrap()
        .split_whitespace()
        .nth(1)
        .unwrap()
        .parse::<u64>()
        .unwrap()
        / 1024
}
fn threads() -> Vec<(String, f64)> {
    let mut v = vec![];
    for t in std::fs::read_dir("/proc/self/task").unwrap() {
        let p = t.unwrap().path();
        let s = std::fs::read_to_string(p.join("stat")).unwrap();
        let name = s[s.find('(').unwrap() + 1..s.rfind(')').unwrap()].to_string();
        let f: Vec<&str> = s[s.rfind(')').unwrap() + 2..].split(' ').collect();
        v.push((name, (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) * 10.0));
    }
    v
}
fn writer_cpu() -> f64 {
    threads().into_iter().find(|t| t.0.starts_with("tollgate-wri")).map_or(0.0, |t| t.1)
}
async fn fill(store: &Arc<Store>, from: usize, n: usize, clients: usize) -> (f64, f64) {
    let t = Instant::now();
    let c0 = writer_cpu();
    let mut h = vec![];
    for c in 0..clients {
        let s = store.clone();
        h.push(tokio::spawn(async move {
            let mut k = c;
            while k < n {
                let i = from + k;
                let p = NewProduct {
                    name: format!("Product number {i} of the gold collection"),
                    description: Some("A thing that is sold, described in a sentence of some length".into()),
                    metadata: tollgate_domain::metadata::MetadataPatch {
                        clear: false,
                        set: [
                            ("order".to_string(), Some(format!("{i}"))),
                            ("tier".into(), Some(format!("t{}", i % 100))),
                        ]
                        .into(),
                    },
                    ..Default::default()
                };
                s.submit(Ask(CreateProduct { product: p, default_price: None }, None)).await.unwrap();
                k += clients;
            }
        }));
    }
    for x in h {
        x.await.unwrap();
    }
    (t.elapsed().as_secs_f64(), writer_cpu() - c0)
}
#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let args: Vec<String> = std::env::args().collect();
    let n: usize = args[2].parse().unwrap();
    let url = DatabaseUrl::Sqlite(args[1].clone().into());
    let t = Instant::now();
    let store = Arc::new(Store::open(&url, &Options::default()).unwrap());
    println!("open {:?} rss {} MB", t.elapsed(), rss());
    if n > 0 {
        let (s, c) = fill(&store, 0, n, 256).await;
        println!(
            "fill {n}: {:.0}/s writer cpu {:.1} us each (with folding) rss {}",
            n as f64 / s,
            c * 1000.0 / n as f64,
            rss()
        );
        let t = Instant::now();
        let mut reg = prometheus_client::registry::Registry::default();
        store.register_metrics(&mut reg);
        loop {
            let mut o = String::new();
            prometheus_client::encoding::text::encode(&mut o, &reg).unwrap();
            if o.contains("store_search_tail 0") {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await
        }
        println!("fold rest {:?}", t.elapsed());
    }
    // ids
    let mut ids = vec![];
    let mut cur = None;
    while ids.len() < 200_000 {
        let p = store
            .list(
                Environment::Test,
                &ListQuery {
                    noun: Noun::Product,
                    filters: vec![],
                    created: Default::default(),
                    cursor: cur.clone(),
                    limit: 100,
                },
            )
            .await
            .unwrap();
        if p.items.is_empty() {
            break;
        }
        ids.extend(p.items.iter().map(|r| r.id().to_string()));
        cur = Some(Cursor::After(ids.last().unwrap().clone()));
    }
    let t = Instant::now();
    let mut k = 0;
    while t.elapsed().as_millis() < 500 {
        store
            .list(
                Environment::Test,
                &ListQuery {
                    noun: Noun::Product,
                    filters: vec![],
                    created: Default::default(),
                    cursor: Some(Cursor::After(ids[k * 100 % ids.len()].clone())),
                    limit: 10,
                },
            )
            .await
            .unwrap();
        k += 1;
    }
    println!("list 10: {:.1} us", t.elapsed().as_secs_f64() * 1e6 / k as f64);
    let t = Instant::now();
    let mut k = 0;
    while t.elapsed().as_millis() < 500 {
        store
            .list(
                Environment::Test,
                &ListQuery {
                    noun: Noun::Product,
                    filters: vec![Filter::Is(Field::ProductActive, Value::Flag(true))],
                    created: Default::default(),
                    cursor: None,
                    limit: 10,
                },
            )
            .await
            .unwrap();
        k += 1;
    }
    println!("list 10 active: {:.1} us", t.elapsed().as_secs_f64() * 1e6 / k as f64);
    let step = 97usize;
    let mut x = 0;
    let t = Instant::now();
    let m = ids.len().min(50_000);
    for _ in 0..m {
        x = (x + step * 7919) % ids.len();
        store.get(Environment::Test, Noun::Product, &ids[x]).await.unwrap().unwrap();
    }
    println!("get mostly miss {:.2} us rss {}", t.elapsed().as_secs_f64() * 1e6 / m as f64, rss());
    let hot = &ids[..1000.min(ids.len())];
    for id in hot {
        store.get(Environment::Test, Noun::Product, id).await.unwrap();
    }
    let t = Instant::now();
    for k in 0..500_000 {
        store.get(Environment::Test, Noun::Product, &hot[k % hot.len()]).await.unwrap().unwrap();
    }
    println!("get hit {:.2} us", t.elapsed().as_secs_f64() * 1e6 / 500_000.0);
    let t = Instant::now();
    for k in 0..20_000 {
        store.get(Environment::Test, Noun::Product, &format!("none{k}")).await.unwrap();
    }
    println!("get of nothing {:.2} us", t.elapsed().as_secs_f64() * 1e6 / 20_000.0);
    let q = |field: SearchField, test: Test| Query {
        noun: Noun::Product,
        join: Join::And,
        clauses: vec![Clause { negated: false, field, test }],
    };
    for (name, q, count) in [
        ("metadata order", q(SearchField::Metadata("order".into()), Test::Is("777".into())), true),
        ("name word number", q(SearchField::Named("name"), Test::Is("777".into())), false),
        ("name part common", q(SearchField::Named("name"), Test::Contains("gold coll".into())), false),
        ("name part common, counted", q(SearchField::Named("name"), Test::Contains("gold coll".into())), true),
        ("active", q(SearchField::Named("active"), Test::Is("true".into())), false),
        ("tier 1%", q(SearchField::Metadata("tier".into()), Test::Is("t42".into())), true),
        ("not there", q(SearchField::Named("name"), Test::Contains("silver".into())), true),
    ] {
        let f = store.search(Environment::Test, &q, None, 10, count).await.unwrap();
        let t = Instant::now();
        for _ in 0..20 {
            store.search(Environment::Test, &q, None, 10, count).await.unwrap();
        }
        println!(
            "search {name}: {:.2} ms, {} items, total {:?}",
            t.elapsed().as_secs_f64() * 1e3 / 20.0,
            f.items.len(),
            f.total
        );
    }
    for clients in [1, 16, 32, 64] {
        let m = 1500 * clients.min(16);
        let (s, c) = fill(&store, 5_000_000, m, clients).await;
        println!("{clients} clients: {:.0}/s, writer cpu {:.1} us each", m as f64 / s, c * 1000.0 / m as f64);
        if m < 2500 {
            tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        }
    }
    println!("rss {}", rss());
    let mut reg = prometheus_client::registry::Registry::default();
    store.register_metrics(&mut reg);
    let mut o = String::new();
    prometheus_client::encoding::text::encode(&mut o, &reg).unwrap();
    for l in o.lines().filter(|l| l.contains("_sum") || l.contains("_count") || l.contains("cache")) {
        println!("{l}")
    }
    let t = Instant::now();
    store.close().await;
    println!("close {:?}", t.elapsed());
}
