//! What goes over the wire and what comes back: each call and each quirk by name, against canned answers.

mod changes;
mod filters;
mod gateways;
mod groups;
mod hostile;
mod interrupted;
mod jobs;
mod json;
mod keys;
mod limits;
mod pages;
mod pair;
mod redirects;
mod refusals;
mod reports;
mod request_lists;
mod request_nouns;
mod requests;
mod resumable;
mod resumable_breaks;
mod sending;
mod service;
mod shapes;
mod silence;
#[path = "../support/mod.rs"]
mod support;
