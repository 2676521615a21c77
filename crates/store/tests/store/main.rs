//! What an engine promises, on every engine.
//!
//! `conformance` states it case by case, `access` for accounts and usage; `commands` feeds random commands to the model,
//! to SQLite and to PostgreSQL and wants equal replies and equal rows; `searches` does the same for searches, `sought` for
//! parts of texts, `usage` for usage, `offers` for coupons, promotion codes, plans and meters. `nodes` has several nodes over one
//! PostgreSQL database, whose connections are cut; `transfer` moves from one engine to the other. The rest is about
//! SQLite as a file: what happens when the disk is full, when readers race the writer, when another process comes along.
//!
//! `TOLLGATE_TEST_CASES` sets how many random cases are tried. Where PostgreSQL is not installed, its cases are left out,
//! and a line says so.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod access;
mod cache;
mod commands;
mod conformance;
mod doctor;
mod due;
mod files;
mod full;
mod guests;
mod jobs;
mod linearizable;
mod nodes;
mod nodes_access;
mod offers;
mod panic;
mod searches;
mod sought;
mod speed;
mod transfer;
mod usage;
mod webhooks;
mod world;
