//! Bodies in memory are never older than what was answered, however readers and the writer meet.

use crate::world::{Engine, World, ask, get_product, product, rename};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use tollgate_domain::product::DeleteProduct;
use tollgate_store::{Options, Store};

const PRODUCTS: usize = 4000;
/// A product's third change out of so many is its deletion; the next makes it anew.
const PERIOD: u64 = 5;

/// What was begun and what was answered for one product. Its name is the number of its last change.
#[derive(Default)]
struct Progress {
    begun: AtomicU64,
    answered: AtomicU64,
}

fn is_deletion(change: u64) -> bool {
    change % PERIOD == 3
}

async fn change(store: &Store, number: usize, progress: &Progress) {
    let (id, next) = (format!("p{number}"), progress.begun.load(SeqCst) + 1);
    progress.begun.store(next, SeqCst);
    if is_deletion(next) {
        ask(store, DeleteProduct { id: id.as_str().into() }).await.unwrap();
    } else if is_deletion(next - 1) || next == 1 {
        ask(store, product(&id, &next.to_string())).await.unwrap();
    } else {
        ask(store, rename(&id, &next.to_string())).await.unwrap();
    }
    progress.answered.store(next, SeqCst);
}

async fn look(store: &Store, number: usize, progress: &Progress) {
    let answered = progress.answered.load(SeqCst);
    let found = get_product(store, &format!("p{number}")).await;
    let begun = progress.begun.load(SeqCst);
    match found {
        Some(product) => {
            let seen: u64 = product.name.parse().unwrap();
            assert!((answered..=begun).contains(&seen), "{seen} is not among {answered} to {begun}");
        }
        None => assert!(answered == 0 || (answered..=begun).any(is_deletion), "gone between {answered} and {begun}"),
    }
}

fn step(random: &mut u64) -> usize {
    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
    // A few products are changed and read far more often than the rest.
    let (wide, narrow) = ((*random >> 33) as usize % PRODUCTS, (*random >> 50) as usize % 8);
    if *random >> 60 < 8 { narrow } else { wide }
}

#[test]
fn a_reader_never_sees_less_than_what_was_answered() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    runtime.block_on(async {
        // Room for fewer than half of them, so that readers keep missing.
        let options = Options { cache_bytes: 1024 * 1024, ..Options::default() };
        let World { store, folder, .. } = World::with(Engine::Sqlite, &options).await;
        let store = Arc::new(store);
        let progress: Arc<Vec<Progress>> = Arc::new((0..PRODUCTS).map(|_| Progress::default()).collect());
        let done = Arc::new(AtomicBool::new(false));
        let readers: Vec<_> = (1..=3u64)
            .map(|seed| {
                let (store, progress, done, mut random) = (store.clone(), progress.clone(), done.clone(), seed);
                tokio::spawn(async move {
                    while !done.load(SeqCst) {
                        for _ in 0..100 {
                            let number = step(&mut random);
                            look(&store, number, &progress[number]).await;
                        }
                        tokio::task::yield_now().await;
                    }
                })
            })
            .collect();
        // Each product is changed by one writer only: the order of its changes is known.
        let writers: Vec<_> = (0..8usize)
            .map(|lane| {
                let (store, progress, mut random) = (store.clone(), progress.clone(), lane as u64 + 100);
                tokio::spawn(async move {
                    for _ in 0..1500 {
                        let number = step(&mut random) / 8 * 8 + lane;
                        change(&store, number, &progress[number]).await;
                    }
                })
            })
            .collect();
        for writer in writers {
            writer.await.unwrap();
        }
        done.store(true, SeqCst);
        for reader in readers {
            reader.await.unwrap();
        }
        assert!(crate::world::metric(&store, "store_cache_misses_total") > 100.0);
        drop(folder);
    });
}
