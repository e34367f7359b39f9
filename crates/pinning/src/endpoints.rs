//! Where a service lives.

use std::net::IpAddr;

use url::{Host, Url};

/// Why a service address is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not an address at all.
    #[error("not an address: {0}")]
    Invalid(String),
    /// Plain http is for this computer only: the token would travel in the clear.
    #[error("the address must begin with https:// (http:// is for this computer only)")]
    NotHttps,
    /// A user name, password, query or fragment in a base address.
    #[error("the address must be a plain base address, without user name, query or fragment")]
    NotABase,
}

/// The base addresses of a service. Paths such as `/v3/files` are appended to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    api: Url,
    uploads: Url,
    gateway: Url,
}

impl Endpoints {
    /// Pinata's own addresses.
    pub fn pinata() -> Self {
        let fixed = |address: &str| Url::parse(address).expect("a constant address parses");
        Self {
            api: fixed("https://api.pinata.cloud"),
            uploads: fixed("https://uploads.pinata.cloud"),
            gateway: fixed("https://gateway.pinata.cloud"),
        }
    }

    /// Addresses of a stand-in, each https, or http on loopback.
    pub fn new(api: &str, uploads: &str, gateway: &str) -> Result<Self, EndpointError> {
        Ok(Self {
            api: base(api)?,
            uploads: base(uploads)?,
            gateway: base(gateway)?,
        })
    }

    /// A server that serves API and uploads on one address.
    pub fn single(api: &str, gateway: &str) -> Result<Self, EndpointError> {
        Self::new(api, api, gateway)
    }

    /// The legacy API and v3 management.
    pub fn api(&self) -> &Url {
        &self.api
    }

    /// v3 uploads.
    pub fn uploads(&self) -> &Url {
        &self.uploads
    }

    /// The public gateway: `<gateway>/ipfs/<cid>`.
    pub fn gateway(&self) -> &Url {
        &self.gateway
    }

    /// Whether every address that gets the token is on this computer.
    pub(crate) fn all_loopback(&self) -> bool {
        is_loopback(&self.api) && is_loopback(&self.uploads)
    }

    /// Whether one of them is.
    pub(crate) fn any_loopback(&self) -> bool {
        is_loopback(&self.api) || is_loopback(&self.uploads)
    }
}

pub(crate) fn base(address: &str) -> Result<Url, EndpointError> {
    let url =
        Url::parse(address.trim()).map_err(|fault| EndpointError::Invalid(fault.to_string()))?;
    if !url.has_host() {
        return Err(EndpointError::Invalid("no host".to_owned()));
    }
    if !url.username().is_empty()
        || url.password().is_some()
        || url.query().is_some()
        || url.fragment().is_some()
    {
        return Err(EndpointError::NotABase);
    }
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(EndpointError::NotHttps),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

/// `base` with `segments` appended, each percent-encoded as one path segment.
pub(crate) fn join(base: &Url, segments: &[&str]) -> Url {
    let mut url = base.clone();
    if let Ok(mut path) = url.path_segments_mut() {
        path.pop_if_empty().extend(segments);
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_refused_except_on_loopback() {
        assert_eq!(
            Endpoints::single("http://example.invalid", "https://g.invalid"),
            Err(EndpointError::NotHttps)
        );
        assert_eq!(
            Endpoints::single("ftp://127.0.0.1", "https://g.invalid"),
            Err(EndpointError::NotHttps)
        );
        for local in [
            "http://127.0.0.1:8080",
            "http://localhost:1",
            "http://[::1]:9",
            "http://127.8.0.1",
        ] {
            assert!(Endpoints::single(local, local).is_ok(), "{local}");
        }
        assert!(matches!(
            Endpoints::single("http://127.0.0.1.example.invalid", "https://g.invalid"),
            Err(EndpointError::NotHttps)
        ));
    }

    #[test]
    fn an_address_with_a_user_name_or_query_is_refused() {
        for address in [
            "https://me:pw@host.invalid",
            "https://host.invalid/?a=b",
            "https://host.invalid/#x",
        ] {
            assert_eq!(
                Endpoints::single(address, "https://g.invalid"),
                Err(EndpointError::NotABase),
                "{address}"
            );
        }
    }

    #[test]
    fn segments_are_encoded_so_that_an_id_cannot_leave_its_place() {
        let base = Url::parse("https://host.invalid/base/").expect("parses");
        assert_eq!(
            join(&base, &["v3", "files", "a/../b?c"]).as_str(),
            "https://host.invalid/base/v3/files/a%2F..%2Fb%3Fc"
        );
    }
}
