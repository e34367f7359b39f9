//! The services that people have, by name.

/// A service to choose from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PsaTemplate {
    /// Its name.
    pub name: &'static str,
    /// Its address; `None` where the owner fills it in.
    pub endpoint: Option<&'static str>,
    /// Whether the owner changes the address.
    pub editable: bool,
}

const fn fixed(name: &'static str, endpoint: &'static str) -> PsaTemplate {
    PsaTemplate {
        name,
        endpoint: Some(endpoint),
        editable: false,
    }
}

/// Pinata, Filebase, 4EVERLAND and Functionland (those of ipfs-webui), an own IPFS Cluster at its usual address, and
/// any other.
pub const PSA_TEMPLATES: [PsaTemplate; 6] = [
    fixed("Pinata", "https://api.pinata.cloud/psa"),
    fixed("Filebase", "https://api.filebase.io/v1/ipfs"),
    fixed("4EVERLAND", "https://api.4everland.dev"),
    fixed("Functionland", "https://api.cloud.fx.land"),
    PsaTemplate {
        name: "IPFS Cluster",
        endpoint: Some("http://127.0.0.1:9097"),
        editable: true,
    },
    PsaTemplate {
        name: "Another service",
        endpoint: None,
        editable: true,
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PsaEndpoint;

    #[test]
    fn every_template_has_an_address_that_is_accepted() {
        for template in PSA_TEMPLATES {
            match template.endpoint {
                Some(address) => assert!(PsaEndpoint::new(address).is_ok(), "{template:?}"),
                None => assert!(template.editable),
            }
        }
    }

    #[test]
    fn an_address_is_taken_with_and_without_pins_and_only_over_https() {
        let endpoint =
            |address| PsaEndpoint::new(address).map(|endpoint| endpoint.url().to_string());
        for address in [
            "https://a.invalid/psa",
            " https://a.invalid/psa/ ",
            "https://a.invalid/psa/pins",
            "https://a.invalid/psa/pins/",
            "https://a.invalid/psa/pins/pins",
            "https://a.invalid/psa/pi\nns",
            "https://a.invalid/psa/./pins//",
        ] {
            assert_eq!(
                endpoint(address).as_deref(),
                Ok("https://a.invalid/psa"),
                "{address}"
            );
        }
        assert!(endpoint("http://127.0.0.1:9097").is_ok());
        for address in ["http://a.invalid", "https://me:pw@a.invalid", "psa", ""] {
            assert!(endpoint(address).is_err(), "{address}");
        }
    }
}
