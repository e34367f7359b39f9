//! Typed values in the shape of the answers that they came from. Members under every name that an answer uses for
//! them: only what is recorded is looked for.

use pinning::{
    CreatedKey, Gateway, Group, Job, Key, LegacyCall, Network, PageToken, Pin, PinStatus, Receipt,
    Region, Swap, Totals, Traffic, Value,
};
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value as Json, json};

fn keyvalues(keyvalues: &std::collections::BTreeMap<String, Value>) -> Json {
    let members = keyvalues.iter();
    let members = members.map(|(key, value)| (key.clone(), json!(value.to_string())));
    members.collect::<Map<_, _>>().into()
}

fn moment(moment: Option<jiff::Timestamp>) -> Json {
    json!(moment.map(|moment| moment.to_string()))
}

fn region(region: &Region) -> Json {
    json!({"regionId": region.id, "id": region.id, "currentReplicationCount": region.replicas,
        "desiredReplicationCount": region.wanted})
}

/// The service's own token out of ours.
pub(crate) fn token(token: Option<&PageToken>) -> Json {
    json!(token.map(|token| token.as_str().trim_start_matches("v3:").to_owned()))
}

pub(crate) fn legacy_pin(pin: &Pin) -> Json {
    json!({"id": pin.service_id, "ipfs_pin_hash": pin.cid, "size": pin.dag_size, "date_pinned": moment(pin.pinned_at),
        "date_unpinned": moment(pin.unpinned_at), "metadata": {"name": pin.name, "keyvalues": keyvalues(&pin.keyvalues)},
        "regions": pin.regions.iter().map(region).collect::<Vec<_>>(), "mime_type": pin.mime,
        "number_of_files": pin.files, "group_id": pin.group})
}

pub(crate) fn v3_file(pin: &Pin) -> Json {
    json!({"id": pin.service_id, "cid": pin.cid, "name": pin.name, "size": pin.dag_size, "number_of_files": pin.files,
        "mime_type": pin.mime, "group_id": pin.group, "keyvalues": keyvalues(&pin.keyvalues),
        "created_at": moment(pin.pinned_at), "expires_at": moment(pin.expires_at)})
}

pub(crate) fn totals(totals: &Totals) -> Json {
    json!({"pin_count": totals.pins, "pin_size_total": totals.bytes,
        "pin_size_with_replications_total": totals.bytes_with_replications})
}

pub(crate) fn legacy_receipt(receipt: &Receipt) -> Json {
    json!({"IpfsHash": receipt.cid, "PinSize": receipt.dag_size, "Timestamp": moment(receipt.pinned_at),
        "isDuplicate": receipt.is_duplicate, "ID": receipt.service_id, "Name": receipt.name,
        "NumberOfFiles": receipt.files, "MimeType": receipt.mime, "GroupId": receipt.group,
        "Keyvalues": keyvalues(&receipt.keyvalues)})
}

pub(crate) fn v3_receipt(receipt: &Receipt) -> Json {
    json!({"cid": receipt.cid, "size": receipt.dag_size, "created_at": moment(receipt.pinned_at),
        "is_duplicate": receipt.is_duplicate, "id": receipt.service_id, "name": receipt.name,
        "number_of_files": receipt.files, "mime_type": receipt.mime, "group_id": receipt.group,
        "keyvalues": keyvalues(&receipt.keyvalues), "network": receipt.network.map(Network::as_str)})
}

pub(crate) fn created(key: &CreatedKey) -> Json {
    json!({"pinata_api_key": key.key(), "JWT": key.jwt().expose_secret(),
        "pinata_api_secret": key.secret().map(|secret| secret.expose_secret().to_owned())})
}

pub(crate) fn key(key: &Key) -> Json {
    let flags = |names: &[LegacyCall]| -> Map<String, Json> {
        let names = names.iter();
        names
            .map(|call| {
                let may = key.permissions.legacy.contains(call);
                (call.as_str().to_owned(), json!(may))
            })
            .collect()
    };
    let (data, pinning) = LegacyCall::ALL.split_at(2);
    json!({"id": key.id, "name": key.name, "key": key.key, "max_uses": key.max_uses, "uses": key.uses,
        "revoked": key.revoked, "createdAt": moment(key.created_at), "updatedAt": moment(key.updated_at),
        "scopes": {"admin": key.permissions.admin, "endpoints": {"data": flags(data), "pinning": flags(pinning)}}})
}

pub(crate) fn job(job: &Job) -> Json {
    json!({"id": job.id, "cid": job.cid, "ipfs_pin_hash": job.cid, "ipfsHash": job.cid, "name": job.name,
        "status": job.status.as_str(), "date_queued": moment(job.queued_at), "keyvalues": keyvalues(&job.keyvalues),
        "host_nodes": job.host_nodes, "group_id": job.group,
        "pin_policy": {"regions": job.regions.iter().map(region).collect::<Vec<_>>()}})
}

pub(crate) fn group(group: &Group) -> Json {
    json!({"id": group.id, "name": group.name, "is_public": group.public, "public": group.public,
        "created_at": moment(group.created_at), "createdAt": moment(group.created_at),
        "updatedAt": moment(group.updated_at)})
}

pub(crate) fn gateway(gateway: &Gateway) -> Json {
    let domains = gateway.custom_domains.iter();
    let domains = domains.map(|domain| {
        json!({"domain": domain.domain, "domain_validation_status": domain.validation,
            "custom_domain_id": domain.id, "ssl_validation_status": domain.certificate})
    });
    json!({"id": gateway.id, "domain": gateway.subdomain, "restrict": gateway.restricted,
        "created_at": moment(gateway.created_at), "custom_domains": domains.collect::<Vec<_>>()})
}

pub(crate) fn swap(swap: &Swap) -> Json {
    json!({"mapped_cid": swap.to, "mappedCid": swap.to, "created_at": moment(swap.created_at),
        "createdAt": moment(swap.created_at)})
}

pub(crate) fn traffic(traffic: &Traffic) -> Json {
    let periods = traffic.periods.iter();
    let periods = periods.map(|period| {
        json!({"period_start_time": period.begins.to_string(), "requests": period.requests, "bandwidth": period.bytes})
    });
    json!({"total_requests": traffic.requests, "total_bandwidth": traffic.bytes,
        "time_periods": periods.collect::<Vec<_>>()})
}

pub(crate) fn request(request: &PinStatus) -> Json {
    json!({"requestid": request.request_id, "status": request.status.as_str(),
        "created": moment(request.created_at), "delegates": request.delegates, "info": request.info,
        "pin": {"cid": request.pin.cid, "name": request.pin.name, "origins": request.pin.origins,
            "meta": request.pin.meta}})
}
