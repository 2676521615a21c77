//! Steps of customers and of what they subscribe to.

use super::super::model::Item;
use super::super::op::{CUSTOMERS, Op, PRODUCTS, STRIPE};
use super::{Difference, History, same};
use crate::ask::write;
use tollgate_domain::customer::Subscribed;
use tollgate_domain::customer::{DeleteCustomer, EnsureCustomer, LinkCustomer, WriteCustomer};
use tollgate_domain::time::Timestamp;

impl History {
    pub(super) fn take_customer(&mut self, op: &Op) -> Result<(), Difference> {
        match op {
            Op::Write { customer, create, started, products } => {
                let product = |place: &usize| (*PRODUCTS.get(*place).unwrap_or(&"nothing")).to_owned();
                let write = WriteCustomer {
                    create: *create,
                    usage_started: self.patched(started),
                    product_keys: products.as_ref().map(|places| places.iter().map(product).collect()),
                    ..write(CUSTOMERS[*customer])
                };
                let got = self.run(&write).map(|_| ());
                same("write", &got, &self.model.write_customer(&write))
            }
            Op::Ensure { customer } => {
                let id = CUSTOMERS[*customer];
                self.run(&EnsureCustomer { id: id.into() }).expect("it is never refused");
                self.model.ensure(id);
                Ok(())
            }
            Op::Forget { customer } => {
                let id = CUSTOMERS[*customer];
                let got = self.run(&DeleteCustomer { id: id.into() }).map(|_| ());
                same("forget", &got, &self.model.forget(id))
            }
            Op::Link { customer, stripe, force } => {
                let (id, stripe_customer) = (CUSTOMERS[*customer], format!("cus_{stripe}"));
                let link = LinkCustomer { id: id.into(), stripe_customer: stripe_customer.clone(), force: *force };
                let got = self.run(&link).map(|_| ());
                same("link", &got, &self.model.link(id, &stripe_customer, *force))
            }
            Op::Subscribe { customer, product, version, quantity, started } => {
                let started = self.instant(*started, 0, 0).millis();
                let Some(of) = self.model.customers.get_mut(CUSTOMERS[*customer]) else { return Ok(()) };
                self.items += 1;
                of.subscribed.push(Item {
                    subscription: format!("sub_{}", self.items % 7),
                    product: PRODUCTS[*product].to_owned(),
                    version: *version,
                    quantity: i64::try_from(*quantity).unwrap(),
                    started,
                });
                self.put_subscribed(*customer);
                Ok(())
            }
            Op::Unsubscribe { customer, nth } => {
                let Some(of) = self.model.customers.get_mut(CUSTOMERS[*customer]) else { return Ok(()) };
                if !of.subscribed.is_empty() {
                    of.subscribed.remove(nth % of.subscribed.len());
                }
                self.put_subscribed(*customer);
                Ok(())
            }
            _ => unreachable!("{op:?}"),
        }
    }

    fn put_subscribed(&mut self, customer: usize) {
        let id = CUSTOMERS[customer];
        let product = |key: &str| {
            let place = PRODUCTS.iter().position(|product| *product == key).unwrap();
            self.stripe[place - STRIPE[0]].clone()
        };
        let subscribed = self.model.customers[id].subscribed.iter().map(|item| Subscribed {
            subscription: item.subscription.as_str().into(),
            product: product(&item.product),
            version: item.version,
            quantity: item.quantity.unsigned_abs(),
            started: Timestamp::from_millis(item.started),
            anchor: Timestamp::from_millis(item.started),
        });
        let subscribed = subscribed.collect();
        self.world.set_subscribed(&id.into(), subscribed);
    }
}
