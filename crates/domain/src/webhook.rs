//! Webhooks: where events are sent, and what is still to be sent.
//!
//! Invariants: the deliveries of an event are written in the same step as the event; a delivery is there until its endpoint
//! answered it with success, or is gone.

pub mod delivery;
pub mod dispatch;
pub mod endpoint;
pub mod schedule;

pub use delivery::{Delivery, DeliveryStatus, Trouble};
pub use endpoint::{Endpoints, Secret, WebhookEndpoint};
pub use schedule::Schedule;
