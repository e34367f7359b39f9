//! The service as a stranger meets it: over HTTP, with a client that knows nothing of it. One program, so that it is linked once.

mod access;
mod cars;
mod faults;
mod files;
mod foreign;
mod gateway;
mod groups;
mod jobs;
mod keys;
mod known;
mod links;
mod pin_file;
mod pin_json;
mod pins;
mod psa;
mod psa_list;
mod restart;
mod stranger;
mod tus;
mod tus_trouble;
