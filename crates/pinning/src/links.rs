//! Addresses at which content can be opened.

use cid::Cid;
use cid::multibase::Base;
use jiff::Timestamp;
use url::{Host, Url};

use crate::EndpointError;
use crate::endpoints::{base, join};
use crate::json::LONGEST_CID;

/// The shape of a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LinkStyle {
    /// `https://<gateway>/ipfs/<cid>/...`
    #[default]
    Path,
    /// `https://<cid>.ipfs.<gateway>/...`: each CID is an origin of its own.
    Subdomain,
    /// `ipfs://<cid>/...`, for browsers and programs that speak IPFS themselves.
    Native,
}

/// Why a link cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Not a CID.
    #[error("this is not a CID")]
    NotACid,
    /// A gateway that is a bare number address, which can have no subdomains.
    #[error("this gateway has no name, so it has no subdomains")]
    NoSubdomains,
}

/// The base address of a gateway: https, or http on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewayAddress(Url);

impl GatewayAddress {
    /// Checks an address as a person types it; a bare name is taken as https.
    pub fn new(address: &str) -> Result<Self, EndpointError> {
        let address = address.trim();
        if address.contains("://") {
            return base(address).map(Self);
        }
        base(&format!("https://{address}")).map(Self)
    }

    /// The address itself.
    pub fn url(&self) -> &Url {
        &self.0
    }

    /// A link to `path` below `cid`. Each name of the path is percent-encoded; the CID is checked, and for
    /// subdomains written as version 1 in lower case, as they need it.
    pub fn link(&self, style: LinkStyle, cid: &str, path: &[&str]) -> Result<String, LinkError> {
        let parsed = parsed(cid)?;
        match style {
            LinkStyle::Path => Ok(below(&self.0, &["ipfs", cid], path)),
            LinkStyle::Native => {
                let names = Url::parse("https://name.invalid").map_err(|_| LinkError::NotACid)?;
                let encoded = join(&names, path);
                let tail = encoded.path().trim_end_matches('/');
                Ok(format!("ipfs://{}{tail}", subdomain(&parsed)?))
            }
            LinkStyle::Subdomain => {
                let Some(Host::Domain(name)) = self.0.host() else {
                    return Err(LinkError::NoSubdomains);
                };
                let host = format!("{}.ipfs.{name}", subdomain(&parsed)?);
                let mut url = self.0.clone();
                url.set_host(Some(&host))
                    .map_err(|_| LinkError::NoSubdomains)?;
                Ok(below(&url, &[], path))
            }
        }
    }

    /// The address of a private file, which opens with a signature only: `https://<gateway>/files/<cid>/...`.
    pub fn private(&self, cid: &str, path: &[&str]) -> Result<Url, LinkError> {
        parsed(cid)?;
        Ok(join(&join(&self.0, &["files", cid]), path))
    }
}

fn parsed(cid: &str) -> Result<Cid, LinkError> {
    let short = (cid.len() <= LONGEST_CID).then_some(cid);
    let parsed = short.and_then(|cid| Cid::try_from(cid).ok());
    parsed.ok_or(LinkError::NotACid)
}

/// The same link with `?filename=`, by which a gateway calls the download (the path gateway specification's query).
/// Nothing of a name can end the parameter or begin another.
pub fn with_file_name(link: &str, name: &str) -> String {
    let encoded: String = url::form_urlencoded::byte_serialize(name.as_bytes()).collect();
    // A space is written in the way that is one to every reader.
    format!("{link}?filename={}", encoded.replace('+', "%20"))
}

fn below(base: &Url, first: &[&str], path: &[&str]) -> String {
    let url = join(&join(base, first), path);
    url.as_str().trim_end_matches('/').to_owned()
}

/// A CID as hosts need it: version 1, base 32, lower case.
fn subdomain(cid: &Cid) -> Result<String, LinkError> {
    let v1 = cid.into_v1().map_err(|_| LinkError::NotACid)?;
    v1.to_string_of_base(Base::Base32Lower)
        .map_err(|_| LinkError::NotACid)
}

/// A link that opens a private file for a while. Whoever has it may open the file: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedLink {
    url: Url,
    /// When it stops working.
    pub expires_at: Timestamp,
}

impl SignedLink {
    pub(crate) fn new(url: Url, expires_at: Timestamp) -> Self {
        Self { url, expires_at }
    }

    /// The link, signature and all.
    pub fn url(&self) -> &Url {
        &self.url
    }
}

impl std::fmt::Debug for SignedLink {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.url.host_str().unwrap_or_default();
        write!(out, "SignedLink({shown}, until {})", self.expires_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const V0: &str = "QmZULkCELmmk5XNfCgTnCyFgAVxBRBXyDHGGMVoLFLiXEN";
    const V1: &str = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq";

    fn gateway(address: &str) -> GatewayAddress {
        GatewayAddress::new(address).expect("an address")
    }

    #[test]
    fn links_are_made_in_each_style_with_encoded_names() {
        let gateway = gateway("pets.mypinata.cloud");
        let path = ["a b", "ü?#.txt"];
        let link = |style, cid| gateway.link(style, cid, &path).expect("a link");
        assert_eq!(
            link(LinkStyle::Path, V1),
            format!("https://pets.mypinata.cloud/ipfs/{V1}/a%20b/%C3%BC%3F%23.txt")
        );
        assert_eq!(
            link(LinkStyle::Subdomain, V1),
            format!("https://{V1}.ipfs.pets.mypinata.cloud/a%20b/%C3%BC%3F%23.txt")
        );
        assert_eq!(
            link(LinkStyle::Native, V1),
            format!("ipfs://{V1}/a%20b/%C3%BC%3F%23.txt")
        );
    }

    #[test]
    fn a_cid_of_version_0_keeps_its_letters_in_paths_and_becomes_version_1_in_hosts() {
        let gateway = gateway("https://g.invalid");
        let link = |style| gateway.link(style, V0, &[]).expect("a link");
        assert_eq!(
            link(LinkStyle::Path),
            format!("https://g.invalid/ipfs/{V0}")
        );
        let host = link(LinkStyle::Subdomain);
        assert!(
            host.starts_with("https://bafybei") && host.ends_with(".ipfs.g.invalid"),
            "{host}"
        );
        assert_eq!(host, host.to_lowercase());
        assert!(link(LinkStyle::Native).starts_with("ipfs://bafybei"));
    }

    #[test]
    fn no_text_that_is_longer_than_a_cid_is_read_as_one() {
        // Letters of base58 are read in quadratic time.
        let long = format!("z{}", "1a".repeat(50_000));
        let gateway = gateway("g.invalid");
        let (time, linked) = fuzzing::working_time(|| gateway.link(LinkStyle::Path, &long, &[]));
        assert!(time < fuzzing::SECOND, "{time:?}");
        assert_eq!(linked, Err(LinkError::NotACid));
        assert_eq!(gateway.private(&long, &[]), Err(LinkError::NotACid));
    }

    #[test]
    fn no_name_of_a_download_is_more_than_a_name() {
        for name in [
            "the lake.jpg",
            "a&download=true#x?b=c%20d/../e",
            "ü\u{202e}gpj.exe\r\nSet-Cookie: a=b\0+",
        ] {
            let link = with_file_name("https://g.invalid/ipfs/bafy", name);
            let read = Url::parse(&link).expect("a link");
            assert_eq!(
                (read.path(), read.fragment()),
                ("/ipfs/bafy", None),
                "{link}"
            );
            let pairs: Vec<_> = read.query_pairs().into_owned().collect();
            assert_eq!(pairs, [("filename".to_owned(), name.to_owned())]);
            assert!(link.is_ascii() && !link.contains([' ', '+']), "{link}");
        }
    }

    #[test]
    fn what_is_no_cid_and_a_gateway_without_a_name_are_refused() {
        let gateway_by_number = gateway("http://127.0.0.1:8080");
        assert_eq!(
            gateway_by_number.link(LinkStyle::Subdomain, V1, &[]),
            Err(LinkError::NoSubdomains)
        );
        assert_eq!(
            gateway_by_number.link(LinkStyle::Path, "../../admin", &[]),
            Err(LinkError::NotACid)
        );
        assert_eq!(
            gateway("http://localhost:8080").link(LinkStyle::Subdomain, V1, &[]),
            Ok(format!("http://{V1}.ipfs.localhost:8080"))
        );
        assert_eq!(
            GatewayAddress::new("http://g.invalid"),
            Err(EndpointError::NotHttps)
        );
    }
}
